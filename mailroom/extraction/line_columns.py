"""The columns of an item table: from its header's labels, from where its numbers stand, and from q × p = amount."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

from mailroom.extraction.candidates import Sight
from mailroom.extraction.labels import Label
from mailroom.extraction.layout import Segment, Token
from mailroom.extraction.line_cells import Cell, Row
from mailroom.extraction.tax import EVERY_RATE
from mailroom.extraction.text import blur, fold

ITEM_ROLES = frozenset({"description", "quantity", "unit_price", "line_amount", "vat_rate", "discount"})
_HEADER_ROLES = ITEM_ROLES | {"net", "total", "vat", "sum", "subtotal"}
RATES = frozenset(float(rate) for rate in EVERY_RATE) | {0.0}
_GROSS = ("incl", "ttc", "brutto", "gross", "cu tva", "bruto", "inkl")
_UNIT_HEADS = frozenset(
    blur(word)
    for word in ("eenheid", "eenh", "unit", "uom", "einheit", "einh", "me", "unité", "unite", "um", "u.m.", "u m")
)
_LEADING = 1.6
_MOST_COLUMNS, _MOST_AMOUNTS = 16, 8
"""Beyond these a table is none of an invoice; every pair of columns is tried, which must end."""
_BAND = 2.2
"""Heights of a line within which the rows of one header stand to each other."""


@dataclass(slots=True, eq=False)
class Column:
    """A column: where its header stands, the roles its words allow, and its cells by the row's place in the table."""

    x0: float
    x1: float
    roles: frozenset[str] = frozenset()
    text: str = ""
    cells: dict[int, Cell] = field(default_factory=dict)

    @property
    def gross(self) -> bool:
        folded = fold(self.text)
        return any(word in folded for word in _GROSS)

    @property
    def unit(self) -> bool:
        return blur(self.text) in _UNIT_HEADS


@dataclass(slots=True)
class Header:
    """A table's header: its rows on the page and its columns from the left."""

    first: int
    last: int
    columns: list[Column]


@dataclass(slots=True, eq=False)
class Roles:
    """Which column is what. `good` are the rows in which quantity × price (less discount) is the amount."""

    amount: Column
    quantity: Column | None = None
    price: Column | None = None
    discount: Column | None = None
    rate: Column | None = None
    good: frozenset[int] = frozenset()


@dataclass(slots=True)
class Table:
    """Rows under a header, with what the columns are."""

    rows: list[Row]
    header: Header | None
    roles: Roles
    columns: list[Column]
    ends: int = 0
    """The first row, counted from the table's first, that is a total of the document."""


def headers(sight: Sight, at: int, rows: Sequence[Row]) -> list[Header]:
    """Return the headers of item tables on a page."""
    labels = sight.labels[at]
    found: list[Header] = []
    for index in sorted(labels):
        if found and index <= found[-1].last:
            continue
        split = _is_split_head(labels, rows, index) and not _is_head(labels[index + 1], rows[index + 1])
        if _is_head(labels[index], rows[index]) or split:
            found.append(_header(sight, at, rows, index))
    return found


def _is_head(labels: Sequence[Label], row: Row) -> bool:
    own = [a for a in labels if a.roles & ITEM_ROLES]
    if len(own) < 2 or row.money:
        return False
    kinds = frozenset().union(*(a.roles & ITEM_ROLES for a in own))
    if len(kinds) < 2 or not _spread(own):
        return False
    if kinds & {"quantity", "unit_price"}:
        return "description" in kinds or len(own) >= 3 or "line_amount" in kinds
    # `Omschrijving | Bedrag`: two captions that stand alone
    return "description" in kinds and "line_amount" in kinds and any(a.alone for a in own)


