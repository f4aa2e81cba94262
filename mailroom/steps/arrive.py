"""Arrival: a message leaves the spool and becomes a row. The first thing after the doors, and the last of the spool.

The bytes are stored first, then the row, then the story begins, then the spool forgets it. A crash in between leaves
the entry in the spool; the next round finds the bytes and the row already there and adds nothing.
"""

from __future__ import annotations

from mailroom.domain.message import Envelope, Message, SenderProof, SenderVerdict
from mailroom.steps.house import House


def store_message(house: House, envelope: Envelope, content: bytes) -> str:
    """Store one message for one recipient and return its id.

    The same bytes for the same recipient are one message: then the id of the first one is returned.
    """
    sha256 = house.store.blobs.put(content)
    message = Message(
        id=envelope.id,
        account_id=envelope.account_id,
        door=envelope.door,
        recipient=envelope.recipient,
        envelope_sender=envelope.sender,
        peer=envelope.peer,
        sender=SenderProof(verdict=SenderVerdict.UNKNOWN, helo=envelope.helo),
        uploaded_by=envelope.uploaded_by,
        received_at=envelope.received_at,
        sha256=sha256,
        size=len(content),
    )
    with house.store.unit() as unit:
        if unit.messages.add(message):
            unit.events.add(
                "message_stored",
                account_id=envelope.account_id,
                subject=envelope.id,
                actor=envelope.door.value,
                facts={"size": str(len(content))},
                at=house.clock(),
            )
            return envelope.id
        known = unit.messages.by_bytes(sha256, envelope.recipient)
    return known.id if known else envelope.id
