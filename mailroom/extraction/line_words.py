"""Which words of a table are the description of which line. Pure.

Descriptions stand under their header, before the numbers; rows of nothing but words belong to the line that they stand
nearer to, or all to the line above, or all to the line below, where no line has words of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailroom.domain.unit import is_unit
from mailroom.extraction.layout import Segment, Token
from mailroom.extraction.line_cells import Cell, Row, is_currency
from mailroom.extraction.line_columns import Column, Table
from mailroom.extraction.line_totals import Draft

_WORDS_UNDER = 6
"""Rows of words that may belong to one line."""
_SIGNS = frozenset({"x", "X", "×", "*", "@", "="})
_DECIMALS = re.compile(r"\d[.,]\d+$")
NEAR = 1.3
"""Free space between the rows of one line, in heights of a line."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where descriptions stand: from `left` to `right`, under a header at `head`, with other headers beside it."""

    left: float
    right: float
    wide: float
    """To where rows that hold nothing but words may go."""
    head: float = 0.0
    aside: tuple[tuple[float, float], ...] = ()
    texts: tuple[tuple[float, float], ...] = ()
    """Those headers left of it under which words stand, such as article codes."""

    def touches(self, segment: Segment) -> bool:
        """Say whether a segment stands in the column of descriptions, if only in part."""
        return segment.x0 < self.wide and self.left - 1e-3 < segment.x1

    def leaves_out(self, segment: Segment) -> bool:
        """Say whether a segment ends before the header of descriptions and stands under one left of it."""
        return segment.x1 < self.head and _overlaps(segment, self.aside)

    def holds(self, row: Row) -> bool:
        """Say whether a row of words is a piece of a description from its beginning to its end."""
        segment = row.segments[0]
        return len(row.segments) == 1 and self.touches(segment) and not _overlaps(segment, self.texts)


def _overlaps(segment: Segment, spans: Sequence[tuple[float, float]]) -> bool:
    return any(x0 < segment.x1 and segment.x0 < x1 for x0, x1 in spans)


def give_words(table: Table, drafts: list[Draft]) -> None:
    """Give every line its own words, and the rows of words to the line that they stand nearer to."""
    reach = _reach(table, drafts)
    anchors = {d.number: d for d in drafts}
    for draft in drafts:
        own = _words(draft.row, draft, reach)
        if draft.quantity is not None:
            draft.unit = _take_unit(own, draft)
            own = _without_signs(own)
        draft.words = _without_position(own, len(drafts))
    first = min(anchors)
    near = range(max(0, first - _WORDS_UNDER), table.ends)
    free = [n for n in near if n not in anchors and _only_words(table.rows[n], reach)]
    before, after = first - 1 in free, max(anchors) + 1 in free
    side = _side(table, before, after) if not any(map(_is_named, drafts)) else ""
    if table.header is not None and before and not after and _ends_texts(table, drafts, free, reach):
        side = "below"
    for number in free:
        owner = _owner(table, number, anchors, free, side=side)
        if owner is not None:
            words = _words(table.rows[number], None, reach)
            (owner.before if number < owner.number else owner.after).append(words)


def _ends_texts(table: Table, drafts: Sequence[Draft], free: Sequence[int], reach: _Reach) -> bool:
    """Say whether the numbers stand in the last row of each text: `Levering van een nieuwe` / `pomp   1   850,00`.

    Then the rows with numbers go on a text that began above, and the rows under them begin one.
    """
    over = [d.words for d in drafts if d.number - 1 in free]
    under = [_words(table.rows[d.number + 1], None, reach) for d in drafts if d.number + 1 in free]
    return sum(map(_goes_on, over)) > sum(map(_goes_on, under))


def _goes_on(words: Sequence[Token]) -> bool:
    """Say whether words begin within a text: with a small letter or the sign of a list."""
    return bool(words) and (words[0].text[0].islower() or words[0].text in _LISTED)


_LISTED = frozenset("-–•*")


def _side(table: Table, before: bool, after: bool) -> str:
    """Return where the lines stand to their words, when no line has any of its own.

    Words right under a header are those of the line below them; without a header they may be anything.
    """
    if table.header is None:
        return "above" if after else "below" if before else ""
    return "below" if before else "above" if after else ""


def _reach(table: Table, drafts: Sequence[Draft]) -> _Reach:
    """Return from where to where descriptions stand."""
    cells = [c for d in drafts for c in d.cells]
    titled = [c for c in table.columns if c.text]
    named = [c for c in titled if "description" in c.roles]
    if not named:
        numbers = [c for d in drafts for c in d.cells if c is not d.quantity or not _is_first(c, d.row)]
        return _Reach(0.0, min(c.x0 for c in numbers), wide=min(d.amount.x0 for d in drafts))
    described = max(named, key=lambda c: _letters(c, titled, drafts))
    # Numbers within descriptions made columns of their own, which say nothing of where descriptions end.
    others = [c for c in titled if c is not described]
    letter = table.rows[0].sheet.line * 0.5
    before = [c for c in others if c.x1 <= described.x0 + letter and c.x0 < described.x0]
    left = max((x1 for c in before for x1 in (c.x1, *(cell.x1 for cell in c.cells.values()))), default=0.0)
    beyond = [c.x0 for c in cells if c.x0 > described.x0 + letter]
    right = min([*(c.x0 for c in others if c.x0 > described.x0), *beyond], default=9.0)
    aside = tuple((c.x0, c.x1) for c in others if c.x0 < described.x0)
    texts = tuple((c.x0, c.x1) for c in others if c.x0 < described.x0 and not c.cells)
    right = max(right, described.x1)
    return _Reach(min(left, described.x0), right, wide=right, head=described.x0, aside=aside, texts=texts)


