"""The lines of an invoice: tables with and without ruling, over pages, and the rows of receipts. Pure.

A table is found by its header's labels; where none was read, rows of words with an amount at their end are tried, and
kept only if they add up. A row is a line when an amount stands in the column of amounts. Words under or over it belong
to the line that they stand nearer to. In the end the lines are compared with the totals, and what does not fit is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mailroom.domain.document import DocumentType, FieldName, Fields
from mailroom.domain.line import Lines
from mailroom.domain.unit import is_unit
from mailroom.extraction.candidates import Sight
from mailroom.extraction.layout import Token
from mailroom.extraction.line_cells import Cell, Row, rows_of
from mailroom.extraction.line_columns import Column, Header, Roles, fill, headers, is_product, roles_of
from mailroom.extraction.line_totals import Draft, checked

_SUMS = frozenset({"net", "vat", "total", "payable", "sum", "subtotal", "prepaid", "tendered", "change", "rounding"})
_KINDS = {DocumentType.INVOICE.value, DocumentType.CREDIT_NOTE.value, DocumentType.RECEIPT.value}
_MOST_LINES = 500
_MOST_ROWS = 3_000
_WORDS_UNDER = 6
"""Rows of words that may belong to one line."""
_NEAR = 1.3
"""Free space between the rows of one line, in heights of a line."""


@dataclass(slots=True)
class _Table:
    """Rows under a header, with what the columns are."""

    rows: list[Row]
    header: Header | None
    roles: Roles
    columns: list[Column]
    ends: int = 0
    """The first row, counted from the table's first, that is a total of the document."""


def find_lines(sight: Sight, fields: Fields) -> Lines:
    """Return the lines that the pages show, compared with the totals that were found."""
    kind = fields.get(FieldName.DOCUMENT_TYPE)
    if kind is None or kind.value not in _KINDS:
        return Lines()
    drafts = [draft for table in _tables(sight) for draft in _drafts(table, sight)][:_MOST_LINES]
    _explain_letters(sight, drafts)
    found = checked(drafts, fields) if drafts else None
    if found is not None and found.fits:
        return found.lines
    loose = [draft for table in _loose_tables(sight) for draft in _drafts(table, sight)][:_MOST_LINES]
    _explain_letters(sight, loose)
    other = checked(loose, fields, loose=True) if loose else None
    if other is not None and (other.fits or (found is None and kind.value == DocumentType.RECEIPT.value)):
        return other.lines
    return found.lines if found is not None else Lines()


def _tables(sight: Sight) -> Iterator[_Table]:
    """Yield the item tables in reading order; a page without a header goes on with the table of the page before."""
    before: _Table | None = None
    total = 0
    for at, sheet in enumerate(sight.sheets):
        rows = rows_of(sheet)
        total += len(rows)
        if total > _MOST_ROWS:
            return
        heads = headers(sight, at, rows)
        if not heads and before is not None and before.ends >= len(before.rows):
            table = _table(sight, rows, before.header, before.roles)
            if table:
                yield table
                before = table
            continue
        for number, head in enumerate(heads):
            stop = heads[number + 1].first if number + 1 < len(heads) else len(rows)
            table = _table(sight, rows[head.last + 1 : stop], head)
            if table:
                yield table
                before = table


def _table(sight: Sight, rows: list[Row], header: Header | None, known: Roles | None = None) -> _Table | None:
    if not rows:
        return None
    ends = next((n for n, row in enumerate(rows) if _is_sum(sight, row)), len(rows))
    body = rows[: max(ends, 1)]
    columns = fill([Column(c.x0, c.x1, c.roles, c.text) for c in header.columns] if header else [], body)
    roles = roles_of(columns)
    if roles is None or (known is not None and not _same_place(roles.amount, known.amount)):
        return None
    return _Table(rows, header, roles, columns, ends)


