"""Every amount of money on the pages, with what the words beside it say that it is.

The roles come from labels to the left and from column headers; an amount in a column of the item table is a line's
amount, whatever the header is called. `totals.py` then decides which amounts are the document's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from itertools import groupby, pairwise

from mailroom.extraction.beside import named_inside, pair
from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.labels import Label
from mailroom.extraction.layout import Segment
from mailroom.extraction.tax import EVERY_RATE, fits_rate, rates_of
from mailroom.extraction.text import fold
from mailroom.languages import Language, reading_data

TOTAL_ROLES = ("net", "vat", "total", "payable", "sum", "subtotal", "prepaid", "cash_discount", "discount", "tip",
               "change", "tendered", "card", "rounding", "deposit", "shipping", "levy", "previous")  # fmt: skip
_ITEM_COLUMNS = frozenset({"description", "quantity", "unit_price", "line_amount", "vat_rate", "discount"})
_TABLE_OF_SUMS = frozenset({"net", "vat", "total", "payable"})
_SUMS = frozenset({"net", "vat", "total", "payable", "sum", "subtotal"})

_CENT = Decimal("0.01")
_HIGHEST = Decimal("0.28")  # 27 % is the highest rate of VAT there is
_CURRENCY = r"(?:€|EUR|\$|USD|£|GBP|CHF|RON|LEI|lei|RM|Fr\.?|zł|kr\.?|INR|Rs\.?|PLN|SEK|DKK|NOK|CZK|HUF)"
_AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<sign>[-–−+]\s?)?(?:{_CURRENCY}\s{{0,2}})?(?P<sign2>[-–−]\s?)?"
    r"(?<![\d.,/:])(?P<number>"
    r"\d{1,3}(?:[.,'’ ]\s?\d{3})+\s?[.,:]\s?\d{2}(?!\d)"
    r"|\d+\s?[.,]\s?\d{2}(?![\d])"
    r"|\d{1,3}(?:[.,'’]\d{3})+(?!\d)"
    r"|\d+(?=[.,][-–=])"
    rf"|(?<=\$)\d+(?!\d)|(?<=€)\d+(?!\d)|(?<=€ )\d+(?!\d)|(?<=Rs )\d+(?!\d)|\d+(?=\s?(?:€|EUR\b|lei\b|RON\b))"
    r")(?P<after>\s?[-–](?=\s|$)|\s?\))?(?![\d/:]|[.,]\d|\s{0,2}%|-\d)"
)
_LOOKS_NUMERIC = re.compile(r"^[(\-–€$£]*[\dOoIlSB|.,:'’]*\d[\dOoIlSB|.,:'’€)\-]*$")
_MIXED_UP = re.compile(r"(?<![A-Za-z])[OoIlSB|]|[OoIlSB|](?![A-Za-z])")
_OCR_DIGITS = str.maketrans("OoIl|SB", "0011158")
_RATE = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s{0,2}%")


@dataclass(slots=True, eq=False)
class Amount:
    """An amount candidate: its value without sign, its sign, and a strength for each role."""

    at: Candidate
    value: Decimal
    negative: bool
    roles: dict[str, float] = field(default_factory=dict)
    label: str = ""
    line_item: bool = False
    header: bool = False
    """Whether its role comes from a column header of a table of sums."""
    part: bool = False
    """Whether it stands in the row of one of several rates."""
    rate: Decimal | None = None
    """The rate in its row that makes it the VAT of the amount before it."""

    def role(self, *names: str) -> float:
        """Return the best strength of the named roles."""
        if self.roles.keys().isdisjoint(names):  # nearly always
            return 0.0
        return max(0.0, *(self.roles[name] for name in names if name in self.roles))

    @property
    def signed(self) -> Decimal:
        return -self.value if self.negative else self.value


def find_amounts(sight: Sight, headers: set[tuple[int, int]]) -> list[Amount]:
    """Return every amount of the pages in reading order, each with its roles."""
    found = []
    for sheet in sight.sheets:
        for row in sheet.rows:
            here = [amount for segment in row for amount in _in_segment(segment)]
            for amount in here:
                pair(sight, amount.at)
                _give_roles(amount, headers, sight, several=len(here) > 1)
            _read_rate(row, here)
            found.extend(here)
    _read_included(found)
    _read_sums(found)
    _read_tables_of_rates(found)
    _read_columns(found)
    _read_rows_of_rates(found)
    _mark_parts(found)
    return found


def _mark_parts(found: list[Amount]) -> None:
    """Mark what stands in the row of one rate where another row is of another rate: it is a part of the sums."""
    rows = [list(group) for _, group in groupby(found, key=lambda a: (a.at.page, a.at.segment.row))]
    rated = [(rates, row) for row in rows if len(row) > 1 and all(a.value for a in row) and (rates := _row_rates(row))]
    for rates, row in rated:
        others = any(other is not row and rates.isdisjoint(more) for more, other in rated)
        if others and any(a.rate for a in row) and not _called_total(row[0]):
            for amount in _of_rates(row):
                amount.part = True


def _of_rates(row: list[Amount]) -> list[Amount]:
    """Leave out the sum that stands beside a table of rates under its own label: `6 % 50,00 3,00   Total VAT 55,32`."""
    last = max(at for at, amount in enumerate(row) if amount.rate)
    for at in range(last + 1, len(row)):
        own = next((b.label for b in row[at].at.beside if not b.above and b.strength > _OWN_LABEL), None)
        if own and own.roles & _SUMS and own.x0 > row[at - 1].at.x1:
            return row[:at]
    return row


_OWN_LABEL = 0.6


def _called_total(amount: Amount) -> bool:
    return any(b.label.roles & {"total", "payable", "sum"} and not b.above for b in amount.at.beside)


def _row_rates(row: list[Amount]) -> set[Decimal]:
    if any(a.line_item for a in row):
        return set()
    return _rates("  ".join(s.text for s in row[0].at.segment.sheet.rows[row[0].at.segment.row]))


def _read_rate(row: list[Segment], here: list[Amount]) -> None:
    """`21 % | 500,20 | 105,04`, `6% op 653,30 = 39,20`: by the row's rate one amount is the VAT of the other."""
    if len(here) < 2 or any(a.line_item for a in here):
        return
    rates = _rates("  ".join(s.text for s in row)) | {a.value.normalize() for a in here if a.value in EVERY_RATE}
    for rate in rates - {Decimal(0)}:
        for net, vat in pairwise(a for a in here if a.value != rate):
            due = (net.value * rate / 100).quantize(_CENT, ROUND_HALF_UP)
            if vat.value and abs(due - vat.value) <= _CENT and net.value > 1 and not net.role("total", "payable"):
                _be(net, "net", 0.75)
                _be(vat, "vat", 0.85)
                vat.rate = rate
            elif vat.value > _TOLD and not net.role("total", "payable") and _holds(net.value, rate, vat.value):
                _be(vat, "vat", 0.85)  # of what is sold with VAT: `B  VAT 23%   20.10   3.76`
                vat.rate = rate


