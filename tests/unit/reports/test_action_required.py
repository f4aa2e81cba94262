"""The "action required" digest: everything that waits, nothing that does not, and nothing said when nothing waits."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import UndefinedError

from mailroom.domain.account import Account
from mailroom.domain.document import WAITING_FOR_PERSON, Document, DocumentState, Field, FieldName, FieldSource
from mailroom.domain.message import MediaType
from mailroom.domain.report import ReportKind
from mailroom.domain.value import Reason
from mailroom.languages import Language
from mailroom.reports import Rendered, action_required, render

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
ACCOUNT = Account(id="01acc", name="Bakkerij <Peeters> & Zn", created_at=NOW)
URL = "https://post.example"


def document(number: int, state: DocumentState, *reasons: Reason, filename: str = "", **values: str) -> Document:
    return Document(
        id=f"doc{number}",
        account_id="01acc",
        message_id="m",
        part_path="2",
        sha256="0" * 64,
        media_type=MediaType.PDF,
        filename=filename,
        state=state,
        reasons=reasons,
        fields={
            FieldName(name): Field(value=value, confidence=0.9, source=FieldSource.OCR)
            for name, value in values.items()
        },
        created_at=NOW - timedelta(hours=number),
        updated_at=NOW,
    )


FULL = (
    document(
        1,
        DocumentState.HELD,
        Reason(code="iban_changed", facts={"iban": "BE71096123456769", "known_ibans": "BE68539007547034"}),
        seller_name="Garage <b>Lambert</b>",
        invoice_number="F-1",
        issue_date="2026-11-04",
        due_date="2026-11-18",
        payable_amount="4381.17",
        currency="EUR",
    ),
    document(
        2,
        DocumentState.INCOMPLETE,
        Reason(code="missing_fields", facts={"fields": "iban,due_date", "n": "2"}),
        filename="IMG_2041.jpg",
        total_amount="12.35",
    ),
    document(
        3, DocumentState.TO_ACCEPT, Reason(code="waits_for_acceptance"), seller_name="Proximus", due_date="2026-11-21"
    ),
    document(4, DocumentState.UNREADABLE, Reason(code="password_protected"), filename="geheim.pdf"),
)


def values(documents: tuple[Document, ...] = FULL, language: Language = Language.EN) -> Any:
    return action_required(ACCOUNT, documents, language=language, public_url=URL, now=NOW)


def digest(documents: tuple[Document, ...] = FULL, language: Language = Language.EN) -> Rendered:
    return render(ReportKind.ACTION_REQUIRED, language, values(documents, language))


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.remote: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.remote += [value or "" for name, value in attrs if name in {"src", "srcset", "background", "action"}]


def test_nothing_is_said_when_nothing_waits() -> None:
    quiet = tuple(document(1, state) for state in DocumentState if state not in WAITING_FOR_PERSON)
    assert values(()) is None
    assert values(quiet) is None


@pytest.mark.parametrize("state", sorted(WAITING_FOR_PERSON))
def test_every_state_that_waits_for_a_person_is_in_the_digest(state: DocumentState) -> None:
    said = values((document(1, state),))
    assert [(group["name"], group["count"]) for group in said["groups"]] == [(state.value, 1)]
    assert said["count"] == 1


def test_what_may_cost_money_comes_first() -> None:
    assert [group["name"] for group in values()["groups"]] == ["held", "incomplete", "to_accept", "unreadable"]


def test_within_a_group_the_next_due_comes_first_and_then_the_oldest() -> None:
    said = values(
        (
            document(1, DocumentState.TO_ACCEPT),
            document(2, DocumentState.TO_ACCEPT),
            document(3, DocumentState.TO_ACCEPT, due_date="2026-12-01"),
            document(4, DocumentState.TO_ACCEPT, due_date="2026-11-25"),
        )
    )
    assert [item["link"][-4:] for item in said["groups"][0]["items"]] == ["doc4", "doc3", "doc2", "doc1"]


@pytest.mark.parametrize(
    ("due", "said"),
    [("2026-11-20", "overdue"), ("2026-11-21", "due_today"), ("2026-11-22", "due"), ("soon", ""), ("", "")],
)
def test_a_due_date_is_told_from_today_in_the_accounts_zone(due: str, said: str) -> None:
    assert values((document(1, DocumentState.TO_ACCEPT, due_date=due),))["groups"][0]["items"][0]["due"] == said


def test_today_is_the_accounts_own_day() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # half past midnight in Brussels
    said = action_required(ACCOUNT, FULL, language=Language.EN, public_url=URL, now=late)
    assert said is not None
    assert said["today"] == date(2026, 11, 22)


def test_what_has_to_be_paid_is_shown_before_the_total_and_nonsense_not_at_all() -> None:
    def amount(**fields: str) -> Decimal | None:
        found = values((document(1, DocumentState.TO_ACCEPT, **fields),))["groups"][0]["items"][0]["amount"]
        assert found is None or isinstance(found, Decimal)
        return found

    assert amount(payable_amount="10.00", total_amount="110.00") == Decimal("10.00")
    assert amount(total_amount="110.00") == Decimal("110.00")
    assert amount(payable_amount="x", total_amount="NaN") is None


def test_every_document_has_one_place_to_deal_with_it() -> None:
    mail = digest()
    for number in range(1, 5):
        assert f"{URL}/documents/doc{number}" in mail.text
        assert f"{URL}/documents/doc{number}" in Links(mail.html).links


def test_links_only_open_pages() -> None:
    allowed = re.compile(rf"{URL}/(documents/doc\d+|accounts/01acc/(inbox|settings))")
    seen = Links(digest().html)
    assert all(allowed.fullmatch(link) for link in seen.links)
    assert not {"form", "script", "img", "iframe", "link", "object"} & set(seen.tags)
    assert seen.remote == []


def test_the_mail_loads_nothing_from_anywhere() -> None:
    html = digest().html
    assert "url(" not in html
    assert "@import" not in html
    assert "http://" not in html


def test_what_a_stranger_wrote_is_shown_and_not_obeyed() -> None:
    mail = digest()
    assert "<b>Lambert" not in mail.html
    assert "Garage &lt;b&gt;Lambert&lt;/b&gt;" in mail.html
    assert "Bakkerij &lt;Peeters&gt; &amp; Zn" in mail.html
    assert "Garage <b>Lambert</b>" in mail.text
    assert "&amp;" not in mail.text + mail.subject


def test_a_subject_is_one_line_whatever_the_account_is_called() -> None:
    account = ACCOUNT.model_copy(update={"name": "A\r\nBcc: all@evil.example"})
    said = action_required(account, FULL, language=Language.EN, public_url=URL, now=NOW)
    assert said is not None
    assert (
        render(ReportKind.ACTION_REQUIRED, Language.EN, said).subject == "A Bcc: all@evil.example: 4 documents need you"
    )


def test_the_group_says_what_its_reason_would_repeat() -> None:
    assert "Waits for your acceptance" not in digest().text


def test_a_long_list_is_cut_with_its_whole_count_and_stays_under_what_mail_programs_show() -> None:
    many = tuple(
        document(n, state, Reason(code="sender_not_listed", facts={"sender": "a" * 60}), seller_name="S" * 80)
        for n in range(200)
        for state in WAITING_FOR_PERSON
    )
    mail = digest(many)
    assert "800 documents need you" in mail.subject
    assert "and 188 more" in mail.text
    assert len(mail.html.encode()) < 95_000  # Gmail cuts at 102 KB


@pytest.mark.parametrize("language", list(Language))
def test_the_digest_is_whole_in_every_language(language: Language) -> None:
    mail = digest(language=language)
    assert f'<html lang="{language}">' in mail.html
    for said in (mail.subject, mail.text, mail.html.split("</style>")[1]):
        assert "report." not in said
        assert "reason." not in said
        assert "{" not in said
    assert not re.search(r"[ \t]\n|\n\n\n", mail.text)


def test_dates_and_amounts_are_written_in_the_readers_language() -> None:
    mail = digest(language=Language.NL)
    assert "€\xa04.381,17" in mail.text
    assert "vervallen sinds 18 nov 2026" in mail.text
    assert "zaterdag 21 november 2026" in mail.text
    assert "BE71 0961 2345 6769" in mail.text


def test_a_value_that_a_template_lacks_is_an_error_and_no_empty_place() -> None:
    incomplete = values()
    del incomplete["inbox_link"]
    with pytest.raises(UndefinedError):
        render(ReportKind.ACTION_REQUIRED, Language.EN, incomplete)


def test_a_value_of_the_wrong_kind_is_an_error() -> None:
    with pytest.raises(TypeError):
        render(ReportKind.ACTION_REQUIRED, Language.EN, {**values(), "today": "2026-11-21"})


def test_the_same_documents_give_the_same_mail() -> None:
    assert digest() == digest()


def test_every_kind_of_report_has_its_templates() -> None:
    from mailroom.reports.render import _template

    for kind in ReportKind:
        for name in ("subject.txt", "body.txt", "body.html"):
            assert _template(f"{kind.value}/{name}"), f"templates/reports/{kind.value}/{name}"
    assert _template("no_such_report/body.txt") is None
