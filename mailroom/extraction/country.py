"""The country that addresses tell, where no VAT id and no account does: the United States write 3/20/2026."""

from __future__ import annotations

import re

from mailroom.extraction.candidates import Sight

_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DC|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
_AMERICAN = re.compile(rf"(?<![A-Z])(?:{_STATES}),? \d{{5}}(?:-\d{{4}})?(?!\d)|\bUSA\b|\bU\.S\.A\.|United States")
_FOREIGN = re.compile(r"€|\bEUR\b|£|\bGBP\b")


def american(sight: Sight) -> bool:
    """Tell whether the addresses are of the United States and nothing speaks of Europe or of the pound."""
    texts = [segment.text for sheet in sight.sheets for segment in sheet.segments]
    return any(_AMERICAN.search(t) for t in texts) and not any(_FOREIGN.search(t) for t in texts)
