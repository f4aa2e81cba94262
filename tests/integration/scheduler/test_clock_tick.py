"""The tick in real time: at once, again and again, never two at a time, and nothing stops it but `stop`."""

from __future__ import annotations

import threading
import time

from mailroom.scheduler import ClockTick


def test_it_ticks_at_once_and_again() -> None:
    ticks = threading.Semaphore(0)
    clock = ClockTick(ticks.release, 0.05)
    clock.start()
    try:
        assert all(ticks.acquire(timeout=5) for _ in range(3))
    finally:
        clock.stop()


def test_the_first_tick_does_not_wait_for_the_first_interval() -> None:
    ticked = threading.Event()
    clock = ClockTick(ticked.set, 3600)
    clock.start()
    try:
        assert ticked.wait(5)
    finally:
        clock.stop()


def test_a_tick_that_fails_does_not_end_the_clock() -> None:
    calls: list[int] = []
    again = threading.Event()

    def tick() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("the database is away")
        again.set()

    clock = ClockTick(tick, 0.05)
    clock.start()
    try:
        assert again.wait(5)
    finally:
        clock.stop()


def test_a_long_tick_is_never_run_beside_itself() -> None:
    under_way, most, done = [0], [0], threading.Semaphore(0)

    def tick() -> None:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        time.sleep(0.12)
        under_way[0] -= 1
        done.release()

    clock = ClockTick(tick, 0.02)
    clock.start()
    try:
        assert all(done.acquire(timeout=5) for _ in range(3))
    finally:
        clock.stop()
    assert most[0] == 1


def test_stop_waits_for_the_tick_under_way_and_may_be_called_twice() -> None:
    begun, ended = threading.Event(), threading.Event()

    def tick() -> None:
        begun.set()
        time.sleep(0.1)
        ended.set()

    clock = ClockTick(tick, 3600)
    clock.start()
    assert begun.wait(5)
    clock.stop()
    assert ended.is_set()
    clock.stop()


def test_a_clock_that_was_never_started_can_be_stopped() -> None:
    ClockTick(lambda: None, 1).stop()


def test_between_ticks_it_costs_nothing() -> None:
    clock = ClockTick(lambda: None, 3600)
    clock.start()
    try:
        time.sleep(0.2)
        before = time.process_time()
        time.sleep(1.0)
        assert time.process_time() - before < 0.05  # five per cent would already be a loop
    finally:
        clock.stop()


def test_starting_twice_ticks_once() -> None:
    calls: list[int] = []
    clock = ClockTick(lambda: calls.append(1), 3600)
    clock.start()
    clock.start()
    time.sleep(0.2)
    clock.stop()
    assert calls == [1]
