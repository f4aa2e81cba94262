"""What people ask the ledger, and what the doors did not let in."""

from __future__ import annotations

from datetime import datetime

from mailroom.domain.message import Door, LedgerEntry, Message, Verdict
from mailroom.domain.value import Value


class LedgerQuery(Value):
    """What to look for; every word of every field must be there, letter case and accents do not matter.

    `words` are looked for in Message-ID, subject, sender, recipient and file names; a SHA-256 or one of our ids finds
    the mails that carry it. `since` is the first instant, `until` the first one that is too late. With a `verdict`,
    mails with a part that got it.
    """

    words: str = ""
    sender: str = ""
    subject: str = ""
    filename: str = ""
    message_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    verdict: Verdict | None = None


class LedgerMail(Value):
    """A mail with the lines of its parts; none while it was not taken apart."""

    message: Message
    parts: tuple[LedgerEntry, ...] = ()


class RefusedMail(Value):
    """What an address did not take from a sender, for one reason. `times` counts tries, the last one at `last_at`.

    Without a `sender`: a bounce, or many senders summed up because there were too many to list.
    """

    account_id: str
    address: str
    reason: str
    sender: str = ""
    door: Door
    peer: str = ""
    first_at: datetime
    last_at: datetime
    times: int = 1
