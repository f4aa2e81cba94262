from __future__ import annotations

from datetime import UTC, datetime

import mailparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.message import HeaderView
from mailroom.intake import take_apart
from mailroom.intake.header import view


def of(*lines: str) -> HeaderView:
    return take_apart("\r\n".join([*lines, "", "hello"]).encode("utf-8", "surrogateescape")).header


def test_a_header_is_shown_as_people_write_it() -> None:
    assert of(
        'From: "=?utf-8?q?Caf=C3=A9?= Noir" <info@cafe.example>',
        "To: a@b.example, =?utf-8?b?w6k=?= <c@d.example>",
        "Subject: =?utf-8?q?Factuur?= nr. =?utf-8?q?42?=",
        "Date: Fri, 20 Nov 2026 09:30:00 +0100",
        "Message-ID: <1@cafe.example>",
    ) == HeaderView(
        message_id="<1@cafe.example>",
        subject="Factuur nr. 42",
        from_addresses=("info@cafe.example",),
        from_name="Café Noir",
        to_addresses=("a@b.example", "c@d.example"),
        date=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
    )


def test_an_empty_header_is_an_empty_view() -> None:
    assert view({}) == HeaderView()


def test_who_claims_to_be_two_is_shown_as_two() -> None:
    for lines in (["From: a@b.example", "From: c@d.example"], ["From: a@b.example, c@d.example"]):
        assert of(*lines).from_addresses == ("a@b.example", "c@d.example")


def test_of_two_subjects_the_first_is_shown() -> None:
    assert of("Subject: one", "Subject: two").subject == "one"


@pytest.mark.parametrize("field", ["Subject", "From", "To", "Date", "Message-ID"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "=?utf-8?b?=?=",
        "=?x?q?a?=",
        "(" * 900,
        "<" * 5_000,
        '"\\' * 900,
        "a@b, " * 2_000,
        "\u202e\u0000x",
        "=?utf-8?q?=ff?=",
    ],
)
def test_odd_fields_are_survived_and_bounded(field: str, value: str) -> None:
    header = of(f"{field}: {value}")
    assert len(header.subject) <= 500
    assert len(header.from_addresses) <= 50
    assert "\u202e" not in header.model_dump_json()


@pytest.mark.parametrize("date", ["yesterday", "Fri, 99 Nov 2026 09:30:00", "", "9" * 300])
def test_an_impossible_date_is_none(date: str) -> None:
    assert of(f"Date: {date}").date is None


def test_a_date_without_a_zone_is_taken_as_utc() -> None:
    assert of("Date: 20 Nov 2026 09:30:00").date == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_a_header_on_which_mail_parser_fails_is_shown_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["Subject: =?utf-8?q?Caf=C3=A9?=", "From: Jan <jan@b.example>", "Date: 20 Nov 2026 09:30:00 +0000"]
    expected = of(*lines)

    def fails(_raw: bytes) -> None:
        raise AttributeError("no such thing")

    monkeypatch.setattr(mailparser, "parse_from_bytes", fails)
    assert of(*lines) == expected
    assert expected.subject == "Café"


def test_nothing_of_a_mail_gets_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        of("Subject: =?utf-8?B?4KC?= geheim", "From: =?utf-8?B?4KC?= <a@b.example>", "Date: geheim")
    assert "geheim" not in caplog.text
    assert not caplog.records


def test_mail_parser_is_not_asked_about_large_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailparser, "parse_from_bytes", lambda _raw: pytest.fail("asked"))
    assert of("Subject: " + "=?utf-8?q?=C3=A9?= " * 400).subject == "é" * 400


@given(
    st.dictionaries(st.sampled_from(["subject", "from", "to", "date", "message-id"]), st.lists(st.text(max_size=80)))
)
def test_no_header_fails(fields: dict[str, list[str]]) -> None:
    assert HeaderView.model_validate_json(view(fields).model_dump_json())
