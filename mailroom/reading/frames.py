"""What travels over the box's pipes: one frame is a piece of JSON and some blobs, every length bounded and checked.

    bytes 0-3   length of the JSON, big-endian
    bytes 4-7   number of blobs
    8 each      length of each blob
    then        the JSON (UTF-8), then the blobs

The child is not trusted: whatever it sends beyond the bounds, or in another form, is a `BadFrame`, and memory grows
only by what really arrived. No state, nothing on disk.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
Blob: TypeAlias = bytes | memoryview


class BadFrame(ValueError):
    """Not a frame, too large, or cut off."""


@dataclass(frozen=True)
class Bounds:
    """The most that one frame may hold."""

    json_bytes: int = 32 << 20
    blobs: int = 256
    blob_bytes: int = 256 << 20
    """All blobs of a frame together."""


def give_up_after(channel: socket.socket, seconds: float) -> None:
    """Have `send` and `receive` raise TimeoutError when nothing moves for so long.

    The kernel keeps the time, not `settimeout`: a socket of Python's with a time-out does not wait for a whole blob, so
    that a picture takes dozens of calls and, put together, twice its memory.
    """
    limit = struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))
    channel.setblocking(True)
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


def send(channel: socket.socket, document: JSON, blobs: Sequence[Blob] = ()) -> None:
    """Send one frame.

    Raises:
        TimeoutError: the socket's time-out passed.
    """
    encoded = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    lengths = struct.pack(f"!II{len(blobs)}Q", len(encoded), len(blobs), *map(len, blobs))
    try:
        channel.sendall(lengths + encoded)
        for blob in blobs:
            channel.sendall(blob)
    except BlockingIOError as error:
        raise TimeoutError("nobody takes what is sent") from error


def receive(channel: socket.socket, bounds: Bounds) -> tuple[JSON, list[bytes]]:
    """Receive one frame.

    Raises:
        BadFrame: it is beyond the bounds, cut off, or no JSON.
        TimeoutError: the socket's time-out passed.
    """
    json_bytes, blobs = struct.unpack("!II", _exactly(channel, 8))
    if json_bytes > bounds.json_bytes or blobs > bounds.blobs:
        raise BadFrame(f"{json_bytes} bytes of JSON and {blobs} blobs are beyond the bounds")
    lengths = struct.unpack(f"!{blobs}Q", _exactly(channel, 8 * blobs))
    if sum(lengths) > bounds.blob_bytes:
        raise BadFrame(f"{sum(lengths)} bytes of blobs are beyond the bounds")
    document = _parse(_exactly(channel, json_bytes))
    return document, [_exactly(channel, length) for length in lengths]


def _exactly(channel: socket.socket, length: int) -> bytes:
    pieces: list[bytes] = []
    left = length
    while left:
        try:
            # Mostly all at once. Memory that was asked for and is not filled is not touched.
            piece = channel.recv(left, socket.MSG_WAITALL)
        except BlockingIOError as error:
            raise TimeoutError("nothing comes") from error
        if not piece:
            raise BadFrame(f"the channel was closed after {length - left} of {length} bytes")
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _parse(encoded: bytes) -> JSON:
    try:
        document: JSON = json.loads(encoded.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadFrame("the answer is no JSON") from error
    return document


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
