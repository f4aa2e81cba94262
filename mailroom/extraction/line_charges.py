"""Charges, deposits and discounts among the totals, where the lines are the net amount only with them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from mailroom.domain.document import FieldName, Fields
from mailroom.extraction.candidates import Sight
from mailroom.extraction.layout import Segment, Token
from mailroom.extraction.line_cells import Cell, Row
from mailroom.extraction.line_totals import Draft

_NEVER = frozenset({"vat", "vat_rate", "total", "payable", "prepaid", "tendered", "change", "rounding"})
_CHARGES = frozenset({"shipping", "deposit", "discount"})
_ROWS = 14
_MOST = 8
_SAID = (FieldName.NET_AMOUNT, FieldName.VAT_AMOUNT, FieldName.TOTAL_AMOUNT, FieldName.PAYABLE_AMOUNT)


def charges_under(sight: Sight, rows: Sequence[Row], drafts: Sequence[Draft], fields: Fields) -> Iterator[list[Draft]]:
    """Yield one or two amounts under the lines that are exactly what the lines lack of the net amount.

    `rows` are those under the last line. An amount that is itself one of the totals is none.
    """
    net, vat, total = (_said(fields, name) for name in _SAID[:3])
    if net is None:
        net = total - vat if total is not None and vat is not None else total
    if net is None:
        return
    rest = abs(net) - abs(sum((draft.value for draft in drafts), Decimal(0)))
    if not rest:
        return
    totals = {abs(said) for name in _SAID if (said := _said(fields, name)) is not None}
    found = [one for one in _candidates(sight, rows[:_ROWS]) if abs(one.value) not in totals][:_MOST]
    for one in found:
        if _signed(one) == rest:
            yield [_with_sign(one)]
    for pair in combinations([one for one in found if one.charge], 2):
        if sum((_signed(one) for one in pair), Decimal(0)) == rest:
            yield [_with_sign(one) for one in pair]


def _said(fields: Fields, name: FieldName) -> Decimal | None:
    field = fields.get(name)
    return Decimal(field.value) if field and field.value is not None else None


def _signed(draft: Draft) -> Decimal:
    """Return what an amount adds; a discount takes away, with or without its minus sign."""
    return -abs(draft.value) if draft.charge == "discount" else draft.value


def _with_sign(draft: Draft) -> Draft:
    old, value = draft.amount, float(_signed(draft))
    draft.amount = Cell((value,), old.decimals, old.percent, old.segment, old.first, old.last, old.text)
    draft.charge = ""  # its sign is right already
    return draft


def _candidates(sight: Sight, rows: Sequence[Row]) -> Iterator[Draft]:
    """Yield the amounts that a label stands before, or above as in a bar of captions, unless it names a total."""
    for place, row in enumerate(rows):
        beside = [cell for cell in row.money if cell.segment is not row.segments[0]]
        for cell in beside or row.money:  # `Card fee 3 × 1.50` is the label of what stands beside it
            words, segment = _label(rows, place, cell)
            if segment is None:
                continue
            roles = frozenset().union(*(a.roles for a in sight.labels_of(segment) if a.segment is segment))
            if roles & _NEVER:
                continue
            charge = next(iter(sorted(roles & _CHARGES)), "")
            yield Draft(-1 - place, row, cell, charge=charge, words=words)
            if segment is row.segments[0]:
                break  # what stands behind the first amount of a row is its VAT and its total


def _label(rows: Sequence[Row], place: int, cell: Cell) -> tuple[list[Token], Segment | None]:
    row = rows[place]
    first = row.segments[0]
    before = first.tokens[: cell.first] if first is cell.segment else first.tokens
    if any(sum(c.isalpha() for c in t.text) >= 3 for t in before):
        return list(before), first
    for above in reversed(rows[max(0, place - 2) : place]):
        for segment in above.segments:
            if segment.x0 < cell.x1 and cell.x0 < segment.x1 and not segment.digits:
                return list(segment.tokens), segment
    return [], None
