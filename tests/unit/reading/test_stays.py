"""Who waits for a question: by name, the youngest, and no longer than agreed."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from mailroom.reading import stays


@pytest.fixture
def kept() -> Iterator[stays.Stays]:
    some = stays.Stays()
    yield some
    some.close()


def channel() -> socket.socket:
    mine, childs = socket.socketpair()
    childs.close()
    return mine


@pytest.mark.parametrize("many", [1, stays.MOST - 2, stays.MOST - 1, stays.MOST, stays.MOST + 1, 2 * stays.MOST])
def test_the_youngest_wait_and_no_more_than_so_many(kept: stays.Stays, many: int) -> None:
    channels = [channel() for _ in range(many)]
    for number, one in enumerate(channels):
        kept.keep(str(number), one)
    assert [one.fileno() >= 0 for one in channels] == [number >= many - stays.MOST for number in range(many)]


def test_each_is_handed_out_once_by_its_name(kept: stays.Stays) -> None:
    one, other = channel(), channel()
    kept.keep("one", one)
    kept.keep("other", other)
    assert kept.take("one") is one
    assert kept.take("one") is None
    assert kept.take("nobody") is None
    one.close()


def test_a_name_that_is_kept_again_closes_the_channel_before(kept: stays.Stays) -> None:
    first, second = channel(), channel()
    kept.keep("one", first)
    kept.keep("one", second)
    assert first.fileno() == -1
    assert second.fileno() >= 0


def test_those_over_time_are_closed_when_the_next_comes(kept: stays.Stays, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = channel(), channel()
    kept.keep("old", old)
    monkeypatch.setattr(stays, "SECONDS", 0.0)
    kept.keep("new", new)
    assert old.fileno() == -1
    assert new.fileno() >= 0


def test_all_are_closed_at_the_end() -> None:
    some, one = stays.Stays(), channel()
    some.keep("one", one)
    some.close()
    assert one.fileno() == -1
    assert some.take("one") is None
