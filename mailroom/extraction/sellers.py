"""Whose VAT id it is: the seller's or the buyer's, by label, zone, and what the account knows of itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.iban import holds_account
from mailroom.extraction.layout import Segment
from mailroom.extraction.text import compact, fold
from mailroom.extraction.zones import Zone, zone_of
from mailroom.languages import Language, reading_data

_OWN = ("vat_id", "enterprise_number")


def score_seller_ids(ids: list[Candidate], sight: Sight, zones: list[Zone], own: set[str]) -> list[Candidate]:
    """Return the candidates for the seller's VAT id, best first. `own` is the account's, and never the seller's."""
    counts = Counter(c.value for c in ids)
    for found in ids:
        zone = zone_of(found.segment, zones)
        points = 2.5 if found.proof else -1.0
        points += _label_points(found) - 4.5 * found.strength("buyer_vat_id")
        points += {"buyer": -5.5, "delivery_to": -3.0, "seller": 2.0}.get(zone, 0.0)
        points += 0.3 * min(counts[found.value] - 1, 2)
        points += 0.4 * (found.y0 < 0.25 or found.y0 > 0.8)
        points += 0.8 if own and zone != "buyer" else 0.0
        points -= 20.0 * _is_own(found.value, own)
        if len(counts) > 1:
            points += (
                _company_points(found, ids)
                + _LETTERHEAD * _under_letterhead(found, ids, sight)
                - 3.0 * _of_representative(found)
                - 1.5 * _among_captions(found, sight)
            )
        found.score = points
    return sorted(ids, key=lambda c: -c.score)


def _label_points(found: Candidate) -> float:
    """Return what its label says. With its country and its check digits it needs none: `RPR Gent BE 0403.170.701`."""
    if found.proof and found.text[:1].isalpha():
        return 1.5 + 0.5 * found.strength(*_OWN, "vat")
    points = 2.0 * found.strength(*_OWN) + 0.8 * found.strength("vat") * (found.strength(*_OWN) < 0.5)
    return points - 1.5 * found.strength("iban", "tax_number", "other_number")


def _company_points(found: Candidate, ids: list[Candidate]) -> float:
    """Return what speaks for an id by what stands with it: an account, a register, a capital, or how to reach it.

    The law wants that of a seller. Looked at are its line, the lines over and under it in its block, and its row where
    no other id stands near.
    """
    segment = found.segment
    others = [c.segment for c in ids if c.value != found.value and c.page == found.page]
    beside = any(abs(other.row - segment.row) < _LINES_AROUND for other in others)
    own = [segment] if beside else segment.sheet.rows[segment.row]
    lines = [*own, *_lines_around(segment, others, -1), *_lines_around(segment, others, 1)]
    if any(_COMPANY.search(line.text) or holds_account(line) for line in lines):
        return 2.5
    return 1.5 if any(_CONTACT.search(line.text) for line in own) else 0.0


def _under_letterhead(found: Candidate, ids: list[Candidate], sight: Sight) -> bool:
    """Say whether it is the first id, right under the name in large type with which the first page begins.

    Where the title or a caption of the document stands there too, a customer's id may be among them.
    """
    segment = found.segment
    if found.page != 1 or not 0 < segment.row <= _LINES_AROUND:
        return False
    top = segment.sheet.rows[0][0]
    large = max(t.y1 - t.y0 for t in top.tokens) > _LARGE * segment.sheet.line
    first = min((c for c in ids if c.page == 1), key=lambda c: c.segment.row)
    captions = (a for row, labels in sight.labels[0].items() if row <= segment.row for a in labels if a.first == 0)
    return large and first.value == found.value and not any(a.roles & _NOT_OF_LETTERHEAD for a in captions)


_LETTERHEAD = 2.0
_LARGE = 1.3  # times the usual line
_NOT_OF_LETTERHEAD = frozenset(
    {"invoice_word", "credit_word", "invoice_number", "customer_number", "buyer", "delivery_to", "issue_date"}
)


