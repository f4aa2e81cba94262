"""The outbox: what has to go where, once; and how long to wait after a failure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailroom.deliveries import document_mail, plan_for_document, retry_after
from mailroom.domain.account import Account
from mailroom.domain.delivery import Attachment, ChannelName
from mailroom.domain.document import Document, Field, FieldName, FieldSource
from mailroom.domain.message import MediaType
from mailroom.languages import Language

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
ACCOUNT = Account(id="acc", name="Bakkerij Peeters", created_at=AT, language=Language.NL)
DOCUMENT = Document(
    id="doc",
    account_id="acc",
    message_id="m",
    part_path="2",
    sha256="0" * 64,
    media_type=MediaType.PDF,
    fields={
        FieldName(name): Field(value=value, source=FieldSource.XML, confidence=1)
        for name, value in {
            "seller_name": "Drukkerij De Wit",
            "invoice_number": "118",
            "document_type": "invoice",
            "issue_date": "2026-11-03",
            "total_amount": "1210.00",
            "currency": "EUR",
        }.items()
    },
    created_at=AT,
    updated_at=AT,
)


def test_every_document_goes_to_the_vault() -> None:
    assert [planned.channel for planned in plan_for_document(ACCOUNT, DOCUMENT, AT)] == [ChannelName.VAULT]


def test_an_accountant_with_an_address_gets_mail_too() -> None:
    account = ACCOUNT.model_copy(update={"accountant_email": "Kantoor@fiscus.example"})
    planned = plan_for_document(account, DOCUMENT, AT)
    assert [(one.channel, one.target) for one in planned] == [
        (ChannelName.VAULT, "acc"),
        (ChannelName.MAIL, "Kantoor@fiscus.example"),
    ]
    assert {one.document_id for one in planned} == {"doc"}


def test_planning_twice_gives_the_same_keys() -> None:
    account = ACCOUNT.model_copy(update={"accountant_email": "a@b.example"})
    first, second = (plan_for_document(account, DOCUMENT, AT + timedelta(hours=n)) for n in (0, 1))
    assert [one.key for one in first] == [one.key for one in second]
    assert len({one.key for one in first}) == 2


def test_waits_grow_and_come_to_an_end() -> None:
    waits = []
    while (wait := retry_after(len(waits) + 1)) is not None:
        waits.append(wait)
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert timedelta(days=2) < sum(waits, timedelta()) < timedelta(days=5)  # a long week-end, then a person


def test_before_the_first_attempt_nothing_is_waited_for() -> None:
    assert retry_after(0) == timedelta(0)


def test_the_accountants_mail_names_the_document_and_carries_its_files() -> None:
    file = Attachment(filename="a.pdf", media_type="application/pdf", content=b"%PDF")
    mail = document_mail(
        ACCOUNT, DOCUMENT, [file], recipient="a@b.example", message_id="<x@y>", public_url="https://mail.example"
    )
    assert mail.subject == "Bakkerij Peeters: factuur 118 van Drukkerij De Wit"
    assert "€\xa01.210,00" in mail.text
    assert "https://mail.example/documents/doc" in mail.text
    assert mail.attachments == (file,)
    assert "{" not in mail.subject + mail.text


def test_the_accountants_mail_does_without_fields() -> None:
    mail = document_mail(
        ACCOUNT,
        DOCUMENT.model_copy(update={"fields": {}}),
        [],
        recipient="a@b.example",
        message_id="<x@y>",
        public_url="https://mail.example",
    )
    assert "–" in mail.text