def _read_included(found: list[Amount]) -> None:
    """`incl. BTW 21%   1,67` under 9,60: what looks like a total with VAT is the VAT that a larger amount holds."""
    for amount in found:
        if not _INCLUDED.match(fold(amount.label)) or amount.line_item:
            continue
        rate = rate_beside(amount)
        if rate and any(_holds(other.value, rate, amount.value) for other in found if other.value > amount.value):
            _be(amount, "vat", 0.85)


_TOLD = Decimal("0.50")
"""VAT of less may come out by chance."""
_INCLUDED = re.compile(r"\W*(?:incl|inkl|inbegrepen|dont|waarvan|davon|darin|enthalt|of which|din care)")


def _holds(total: Decimal, rate: Decimal, vat: Decimal) -> bool:
    return abs(total * rate / (100 + rate) - vat) <= _CENT


def _read_sums(found: list[Amount]) -> None:
    """`Gesamtbetrag | 1.420,49 | 269,89 | 1.690,38`: a row of sums gives net, VAT and total, which add up.

    Where only two stand in it, their sum is the total elsewhere.
    """
    totals = {a.value for a in found if a.role("total", "payable", "sum") >= 0.5}
    for _, group in groupby(found, key=lambda a: (a.at.page, a.at.segment.row)):
        here = list(group)
        if len(here) < 2 or max((a.role(*_SUMS) for a in here), default=0.0) < 0.5:
            continue
        for at in range(len(here) - 1):
            net, vat = here[at], here[at + 1]
            total = here[at + 2] if at + 2 < len(here) else None
            whole = net.value + vat.value
            alone = total is None and whole not in totals and not _sums_of_rates(found, net, vat)
            if not 0 < vat.value <= net.value * _HIGHEST or alone:
                continue
            if total is None or total.value == whole:
                _be(net, "net", 0.9)
                _be(vat, "vat", 0.9)
                if total is not None:
                    _be(total, "total", 0.9)


