"""Extraction: from words with boxes to fields with evidence and an honest probability (pure, no I/O)."""

from __future__ import annotations

from mailroom.extraction.extract import Extraction, extract
from mailroom.extraction.judge import Buyer
from mailroom.extraction.normalise import normalise
from mailroom.extraction.required import REQUIRED, THRESHOLDS, missing

__all__ = ["REQUIRED", "THRESHOLDS", "Buyer", "Extraction", "extract", "missing", "normalise"]
