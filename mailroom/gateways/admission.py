"""Whether mail for an address is taken: one decision for every door.

Pure: who has which address is asked of a function that is handed in. Nothing is kept here, so nothing can be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailroom.domain.message import Door
from mailroom.errors import (
    AccountSuspended,
    AddressRetired,
    NotForThisSender,
    QuotaReached,
    SenderBlocked,
    UnknownRecipient,
)


@dataclass(frozen=True)
class Recipient:
    """An import address and what counts about it at the door. `address` is its one written form.

    `blocked` and `senders` are addresses, or domains such as `@example.com`: those whose mail is refused, and where
    there are any, the only ones whose mail is taken.
    """

    address: str
    account_id: str
    retired: bool
    suspended: bool
    blocked: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    quota_reached: bool = False


@dataclass(frozen=True)
class Refusal:
    """What an address did not take, and why; for the account's log of events."""

    door: Door
    account_id: str
    address: str
    reason: str
    sender: str = ""
    peer: str = ""


FindRecipient = Callable[[str, str], Recipient | None]
"""Look up (local part, domain), also of retired addresses, whatever the case of the letters. Blocking."""

RecordRefusal = Callable[[Refusal], None]
"""Write a refusal down. Blocking; fails in silence, because the answer to the client does not depend on it."""


def admit(find: FindRecipient, address: str, sender: str | None = None) -> Recipient:
    """Return who gets mail for this address. `sender`: as for `check`.

    Raises:
        UnknownRecipient: nobody has it.
        AddressRetired: it was taken out of use.
        AccountSuspended: its account takes no mail for now.
        SenderBlocked, NotForThisSender: not from this sender.
        QuotaReached: no more today.
    """
    return check(look_up(find, address), sender)


def look_up(find: FindRecipient, address: str) -> Recipient:
    """Return whose the address is, whether mail may come or not. Raises UnknownRecipient."""
    local_part, domain = split(address)
    recipient = find(local_part, domain) if local_part and domain else None
    if recipient is None:
        raise UnknownRecipient("nobody has this address")
    return recipient


def check(recipient: Recipient, sender: str | None = None) -> Recipient:
    """Refuse what `admit` says; the stronger reason first: a retired address will not change.

    `sender` is the envelope's, empty for a bounce; None where somebody is known otherwise (a log-in, a key, the
    operator), to whom no list of senders applies.
    """
    if recipient.retired:
        raise AddressRetired("the address was retired")
    if recipient.suspended:
        raise AccountSuspended("the account is suspended")
    if sender is not None:
        if is_listed(sender, recipient.blocked):
            raise SenderBlocked("the account blocks this sender")
        if recipient.senders and not is_listed(sender, recipient.senders):
            raise NotForThisSender("the address is for listed senders only")
    if recipient.quota_reached:
        raise QuotaReached("the account had its messages of today")
    return recipient


def is_listed(sender: str, listed: Iterable[str]) -> bool:
    """Whether an address is on a list, itself or by its domain (`@example.com`); letter case does not matter.

    `me+detail@example.com` is me: Gmail's forwards come from `me+caf_=...@gmail.com`.
    """
    local_part, at, domain = sender.casefold().rpartition("@")
    names = {f"{local_part}{at}{domain}", f"{local_part.partition('+')[0]}@{domain}", f"@{domain}"}
    return bool(sender) and any(entry.casefold() in names for entry in listed)


def split(address: str) -> tuple[str, str]:
    """Return local part, without quotes, and domain, both in lower case; two empty strings when it is no address."""
    local_part, at, domain = address.strip().rpartition("@")
    if not at or not local_part or not domain:
        return "", ""
    if len(local_part) > 1 and local_part[0] == local_part[-1] == '"':
        local_part = local_part[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return local_part.lower(), domain.rstrip(".").lower()
