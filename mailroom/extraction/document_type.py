"""What kind of document it is: its title in five languages, and what it has (amounts, change, a buyer)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mailroom.domain.document import DocumentType
from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.labels import Label
from mailroom.extraction.layout import Segment, Sheet
from mailroom.extraction.payment_terms import gives_credit
from mailroom.extraction.text import blur
from mailroom.languages import Language, reading_data

_LONGEST = 40


@dataclass(slots=True)
class Kind:
    """The type with its points, the runner-up's points, and the title that said so."""

    type: DocumentType
    points: float
    rival: float
    title: Candidate | None


@cache
def _titles() -> dict[str, DocumentType]:
    titles: dict[str, DocumentType] = {}
    for kind in reversed(DocumentType):
        for language in Language:
            for phrase in reading_data(language)["document_types"].get(kind.value, ()):
                titles[blur(phrase)] = kind
    for language in Language:
        for phrase in reading_data(language)["document_types"]["credit_note"]:
            titles[blur(phrase)] = DocumentType.CREDIT_NOTE
    return titles


def document_type(sight: Sight) -> Kind:
    """Return the type; without a title a till slip is known by its change, and what has net and total is an invoice."""
    points = dict.fromkeys(DocumentType, 0.0)
    best: dict[DocumentType, tuple[float, Candidate]] = {}
    for sheet in sight.sheets[:3]:
        for kind, weight, title in _named(sheet):
            if weight > best.get(kind, (0.0,))[0]:
                best[kind] = (weight, title)
    for kind, (weight, _) in best.items():
        points[kind] = weight
    _weigh_contents(sight, points)
    ranked = sorted(points, key=lambda k: -points[k])
    if ranked[0] is DocumentType.RECEIPT and not best.get(DocumentType.RECEIPT) and gives_credit(sight):
        points[DocumentType.RECEIPT] = 0.0  # what is to be paid in 14 days was not paid at a till
        ranked = sorted(points, key=lambda k: -points[k])
    kind = ranked[0] if points[ranked[0]] > 0 else DocumentType.OTHER
    return Kind(kind, points[kind], points[ranked[1]], best[kind][1] if kind in best else None)


def _named(sheet: Sheet) -> Iterator[tuple[DocumentType, float, Candidate]]:
    """Yield the title words of a page with their weight: large, high up, alone in their line."""
    titles = _titles()
    for segment in sheet.segments:
        keys = [blur(t.text) for t in segment.tokens]
        for first in range(min(2, len(keys))):
            hit = _longest(keys, first, titles)
            if hit is None:
                continue
            kind, last = hit
            weight = _weight(kind, segment, first, last) * (1.0 if sheet.number == 1 else 0.6)
            yield kind, weight, Candidate(kind.value, segment, first, last)
            break


def _longest(keys: list[str], first: int, titles: dict[str, DocumentType]) -> tuple[DocumentType, int] | None:
    key, best = "", None
    for last in range(first, len(keys)):
        key += keys[last]
        if len(key) > _LONGEST:
            break
        if key in titles:
            best = (titles[key], last + 1)
    return best


def _weight(kind: DocumentType, segment: Segment, first: int, last: int) -> float:
    rest = [t for t in segment.tokens[last:] if t.text.strip(".:-#/")]
    words = sum(1 for t in rest if not any(c.isdigit() for c in t.text))
    size = segment.height / segment.sheet.line
    weight = 2.0 + min(2.5, 2.5 * max(0.0, size - 1.05))
    weight += 0.8 if not rest else 0.0
    weight += 1.0 * (1 - segment.y0) - 0.5 * min(words, 4) - 1.0 * first
    weight += 0.4 if segment.text[segment.starts[first] : segment.ends[last - 1]].isupper() else 0.0
    if kind is not DocumentType.INVOICE and _is_caption(segment, last):
        weight *= 0.4  # `Bestellung: 4711` names the order of an invoice
    return max(0.0, weight)


def _is_caption(segment: Segment, last: int) -> bool:
    """Say whether a value follows: a colon, or a cell close to the right."""
    row = segment.sheet.rows[segment.row]
    right = row[segment.place + 1] if segment.place + 1 < len(row) else None
    colon = ":" in segment.text[segment.ends[last - 1] - 1 : segment.ends[last - 1] + 3]
    return colon or (right is not None and last == len(segment.tokens) and right.x0 - segment.x1 < 0.15)


def _weigh_contents(sight: Sight, points: dict[DocumentType, float]) -> None:
    numbers = len(sight.every_label("invoice_number"))
    points[DocumentType.INVOICE] += 1.2 * min(numbers, 2)
    change = bool(sight.every_label("change")) + any(map(_is_paid, sight.every_label("tendered")))
    totals = sight.every_label("total", "sum", "payable")
    slip = _is_slip(sight)
    points[DocumentType.RECEIPT] += 1.0 * change * bool(totals) + 2.0 * slip
    if slip or change == 2:
        points[DocumentType.RECEIPT] += 2.5 * bool(totals)
        points[DocumentType.INVOICE] *= 0.5
    if totals and sight.every_label("vat", "net"):
        points[DocumentType.INVOICE] += 1.5
    if _self_billed(sight):
        points[DocumentType.CREDIT_NOTE] = 0.0  # a German `Gutschrift` by the buyer is the seller's invoice (389)
    if points[DocumentType.CREDIT_NOTE] >= 3.0:
        points[DocumentType.CREDIT_NOTE] += 1.0 + 1.2 * min(numbers, 2) + 1.5
        points[DocumentType.CREDIT_NOTE] += 1.0 * (points[DocumentType.CREDIT_NOTE] > points[DocumentType.INVOICE])
    if points[DocumentType.REMINDER] >= 3.0:
        points[DocumentType.REMINDER] += 2.5


def _is_paid(label: Label) -> bool:
    """Say whether a word tells how was paid: `Visa 0871`, `Cash  20.00`, but not `Payment within 14 days.`"""
    rest = [t.text for t in label.segment.tokens[label.last :]]
    return any(_AMOUNT.search(word) for word in rest) or sum(word[:1].isalpha() for word in rest) < _FEW_WORDS


_AMOUNT = re.compile(r"\d[.,]\d\d(?!\d)")
_FEW_WORDS = 2


def _self_billed(sight: Sight) -> bool:
    phrases = [blur(p) for language in Language for p in reading_data(language)["phrases"]["self_billing"]]
    text = "\n".join(blur(segment.text) for sheet in sight.sheets for segment in sheet.segments)
    return any(phrase in text for phrase in phrases)


def _is_slip(sight: Sight) -> bool:
    """A till slip is one narrow column: few words a line, and taller than any sheet of paper, or of few lines."""
    sheet = sight.sheets[0] if sight.sheets else None
    if sheet is None or not sheet.rows:
        return False
    xs = [t.x0 for s in sheet.segments for t in s.tokens]
    letters = [t.letter for s in sheet.segments for t in s.tokens]
    wide = (max(xs) - min(xs)) / max(sorted(letters)[len(letters) // 2], 1e-6)
    if wide < 50 and len(sheet.rows) > 10:
        return True
    short = sheet.ocr and wide < _NARROW and len(sheet.rows) > _FEW_ROWS  # of a parking meter; no visiting card
    return short and any(_PRICE.search(s.text) for s in sheet.segments)


_PRICE = re.compile(r"(?<![\d.,])\d{1,4}[.,]\d\d(?![\d.,])")
_NARROW = 40  # letters
_FEW_ROWS = 5
