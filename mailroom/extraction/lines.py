"""The lines of an invoice: tables with and without ruling, over pages, and the rows of receipts. Pure.

A table is found by its header's labels; where none was read, rows of words with an amount at their end are tried, and
kept only if they add up. A row is a line when an amount stands in the column of amounts. Words under or over it belong
to the line that they stand nearer to. In the end the lines are compared with the totals, and what does not fit is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from mailroom.domain.document import DocumentType, FieldName, Fields
from mailroom.domain.line import Lines
from mailroom.extraction.candidates import Sight
from mailroom.extraction.labels import Label
from mailroom.extraction.line_cells import Cell, Row, rows_of
from mailroom.extraction.line_charges import charges_under
from mailroom.extraction.line_columns import RATES, Column, Header, Roles, Table, fill, headers, is_product, roles_of
from mailroom.extraction.line_slips import Slip, fuel_of, slip_of
from mailroom.extraction.line_totals import Checked, Draft, checked
from mailroom.extraction.line_words import NEAR, give_words

_SUMS = frozenset({"net", "vat", "total", "payable", "sum", "subtotal", "prepaid", "tendered", "change", "rounding"})
_KINDS = {DocumentType.INVOICE.value, DocumentType.CREDIT_NOTE.value, DocumentType.RECEIPT.value}
_ALSO_THINGS = frozenset({"net", "tendered"})
"""Roles of words that are also of goods: `Knoflook net`, `Konsumation Bar`."""
_CAPTIONS = frozenset({"net", "vat", "vat_rate", "total", "payable"})
_OF_LINES = frozenset({"description", "quantity", "unit_price"})
_MOST_LINES = 500
_MOST_ROWS = 3_000
_MOST_ROUNDED = Decimal("0.05")
_MOST_CHARGES = 4


def find_lines(sight: Sight, fields: Fields) -> Lines:
    """Return the lines that the pages show, compared with the totals that were found."""
    kind = fields.get(FieldName.DOCUMENT_TYPE)
    if kind is None or kind.value not in _KINDS:
        return Lines()
    found = _checked(sight, list(_tables(sight)), fields)
    if found is not None and found.fits:
        return found.lines
    of_slip = _of_slip(sight, fields) if kind.value == DocumentType.RECEIPT.value else None
    if of_slip is not None and of_slip.fits:
        return of_slip.lines
    other = _checked(sight, list(_loose_tables(sight)), fields, loose=True)
    if other is not None and other.fits:
        return other.lines
    shown = found or of_slip
    return shown.lines if shown is not None else Lines()


def _of_slip(sight: Sight, fields: Fields) -> Checked | None:
    """Return the rows of a till slip compared with the totals; charges under them where only these make them fit."""
    slip = Slip([], [])
    for sheet in sight.sheets:
        rows = rows_of(sheet)[:_MOST_ROWS]
        ends = next((n for n, row in enumerate(rows) if _is_sum(sight, row)), len(rows))
        here = slip_of(sight, rows, ends)
        slip.drafts += here.drafts
        slip.charges += here.charges
        if ends < len(rows):
            break
    found = _fitting(sight, slip, fields)
    total = fields[FieldName.TOTAL_AMOUNT].value
    if total is None or (found is not None and found.fits):
        return found
    fuel = next((f for sheet in sight.sheets if (f := fuel_of(rows_of(sheet)[:_MOST_ROWS], float(total)))), None)
    return checked([fuel], fields) if fuel else found


def _fitting(sight: Sight, slip: Slip, fields: Fields) -> Checked | None:
    if not slip.drafts:
        return None
    drafts = slip.drafts[:_MOST_LINES]
    _explain_letters(sight, drafts)
    roundings = _roundings(sight)
    sets = [[*drafts, *slip.charges[:count]] for count in range(min(len(slip.charges), _MOST_CHARGES) + 1)]
    sets.sort(key=lambda some: not _is_whole(some, fields))  # what comes to the total without leaving anything out
    tried = [checked(some, fields, roundings=roundings, loose=True) for some in sets]
    return next((one for one in tried if one.fits), tried[0])


def _is_whole(drafts: Sequence[Draft], fields: Fields) -> bool:
    total = fields[FieldName.TOTAL_AMOUNT].value
    return total is not None and sum((_taken(d) for d in drafts), Decimal(0)) == abs(Decimal(total))


def _taken(draft: Draft) -> Decimal:
    return -draft.value if draft.charge == "discount" and draft.value > 0 else draft.value


def _checked(sight: Sight, tables: Sequence[Table], fields: Fields, *, loose: bool = False) -> Checked | None:
    """Return the lines of tables compared with the totals, with a charge under them where only that makes them fit."""
    drafts: list[Draft] = []
    under: list[Row] = []
    for table in tables:
        more = _drafts(table, sight, drafts)
        drafts += more
        under = table.rows[max((d.number for d in more), default=table.ends - 1) + 1 :]
    if not drafts:
        return None
    drafts = drafts[:_MOST_LINES]
    _explain_letters(sight, drafts)
    found = checked(drafts, fields, loose=loose)
    if not found.fits and (roundings := _roundings(sight)):
        found = checked(drafts, fields, roundings=roundings, loose=loose)
    if found.fits or loose:
        return found
    for charges in charges_under(sight, under, drafts, fields):
        completed = checked([*drafts, *charges], fields)
        if completed.fits:
            return completed
    return found


def _roundings(sight: Sight) -> frozenset[Decimal]:
    """Return the amounts by which the page says that its total was rounded to what can be paid in coins."""
    found = set()
    for sheet in sight.sheets:
        for row in rows_of(sheet):
            if row.money and any("rounding" in a.roles and a.first <= 1 for a in sight.labels_of(row.segments[0])):
                found.add(abs(Decimal(repr(row.money[-1].value))))
    return frozenset(value for value in found if 0 < value <= _MOST_ROUNDED)


def _tables(sight: Sight) -> Iterator[Table]:
    """Yield the item tables in reading order; a page without a header goes on with the table of the page before."""
    before: Table | None = None
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


def _table(sight: Sight, rows: list[Row], header: Header | None, known: Roles | None = None) -> Table | None:
    if not rows:
        return None
    ends = next((n for n, row in enumerate(rows) if _is_end(sight, row, rows[:n])), len(rows))
    body = rows[: max(ends, 1)]
    columns = fill([Column(c.x0, c.x1, c.roles, c.text) for c in header.columns] if header else [], body)
    roles = roles_of(columns)
    if roles is None or (known is not None and not _same_place(roles.amount, known.amount)):
        return None
    return Table(rows, header, roles, columns, ends)


def _same_place(here: Column, there: Column) -> bool:
    mine, other = list(here.cells.values()), list(there.cells.values())
    letter = mine[0].segment.tokens[mine[0].first].letter
    return abs(max(c.x1 for c in mine) - max(c.x1 for c in other)) < 3 * letter


def _is_sum(sight: Sight, row: Row) -> bool:
    """Say whether a row is a total of the document: its first words are a label of one, and an amount follows."""
    labels = [a for a in sight.labels_of(row.segments[0]) if a.roles & _SUMS and a.first <= 1]
    labels = [a for a in labels if not ((a.roles & {"vat"} or a.roles <= _ALSO_THINGS) and _is_thing(a))]
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


def _is_thing(label: Label) -> bool:
    """Say whether a word stands before a label of VAT: `Airport taxes` are sold."""
    return any(sum(c.isalpha() for c in token.text) > 3 for token in label.segment.tokens[: label.first])


def _is_end(sight: Sight, row: Row, before: Sequence[Row]) -> bool:
    """Say whether the totals begin at a row: with one of them, or with captions that stand over them."""
    if _is_sum(sight, row):
        return not _is_carried(sight, row)
    if row.money or not any(one.money for one in before):
        return False
    labels = sight.labels_of(row.segments[0])
    captions = {a.segment.place for a in labels if a.roles & _CAPTIONS}
    return len(captions) >= 2 and not any(a.roles & _OF_LINES for a in labels)


def _is_carried(sight: Sight, row: Row) -> bool:
    """Say whether a total is one on the way: of a group, of the page, or carried over from the page before."""
    labels = [a for a in sight.labels_of(row.segments[0]) if a.roles & _SUMS and a.first <= 1]
    return bool(labels) and labels[0].roles & _SUMS == {"subtotal"}


def _copy(cell: Cell) -> Cell:
    return Cell(cell.values, cell.decimals, cell.percent, cell.segment, cell.first, cell.last, cell.text)


def _loose_tables(sight: Sight) -> Iterator[Table]:
    """Yield what may be lines without a header: on every page the rows above the first total."""
    for sheet in sight.sheets:
        rows = rows_of(sheet)[:_MOST_ROWS]
        ends = next((n for n, row in enumerate(rows) if _is_sum(sight, row)), len(rows))
        body = rows[:ends]
        first = next((n for n, row in enumerate(body) if row.money and (_has_words(row) or _is_under(body, n))), None)
        if first is None:
            continue
        start = max(0, first - 1)
        table = _table(sight, body[start:], None)
        if table:
            yield table
        if ends < len(rows):
            return


def _is_under(rows: Sequence[Row], at: int) -> bool:
    """Say whether a row of numbers alone stands close under words: `5 x 2.20 = 11.00` on a receipt."""
    above = rows[at - 1] if at else None
    near = above is not None and rows[at].y0 - above.y1 < NEAR * rows[at].sheet.line
    return above is not None and near and not above.money and _has_words(above) and len(rows[at].cells) >= 3


def _has_words(row: Row) -> bool:
    return any(sum(c.isalpha() for c in s.text) >= 3 for s in row.segments)


# -- from rows to lines ---------------------------------------------------------------------------------------------


def _drafts(table: Table, sight: Sight, before: Sequence[Draft]) -> list[Draft]:
    """Return the lines of a table with their words; `before` are those of the tables above it."""
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
        if draft.quantity is None and (_is_carried(sight, row) or _repeats(amount, [*before, *drafts])):
            continue  # carried over to the next page, or a subtotal
        draft.charge = _is_charge(sight, row)
        drafts.append(draft)
    if drafts:
        give_words(table, drafts)
    if table.header is None:  # a code and an amount are a row of the table of VAT
        return [d for d in drafts if d.proved or sum(c.isalpha() for c in d.text) >= 3]
    return [d for d in drafts if d.words or d.quantity is not None]


def _draft(number: int, row: Row, cell: Cell, roles: Roles) -> Draft:
    def of(column: Column | None) -> Cell | None:
        return column.cells.get(number) if column else None

    many, each, off, rate = of(roles.quantity), of(roles.price), of(roles.discount), of(roles.rate)
    if rate is not None and rate.value not in RATES:
        rate = None
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
            if each.decimals >= 2 and not many.money and is_product(amount, many, each):
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
