"""Payment references (BT-83): the Belgian structured communication (mod 97), ISO 11649 (RF...), others by label."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iso11649

from mailroom.extraction.beside import pair
from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.labels import Label
from mailroom.extraction.layout import Segment, below

ROLES = ("payment_reference",)

_BELGIAN = re.compile(
    r"(?<!\d)([+*]{3}\s{0,2})?(\d{3})\s{0,2}/\s{0,2}(\d{4})\s{0,2}/\s{0,2}(\d{5})(\s{0,2}[+*]{3})?(?!\d)"
)
_CREDITOR = re.compile(r"(?<![A-Z0-9])RF\s?\d{2}(?:\s?[A-Z0-9]){1,21}(?![A-Za-z0-9])")
_VALUE = re.compile(r"(?:[A-Z]{1,6}[ .\-]{1,2})?[A-Za-z0-9./\-]*\d[\w./\-]*(?:[ ]{1,2}[\d/\-][\w./\-]*){0,7}")


def belgian(twelve_digits: str) -> bool:
    """Say whether the last two of twelve digits are the first ten modulo 97 (97 for 0)."""
    return (int(twelve_digits[:10]) % 97 or 97) == int(twelve_digits[10:])


def belgian_form(digits: str) -> str:
    """Return twelve digits as people know them: `+++123/4567/89012+++`."""
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def find_references(sight: Sight) -> list[Candidate]:
    """Return payment references, best first: proved ones before those that only a label calls so."""
    found = [c for sheet in sight.sheets for s in sheet.segments for c in _proved(s)]
    for candidate in found:
        pair(sight, candidate)
        candidate.score = 3.0 + (1.5 if candidate.proof else -2.0) + candidate.strength(*ROLES)
    found.extend(_labelled(sight))
    return sorted(found, key=lambda c: -c.score)


def _proved(segment: Segment) -> Iterator[Candidate]:
    for match in _BELGIAN.finditer(segment.text):
        digits = match[2] + match[3] + match[4]
        if belgian(digits) or match[1] or match[5]:
            proof = "mod_97" if belgian(digits) else ""
            yield _candidate(segment, match, belgian_form(digits), proof)
    for match in _CREDITOR.finditer(segment.text):
        value = re.sub(r"\s", "", match[0])
        if iso11649.is_valid(value):
            yield _candidate(segment, match, value, "iso_11649")


def _candidate(segment: Segment, match: re.Match[str], value: str, proof: str) -> Candidate:
    first, last = segment.span(*match.span())
    return Candidate(value, segment, first, last, match[0], proof=proof, start=match.start())


def _labelled(sight: Sight) -> Iterator[Candidate]:
    for label in sight.every_label(*ROLES):
        place = _value_place(label)
        if place is None:
            continue
        segment, start = place
        match = _VALUE.search(segment.text, start)
        if match and match.start() - start < 6 and sum(c.isdigit() for c in match[0]) >= 3 and len(match[0]) <= 40:
            prefix = _prefix(label) if segment is not label.segment else ""
            value = re.sub(r"\s+", " ", prefix + match[0]).strip(" .")
            found = pair(sight, _candidate(segment, match, value, ""))
            found.score = 1.0 + max(found.strength(*ROLES), 0.5)
            yield found


def _prefix(label: Label) -> str:
    """Return the beginning of a reference that breaks after it: `Verwendungszweck: FA` / `2026/12`."""
    after = label.segment.text[label.segment.ends[label.last - 1] :].strip(" :.")
    return f"{after} " if re.fullmatch(r"[A-Z]{1,5}", after) else ""


def _value_place(label: Label) -> tuple[Segment, int] | None:
    """Return where a label's value begins: after it, in the cell to the right, or under it."""
    segment = label.segment
    after = segment.text[segment.ends[label.last - 1] :].strip(" :.")
    if any(c.isdigit() for c in after):
        return segment, segment.ends[label.last - 1]
    row = segment.sheet.rows[segment.row]
    right = row[segment.place + 1] if segment.place + 1 < len(row) else None
    under = below(segment)
    if under and abs(under.x0 - label.x0) < 2 * under.tokens[0].letter and any(c.isdigit() for c in under.text):
        letter = under.tokens[0].letter
        if right is None or right.x0 - segment.x1 > 8 * letter:
            return under, 0
    return (right, 0) if right and right.x0 - segment.x1 < 0.25 else None