def _is_split_head(labels: dict[int, list[Label]], rows: Sequence[Row], index: int) -> bool:
    """Say whether a row and the one under it are a header together."""
    if index + 1 >= len(rows) or index + 1 not in labels:
        return False
    gap = (rows[index + 1].y0 - rows[index].y0) / max(rows[index].sheet.line, 1e-6)
    if gap > _BAND or rows[index].money or rows[index + 1].money:
        return False
    both = [a for a in (*labels[index], *labels[index + 1]) if a.roles & ITEM_ROLES]
    kinds = frozenset().union(*(a.roles & ITEM_ROLES for a in both)) if both else frozenset()
    return len(both) >= 3 and {"description", "line_amount"} <= kinds and bool(kinds & {"quantity", "unit_price"})


def _spread(labels: Sequence[Label]) -> bool:
    """Say whether labels stand as captions do: in several cells, not in one sentence."""
    return len({a.segment for a in labels}) > 1 or len(labels) >= 3


def _header(sight: Sight, at: int, rows: Sequence[Row], index: int) -> Header:
    first = last = index
    while first > 0 and index - first < 2 and _heads_too(sight.labels[at], rows[first - 1], rows[first]):
        first -= 1
    while last + 1 < len(rows) and last - index < 3 and _heads_too(sight.labels[at], rows[last + 1], rows[last]):
        last += 1
    columns: list[Column] = []
    for number in (index, *range(index + 1, last + 1), *range(index - 1, first - 1, -1)):
        for column in _columns_of(rows[number], sight.labels[at].get(number, [])):
            _merge(columns, column)
    return Header(first, last, sorted(columns, key=lambda c: c.x0))


def _heads_too(by_row: dict[int, list[Label]], row: Row, beside: Row) -> bool:
    """Say whether a row beside a header belongs to it."""
    if row.cells or abs(row.y0 - beside.y0) > _LEADING * row.sheet.line:
        return False
    labels = [a for a in by_row.get(row.index, []) if a.roles & _HEADER_ROLES]
    return bool(labels) and not any(len(s.tokens) > 5 for s in row.segments)


def _columns_of(row: Row, labels: Sequence[Label]) -> Iterator[Column]:
    """Return a column for every label of a header's row, and one for the other words of each cell."""
    for segment in row.segments:
        own = [a for a in labels if a.segment is segment and a.roles & _HEADER_ROLES]
        if len(own) == 1 or _in_two_languages(segment, own):  # `Preis netto in EUR`: the words round it belong to it
            roles = frozenset.intersection(*(a.roles for a in own)) & _HEADER_ROLES
            yield Column(segment.x0, segment.x1, roles, segment.text)
            continue
        loose: list[Token] = []
        for place, token in enumerate(segment.tokens):
            label = next((a for a in own if a.first <= place < a.last), None)
            if label is None:
                loose.append(token)
            joined = (
                loose.pop() if loose and label is not None and loose[-1].text.endswith("/") else None
            )  # `Code/Desc`
            if loose and (label is not None or place == len(segment.tokens) - 1):
                yield Column(loose[0].x0, loose[-1].x1, frozenset(), " ".join(t.text for t in loose))
                loose = []
            if label is not None and label.first == place:
                yield Column((joined or segment.tokens[place]).x0, label.x1, label.roles & _HEADER_ROLES, label.text)


def _in_two_languages(segment: Segment, labels: Sequence[Label]) -> bool:
    """Say whether labels of one meaning stand with a stroke between them: `Quantité / Aantal`."""
    if not labels or not frozenset.intersection(*(a.roles for a in labels)) & _HEADER_ROLES:
        return False
    ordered = sorted(labels, key=lambda a: a.first)
    return all(segment.tokens[b.first - 1].text == "/" and b.first - a.last <= 1 for a, b in pairwise(ordered))


def _merge(columns: list[Column], new: Column) -> None:
    """Add a column, or its words to the one that it stands over."""
    for old in columns:
        if min(old.x1, new.x1) - max(old.x0, new.x0) > 0.3 * min(old.x1 - old.x0, new.x1 - new.x0):
            old.x0, old.x1 = min(old.x0, new.x0), max(old.x1, new.x1)
            old.roles, old.text = old.roles | new.roles, f"{old.text} {new.text}"
            return
    columns.append(new)


