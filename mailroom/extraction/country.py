"""The country that addresses and taxes tell, where no VAT id and no account does: the United States write 3/20/2026."""

from __future__ import annotations

import re

from mailroom.extraction.candidates import Sight

_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DC|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
_AMERICAN = re.compile(rf"(?<![A-Z])(?:{_STATES}),? \d{{5}}(?:-\d{{4}})?(?!\d)|\bUSA\b|\bU\.S\.A\.|United States")
# A sales tax in dollars, where no other country that counts in dollars shows its own tax.
_SALES_TAX = re.compile(r"(?i)\b(?:sales )?tax\b")
_DOLLARS = re.compile(r"(?<![A-Za-z])\$\s?\d")
_OTHER_DOLLARS = re.compile(r"(?i)\b(?:GST|ABN|VAT|HST|PST|TVQ|QST|AUD|CAD|SGD|HKD|NZD)\b|[ASC]\$")
_FOREIGN = re.compile(r"€|\bEUR\b|£|\bGBP\b|(?i:\bGST\b|\bSDN\b|\bJALAN\b|\bJLN\b)")


def american(sight: Sight) -> bool:
    """Tell whether the addresses or the tax are of the United States and nothing speaks of Europe or of the pound."""
    texts = [segment.text for sheet in sight.sheets for segment in sheet.segments]
    if any(_FOREIGN.search(t) for t in texts):
        return False
    if any(_AMERICAN.search(t) for t in texts):
        return True
    taxed = any(_SALES_TAX.search(t) for t in texts) and any(_DOLLARS.search(t) for t in texts)
    return taxed and not any(_OTHER_DOLLARS.search(t) for t in texts)
