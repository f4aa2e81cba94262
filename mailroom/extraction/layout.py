"""Where words stand to each other: rows, segments of a row, and what is left of and above a place.

A `Sheet` is one page. Its unit of length is the page's height, so that distances down and across can be compared
(a word's own fractions are of height and width). A `Segment` is a run of words without a wide gap: a cell of a
table, a label, a line of an address. Nothing here knows what words mean.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from mailroom.domain.document import Region
from mailroom.domain.reading import Page, PageSource, Word

_LEADER = re.compile(r"^[.…·_\-–—=*]{2,}$|^[.…_|]$")
_GLUED = re.compile(
    r"^(?:([^\d:]{2,}:)([^/:\s].*)|([^\W\d]{4,}[-/])([^\W\d]{2,}.*)|((?:[Nn][°ºo]|[Nn][Rr]\.|[Nn]o\.|NO\.)\W?|[Nn]\.)(\d.*)|([^\W\d]{3,}#)(\d.*))$"
)
_RULES = frozenset({"|", "||"})
_DIGIT = re.compile(r"\d")
_SEGMENT_GAP = 2.0  # in widths of a letter: wider than a space in any type, narrower than a table's gutter
_MAX_WORDS = 20_000
_LONGEST_WORD = 120  # what is longer is no word; patterns over endless ones cost endless time
_LONGEST_SEGMENT = 100  # words
_STANDING = 4  # upright words, at least, that make a line along the edge of the paper


@dataclass(slots=True, eq=False)
class Token:
    """A word, or the part of one after a colon."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float
    gap: float = 0.0
    """Free space to the left, in widths of a letter."""
    slant: float = 0.0
    """How far the word was moved up to make the lines of a slanted picture level."""
    glued: bool = False
    """Whether it is the rest of the word before it: `Datum:` and `3.4.2026`, `Seller-` and `IBAN`."""
    parted: bool = False
    """Whether a rule stood before it: `Lindeboom NV | Meir 12`."""
    spaced: bool = False
    """Whether its letters stand apart: `F A C T U U R`."""

    letter: float = field(init=False, default=0.0)
    """The usual width of its letters."""

    def __post_init__(self) -> None:
        self.letter = (self.x1 - self.x0) / max(len(self.text), 1)

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


