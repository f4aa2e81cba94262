"""The tables. Rows are made and read in `mailroom/store` only; everybody else sees values of `mailroom/domain`.

A column has the name of the value's field that it holds; what is not asked for in a query is JSON. Columns named
`..._key` and `search` are denormalised for look-ups: folded, lower-case text. Wide JSON columns stand last, because
SQLite then finds what it compares without reading the overflow pages of a row.

A change here needs a revision in `migrations/versions`; a test compares the two on both databases.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy import inspect as mapped
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware instant, in UTC on the way in and out. SQLite keeps no zone, so it gets none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into what the database keeps; a naive one is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Turn what the database kept into an aware instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Text(TypeDecorator[str]):
    """Text that both databases take.

    PostgreSQL refuses NUL, and neither driver encodes half a surrogate pair; both come out of broken mail headers.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's signature
        """Put U+FFFD in the place of what cannot be kept. A StrEnum becomes a plain str (psycopg asks the type)."""
        if value is None:
            return None
        if value.isascii() and "\x00" not in value:
            return str(value)
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _text(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


def _reference(column: str, **options: Any) -> Any:
    # Deferred: within a transaction the parts may be written before the documents that they name.
    key = ForeignKey(column, deferrable=True, initially="DEFERRED")
    return Field(sa_type=Text, sa_column_args=[key], **options)


def _instant(**options: Any) -> Any:
    return Field(sa_type=Instant, **options)


def _json(default: type[list[Any]] | type[dict[str, Any]]) -> Any:
    return Field(sa_type=JSON, default_factory=default)


def _number() -> Any:
    # A row number of our own: it orders rows of the same instant, and SQLite's search table refers to it (the
    # hidden rowid may change when the file is vacuumed).
    return Field(default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite"))


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """Base of all rows, with metadata of its own. Rows never validate: building pydantic's validators is put off."""

    model_config = {"defer_build": True}


class AccountRow(Row, table=True):
    """`Account`."""

    __tablename__ = "accounts"

    id: str = _text(primary_key=True)
    name: str = _text()
    name_key: str = _text(index=True)
    vat_id: str = _text()
    vat_key: str = _text(index=True)
    names: list[str] = _json(list)
    language: str = _text()
    time_zone: str = _text()
    auto_accept: bool
    trusted_senders: list[str] = _json(list)
    accountant_email: str = _text()
    suspended: bool
    blocked_senders: list[str] = _json(list)
    messages_per_day: int
    body_documents: bool = Field(sa_column_kwargs={"server_default": true()})
    created_at: datetime = _instant()


class ImportAddressRow(Row, table=True):
    """`ImportAddress`; local part and domain in lower case. Never deleted, so never given out again."""

    __tablename__ = "import_addresses"
    __table_args__ = (UniqueConstraint("local_part", "domain"),)

    id: str = _text(primary_key=True)
    account_id: str = _reference("accounts.id", index=True)
    local_part: str = _text()
    domain: str = _text()
    purpose: str = _text()
    senders: list[str] = _json(list)
    created_at: datetime = _instant()
    retired_at: datetime | None = _instant(nullable=True)
    replaced_by: str | None = _reference("import_addresses.id", nullable=True)


class UserRow(Row, table=True):
    """`User`, with the password's hash, which never becomes part of the value."""

    __tablename__ = "users"

    id: str = _text(primary_key=True)
    email: str = _text()
    email_key: str = _text(unique=True)
    name: str = _text()
    language: str = _text()
    is_operator: bool
    password_hash: str | None = _text(nullable=True)
    created_at: datetime = _instant()


class MembershipRow(Row, table=True):
    """`Membership`."""

    __tablename__ = "memberships"

    user_id: str = _reference("users.id", primary_key=True)
    account_id: str = _reference("accounts.id", primary_key=True, index=True)
    role: str = _text()


class SessionRow(Row, table=True):
    """A log-in, under the hash of its token."""

    __tablename__ = "sessions"

    token_hash: str = _text(primary_key=True)
    user_id: str = _reference("users.id", index=True)
    expires_at: datetime = _instant(index=True)


class SignInRow(Row, table=True):
    """A sign-in link, under the hash of its token."""

    __tablename__ = "sign_ins"

    token_hash: str = _text(primary_key=True)
    user_id: str = _reference("users.id", index=True)
    expires_at: datetime = _instant(index=True)
    used: bool


class ApiKeyRow(Row, table=True):
    """`ApiKey`, under the hash of the key."""

    __tablename__ = "api_keys"

    id: str = _text(primary_key=True)
    account_id: str = _reference("accounts.id", index=True)
    name: str = _text()
    key_hash: str = _text(unique=True)
    created_at: datetime = _instant()
    revoked_at: datetime | None = _instant(nullable=True)


class ApiAnswerRow(Row, table=True):
    """`ApiAnswer`, kept for a month."""

    __tablename__ = "api_answers"

    account_id: str = _reference("accounts.id", primary_key=True)
    key: str = _text(primary_key=True)
    fingerprint: str = _text()
    created_at: datetime = _instant(index=True)
    answer: dict[str, Any] = _json(dict)


class AccountPasswordRow(Row, table=True):
    """`KeptPassword`, with its sealed text, which never becomes part of the value."""

    __tablename__ = "account_passwords"

    id: str = _text(primary_key=True)
    account_id: str = _reference("accounts.id", index=True)
    message_id: str | None = _reference("messages.id", nullable=True, index=True)
    kind: str = _text()
    label: str = _text()
    created_at: datetime = _instant()
    sealed: str = _text()


class MessageRow(Row, table=True):
    """`Message`, with what the ledger shows of its header in columns."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("sha256", "recipient_key"),
        Index(None, "account_id", "received_at", "id"),
        Index(None, "received_at", "id"),
        Index(None, "state", "received_at"),
        Index(None, "in_doubt", "received_at"),
    )

    number: int | None = _number()
    id: str = _text(unique=True)
    account_id: str = _reference("accounts.id")
    door: str = _text()
    recipient: str = _text()
    recipient_key: str = _text()
    envelope_sender: str = _text()
    peer: str = _text()
    uploaded_by: str | None = _text(nullable=True)
    received_at: datetime = _instant()
    sha256: str = _text()
    size: int
    state: str = _text()
    attempts: int
    header_message_id: str = _text()
    subject: str = _text()
    sender_address: str = _text()
    # A default in the database: SQLite cannot take one away from a column that came later without a copy of the table.
    in_doubt: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    search: str = _text()
    header: dict[str, Any] = _json(dict)
    sender: dict[str, Any] = _json(dict)
    reasons: list[Any] = _json(list)


class RefusalRow(Row, table=True):
    """`RefusedMail`: one row for each address, reason and sender. No reference, so that nothing holds a door up."""

    __tablename__ = "refusals"
    __table_args__ = (
        UniqueConstraint("account_id", "address", "reason", "sender"),
        Index(None, "account_id", "last_at"),
        Index(None, "last_at"),
    )

    number: int | None = _number()
    account_id: str = _text()
    address: str = _text()
    reason: str = _text()
    sender: str = _text()
    door: str = _text()
    peer: str = _text()
    first_at: datetime = _instant()
    last_at: datetime = _instant()
    times: int


class PartRow(Row, table=True):
    """`Part` with its `PartVerdict` and the document that it became or belongs to."""

    __tablename__ = "parts"

    message_id: str = _reference("messages.id", primary_key=True)
    position: int = Field(primary_key=True)
    path: str = _text()
    filename: str = _text()
    declared_type: str = _text()
    media_type: str = _text()
    size: int
    sha256: str = _text(index=True)
    content_id: str = _text()
    inline: bool
    is_body: bool
    width: int
    height: int
    problem: str = _text()
    likeness: str | None = _text(nullable=True, index=True)
    verdict: str = _text()
    related_path: str | None = _text(nullable=True)
    document_id: str | None = _reference("documents.id", nullable=True, index=True)
    reason: dict[str, Any] = _json(dict)


class DocumentRow(Row, table=True):
    """`Document`."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("account_id", "sha256"),
        Index(None, "account_id", "state", "created_at", "id"),
        # The last column is for SQLite: without figures it prefers this index to the one above, and then at least
        # compares the state without reading the row.
        Index(None, "account_id", "created_at", "id", "state"),
        Index(None, "state", "created_at", "id"),
        Index(None, "created_at", "id"),
        Index(None, "state", "archive_at"),
        Index(None, "account_id", "number_key"),
        Index(None, "account_id", "sum_key"),
    )

    number: int | None = _number()
    id: str = _text(unique=True)
    account_id: str = _reference("accounts.id")
    state: str = _text()
    created_at: datetime = _instant()
    updated_at: datetime = _instant()
    archive_at: datetime | None = _instant(nullable=True)
    version: int
    attempts: int
    message_id: str = _reference("messages.id", index=True)
    part_path: str = _text()
    sha256: str = _text()
    media_type: str = _text()
    filename: str = _text()
    size: int
    search: str = _text()
    page_count: int
    reading: str | None = _text(nullable=True)
    ubl: str | None = _text(nullable=True)
    engine: str = _text()
    seller_id: str | None = _reference("sellers.id", nullable=True)
    completed_by_hand: bool
    accounting_status: str = _text()
    accounting_reason: str = _text()
    payment_status: str = _text()
    decided_by: str | None = _text(nullable=True)
    # No references to documents: they would be checked at every change of a row, and no document is ever deleted.
    belongs_to: str | None = _text(nullable=True, index=True)
    bond: str | None = _text(nullable=True)
    made_from: str | None = _text(nullable=True, index=True)
    first_page: int | None = Field(default=None, nullable=True)
    last_page: int | None = Field(default=None, nullable=True)
    number_key: str | None = _text(nullable=True)
    sum_key: str | None = _text(nullable=True)
    reasons: list[Any] = _json(list)
    previews: list[Any] = _json(list)
    problems: list[Any] = _json(list)
    fields_: dict[str, Any] = Field(sa_type=JSON, default_factory=dict, sa_column_kwargs={"name": "fields"})


class PageWordsRow(Row, table=True):
    """The different words of a document's pages, folded; `number` is the document's, `page_words.py` searches them."""

    __tablename__ = "page_words"

    number: int | None = _number()
    words: str = _text()


class DocumentLinesRow(Row, table=True):
    """`Lines` of a document, apart from its row: lists of documents do not ask for them."""

    __tablename__ = "document_lines"

    document_id: str = _reference("documents.id", primary_key=True)
    status: str = _text()
    items: list[Any] = _json(list)
    by_hand: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class AnswerRow(Row, table=True):
    """`Answer`."""

    __tablename__ = "answers"

    account_id: str = _reference("accounts.id", primary_key=True)
    question: str = _text(primary_key=True)
    subject: str = _text(primary_key=True)
    answer: str = _text()
    actor: str = _text()
    at: datetime = _instant()


class DecisionRow(Row, table=True):
    """`DecisionRecord`."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "document_id", "number"),)

    number: int | None = _number()
    document_id: str = _reference("documents.id")
    at: datetime = _instant()
    actor: str = _text()
    decision: dict[str, Any] = _json(dict)
    facts: dict[str, Any] | None = Field(sa_type=JSON(none_as_null=True), nullable=True, default=None)


class AccountRuleRow(Row, table=True):
    """`AccountRule`."""

    __tablename__ = "account_rules"
    __table_args__ = (Index(None, "account_id", "position"),)

    id: str = _text(primary_key=True)
    account_id: str = _reference("accounts.id")
    name: str = _text()
    position: int
    enabled: bool
    outcome: str = _text()
    created_at: datetime = _instant()
    conditions: list[Any] = _json(list)


class SellerRow(Row, table=True):
    """`Seller`; its IBANs are rows of their own."""

    __tablename__ = "sellers"
    __table_args__ = (Index(None, "account_id", "vat_key"), Index(None, "account_id", "name_key"))

    id: str = _text(primary_key=True)
    account_id: str = _reference("accounts.id")
    name: str = _text()
    name_key: str = _text()
    vat_id: str = _text()
    vat_key: str = _text()
    documents: int


class SellerIbanRow(Row, table=True):
    """An account number that a person accepted for a seller. Two sellers may share one (factoring)."""

    __tablename__ = "seller_ibans"
    __table_args__ = (Index(None, "account_id", "iban"),)

    seller_id: str = _reference("sellers.id", primary_key=True)
    iban: str = _text(primary_key=True)
    account_id: str = _reference("accounts.id")
    position: int


class SellerDomainRow(Row, table=True):
    """A domain from which a seller's accepted documents came, with proof. Two sellers may share one (a platform)."""

    __tablename__ = "seller_domains"
    __table_args__ = (Index(None, "account_id", "domain"),)

    seller_id: str = _reference("sellers.id", primary_key=True)
    domain: str = _text(primary_key=True)
    account_id: str = _reference("accounts.id")


class LearnedRow(Row, table=True):
    """`Learned`: what people taught of one field of a seller's documents."""

    __tablename__ = "learned"
    __table_args__ = (UniqueConstraint("seller_id", "field"), Index(None, "account_id", "seller_id"))

    id: str = _text(primary_key=True)
    account_id: str = _reference("accounts.id")
    seller_id: str = _reference("sellers.id")
    field: str = _text()
    document_id: str = _text()
    actor: str = _text()
    learned_at: datetime = _instant()
    times: int
    value: str = _text()
    spots: list[Any] = _json(list)
    shapes: list[Any] = _json(list)


class DeliveryRow(Row, table=True):
    """`Delivery`."""

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "state", "created_at"),)

    id: str = _text(primary_key=True)
    key: str = _text(unique=True)
    account_id: str = _reference("accounts.id")
    document_id: str | None = _reference("documents.id", nullable=True, index=True)
    report_run_id: str | None = _reference("report_runs.id", nullable=True, index=True)
    content: str = _text()
    channel: str = _text()
    target: str = _text()
    state: str = _text()
    attempts: int
    detail: str = _text()
    created_at: datetime = _instant()
    next_attempt_at: datetime | None = _instant(nullable=True)
    delivered_at: datetime | None = _instant(nullable=True)