def _is_first(cell: Cell, row: Row) -> bool:
    return cell.first == 0 and cell.segment is row.segments[0]


def _letters(column: Column, titled: Sequence[Column], drafts: Sequence[Draft]) -> int:
    """Count the letters that stand under a header, up to the next one: codes have few."""
    end = min((c.x0 for c in titled if c.x0 > column.x0), default=9.0)
    tokens = (t for d in drafts for s in d.row.segments for t in s.tokens)
    return sum(sum(c.isalpha() for c in t.text) for t in tokens if column.x0 <= (t.x0 + t.x1) / 2 < end)


def _words(row: Row, draft: Draft | None, reach: _Reach) -> list[Token]:
    """Return the words of a row that stand where descriptions do and are no number of another column."""
    taken = {id(t) for c in draft.cells for t in c.tokens} if draft else set()
    words: list[Token] = []
    for segment in row.segments:
        if reach.leaves_out(segment) or (not words and _is_code(segment, row)):
            continue
        if draft is None and reach.holds(row):  # it may begin left of its column, and end right of it
            words += segment.tokens
            while words and words[-1].x0 >= reach.right and _DECIMALS.search(words[-1].text):
                words.pop()  # a price of another column
            continue
        for token in segment.tokens:
            middle = (token.x0 + token.x1) / 2
            if id(token) in taken or not reach.left - 1e-3 <= middle < reach.right:
                continue
            words.append(token)
    while words and (not any(c.isalnum() for c in words[-1].text) or (draft and is_currency(words[-1].text))):
        words.pop()
    return words


def _is_code(segment: Segment, row: Row) -> bool:
    """Say whether a segment of digits stands apart before the words of its row: the number of an article."""
    after = row.segments[segment.place + 1 :]
    return not _has_letters(segment) and any(_has_letters(other) for other in after)


def _has_letters(segment: Segment) -> bool:
    return any(c.isalpha() for c in segment.text)


def _without_signs(words: list[Token]) -> list[Token]:
    """Leave out the signs between quantity, price and amount: `2 x 1.50 =`."""
    while words and words[0].text in _SIGNS:
        words = words[1:]
    while words and words[-1].text in _SIGNS:
        words = words[:-1]
    return words


def _without_position(words: list[Token], lines: int) -> list[Token]:
    """Leave out the number of the line before its description."""
    first = words[0].text.rstrip(".)") if len(words) > 1 else ""
    counts = first.isascii() and first.isdigit() and len(first) <= 4 and 0 < int(first) <= max(lines, 9) * 10
    return words[1:] if counts and (int(first) <= lines or int(first) % 10 == 0) else words


def _take_unit(words: list[Token], draft: Draft) -> str:
    """Return the unit: the word after the quantity, or one in a column between quantity and price."""
    many = draft.quantity
    assert many is not None  # noqa: S101  asked for lines with a quantity only
    tokens = [t for s in draft.row.segments for t in s.tokens]
    after = min((t for t in tokens if t.x0 >= many.x1 - 1e-6), key=lambda t: t.x0, default=None)
    if after is not None and is_unit(after.text):
        if after in words:
            words.remove(after)
        return after.text.strip("().,:")
    before = max((t for t in tokens if t.x1 <= many.x0 + 1e-6), key=lambda t: t.x1, default=None)
    if before is not None and before not in words and is_unit(before.text):
        return before.text.strip("().,:")
    return ""


def _only_words(row: Row, reach: _Reach) -> bool:
    if row.money:
        return False
    return any(
        reach.touches(s) and not reach.leaves_out(s) and sum(c.isalpha() for c in s.text) >= 2 for s in row.segments
    )


def _owner(table: Table, number: int, anchors: dict[int, Draft], free: Sequence[int], *, side: str) -> Draft | None:
    """Return the line that a row of words belongs to; `side`: where all lines stand to their words, if that is seen."""
    (above, up), (below, down) = (_neighbour(table, number, anchors, free, step) for step in (-1, 1))
    if min(up, down) < 0:  # half a line higher or lower in its cell: beside the line, not above or under it
        return above if up <= down else below
    if side:
        line, gap = (below, down) if side == "below" else (above, up)
        return line if gap < NEAR else None
    if above is not None and up < NEAR and (below is None or _is_named(below) or up <= down + 0.1):
        return above
    return below if below is not None and not _is_named(below) and down < NEAR else None


def _is_named(draft: Draft) -> bool:
    """Say whether a line says in its own row what it is: a code does not."""
    return any(sum(c.isalpha() for c in token.text) >= 3 for token in draft.words)


def _neighbour(
    table: Table, number: int, anchors: dict[int, Draft], free: Sequence[int], step: int
) -> tuple[Draft | None, float]:
    """Return the next line up or down over rows of words only, and the widest gap on the way, in heights of a line."""
    rows = table.rows
    line = max(rows[number].sheet.line, 1e-6)
    widest, at = -9.0, number
    for _ in range(_WORDS_UNDER):
        following = at + step
        if not 0 <= following < len(rows):
            break
        upper, lower = (at, following) if step > 0 else (following, at)
        widest = max(widest, (rows[lower].y0 - rows[upper].y1) / line)
        if following in anchors:
            return anchors[following], widest
        if following not in free:
            break
        at = following
    return None, 9.0
