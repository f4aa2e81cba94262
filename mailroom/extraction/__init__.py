"""Extraction: from words with boxes to fields with evidence and an honest probability (pure, no I/O)."""

from __future__ import annotations

from mailroom.extraction.explain import Contender, explain
from mailroom.extraction.extract import Extraction, extract, informed, lines_on
from mailroom.extraction.judge import Buyer
from mailroom.extraction.learned import lessons_of, merged, shareable
from mailroom.extraction.marks import marks_of
from mailroom.extraction.money_spots import MoneySpot, money_spots
from mailroom.extraction.normalise import normalise
from mailroom.extraction.required import REQUIRED, THRESHOLDS, missing
from mailroom.extraction.second_opinion import surer, wants_second_opinion
from mailroom.extraction.typed_lines import MOST_TYPED, same_lines, typed_lines

__all__ = [
    "MOST_TYPED",
    "REQUIRED",
    "THRESHOLDS",
    "Buyer",
    "Contender",
    "Extraction",
    "MoneySpot",
    "explain",
    "extract",
    "informed",
    "lessons_of",
    "lines_on",
    "marks_of",
    "merged",
    "missing",
    "money_spots",
    "normalise",
    "same_lines",
    "shareable",
    "surer",
    "typed_lines",
    "wants_second_opinion",
]