def _sums_of_rates(found: list[Amount], net: Amount, vat: Amount) -> bool:
    """Say whether two amounts are the sums of the net amounts and of the VAT that the rows of several rates give."""
    rows = [a for a in found if a is not net and a is not vat and not a.line_item]
    nets = [a.value for a in rows if a.role("net", "subtotal") >= 0.6]
    vats = [a.value for a in rows if a.role("vat") >= 0.6]
    several = len(nets) > 1 and len(vats) > 1
    return several and sum(nets, Decimal(0)) == net.value and sum(vats, Decimal(0)) == vat.value


def _read_tables_of_rates(found: list[Amount]) -> None:
    """Find the sums that a table of rates ends with, whatever they are called: its last row, or its last column."""
    rows = [list(group) for _, group in groupby(found, key=lambda a: (a.at.page, a.at.segment.row))]
    for at, row in enumerate(rows):
        over = _rows_of_sums(rows, at)
        if over:
            _settle(dict(zip(("net", "vat", "total"), row[-3:], strict=True)), [a for r in over for a in r])
        elif at and _is_across(rows[at - 1], row):
            nets, vats = rows[at - 1], row
            _settle({"net": nets[-1], "vat": vats[-1]}, [*nets[:-1], *vats[:-1]])


def _rows_of_sums(rows: list[list[Amount]], at: int) -> list[list[Amount]]:
    """Return the rows of rates right over `1.652,00 | 179,97 | 1.831,97` that add up to it in each column."""
    sums = rows[at][-3:]
    if len(sums) < 3 or not sums[1].value or sums[0].value + sums[1].value != sums[2].value:
        return []
    over: list[list[Amount]] = []
    for row in reversed(rows[max(0, at - _MOST_RATES) : at]):
        if len(row) < 3 or not all(map(_under_each_other, row[-3:], sums)) or not _taxed(*row[-3:-1]):
            return []
        over.append(row[-3:])
        added = [sum((r[i].signed for r in over), Decimal(0)) for i in range(3)]
        if len(over) > 1 and added == [a.signed for a in sums]:
            return over
    return []


def _under_each_other(one: Amount, other: Amount) -> bool:
    return one.at.page == other.at.page and abs(one.at.x1 - other.at.x1) < 2 * other.at.tokens[-1].letter


def _is_across(nets: list[Amount], vats: list[Amount]) -> bool:
    """Say whether two rows are the net amounts and the VAT of several rates, each with its sum at the end."""
    if not 3 <= len(nets) == len(vats) <= _MOST_RATES or not all(map(_under_each_other, nets, vats)):
        return False
    adds_up = all(sum((a.signed for a in row[:-1]), Decimal(0)) == row[-1].signed for row in (nets, vats))
    if not adds_up or vats[-1].value <= 0 or not all(map(_taxed, nets[:-1], vats[:-1])):
        return False
    return len({round(v.value / n.value, 2) for n, v in zip(nets[:-1], vats[:-1], strict=True)}) == len(nets) - 1


