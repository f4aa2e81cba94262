"""What a document is for the books of its account, a purchase or a sale: what its import address takes in.

Not a step of its own. Nothing is kept: the address says it each time, also a retired one.
"""

from __future__ import annotations

from mailroom.domain.account import Purpose
from mailroom.domain.message import Message
from mailroom.store import Unit


def purpose_of(unit: Unit, message: Message) -> Purpose:
    """Return what the address takes in to which a message came; purchases, where it is none of ours."""
    local_part, _, domain = message.recipient.rpartition("@")
    address = unit.addresses.find(local_part, domain)
    return address.purpose if address else Purpose.PURCHASES
