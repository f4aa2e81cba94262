"""Names and words of headers: decoded as people wrote them, and harmless as file names.

Never raises: what cannot be decoded is shown with replacement characters. Linear in the length of its input.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from codecs import lookup

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
# Marks that turn the reading direction: `invoice<RLO>fdp.exe` reads as `invoiceexe.pdf`.
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MAX_NAME = 160


def from_bytes(raw: bytes, charset: str = "") -> str:
    """Decode header or text bytes: the named charset, else UTF-8, else Windows-1252."""
    for candidate in (charset, "utf-8", "cp1252"):
        known = _known_charset(candidate)
        if known:
            try:
                return raw.decode(known)
            except (UnicodeDecodeError, ValueError):
                continue
    return raw.decode("latin-1")


def _known_charset(name: str) -> str:
    """Return the codec's name when it turns bytes into text, else an empty string."""
    cleaned = name.partition("*")[0].strip().strip("\"'").lower()
    if not cleaned or not cleaned.isascii() or "\0" in cleaned:
        return ""
    try:
        codec = lookup(cleaned)
    except (LookupError, ValueError):
        return ""
    # `base64`, `zlib` and `rot13` are codecs too, but no text encodings; `idna` is superlinear.
    return codec.name if codec._is_text_encoding and codec.name not in _SLOW_CODECS else ""


_SLOW_CODECS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})


def decode_words(value: str) -> str:
    """Decode RFC 2047 encoded words. Neighbours of one charset are joined before they are decoded.

    Many mailers split a multi-byte character over two words (RFC 2047 section 5 forbids it; they do it all the same).
    """
    found: list[str] = []
    pending, charset, end = b"", "", 0
    for word in _WORD.finditer(value):
        between = value[end : word.start()]
        if between.strip() or not end or word[1].lower() != charset:
            found.append(from_bytes(pending, charset) if pending else "")
            found.append(between if between.strip() or not end else "")
            pending = b""
        charset = word[1].lower()
        pending += _word_bytes(word[2], word[3])
        end = word.end()
    found.append(from_bytes(pending, charset) if pending else "")
    found.append(value[end:])
    return "".join(found)


def _word_bytes(kind: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if kind in "qQ":
        return binascii.a2b_qp(raw, header=True)
    try:
        return binascii.a2b_base64(raw + b"==")
    except binascii.Error:
        return binascii.a2b_base64(raw[: len(raw) // 4 * 4]) if _is_base64(raw) else raw


def _is_base64(raw: bytes) -> bool:
    return re.fullmatch(rb"[A-Za-z0-9+/]{4,}={0,2}", raw) is not None


def clean_line(text: str, limit: int) -> str:
    """Return one line without control and direction characters, at most `limit` characters long."""
    return " ".join(_DIRECTION.sub("", _CONTROL.sub(" ", text[: limit * 8])).split())[:limit]


def clean_filename(text: str) -> str:
    """Return a bare file name: no folders, no control characters, at most 160 characters, its ending kept.

    A slash between digits belongs to an invoice number (`Factuur 2026/123.pdf`) and becomes an underscore.
    """
    line = re.sub(r"(?<=\d)/(?=\d)", "_", clean_line(text, 8_000))
    bare = re.split(r"[/\\]", line)[-1].strip().strip("\"'").strip()
    if not bare.strip(". "):
        return ""
    bare = unicodedata.normalize("NFC", bare)
    if len(bare) <= _MAX_NAME:
        return bare
    stem, dot, ending = bare.rpartition(".")
    return bare[:_MAX_NAME] if not dot or len(ending) > 10 else stem[: _MAX_NAME - len(ending) - 1] + dot + ending


def ending(filename: str) -> str:
    """Return the name's ending in lower case without its dot, or an empty string."""
    stem, dot, last = filename.rpartition(".")
    return last.strip().lower() if dot and stem and len(last) <= 10 else ""


def stem(filename: str) -> str:
    """Return the name in lower case without its ending."""
    last = ending(filename)
    return (filename[: -len(last) - 1] if last else filename).strip().lower()
