"""Why each value won: the candidates of every field with their points and their evidence, the winner first.

For people who want to know and for whoever develops a family of fields; the way of a document does not pass here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailroom.domain.document import Evidence, FieldName
from mailroom.domain.reading import Reading
from mailroom.extraction.candidates import evidence, look
from mailroom.extraction.judge import Buyer, Ranked, read_page
from mailroom.extraction.language import language_of
from mailroom.extraction.text import compact

_MOST = 4


@dataclass(frozen=True, slots=True)
class Contender:
    """A value that stood for choice. `points` compare only within one field."""

    value: str
    points: float
    evidence: Evidence


def explain(reading: Reading, buyer: Buyer) -> Mapping[FieldName, tuple[Contender, ...]]:
    """Return the best contenders of every field for which there was a choice on the pages, the best first."""
    sight = look(reading)
    if not any(sheet.rows for sheet in sight.sheets):
        return {}
    language, _ = language_of(sight)
    page = read_page(sight, buyer, language)
    return {name: _contenders(ranked) for name, ranked in page.ranked.items() if ranked}


def _contenders(ranked: list[Ranked]) -> tuple[Contender, ...]:
    """Return the best, each value once: a value that stands in several places is its best place."""
    found: dict[str, Contender] = {}
    for value, points, candidate, roles in ranked:
        key = compact(value)
        if key not in found:
            found[key] = Contender(value, round(points, 2), evidence(candidate, roles))
        if len(found) == _MOST:
            break
    return tuple(found.values())