def _same_place(here: Column, there: Column) -> bool:
    mine, other = list(here.cells.values()), list(there.cells.values())
    letter = mine[0].segment.tokens[mine[0].first].letter
    return abs(max(c.x1 for c in mine) - max(c.x1 for c in other)) < 3 * letter


def _is_sum(sight: Sight, row: Row) -> bool:
    """Say whether a row is a total of the document: its first words are a label of one, and an amount follows."""
    labels = [a for a in sight.labels_of(row.segments[0]) if a.roles & _SUMS and a.first <= 1]
    if not labels or not row.money:
        return False
    label, first = labels[0], row.money[0].segment
    if label.segment.place and first.place - label.segment.place not in (0, 1):
        return False
    plain = [cell for cell in row.cells if not cell.percent]
    if len(plain) >= 3 and any(
        is_product(plain[-1], _copy(a), _copy(b)) for n, a in enumerate(plain[:-1]) for b in plain[n + 1 : -1]
    ):
        return False  # `Total Care, 2 hours` is sold by the hour
    words = [t for t in label.segment.tokens[label.last :] if any(c.isalpha() for c in t.text) and len(t.text) > 3]
    return len(words) <= 4


def _copy(cell: Cell) -> Cell:
    return Cell(cell.values, cell.decimals, cell.percent, cell.segment, cell.first, cell.last, cell.text)


def _loose_tables(sight: Sight) -> Iterator[_Table]:
    """Yield what may be lines without a header: on every page the rows above the first total."""
    for sheet in sight.sheets:
        rows = rows_of(sheet)[:_MOST_ROWS]
        ends = next((n for n, row in enumerate(rows) if _is_sum(sight, row)), len(rows))
        body = rows[:ends]
        first = next((n for n, row in enumerate(body) if row.money and _has_words(row)), None)
        if first is None:
            continue
        start = max(0, first - 1)
        table = _table(sight, body[start:], None)
        if table:
            yield table
        if ends < len(rows):
            return


def _has_words(row: Row) -> bool:
    return any(sum(c.isalpha() for c in s.text) >= 3 for s in row.segments)


# -- from rows to lines ---------------------------------------------------------------------------------------------


def _drafts(table: _Table, sight: Sight) -> list[Draft]:
    """Return the lines of a table with their words."""
    roles = table.roles
    drafts: list[Draft] = []
    for number, row in enumerate(table.rows[: table.ends]):
        cell = roles.amount.cells.get(number)
        product = _product(number, cell, roles) if row.sheet.ocr else None
        if product is None and (cell is None or not cell.money):
            continue
        amount = product or cell
        assert amount is not None  # noqa: S101  asked above
        draft = _draft(number, row, amount, roles)
        draft.derived = product is not None
        if not draft.proved and draft.amount.value == 0:
            continue  # a total of nothing
        if draft.quantity is None and _repeats(amount, drafts):
            continue  # carried over to the next page, or a subtotal
        draft.charge = _is_charge(sight, row)
        drafts.append(draft)
    if drafts:
        _give_words(table, drafts)
    return [d for d in drafts if d.words or d.quantity is not None]


def _draft(number: int, row: Row, cell: Cell, roles: Roles) -> Draft:
    def of(column: Column | None) -> Cell | None:
        return column.cells.get(number) if column else None

    many, each, off, rate = of(roles.quantity), of(roles.price), of(roles.discount), of(roles.rate)
    proved = number in roles.good
    if not proved and many and each:
        proved = is_product(cell, many, each, off) or is_product(cell, many, each)
    if many is None and each is None:
        many, each = _times(row, cell)
        proved = many is not None
    letter = _letter_after(cell) if rate is None else ""
    return Draft(number, row, cell, many, each, off, rate, proved=proved, letter=letter, gross=roles.amount.gross)