def _taxed(net: Amount, vat: Amount) -> bool:
    """Say whether one amount may be the VAT of another, by some rate or by none."""
    return net.value > vat.value and (not vat.value or fits_rate(net.value, vat.value, rates_of("")))


def _read_rows_of_rates(found: list[Amount]) -> None:
    """`1  2.6  21.20  0.54  20.66` / `2  8.1  20.50  1.54  18.96`: rows whose totals come to one that is printed."""
    by_row = groupby(found, key=lambda a: (a.at.page, a.at.segment.row))
    rows = [split for _, row in by_row if (split := _split_row([*row]))]
    for first, second in pairwise(rows):
        (total, net, vat, rate), (other_total, other_net, other_vat, other_rate) = first, second
        whole = total.value + other_total.value
        near = 0 < other_total.at.segment.row - total.at.segment.row <= _MOST_RATES
        if rate == other_rate or not near or not any(a.value == whole for a in found):
            continue
        _settle({"net": net, "vat": vat}, [total, net, vat])
        _settle({"net": other_net, "vat": other_vat}, [other_total, other_net, other_vat])
        net.rate, vat.rate, other_net.rate, other_vat.rate = rate, rate, other_rate, other_rate


def _split_row(row: list[Amount]) -> tuple[Amount, Amount, Amount, Decimal] | None:
    """Return total, net and VAT of a row, in whatever order they stand, with the rate that makes them so."""
    if not _AMOUNTS_OF_RATE <= len(row) <= _MOST_RATES or any(a.line_item for a in row):
        return None
    for total in row:
        for vat in row:
            net = next((a for a in row if a.value + vat.value == total.value and 0 < vat.value < a.value), None)
            fit = (r for r in sorted(EVERY_RATE) if net and fits_rate(net.value, vat.value, frozenset({r})))
            rate = next(fit, None)
            if net is not None and rate is not None:
                return total, net, vat, rate
    return None


_AMOUNTS_OF_RATE = 3


def _settle(sums: dict[str, Amount], parts: list[Amount]) -> None:
    for role, amount in sums.items():
        amount.roles = {}
        _be(amount, role, 0.9)
    for amount in parts:
        amount.part = True


def _read_columns(found: list[Amount]) -> None:
    """Find the sum of a column under one caption: three rows of `Prime totale`, and `Montant total à payer` below."""
    columns: dict[int, list[Amount]] = {}
    for amount in found:
        above = next((b for b in amount.at.beside if b.above), None) if amount.header else None
        if above and amount.value and amount.role("total", "payable", "sum") >= _CALLED:
            columns.setdefault(id(above.label), []).append(amount)
    for column in (c for c in columns.values() if len(c) > 1):
        whole = sum((a.signed for a in column), Decimal(0))
        last = found.index(column[-1])
        total = next((a for a in found[last + 1 :] if a.signed == whole and a.role("total", "payable", "sum")), None)
        if total is None and len(column) > _WITH_SUM and whole == 2 * column[-1].signed:
            total = column.pop()
        if total is not None:
            total.roles["total"] = max(total.role("total"), _ADDED_UP)
            for amount in column:
                amount.part = True


_CALLED, _ADDED_UP = 0.5, 0.9
_WITH_SUM = 2  # amounts of a column, at least, before the one that they add up to
_MOST_RATES = 6


def _be(amount: Amount, role: str, strength: float) -> None:
    """Give an amount the one role that arithmetic proves."""
    if amount.role(role) < strength:
        amount.roles = {role: strength}
    amount.roles = {role: amount.roles[role]}
    amount.line_item = amount.header = False