@dataclass(slots=True, eq=False)
class Segment:
    """Words of a row without a wide gap between them."""

    tokens: list[Token]
    sheet: Sheet = field(repr=False)
    row: int = 0
    place: int = 0
    """Which segment of its row, from the left."""
    text: str = ""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """For each token, where in `text` it begins and ends."""
    digits: bool = False
    x0: float = 0.0
    y0: float = 0.0
    x1: float = 0.0
    y1: float = 0.0
    height: float = 0.0
    """The usual height of its words."""

    def __post_init__(self) -> None:
        pieces: list[str] = []
        at = 0
        for i, token in enumerate(self.tokens):
            if i:
                space = "" if token.glued else "   " if token.parted else " " if token.gap < _WORD_GAP else "  "
                pieces.append(space)
                at += len(space)
            self.starts.append(at)
            pieces.append(token.text)
            at += len(token.text)
            self.ends.append(at)
        self.text = "".join(pieces)
        self.digits = _DIGIT.search(self.text) is not None
        self.x0, self.x1 = self.tokens[0].x0, self.tokens[-1].x1
        if len(self.tokens) == 1:
            self.y0, self.y1 = self.tokens[0].y0, self.tokens[0].y1
            self.height = self.y1 - self.y0
            return
        self.y0, self.y1 = min(t.y0 for t in self.tokens), max(t.y1 for t in self.tokens)
        self.height = median(t.y1 - t.y0 for t in self.tokens)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the first token and the one after the last that the characters `start:end` of `text` touch."""
        first = bisect_left(self.ends, start + 1)
        return first, max(first + 1, bisect_left(self.starts, end))


_WORD_GAP = 1.35  # a space of a typewriter is one letter wide; what is wider does not join the digits of one amount


@dataclass(slots=True, eq=False)
class Sheet:
    """One page as rows of segments."""

    number: int
    aspect: float
    ocr: bool
    rows: list[list[Segment]] = field(default_factory=list)
    line: float = 0.012
    """Usual height of a line of words."""

    @property
    def segments(self) -> Iterator[Segment]:
        for row in self.rows:
            yield from row

    def region(self, tokens: Iterable[Token]) -> Region:
        """Return the box round tokens as fractions of the page."""
        boxes = list(tokens)
        x0, x1 = min(t.x0 for t in boxes) / self.aspect, max(t.x1 for t in boxes) / self.aspect
        y0, y1 = min(t.y0 + t.slant for t in boxes), max(t.y1 + t.slant for t in boxes)
        return (_part(x0), _part(y0), _part(x1), _part(y1))

    def text(self) -> str:
        """Return the page as text, a row a line."""
        return "\n".join("  ".join(segment.text for segment in row) for row in self.rows)


def _part(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 5)


def sheets(pages: Sequence[Page]) -> list[Sheet]:
    """Return the pages as sheets; a page without words gives an empty one."""
    return [_sheet(page) for page in pages]


def _sheet(page: Page) -> Sheet:
    aspect = page.width / page.height if page.width > 0 and page.height > 0 else 0.7
    sheet = Sheet(number=page.number, aspect=aspect, ocr=page.source is PageSource.OCR)
    words, upright = _parted_by_direction(page.words[:_MAX_WORDS], aspect)
    tokens = list(_tokens(words, aspect, _slopes(words, aspect) if sheet.ocr else Slopes()))
    if not tokens:
        return sheet
    sheet.line = median(t.y1 - t.y0 for t in tokens) or sheet.line
    for index, row in enumerate(_rows(tokens, level=not sheet.ocr)):
        sheet.rows.append(_segments(row, sheet, index))
    for line in _standing_lines(upright, aspect):
        sheet.rows.append([Segment(line[:_LONGEST_SEGMENT], sheet, len(sheet.rows), 0)])
    return sheet


def _parted_by_direction(words: Sequence[Word], aspect: float) -> tuple[list[Word], list[Word]]:
    """Part the words of level lines from those of lines that stand upright along an edge of the paper."""
    upright = [w for w in words if len(w.text) > 2 and w.y1 - w.y0 > 1.4 * (w.x1 - w.x0) * aspect]
    if len(upright) < _STANDING or len(upright) > len(words) / 2:
        return list(words), []
    edges = {round(w.x0 * aspect / 0.004) for w in upright}
    wide = max(w.x1 - w.x0 for w in upright)

    def stands(word: Word) -> bool:
        at = round(word.x0 * aspect / 0.004)
        return bool(edges & {at - 1, at, at + 1}) and word.x1 - word.x0 <= 1.2 * wide and len(word.text) < 3

    short = [w for w in words if stands(w)]
    chosen = {id(w) for w in (*upright, *short)}
    return [w for w in words if id(w) not in chosen], [w for w in words if id(w) in chosen]


def _standing_lines(words: Sequence[Word], aspect: float) -> Iterator[list[Token]]:
    """Yield each upright line in the order in which it is read: nearly always from the foot of the paper upwards."""
    lines: dict[int, list[Word]] = {}
    for word in words:
        at = round(word.x0 * aspect / 0.004)
        lines.setdefault(next((k for k in (at, at - 1, at + 1) if k in lines), at), []).append(word)
    for line in lines.values():
        ordered = sorted(line, key=lambda w: -w.y1)
        yield [Token(w.text[:_LONGEST_WORD], w.x0 * aspect, w.y0, w.x1 * aspect, w.y1, w.confidence) for w in ordered]


def _tokens(words: Sequence[Word], aspect: float, slopes: Slopes) -> Iterator[Token]:
    parted = False
    for word in words:
        text = word.text[:_LONGEST_WORD].strip()
        if not text or _LEADER.match(text):
            parted = parted or text in _RULES
            continue
        x0, x1 = word.x0 * aspect, word.x1 * aspect
        slant = slopes.lift((x0 + x1) / 2, (word.y0 + word.y1) / 2) if slopes else 0.0
        flat = min(slopes.tilt * (x1 - x0), _FLATTEST * (word.y1 - word.y0)) / 2 if slopes else 0.0
        y0, y1 = word.y0 - slant + flat, word.y1 - slant - flat
        glued = _GLUED.match(text)
        if glued and not text.lower().startswith(("http", "www")):
            head, tail = (part for part in glued.groups() if part is not None)
            cut = x0 + (x1 - x0) * len(head) / len(text)
            yield Token(head, x0, y0, cut, y1, word.confidence, slant=slant, parted=parted)
            yield Token(tail, cut, y0, x1, y1, word.confidence, slant=slant, glued=True)
        else:
            text = text.strip(".") if text.startswith("..") else text
            yield Token(text, x0, y0, x1, y1, word.confidence, slant=slant, parted=parted)
        parted = False


@dataclass(frozen=True, slots=True)
class Slopes:
    """The slant of a picture's lines down the page: a photo is turned and seen at an angle, so that it changes."""

    lines: tuple[tuple[float, float], ...] = ()
    """(height on the page, slope) of the lines that are long enough to tell, from the top."""
    centre: float = 0.35
    tilt: float = 0.0
    """How steeply the lines of a paper climb that lies askew: the boxes of their words are so much higher."""

    def __bool__(self) -> bool:
        return bool(self.lines)

    def lift(self, x: float, y: float) -> float:
        """Return how far a place lies under where it would lie on a level page."""
        at = bisect_left(self.lines, (y, 0.0))
        near = self.lines[max(0, at - 4) : at + 4]
        return median(slope for _, slope in near) * (x - self.centre)


