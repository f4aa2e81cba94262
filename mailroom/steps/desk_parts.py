"""The desk's acts on parts of a mail: what was left out is a document after all, or what was taken is none.

Each act is one transaction: the ledger's line, the document and what is remembered for the account. The same picture is
then judged likewise in the next mails, by its bytes and by its looks; each act takes the other back.
"""

from __future__ import annotations

from datetime import datetime

from mailroom.domain.account import Role, User
from mailroom.domain.answer import Answer, Question
from mailroom.domain.decision import Decision
from mailroom.domain.document import SETTLED, Document, DocumentState
from mailroom.domain.message import LedgerEntry, Message, PartVerdict, Verdict, can_put_aside, can_take_back
from mailroom.domain.value import Reason, new_id
from mailroom.errors import NotAllowed, NotFound, WrongState
from mailroom.steps.decide import apply_decision
from mailroom.steps.house import House
from mailroom.store import Unit


def take_back(house: House, user: User, message_id: str, path: str, roles: frozenset[Role]) -> Document:
    """Make a document of a part that was left out. The caller tells the engine after the commit.

    Raises:
        NotFound, NotAllowed: no such part, or not for this person.
        WrongState: it is a document, a copy of one, or of a type that is not read.
    """
    with house.store.unit() as unit:
        message, entry = _open(unit, user, message_id, path, roles)
        if not can_take_back(entry):
            raise WrongState(f"part {path} of message {message_id} is {entry.verdict}", state=entry.verdict.value)
        document = _document(unit, house, message, entry)
        said = PartVerdict(path=path, verdict=Verdict.DOCUMENT, reason=Reason(code="said_document"))
        unit.parts.judge(message_id, said, document.id)
        remember_picture(unit, message, entry, "document", actor=user.id, at=house.clock())
        unit.events.add(
            "part_taken_back",
            account_id=message.account_id,
            subject=document.id,
            actor=user.id,
            facts={"message": message_id, "part": path},
            at=house.clock(),
        )
        return document


def put_aside(house: House, user: User, message_id: str, path: str, roles: frozenset[Role]) -> Document:
    """Say that a picture is no document; its line says so from now on. Raises as `take_back`."""
    with house.store.unit() as unit:
        message, entry = _open(unit, user, message_id, path, roles)
        if not can_put_aside(entry):
            raise WrongState(f"part {path} of message {message_id} is {entry.verdict}", state=entry.verdict.value)
        document = unit.documents.get(entry.document_id or "")
        if document.state in SETTLED:
            raise WrongState(f"document {document.id} is {document.state}", state=document.state.value)
        why = Reason(code="said_decoration")
        unit.parts.judge(message_id, PartVerdict(path=path, verdict=Verdict.IGNORED, reason=why), document.id)
        remember_picture(unit, message, entry, "decoration", actor=user.id, at=house.clock())
        aside = Decision(state=DocumentState.SET_ASIDE, rule=why.code, reasons=(why,))
        return apply_decision(unit, house, document, aside, actor=user.id)


def _open(unit: Unit, user: User, message_id: str, path: str, roles: frozenset[Role]) -> tuple[Message, LedgerEntry]:
    message = unit.messages.get(message_id)
    role = Role.OPERATOR if user.is_operator else unit.users.role(user.id, message.account_id)
    if role is None:
        raise NotFound(f"user {user.id} has no role in the account of message {message_id}")
    if role not in roles:
        raise NotAllowed(f"role {role} may not do this")
    entry = next((line for line in unit.parts.of(message_id) if line.path == path), None)
    if entry is None:
        raise NotFound(f"message {message_id} has no part {path}")
    return message, entry


def _document(unit: Unit, house: House, message: Message, entry: LedgerEntry) -> Document:
    """Return the document of these bytes, to be read: a new one, or the one that was put aside before."""
    now = house.clock()
    new = Document(
        id=new_id(),
        account_id=message.account_id,
        message_id=message.id,
        part_path=entry.path,
        sha256=entry.sha256,
        media_type=entry.media_type,
        filename=entry.filename,
        size=entry.size,
        created_at=now,
        updated_at=now,
    )
    stored, created = unit.documents.add(new)
    if created or stored.state is not DocumentState.SET_ASIDE:
        return stored
    again = {"state": DocumentState.READING, "reasons": (), "belongs_to": None, "bond": None, "attempts": 0}
    return unit.documents.save(stored.model_copy(update=again))


def remember_picture(
    unit: Unit, message: Message, entry: LedgerEntry, answer: str, *, actor: str, at: datetime
) -> None:
    """Remember what a person said of a file's bytes and of its looks."""
    look = unit.parts.likeness(message.id, entry.path)
    for subject in (entry.sha256, *([f"~{look}"] if look else [])):
        unit.answers.give(
            Answer(
                account_id=message.account_id,
                question=Question.PICTURE,
                subject=subject,
                answer=answer,
                actor=actor,
                at=at,
            )
        )
