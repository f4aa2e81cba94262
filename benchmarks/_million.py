"""A store with as many documents as wanted, filled in bulk: a few minutes for a million on either database.

Each row is what the store itself would write for a value (so that it has every column of today's schema), with the
columns that differ set for each row. Indexes and triggers are taken away before and built again after. One account has
a tenth of all documents, the others share the rest unevenly; 95 of 100 documents are archived.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, Engine, Table

from mailroom.domain.account import Account, ImportAddress
from mailroom.domain.document import Document, DocumentState, Evidence, Field, FieldName, FieldSource
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
from mailroom.domain.value import Reason
from mailroom.store import Store, accounts, documents, messages, parts
from mailroom.store.rows import values_of
from mailroom.store.search import name_key, searchable
from mailroom.store.tables import ACCOUNTS, DOCUMENTS, IMPORT_ADDRESSES, MESSAGES, PARTS

NEWEST = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DOMAIN = "import.example"
LARGEST_SHARE = 0.1
SELLERS = 20_000

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_SYLLABLES = (
    *("ba", "ko", "ri", "ta", "men", "ver", "del", "on", "ste", "lux", "pro", "cen", "bru", "gal", "mo", "ne", "fa"),
    *("ti", "su", "wal", "her", "quin", "dor", "jas", "pel"),
)
_STATES = (DocumentState.ARCHIVED,) * 95 + (
    DocumentState.REFUSED,
    DocumentState.TO_ACCEPT,
    DocumentState.TO_ACCEPT,
    DocumentState.INCOMPLETE,
    DocumentState.HELD,
)


def number_id(kind: str, number: int) -> str:
    """Return an identifier of 26 letters that rises with the number; its end is as random as a real one's."""
    end = (number * 40_503 + 17_389) % 2**15
    return f"01{kind}{number:020d}" + "".join(_CROCKFORD[end >> shift & 31] for shift in (10, 5, 0))


def seller_name(number: int) -> str:
    """Return a company's name; the same number has the same name."""
    chance = random.Random(number)
    words = ("".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))).title() for _ in range(2))
    return " ".join(words) + f" {chance.choice(('bv', 'nv', 'GmbH', 'SARL', 'SRL', 'Ltd'))}"


def invoice_number(number: int) -> str:
    """Return the number that the document of that number carries."""
    return f"F{number % 7}-{2024 + number % 3}-{number * 7919 % 10_000_019:08d}"


def mail_name(number: int) -> str:
    """Return the Message-ID of the mail of that number."""
    return f"<{number * 104_729 % 1_000_000_007:x}.{number}@mail{number % 50}.example>"


class Fact(NamedTuple):
    """What one document and its mail are made of; `at` as the database takes it."""

    number: int
    owner: str
    seller: str
    at: Any
    state: str
    amount: str
    sha: str


