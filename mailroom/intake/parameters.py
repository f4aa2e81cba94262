"""Parameters of a header field (`; name="..."`), RFC 2045 section 5.1 and RFC 2231, as tolerantly as they are written.

Our own reader: the standard library's takes quadratic time on many quotes (1,000 parts with 8 KB of them: 6 s), reads
the field again for every parameter, and raises on damaged continuations. This one is linear and never raises.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from mailroom.intake.names import from_bytes

# A quoted value may lack its closing quote; an unquoted one may hold blanks (`name=My invoice.pdf`).
_PARAMETER = re.compile(r";\s*([^\s=;\"]{1,80})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?[^;]*|([^;\"]*))", re.DOTALL)
_ESCAPED = re.compile(r"\\([\"\\])")
_CONTINUED = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
_MAX = 200  # a name of 5,000 characters takes 70 continuations

Pieces = list[tuple[int, bool, str]]


def read_parameters(field: str) -> dict[str, str]:
    """Return the parameters of a field by lower-case name; of two with one name the first counts."""
    plain: dict[str, str] = {}
    pieces: dict[str, Pieces] = {}
    for match, _ in zip(_PARAMETER.finditer(field), range(_MAX), strict=False):
        name = match[1].lower()
        value = _ESCAPED.sub(r"\1", match[2]) if match[2] is not None else match[3].strip()
        shape = _CONTINUED.fullmatch(name)
        if shape is None or not (shape[2] or shape[3]):
            plain.setdefault(name, value)
        else:
            pieces.setdefault(shape[1], []).append((int(shape[2] or 0), bool(shape[3]), value))
    # RFC 2231 before the plain form that old mail programs need (RFC 6266 section 4.3 says the same).
    return {**plain, **{name: _joined(found) for name, found in pieces.items()}}


def _joined(pieces: Pieces) -> str:
    """Join continuations in the order of their numbers and undo the percent encoding of the extended ones."""
    pieces.sort(key=lambda piece: piece[0])
    charset = ""
    joined = b""
    for number, (_, extended, value) in enumerate(pieces):
        text = value
        if extended and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        joined += unquote_to_bytes(text) if extended else text.encode("utf-8", "surrogateescape")
    return from_bytes(joined, charset)