def fill(columns: list[Column], rows: Sequence[Row]) -> list[Column]:
    """Put the numbers of rows into their columns; numbers under no header make columns of their own."""
    strays: list[Column] = []
    for number, row in enumerate(rows):
        for cell in row.cells:
            column = _nearest(columns, cell) if columns else None
            if column is None or number in column.cells:
                column = _stray(strays, cell, number)
            column.cells[number] = cell
    return [*columns, *strays]


def _nearest(columns: Sequence[Column], cell: Cell) -> Column | None:
    def distance(column: Column) -> float:
        shared = min(column.x1, cell.x1) - max(column.x0, cell.x0)
        if shared > 0:
            return -shared / max(min(column.x1 - column.x0, cell.x1 - cell.x0), 1e-6)
        return min(abs(column.x1 - cell.x1), abs(column.x0 - cell.x0), -shared)

    best = min(columns, key=distance)
    reach = 4 * max(cell.segment.tokens[cell.first].letter, 1e-6)
    return best if distance(best) < reach else None


def _stray(strays: list[Column], cell: Cell, number: int) -> Column:
    letter = max(cell.segment.tokens[cell.first].letter, 1e-6)
    for column in strays:
        if number not in column.cells and (
            abs(column.x1 - cell.x1) < 1.5 * letter or abs(column.x0 - cell.x0) < letter
        ):
            column.x0, column.x1 = min(column.x0, cell.x0), max(column.x1, cell.x1)
            return column
    column = Column(cell.x0, cell.x1)
    strays.append(column)
    return column


def roles_of(columns: Sequence[Column]) -> Roles | None:
    """Return what the columns are: by arithmetic and by their labels; None when no column holds amounts."""
    columns = sorted(columns, key=lambda c: -len(c.cells))[:_MOST_COLUMNS]
    amounts = [c for c in columns if sum(cell.money for cell in c.cells.values()) and not c.roles & {"quantity"}]
    amounts = [c for c in amounts if _share_of_money(c) > 0.5][:_MOST_AMOUNTS]
    if not amounts:
        return None
    best = max((_with_factors(amount, columns) for amount in amounts), key=lambda found: _worth(found, amounts))
    best.rate = _rate_column(columns, best)
    return best


def _share_of_money(column: Column) -> float:
    return sum(cell.money for cell in column.cells.values()) / len(column.cells)


def _worth(roles: Roles, amounts: Sequence[Column]) -> float:
    column = roles.amount
    worth = 3.0 * len(roles.good) + 0.5 * len(column.cells)
    worth += 2.5 * bool(column.roles & {"line_amount", "net"}) + 1.0 * bool(column.roles & {"total", "sum"})
    worth -= 2.0 * bool(column.roles & {"unit_price"} and not column.roles & {"line_amount"})
    worth -= 2.0 * bool(column.roles == {"vat"}) + 4.0 * bool(column.roles & {"discount"})
    worth -= 0.5 * column.gross
    worth += 0.6 * (column.x1 >= max(c.x1 for c in amounts) - 1e-6)
    return worth


