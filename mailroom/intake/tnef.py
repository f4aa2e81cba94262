"""Open winmail.dat: Microsoft's Transport Neutral Encapsulation Format (MS-OXTNEF), one level.

Our own small reader: the only kept libraries are LGPL command-line programs or unkept. It reads attachments and the
HTML, plain or rich-text body (compressed RTF, which often hides the HTML: see rtf.py).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from mailroom.intake import reasons
from mailroom.intake.inside import Inside, Shut
from mailroom.intake.limits import IntakeLimits
from mailroom.intake.names import from_bytes
from mailroom.intake.rtf import rich_body

_SIGNATURE = b"\x78\x9f\x3e\x22"
_ATT_BODY, _ATT_RENDER, _ATT_TITLE, _ATT_DATA = 0x800C, 0x9002, 0x8010, 0x800F
_ATT_MESSAGE_PROPERTIES, _ATT_PROPERTIES = 0x9003, 0x9005
_HTML, _RTF, _DATA, _LONG_NAME, _MIME_TYPE, _CONTENT_ID, _HIDDEN = (
    0x1013,
    0x1009,
    0x3701,
    0x3707,
    0x370E,
    0x3712,
    0x7FFE,
)
_EMBEDDED_OBJECT = 0x000D
# Sizes of the fixed property types (MS-OXCDATA 2.11.1), padded to four bytes.
_FIXED = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x000A: 4,
    0x000B: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
_VARIABLE = frozenset({0x001E, 0x001F, 0x0102, 0x000D})
_MANY_VALUES = 0x1000
_NAMED = 0x8000


class _Attribute(NamedTuple):
    id: int
    data: bytes


def open_tnef(content: bytes, limits: IntakeLimits) -> list[Inside]:
    """Return the body and the attachments of a winmail.dat.

    Raises:
        Shut: it is damaged before anything was found in it, or holds too many files.
    """
    found: list[Inside] = []
    current: dict[str, bytes] | None = None
    damaged = False
    try:
        for attribute in _attributes(content):
            if attribute.id == _ATT_RENDER:
                found += _attachment(current)
                current = {}
            elif current is None:
                found += _body(attribute)
            else:
                current.update(_of_attachment(attribute))
            if len(found) > limits.max_archive_files:
                raise Shut(reasons.TOO_MANY_PARTS)
    except (struct.error, IndexError, ValueError):
        damaged = True
    found += _attachment(current)
    if damaged and not found:
        raise Shut(reasons.BROKEN)
    return found


def _attributes(content: bytes) -> Iterator[_Attribute]:
    """Walk level (1 byte), id and type (4), length (4), data and checksum (2); the header is signature and key (6)."""
    if content[:4] != _SIGNATURE:
        raise ValueError
    position = 6
    while position + 9 <= len(content):
        attribute, length = struct.unpack_from("<II", content, position + 1)
        position += 9
        # A truncated last attribute still gives what arrived of it.
        yield _Attribute(attribute & 0xFFFF, content[position : position + length])
        position += length + 2


def _body(attribute: _Attribute) -> list[Inside]:
    if attribute.id == _ATT_BODY:
        text = attribute.data.rstrip(b"\0")
        return [Inside(text, declared_type="text/plain", text=True)] if text.strip() else []
    if attribute.id == _ATT_MESSAGE_PROPERTIES:
        known = dict(_properties(attribute.data))
        html = known.get(_HTML, b"")
        return [Inside(html, declared_type="text/html", text=True)] if html else rich_body(known.get(_RTF, b""))
    return []


def _of_attachment(attribute: _Attribute) -> dict[str, bytes]:
    if attribute.id == _ATT_TITLE:
        return {"title": attribute.data.split(b"\0")[0]}
    if attribute.id == _ATT_DATA:
        return {"data": attribute.data}
    if attribute.id != _ATT_PROPERTIES:
        return {}
    names = {_LONG_NAME: "name", _MIME_TYPE: "type", _CONTENT_ID: "cid", _DATA: "object"}
    return {names[tag]: value for tag, value in _properties(attribute.data) if tag in names}


def _attachment(known: dict[str, bytes] | None) -> list[Inside]:
    if not known:
        return []
    embedded = known.get("object", b"")
    # An attached object begins with the identifier of its interface (16 bytes); a mail then follows as TNEF again.
    content = known.get("data") or (embedded[16:] if embedded[16:20] == _SIGNATURE else embedded)
    name = from_bytes(known.get("name") or known.get("title", b""))
    declared = from_bytes(known.get("type", b"")).lower()
    return [Inside(content, name, declared, from_bytes(known.get("cid", b"")).strip("<> "))]


def _properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk a list of properties (MS-OXTNEF 2.1.3.4): count, then tag, type and value each; text comes back as UTF-8."""
    (count,) = struct.unpack_from("<I", data, 0)
    position = 4
    for _ in range(min(count, 2_000)):
        kind, tag = struct.unpack_from("<HH", data, position)
        position += 4
        if tag >= _NAMED:
            position = _skip_name(data, position)
        many = bool(kind & _MANY_VALUES)
        kind &= ~_MANY_VALUES
        values, position = _values(data, position, kind, many=many)
        if values:
            yield tag, values[0]


def _skip_name(data: bytes, position: int) -> int:
    (by_name,) = struct.unpack_from("<I", data, position + 16)
    if not by_name:
        return position + 24
    (length,) = struct.unpack_from("<I", data, position + 20)
    return position + 24 + _padded(length)


def _values(data: bytes, position: int, kind: int, *, many: bool) -> tuple[list[bytes], int]:
    """Return a property's values and the place behind them."""
    count = 1
    if many or kind in _VARIABLE:
        (count,) = struct.unpack_from("<I", data, position)
        position += 4
    values: list[bytes] = []
    for _ in range(min(count, 1_000)):
        size = _FIXED.get(kind)
        if size is None:
            if kind not in _VARIABLE:
                raise ValueError
            (size,) = struct.unpack_from("<I", data, position)
            position += 4
        values.append(_as_utf8(data[position : position + size], kind))
        position += _padded(size)
    return values, position


def _as_utf8(value: bytes, kind: int) -> bytes:
    if kind == 0x001F:
        return value.decode("utf-16-le", "ignore").rstrip("\0").encode("utf-8")
    return value.rstrip(b"\0") if kind == 0x001E else value


def _padded(size: int) -> int:
    return (size + 3) // 4 * 4
