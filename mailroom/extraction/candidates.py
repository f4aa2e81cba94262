"""A candidate is a value on the page with what speaks for it: its labels, its proof, its points."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from math import exp, sqrt

from mailroom.domain.document import Evidence, FieldSource, Region
from mailroom.domain.reading import Reading
from mailroom.extraction.labels import Label, find_labels
from mailroom.extraction.layout import Segment, Sheet, Token, sheets

_MOST_PAGES = 30  # of a longer document the first twenty and the last ten: heads and totals stand there


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
    def words(self) -> list[Token]:
        """All words of the value, also those of the segments that it runs on in."""
        return [*self.tokens, *(t for s in self.more for t in s.tokens)]

    @property
    def sure(self) -> float:
        """The reader's own confidence in the words, the worst counting."""
        return min(t.confidence for t in self.words)

    @property
    def mostly_sure(self) -> float:
        """The reader's confidence in the words on average: a name survives a doubtful comma."""
        return sum(t.confidence for t in self.words) / len(self.words)

    @property
    def name_sure(self) -> float:
        """The confidence in the words on average, less where one of them is hardly believed: half a name is wrong."""
        return self.mostly_sure * sqrt(max(self.sure, 0.02))

    def strength(self, *roles: str) -> float:
        """Return how strongly a label of one of these roles stands beside the value."""
        if not self.beside:
            return 0.0
        return max((b.strength for b in self.beside if not b.label.roles.isdisjoint(roles)), default=0.0)

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
    pages = sheets(reading.pages if len(reading.pages) <= _MOST_PAGES else (*reading.pages[:20], *reading.pages[-10:]))
    return Sight(pages, [find_labels(sheet) for sheet in pages])


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
    return candidate.segment.sheet.region(candidate.words)


def source_of(candidate: Candidate) -> FieldSource:
    """Say where a candidate's words came from."""
    return FieldSource.OCR if candidate.segment.sheet.ocr else FieldSource.TEXT_LAYER


def sigmoid(points: float) -> float:
    """Return the probability that belongs to log-odds."""
    return 1 / (1 + exp(-max(min(points, 30.0), -30.0)))
