from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailroom.domain.document import Evidence, Field, FieldName, FieldSource
from mailroom.domain.value import Reason
from mailroom.languages import Language
from mailroom.web.words import Words, language_of

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def words(language: Language = Language.NL) -> Words:
    return Words(language, NOW, "Europe/Brussels")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.EN),
        ("", Language.EN),
        ("fr-BE,fr;q=0.9,en;q=0.8", Language.FR),
        ("ja, de;q=0.3, ro;q=0.7", Language.RO),  # the best of those that we have
        ("ja,zh", Language.EN),
        ("nl;q=0, fr;q=0.1", Language.FR),  # q=0 means not acceptable
        ("nl;q=much", Language.EN),
        ("*", Language.EN),
        ("de," * 100_000, Language.DE),
    ],
)
def test_the_best_of_the_five_languages_is_taken(header: str | None, language: Language) -> None:
    assert language_of(header) is language


@pytest.mark.parametrize(
    ("language", "amount", "typed"),
    [
        (Language.NL, "€\xa01.234,50", "1234,50"),
        (Language.EN, "€1,234.50", "1234.50"),
        (Language.DE, "1.234,50\xa0€", "1234,50"),
        (Language.FR, "1\u202f234,50\xa0€", "1234,50"),
        (Language.RO, "1.234,50\xa0EUR", "1234,50"),
    ],
)
def test_amounts_are_shown_and_typed_in_the_readers_number_style(language: Language, amount: str, typed: str) -> None:
    assert words(language).amount("1234.50", "EUR") == amount
    assert words(language).number("1234.50") == typed


@pytest.mark.parametrize("broken", ["", "12,3x", "abc", "١٢"])
def test_what_is_no_amount_or_date_stays_as_it_is(broken: str) -> None:
    assert words().amount(broken, "EUR") in (broken, words().amount("12", "EUR"))
    assert words().date(broken) == broken


def test_an_amount_without_currency_has_none() -> None:
    assert words().amount("-7.5", None) == "-7,50"


def test_amounts_keep_more_than_two_decimals() -> None:
    assert words().number("0.1234") == "0,1234"


def test_a_field_says_how_sure_it_is_and_where_it_comes_from() -> None:
    field = Field(value="x", confidence=0.42, source=FieldSource.OCR)
    assert words(Language.EN).belief(field) == "uncertain · read from the picture"


def test_evidence_says_place_label_and_proof() -> None:
    evidence = Evidence(text="BE", page=2, label="IBAN", proof="check_digits")
    assert words(Language.EN).evidence(evidence) == "page 2 · beside “IBAN” · check digits are right"
    assert words(Language.EN).evidence(Evidence(path="/Invoice/cbc:ID")) == "/Invoice/cbc:ID"


def test_of_an_e_invoice_the_business_term_is_said_and_not_the_path() -> None:
    at = Evidence(text="X", path="/rsm:Invoice/ram:Party/ram:Name", label="BT-27", proof="structured")
    assert words(Language.EN).evidence(at) == "BT-27"


def test_an_unknown_reason_is_readable_all_the_same() -> None:
    assert words().reason(Reason(code="never_heard_of")) == "never heard of"


def test_an_unknown_name_is_readable_all_the_same() -> None:
    assert words().named("web.event", "moon_landed") == "moon landed"


def test_age_and_size_are_in_the_readers_words() -> None:
    assert words().age(NOW - timedelta(days=3)) == "3 dagen geleden"
    assert words(Language.FR).size(1_500_000) == "1,5\u202fMo"
    assert words(Language.EN).size(12) == "1 kB"


def test_values_are_named_in_words() -> None:
    assert words().value(FieldName.DOCUMENT_TYPE, "credit_note") == "Creditnota"
    assert words().value(FieldName.ISSUE_DATE, "2026-11-14") == "14 nov 2026"
    assert words().value(FieldName.IBAN, None) == ""