class Filling:
    """What is put in; the same figures give the same rows."""

    def __init__(self, rows: int, companies: int) -> None:
        self.rows = rows
        self.companies = companies
        others = [1 / (place + 30) for place in range(1, companies)]
        whole = sum(others)
        shares = [LARGEST_SHARE, *(share / whole * (1 - LARGEST_SHARE) for share in others)]
        self._owners = list(accumulate(shares))
        self._sellers = list(accumulate(1 / (place + 50) for place in range(SELLERS)))
        self._names = [seller_name(place) for place in range(SELLERS)]

    def tables(self, sqlite: bool) -> Iterator[tuple[Table, list[str], Iterator[Sequence[Any]]]]:
        """Yield every table with its columns and rows, in an order that references allow."""
        companies = range(self.companies)
        account, address = Stencil(ACCOUNTS, _an_account(), sqlite), Stencil(IMPORT_ADDRESSES, _an_address(), sqlite)
        yield ACCOUNTS, account.names, (account.row(**self._account(number)) for number in companies)
        yield IMPORT_ADDRESSES, address.names, (address.row(**self._address(number)) for number in companies)
        message, document = Stencil(MESSAGES, _a_message(), sqlite), Stencil(DOCUMENTS, _a_document(), sqlite)
        paper, logo = (Stencil(PARTS, row, sqlite) for row in _two_parts())
        for low in range(0, self.rows, 50_000):
            facts = list(self._facts(range(low, min(low + 50_000, self.rows)), sqlite))
            yield MESSAGES, message.names, (message.row(**self._message(fact)) for fact in facts)
            yield DOCUMENTS, document.names, (document.row(**self._document(fact)) for fact in facts)
            yield PARTS, paper.names, (row for fact in facts for row in self._parts(paper, logo, fact))

    def _account(self, number: int) -> dict[str, Any]:
        name = f"Company {number} {self._names[number % SELLERS]}"
        return {"id": number_id("a", number), "name": name, "name_key": name_key(name)}

    def _address(self, number: int) -> dict[str, Any]:
        where = {"id": number_id("r", number), "account_id": number_id("a", number)}
        return where | {"local_part": f"company-{number}"}

    def _facts(self, span: range, sqlite: bool) -> Iterator[Fact]:
        chance = random.Random(span.start)
        count = len(span)
        owners = chance.choices(range(self.companies), cum_weights=self._owners, k=count)
        sellers = chance.choices(self._names, cum_weights=self._sellers, k=count)
        states = chance.choices(_STATES, k=count)
        for number, owner, seller, state in zip(span, owners, sellers, states, strict=True):
            at: Any = NEWEST - timedelta(seconds=int(86_400_000 * (self.rows - number) / self.rows))
            amount = f"{chance.randint(500, 900_000) / 100:.2f}"
            sha = f"{chance.getrandbits(256):064x}"
            at = _as_sqlite(at) if sqlite else at
            yield Fact(number, number_id("a", owner), seller, at, state, amount, sha)

    def _message(self, fact: Fact) -> dict[str, Any]:
        number, seller = fact.number, fact.seller
        sender = f"invoices@{seller.split(maxsplit=1)[0].lower()}.example"
        name, paper = mail_name(number), invoice_number(number)
        subject = f"Invoice {paper} of {seller}"
        return {
            "id": number_id("m", number),
            "account_id": fact.owner,
            "received_at": fact.at,
            "sha256": "f" + fact.sha[1:],
            "envelope_sender": sender,
            "sender_address": sender,
            "header_message_id": name,
            "subject": subject,
            "search": searchable((name, subject, seller, sender, sender, f"a@{DOMAIN}", f"{paper}.pdf", "logo.png")),
            "header": _Swap(MESSAGE_ID=name, SUBJECT=subject, SENDER=sender, SELLER=seller),
            "sender": _Swap(SENDER=sender),
        }

    def _document(self, fact: Fact) -> dict[str, Any]:
        number, seller, amount = fact.number, fact.seller, fact.amount
        name, vat_id, iban = invoice_number(number), f"BE{number * 31 % 10**10:010d}", f"BE{number * 37 % 10**14:014d}"
        return {
            "id": number_id("d", number),
            "account_id": fact.owner,
            "message_id": number_id("m", number),
            "sha256": fact.sha,
            "filename": f"{name}.pdf",
            "state": fact.state,
            "created_at": fact.at,
            "updated_at": fact.at,
            "search": f"{name}.pdf {name} {seller} {vat_id} {iban} {amount} {amount}".lower(),
            "previews": _Swap(PREVIEW="e" + fact.sha[1:]),
            "fields": _Swap(NUMBER=name, SELLER=seller, VAT_ID=vat_id, IBAN=iban, AMOUNT=amount),
        }

    def _parts(self, paper: Stencil, logo: Stencil, fact: Fact) -> Iterator[Sequence[Any]]:
        number = fact.number
        mail, document, name = number_id("m", number), number_id("d", number), f"{invoice_number(number)}.pdf"
        yield paper.row(message_id=mail, filename=name, sha256=fact.sha, document_id=document)
        yield logo.row(message_id=mail, position=1, sha256=f"{number % 5000:064x}")


class _Swap:
    """Words of a JSON column that differ from row to row."""

    def __init__(self, **words: str) -> None:
        self.words = words


class Stencil:
    """One whole row of a table as its database takes it, of which some columns are changed for each row."""

    def __init__(self, table: Table, row: Mapping[str, Any], sqlite: bool) -> None:
        columns = [column for column in table.columns if column.name != "number"]
        self.names = [column.name for column in columns]
        self._at = {name: place for place, name in enumerate(self.names)}
        self._plain = [self._bound(column, row.get(column.name), sqlite) for column in columns]

    def row(self, **changed: Any) -> Sequence[Any]:
        """Return the row with other values in some columns."""
        plain = self._plain.copy()
        for name, value in changed.items():
            place = self._at[name]
            if isinstance(value, _Swap):
                text: str = plain[place]
                for mark, word in value.words.items():
                    text = text.replace(f"@{mark}@", word)
                plain[place] = text
            else:
                plain[place] = value
        return plain

    def _bound(self, column: Column[Any], value: Any, sqlite: bool) -> Any:
        if isinstance(column.type, JSON):
            return None if value is None and column.nullable else json.dumps(value)
        if isinstance(value, datetime):
            return _as_sqlite(value) if sqlite else value
        return str(value) if isinstance(value, str) else value