def _slopes(words: Sequence[Word], aspect: float) -> Slopes:
    """Measure the slant on the reader's own lines; level pages (and text layers) give none."""
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    found = []
    for line in lines.values():
        left, right = min(line, key=lambda w: w.x0), max(line, key=lambda w: w.x1)
        width = (right.x0 + right.x1 - left.x0 - left.x1) / 2 * aspect
        if len(line) > 1 and width > 0.12:
            # The bottoms: capitals and figures stand on the line, while the tops differ from word to word.
            found.append(((left.y1 + right.y1) / 2, (right.y1 - left.y1) / width))
    askew = _askew(lines.values(), aspect)
    if askew:
        return askew
    if len(found) < 4 or abs(median(slope for _, slope in found)) > 0.3:
        return Slopes()
    spread = median(abs(slope) for _, slope in found)
    return Slopes(tuple(sorted(found)), aspect / 2) if spread > 0.003 else Slopes()


def _askew(lines: Iterable[list[Word]], aspect: float) -> Slopes:
    """Measure a paper that lies askew from neighbouring words: its lines run into each other across the page."""
    found = []
    for line in lines:
        for left, right in pairwise(line):
            gap = (right.x0 - left.x1) * aspect
            width = (right.x0 + right.x1 - left.x0 - left.x1) / 2 * aspect
            if width > 0 and abs(gap) < 0.3 * width:
                rise = (right.y0 + right.y1 - left.y0 - left.y1) / 2
                found.append(((left.y0 + right.y1) / 2, rise / width))
    if len(found) < _PAIRS:
        return Slopes()
    tilt = median(slope for _, slope in found)
    alike = sum(abs(slope - tilt) < 0.5 * abs(tilt) for _, slope in found)
    if abs(tilt) < _TILTED or alike < 0.6 * len(found):
        return Slopes()
    return Slopes(((0.5, tilt),), aspect / 2, abs(tilt))


_PAIRS = 8
_TILTED = 0.14  # 8 degrees; less is borne by the slopes of whole lines
_FLATTEST = 0.7
"""Of a box's height, what its tilt may make at most."""


@dataclass(slots=True, eq=False)
class _Row:
    """A row that grows to the right, with the band in which its next token is looked for."""

    tokens: list[Token]
    y0: float
    y1: float

    def add(self, token: Token, *, level: bool) -> None:
        """On a slanted picture the band is that of the last token; in a text layer that of all of them.

        Forms are often filled a little off the captions' baseline: no value may lead the rest of its row astray.
        """
        count = len(self.tokens) if level else 0
        self.y0 = (self.y0 * count + token.y0) / (count + 1)
        self.y1 = (self.y1 * count + token.y1) / (count + 1)
        self.tokens.append(token)


def _rows(tokens: list[Token], *, level: bool) -> list[list[Token]]:
    """Chain tokens into rows from left to right, so that a slanted line stays one row."""
    buckets: dict[int, list[_Row]] = {}
    rows: list[_Row] = []
    size = max(median(t.y1 - t.y0 for t in tokens), 0.002)
    for token in sorted(tokens, key=lambda t: t.x0):
        row = _row_for(token, buckets, size)
        if row is None:
            row = _Row([], token.y0, token.y1)
            rows.append(row)
        row.add(token, level=level)
        near = buckets.setdefault(int(token.middle / size), [])
        if not near or near[-1] is not row:
            near.append(row)
    rows.sort(key=lambda r: median(t.middle for t in r.tokens))
    return [row.tokens for row in rows]


