"""A small mailroom for the tests of the pages: the real store on SQLite, and a desk of our own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from web_papers import INVOICE, WAITS, evidence, missing, picture

from mailroom.config import Settings
from mailroom.domain.account import Account, ImportAddress, Membership, Purpose, Role, User
from mailroom.domain.decision import Decision, DecisionRecord
from mailroom.domain.document import Alternatives, Document, DocumentState, Field, FieldName, Fields, FieldSource
from mailroom.domain.line import Lines, TypedLines
from mailroom.domain.message import (
    Door,
    HeaderView,
    MediaType,
    Message,
    MessageState,
    Part,
    PartVerdict,
    SenderProof,
    SenderVerdict,
    Verdict,
)
from mailroom.domain.value import Reason, new_id
from mailroom.errors import ChangedMeanwhile, InvalidValue, WrongState
from mailroom.extraction import typed_lines
from mailroom.languages import Language
from mailroom.spool import SpoolEntry
from mailroom.store import Store
from mailroom.web import WebServices
from mailroom.web.passwords import Cost, hash_password

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
CHEAP = Cost(n=16, r=1, p=1)
PASSWORD = "correct horse battery"


class FakeDesk:
    """The desk's promise over the real store: versions, states, values; no rules behind it."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.typed: list[tuple[str, bool]] = []
        self.store = store
        self.clock = clock
        self.fails: Exception | None = None
        self.as_read = Lines()

    def fill_in(
        self, user: User, document_id: str, version: int, typed: Mapping[FieldName, str], language: Language
    ) -> Document:
        values: Fields = {}
        for name, text in typed.items():
            if name.value.endswith("_amount") and not re.fullmatch(r"-?[\d.,]+", text or "0"):
                raise InvalidValue("no amount", field=name.value)
            plain = text.replace(",", ".") if name.value.endswith("_amount") else text
            values[name] = Field(value=plain or None, confidence=1.0, source=FieldSource.PERSON)

        def change(document: Document) -> dict[str, Any]:
            fields = {**document.fields, **values}
            state = DocumentState.INCOMPLETE if missing(fields) else DocumentState.TO_ACCEPT
            return {"fields": fields, "state": state, "completed_by_hand": True}

        return self._act(document_id, version, tuple(DocumentState), change)

    def correct_lines(
        self, user: User, document_id: str, version: int, typed: TypedLines, language: Language
    ) -> Document:
        with self.store.unit() as unit:
            document, shown = unit.documents.get(document_id), unit.lines.of(document_id)
        lines = typed_lines(typed, shown, document.fields, language)
        saved = self._act(document_id, version, tuple(DocumentState), lambda _: {"completed_by_hand": True})
        with self.store.unit() as unit:
            unit.lines.save(document_id, lines)
        return saved

    def read_lines(self, user: User, document_id: str, version: int) -> Document:
        saved = self._act(document_id, version, tuple(DocumentState), lambda _: {"completed_by_hand": True})
        with self.store.unit() as unit:
            unit.lines.save(document_id, self.as_read)
        return saved

    def accept(self, user: User, document_id: str, version: int) -> Document:
        states = (DocumentState.TO_ACCEPT, DocumentState.HELD)
        until = self.clock() + timedelta(minutes=15)
        return self._decide(user, document_id, version, states=states, to=DocumentState.ACCEPTED, archive_at=until)

    def refuse(self, user: User, document_id: str, version: int, reason: str) -> Document:
        why = (Reason(code="refused_by_person", facts={"words": reason}),)
        return self._decide(
            user, document_id, version, states=tuple(DocumentState), to=DocumentState.REFUSED, reasons=why
        )

    def undo(self, user: User, document_id: str, version: int) -> Document:
        states = (DocumentState.ACCEPTED, DocumentState.REFUSED)
        return self._decide(user, document_id, version, states=states, to=DocumentState.TO_ACCEPT, archive_at=None)

    def retry(self, user: User, document_id: str, version: int) -> Document:
        states = (DocumentState.UNREADABLE, DocumentState.NEEDS_ATTENTION)
        return self._act(document_id, version, states, lambda _: {"state": DocumentState.READING, "reasons": ()})

    def unlock(self, user: User, document_id: str, version: int, password: str, *, keep: bool) -> Document:
        self.typed.append((password, keep))
        change = {"state": DocumentState.READING, "reasons": ()}
        return self._act(document_id, version, (DocumentState.UNREADABLE,), lambda _: change)

    def _decide(
        self,
        user: User,
        document_id: str,
        version: int,
        *,
        states: Sequence[DocumentState],
        to: DocumentState,
        reasons: tuple[Reason, ...] = (),
        **more: object,
    ) -> Document:
        saved = self._act(document_id, version, states, lambda _: {"state": to, "reasons": reasons, **more})
        with self.store.unit() as unit:
            decision = Decision(state=to, rule="person", reasons=reasons)
            unit.decisions.add(
                DecisionRecord(document_id=document_id, at=self.clock(), actor=user.id, decision=decision)
            )
        return saved

    def _act(
        self,
        document_id: str,
        version: int,
        states: Sequence[DocumentState],
        change: Callable[[Document], dict[str, Any]],
    ) -> Document:
        if self.fails:
            raise self.fails
        with self.store.unit() as unit:
            document = unit.documents.get(document_id)
            if document.version != version:
                raise ChangedMeanwhile
            if document.state not in states:
                raise WrongState
            return unit.documents.save(document.model_copy(update=change(document)))


