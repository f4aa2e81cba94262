"""Undo the transfer encoding of a part (RFC 2045 section 6), also when it was done badly.

Never raises and never returns less than it was given: what cannot be decoded comes back as it is, with a problem.
"""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

from mailroom.intake import reasons

_BLANK = b" \t\r\n\f\v"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BASE64_LINE = re.compile(rb"[ \t]*[A-Za-z0-9+/]+={0,2}[ \t]*\r?")
# It looks back, so that a long run of padding is walked once and not again from each of its signs.
_MORE_AFTER_PADDING = re.compile(rb"(?<=[A-Za-z0-9+/])=[=\s]*(?=[A-Za-z0-9+/]{40})")
# First bytes of files, raw and in base64: for parts whose transfer encoding is missing or a lie.
_RAW_STARTS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n", b"PK\x03\x04", b"<?xml")
_BASE64_STARTS = (b"JVBERi0", b"/9j/", b"iVBORw0KGgo", b"UEsDB", b"PD94bW")
_UU_BEGIN = re.compile(rb"^begin(-base64)? +[0-7]{3,4} +([^\r\n]{1,1000}?)[ \t]*\r?\n", re.MULTILINE)


class Decoded(NamedTuple):
    """A part's bytes, and the reason code of what was wrong with their encoding."""

    content: bytes
    problem: str = ""


class EncodedFile(NamedTuple):
    """A file that was written into a text with uuencode."""

    filename: bytes
    content: bytes


def decode(body: bytes, declared: str) -> Decoded:
    """Return the bytes of a part behind its Content-Transfer-Encoding."""
    encoding = re.sub(r"\([^)]*\)|[\"';:].*|[\s-]", "", declared.lower().strip("\"' "))
    if encoding in ("base64", "b64"):
        return _base64(body)
    if encoding in ("quotedprintable", "qp"):
        return Decoded(binascii.a2b_qp(body))
    if encoding in ("uuencode", "xuuencode", "uue", "xuue"):
        files = encoded_files(body)
        return Decoded(files[0].content) if files else Decoded(body, reasons.TRANSFER_ENCODING)
    known = encoding in ("", "7bit", "8bit", "binary", "7bits", "8bits", "none")
    if body.lstrip(_BLANK)[:16].startswith(_BASE64_STARTS):
        return Decoded(_base64(body).content, reasons.TRANSFER_ENCODING)
    return Decoded(body, "" if known else reasons.TRANSFER_ENCODING)


def _base64(body: bytes) -> Decoded:
    if body.lstrip(_BLANK)[:8].startswith(_RAW_STARTS):
        return Decoded(body, reasons.TRANSFER_ENCODING)
    if not body.translate(None, _BASE64 + b"=" + _BLANK):
        clean, problem = body, ""
    else:
        clean, problem = _base64_lines(body), reasons.TRANSFER_ENCODING
    if body.strip(_BLANK) and not clean:
        return Decoded(body, reasons.TRANSFER_ENCODING)
    pieces = _MORE_AFTER_PADDING.split(clean) if b"=" in clean[:-100] else [clean]
    decoded = [_base64_piece(piece) for piece in pieces]
    content = decoded[0].content if len(decoded) == 1 else b"".join(piece.content for piece in decoded)
    return Decoded(content, problem or next((piece.problem for piece in decoded if piece.problem), ""))


def _base64_lines(body: bytes) -> bytes:
    """Return the lines of base64 without what stands before and behind them.

    Mailing lists and virus scanners put a footer in plain text behind the padding; RFC 2045 lets foreign characters
    be skipped, but the letters of the footer would then become bytes of the file.
    """
    lines: list[bytes] = []
    for line in body.split(b"\n"):
        if _BASE64_LINE.fullmatch(line):
            lines.append(line)
        elif lines and line.strip(_BLANK) and len(lines[-1].strip(_BLANK)) < len(lines[0].strip(_BLANK)):
            break  # a shorter line ended the data, and this is the footer
        elif lines and line.strip(_BLANK) and b" " in line.strip(_BLANK):
            break
        elif line.strip(_BLANK) and b" " not in line.strip(_BLANK) and len(line) > 40:
            lines.append(line.translate(None, bytes(set(range(256)) - set(_BASE64 + b"="))))
    return b"\n".join(lines)


def _base64_piece(piece: bytes) -> Decoded:
    try:
        return Decoded(binascii.a2b_base64(piece))
    except binascii.Error:
        data = piece.translate(None, _BLANK + b"=")
        # One character over a group of four carries no whole byte; missing padding is supplied.
        data = data[:-1] if len(data) % 4 == 1 else data
        return Decoded(binascii.a2b_base64(data + b"=="), reasons.TRANSFER_ENCODING)


def encoded_files(text: bytes, limit: int = 100) -> list[EncodedFile]:
    """Return the files that stand in a text between `begin` and `end` (uuencode), at most `limit`."""
    found: list[EncodedFile] = []
    position = 0
    while len(found) < limit and (begin := _UU_BEGIN.search(text, position)):
        content, position = _uu_lines(text, begin.end(), base64=bool(begin[1]))
        if content:
            found.append(EncodedFile(begin[2], content))
    return found


def _uu_lines(text: bytes, start: int, *, base64: bool) -> tuple[bytes, int]:
    """Decode lines up to `end` (or `====`). Returns the bytes and the place behind them."""
    chunks: list[bytes] = []
    position = start
    while position < len(text):
        end = text.find(b"\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end].rstrip(b"\r")
        position = end + 1
        if line in (b"end", b"====", b"`", b" ", b""):
            if line in (b"end", b"===="):
                break
            continue
        data = _base64_piece(line).content if base64 else _uu_line(line)
        if data is None:
            return b"".join(chunks), position - 1
        chunks.append(data)
    return b"".join(chunks), position


def _uu_line(line: bytes) -> bytes | None:
    wanted = (line[0] - 32) & 63
    if not 32 < line[0] <= 96 or not line.isascii() or len(line) > 90:
        return None
    try:
        # Some encoders write characters behind the announced number; a line that lost trailing blanks is padded.
        return binascii.a2b_uu(line[: 1 + (wanted + 2) // 3 * 4].ljust(1 + (wanted + 2) // 3 * 4))
    except binascii.Error:
        return None