def _in_segment(segment: Segment) -> Iterator[Amount]:
    if not segment.digits:
        return
    text = _repaired(segment) if segment.sheet.ocr else segment.text
    for match in _AMOUNT.finditer(text):
        value = parse_amount(match["number"])
        if value is None:
            continue
        start, end = match.start("number"), match.end("number")
        if _MEASURE.match(text, end):
            continue
        if start and text[start - 1].isalpha() and not re.search(rf"{_CURRENCY}$", text[:start]):
            continue
        first, last = segment.span(start, end)
        sign = f"{match['sign'] or ''}{match['sign2'] or ''}{match['after'] or ''}"
        base = text[: match.start()].rstrip().endswith("%")  # `Btw 21 % (118,56)`: what it is reckoned on
        bracketed = bool(match["open"] and ")" in sign) and len(segment.tokens) <= _LONGEST_CELL and not base
        negative = any(s in sign for s in "-–−") or bracketed
        at = Candidate("", segment, first, last, text[match.start() : match.end()].strip(), start=match.start())
        yield Amount(at, value, negative)


_LONGEST_CELL = 8
"""Words: in a cell brackets are a minus, in a sentence (EUR 420,00) they are a remark."""
_MEASURE = re.compile(
    r"\s?(?:kgs?|kms?|lbs?|cbm|kwh|mwh|m3|m³|m²|ltr|cl|ml|mg|gr|h|hrs?|u|uur|uhr|heures?|am|pm)(?![^\W\d])",
    re.IGNORECASE,
)
"""What follows a weight, a time of day or another measure, which is no amount: `1,124 kg x 1,79`, `tot 18.30 uur`."""


def _repaired(segment: Segment) -> str:
    """Read letters as the digits they resemble, in words that are otherwise numbers, and a stop that was misread."""
    text = _NO_TIME.sub(lambda m: f"{m[1]}.{m[2]}", segment.text)
    if not _MIXED_UP.search(text):
        return text
    pieces = list(text)
    for start, end in zip(segment.starts, segment.ends, strict=True):
        word = text[start:end]
        if _LOOKS_NUMERIC.match(word):
            pieces[start:end] = word.translate(_OCR_DIGITS)
    return "".join(pieces)


_NO_TIME = re.compile(
    r"(?<![\d.,:/-])(?:(?=(?:2[4-9]|[3-9]\d|\d{3,4}):|\d{1,2}:[6-9])|(?=\d{1,4}-\d\d\s{0,2}(?:EUR|€)))"
    r"(\d{1,4})[:-](\d\d)(?![\d.,:/-])"
)
"""`80:94` is no time of day, and `5-50 EUR` names no two prices: a picture lost the form of the stop."""


def parse_amount(text: str) -> Decimal | None:
    """Return the number that the printed digits mean: the last separator before two digits is the decimal one."""
    squeezed = re.sub(r"[\s'’]", "", text).replace(":", ".")
    tail = re.search(r"[.,](\d{1,2})$", squeezed)
    whole = squeezed[: tail.start()] if tail else squeezed
    digits = re.sub(r"[.,]", "", whole)
    try:
        return Decimal(f"{digits or '0'}.{tail[1] if tail else '00'}").quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def rate_beside(amount: Amount) -> Decimal | None:
    """Return the percentage printed in the amount's row, or in its caption, when there is exactly one."""
    row = amount.at.segment.sheet.rows[amount.at.segment.row]
    rates = _rates("  ".join(s.text for s in row))
    if not rates:
        rates = _rates("  ".join(b.label.segment.text for b in amount.at.beside if b.above))
    if len(rates) > 1:  # two tables stand side by side: the nearest one to the left is meant
        left = [s for s in row if s.x0 < amount.at.x0 and _RATE.search(s.text)]
        rates = _rates(left[-1].text) if left else set()
    return rates.pop() if len(rates) == 1 else None


def _rates(text: str) -> set[Decimal]:
    return {Decimal(m.replace(",", ".")).normalize() for m in _RATE.findall(text)}