class SubscriptionRow(Row, table=True):
    """`Subscription`; `ended` ones are kept for their runs."""

    __tablename__ = "subscriptions"

    id: str = _text(primary_key=True)
    account_id: str = _reference("accounts.id", index=True)
    kind: str = _text()
    frequency: str = _text()
    recipient: str = _text()
    language: str = _text()
    hour: int
    weekday: int
    ended: bool


class ReportRunRow(Row, table=True):
    """`ReportRun`."""

    __tablename__ = "report_runs"
    __table_args__ = (
        UniqueConstraint("subscription_id", "period"),
        Index(None, "account_id", "created_at"),
        Index(None, "state", "created_at"),
    )

    id: str = _text(primary_key=True)
    subscription_id: str = _reference("subscriptions.id")
    account_id: str = _reference("accounts.id")
    kind: str = _text()
    period: str = _text()
    state: str = _text()
    created_at: datetime = _instant()


class NodeRow(Row, table=True):
    """`Node`."""

    __tablename__ = "nodes"

    id: str = _text(primary_key=True)
    host: str = _text()
    data: str = _text()
    roles: str = _text()
    started_at: datetime = _instant()
    last_seen: datetime = _instant()
    left_at: datetime | None = _instant(nullable=True)
    in_spool: int


class LeaseRow(Row, table=True):
    """A duty that one node has at a time, until it expires."""

    __tablename__ = "leases"

    name: str = _text(primary_key=True)
    holder: str = _text()
    expires_at: datetime = _instant()


