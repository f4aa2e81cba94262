"""A candidate is a value on the page with what speaks for it; the labels beside it are found here.

A label stands to the left of its value (in the same words or in the cell before) or above it (a column header, or a
caption over a value). The nearer one with less between counts more; other values of a column may stand between.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from math import exp

from mailroom.domain.document import Evidence, Field, FieldSource, Region
from mailroom.domain.reading import Reading
from mailroom.extraction.labels import Label, find_labels
from mailroom.extraction.layout import Segment, Sheet, Token, sheets
from mailroom.extraction.text import fold

_FILLER = re.compile(
    r"^[\W_]*$|^\(?(EUR|EURO|€|USD|\$|GBP|£|CHF|RON|LEI|RM|in)\)?:?$|^[\d.,]+%?\s*%$|^%$|^is$", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_INSIDE = frozenset(
    {"incl", "inclusive", "including", "inc", "inkl", "inklusive", "inclusief", "inclus", "of", "in", "im"}
)
_GENERIC = frozenset({"number", "date", "sum"})
_REACH_ABOVE = 14  # rows; a column of values under one header


@dataclass(slots=True, eq=False)
class Beside:
    """A label that belongs to a candidate: how strongly (0 to 1), and where it stands."""

    label: Label
    strength: float
    above: bool = False
    depth: int = 0
    """For a label above: how many other values stand between."""


@dataclass(slots=True, eq=False)
class Candidate:
    """A possible value of a field."""

    value: str
    segment: Segment
    first: int
    last: int
    text: str = ""
    beside: list[Beside] = field(default_factory=list)
    proof: str = ""
    score: float = 0.0
    more: list[Segment] = field(default_factory=list)
    """Further segments the value runs on in."""
    start: int = 0

    @property
    def tokens(self) -> list[Token]:
        return self.segment.tokens[self.first : self.last]

    @property
    def x0(self) -> float:
        return self.segment.tokens[self.first].x0

    @property
    def x1(self) -> float:
        return self.segment.tokens[self.last - 1].x1

    @property
    def y0(self) -> float:
        return self.segment.tokens[self.first].y0

    @property
    def page(self) -> int:
        return self.segment.sheet.number

    @property
    def sure(self) -> float:
        """The reader's own confidence in the words, the worst counting."""
        return min(t.confidence for t in self.tokens)

    @property
    def mostly_sure(self) -> float:
        """The reader's confidence in the words on average: a name survives a doubtful comma."""
        return sum(t.confidence for t in self.tokens) / len(self.tokens)

    def strength(self, *roles: str) -> float:
        """Return how strongly a label of one of these roles stands beside the value."""
        return max((b.strength for b in self.beside if b.label.roles.intersection(roles)), default=0.0)

    def best(self, roles: Collection[str]) -> Beside | None:
        """Return the strongest label of one of the roles."""
        fit = [b for b in self.beside if b.label.roles.intersection(roles)]
        return max(fit, key=lambda b: b.strength, default=None)


@dataclass(slots=True)
class Sight:
    """All pages of a document as the families see them."""

    sheets: list[Sheet]
    labels: list[dict[int, list[Label]]]

    def labels_of(self, segment: Segment) -> list[Label]:
        """Return the labels of a segment's row."""
        return self.labels[self.sheets.index(segment.sheet)].get(segment.row, [])

    def labels_in(self, segment: Segment) -> list[Label]:
        """Return the labels inside a segment."""
        return [label for label in self.labels_of(segment) if label.segment is segment]

    def every_label(self, *roles: str) -> list[Label]:
        """Return all labels of one of the roles in reading order."""
        wanted = frozenset(roles)
        return [a for page in self.labels for row in page.values() for a in row if a.roles & wanted]


def look(reading: Reading) -> Sight:
    """Lay out the pages of a reading and find their labels."""
    pages = sheets(reading.pages)
    return Sight(pages, [find_labels(sheet) for sheet in pages])