def _with_factors(amount: Column, columns: Sequence[Column]) -> Roles:
    """Find quantity, price and discount for a column of amounts; what most rows agree on wins."""
    left = [c for c in columns if c is not amount and c.cells]
    quantities = _most_likely(left, "quantity", _plain)
    prices = _most_likely(left, "unit_price", lambda c: not _percents(c))
    discounts: list[Column | None] = [None, *(c for c in left if _may_be_discount(c))]
    best, best_worth = Roles(amount), 0.0
    for quantity, price, discount in product(quantities, prices, discounts):
        if len({id(quantity), id(price), id(discount)}) < 3:
            continue
        good = _good_rows(amount, quantity, price, discount)
        worth = len(good) + 0.6 * ("quantity" in quantity.roles) + 0.6 * ("unit_price" in price.roles)
        worth -= 0.3 * (discount is not None)
        worth -= 0.2 * sum(cell.values[0] == 1 for n, cell in price.cells.items() if n in good)
        worth += 0.05 * (_left(quantity) < _left(price))  # where nothing else tells them apart
        labelled = "quantity" in quantity.roles and "unit_price" in price.roles
        if (good or labelled) and worth > best_worth:
            best, best_worth = Roles(amount, quantity, price, discount, good=good), worth
    if best.quantity is None:
        best.quantity = next((c for c in left if "quantity" in c.roles and _plain(c)), None)
        best.price = next((c for c in left if "unit_price" in c.roles and c is not best.quantity), None)
    return best


def _most_likely(columns: Sequence[Column], role: str, fits: object) -> list[Column]:
    assert callable(fits)  # noqa: S101  a predicate
    fit = [c for c in columns if fits(c)]
    named = [c for c in fit if role in c.roles]
    return (named + [c for c in fit if c not in named])[:5]


def _may_be_discount(column: Column) -> bool:
    if "discount" in column.roles or _percents(column):
        return True
    return "%" in column.text and not column.roles & {"vat", "vat_rate"}  # `Rab.%`, `Sc.%`


def _left(column: Column) -> float:
    return min(cell.x0 for cell in column.cells.values())


def _plain(column: Column) -> bool:
    return not _percents(column)


def _percents(column: Column) -> bool:
    return any(cell.percent for cell in column.cells.values())


def _good_rows(amount: Column, quantity: Column, price: Column, discount: Column | None) -> frozenset[int]:
    good = set()
    for number, total in amount.cells.items():
        many, each = quantity.cells.get(number), price.cells.get(number)
        off = discount.cells.get(number) if discount else None
        if many and each and is_product(total, many, each, off):
            good.add(number)
    return frozenset(good)


def is_product(total: Cell, many: Cell, each: Cell, off: Cell | None = None) -> bool:
    """Say whether quantity × price, less a discount in percent or as an amount, is the amount; cells keep what fits."""
    for a, b, c in product(total.values, many.values, each.values):
        full = b * c
        if off is None:
            results = [full]
        else:
            cut = abs(off.values[0])
            results = [full * (1 - cut / 100), full - cut, (c - cut) * b]
        slack = 0.0101 + min(abs(b) * 0.5 * 10.0 ** -max(each.decimals, 2), 0.004 * abs(a))
        if any(abs(abs(result) - abs(a)) <= slack for result in results):
            total.values, many.values, each.values = (a,), (b,), (c,)
            return True
    return False


def _rate_column(columns: Sequence[Column], roles: Roles) -> Column | None:
    taken = (roles.amount, roles.quantity, roles.price, roles.discount)
    free = [c for c in columns if c.cells and not any(c is t for t in taken)]
    proved = roles.good or frozenset(roles.amount.cells)  # what stands in the column under the lines is none of theirs
    rates = [c for c in free if _are_rates([cell for n, cell in c.cells.items() if n in proved])]
    named = [c for c in rates if c.roles & {"vat_rate", "vat"} or "%" in c.text]
    signed = [c for c in rates if _percents(c) and (c.text or _stands_for_itself(c, roles.amount))]
    return next(iter([*named, *signed]), None)


def _are_rates(cells: Sequence[Cell]) -> bool:
    return bool(cells) and all(cell.value in RATES for cell in cells)


def _stands_for_itself(column: Column, amounts: Column) -> bool:
    """Say whether percentages without a header are a column, and not parts of descriptions: `(contract × 15%)`."""
    alone = [c for c in column.cells.values() if not any(_is_word(t.text) for t in c.segment.tokens[: c.first])]
    return 2 * len(alone) > len(amounts.cells)


def _is_word(text: str) -> bool:
    return sum(sign.isalpha() for sign in text) >= 3
