"""Files that an e-invoice carries inside: time sheets, its own PDF (BG-24, BT-125), in UBL and CII.

expat only, no entities; one level. They are parts of their own under the part of the invoice.
"""

from __future__ import annotations

import binascii
from xml.parsers import expat

from mailroom.intake.inside import Inside
from mailroom.intake.limits import IntakeLimits

_ELEMENTS = frozenset({"EmbeddedDocumentBinaryObject", "AttachmentBinaryObject"})
_MARKS = tuple(element.encode() for element in sorted(_ELEMENTS))


def files_in_invoice(content: bytes, limits: IntakeLimits) -> tuple[Inside, ...]:
    """Return the attached files of a well-formed e-invoice without a document type; none when there are none."""
    if not any(mark in content for mark in _MARKS):
        return ()
    collector = _Collector(limits.max_archive_files)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = 1_048_576
    parser.StartElementHandler = collector.start
    parser.EndElementHandler = collector.end
    parser.CharacterDataHandler = collector.text
    try:
        parser.Parse(content.strip(b" \t\r\n"), True)
    except (expat.ExpatError, ValueError, LookupError):
        return ()
    return tuple(collector.found)


class _Collector:
    """Gathers the text of the elements that hold files; a file that is no base64 is left out."""

    def __init__(self, most: int) -> None:
        self.found: list[Inside] = []
        self._most = most
        self._pieces: list[str] | None = None
        self._attributes: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] in _ELEMENTS and len(self.found) < self._most:
            self._pieces, self._attributes = [], attributes

    def text(self, data: str) -> None:
        if self._pieces is not None:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        if self._pieces is None or name.rpartition(" ")[2] not in _ELEMENTS:
            return
        encoded, self._pieces = "".join(self._pieces), None
        try:
            content = binascii.a2b_base64(encoded.encode("ascii", "ignore") + b"==")
        except binascii.Error:
            return
        declared = self._attributes.get("mimeCode", "").lower()[:200]
        self.found.append(Inside(content, self._attributes.get("filename", ""), declared))