def item_headers(sight: Sight) -> set[tuple[int, int]]:
    """Return (page, row) of the headers of item tables: quantity or unit price among three kinds of columns."""
    found = set()
    for sheet, rows in zip(sight.sheets, sight.labels, strict=True):
        for index, labels in rows.items():
            kinds: set[str] = set()
            for near in (index, index + 1):
                kinds |= {role for label in rows.get(near, ()) for role in label.roles & _ITEM_COLUMNS}
            own = {role for label in labels for role in label.roles & _ITEM_COLUMNS}
            if len(own) >= 2 and len(kinds) >= 3 and kinds & {"quantity", "unit_price"}:
                found.add((sheet.number, index))
    return found


def _give_roles(amount: Amount, headers: set[tuple[int, int]], sight: Sight, *, several: bool) -> None:
    inside = named_inside(sight, amount.at) if amount.at.first else None
    if inside and "vat" in inside.roles:
        _add(amount, inside, _SAID_INSIDE)
        return
    if _is_bracketed_vat(amount.at):
        amount.roles["vat"] = _SAID_INSIDE
        return
    left = next((b for b in amount.at.beside if not b.above), None)
    above = next((b for b in amount.at.beside if b.above), None)
    if above and (amount.at.page, above.label.segment.row) in headers:
        amount.line_item = not (left and left.label.roles.intersection(_SUMS) and left.strength > 0.5)
        if left and left.label.roles & _APART and left.label.first == 0 and not left.label.segment.place:
            # `Ortstaxe 3 x 3,30 (nicht steuerbar)   9,90` under the items: the row is of the levy, whatever is between.
            left.strength = max(left.strength, 0.6)
            amount.line_item = False
        above = None
    if left:
        _add(amount, left.label, left.strength)
    if above and above.label.roles.intersection(TOTAL_ROLES):
        amount.header = True
        if several and left and left.label.roles.intersection(_SUMS):
            _weaken(amount)
        # A lone `Amount` or `Totaal` over figures heads the lines of an item table whose other headers were not read.
        column = "line_amount" in above.label.roles and not above.label.roles & _TABLE_OF_SUMS
        _add(amount, above.label, above.strength * (0.4 if column and not _heads_sums(above.label, sight) else 1.0))


_SAID_INSIDE = 0.9


def _is_bracketed_vat(at: Candidate) -> bool:
    """`Subtotal (incl. 6% VAT €1.01)   €17.84`: the brackets speak of the VAT, whatever the sum before them is."""
    before, bracket, inside = at.segment.text[: at.start].rpartition("(")
    after = at.segment.text[at.start + len(at.text) :].lstrip()
    words = inside.split()
    return bool(bracket and before.strip()) and (after[:1] == ")" or at.text[-1:] == ")") and _speak_of_vat(words)


def _speak_of_vat(words: list[str]) -> bool:
    """Say whether these words are what is included, a rate and the VAT, and nothing else."""
    plain = [fold(word).strip("(.:,") for word in words if any(c.isalpha() for c in word)]
    return len(plain) == _TWO_WORDS and _INCLUDED.match(plain[0]) is not None and plain[1] in _vat_words()


_TWO_WORDS = 2


@cache
def _vat_words() -> frozenset[str]:
    return frozenset(fold(p) for language in Language for p in reading_data(language)["labels"]["vat"] if " " not in p)


def _heads_sums(label: Label, sight: Sight) -> bool:
    """Say whether another header beside it is of a table of sums: net, VAT, total."""
    return any(a.roles & _TABLE_OF_SUMS for a in sight.labels_of(label.segment) if a is not label)


_APART = frozenset({"levy", "deposit"})
"""What stands among the items and bears no VAT."""
_NO_VAT = frozenset({"vat", "levy"})
"""The roles of words that say that there is no VAT."""


def _weaken(amount: Amount) -> None:
    for role in amount.roles:
        amount.roles[role] *= 0.5


def _add(amount: Amount, label: Label, strength: float) -> None:
    roles = label.roles.intersection(TOTAL_ROLES)
    if roles >= _NO_VAT:
        roles -= {"levy"} if amount.value == 0 else {"vat"}
    if roles and strength > max(amount.roles.values(), default=0.0):
        amount.label = label.text
    for role in roles:
        amount.roles[role] = max(amount.roles.get(role, 0.0), strength)
