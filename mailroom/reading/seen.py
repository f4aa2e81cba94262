"""Words as the child sees them, and their gathering into lines. Pure; light, because every child imports it.

`Seen` has the shape of `domain.reading.Word` without pydantic behind it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple


class Seen(NamedTuple):
    """One word; coordinates in any unit, origin top left."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float = 1.0
    line: int = 0

    @property
    def height(self) -> float:
        """Return the height of its box."""
        return self.y1 - self.y0

    @property
    def is_upright(self) -> bool:
        """Tell text along the page from text that climbs its margin: three letters are wider than they are high."""
        return len(self.text) < 3 or self.height <= 1.8 * (self.x1 - self.x0)


@dataclass
class _Line:
    """A line that grows: the band is that of its letters, not of its dots and dashes."""

    words: list[Seen] = field(default_factory=list)
    y0: float = 0.0
    y1: float = 0.0

    def add(self, words: Sequence[Seen], y0: float, y1: float) -> None:
        old, new = len(self.words), len(words)
        self.y0 = (self.y0 * old + y0 * new) / (old + new)
        self.y1 = (self.y1 * old + y1 * new) / (old + new)
        self.words.extend(words)

    def takes(self, unit: Sequence[Seen], y0: float, y1: float) -> bool:
        """Tell whether a unit stands on this line: the bands overlap by half, sizes are alike, the place is free."""
        height, other = self.y1 - self.y0, y1 - y0
        low, high = (height, other) if height < other else (other, height)
        overlap = min(self.y1, y1) - max(self.y0, y0)
        return overlap > 0.5 * low and high <= 2.2 * low and not any(map(self._covers, unit))

    def _covers(self, word: Seen) -> bool:
        _, x0, _, x1, *_ = word
        return any(
            min(right, x1) - max(left, x0) > 0.3 * min(right - left, x1 - x0)
            for _, left, _, right, _, _, _ in self.words
            if left < x1 and right > x0
        )


def in_lines(units: Iterable[Sequence[Seen]]) -> list[Seen]:
    """Return the words line by line, each with the number of its line.

    A unit is what surely belongs together: one word of a text layer, or one line that an OCR engine found within its
    block. Units on the same baseline become one line, over the gaps between columns; text that climbs the margin comes
    last, each unit for itself.
    """
    lines: list[_Line] = []
    climbing: list[_Line] = []
    for unit, y0, y1 in sorted(_banded(units), key=lambda band: band[1] + band[2]):
        if not all(word.is_upright for word in unit):
            climbing.append(_Line(list(unit), y0, y1))
            continue
        line = next((known for known in reversed(lines[-12:]) if known.takes(unit, y0, y1)), None)
        if line is None:
            line = _Line()
            lines.append(line)
        line.add(unit, y0, y1)
    lines.sort(key=lambda line: line.y0 + line.y1)
    return [
        word._replace(line=number)
        for number, line in enumerate([*lines, *climbing])
        for word in sorted(line.words, key=lambda word: (word.x0, word.y0))
    ]


def _banded(units: Iterable[Sequence[Seen]]) -> Iterable[tuple[Sequence[Seen], float, float]]:
    for unit in units:
        if len(unit) == 1:
            yield unit, unit[0].y0, unit[0].y1
        elif unit:
            letters = [word for word in unit if any(map(str.isalnum, word.text))] or unit
            yield unit, median(word.y0 for word in letters), median(word.y1 for word in letters)


def scaled(words: Iterable[Seen], width: float, height: float) -> list[Seen]:
    """Return the words with coordinates as fractions of the page, cut at its edges; words beside the page are gone."""
    fitted = []
    for text, left, top, right, foot, confidence, line in words:
        x0, x1 = _part(left / width), _part(right / width)
        y0, y1 = _part(top / height), _part(foot / height)
        if x0 < x1 and y0 < y1:
            fitted.append(Seen(text, x0, y0, x1, y1, confidence, line))
    return fitted


def _part(share: float) -> float:
    return round(share, 5) if 0.0 < share < 1.0 else 1.0 if share >= 1.0 else 0.0


def levelled(words: Iterable[Seen], degrees: float, width: float, height: float) -> list[Seen]:
    """Turn the words' places anticlockwise about the middle of the page, as `Image.rotate` would turn its pixels.

    A box round a sloping word is higher than its letters: what the slope adds is taken off again.
    """
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    turned = []
    for word in words:
        x, y = (word.x0 + word.x1 - width) / 2, (word.y0 + word.y1 - height) / 2
        x, y = x * cosine + y * sine + width / 2, y * cosine - x * sine + height / 2
        half_width = (word.x1 - word.x0) / 2
        half_height = max(word.height / 4, word.height / 2 - half_width * abs(sine))
        turned.append(word._replace(x0=x - half_width, y0=y - half_height, x1=x + half_width, y1=y + half_height))
    return turned


def from_tsv(table: str) -> list[list[Seen]]:
    """Return the lines of tesseract's TSV, in pixels.

    Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
    """
    lines: dict[tuple[str, ...], list[Seen]] = {}
    for row in table.splitlines():
        cells = row.split("\t", 11)
        if len(cells) == 12 and cells[0] == "5" and (text := cells[11].strip()):
            left, top, width, height = map(float, cells[6:10])
            word = Seen(text, left, top, left + width, top + height, max(0.0, float(cells[10]) / 100))
            lines.setdefault(tuple(cells[1:5]), []).append(word)
    return list(lines.values())


_NOUGHTS = re.compile(r"(?<![^\W_])(?=o*\d)[\do]*o[\do]*(?![^\W_])")
"""What stands between the signs of a word and is digits, but for an `o`."""


def with_noughts(word: str) -> str:
    """Return a number with its noughts, for an engine of one model that reads `SB/2026/o1/0447` and `31oo0`.

    A word with fewer than two digits is left alone (`o2`), and so are letters that do not stand among digits.
    """
    if sum(letter.isdecimal() for letter in word) < 2:
        return word
    return _NOUGHTS.sub(lambda part: part[0].replace("o", "0"), word)
