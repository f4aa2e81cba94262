"""Lines that a person typed, in the way of his language, as lines in normal form. Pure.

What he left empty is completed where only one answer is possible: an amount by quantity × price, a rate by the totals.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from mailroom.domain.document import Fields
from mailroom.domain.line import LineItem, Lines, TypedLine, TypedLines
from mailroom.domain.line_sums import CENT, DEEPEST, ZERO, compared, said_of
from mailroom.errors import InvalidValue
from mailroom.extraction.line_totals import LONGEST, even, net_of, only_rate, plain_number
from mailroom.extraction.normalise import amount_of
from mailroom.languages import Language

MOST_TYPED = 500
_LONGEST_UNIT = 20
_LARGEST = Decimal(10) ** 12


def typed_lines(typed: TypedLines, shown: Lines, fields: Fields, language: Language) -> Lines:
    """Return what a person typed as lines, compared with the totals; what was left empty altogether is no line.

    `shown` are the lines that he saw: what he typed keeps its place on the page.

    Raises:
        InvalidValue: a value is not of its form; `facts` say which `field` of which `line`, counted from 1 as typed.
    """
    rows = [(number, one) for number, one in enumerate(typed.rows, 1) if not one.empty]
    if len(rows) > MOST_TYPED:
        raise InvalidValue(f"more than {MOST_TYPED} lines", field="line", line=MOST_TYPED + 1)
    values = [_Numbers(one, number, language) for number, one in rows]
    said = said_of(fields)
    only = only_rate(abs(said.net) if said.net is not None else None, abs(said.vat) if said.vat is not None else None)
    alone = all(one.rate in (None, only) for one in values)
    rates = [only if alone else one.rate for one in values]
    nets = [net_of(one.amount, rate, gross=typed.gross) for one, rate in zip(values, rates, strict=True)]
    if typed.gross and said.net is not None and None not in nets:
        nets = even(nets, said.net)
    items = tuple(
        _item(one, rate, net, shown, gross=typed.gross) for one, rate, net in zip(values, rates, nets, strict=True)
    )
    return compared(Lines(items=items, by_hand=True), fields)


class _Numbers:
    """The numbers of one typed line."""

    def __init__(self, typed: TypedLine, line: int, language: Language) -> None:
        self.typed = typed
        self._line = line
        self._language = language
        self.quantity = self._number("quantity", typed.quantity)
        self.price = self._number("unit_price", typed.unit_price)
        self.discount = self._percentage("discount", typed.discount)
        self.rate = self._percentage("vat_rate", typed.vat_rate)
        amount = self._number("amount", typed.amount)
        self.amount = self._rounded(amount) if amount is not None else self._product()
        if len(" ".join(typed.unit.split())) > _LONGEST_UNIT:
            raise InvalidValue(field="unit", line=line)

    def _number(self, name: str, text: str) -> Decimal | None:
        text = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())
        if not text:
            return None
        found = amount_of(text, self._language)
        value = Decimal(found) if found is not None else None
        if value is None or abs(value) >= _LARGEST or -int(value.as_tuple().exponent) > DEEPEST:
            raise InvalidValue(field=name, line=self._line)
        return value

    def _percentage(self, name: str, text: str) -> Decimal | None:
        value = self._number(name, text.replace("%", " "))
        if value is not None and not 0 <= value <= 100:
            raise InvalidValue(field=name, line=self._line)
        return value.normalize() if value is not None else None

    def _product(self) -> Decimal:
        if self.quantity is None or self.price is None:
            raise InvalidValue(field="amount", line=self._line)
        return self._rounded(self.quantity * self.price * (100 - (self.discount or ZERO)) / 100)

    def _rounded(self, value: Decimal) -> Decimal:
        if abs(value) >= _LARGEST:
            raise InvalidValue(field="amount", line=self._line)
        return value.quantize(CENT, ROUND_HALF_UP)


def _item(one: _Numbers, rate: Decimal | None, net: Decimal | None, shown: Lines, *, gross: bool) -> LineItem:
    place = one.typed.place
    was = shown.items[place] if place is not None and 0 <= place < len(shown.items) else LineItem()
    return LineItem(
        description=" ".join(one.typed.description.split())[:LONGEST],
        quantity=plain_number(one.quantity) if one.quantity is not None else None,
        unit=" ".join(one.typed.unit.split()),
        unit_price=plain_number(one.price, 2) if one.price is not None else None,
        discount=plain_number(one.discount) if one.discount else None,
        vat_rate=plain_number(rate) if rate is not None else None,
        net_amount=format(net, ".2f") if net is not None else None,
        gross_amount=format(one.amount, ".2f") if gross else None,
        confidence=1.0,
        page=was.page,
        box=was.box,
    )


def same_lines(one: Lines, other: Lines) -> bool:
    """Say whether two lists of lines mean the same, wherever they stand and however sure they are."""
    return [_meaning(item) for item in one.items] == [_meaning(item) for item in other.items]


def _meaning(item: LineItem) -> tuple[object, ...]:
    numbers = (item.quantity, item.unit_price, item.discount, item.vat_rate, item.net_amount, item.gross_amount)
    return (item.description, item.unit, *(Decimal(value) if value is not None else None for value in numbers))
