"""Open signed wrappings: opaque S/MIME (smime.p7m) and signed files (invoice.xml.p7m), RFC 5652.

Takes the content out and proves nothing; whether the signature is good is not intake's business. Our own walk over the
few BER elements that lead there: indefinite lengths and split octet strings occur in practice, and no kept library
with a light footprint takes both.
"""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

from mailroom.intake import reasons
from mailroom.intake.inside import Inside, Shut
from mailroom.intake.limits import IntakeLimits

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_SEQUENCE, _OCTETS, _SPLIT_OCTETS, _OID, _EXPLICIT = 0x30, 0x04, 0x24, 0x06, 0xA0
_ARMOUR = re.compile(rb"-----BEGIN (?:PKCS7|CMS)-----\s+([A-Za-z0-9+/=\s]+)-----END")
_MAX_SPLIT_DEPTH = 4


class _Element(NamedTuple):
    tag: int
    start: int
    end: int
    behind: int


def open_signed(content: bytes, _limits: IntakeLimits) -> list[Inside]:
    """Return the file that was signed; none for a signature that stands beside what it signs.

    Raises:
        Shut: it is damaged.
    """
    armour = _ARMOUR.search(content[:200]) or (_ARMOUR.match(content) if content[:5] == b"-----" else None)
    data = binascii.a2b_base64(armour[1]) if armour else content
    try:
        inner = _signed_content(data)
    except (IndexError, ValueError) as error:
        raise Shut(reasons.BROKEN) from error
    # An S/MIME content is a MIME entity, whose header may be no more than a Content-Type.
    is_entity = inner is not None and inner[:8].lower() in (b"content-", b"mime-ver")
    return [Inside(inner, declared_type="message/rfc822" if is_entity else "")] if inner else []


def is_signed(content: bytes) -> bool:
    """Say whether it is signed data that carries its content with it."""
    try:
        return _signed_content(content) is not None
    except (IndexError, ValueError):
        return False


def _signed_content(data: bytes) -> bytes | None:
    """ContentInfo { OID signedData, [0] { SignedData { version, algorithms, { OID, [0] { OCTET STRING } } ... } } }."""
    outer = _element(data, 0, len(data))
    oid = _element(data, outer.start, outer.end)
    if outer.tag != _SEQUENCE or oid.tag != _OID or data[oid.start : oid.end] != _SIGNED_DATA:
        raise ValueError
    explicit = _element(data, oid.behind, outer.end)
    signed = _element(data, explicit.start, explicit.end)
    version = _element(data, signed.start, signed.end)
    algorithms = _element(data, version.behind, signed.end)
    wrapped = _element(data, algorithms.behind, signed.end)
    kind = _element(data, wrapped.start, wrapped.end)
    if kind.behind >= wrapped.end or data[kind.behind] != _EXPLICIT:
        return None
    holder = _element(data, kind.behind, wrapped.end)
    return _octets(data, _element(data, holder.start, holder.end), 0)


def _octets(data: bytes, element: _Element, depth: int) -> bytes:
    if element.tag == _OCTETS:
        return data[element.start : element.end]
    if element.tag != _SPLIT_OCTETS or depth > _MAX_SPLIT_DEPTH:
        raise ValueError
    pieces: list[bytes] = []
    position = element.start
    while position < element.end:
        piece = _element(data, position, element.end)
        pieces.append(_octets(data, piece, depth + 1))
        position = piece.behind
    return b"".join(pieces)


def _element(data: bytes, position: int, end: int) -> _Element:
    """Read one element's tag and place. An indefinite length ends at two zero bytes on its own level."""
    tag, first = data[position], data[position + 1]
    start = position + 2
    if first == 0x80:
        inner = start
        while data[inner : inner + 2] != b"\0\0":
            inner = _behind(data, inner, end)
        return _Element(tag, start, inner, inner + 2)
    if first & 0x80:
        count = first & 0x7F
        length = int.from_bytes(data[start : start + count], "big") if count <= 8 else end
        start += count
    else:
        length = first
    if start + length > end:
        raise ValueError
    return _Element(tag, start, start + length, start + length)


def _behind(data: bytes, position: int, end: int) -> int:
    """Return the place behind an element without recursion, so that nesting costs nothing."""
    level = 0
    while True:
        if position + 1 >= end:
            raise ValueError
        if data[position : position + 2] == b"\0\0" and level:
            level, position = level - 1, position + 2
        elif data[position + 1] == 0x80:
            level, position = level + 1, position + 2
        else:
            position = _element(data, position, end).behind
        if not level:
            return position