def pair(sight: Sight, candidate: Candidate) -> Candidate:
    """Find the labels beside a candidate."""
    left = _left(sight, candidate)
    if left:
        candidate.beside.append(left)
    if left is None or left.strength < 0.9:
        above = _above(sight, candidate)
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
    label = before[-1]
    if len(before) > 1 and _is_preposition(label, before[-2]):
        label = before[-2]
    between = _between(label, candidate)
    words = [t for t in _outside_brackets(between) if not _FILLER.match(t.text)]
    values = sum(1 for t in words if _DIGIT.search(t.text))
    strength = 0.97 - 0.12 * min(len(words) - values, 4) - 0.22 * min(values, 3)
    if words and label.roles <= _GENERIC and not label.colon:
        strength *= 0.4  # `N° client` of which only `N°` was read
    if label.segment is not candidate.segment:
        strength -= 0.03 + 0.12 * (candidate.segment.place - label.segment.place - 1)
        strength -= 0.1 if label.first > 2 else 0.0
        strength -= min(0.3, 0.25 * max(0.0, candidate.x0 - label.x1 - 0.3))
    return Beside(label, strength) if strength > 0.1 else None


def _is_remark(label: Label, earlier: Label) -> bool:
    """`Total (incl. VAT)`, `Total incl. VAT`, `VAT included in total`: the first label is what is meant."""
    if earlier.segment is not label.segment:
        return False
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
    reach = 3 if earlier.roles <= {"other_date", "other_number", "neutral"} else 1
    near = earlier.segment is label.segment and label.first - earlier.last <= reach
    if near and label.first == earlier.last and label.segment.tokens[label.first].glued:
        return True  # `CHANGE/BALANCE`: the first of the two words is what is meant
    return near and label.roles <= {"date", "other_date"} and len(label.text) <= 4


def _precedes(label: Label, candidate: Candidate) -> bool:
    if label.segment is candidate.segment:
        return label.last <= candidate.first
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


def _covering(labels: Sequence[Label], over: Sequence[Token]) -> Label | None:
    """Return the label that most of these words belong to."""
    if not labels:
        return None
    found = [(sum(t in over for t in a.tokens), a) for a in labels if a.x1 > over[0].x0 and a.x0 < over[-1].x1]
    hits = [(n, a) for n, a in found if n]
    return max(hits, key=lambda h: (h[0], h[1].x1), default=(0, None))[1]


def _captioned(label: Label, candidate: Candidate, depth: int, drop: float) -> Beside | None:
    """A caption ends its line; a label with its own value to the right says nothing about what is under it."""
    rest = [t for t in label.segment.tokens[label.last :] if not _FILLER.match(t.text)]
    if any(_DIGIT.search(t.text) for t in rest):
        return None
    if label.roles <= {"date", "other_date"} and len(label.text) <= 5 and not label.alone:
        return None  # `quai de la Loire` heads no column of dates
    line = candidate.segment.sheet.line
    strength = 0.9 - 0.06 * depth - 0.1 * min(3.0, max(0.0, drop / line - 1.2)) - 0.06 * min(len(rest), 3)
    if _answered(label):
        strength -= 0.35
    return Beside(label, strength, above=True, depth=depth) if strength > 0.1 else None


def _answered(label: Label) -> bool:
    """Say whether the cell right of the label is a value: then the label looks right, not down."""
    row = label.segment.sheet.rows[label.segment.row]
    if not label.ends_segment or label.segment.place + 1 >= len(row):
        return False
    following = row[label.segment.place + 1]
    return bool(_DIGIT.search(following.tokens[0].text)) and following.x0 - label.x1 < 0.25


def evidence(candidate: Candidate, roles: Collection[str] = ()) -> Evidence:
    """Return a candidate as evidence: its words, their place, and the label of one of the roles."""
    label = candidate.best(roles) or (candidate.beside[0] if candidate.beside and not roles else None)
    return Evidence(
        text=candidate.text or " ".join(t.text for t in candidate.tokens),
        page=candidate.page,
        region=_region(candidate),
        label=label.label.text if label else "",
        proof=candidate.proof,
    )


def _region(candidate: Candidate) -> Region:
    tokens = [*candidate.tokens, *(t for s in candidate.more for t in s.tokens)]
    return candidate.segment.sheet.region(tokens)


def source_of(candidate: Candidate) -> FieldSource:
    """Say where a candidate's words came from."""
    return FieldSource.OCR if candidate.segment.sheet.ocr else FieldSource.TEXT_LAYER


def found(candidate: Candidate, confidence: float, roles: Collection[str] = ()) -> Field:
    """Return a candidate as the field's value."""
    return Field(
        value=candidate.value,
        confidence=round(min(max(confidence, 0.0), 1.0), 4),
        source=source_of(candidate),
        evidence=(evidence(candidate, roles),),
    )


def sigmoid(points: float) -> float:
    """Return the probability that belongs to log-odds."""
    return 1 / (1 + exp(-max(min(points, 30.0), -30.0)))
