"""The bell on which the engine waits for work: it may ring now, later, or be silent for good."""

from __future__ import annotations

import threading
import time

from mailroom.queues import Bell

LONG = 60.0
SOON = 20.0
"""A wait that was ended took less; a busy machine may take a while."""


def seconds_of_waiting(bell: Bell, timeout: float = LONG) -> float:
    began = time.monotonic()
    bell.wait(timeout)
    return time.monotonic() - began


def test_a_ring_ends_the_wait_that_is_under_way() -> None:
    bell = Bell()
    threading.Timer(0.05, bell.ring).start()
    assert seconds_of_waiting(bell) < SOON


def test_a_ring_before_the_wait_is_not_lost_and_ends_only_one() -> None:
    bell = Bell()
    bell.ring()
    assert seconds_of_waiting(bell) < SOON
    assert seconds_of_waiting(bell, 0.2) >= 0.2


def test_a_ring_that_is_still_to_come_outlives_one_that_comes_before_it() -> None:
    bell = Bell()
    bell.ring(0.3)
    bell.ring()
    assert seconds_of_waiting(bell) < SOON
    assert seconds_of_waiting(bell) < SOON


def test_no_wait_is_shorter_than_the_pause() -> None:
    bell = Bell(pause_seconds=0.2)
    bell.ring()
    assert 0.15 <= seconds_of_waiting(bell) < SOON


def test_the_end_ends_every_wait_for_good() -> None:
    bell = Bell()
    assert not bell.wait(0.01)
    threading.Timer(0.05, bell.set).start()
    assert bell.wait(LONG)
    assert bell.is_set()
    assert bell.wait(LONG)
