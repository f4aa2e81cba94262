"""What belongs together with a document, in the reader's words: renditions, reminders, appendices, questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mailroom.domain.document import BESIDE, MOST_PHOTOS, OPEN, Bond, Document, DocumentState, FieldName
from mailroom.domain.value import Reason
from mailroom.web.words import Words

if TYPE_CHECKING:
    from mailroom.store import Unit


MOST_WAITING = 60
SOME_DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Relative:
    """One document of the family."""

    id: str
    name: str
    bond: Bond | None
    state: DocumentState
    came: str
    amount: str


@dataclass(frozen=True)
class Family:
    """The family of a document. `question` is one that it may be the same as; `pages` how it may be divided.

    `before` and `after` came before and after it; a person may put them together with it.
    """

    leader: Relative | None
    members: tuple[Relative, ...]
    pieces: tuple[Relative, ...]
    origin: Relative | None
    question: Relative | None
    pages: str
    before: tuple[Relative, ...]
    after: tuple[Relative, ...]
    stands_beside: bool

    def __bool__(self) -> bool:
        return bool(self.leader or self.members or self.pieces or self.origin)


def family_of(unit: Unit, document: Document, words: Words) -> Family:
    """Return what belongs together with a document."""
    asked = _asked(document, "perhaps_same")
    several = _asked(document, "perhaps_several")
    members = [member for member in unit.documents.belonging_to(document.id) if member.state is not _READING]
    photos = _photos_near(unit, document)
    pieces = unit.documents.made_of(document.id) if document.bond is Bond.DIVIDED else []
    return Family(
        leader=_relative(unit, document.belongs_to, words) if document.belongs_to else None,
        members=tuple(_shown(member, words) for member in members),
        pieces=tuple(_shown(piece, words) for piece in pieces),
        origin=_relative(unit, document.made_from, words) if document.made_from else None,
        question=_relative(unit, asked.facts["document"], words) if asked else None,
        pages=several.facts["pages"] if several else "",
        before=tuple(_shown(photo, words) for photo in photos if photo.created_at <= document.created_at),
        after=tuple(_shown(photo, words) for photo in photos if photo.created_at > document.created_at),
        stands_beside=document.state in BESIDE,
    )


def _photos_near(unit: Unit, document: Document) -> list[Document]:
    """Return the other photos of its account that wait and came within some days of it."""
    if document.state not in OPEN or not document.may_be_page:
        return []
    waiting = unit.documents.list(document.account_id, OPEN, limit=MOST_WAITING)
    near = [one for one in waiting if one.may_be_page and abs(one.created_at - document.created_at) <= SOME_DAYS]
    return [one for one in reversed(near) if one.id != document.id][1 - MOST_PHOTOS :]


_READING = DocumentState.READING


def _asked(document: Document, code: str) -> Reason | None:
    return next((problem for problem in document.problems if problem.code == code), None)


def _relative(unit: Unit, document_id: str, words: Words) -> Relative:
    return _shown(unit.documents.get(document_id), words)


def _shown(document: Document, words: Words) -> Relative:
    amount = document.value(FieldName.TOTAL_AMOUNT)
    return Relative(
        id=document.id,
        name=document.filename or document.value(FieldName.INVOICE_NUMBER) or words.t("web.inbox.unnamed"),
        bond=document.bond,
        state=document.state,
        came=words.instant(document.created_at),
        amount=words.amount(amount, document.value(FieldName.CURRENCY)) if amount else "",
    )
