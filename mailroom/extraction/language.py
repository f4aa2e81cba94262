"""The language of a document: which everyday words and labels it uses."""

from __future__ import annotations

from functools import cache

from mailroom.extraction.candidates import Sight
from mailroom.extraction.text import compact
from mailroom.languages import Language, reading_data


@cache
def _common() -> dict[str, tuple[Language, ...]]:
    words: dict[str, tuple[Language, ...]] = {}
    for language in Language:
        for word in reading_data(language)["common"]:
            words[compact(word)] = (*words.get(compact(word), ()), language)
    return words


def language_of(sight: Sight) -> tuple[Language, float]:
    """Return the likeliest of the five languages and its share of what was recognised (0 when nothing was)."""
    points = dict.fromkeys(Language, 0.0)
    common = _common()
    for sheet in sight.sheets:
        for segment in sheet.segments:
            for token in segment.tokens:
                for language in common.get(compact(token.text), ()):
                    points[language] += 1.0 / len(common[compact(token.text)])
    for page in sight.labels:
        for label in (a for row in page.values() for a in row if len(a.text) > 4):
            for language in label.languages:
                points[language] += 1.5 / len(label.languages)
    total = sum(points.values())
    best = max(points, key=lambda code: points[code])
    return (best, points[best] / total) if total else (Language.EN, 0.0)
