"""What people type becomes the normal form, in the way of their language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.document import FieldName
from mailroom.errors import InvalidValue
from mailroom.extraction import normalise
from mailroom.languages import Language, format_amount, format_date

F = FieldName


@pytest.mark.parametrize(
    ("field", "typed", "language", "normal"),
    [
        (F.TOTAL_AMOUNT, "1.234,56", Language.NL, "1234.56"),
        (F.TOTAL_AMOUNT, "1,234.56", Language.EN, "1234.56"),
        (F.TOTAL_AMOUNT, "1 234,56 €", Language.FR, "1234.56"),
        (F.TOTAL_AMOUNT, "€ 12", Language.DE, "12.00"),
        (F.TOTAL_AMOUNT, "12,5", Language.RO, "12.50"),
        (F.TOTAL_AMOUNT, "12.5", Language.NL, "12.50"),  # one decimal can part no thousands
        (F.TOTAL_AMOUNT, "1.234", Language.NL, "1234.00"),  # the same signs in two languages
        (F.TOTAL_AMOUNT, "1,234", Language.EN, "1234.00"),
        (F.TOTAL_AMOUNT, "-5,00", Language.NL, "-5.00"),
        (F.TOTAL_AMOUNT, "5,00-", Language.DE, "-5.00"),
        (F.TOTAL_AMOUNT, "(5.00)", Language.EN, "-5.00"),
        (F.TOTAL_AMOUNT, "1.234.567,89", Language.DE, "1234567.89"),
        (F.ISSUE_DATE, "3/4/26", Language.NL, "2026-04-03"),
        (F.ISSUE_DATE, "03.04.2026", Language.DE, "2026-04-03"),
        (F.ISSUE_DATE, "3 avr. 2026", Language.FR, "2026-04-03"),
        (F.ISSUE_DATE, "April 3, 2026", Language.EN, "2026-04-03"),
        (F.ISSUE_DATE, "2026-04-03", Language.RO, "2026-04-03"),
        (F.ISSUE_DATE, "03042026", Language.NL, "2026-04-03"),
        (F.ISSUE_DATE, "20260403", Language.NL, "2026-04-03"),
        (F.SELLER_VAT_ID, "be 403.170.701", Language.NL, "BE0403170701"),
        (F.SELLER_VAT_ID, "0403.170.701", Language.FR, "BE0403170701"),
        (F.SELLER_VAT_ID, "GR094259216", Language.EN, "EL094259216"),
        (F.IBAN, "be68 5390 0754 7034", Language.NL, "BE68539007547034"),
        (F.IBAN, "IBAN: BE68539007547O34", Language.NL, "BE68539007547034"),
        (F.CURRENCY, "€", Language.NL, "EUR"),
        (F.CURRENCY, "lei", Language.RO, "RON"),
        (F.CURRENCY, "jpy", Language.EN, "JPY"),
        (F.PAYMENT_REFERENCE, "090/9337/55493", Language.NL, "+++090/9337/55493+++"),
        (F.PAYMENT_REFERENCE, "RF18 5390 0754 7034", Language.EN, "RF18539007547034"),
        (F.PAYMENT_REFERENCE, "klant 12", Language.NL, "klant 12"),
        (F.INVOICE_NUMBER, "  FA  2026/1 ", Language.NL, "FA 2026/1"),
        (F.SELLER_NAME, " De   Spar  BV", Language.NL, "De Spar BV"),
        (F.DOCUMENT_TYPE, "Credit_Note", Language.EN, "credit_note"),
    ],
)
def test_typed_values_become_normal(field: FieldName, typed: str, language: Language, normal: str) -> None:
    assert normalise(field, typed, language) == normal


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (F.TOTAL_AMOUNT, "twelve"), (F.TOTAL_AMOUNT, "1.23.4"), (F.TOTAL_AMOUNT, "12,"), (F.TOTAL_AMOUNT, " "),
        (F.ISSUE_DATE, "31/02/2026"), (F.ISSUE_DATE, "soon"), (F.ISSUE_DATE, "2026"), (F.SELLER_VAT_ID, "BE0403170702"),
        (F.SELLER_VAT_ID, "hello"), (F.IBAN, "BE68 5390 0754 7035"), (F.CURRENCY, "euros please"),
        (F.PAYMENT_REFERENCE, "090/9337/55494"), (F.INVOICE_NUMBER, "---"), (F.SELLER_NAME, "…"),
        (F.DOCUMENT_TYPE, "letter"),
    ],
)  # fmt: skip
def test_what_is_not_of_the_fields_form_is_refused(field: FieldName, typed: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        normalise(field, typed, Language.NL)
    assert refused.value.facts == {"field": field.value}


@given(st.decimals(min_value=0, max_value=9_999_999, places=2), st.sampled_from(list(Language)))
def test_an_amount_as_it_is_shown_can_be_typed_back(value: Decimal, language: Language) -> None:
    assert normalise(F.TOTAL_AMOUNT, format_amount(value, "EUR", language), language) == f"{value:.2f}"


@given(st.dates(date(2000, 1, 1), date(2049, 12, 31)), st.sampled_from(list(Language)))
def test_a_date_as_it_is_shown_can_be_typed_back(value: date, language: Language) -> None:
    assert normalise(F.ISSUE_DATE, format_date(value, language), language) == value.isoformat()


@given(st.sampled_from(list(FieldName)), st.text(max_size=40), st.sampled_from(list(Language)))
def test_whatever_is_typed_gives_a_normal_form_that_stays_or_is_refused(
    field: FieldName, typed: str, language: Language
) -> None:
    try:
        normal = normalise(field, typed, language)
    except InvalidValue:
        return
    assert normalise(field, normal, language) == normal or field.value.endswith("amount")
