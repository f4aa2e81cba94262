"""Whether mail for an address is taken: one decision for every door.

Pure: who has which address is asked of a function that is handed in. Nothing is kept here, so nothing can be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailroom.errors import AccountSuspended, AddressRetired, UnknownRecipient


@dataclass(frozen=True)
class Recipient:
    """An import address and what counts about it at the door. `address` is its one written form."""

    address: str
    account_id: str
    retired: bool
    suspended: bool


FindRecipient = Callable[[str, str], Recipient | None]
"""Look up (local part, domain), also of retired addresses, whatever the case of the letters. Blocking."""


def admit(find: FindRecipient, address: str) -> Recipient:
    """Return who gets mail for this address.

    Raises:
        UnknownRecipient: nobody has it.
        AddressRetired: it was taken out of use.
        AccountSuspended: its account takes no mail for now.
    """
    return check(look_up(find, address))


def look_up(find: FindRecipient, address: str) -> Recipient:
    """Return whose the address is, whether mail may come or not. Raises UnknownRecipient."""
    local_part, domain = split(address)
    recipient = find(local_part, domain) if local_part and domain else None
    if recipient is None:
        raise UnknownRecipient("nobody has this address")
    return recipient


def check(recipient: Recipient) -> Recipient:
    """Refuse a retired address (the stronger reason, it will not change) and a suspended account."""
    if recipient.retired:
        raise AddressRetired("the address was retired")
    if recipient.suspended:
        raise AccountSuspended("the account is suspended")
    return recipient


def split(address: str) -> tuple[str, str]:
    """Return local part, without quotes, and domain, both in lower case; two empty strings when it is no address."""
    local_part, at, domain = address.strip().rpartition("@")
    if not at or not local_part or not domain:
        return "", ""
    if len(local_part) > 1 and local_part[0] == local_part[-1] == '"':
        local_part = local_part[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return local_part.lower(), domain.rstrip(".").lower()
