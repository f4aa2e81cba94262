"""Whose VAT id it is: the seller's or the buyer's, by label, zone, and what the account knows of itself."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from mailroom.extraction.candidates import Candidate
from mailroom.extraction.iban import holds_account
from mailroom.extraction.layout import Segment
from mailroom.extraction.text import compact, fold
from mailroom.extraction.zones import Zone, zone_of
from mailroom.languages import Language, reading_data

_OWN = ("vat_id", "enterprise_number")


def score_seller_ids(ids: list[Candidate], zones: list[Zone], own: set[str]) -> list[Candidate]:
    """Return the candidates for the seller's VAT id, best first. `own` is the account's, and never the seller's."""
    counts = Counter(c.value for c in ids)
    for found in ids:
        zone = zone_of(found.segment, zones)
        points = 2.5 if found.proof else -1.0
        points += 2.0 * found.strength(*_OWN) + 0.8 * found.strength("vat") * (found.strength(*_OWN) < 0.5)
        points -= 4.5 * found.strength("buyer_vat_id") + 1.5 * found.strength("iban", "tax_number", "other_number")
        points += {"buyer": -4.0, "delivery_to": -3.0, "seller": 2.0}.get(zone, 0.0)
        points += 0.3 * min(counts[found.value] - 1, 2)
        points += 0.4 * (found.y0 < 0.25 or found.y0 > 0.8)
        points += 0.8 if own and zone != "buyer" else 0.0
        points -= 20.0 * _is_own(found.value, own)
        if len(counts) > 1:
            points += 2.5 * _in_company_line(found, ids) - 3.0 * _of_representative(found)
        found.score = points
    return sorted(ids, key=lambda c: -c.score)


def _in_company_line(found: Candidate, ids: list[Candidate]) -> bool:
    """Say whether an account, a register or a capital stands with it: that is what the law wants of a seller.

    Looked at are its line, the lines over and under it in its block, and its row where no other id stands near.
    """
    segment, sheet = found.segment, found.segment.sheet
    others = [c.segment.row for c in ids if c.value != found.value and c.page == found.page]
    beside = any(abs(row - segment.row) < _LINES_AROUND for row in others)
    lines = [segment] if beside else list(sheet.rows[segment.row])
    for step in (-1, 1):
        at = segment
        for index in range(segment.row + step, segment.row + step * _LINES_AROUND, step):
            row = sheet.rows[index] if 0 <= index < len(sheet.rows) else []
            near = next((s for s in row if abs(s.x0 - segment.x0) < _ALIGNED and _gap(s, at) < sheet.line), None)
            if near is None or any(c.segment is near and c.value != found.value for c in ids):
                break
            lines.append(near)
            at = near
    return any(_COMPANY.search(line.text) or holds_account(line) for line in lines)


def _gap(one: Segment, other: Segment) -> float:
    return max(one.y0, other.y0) - min(one.y1, other.y1)


_LINES_AROUND = 4
_COMPANY = re.compile(
    r"(?<![^\W\d_])(?:BIC|SWIFT|KvK|RPR|RPM|RCS|R\.C\.S|H\.R\.|HR[AB]|Amtsgericht|Handelsregister|Firmenbuch|capital"
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
