"""Which labels belong to a value.

A label stands to the left of its value (in the same words or in the cell before) or above it (a column header, or a
caption over a value). The nearer one with less between counts more; other values of a column may stand between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailroom.extraction.candidates import Beside, Candidate, Sight
from mailroom.extraction.labels import Label
from mailroom.extraction.layout import Segment, Token
from mailroom.extraction.text import fold

_FILLER = re.compile(
    r"^[\W_]*$|^\(?(EUR|EURO|€|USD|\$|GBP|£|CHF|RON|LEI|RM|in)\)?:?$|^[\d.,]+%?\s*%$|^%$|^is$", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_INSIDE = frozenset(
    {
        "incl",
        "inclusive",
        "including",
        "includes",
        "inc",
        "inkl",
        "inklusive",
        "inclusief",
        "inclus",
        "inclut",
        "enthalt",
        "bevat",
        "omvat",
        "include",
        "of",
        "in",
        "im",
        "dont",
        "waarvan",
        "davon",
        "darin",
        "din",
        "care",
    }
)
_DAYS = frozenset({"issue_date", "date", "delivery_date", "other_date"})
_GENERIC = frozenset({"number", "date", "sum"})
_PARTIES = frozenset({"seller", "buyer", "delivery_to", "name"})
"""Labels of names and addresses: a number beside one has its own label above, `FACTURA` over `FGO118`."""
_DOCUMENT = frozenset({"invoice_word", "credit_word"})
_SUMS = frozenset({"net", "vat", "total", "payable", "sum", "subtotal"})
_OTHERS = frozenset({"other_date", "other_number", "neutral", "reference"})
_NUMBERED = frozenset({"other_number", "reference", "tax_number", "contract_number", "delivery_number"})
_TWO_WORDS = 2
_OF_THIS = 3  # words: `de la présente`
_REACH_ABOVE = 14  # rows; a column of values under one header


def pair(sight: Sight, candidate: Candidate) -> Candidate:
    """Find the labels beside a candidate."""
    left = _left(sight, candidate)
    if left:
        candidate.beside.append(left)
    if left is None or left.strength < 0.9 or left.label.roles <= _PARTIES:
        above = _nearest(_above(sight, candidate), _heading(sight, candidate)) or _line_before(sight, candidate)
        if above:
            candidate.beside.append(above)
    if not candidate.beside and candidate.segment.sheet.ocr:
        slipped = _slipped(sight, candidate)
        if slipped:
            candidate.beside.append(slipped)
    return candidate


def _slipped(sight: Sight, candidate: Candidate) -> Beside | None:
    """Find a label without a value that stands to the left by less than a line higher or lower.

    On a photo of a bent page the two ends of a line come to lie in different rows.
    """
    sheet, row = candidate.segment.sheet, candidate.segment.row
    if candidate.first or candidate.segment.place:
        return None
    best: Beside | None = None
    for index in range(max(0, row - 2), min(len(sheet.rows), row + 3)):
        for label in sight.labels[sight.sheets.index(sheet)].get(index, []):
            drop = abs(label.tokens[-1].middle - candidate.tokens[0].middle) / sheet.line
            if index == row or drop > 1.1 or not 0 < candidate.x0 - label.x1 < 0.3 or not _open(label):
                continue
            strength = 0.8 - 0.25 * drop
            if best is None or strength > best.strength:
                best = Beside(label, strength)
    return best


def _open(label: Label) -> bool:
    """Say whether no figure follows a label in its row."""
    rest = label.segment.tokens[label.last :]
    right = label.segment.sheet.rows[label.segment.row][label.segment.place + 1 :]
    words = [*rest, *(t for s in right for t in s.tokens)]
    return not any(_DIGIT.search(t.text) for t in words if not _FILLER.match(t.text))


def _left(sight: Sight, candidate: Candidate) -> Beside | None:
    labels = sight.labels_of(candidate.segment)
    before = [a for a in labels if _precedes(a, candidate)]
    while len(before) > 1 and _is_remark(before[-1], before[-2]):
        before.pop()
    if not before:
        return None
    label = nearest = before[-1]
    if len(before) > 1 and _is_second_of_two(nearest, before[-2]):
        label = max(before[-2:], key=lambda a: "issue_date" in a.roles)  # of equal ones the first
    elif len(before) > 1 and (_is_preposition(nearest, before[-2]) or _is_its_nr(nearest, before[-2])):
        label = nearest = before[-2]
    between = _between(nearest, candidate)
    words = [t for t in _outside_brackets(between) if not _FILLER.match(t.text)]
    values = sum(1 for t in words if _DIGIT.search(t.text))
    strength = 0.97 - 0.12 * min(len(words) - values, 4) - 0.22 * min(values, 3)
    if words and label.roles <= _GENERIC and not nearest.colon:
        strength *= 0.4  # `N° client` of which only `N°` was read
    if label.segment is not candidate.segment:
        strength -= 0.03 + 0.12 * (candidate.segment.place - label.segment.place - 1)
        strength -= 0.1 if label.first > 2 else 0.0
        strength -= min(0.3, 0.25 * max(0.0, candidate.x0 - label.x1 - 0.3))
    return Beside(label, strength) if strength > 0.1 else None


def _is_remark(label: Label, earlier: Label) -> bool:
    """`Total (incl. VAT)`, `VAT included in total`, `Total of this invoice`: the first label is what is meant."""
    if earlier.segment is not label.segment:
        return False
    if "change" in earlier.roles and "tendered" in label.roles and label.first == earlier.last:
        return True  # `Rückgeld BAR   46,70` was given back in cash
    if label.roles <= _DOCUMENT and earlier.roles & _SUMS and label.first - earlier.last <= _OF_THIS:
        return True
    return label.bracketed or fold(label.segment.tokens[label.first - 1].text).strip("(.:") in _INSIDE


def _outside_brackets(tokens: list[Token]) -> list[Token]:
    """Leave out remarks: `Total (including GST)  79.35`."""
    kept, depth = [], 0
    for token in tokens:
        depth += token.text.count("(")
        if depth <= 0:
            kept.append(token)
        depth -= token.text.count(")")
    return kept if depth <= 0 else tokens


def _is_preposition(label: Label, earlier: Label) -> bool:
    """`Date limite de paiement: le 5 juillet`: the small word between belongs to the label before it."""
    reach = 3 if earlier.roles <= _OTHERS else 1
    near = earlier.segment is label.segment and label.first - earlier.last <= reach
    if near and label.first == earlier.last and label.segment.tokens[label.first].glued:
        return True  # `CHANGE/BALANCE`: the first of the two words is what is meant
    return near and label.roles <= {"date", "other_date"} and len(label.text) <= 4


def _is_second_of_two(label: Label, earlier: Label) -> bool:
    """`Datum / Leistungsdatum: 3.4.2026`, `Datum / Date: 3.4.2026`: one day is both."""
    stroke = label.segment.tokens[label.first - 1].text.endswith("/") if label.first else False
    return earlier.segment is label.segment and stroke and bool(earlier.roles & _DAYS) and bool(label.roles & _DAYS)


def _is_its_nr(label: Label, earlier: Label) -> bool:
    """`CI seria RX nr. 771203`, `KvK Amsterdam nr. 27188204`: a bare `nr.` is that of what is named before it."""
    if earlier.segment is not label.segment or not label.roles <= {"number"} or not earlier.roles <= _NUMBERED:
        return False
    between = label.segment.tokens[earlier.last : label.first]
    return len(between) <= _TWO_WORDS and not any(_DIGIT.search(t.text) or t.text[-1:] in ";:" for t in between)


def named_inside(sight: Sight, candidate: Candidate) -> Label | None:
    """Return the label behind an amount that is said to be in another: `Totaal 49,80 (inclusief 8,64 € BTW)`."""
    tokens = candidate.segment.tokens
    before = [fold(t.text).strip("(.:") for t in tokens[max(0, candidate.first - _TWO_WORDS) : candidate.first]]
    if not _INSIDE.intersection(before):
        return None
    near = (a for a in sight.labels_in(candidate.segment) if 0 <= a.first - candidate.last <= _TWO_WORDS)
    return next(near, None)


def _precedes(label: Label, candidate: Candidate) -> bool:
    if label.segment is candidate.segment:  # `BTW BE` ends within `BE 0403.170.701`
        return label.last <= candidate.first or label.first < candidate.first < label.last <= candidate.last
    return label.segment.place < candidate.segment.place


def _between(label: Label, candidate: Candidate) -> list[Token]:
    if label.segment is candidate.segment:
        return label.segment.tokens[label.last : candidate.first]
    row = candidate.segment.sheet.rows[candidate.segment.row]
    tokens = list(label.segment.tokens[label.last :])
    for segment in row[label.segment.place + 1 : candidate.segment.place]:
        tokens.extend(segment.tokens)
    return tokens + candidate.segment.tokens[: candidate.first]


def _above(sight: Sight, candidate: Candidate) -> Beside | None:
    sheet = candidate.segment.sheet
    page_labels = sight.labels[sight.sheets.index(sheet)]
    letter = max(t.letter for t in candidate.tokens)
    x0, x1 = candidate.x0 - letter, candidate.x1 + letter
    depth, top = 0, candidate.y0
    for index in range(candidate.segment.row - 1, max(-1, candidate.segment.row - 1 - _REACH_ABOVE), -1):
        cells = [s for s in sheet.rows[index] if s.x1 > x0 and s.x0 < x1]
        over = [t for s in cells for t in s.tokens if t.x1 > x0 and t.x0 < x1] if cells else None
        if not over:
            continue
        label = _covering(page_labels.get(index, []), over)
        if label:
            return _captioned(label, candidate, depth, top - max(t.y1 for t in over))
        if not any(_DIGIT.search(t.text) for t in over):
            if depth or len(over) > 2:
                return None
            continue
        depth += 1
        top = min(t.y0 for t in over)
    return None


def _nearest(over: Beside | None, heading: Beside | None) -> Beside | None:
    """Take the caption of the bar right above a value rather than a header further up."""
    if over and heading and over.label.segment.row < heading.label.segment.row:
        return heading
    return over or heading


def _heading(sight: Sight, candidate: Candidate) -> Beside | None:
    """Find the caption of a value in a bar of captions over a bar of values that are not set under each other.

    Captions are often set left and values right in their cells, so that no letter stands over another.
    """
    sheet, segment = candidate.segment.sheet, candidate.segment
    if candidate.first or not segment.row:
        return None
    heads, values = sheet.rows[segment.row - 1], sheet.rows[segment.row]
    labels = sight.labels[sight.sheets.index(sheet)].get(segment.row - 1, [])
    opening = {id(a.segment): a for a in reversed(labels) if a.first <= 1}
    known = sum(id(head) in opening for head in heads)
    if len(heads) < 2 or known * 2 < len(heads) or any(_is_value(head, opening) for head in heads):
        return None
    if segment.y0 - heads[0].y1 > 2.5 * sheet.line:
        return None
    if len(heads) == len(values):
        head = heads[segment.place]
    else:
        left = [h for h in heads if h.x0 <= candidate.x0 + candidate.tokens[0].letter]
        head = left[-1] if left else heads[0]
    label = opening.get(id(head))
    return Beside(label, 0.8 if len(heads) == len(values) else 0.5, above=True) if label else None


def _line_before(sight: Sight, candidate: Candidate) -> Beside | None:
    """Find the label with which the line before ended: running text goes on at the left."""
    sheet, segment = candidate.segment.sheet, candidate.segment
    if candidate.first or segment.place or not segment.row:
        return None
    last = sheet.rows[segment.row - 1][-1]
    label = next((a for a in sight.labels_in(last) if a.ends_segment and a.colon), None)
    near = segment.y0 - last.y1 < 1.2 * sheet.line
    return (
        Beside(label, 0.75)
        if label and near and last.x1 > 0.75 * sheet.aspect and last.x0 < 0.5 * sheet.aspect
        else None
    )


def _is_value(head: Segment, opening: dict[int, Label]) -> bool:
    """Tell a value from a caption; `BTW 21% over 71,79` is one, with the figures that it is about."""
    return bool(_DIGIT.search(head.text)) and not (id(head) in opening and "%" in head.text)


def _covering(labels: Sequence[Label], over: Sequence[Token]) -> Label | None:
    """Return the label that most of these words belong to."""
    if not labels:
        return None
    found = [(sum(t in over for t in a.tokens), a) for a in labels if a.x1 > over[0].x0 and a.x0 < over[-1].x1]
    hits = [(n, a) for n, a in found if n]
    return max(hits, key=lambda h: (h[0], h[1].x1), default=(0, None))[1]


def _captioned(label: Label, candidate: Candidate, depth: int, drop: float) -> Beside | None:
    """A caption ends its line; a label with its own value to the right says nothing about what is under it."""
    if _ends_sentence(label):
        return None
    rest = _words_after(label)
    if any(_DIGIT.search(word) for word in rest):
        return None
    if label.roles <= {"date", "other_date"} and len(label.text) <= 5 and not label.alone:
        return None  # `quai de la Loire` heads no column of dates
    line = candidate.segment.sheet.line
    strength = 0.9 - 0.06 * depth - 0.1 * min(3.0, max(0.0, drop / line - 1.2)) - 0.06 * min(len(rest), 3)
    if _answered(label):
        strength -= 0.35
    return Beside(label, strength, above=True, depth=depth) if strength > 0.1 else None


def _words_after(label: Label) -> list[str]:
    """Return the words after a label in its cell, without its rate (`MwSt. 19 %`), its currency and its signs."""
    words = [t.text for t in label.segment.tokens[label.after :]]
    if "%" in words:
        words = _SPACED_RATE.sub(" ", " ".join(words)).split()
    return [word for word in words if not _FILLER.match(word)]


_SPACED_RATE = re.compile(r"(?<!\S)\(?\d{1,2}(?:[.,]\d{1,2})?\s%")


def _ends_sentence(label: Label) -> bool:
    """`... avec le numéro de la facture.`: what ends a sentence of small print is no caption of what is under it."""
    words = label.first >= _WORDS_BEFORE and label.ends_segment
    return words and _WORD_AND_STOP.search(label.tokens[-1].text) is not None


_WORDS_BEFORE = 4
_WORD_AND_STOP = re.compile(r"[^\W\d]{5}\.$")  # `Nr.` and `fact.` are abbreviations


def _answered(label: Label) -> bool:
    """Say whether the cell right of the label is a value: then the label looks right, not down."""
    row = label.segment.sheet.rows[label.segment.row]
    if not label.ends_segment or label.segment.place + 1 >= len(row):
        return False
    following = row[label.segment.place + 1]
    address = len(following.tokens) > 1 and any(t.text[:1].isupper() and t.text.isalpha() for t in following.tokens[1:])
    return bool(_DIGIT.search(following.tokens[0].text)) and following.x0 - label.x1 < 0.25 and not address
