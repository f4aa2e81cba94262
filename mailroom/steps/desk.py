"""The desk: what a person decides on a document. Each act is one transaction; the rows are the truth.

The version that the person saw travels with the act, so that nobody overwrites what he did not see. What a person typed
has to be accepted by a person: `completed_by_hand` is set here and never taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from mailroom.domain.account import KeptPassword, Role, User
from mailroom.domain.decision import Decision
from mailroom.domain.document import (
    BESIDE,
    OPEN,
    Bond,
    Document,
    DocumentState,
    Evidence,
    Field,
    FieldName,
    Fields,
    FieldSource,
)
from mailroom.domain.line import TypedLines
from mailroom.domain.message import Message, MessageState, PartVerdict, Verdict
from mailroom.domain.value import Reason, new_id
from mailroom.errors import ChangedMeanwhile, InvalidValue, NotAllowed, NotFound, WrongState
from mailroom.extraction import missing, normalise
from mailroom.languages import Language
from mailroom.rules import decide as decide_by_rules
from mailroom.steps.decide import RULES, apply_decision, decide_in, gather_facts
from mailroom.steps.desk_lines import compare_lines, correct_lines, read_lines
from mailroom.steps.desk_parts import put_aside, take_back
from mailroom.steps.desk_pieces import part, put_back, told_to_divide, told_to_join
from mailroom.steps.house import House
from mailroom.steps.learning import teach_correction
from mailroom.steps.together import remember_pair, without_ours
from mailroom.steps.unlocked import TYPED
from mailroom.store import Unit

MAY_FILL_IN = frozenset({Role.OWNER, Role.MEMBER, Role.VALIDATOR, Role.OPERATOR})
MAY_DECIDE = frozenset({Role.OWNER, Role.MEMBER, Role.OPERATOR})

FILLABLE = OPEN | {DocumentState.UNREADABLE, DocumentState.NEEDS_ATTENTION}
ACCEPTABLE = frozenset({DocumentState.TO_ACCEPT, DocumentState.HELD})
REFUSABLE = FILLABLE | {DocumentState.DUPLICATE}
UNDOABLE = frozenset({DocumentState.ACCEPTED, DocumentState.REFUSED})
READABLE_AGAIN = frozenset({DocumentState.UNREADABLE, DocumentState.NEEDS_ATTENTION})


class Desk:
    """A person's acts on documents."""

    def __init__(self, house: House) -> None:
        self._house = house

    def fill_in(
        self, user: User, document_id: str, version: int, typed: Mapping[FieldName, str], language: Language
    ) -> Document:
        """Put what a person typed into the fields and decide again.

        Fields that did not change are left alone, but one that was not sure enough is confirmed by leaving it.

        Raises:
            InvalidValue: a value is not of its field's form; `facts` name the field.
        """
        with self._open(user, document_id, version, MAY_FILL_IN, FILLABLE) as (unit, document):
            unsure = missing(document.fields)
            changed: Fields = {}
            for name, text in typed.items():
                value = normalise(name, text, language) if text.strip() else None
                confirmed = value is not None and name in unsure  # left as it was: the person says that it is right
                if value != document.value(name) or confirmed:
                    changed[name] = _typed_field(text, value)
            if not changed:
                return document
            completed = document.model_copy(
                update={"fields": {**document.fields, **changed}, "completed_by_hand": True}
            )
            completed = teach_correction(
                unit, self._house, completed, before=document.fields, names=changed, actor=user.id
            )
            unit.events.add(
                "fields_filled_in",
                account_id=document.account_id,
                subject=document.id,
                actor=user.id,
                facts={"fields": ", ".join(sorted(changed))},
                at=self._house.clock(),
            )
            compare_lines(unit, self._house, completed, changed)
            return decide_in(unit, self._house, completed, actor=user.id)

    def correct_lines(
        self, user: User, document_id: str, version: int, typed: TypedLines, language: Language
    ) -> Document:
        """Put the lines that a person typed in the place of those that are there, and decide again.

        Raises also InvalidValue, whose `facts` say which `field` of which `line`, and LinesOfEInvoice.
        """
        with self._open(user, document_id, version, MAY_FILL_IN, FILLABLE) as (unit, document):
            return correct_lines(unit, self._house, document, typed, language=language, actor=user.id)

    def read_lines(self, user: User, document_id: str, version: int) -> Document:
        """Take the lines again as they were read, and decide again. Raises also LinesOfEInvoice."""
        with self._open(user, document_id, version, MAY_FILL_IN, FILLABLE) as (unit, document):
            return read_lines(unit, self._house, document, actor=user.id)

    def accept(self, user: User, document_id: str, version: int) -> Document:
        """Accept the document; the undo window begins.

        Raises:
            WrongState: also for a held document that lacks a required field; `facts` name the fields.
        """
        with self._open(user, document_id, version, MAY_DECIDE, ACCEPTABLE) as (unit, document):
            gaps = missing(document.fields)
            if gaps:
                names = ",".join(name.value for name in gaps)
                raise WrongState(f"document {document_id} lacks {names}", state=document.state.value, fields=names)
            decision = Decision(
                state=DocumentState.ACCEPTED, rule="accepted_by_person", reasons=(Reason(code="accepted_by_person"),)
            )
            facts = gather_facts(unit, self._house, document)
            return apply_decision(unit, self._house, document, decision, actor=user.id, facts=facts)

    def refuse(self, user: User, document_id: str, version: int, reason: str) -> Document:
        """Refuse the document, in the person's own words."""
        with self._open(user, document_id, version, MAY_DECIDE, REFUSABLE) as (unit, document):
            words = " ".join(reason.split())[:500]
            why = Reason(code="refused_by_person", facts={"words": words}) if words else Reason(code="refused")
            decision = Decision(state=DocumentState.REFUSED, rule="refused_by_person", reasons=(why,))
            unit.learned.forget_document(document.id)
            return apply_decision(unit, self._house, document, decision, actor=user.id)

    def undo(self, user: User, document_id: str, version: int) -> Document:
        """Take an acceptance back within its window, or a refusal at any time. No rule accepts it again by itself."""
        with self._open(user, document_id, version, MAY_DECIDE, UNDOABLE) as (unit, document):
            if document.archive_at is not None and document.archive_at <= self._house.clock():
                raise WrongState(f"the undo window of document {document_id} is over: it is being archived")
            return self._wait_for_person(unit, document, user, "taken_back")

    def _wait_for_person(self, unit: Unit, document: Document, user: User, code: str) -> Document:
        """Lay a document before a person, whatever the rules would do with it."""
        facts = gather_facts(unit, self._house, document)
        judged = decide_by_rules(facts, missing(document.fields))
        by_itself = judged.state is DocumentState.ACCEPTED
        decision = Decision(
            state=DocumentState.TO_ACCEPT if by_itself else judged.state,
            rule=code,
            # What spoke against it speaks again: whoever accepts it next must see the warning too.
            reasons=(Reason(code=code), *(() if by_itself else judged.reasons)),
        )
        return apply_decision(unit, self._house, document, decision, actor=user.id, facts=facts)

    def separate(self, user: User, document_id: str, version: int) -> Document:
        """Let a document stand by itself that was put beside another one. No rule accepts it by itself.

        The two are not taken for one again; what they said differently no longer speaks against the other.
        """
        with self._open(user, document_id, version, MAY_DECIDE, BESIDE | OPEN) as (unit, document):
            if document.belongs_to is None:
                raise WrongState(f"document {document_id} stands by itself", state=document.state.value)
            leader = unit.documents.get(document.belongs_to)
            remember_pair(unit, document, leader, "other", actor=user.id, at=self._house.clock())
            alone = without_ours(document).model_copy(update={"belongs_to": None, "bond": None})
            self._speak_again(unit, leader, document.id)
            if document.made_from is None:
                line = PartVerdict(
                    path=document.part_path, verdict=Verdict.DOCUMENT, reason=Reason(code="stands_by_itself")
                )
                unit.parts.judge(document.message_id, line, document.id)
            return self._wait_for_person(unit, alone, user, "stands_by_itself")

    def unite(self, user: User, document_id: str, version: int, other_id: str) -> Document:
        """Say that a document is the same invoice as another one, or not (`unite` and `keep_apart`)."""
        with self._open(user, document_id, version, MAY_DECIDE, OPEN) as (unit, document):
            other = self._neighbour(unit, document, other_id)
            remember_pair(unit, document, other, "same", actor=user.id, at=self._house.clock())
            return decide_in(unit, self._house, document, actor=user.id)

    def keep_apart(self, user: User, document_id: str, version: int, other_id: str) -> Document:
        """Say that a document is another invoice than one that looks like it; it then waits for its acceptance."""
        with self._open(user, document_id, version, MAY_DECIDE, OPEN) as (unit, document):
            other = self._neighbour(unit, document, other_id)
            remember_pair(unit, document, other, "other", actor=user.id, at=self._house.clock())
            return self._wait_for_person(unit, without_ours(document), user, "stands_by_itself")

    def divide(self, user: User, document_id: str, version: int) -> Document:
        """Say that a file holds several invoices, as was asked. The caller tells the engine after the commit."""
        with self._open(user, document_id, version, MAY_DECIDE, OPEN) as (unit, document):
            return told_to_divide(unit, document, split=True, actor=user.id, at=self._house.clock())

    def keep_whole(self, user: User, document_id: str, version: int) -> Document:
        """Say that a file is one invoice: when it was asked, or after it was divided."""
        states = OPEN | {DocumentState.SET_ASIDE}
        with self._open(user, document_id, version, MAY_DECIDE, states) as (unit, document):
            if document.bond is Bond.DIVIDED and document.made_from is None:
                whole = put_back(unit, self._house, document, actor=user.id)
                return self._wait_for_person(unit, whole, user, "stands_by_itself")
            whole = told_to_divide(unit, document, split=False, actor=user.id, at=self._house.clock())
            return decide_in(unit, self._house, whole, actor=user.id)

    def join(self, user: User, document_id: str, version: int, pages: Sequence[str]) -> Document:
        """Say that photos are the pages of one invoice, in this order. The caller tells the engine after the commit.

        Raises:
            WrongState: one of them is no photo, or was decided on.
            InvalidValue: they are not two to `MOST_PHOTOS`, or this one is not among them.
        """
        with self._open(user, document_id, version, MAY_DECIDE, OPEN) as (unit, document):
            photos = [document if page == document.id else self._neighbour(unit, document, page) for page in pages]
            return told_to_join(unit, document, photos, actor=user.id, at=self._house.clock())

    def part(self, user: User, document_id: str, version: int) -> Document:
        """Say that photos which were put together are several invoices; return the first of them."""
        with self._open(user, document_id, version, MAY_DECIDE, OPEN) as (unit, document):
            if document.made_from is None or document.first_page is not None:
                raise WrongState(f"document {document_id} was not put together", state=document.state.value)
            photos = part(unit, self._house, document, actor=user.id)
            decided = [self._wait_for_person(unit, photo, user, "stands_by_itself") for photo in photos]
            return decided[0]

    def take_back(self, user: User, message_id: str, path: str) -> Document:
        """Make a document of a part that was left out. The caller tells the engine after the commit."""
        return take_back(self._house, user, message_id, path, MAY_DECIDE)

    def put_aside(self, user: User, message_id: str, path: str) -> Document:
        """Say that a picture which was taken for a document is none."""
        return put_aside(self._house, user, message_id, path, MAY_DECIDE)

    def _neighbour(self, unit: Unit, document: Document, other_id: str) -> Document:
        other = unit.documents.get(other_id)
        if other.account_id != document.account_id or other.id == document.id:
            raise NotFound(f"no other document {other_id} in the account of document {document.id}")
        return other

    def _speak_again(self, unit: Unit, leader: Document, gone: str) -> None:
        """Take away what another document was said to say differently, where a person still decides."""
        kept = tuple(problem for problem in leader.problems if problem.facts.get("document") != gone)
        if kept == leader.problems or leader.state not in OPEN:
            return
        quiet = leader.model_copy(update={"problems": kept})
        facts = gather_facts(unit, self._house, quiet)
        judged = decide_by_rules(facts, missing(quiet.fields))
        if judged.state is DocumentState.ACCEPTED:  # a person has just looked at it; a person accepts it
            judged = judged.model_copy(update={"state": DocumentState.TO_ACCEPT, "reasons": ()})
        apply_decision(unit, self._house, quiet, judged, actor=RULES, facts=facts)

    def retry(self, user: User, document_id: str, version: int) -> Document:
        """Read an unreadable or parked document again. The caller tells the engine after the commit."""
        with self._open(user, document_id, version, MAY_FILL_IN, READABLE_AGAIN) as (unit, document):
            unit.events.add(
                "document_retried",
                account_id=document.account_id,
                subject=document.id,
                actor=user.id,
                at=self._house.clock(),
            )
            return unit.documents.save(
                document.model_copy(update={"state": DocumentState.READING, "reasons": (), "attempts": 0})
            )

    def unlock(self, user: User, document_id: str, version: int, password: str, *, keep: bool) -> Document:
        """Try a locked file with a password that a person typed. The caller tells the engine after the commit.

        `keep`: the account keeps it for files to come; else it is for this mail only.

        Raises:
            WrongState: the document waits for no password.
            InvalidValue: nothing was typed.
        """
        with self._open(user, document_id, version, MAY_FILL_IN, READABLE_AGAIN) as (unit, document):
            if not any(reason.code in TYPED for reason in document.reasons):
                raise WrongState(f"document {document_id} waits for no password", state=document.state.value)
            if not password:
                raise InvalidValue("no password was typed", field="password")
            now = self._house.clock()
            message_id = document.message_id
            kept = KeptPassword(
                id=new_id(),
                account_id=document.account_id,
                message_id=None if keep else message_id,
                label=document.filename if keep else "",
                created_at=now,
            )
            unit.passwords.add(kept, self._house.store.sealer.seal(password))
            message = unit.messages.get(message_id)
            unit.messages.update(message.model_copy(update={"state": MessageState.STORED, "attempts": 0}))
            unit.events.add(
                "password_typed", account_id=document.account_id, subject=document.id, actor=user.id, at=now
            )
            waiting = [reason for reason in document.reasons if reason not in document.problems]
            problems = (*document.problems, *waiting)  # the reader leaves it alone until its mail was taken apart
            update = {"state": DocumentState.READING, "reasons": (), "problems": problems, "attempts": 0}
            return unit.documents.save(document.model_copy(update=update))

    def retry_message(self, user: User, message_id: str) -> Message:
        """Take a parked mail apart again; the clock begins it."""
        if not user.is_operator:
            raise NotAllowed("only the operator begins a mail again")
        with self._house.store.unit() as unit:
            message = unit.messages.get(message_id)
            if message.state is not MessageState.NEEDS_ATTENTION:
                raise WrongState(f"message {message_id} is {message.state}", state=message.state.value)
            again = message.model_copy(update={"state": MessageState.STORED, "reasons": (), "attempts": 0})
            unit.messages.update(again)
            unit.events.add(
                "message_retried",
                account_id=message.account_id,
                subject=message_id,
                actor=user.id,
                at=self._house.clock(),
            )
            return again

    @contextmanager
    def _open(
        self, user: User, document_id: str, version: int, roles: frozenset[Role], states: frozenset[DocumentState]
    ) -> Iterator[tuple[Unit, Document]]:
        """Begin a transaction on a document that this person may act on, in the version that he saw."""
        with self._house.store.unit() as unit:
            document = unit.documents.get(document_id)
            role = Role.OPERATOR if user.is_operator else unit.users.role(user.id, document.account_id)
            if role is None:
                raise NotFound(f"user {user.id} has no role in the account of document {document_id}")
            if role not in roles:
                raise NotAllowed(f"role {role} may not do this")
            if document.version != version:
                raise ChangedMeanwhile(f"document {document_id} is at version {document.version}, not {version}")
            if document.state not in states:
                raise WrongState(f"document {document_id} is {document.state}", state=document.state.value)
            yield unit, document


def _typed_field(text: str, value: str | None) -> Field:
    return Field(value=value, confidence=1.0, source=FieldSource.PERSON, evidence=(Evidence(text=text.strip()),))