def _row_for(token: Token, buckets: dict[int, list[_Row]], size: float) -> _Row | None:
    best, best_overlap = None, 0.45
    home, height = int(token.middle / size), token.y1 - token.y0
    for key in (home - 1, home, home + 1):
        for row in buckets.get(key, ()):
            if row.y1 <= token.y0 or row.y0 >= token.y1:
                continue
            overlap = (min(token.y1, row.y1) - max(token.y0, row.y0)) / max(min(height, row.y1 - row.y0), 1e-6)
            if overlap <= best_overlap:
                continue
            last = row.tokens[-1]
            if token.x0 < last.x1 - 0.6 * (last.x1 - last.x0):
                # They stand over each other: two lines of one column.
                overlap = _shared_height(token, last) - 0.5
            elif token.x0 - last.x1 < _NEXT_WORD * last.letter:
                overlap = _shared_height(token, last)
            if overlap > best_overlap:
                best, best_overlap = row, overlap
    return best


def _shared_height(one: Token, other: Token) -> float:
    return (min(one.y1, other.y1) - max(one.y0, other.y0)) / max(min(one.y1 - one.y0, other.y1 - other.y0), 1e-6)


_NEXT_WORD = 1.5
"""Widths of a letter: what is nearer goes on the same words, and stands on their very baseline."""


def _spelled_out(row: list[Token]) -> list[Token]:
    """Join capitals and figures that are set apart: `D E  V O S` are two words, where the gaps are wider."""
    if sum(len(t.text) == 1 for t in row) < _SPELLED:
        return row
    joined: list[Token] = []
    at = 0
    while at < len(row):
        end = _end_of_run(row, at)
        if end - at < _SPELLED:
            joined.append(row[at])
            at += 1
            continue
        joined.extend(_words_of_run(row[at:end]))
        at = end
    return joined


def _end_of_run(row: list[Token], start: int) -> int:
    """Return the token after the single signs that stand apart by gaps of letter-spaced type."""
    end = start
    while end < len(row) and (_APART.match(row[end].text) or (end > start and row[end].text in _AMONG)):
        far = end > start and row[end].x0 - row[end - 1].x1 > _WIDEST_APART * (row[end].y1 - row[end].y0)
        if far:
            break
        end += 1
    return end


def _words_of_run(run: list[Token]) -> Iterator[Token]:
    gaps = [right.x0 - left.x1 for left, right in pairwise(run)]
    widest = 1.55 * max(median(gaps), 1e-6)
    first = 0
    for at in range(1, len(run) + 1):
        if at == len(run) or gaps[at - 1] > widest:
            yield _one_word(run[first:at])
            first = at


def _one_word(letters: list[Token]) -> Token:
    first = letters[0]
    y0, y1 = min(t.y0 for t in letters), max(t.y1 for t in letters)
    text, sure = "".join(t.text for t in letters), min(t.confidence for t in letters)
    return Token(
        text, first.x0, y0, letters[-1].x1, y1, sure, slant=first.slant, parted=first.parted, spaced=len(letters) > 1
    )


_SPELLED = 4
_APART = re.compile(r"[A-ZÀ-ÖØ-ÞŞŢȘȚĂ0-9&]$")
_AMONG = frozenset("-/,'")
"""Signs among letters that stand apart: `2 0 2 6 / 0 4 4 7`."""
_WIDEST_APART = 2.0  # heights of a letter, between the words of a letter-spaced line


def _segments(found: list[Token], sheet: Sheet, index: int) -> list[Segment]:
    row = _spelled_out(found)
    usual = median(t.letter for t in row)
    groups: list[list[Token]] = [[row[0]]]
    for left, right in pairwise(row):
        wide = max(usual, min(left.letter, right.letter), 1e-6) * (1.6 if left.spaced and right.spaced else 1.0)
        right.gap = (right.x0 - left.x1) / wide
        if (right.gap > _SEGMENT_GAP and not right.glued) or len(groups[-1]) >= _LONGEST_SEGMENT:
            groups.append([right])
        else:
            groups[-1].append(right)
    return [Segment(tokens, sheet, index, place) for place, tokens in enumerate(groups)]


def below(segment: Segment, reach: float = 1.9) -> Segment | None:
    """Return the segment that stands right under another in the same column, within `reach` line heights."""
    height = max(segment.y1 - segment.y0, segment.sheet.line * 0.7)
    for row in segment.sheet.rows[segment.row + 1 : segment.row + 9]:
        for other in row:
            drop = other.y0 - segment.y0
            if drop > 0.35 * height and other.x0 < segment.x1 and other.x1 > segment.x0:
                return other if drop < reach * max(height, segment.sheet.line) else None
    return None


def column(segment: Segment, limit: int = 8) -> list[Segment]:
    """Return a segment and those stacked under it without a gap: a block of lines such as an address."""
    block = [segment]
    while len(block) < limit:
        following = below(block[-1])
        if following is None or abs(following.x0 - segment.x0) > 6 * segment.tokens[0].letter:
            break
        block.append(following)
    return block