class TakeOverRow(Row, table=True):
    """How often a story was taken over from a node that was gone, and the last of them."""

    __tablename__ = "take_overs"

    story: str = _text(primary_key=True)
    times: int
    node: str = _text()
    at: datetime = _instant()


class EventRow(Row, table=True):
    """`Event`. Triggers refuse to change or delete a row; there are no references, so that nothing holds it up."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "subject", "number"), Index(None, "account_id", "number"))

    number: int | None = _number()
    name: str = _text()
    account_id: str | None = _text(nullable=True)
    subject: str = _text()
    actor: str = _text()
    at: datetime = _instant()
    facts: dict[str, Any] = _json(dict)


def _table(row: type[Row]) -> Table:
    table = mapped(row).local_table
    assert isinstance(table, Table)  # noqa: S101  every row class has table=True
    return table


ACCOUNTS = _table(AccountRow)
IMPORT_ADDRESSES = _table(ImportAddressRow)
USERS = _table(UserRow)
MEMBERSHIPS = _table(MembershipRow)
SESSIONS = _table(SessionRow)
SIGN_INS = _table(SignInRow)
API_KEYS = _table(ApiKeyRow)
API_ANSWERS = _table(ApiAnswerRow)
ACCOUNT_PASSWORDS = _table(AccountPasswordRow)
MESSAGES = _table(MessageRow)
REFUSALS = _table(RefusalRow)
PARTS = _table(PartRow)
DOCUMENTS = _table(DocumentRow)
PAGE_WORDS = _table(PageWordsRow)
DOCUMENT_LINES = _table(DocumentLinesRow)
ANSWERS = _table(AnswerRow)
DECISIONS = _table(DecisionRow)
ACCOUNT_RULES = _table(AccountRuleRow)
SELLERS = _table(SellerRow)
SELLER_IBANS = _table(SellerIbanRow)
SELLER_DOMAINS = _table(SellerDomainRow)
LEARNED = _table(LearnedRow)
DELIVERIES = _table(DeliveryRow)
SUBSCRIPTIONS = _table(SubscriptionRow)
REPORT_RUNS = _table(ReportRunRow)
EVENTS = _table(EventRow)
NODES = _table(NodeRow)
LEASES = _table(LeaseRow)
TAKE_OVERS = _table(TakeOverRow)
