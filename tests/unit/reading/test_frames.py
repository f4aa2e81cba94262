"""Frames: what may travel over the box's pipes."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.reading import frames

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    one, two = socket.socketpair()
    with one, two:
        yield one, two


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()), st.lists(st.binary()))
def test_what_is_sent_is_received(document: dict[str, frames.JSON], blobs: list[bytes]) -> None:
    one, two = socket.socketpair()
    with one, two:
        frames.send(one, document, blobs)
        received = frames.receive(two, frames.Bounds())
    expected = {k.encode("utf-8", "replace").decode(): v for k, v in document.items() if k.isprintable()}
    assert received[1] == blobs
    assert isinstance(received[0], dict)
    assert expected.keys() <= received[0].keys()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0\0\0",
        struct.pack("!II", 5, 0) + b"{}",  # shorter than it says
        struct.pack("!II", 101, 0),  # longer than it may be
        struct.pack("!II", 2, 3) + b"{}",  # more blobs than there may be
        struct.pack("!IIQ", 2, 1, 1001) + b"{}",  # more bytes than there may be
        struct.pack("!IIQQ", 2, 2, 600, 600) + b"{}",  # more bytes in all than there may be
        struct.pack("!IIQ", 2, 1, 2**64 - 1) + b"{}",
        struct.pack("!II", 2, 0) + b"\xff\xfe",
        struct.pack("!II", 3, 0) + b"NaN",
        struct.pack("!II", 2, 0) + b"{]",
        struct.pack("!II", 100, 0) + b"[" * 100,
    ],
)
def test_what_is_no_frame_is_refused(pair: Pair, sent: bytes) -> None:
    pair[0].sendall(sent)
    pair[0].close()
    with pytest.raises(frames.BadFrame):
        frames.receive(pair[1], frames.Bounds(json_bytes=100, blobs=2, blob_bytes=1000))


def test_deep_nesting_is_refused_and_not_a_crash(pair: Pair) -> None:
    text = b"[" * 50_000
    pair[0].sendall(struct.pack("!II", len(text), 0) + text)
    with pytest.raises(frames.BadFrame):
        frames.receive(pair[1], frames.Bounds())


def test_a_large_blob_goes_over_a_channel_with_a_time_out(pair: Pair) -> None:
    blob = bytes(range(256)) * 20_000
    for channel in pair:
        frames.give_up_after(channel, 30)
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(frames.send, pair[0], {"n": 1}, [blob, b"", memoryview(blob)])
        assert frames.receive(pair[1], frames.Bounds()) == ({"n": 1}, [blob, b"", blob])
        sent.result()


@pytest.mark.parametrize("begun", [b"", struct.pack("!IIQ", 2, 1, 50_000_000) + b"{}" + b"x" * 1000])
def test_who_falls_silent_is_not_waited_for(pair: Pair, begun: bytes) -> None:
    frames.give_up_after(pair[1], 0.05)
    pair[0].sendall(begun)
    with pytest.raises(TimeoutError):
        frames.receive(pair[1], frames.Bounds())


def test_who_takes_nothing_is_not_waited_for(pair: Pair) -> None:
    frames.give_up_after(pair[0], 0.05)
    with pytest.raises(TimeoutError):
        frames.send(pair[0], {}, [bytes(20_000_000)])