@dataclass
class FakeOffice:
    """The office's promise over the real store: what was asked of it, and a spool with what it is given."""

    store: Store
    clock: Callable[[], datetime]
    replayed: list[str] = field(default_factory=list)
    assigned: list[tuple[str, str]] = field(default_factory=list)
    stuck: list[SpoolEntry] = field(default_factory=list)
    fails: Exception | None = None

    def assign(self, user: User, message_id: str, account_id: str) -> str:
        if self.fails:
            raise self.fails
        self.assigned.append((message_id, account_id))
        self._note("message_assigned", user, message_id, {"account": account_id})
        return new_id()

    def dismiss(self, user: User, message_id: str, reason: str) -> None:
        self._note("message_dismissed", user, message_id, {"reason": reason})

    def replay(self, user: User, message_id: str) -> None:
        if self.fails:
            raise self.fails
        self.replayed.append(message_id)
        self._note("message_replayed", user, message_id, {})

    def in_spool(self, limit: int) -> tuple[int, int, list[SpoolEntry]]:
        return len(self.stuck), len(self.stuck), self.stuck[:limit]

    def _note(self, event: str, user: User, message_id: str, facts: dict[str, str]) -> None:
        with self.store.unit() as unit:
            unit.events.add(event, subject=message_id, actor=user.id, at=self.clock(), facts=facts)