def _among_captions(found: Candidate, sight: Sight) -> bool:
    """Say whether it stands in a list of captions with the invoice's number and date: there it is the customer's."""
    left = next((b.label.segment for b in found.beside if not b.above), None)
    head = left or found.segment
    lines = (*_lines_around(head, [], -1), *_lines_around(head, [], 1))
    return sum(any(a.roles & _OF_DOCUMENT and a.first == 0 for a in sight.labels_in(line)) for line in lines) > 1


_OF_DOCUMENT = frozenset(
    {"invoice_number", "number", "issue_date", "date", "due_date", "customer_number", "order_number"}
)


def _lines_around(segment: Segment, others: list[Segment], step: int) -> Iterator[Segment]:
    """Yield the lines over or under one in its block, up to a gap or to another id."""
    rows, at = segment.sheet.rows, segment
    for index in range(segment.row + step, segment.row + step * _LINES_AROUND, step):
        row = rows[index] if 0 <= index < len(rows) else []
        near = next((s for s in row if abs(s.x0 - segment.x0) < _ALIGNED and _gap(s, at) < s.sheet.line), None)
        if near is None or any(near is other for other in others):
            return
        yield near
        at = near


_CONTACT = re.compile(r"@|www\.|https?:|\+\d{2}|\b(?:tel|t[ée]l|phone|fax)\b", re.IGNORECASE)


def _gap(one: Segment, other: Segment) -> float:
    return max(one.y0, other.y0) - min(one.y1, other.y1)


_LINES_AROUND = 4
_COMPANY = re.compile(
    r"(?<![^\W\d_])(?:BIC|SWIFT|KvK|KBO|BCE|RPR|RPM|RCS|R\.C\.S|H\.R\.|HR[AB]|Amtsgericht|Handelsregister|Firmenbuch|FN|capital"
    r"|REA|KRS|REGON|Registro Mercantil|Org\.? ?nr"
    r"|Registered in|Registered (?:No|number)|Company (?:No|Reg)|Steuernummer|Steuer-Nr)(?![^\W\d_])",
    re.IGNORECASE,
)


def _of_representative(found: Candidate) -> bool:
    """Say whether its line, or the one over it in its block, speaks of who represents the seller before the tax."""
    segment = found.segment
    texts = [fold(segment.text[: found.start])]
    over = segment.sheet.rows[segment.row - 1] if segment.row else []
    near = (s for s in over if abs(s.x0 - segment.x0) < _ALIGNED and segment.y0 - s.y1 < segment.sheet.line)
    texts += [fold(s.text) for s in near if not _VAT_ID.search(s.text)]
    return any(words in text for text in texts for words in _representative())


_ALIGNED = 0.01
_VAT_ID = re.compile(r"(?<![A-Z0-9])[A-Z]{2,3}[ .]?\d[\d. ]{6}")


@cache
def _representative() -> tuple[str, ...]:
    phrases = (p for language in Language for p in reading_data(language)["phrases"]["representative"])
    return tuple(fold(p) for p in phrases)


def _is_own(value: str, own: set[str]) -> bool:
    return any(compact(value) == key or compact(value)[2:] == key for key in own)


def score_buyer_ids(ids: list[Candidate], zones: list[Zone], own: set[str]) -> list[Candidate]:
    """Return the candidates for the buyer's VAT id, best first; only what is the account's, labelled or in its zone."""
    found = []
    for candidate in ids:
        zone = zone_of(candidate.segment, zones)
        points = -3.0 + 1.5 * bool(candidate.proof) + 8.0 * _is_own(candidate.value, own)
        points += 5.0 * candidate.strength("buyer_vat_id") + 3.5 * (zone == "buyer") - 3.0 * (zone == "seller")
        if points > 0:
            candidate.score = points
            found.append(candidate)
    return sorted(found, key=lambda c: -c.score)
