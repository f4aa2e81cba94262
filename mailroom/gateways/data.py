"""Takes apart what a client sends after DATA, chunk by chunk, without looking at single lines.

aiosmtpd reads line by line, which costs most of its time on a mail with attachments. Here each chunk is searched a few
times at the speed of memchr. Only CR LF . CR LF ends the data; a bare CR or LF anywhere refuses the whole mail, so that
nobody can smuggle a second one past a server in front of us that sees ends of lines differently (CVE-2023-51764).
"""

from __future__ import annotations

from enum import StrEnum
from io import IncrementalNewlineDecoder

from mailroom.gateways.loops import HEADER_BYTES, is_loop

_END = b"\r\n.\r\n"
_DOT = b"\r\n."
_NEWLINE = b"\r\n"


class Flaw(StrEnum):
    """Why the data cannot be taken. The first flaw that is found counts; what follows is read and dropped."""

    BARE_NEWLINE = "bare_newline"
    NUL = "nul"
    LINE_TOO_LONG = "line_too_long"
    TOO_LARGE = "too_large"
    LOOP = "loop"


class DataReader:
    """Finds the end, takes off the dots (RFC 5321 section 4.5.2), and watches size and form."""

    def __init__(self, *, max_bytes: int, max_line_bytes: int, mark: str = "") -> None:
        """Begin. `mark` is what mails of our own carry."""
        self._max_bytes = max_bytes
        self._mark = mark
        self._max_line = max_line_bytes
        self._tail = _NEWLINE  # stands for the end of the DATA command's own line
        self._skip = len(_NEWLINE)
        self._line = 0  # length of the line that has begun
        self._newlines = IncrementalNewlineDecoder(None, translate=False)
        self._header: bytearray | None = bytearray()
        self.received = 0
        self.size = 0
        self.ended = False
        self.flaw: Flaw | None = None
        self.rest = b""

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes from the client and return those of the message that are certain now.

        After the end, `rest` holds what came behind it (the client's next commands). Nothing more is returned once a
        flaw was found.
        """
        self.received += len(chunk)
        window = self._tail + chunk if self._tail else chunk
        # One search for both: mostly there is no dot at the beginning of a line but the last one.
        dot = window.find(_DOT)
        end = window.find(_END, dot) if dot >= 0 else -1
        if end >= 0:
            self.ended = True
            self.rest = window[end + len(_END) :]
            piece = window[: end + len(_NEWLINE)]
            self._tail = b""
        else:
            # A CR among the last four bytes may begin the end or a dot to take off: it waits for the next chunk.
            cut = window.find(b"\r", max(0, len(window) - len(_END) + 1))
            piece, self._tail = (window, b"") if cut < 0 else (window[:cut], window[cut:])
        return self._clean(piece, has_dots=0 <= dot < len(piece) - len(_NEWLINE))

    def _clean(self, piece: bytes, *, has_dots: bool) -> bytes:
        if self.flaw is not None or not piece:
            return b""
        if self._has_bare_newline(piece):
            self.flaw = Flaw.BARE_NEWLINE
        elif b"\0" in piece:
            self.flaw = Flaw.NUL
        elif self._has_long_line(piece):
            self.flaw = Flaw.LINE_TOO_LONG
        content = piece.replace(_DOT, _NEWLINE) if has_dots else piece
        if self._skip:
            content = content[self._skip :]
            self._skip = 0
        self.size += len(content)
        if self.flaw is None and self.size > self._max_bytes:
            self.flaw = Flaw.TOO_LARGE
        if self._header is not None:
            self._watch_header(self._header, content)
        return content if self.flaw is None else b""

    def _has_bare_newline(self, piece: bytes) -> bool:
        """Ask the decoder of text files what ends of line it has seen: one loop in C, where counting takes three."""
        self._newlines.reset()
        self._newlines.decode(str(piece, "latin-1"), True)
        return self._newlines.newlines not in {None, "\r\n"}

    def _watch_header(self, header: bytearray, content: bytes) -> None:
        """Collect the header, and when it is complete look whether the mail goes round in circles."""
        header += content[: HEADER_BYTES + 2]
        end = 0 if header.startswith(_NEWLINE) else header.find(b"\r\n\r\n")
        if end >= 0 or self.ended or len(header) > HEADER_BYTES:
            if end != 0 and is_loop(bytes(header if end < 0 else header[: end + len(_NEWLINE)]), self._mark):
                self.flaw = self.flaw or Flaw.LOOP
            self._header = None

    def _has_long_line(self, piece: bytes) -> bool:
        """Jump from one end of line to the last one within reach: few searches, however many lines there are."""
        at = -self._line
        while len(piece) - at > self._max_line:
            end = piece.rfind(_NEWLINE, max(at, 0), max(at + self._max_line, 0))
            if end < 0:
                return True
            at = end + len(_NEWLINE)
        last = piece.rfind(_NEWLINE, max(at, 0))
        self._line = len(piece) - (at if last < 0 else last + len(_NEWLINE))
        return False
