"""The country that addresses and taxes tell, where no VAT id and no account does: the United States write 3/20/2026."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

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


_SIGNS: Mapping[str, str] = {
    "AT": r"\+43|(?<=\w)\.at\b|\bATU ?\d",
    "AU": r"\bABN\b|\+61|(?<=\w)\.au\b",
    "BE": r"\+32|(?<=\w)\.be\b|(?i:\b(?:bancontact|payconiq)\b)|\bBE ?[01]\d{3}[ .]?\d{3}[ .]?\d{3}\b",
    "CA": r"\b(?:TPS|TVQ|HST|PST|QST)\b|(?<=\w)\.ca\b",
    "CH": r"\+41|(?<=\w)\.ch\b|\bCHE[- ]?\d",
    "CZ": r"\+420|(?<=\w)\.cz\b|\bDIČ\b|\bIČO?\b",
    "DE": r"\+49|(?<=\w)\.de\b|(?i:\bgirocard\b)|\bUSt\.?-? ?Id",
    "DK": r"\+45|(?<=\w)\.dk\b|\bCVR\b",
    "ES": r"\+34|(?<=\w)\.es\b",
    "FI": r"\+358|(?<=\w)\.fi\b|\bY-tunnus\b",
    "FR": r"\+33|(?<=\w)\.fr\b|\bSIRE[NT]\b|\bRCS\b|\bCB\b|(?i:\bcarte bleue\b)",
    "GB": r"\+44|(?<=\w)\.uk\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b",
    "HU": r"\+36\b|(?<=\w)\.hu\b|(?i:\badószám\b)",
    "IE": r"\+353|(?<=\w)\.ie\b",
    "IT": r"\+39\b|(?<=\w)\.it\b|\bP\. ?IVA\b",
    "LU": r"\+352|(?<=\w)\.lu\b",
    "MA": r"\+212|(?<=\w)\.ma\b",
    "MY": r"(?i:\bsdn\.? ?bhd\b|\bmalaysia\b|\bselangor\b|\bkuala lumpur\b|\bjohor\b|\bpenang\b)|\+60|(?<=\w)\.my\b"
    r"|\b(?:JALAN|JLN|Jalan|Jln)\b|\bGST I[DN]\b",
    "NL": r"\+31|(?<=\w)\.nl\b|\b[1-9]\d{3} ?[A-Z]{2} +[A-Z][a-z]|\bKVK\b|\bKvK\b|\bPINNEN\b",
    "NO": r"\+47|(?<=\w)\.no\b|\bMVA\b",
    "PL": r"\+48|(?<=\w)\.pl\b|\bNIP\b|\bPTU\b",
    "PT": r"\+351|(?<=\w)\.pt\b|\bNIF\b",
    "RO": r"\+40|(?<=\w)\.ro\b|\bC\.?U\.?I\b|\bC\.?I\.?F\b",
    "SE": r"\+46|(?<=\w)\.se\b|\bOrg\.? ?nr\b",
    "SG": r"(?i:\bpte\.? ?ltd\b|\bsingapore\b)|\+65|(?<=\w)\.sg\b",
}
"""What papers of one country print: the code of its telephones, its domain, registers, cards, forms of companies."""
_TOLD = {country: re.compile(sign) for country, sign in _SIGNS.items()}


def told(sight: Sight) -> str:
    """Return the country that most lines of the pages tell of, "" when none does or two do alike."""
    lines: Counter[str] = Counter()
    for sheet in sight.sheets:
        for segment in sheet.segments:
            lines.update(country for country, sign in _TOLD.items() if sign.search(segment.text))
    (first, most), (_, next_most) = [*lines.most_common(2), ("", 0), ("", 0)][:2]
    return first if most > next_most else ""