def _product(number: int, amount: Cell | None, roles: Roles) -> Cell | None:
    """Return quantity × price in the place of an amount that was not read, or misread by a digit."""
    if roles.quantity is None or roles.price is None or len(roles.good) < 1:
        return None
    many, each = roles.quantity.cells.get(number), roles.price.cells.get(number)
    off = roles.discount.cells.get(number) if roles.discount else None
    if many is None or each is None or not each.money or off is not None or number in roles.good:
        return None
    if amount is not None and (is_product(amount, many, each) or not _resembles(amount, many.value * each.value)):
        return None
    return Cell((round(many.value * each.value, 2),), 2, False, each.segment, each.first, each.last, "")


def _resembles(amount: Cell, value: float) -> bool:
    """Say whether a number differs from another in one or two digits, as misreadings do."""
    a, b = f"{abs(amount.value):.2f}", f"{abs(value):.2f}"
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) <= 2


def _times(row: Row, amount: Cell) -> tuple[Cell | None, Cell | None]:
    """Find `2 x 1,50` in a row of a receipt."""
    others = [c for c in row.cells if c is not amount and not c.percent]
    for n, many in enumerate(others):
        for each in others[n + 1 :]:
            if each.money and not many.money and is_product(amount, many, each):
                return many, each
    return None, None


def _letter_after(cell: Cell) -> str:
    """Return the letter or short code behind an amount, which on receipts names its VAT rate."""
    row = cell.segment.sheet.rows[cell.segment.row]
    rest = [*cell.segment.tokens[cell.last :], *(t for s in row[cell.segment.place + 1 :] for t in s.tokens)]
    texts = [t.text.strip("*.:") for t in rest]
    return texts[0].upper() if len(texts) == 1 and 0 < len(texts[0]) <= 3 and texts[0].isalpha() else ""


def _explain_letters(sight: Sight, drafts: Sequence[Draft]) -> None:
    """Find what the letters behind amounts mean: `A 6 %`, `SR @ 6%` in the table of VAT under the lines."""
    wanted = {d.letter for d in drafts if d.letter and d.rate is None}
    if not wanted:
        return
    meaning: dict[str, Decimal] = {}
    for sheet in sight.sheets:
        for row in rows_of(sheet):
            letter = row.segments[0].tokens[0].text.strip("*.:=()").upper()
            rates = [cell.value for cell in row.cells if cell.percent]
            if letter in wanted and len(rates) == 1:
                meaning[letter] = Decimal(repr(rates[0])).normalize()
    for draft in drafts:
        draft.legend = meaning.get(draft.letter)


def _repeats(cell: Cell, drafts: Sequence[Draft]) -> bool:
    return len(drafts) > 1 and abs(sum(d.amount.value for d in drafts) - cell.value) < 0.005


def _is_charge(sight: Sight, row: Row) -> str:
    labels = sight.labels_of(row.segments[0])
    for role in ("discount", "shipping", "deposit"):
        if any(role in a.roles and a.first == 0 and a.segment.place == 0 for a in labels):
            return role
    return ""


def _give_words(table: _Table, drafts: list[Draft]) -> None:
    """Give every line its own words, and the rows of words to the line that they stand nearer to."""
    left, right = _reach(table, drafts)
    anchors = {d.number: d for d in drafts}
    for draft in drafts:
        own = _words(draft.row, draft, left, right)
        if draft.quantity is not None:
            draft.unit = _take_unit(own, draft)
        draft.words = _without_position(own, len(drafts))
    first = min(anchors)
    near = range(max(0, first - _WORDS_UNDER), table.ends)
    free = [n for n in near if n not in anchors and _only_words(table.rows[n], left, right)]
    under = not any(d.words for d in drafts) and first - 1 in free
    for number in free:
        owner = _owner(table, number, anchors, free, under=under)
        if owner is not None:
            words = _words(table.rows[number], None, left, right)
            (owner.before if number < owner.number else owner.after).append(words)


