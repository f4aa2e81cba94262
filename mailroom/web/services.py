"""What the application hands to the pages: the store, the settings, the clock and the acts that need other rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mailroom.clock import Clock
from mailroom.config import Settings
from mailroom.domain.account import Account, Purpose, User
from mailroom.domain.document import Alternatives, Document, FieldName, Fields
from mailroom.domain.line import Lines, TypedLines
from mailroom.domain.message import Envelope
from mailroom.languages import Language

if TYPE_CHECKING:
    from mailroom.store import Store


class Desk(Protocol):
    """What a person decides on a document. Each act is one transaction.

    Raises (all of them): NotFound, NotAllowed, WrongState, ChangedMeanwhile; `fill_in` also InvalidValue.
    """

    def fill_in(
        self, user: User, document_id: str, version: int, typed: Mapping[FieldName, str], language: Language
    ) -> Document:
        """Put what a person typed into the fields; `language` says how he writes dates and amounts."""
        ...

    def correct_lines(
        self, user: User, document_id: str, version: int, typed: TypedLines, language: Language
    ) -> Document:
        """Put typed lines in the place of those that are there; raises also InvalidValue and LinesOfEInvoice."""
        ...

    def read_lines(self, user: User, document_id: str, version: int) -> Document:
        """Take the lines again as they were read; raises also LinesOfEInvoice."""
        ...

    def accept(self, user: User, document_id: str, version: int) -> Document:
        """Accept the document; the undo window begins."""
        ...

    def refuse(self, user: User, document_id: str, version: int, reason: str) -> Document:
        """Refuse the document, in the person's own words."""
        ...

    def undo(self, user: User, document_id: str, version: int) -> Document:
        """Take an acceptance back within its window, or a refusal at any time."""
        ...

    def retry(self, user: User, document_id: str, version: int) -> Document:
        """Read an unreadable or parked document again."""
        ...

    def unlock(self, user: User, document_id: str, version: int, password: str, *, keep: bool) -> Document:
        """Try a locked file with a password; InvalidValue when nothing was typed."""
        ...

    def separate(self, user: User, document_id: str, version: int) -> Document:
        """Let a document stand by itself that was put beside another one."""
        ...

    def unite(self, user: User, document_id: str, version: int, other_id: str) -> Document:
        """Say that a document is the same invoice as another one."""
        ...

    def keep_apart(self, user: User, document_id: str, version: int, other_id: str) -> Document:
        """Say that a document is another invoice than one that looks like it."""
        ...

    def divide(self, user: User, document_id: str, version: int) -> Document:
        """Say that a file holds several invoices, as was asked."""
        ...

    def keep_whole(self, user: User, document_id: str, version: int) -> Document:
        """Say that a file is one invoice."""
        ...

    def join(self, user: User, document_id: str, version: int, pages: Sequence[str]) -> Document:
        """Say that photos are the pages of one invoice, in this order."""
        ...

    def part(self, user: User, document_id: str, version: int) -> Document:
        """Say that photos which were put together are several invoices."""
        ...

    def take_back(self, user: User, message_id: str, path: str) -> Document:
        """Make a document of a part that was left out."""
        ...

    def put_aside(self, user: User, message_id: str, path: str) -> Document:
        """Say that a picture which was taken for a document is none."""
        ...


class Waiting(Protocol):
    """A mail that could not leave the spool yet (`mailroom.spool.SpoolEntry`)."""

    @property
    def envelope(self) -> Envelope: ...
    @property
    def attempts(self) -> int: ...
    @property
    def last_error(self) -> str: ...


class Office(Protocol):
    """What is done with whole mails. The page has looked whether the person may.

    Raises (all of them): NotFound, NotAllowed, WrongState; `assign` also what a full or suspended account says.
    """

    def assign(self, user: User, message_id: str, account_id: str) -> str:
        """Give a mail of the unassigned box to an account; return the id that it has there."""
        ...

    def dismiss(self, user: User, message_id: str, reason: str) -> None:
        """Put a mail of the unassigned box by, with a reason."""
        ...

    def replay(self, user: User, message_id: str) -> None:
        """Have a mail run again from its raw bytes."""
        ...

    def in_spool(self, limit: int) -> tuple[int, int, Sequence[Waiting]]:
        """Return how many mails are in the spool, how many were tried in vain, and some of those."""
        ...


class Rendered(Protocol):
    """A mail as it would go out (`mailroom.reports.Rendered`)."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


@dataclass(frozen=True)
class WebServices:
    """Everything that the pages may use.

    upload: (account_id, user_id, [(file name, bytes)]) -> ids of the messages, durable when it returns.
    take_in: the same for a program with a key of the account: (account_id, files, purpose or None).
    waits: whether a message of that id waits for that account in the spool: (account_id, message_id).
    changed: called after a commit that needs the engine (fields completed, accepted, retry).
    missing: fields that are required and absent or not sure enough.
    typed_lines: typed lines in normal form, compared with the totals: (typed, lines shown, fields, language).
    ubl: the document as UBL, or None when there is none (yet).
    alternatives: what else its pages say, by field, the likeliest first; thought out when asked for, in about 20 ms.
    searchable: the document as a PDF whose words can be searched, or None when nothing was read; takes about a second.
    preview: the "action required" mail as it would go out now in that language, or None when there is nothing to say.
    """

    store: Store
    settings: Settings
    clock: Clock
    desk: Desk
    office: Office
    upload: Callable[[str, str, Sequence[tuple[str, bytes]]], list[str]]
    take_in: Callable[[str, Sequence[tuple[str, bytes]], Purpose | None], list[str]]
    waits: Callable[[str, str], bool]
    changed: Callable[[str], None]
    missing: Callable[[Fields], tuple[FieldName, ...]]
    typed_lines: Callable[[TypedLines, Lines, Fields, Language], Lines]
    ubl: Callable[[str], bytes | None]
    alternatives: Callable[[Document], Alternatives]
    searchable: Callable[[str], bytes | None]
    preview: Callable[[Account, Language], Rendered | None]

    @property
    def https(self) -> bool:
        """Whether people reach the pages over https."""
        return self.settings.web.public_url.lower().startswith("https://")
