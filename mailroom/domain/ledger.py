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


class Replay(Value):
    """What running a mail again came to: its lines before and after, and the documents that are new since.

    `to_read`: documents that wait to be read. A document that was there stays as it was.
    """

    message_id: str
    before: tuple[LedgerEntry, ...]
    after: tuple[LedgerEntry, ...]
    new: tuple[str, ...] = ()
    to_read: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether every part has the verdict, the reason and the document that it had."""
        return [_outcome(line) for line in self.before] == [_outcome(line) for line in self.after]

    @property
    def left(self) -> tuple[str, ...]:
        """The documents that no line names any more; they stay where they are, with what was decided on them."""
        now = {line.document_id for line in self.after}
        named = (line.document_id for line in self.before if line.document_id)
        return tuple(name for name in dict.fromkeys(named) if name not in now)


def _outcome(line: LedgerEntry) -> tuple[object, ...]:
    return line.path, line.filename, line.sha256, line.verdict, line.reason, line.document_id
