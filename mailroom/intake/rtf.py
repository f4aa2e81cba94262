"""Rich text bodies of Outlook: compressed RTF (MS-OXRTFCP), and the HTML or the words that it carries (MS-OXRTFEX).

Outlook writes a mail's text as RTF where it knows nothing better, often with the HTML of the mail hidden in it. Our own
reader of both: it takes out what people read and drops the rest. Bounded and never raises; what makes no sense is left.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

from mailroom.intake.inside import Inside

_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_RING = 4_096
_LARGEST = 8_000_000
_TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z\r\n])|([{}])|[\r\n]+|([^\\{}\r\n]+)")
_BREAKS = frozenset({b"par", b"line", b"row", b"sect", b"page"})
_UNSEEN = frozenset(
    {
        b"fonttbl",
        b"colortbl",
        b"stylesheet",
        b"info",
        b"pict",
        b"object",
        b"header",
        b"footer",
        b"listtable",
        b"themedata",
    }
)
_CODE_PAGES = re.compile(rb"\\ansicpg(\d{3,5})")


class _Group(NamedTuple):
    seen: bool = True
    skip: int = 1
    hidden: bool = False


def rich_body(compressed: bytes) -> list[Inside]:
    """Return the text of a rich-text body as a body of the mail; none when it says nothing."""
    text, is_html = text_of_rtf(decompressed(compressed))
    if not text.strip():
        return []
    declared = "text/html" if is_html else "text/plain"
    return [Inside(text.encode("utf-8", "replace"), declared_type=declared, text=True, charset="utf-8")]


def decompressed(data: bytes) -> bytes:
    """Return the RTF of the property PidTagRtfCompressed; nothing when it makes no sense."""
    if len(data) < 16:
        return b""
    _, raw_size, kind, _ = struct.unpack_from("<IIII", data)
    if kind == _PLAIN:
        return data[16 : 16 + min(raw_size, _LARGEST)]
    return _unpacked(data, min(raw_size, _LARGEST)) if kind == _COMPRESSED else b""


def _unpacked(data: bytes, size: int) -> bytes:
    """Undo LZFu: a byte of flags, then for each bit a literal or a reference into a ring of 4,096 bytes."""
    ring = bytearray(_DICTIONARY.ljust(_RING, b"\0"))
    write, position = len(_DICTIONARY), 16
    out = bytearray()
    while position < len(data) and len(out) < size:
        flags = data[position]
        position += 1
        for bit in range(8):
            if flags >> bit & 1:
                if position + 2 > len(data):
                    return bytes(out)
                reference = data[position] << 8 | data[position + 1]
                position += 2
                offset, length = reference >> 4, (reference & 15) + 2
                if offset == write % _RING:
                    return bytes(out)
                piece = bytearray()
                for step in range(length):
                    byte = ring[(offset + step) % _RING]
                    ring[write % _RING] = byte
                    write += 1
                    piece.append(byte)
                out += piece
            elif position < len(data):
                out.append(data[position])
                ring[write % _RING] = data[position]
                write += 1
                position += 1
    return bytes(out[:size])


def text_of_rtf(rtf: bytes) -> tuple[str, bool]:
    """Return the text of RTF and whether it is HTML, which the RTF then only wraps (`\\fromhtml1`)."""
    rtf = rtf[:_LARGEST]
    is_html = b"\\fromhtml1" in rtf[:1_000]
    named = _CODE_PAGES.search(rtf[:1_000])
    reader = _Reader(is_html=is_html, charset=f"cp{named[1].decode()}" if named else "cp1252")
    for token in _TOKEN.finditer(rtf):
        reader.take(token)
    return reader.text(), is_html


class _Reader:
    """Walks the tokens of RTF; the state of a group ends with it."""

    def __init__(self, *, is_html: bool, charset: str) -> None:
        self.said: list[str] = []
        self._is_html = is_html
        self._charset = charset
        self._stack: list[_Group] = []
        self._group = _Group()
        self._starred = False
        self._left_out = 0
        self._bytes = bytearray()

    def text(self) -> str:
        """Return what was said until now."""
        self._flush()
        return "".join(self.said)

    def take(self, token: re.Match[bytes]) -> None:
        """Go on by one token."""
        word, number, code, sign, brace, plain = token.groups()
        if code is not None:
            self._write_byte(int(code, 16))
            return
        self._flush()
        if brace == b"{":
            if len(self._stack) < 1_000:
                self._stack.append(self._group)
        elif brace == b"}":
            self._group = self._stack.pop() if self._stack else _Group()
        elif word is not None:
            self._control(word, int(number) if number else None)
        elif sign is not None:
            self._sign(sign)
        elif plain is not None:
            self._starred = False
            self._write(plain.decode("latin-1"))

    def _control(self, word: bytes, number: int | None) -> None:
        starred, self._starred = self._starred, False
        if word == b"htmltag":
            self._group = self._group._replace(seen=True)
        elif word == b"htmlrtf":
            self._group = self._group._replace(hidden=number != 0)
        elif word in _UNSEEN or starred:
            self._group = self._group._replace(seen=False)
        elif word == b"uc":
            self._group = self._group._replace(skip=max(0, min(number or 0, 8)))
        elif word == b"u" and number is not None:
            self._write(chr(number % 65_536))
            self._left_out = self._group.skip
        elif word in _BREAKS:
            self._write("\n")
        elif word in (b"tab", b"cell"):
            self._write("\t" if not self._is_html else " ")

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._starred = True
        elif sign == b"~":
            self._write("\u00a0")
        elif sign in b"\\{}":
            self._write(sign.decode("latin-1"))

    def _write_byte(self, byte: int) -> None:
        if self._left_out:
            self._left_out -= 1
        else:
            self._bytes.append(byte)

    def _flush(self) -> None:
        if self._bytes:
            raw, self._bytes = bytes(self._bytes), bytearray()
            try:
                self._write(raw.decode(self._charset, "replace"))
            except LookupError:
                self._write(raw.decode("cp1252", "replace"))

    def _write(self, text: str) -> None:
        if self._left_out:
            cut = min(self._left_out, len(text))
            self._left_out -= cut
            text = text[cut:]
        if self._group.seen and not self._group.hidden:
            self.said.append(text)