def _reach(table: _Table, drafts: Sequence[Draft]) -> tuple[float, float]:
    """Return from where to where descriptions stand."""
    numbers = [c for d in drafts for c in (d.amount, d.quantity, d.each, d.off, d.rate) if c is not None]
    described = next((c for c in table.columns if "description" in c.roles), None)
    if described is None:
        return 0.0, min(c.x0 for c in numbers)
    others = sorted((c for c in table.columns if c is not described), key=lambda c: c.x0)
    letter = table.rows[0].sheet.line * 0.5
    left = max((_right(c) for c in others if c.x1 <= described.x0 + letter and _left(c) < described.x0), default=0.0)
    right = min((_left(c) for c in others if c.x0 > described.x0), default=9.0)
    left = min(left, described.x0)
    return left, max(right, described.x1)


def _right(column: Column) -> float:
    return max([column.x1, *(c.x1 for c in column.cells.values())])


def _left(column: Column) -> float:
    return min([column.x0, *(c.x0 for c in column.cells.values())])


def _words(row: Row, draft: Draft | None, left: float, right: float) -> list[Token]:
    """Return the words of a row that stand where descriptions do and are no number of another column."""
    taken = {id(t) for c in draft.cells for t in c.tokens} if draft else set()
    words: list[Token] = []
    for segment in row.segments:
        for token in segment.tokens:
            middle = (token.x0 + token.x1) / 2
            if id(token) in taken or not left - 1e-3 <= middle < right:
                continue
            words.append(token)
    while words and not any(c.isalnum() for c in words[-1].text):
        words.pop()
    return words


def _without_position(words: list[Token], lines: int) -> list[Token]:
    """Leave out the number of the line before its description."""
    first = words[0].text.rstrip(".)") if len(words) > 1 else ""
    counts = first.isascii() and first.isdigit() and len(first) <= 4 and 0 < int(first) <= max(lines, 9) * 10
    return words[1:] if counts and (int(first) <= lines or int(first) % 10 == 0) else words


def _take_unit(words: list[Token], draft: Draft) -> str:
    """Return the unit: the word after the quantity, or one in a column between quantity and price."""
    many = draft.quantity
    assert many is not None  # noqa: S101  asked for lines with a quantity only
    tokens = [t for s in draft.row.segments for t in s.tokens]
    after = min((t for t in tokens if t.x0 >= many.x1 - 1e-6), key=lambda t: t.x0, default=None)
    if after is not None and is_unit(after.text):
        if after in words:
            words.remove(after)
        return after.text.strip("().,:")
    before = max((t for t in tokens if t.x1 <= many.x0 + 1e-6), key=lambda t: t.x1, default=None)
    if before is not None and before not in words and is_unit(before.text):
        return before.text.strip("().,:")
    return ""


def _only_words(row: Row, left: float, right: float) -> bool:
    if row.money:
        return False
    return any(left - 1e-3 <= s.x0 < right and sum(c.isalpha() for c in s.text) >= 2 for s in row.segments)


def _owner(table: _Table, number: int, anchors: dict[int, Draft], free: Sequence[int], *, under: bool) -> Draft | None:
    """Return the line that a row of words belongs to; `under`: the amounts stand in the rows under their words."""
    (above, up), (below, down) = (_neighbour(table, number, anchors, free, step) for step in (-1, 1))
    if under:
        return below if down < _NEAR else None
    if above is not None and up < _NEAR and (below is None or below.words or up <= down + 0.1):
        return above
    return below if below is not None and not below.words and down < _NEAR else None


def _neighbour(
    table: _Table, number: int, anchors: dict[int, Draft], free: Sequence[int], step: int
) -> tuple[Draft | None, float]:
    """Return the next line up or down over rows of words only, and the widest gap on the way, in heights of a line."""
    rows = table.rows
    line = max(rows[number].sheet.line, 1e-6)
    widest, at = -9.0, number
    for _ in range(_WORDS_UNDER):
        following = at + step
        if not 0 <= following < len(rows):
            break
        upper, lower = (at, following) if step > 0 else (following, at)
        widest = max(widest, (rows[lower].y0 - rows[upper].y1) / line)
        if following in anchors:
            return anchors[following], widest
        if following not in free:
            break
        at = following
    return None, 9.0
