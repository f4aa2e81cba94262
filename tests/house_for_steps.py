"""A house to run steps in: a real store on SQLite, a vault and an outbox in folders, and a reader and a box that obey.

The box runs the real tasks in this process. What a test puts into `stops` is raised instead, once each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, cast

from store_values import NOON

from mailroom.config import Settings
from mailroom.deliveries import MailChannel, Vault
from mailroom.domain.account import Account, Membership, Purpose, Role, User
from mailroom.domain.document import Document, FieldName
from mailroom.domain.message import Door, Envelope, MediaType
from mailroom.domain.reading import Page, PageSource, Reading, StructuredValue, Word
from mailroom.domain.value import new_id
from mailroom.intake.tasks import task as take_apart
from mailroom.reading.box import Box
from mailroom.reading.read import Reader, ReadResult
from mailroom.steps.arrive import store_message
from mailroom.steps.authenticate import authenticate
from mailroom.steps.boxed import to_ubl
from mailroom.steps.decide import decide
from mailroom.steps.divide import divide
from mailroom.steps.extract import extract
from mailroom.steps.house import House
from mailroom.steps.read import read
from mailroom.steps.readable import draw
from mailroom.steps.sort import sort
from mailroom.store import Store

INVOICE = {
    FieldName.DOCUMENT_TYPE: "invoice",
    FieldName.INVOICE_NUMBER: "2026-77",
    FieldName.ISSUE_DATE: "2026-11-03",
    FieldName.CURRENCY: "EUR",
    FieldName.SELLER_NAME: "Polder Flour Mills B.V.",
    FieldName.SELLER_VAT_ID: "NL123456782B12",
    FieldName.IBAN: "NL91ABNA0417164300",
    FieldName.NET_AMOUNT: "100.00",
    FieldName.VAT_AMOUNT: "21.00",
    FieldName.TOTAL_AMOUNT: "121.00",
    FieldName.PAYABLE_AMOUNT: "121.00",
}


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, at: datetime = NOON) -> None:
        self.now = at

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **length: float) -> None:
        """Let time pass: `minutes=15`."""
        self.now += timedelta(**length)


class ObedientBox:
    """Runs the tasks here; raises what stands in `stops` first."""

    def __init__(self) -> None:
        self.stops: list[Exception] = []
        self.calls: list[str] = []

    def call(
        self, task: str, arguments: dict[str, Any], blobs: Sequence[bytes] = (), *, prepare: Any = None
    ) -> tuple[Any, list[bytes]]:
        self.calls.append(task)
        if self.stops:
            raise self.stops.pop(0)
        if task == "render_mail":
            return None, [b"%PDF-1.7 of a mail: " + blobs[0]]
        if task == "readable_copy":
            return None, [b"<p>", b"%PDF-1.7 copy in " + arguments["language"].encode()]
        if task == "cut_pages":  # the bytes differ, as the pages do
            return None, [b"%PDF-1.7 pages " + repr(piece).encode() + blobs[0] for piece in arguments["pieces"]]
        if task == "join_pictures":
            return None, [b"%PDF-1.7 of " + b"".join(blobs)]
        return {"take_apart": take_apart, "to_ubl": to_ubl}[task](arguments, list(blobs))


class ObedientReader:
    """Sees on every document what `says` says, `syntax` being that of an e-invoice or empty."""

    def __init__(self) -> None:
        self.stops: list[Exception] = []
        self.says: dict[FieldName, str] = dict(INVOICE)
        self.syntax = ""
        self.words: tuple[str, ...] = ()
        self.reads = 0

    def read(self, content: bytes, media_type: MediaType, filename: str = "") -> ReadResult:
        self.reads += 1
        if self.stops:
            raise self.stops.pop(0)
        seen = {name: StructuredValue(value=value, term="BT", path="/x") for name, value in self.says.items()}
        words = tuple(Word(text, 0.1, 0.1, 0.2, 0.2) for text in self.words)
        pages = (Page(number=1, width=1, height=1, source=PageSource.OCR, words=words),) if words else ()
        reading = Reading(
            media_type=media_type, engine="fake", pages=pages, page_count=1, syntax=self.syntax, structured=seen
        )
        return ReadResult(reading, [b"picture of " + content[:20]])


class TestHouse:
    """A house with one account, its owner and its address, and what a test does with them."""

    __test__ = False

    def __init__(self, store: Store, folder: Path, settings: Settings | None = None, mail: Any = None) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.box = ObedientBox()
        self.reader = ObedientReader()
        self.settings = settings or Settings(data=folder)
        self.house = House(
            settings=self.settings,
            store=store,
            box=cast(Box, self.box),
            reader=cast(Reader, self.reader),
            mail=mail or MailChannel(self.settings.mail, folder / "outgoing", self.clock),
            vault=Vault(folder / "vault"),
            clock=self.clock,
            public_url="https://mail.example",
        )
        self.store = store
        self.account, self.address = self.company("Bakkerij De Korenbloem BV", vat_id="BE0662918487")
        self.owner = self.person("owner@example.com", Role.OWNER)

    def company(self, name: str, **more: Any) -> tuple[Account, str]:
        """Add an account and return it with its import address."""
        account = Account(id=new_id(), name=name, created_at=self.clock(), **more)
        with self.store.unit() as unit:
            unit.accounts.add(account)
            address = unit.addresses.issue(account.id, "import.example", Purpose.PURCHASES, self.clock())
        return account, address.address

    def person(self, email: str, role: Role | None = None, *, is_operator: bool = False) -> User:
        """Add a person, with a role in the account or as the operator."""
        user = User(id=new_id(), email=email, is_operator=is_operator, created_at=self.clock())
        with self.store.unit() as unit:
            unit.users.add(user)
            if role:
                unit.users.join(Membership(user_id=user.id, account_id=self.account.id, role=role))
        return user

    def set_account(self, **changes: Any) -> None:
        """Change the account's settings."""
        self.account = self.account.model_copy(update=changes)
        with self.store.unit() as unit:
            unit.accounts.update(self.account)

    def arrives(self, raw: bytes, recipient: str = "", **more: Any) -> str:
        """Put a mail into the store as the mover does and return its message id."""
        told: dict[str, Any] = {
            "id": new_id(),
            "account_id": self.account.id,
            "door": Door.SMTP,
            "sender": "bounce@mailer.example",
            "recipient": recipient or self.address,
            "received_at": self.clock(),
        }
        return store_message(self.house, Envelope(**told | more), raw)

    def documents_of(self, raw: bytes, recipient: str = "", **more: Any) -> list[str]:
        """Take a mail in, authenticate and sort it; return its documents."""
        message = self.arrives(raw, recipient, **more)
        authenticate(self.house, message)
        return sort(self.house, message)

    def decided(self, raw: bytes | None = None, **more: Any) -> Document:
        """Bring a mail with one document through all steps up to its decision."""
        [document_id] = self.documents_of(mail() if raw is None else raw, **more)
        return self.work_on(document_id)

    def work_on(self, document_id: str) -> Document:
        """Read, extract and decide, as the story does."""
        if seen := read(self.house, document_id):
            for made in divide(self.house, document_id) if extract(self.house, document_id) else ():
                self.work_on(made)
            decide(self.house, document_id)
            if seen != "pages":
                draw(self.house, document_id)
        return self.document(document_id)

    def document(self, document_id: str) -> Document:
        """Return a document as it is stored."""
        with self.store.read() as unit:
            return unit.documents.get(document_id)

    def events(self, subject: str) -> list[str]:
        """Return the names of what happened to something."""
        with self.store.read() as unit:
            return [event.name for event in unit.events.of(subject)]


def pdf(mark: str = "") -> bytes:
    """Return bytes that every look at their beginning and end takes for a PDF."""
    body = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj "
    return b"%PDF-1.7\n" + body + mark.encode() + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def mail(*files: tuple[str, bytes], subject: str = "Invoice", sender: str = "billing@shop.example") -> bytes:
    """Return a mail with a text and files; without any, with one PDF."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = "somebody@import.example"
    made["Subject"] = subject
    made["Message-ID"] = f"<{subject.replace(' ', '.')}@shop.example>"
    made.set_content("Please find our invoice attached.")
    for name, content in files or (("invoice.pdf", pdf()),):
        kind = {"xml": ("application", "xml"), "png": ("image", "png"), "jpg": ("image", "jpeg")}
        main, sub = kind.get(name.rpartition(".")[2], ("application", "pdf"))
        made.add_attachment(content, maintype=main, subtype=sub, filename=name)
    made.set_boundary("=_parts")  # the same mail is the same bytes
    return made.as_bytes()