def _as_sqlite(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S.%f")


def _an_account() -> dict[str, Any]:
    return accounts._columns(Account(id="", name="", created_at=NEWEST))


def _an_address() -> dict[str, Any]:
    return values_of(
        ImportAddress(id="", account_id="", local_part="", domain=DOMAIN, created_at=NEWEST), IMPORT_ADDRESSES
    )


def _a_message() -> dict[str, Any]:
    message = Message(
        id="",
        account_id="",
        door=Door.SMTP,
        recipient=f"a@{DOMAIN}",
        peer="192.0.2.7",
        received_at=NEWEST,
        sha256="",
        size=91_000,
        state=MessageState.SORTED,
        header=HeaderView(
            message_id="@MESSAGE_ID@",
            subject="@SUBJECT@",
            from_addresses=("@SENDER@",),
            from_name="@SELLER@",
            date=NEWEST,
        ),
        sender=SenderProof(verdict=SenderVerdict.VERIFIED, identity="@SENDER@", evidence="dkim=pass"),
    )
    return messages._columns(message, [])


def _a_document() -> dict[str, Any]:
    told = {
        FieldName.DOCUMENT_TYPE: "invoice",
        FieldName.INVOICE_NUMBER: "@NUMBER@",
        FieldName.ISSUE_DATE: "2026-11-02",
        FieldName.CURRENCY: "EUR",
        FieldName.SELLER_NAME: "@SELLER@",
        FieldName.SELLER_VAT_ID: "@VAT_ID@",
        FieldName.IBAN: "@IBAN@",
        FieldName.TOTAL_AMOUNT: "@AMOUNT@",
        FieldName.PAYABLE_AMOUNT: "@AMOUNT@",
    }
    document = Document(
        id="",
        account_id="",
        message_id="",
        part_path="2",
        sha256="",
        media_type=MediaType.PDF,
        filename="",
        size=80_000,
        fields={name: _field(value) for name, value in told.items()},
        page_count=1,
        previews=("@PREVIEW@",),
        created_at=NEWEST,
        updated_at=NEWEST,
    )
    return documents._columns(document)


def _two_parts() -> Iterator[dict[str, Any]]:
    paper = Part(path="2", media_type=MediaType.PDF, size=80_000, sha256="")
    found = PartVerdict(path="2", verdict=Verdict.DOCUMENT, reason=Reason(code="readable_file"))
    logo = Part(path="3", filename="logo.png", media_type=MediaType.PNG, size=2_100, sha256="")
    left = PartVerdict(path="3", verdict=Verdict.IGNORED, reason=Reason(code="decoration"))
    yield parts._columns("", 0, paper, found, None)
    yield parts._columns("", 1, logo, left, None)


def _field(value: str) -> Field:
    seen = Evidence(text=value, page=1, region=(0.11, 0.22, 0.13, 0.02), label="Label")
    return Field(value=value, confidence=0.97, source=FieldSource.TEXT_LAYER, evidence=(seen,))


def fill(store: Store, filling: Filling) -> None:
    """Put all rows into an empty, migrated store."""
    if store.engine.dialect.name == "sqlite":
        _fill_sqlite(store.engine, filling)
    else:
        _fill_postgres(store.engine, filling)


def _fill_sqlite(engine: Engine, filling: Filling) -> None:
    raw: Any = engine.raw_connection()
    connection = raw.driver_connection
    later = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND (type = 'trigger' OR name LIKE 'ix_%')"
    ).fetchall()
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-800000")
    connection.commit()
    for kind, name, _ in later:
        connection.execute(f"DROP {kind} {name}")
    for table, names, rows in filling.tables(sqlite=True):
        marks = ", ".join("?" * len(names))
        connection.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", rows)
        connection.commit()
    for _, _, sql in later:
        connection.execute(sql)
    for table in (MESSAGES, DOCUMENTS):
        marked = "substr(account_id, -3) || ' ' || search"  # as the triggers do
        connection.execute(f"INSERT INTO {table.name}_search(rowid, search) SELECT number, {marked} FROM {table.name}")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.detach()
    raw.close()


def _fill_postgres(engine: Engine, filling: Filling) -> None:
    raw: Any = engine.raw_connection()
    connection = raw.driver_connection
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET maintenance_work_mem = '1GB'")
    later = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE 'ix_%'"
    ).fetchall()
    for name, _ in later:
        connection.execute(f"DROP INDEX {name}")
    for table, names, rows in filling.tables(sqlite=False):
        quoted = ", ".join(f'"{name}"' for name in names)
        with connection.cursor().copy(f"COPY {table.name} ({quoted}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        connection.commit()
    for _, definition in later:
        connection.execute(definition)
    connection.commit()
    connection.set_autocommit(True)
    connection.execute("VACUUM ANALYZE")
    raw.detach()
    raw.close()
