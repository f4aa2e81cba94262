"""What belongs together with a document, in the reader's words: renditions, reminders, appendices, questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailroom.domain.document import BESIDE, Bond, Document, DocumentState, FieldName
from mailroom.domain.value import Reason
from mailroom.web.words import Words

if TYPE_CHECKING:
    from mailroom.store import Unit


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
    """The family of a document. `question` is one that it may be the same as; `pages` how it may be divided."""

    leader: Relative | None
    members: tuple[Relative, ...]
    pieces: tuple[Relative, ...]
    origin: Relative | None
    question: Relative | None
    pages: str
    stands_beside: bool

    def __bool__(self) -> bool:
        return bool(self.leader or self.members or self.pieces or self.origin)


def family_of(unit: Unit, document: Document, words: Words) -> Family:
    """Return what belongs together with a document."""
    asked = _asked(document, "perhaps_same")
    several = _asked(document, "perhaps_several")
    members = [member for member in unit.documents.belonging_to(document.id) if member.state is not _READING]
    pieces = unit.documents.made_of(document.id) if document.bond is Bond.DIVIDED else []
    return Family(
        leader=_relative(unit, document.belongs_to, words) if document.belongs_to else None,
        members=tuple(_shown(member, words) for member in members),
        pieces=tuple(_shown(piece, words) for piece in pieces),
        origin=_relative(unit, document.made_from, words) if document.made_from else None,
        question=_relative(unit, asked.facts["document"], words) if asked else None,
        pages=several.facts["pages"] if several else "",
        stands_beside=document.state in BESIDE,
    )


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
