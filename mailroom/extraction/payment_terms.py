"""Due dates in sentences: `please transfer 121.00 by 5 July`, `30 days after the invoice date`, `payable on receipt`.

A date in a sentence is a due date when the sentence speaks of paying and a word such as `by` leads to the date. Where
no date is printed, the term in days gives it from the issue date; such a date is derived and never quite sure. What a
sentence says of a discount for early payment is no due date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.layout import Segment
from mailroom.extraction.text import fold
from mailroom.languages import Language, reading_data

_LONGEST_TERM = 180  # days
_DISCOUNT = re.compile(r"\d\s?%|skonto|escompte|discount|korting|reducere")
_LONGEST_REMARK = 8  # words: `Payable on receipt` stands alone, conditions of sale run on


@dataclass(slots=True)
class Term:
    """A term of payment: its days after the issue date, and where it is printed."""

    due: date
    at: Candidate


def _phrases(kind: str) -> list[str]:
    found = {fold(p) for language in Language for p in reading_data(language)["phrases"][kind]}
    return sorted(found, key=len, reverse=True)


def _any_of(phrases: list[str]) -> str:
    return "|".join(re.escape(p) for p in phrases)


@cache
def _paying() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{_any_of(_phrases('paying'))})")


@cache
def _leading() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{_any_of(_phrases('pay_until'))})[\s:]*$")


@cache
def _terms() -> re.Pattern[str]:
    spelled = [
        re.escape(p).replace(re.escape("{n}"), r"(?:\d{1,3})").replace(r"\ ", r"\s+") for p in _phrases("due_days")
    ]
    return re.compile(rf"(?<![a-z\d])(?:{'|'.join(spelled)})(?![a-z])")


@cache
def _at_once() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{_any_of(_phrases('due_now'))})(?![a-z])")


@cache
def _month_end() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{_any_of(_phrases('month_end'))})(?![a-z])")


def says_when_to_pay(found: Candidate) -> bool:
    """Tell whether a date stands in a sentence that asks to pay, or announces a collection, by or on that day."""
    over = _line_over(found) if not found.first else ""
    text = f"{over} {fold(found.segment.text)}".strip()
    before = f"{over} {fold(found.segment.text[: found.start])}".strip()
    if _DISCOUNT.search(text) or not _leading().search(before):
        return False
    return _paying().search(text) is not None


def _line_over(found: Candidate) -> str:
    """Return the line before, when the sentence runs on from it: it begins at the same place and is long."""
    segment = found.segment
    over = segment.sheet.rows[segment.row - 1] if segment.row else []
    aligned = [s for s in over if abs(s.x0 - segment.x0) < 2 * segment.tokens[0].letter and len(s.tokens) > 5]
    near = bool(aligned) and segment.y0 - aligned[0].y1 < segment.sheet.line
    return fold(aligned[0].text) if near else ""


def term(sight: Sight, issue: date) -> Term | None:
    """Return the due date that a term in days, or `on receipt`, gives from the issue date."""
    for sheet in sight.sheets:
        for segment in sheet.segments:
            found = _in_segment(segment, issue)
            if found:
                return found
    return None


def _in_segment(segment: Segment, issue: date) -> Term | None:
    text = fold(segment.text)
    if _DISCOUNT.search(text) or len(text) != len(segment.text):
        return None
    match = _terms().search(text) if segment.digits else None
    if match and (_paying().search(text) or _labelled(segment)):
        days = int(re.search(r"\d+", match[0])[0])  # type: ignore[index]
        if not 0 < days <= _LONGEST_TERM:
            return None
        due = issue + timedelta(days=days)
        if _month_end().search(text):
            due = due.replace(day=monthrange(due.year, due.month)[1])
        return Term(due, _candidate(segment, match))
    match = _at_once().search(text) if len(segment.tokens) <= _LONGEST_REMARK else None
    return Term(issue, _candidate(segment, match)) if match else None


def _labelled(segment: Segment) -> bool:
    """Tell whether the cell to the left is about paying: `Zahlungsziel` | `14 Tage netto`."""
    row = segment.sheet.rows[segment.row]
    return segment.place > 0 and _paying().search(fold(row[segment.place - 1].text)) is not None


def _candidate(segment: Segment, match: re.Match[str]) -> Candidate:
    first, last = segment.span(*match.span())
    return Candidate("", segment, first, last, segment.text[match.start() : match.end()], start=match.start())
