"""The desk's acts on files that hold several invoices, and on photos that are pages of one. See steps/desk.py.

Each act is one transaction. What was already accepted is never taken apart or put together.
"""

from __future__ import annotations

from datetime import datetime

from mailroom.domain.answer import Answer, Question
from mailroom.domain.decision import Decision
from mailroom.domain.document import MOST_PHOTOS, SETTLED, Bond, Document, DocumentState
from mailroom.domain.value import Reason
from mailroom.errors import InvalidValue, WrongState
from mailroom.steps.decide import RULES, apply_decision
from mailroom.steps.house import House
from mailroom.steps.together import DIVIDING, files_subject, pages_subject, photos_subject
from mailroom.store import Unit


def told_to_divide(unit: Unit, document: Document, *, split: bool, actor: str, at: datetime) -> Document:
    """Remember whether a file is to be divided, for it and for its sender; to be divided, it is being read again."""
    if not any(problem.code in DIVIDING for problem in document.problems):
        raise WrongState(f"document {document.id} is one invoice", state=document.state.value)
    remember(unit, document, document.id, "split" if split else "whole", actor=actor, at=at)
    if split:
        return unit.documents.save(document.model_copy(update={"state": DocumentState.READING, "reasons": ()}))
    kept = tuple(problem for problem in document.problems if problem.code not in DIVIDING)
    return document.model_copy(update={"problems": kept})


def told_to_join(unit: Unit, document: Document, photos: list[Document], *, actor: str, at: datetime) -> Document:
    """Remember which photos are one invoice; this one is being read again, and they are put together then."""
    ids = [photo.id for photo in photos]
    if not 1 < len(ids) <= MOST_PHOTOS or len(set(ids)) < len(ids) or document.id not in ids:
        raise InvalidValue(f"one invoice has 2 to {MOST_PHOTOS} photos", field="pages", most=MOST_PHOTOS)
    settled = next((photo for photo in photos if not photo.may_be_page), None)
    if settled is not None:
        raise WrongState(f"document {settled.id} is no photo that waits", state=settled.state.value)
    _give(unit, document, pages_subject(document), " ".join(ids), actor=actor, at=at)
    sender = unit.messages.get(document.message_id).sender.identity
    if sender:  # it takes back what was said when photos were parted
        _give(unit, document, photos_subject(sender), "whole", actor=actor, at=at)
    return unit.documents.save(document.model_copy(update={"state": DocumentState.READING, "reasons": ()}))


def remember(unit: Unit, document: Document, subject: str, answer: str, *, actor: str, at: datetime) -> None:
    """Remember an answer about a document and, where it has one, about its sender."""
    sender = unit.messages.get(document.message_id).sender.identity
    photos = document.made_from is not None
    of_sender = (photos_subject if photos else files_subject)(sender) if sender else ""
    for about in filter(None, (subject, of_sender)):
        _give(unit, document, about, answer, actor=actor, at=at)


def _give(unit: Unit, document: Document, subject: str, answer: str, *, actor: str, at: datetime) -> None:
    given = {"question": Question.DIVISION, "subject": subject, "answer": answer, "actor": actor, "at": at}
    unit.answers.give(Answer.model_validate({"account_id": document.account_id, **given}))


def put_back(unit: Unit, house: House, document: Document, *, actor: str) -> Document:
    """Take a division back: the pieces are pages again, the file is one document. Returns it, to be decided on.

    Raises:
        WrongState: a piece was accepted or refused already.
    """
    pieces = unit.documents.made_of(document.id)
    _refuse_settled(pieces)
    for piece in pieces:
        bond = {"belongs_to": document.id, "bond": Bond.PAGE}
        page = Decision(state=DocumentState.SET_ASIDE, rule="page_of", reasons=(Reason(code="page_of"),))
        apply_decision(unit, house, piece.model_copy(update=bond), page, actor=RULES)
    remember(unit, document, document.id, "whole", actor=actor, at=house.clock())
    kept = tuple(problem for problem in document.problems if problem.code not in DIVIDING)
    return document.model_copy(update={"bond": None, "problems": kept})


def part(unit: Unit, house: House, document: Document, *, actor: str) -> list[Document]:
    """Let each photo of a joined document stand by itself, and return them, to be decided on."""
    photos = [one for one in unit.documents.belonging_to(document.id) if one.bond is Bond.PAGE]
    remember(unit, document, document.id, "split", actor=actor, at=house.clock())
    for photo in photos:
        _give(unit, photo, pages_subject(photo), "", actor=actor, at=house.clock())
    why = Reason(code="was_divided", facts={"count": str(len(photos))})
    aside = Decision(state=DocumentState.SET_ASIDE, rule="was_divided", reasons=(why,))
    apply_decision(unit, house, document.model_copy(update={"bond": Bond.DIVIDED}), aside, actor=actor)
    return [photo.model_copy(update={"belongs_to": None, "bond": None}) for photo in photos]


def _refuse_settled(pieces: list[Document]) -> None:
    settled = next((piece for piece in pieces if piece.state in SETTLED or piece.completed_by_hand), None)
    if settled is not None:
        raise WrongState(f"document {settled.id} is {settled.state}", state=settled.state.value)
