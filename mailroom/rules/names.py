"""Whether two writings of a company's name are one: legal forms, accents and what OCR leaves out do not count."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

_FORMS = re.compile(
    r"nv|sa|bv|bvba|sprl|srl|vof|snc|gmbh|mbh|ag|ug|kg|ohg|ek|ltd|limited|plc|inc|llc|sas|sarl|eurl|sasu|comm|v|cv|"
    r"scrl|cvba|se|spa|sl|co|company|eirl|pfa"
)
_LIKE = 0.86
"""Likeness from which on two names differ by a misread letter or two."""


def same_name(here: str, there: str) -> bool:
    """Say whether both are the same company's name. `Polder Flour Mills B.V.` is `POLDER FLOUR MILLS`."""
    mine, theirs = _words(here), _words(there)
    if not mine or not theirs:
        return False
    shorter, longer = sorted((mine, theirs), key=len)
    if len(" ".join(shorter)) >= 4 and set(shorter) <= set(longer):
        return True
    return SequenceMatcher(None, "".join(mine), "".join(theirs)).ratio() >= _LIKE


def _words(name: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = re.sub(r"[^\w\s]", " ", re.sub(r"(?<=\w)\.(?=\w)", "", plain)).split()
    kept = [word for word in words if not _FORMS.fullmatch(word)]
    return kept or words
