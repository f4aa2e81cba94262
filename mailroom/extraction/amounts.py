"""Every amount of money on the pages, with what the words beside it say that it is.

The roles come from labels to the left and from column headers; an amount in a column of the item table is a line's
amount, whatever the header is called. What arithmetic says goes before (`row_sums.py`, `rate_tables.py`). `totals.py`
then decides which amounts are the document's.
"""

from __future__ import annotations

from functools import cache

from mailroom.extraction.beside import named_inside, pair
from mailroom.extraction.candidates import Beside, Candidate, Sight
from mailroom.extraction.labels import Label
from mailroom.extraction.printed_amounts import Amount, amounts_in
from mailroom.extraction.rate_tables import name_by_tables
from mailroom.extraction.row_sums import INCLUDED, SUMS, mark_parts, read_columns, read_included, read_rate, read_sums
from mailroom.extraction.text import fold
from mailroom.languages import Language, reading_data

TOTAL_ROLES = ("net", "vat", "total", "payable", "sum", "subtotal", "prepaid", "cash_discount", "discount", "tip",
               "change", "tendered", "card", "rounding", "deposit", "shipping", "levy", "previous")  # fmt: skip
_ITEM_COLUMNS = frozenset({"description", "quantity", "unit_price", "line_amount", "vat_rate", "discount"})
_TABLE_OF_SUMS = frozenset({"net", "vat", "total", "payable"})


def find_amounts(sight: Sight, headers: set[tuple[int, int]]) -> list[Amount]:
    """Return every amount of the pages in reading order, each with its roles."""
    found = []
    for sheet in sight.sheets:
        for row in sheet.rows:
            here = [amount for segment in row for amount in amounts_in(segment)]
            for amount in here:
                pair(sight, amount.at)
                _give_roles(amount, headers, sight, several=len(here) > 1)
            read_rate(here)
            found.extend(here)
    read_included(found)
    read_sums(found)
    name_by_tables(found)
    read_columns(found)
    mark_parts(found)
    return found


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
    left = _of_row(left, sight) if left else None
    above = next((b for b in amount.at.beside if b.above), None)
    if above and (amount.at.page, above.label.segment.row) in headers:
        amount.line_item = not (left and left.label.roles.intersection(SUMS) and left.strength > 0.5)
        if left and left.label.roles & _APART and left.label.first == 0 and not left.label.segment.place:
            # `Ortstaxe 3 x 3,30 (nicht steuerbar)   9,90` under the items: the row is of the levy, whatever is between.
            left.strength = max(left.strength, 0.6)
            amount.line_item = False
        above = None
    if left:
        _add(amount, left.label, left.strength)
    if above and above.label.roles.intersection(TOTAL_ROLES):
        amount.header = True
        if several and left and left.label.roles.intersection(SUMS):
            _weaken(amount)
        # A lone `Amount` or `Totaal` over figures heads the lines of an item table whose other headers were not read.
        column = "line_amount" in above.label.roles and not above.label.roles & _TABLE_OF_SUMS
        _add(amount, above.label, above.strength * (0.4 if column and not _heads_sums(above.label, sight) else 1.0))


def _of_row(left: Beside, sight: Sight) -> Beside:
    """`Débours (recherches) — hors TVA   265,40`: what the row opens with bears no VAT, and is not the net amount."""
    if "net" not in left.label.roles or not left.label.first:
        return left
    opening = (a for a in sight.labels_in(left.label.segment) if a.first == 0 and a.roles & _APART)
    return next((Beside(label, left.strength) for label in opening), left)


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
    return len(plain) == _TWO_WORDS and INCLUDED.match(plain[0]) is not None and plain[1] in _vat_words()


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