@dataclass
class House:
    """The store, the services and what was asked of them."""

    store: Store
    settings: Settings
    now: datetime = NOW
    desk: FakeDesk = field(init=False)
    office: FakeOffice = field(init=False)
    services: WebServices = field(init=False)
    uploads: list[tuple[str, str, list[tuple[str, bytes]]]] = field(default_factory=list)
    purposes: list[Purpose | None] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    others: Alternatives = field(default_factory=dict)
    mail: Any = None

    def __post_init__(self) -> None:
        self.desk = FakeDesk(self.store, self.clock)
        self.office = FakeOffice(self.store, self.clock)
        self.services = WebServices(
            store=self.store,
            settings=self.settings,
            clock=self.clock,
            desk=self.desk,
            office=self.office,
            upload=self._upload,
            take_in=self._take_in,
            waits=lambda account_id, message_id: (account_id, message_id) in self.waiting,
            changed=self.changed.append,
            missing=missing,
            typed_lines=typed_lines,
            ubl=self._ubl,
            alternatives=lambda document: self.others,
            searchable=lambda document_id: self.document(document_id).reading and b"%PDF-1.7 words",
            preview=lambda account, language: self.mail,
        )

    def clock(self) -> datetime:
        return self.now

    def _upload(self, account_id: str, user_id: str, files: Sequence[tuple[str, bytes]]) -> list[str]:
        self.uploads.append((account_id, user_id, list(files)))
        return [new_id() for _ in files]

    def _take_in(
        self, account_id: str, files: Sequence[tuple[str, bytes]], purpose: Purpose | None = None
    ) -> list[str]:
        self.purposes.append(purpose)
        ids = self._upload(account_id, "", files)
        self.waiting += [(account_id, message_id) for message_id in ids]
        return ids

    def _ubl(self, document_id: str) -> bytes | None:
        return self.document(document_id).ubl and b"<Invoice/>"

    def document(self, document_id: str) -> Document:
        with self.store.read() as unit:
            return unit.documents.get(document_id)

    def dump(self) -> str:
        """Return everything that the database holds."""
        with self.store.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            return "\n".join(raw.iterdump())

    def account(self, name: str = "Bakkerij De Korenaar", **values: Any) -> Account:
        account = Account(id=new_id(), name=name, created_at=NOW, language=Language.NL, **values)
        with self.store.unit() as unit:
            unit.accounts.add(account)
        return account

    def address(self, account: Account) -> ImportAddress:
        with self.store.unit() as unit:
            return unit.addresses.issue(account.id, "import.test", Purpose.PURCHASES, NOW)

    def user(self, email: str, role: Role | None = None, account: Account | None = None, **values: Any) -> User:
        user = User(id=new_id(), email=email, created_at=NOW, is_operator=role is Role.OPERATOR, **values)
        with self.store.unit() as unit:
            unit.users.add(user)
            unit.users.set_password_hash(user.id, hash_password(PASSWORD, CHEAP))
            if account and role and role is not Role.OPERATOR:
                unit.users.join(Membership(user_id=user.id, account_id=account.id, role=role))
        return user

    def add(
        self,
        account: Account,
        state: DocumentState = DocumentState.TO_ACCEPT,
        *,
        values: Mapping[FieldName, str | None] | None = None,
        filename: str = "factuur.pdf",
        pages: int = 1,
        age: timedelta = timedelta(hours=3),
        subject: str = "Uw factuur",
        confidence: Mapping[FieldName, float] | None = None,
        **more: Any,
    ) -> Document:
        """Store a mail with one document and a logo, and the document with its picture and fields."""
        more = {"media_type": MediaType.PDF, **more}
        shown = {**INVOICE, **(values or {})}
        previews, fields = picture(shown, self.store, pages), evidence(shown, confidence or {})
        raw = f"{account.id}{filename}{state}{shown}{subject}{age}".encode()
        sha256 = self.store.blobs.put(raw)
        message = Message(
            id=new_id(),
            account_id=account.id,
            door=Door.SMTP,
            recipient="korenaar-x@import.test",
            envelope_sender="facturen@leverancier.example",
            received_at=NOW - age,
            sha256=sha256,
            size=52_000,
            state=MessageState.SORTED,
            header=HeaderView(subject=subject, from_addresses=("facturen@leverancier.example",)),
            sender=SenderProof(verdict=SenderVerdict.UNKNOWN),
        )
        document = Document(
            id=new_id(),
            account_id=account.id,
            message_id=message.id,
            part_path="2",
            sha256=sha256,
            filename=filename,
            size=48_211,
            state=state,
            fields=fields,
            page_count=pages,
            previews=previews,
            created_at=NOW - age,
            updated_at=NOW - age,
            **more,
        )
        part = Part(path="2", filename=filename, media_type=MediaType.PDF, size=48_211, sha256=sha256)
        logo = Part(path="3", filename="logo.png", media_type=MediaType.PNG, size=2100, sha256="0" * 64)
        with self.store.unit() as unit:
            unit.messages.add(message)
            unit.documents.add(document)
            unit.parts.record(
                message.id,
                [
                    (
                        part,
                        PartVerdict(path="2", verdict=Verdict.DOCUMENT, reason=Reason(code="readable_file")),
                        document.id,
                    ),
                    (logo, PartVerdict(path="3", verdict=Verdict.IGNORED, reason=Reason(code="decoration")), None),
                ],
            )
            unit.events.add("fields_filled_in", account_id=account.id, subject=document.id, at=NOW)
            unit.decisions.add(
                DecisionRecord(
                    document_id=document.id,
                    at=NOW - age,
                    actor="rules",
                    decision=Decision(state=DocumentState.TO_ACCEPT, rule="waits_for_acceptance", reasons=WAITS),
                )
            )
        return document
