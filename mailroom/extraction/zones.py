"""Zones of a page that belong to one party: what stands under `Bill to`, beside `Verkäufer`, round a known name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import takewhile

from mailroom.extraction.candidates import Sight
from mailroom.extraction.labels import Label
from mailroom.extraction.layout import Segment, below, column

_PARTIES = ("seller", "buyer", "delivery_to")
_HIGH = 12  # lines of an address block with its numbers
_RUNNING = 10  # words of a line of text; no line of an address is that long
_GAP = 3.2  # heights of a line; a wider gap ends the block


@dataclass(slots=True)
class Zone:
    """A box on a page that belongs to a party. `head` is the label above, or None for a block known by its name."""

    party: str
    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    head: Label | None = None

    def holds(self, segment: Segment) -> bool:
        """Say whether a segment begins in the zone."""
        middle = (segment.y0 + segment.y1) / 2
        return segment.sheet.number == self.page and self.x0 <= segment.x0 < self.x1 and self.y0 <= middle <= self.y1


def party_zones(sight: Sight) -> list[Zone]:
    """Return the zones that party labels open, in reading order."""
    labels = [a for a in sight.every_label(*_PARTIES) if a.roles.intersection(_PARTIES)]
    titles = {id(a.segment) for a in sight.every_label("invoice_word", "credit_word") if a.first == 0}
    return [zone for label in labels for zone in _zone(label, labels, titles)]


def _zone(label: Label, labels: list[Label], titles: Collection[int]) -> Iterator[Zone]:
    segment = label.segment
    sheet = segment.sheet
    letter = max(t.letter for t in label.tokens)
    x0, x1 = (segment.x0 if label.alone else label.x0) - 2 * letter, _right_edge(label, labels)
    bottom = segment.y1
    stops = [a for a in labels if a.segment.sheet is sheet and a is not label and x0 <= a.x0 < x1]
    for row in sheet.rows[segment.row + 1 : segment.row + 1 + _HIGH]:
        inside = [s for s in row if x0 <= s.x0 < x1]
        if not inside:
            continue
        if min(s.y0 for s in inside) - bottom > _GAP * sheet.line or any(a.segment in inside for a in stops):
            break
        if "buyer" in label.roles and any(len(s.tokens) > _RUNNING or id(s) in titles for s in inside):
            break  # the letter to the buyer has begun
        bottom = max(s.y1 for s in inside)
    party = next(p for p in _PARTIES if p in label.roles)
    yield Zone(party, sheet.number, x0, segment.y0, x1, bottom, label)


def _right_edge(label: Label, labels: list[Label]) -> float:
    """A zone reaches to the next column: the next cell in the label's row, the next party, or its own words' end."""
    segment = label.segment
    row = segment.sheet.rows[segment.row]
    apart = label.alone or not segment.sheet.ocr
    right = [s.x0 for s in row[segment.place + 1 + _is_answered(label, row) :]] if apart else []
    right += [
        a.x0
        for a in labels
        if a.segment.sheet is segment.sheet
        and a.x0 > label.x1
        and abs(a.segment.y0 - segment.y0) < 3 * segment.sheet.line
    ]
    edge = min(right, default=segment.sheet.aspect)
    block = column(segment, limit=5)[1:]
    if block and not any(":" in s.text for s in block) and label.alone:
        edge = min(edge, max(s.x1 for s in block))
    return max(edge, label.x1)


def _is_answered(label: Label, row: list[Segment]) -> bool:
    """Say whether a party stands in the cell to the right, and what is its own under that: `Furnizor : | Dacia SRL`."""
    segment = label.segment
    cell = row[segment.place + 1] if segment.place + 1 < len(row) else None
    under = below(segment)
    if cell is None or not label.colon or ":" in cell.text or cell.x0 - label.x1 > _NEXT_CELL:
        return False
    return under is None or ":" in under.text or under.x0 >= cell.x0 - cell.tokens[0].letter


_NEXT_CELL = 0.25


def zone_of(segment: Segment, zones: list[Zone]) -> str:
    """Return the party whose zone holds a segment; the innermost, that is the one that begins last, wins."""
    holding = [z for z in zones if z.holds(segment)]
    return max(holding, key=lambda z: (z.y0, z.x0)).party if holding else ""


def block_zone(segment: Segment, party: str) -> Zone:
    """Return the zone of the block that a name heads."""
    block = list(takewhile(lambda line: len(line.tokens) <= _RUNNING, column(segment))) or [segment]
    return Zone(
        party, segment.sheet.number, segment.x0 - 2 * segment.tokens[0].letter, segment.y0,
        max(s.x1 for s in block), block[-1].y1,
    )  # fmt: skip
