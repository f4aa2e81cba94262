"""Lines as people type them become lines in normal form, compared with the totals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.document import Field, FieldName, Fields, FieldSource
from mailroom.domain.line import LineItem, Lines, LineStatus, TypedLine, TypedLines
from mailroom.domain.line_sums import compared, said_of, sums_of
from mailroom.errors import InvalidValue
from mailroom.extraction import MOST_TYPED, same_lines, typed_lines
from mailroom.languages import Language


def fields(net: str | None = None, vat: str | None = None, total: str | None = None) -> Fields:
    said = {FieldName.NET_AMOUNT: net, FieldName.VAT_AMOUNT: vat, FieldName.TOTAL_AMOUNT: total}
    return {name: Field(value=value, confidence=1.0, source=FieldSource.OCR) for name, value in said.items()}


def typed(
    *rows: TypedLine,
    gross: bool = False,
    said: Fields | None = None,
    shown: Lines | None = None,
    language: Language = Language.NL,
) -> Lines:
    return typed_lines(TypedLines(rows=rows, gross=gross), shown or Lines(), said or fields(), language)


def test_numbers_are_read_in_the_way_of_the_language() -> None:
    row = TypedLine(description="  Bloem   T65 ", quantity="1.000", unit=" kg ", unit_price="1,2345", amount="1.234,50")
    [item] = typed(row).items
    assert (item.description, item.unit) == ("Bloem T65", "kg")
    assert (item.quantity, item.unit_price, item.net_amount) == ("1000", "1.2345", "1234.50")
    [item] = typed(row.model_copy(update={"unit_price": "1.2345", "amount": "1,234.50"}), language=Language.EN).items
    assert (item.quantity, item.net_amount) == ("1", "1234.50")


def test_an_empty_amount_is_quantity_times_price_less_the_discount() -> None:
    [item] = typed(TypedLine(quantity="3", unit_price="10,05", discount="10 %")).items
    assert (item.net_amount, item.discount) == ("27.14", "10")  # 27.135, half up


def test_an_empty_rate_is_the_only_one_that_explains_the_totals() -> None:
    said = fields("150.00", "31.50", "181.50")
    lines = typed(TypedLine(amount="100"), TypedLine(amount="50", vat_rate="21 %"), said=said)
    assert [item.vat_rate for item in lines.items] == ["21", "21"]
    assert lines.status is LineStatus.ADD_UP
    two_rates = typed(TypedLine(amount="100"), TypedLine(amount="50"), said=fields("150", "20.05", "170.05"))
    assert [item.vat_rate for item in two_rates.items] == [None, None]
    other = typed(TypedLine(amount="100"), TypedLine(amount="50", vat_rate="6"), said=said)
    assert [item.vat_rate for item in other.items] == [None, "6"]  # the person says that there are several


def test_amounts_with_vat_are_compared_with_the_total_and_their_nets_with_the_net() -> None:
    said = fields("1.75", "0.37", "2.12")
    lines = typed(TypedLine(amount="1,06"), TypedLine(amount="1,06"), gross=True, said=said)
    assert [item.gross_amount for item in lines.items] == ["1.06", "1.06"]
    assert sums_of(lines.items).net == Decimal("1.75")  # rounded line by line it would be 1.76
    assert lines.status is LineStatus.ADD_UP


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ((), LineStatus.NONE),
        ((TypedLine(amount="100", vat_rate="21"),), LineStatus.ADD_UP),
        ((TypedLine(amount="-100", vat_rate="21"),), LineStatus.ADD_UP),  # a credit note, printed with minus signs
        ((TypedLine(amount="100", vat_rate="6"),), LineStatus.RATES_DIFFER),
        ((TypedLine(amount="99,98", vat_rate="21"),), LineStatus.DIFFER),
    ],
)
def test_lines_are_compared_with_the_totals(rows: tuple[TypedLine, ...], status: LineStatus) -> None:
    assert typed(*rows, said=fields("100.00", "21.00", "121.00")).status is status


def test_without_totals_nothing_can_be_compared() -> None:
    assert typed(TypedLine(amount="5")).status is LineStatus.UNCHECKED
    assert compared(Lines(items=(LineItem(net_amount="5.00"),)), fields(total="5.00")).status is LineStatus.ADD_UP
    assert said_of({}).net is None


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (TypedLine(description="Bread"), "amount"),
        (TypedLine(quantity="2", amount="x"), "amount"),
        (TypedLine(quantity="two", amount="1"), "quantity"),
        (TypedLine(unit_price="1,2,3", amount="1"), "unit_price"),
        (TypedLine(vat_rate="101", amount="1"), "vat_rate"),
        (TypedLine(vat_rate="-6", amount="1"), "vat_rate"),
        (TypedLine(discount="200%", amount="1"), "discount"),
        (TypedLine(unit="a" * 21, amount="1"), "unit"),
        (TypedLine(amount="1" + "0" * 12), "amount"),
        (TypedLine(quantity="9" * 11, unit_price="9" * 11), "amount"),
        (TypedLine(quantity="0,12345678901", amount="1"), "quantity"),
    ],
)
def test_what_is_no_value_is_refused_with_its_place(row: TypedLine, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        typed(TypedLine(), TypedLine(amount="1"), row)
    assert refused.value.facts == {"field": field, "line": 3}  # counted as they stand before the person


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(InvalidValue):
        typed(*[TypedLine(amount="1")] * (MOST_TYPED + 1))


def test_a_typed_line_keeps_its_place_on_the_page() -> None:
    shown = Lines(items=(LineItem(description="Bred", net_amount="5.00", page=2, box=(0.1, 0.2, 0.3, 0.4)),))
    lines = typed(TypedLine(amount="1"), TypedLine(description="Bread", amount="5", place=0), shown=shown)
    assert [item.page for item in lines.items] == [None, 2]
    assert typed(TypedLine(amount="1", place=9), shown=shown).items[0].box is None  # a place that is none
    assert not same_lines(lines, shown)


@given(
    st.decimals(-(10**8), 10**8, places=2),
    st.decimals("0.001", 10**5, places=3),
    st.sampled_from(list(Language)),
)
def test_what_a_page_shows_is_understood_as_the_same(amount: Decimal, quantity: Decimal, language: Language) -> None:
    from datetime import UTC, datetime

    from mailroom.web.line_form import rows_of, typed_of
    from mailroom.web.words import Words

    item = LineItem(description="x", quantity=format(quantity, "f"), net_amount=format(amount, ".2f"), vat_rate="5.5")
    shown = Lines(items=(item,))
    rows = rows_of(shown, Words(language, datetime(2026, 11, 30, tzinfo=UTC)))
    again = typed_lines(typed_of(rows, gross=False), shown, fields(), language)
    assert same_lines(again, shown)
