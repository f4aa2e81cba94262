"""How a child ended, and which error that is."""

from __future__ import annotations

import signal

import pytest

from mailroom import errors
from mailroom.reading.outcome import Ended, error_as_json, error_from_json, why_stopped

MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    ("ended", "error"),
    [
        (Ended(-signal.SIGKILL, timed_out=True), errors.ReaderTimedOut),
        (Ended(-signal.SIGXCPU), errors.ReaderTimedOut),
        (Ended(-signal.SIGKILL, cpu_seconds=10.0), errors.ReaderTimedOut),  # the hard limit
        (Ended(-signal.SIGKILL, cpu_seconds=1.0), errors.ReaderCrashed),
        (Ended(-signal.SIGKILL, memory_bytes=60 * MEGABYTE), errors.ReaderOutOfMemory),  # the kernel's choice
        (Ended(-signal.SIGTRAP, memory_bytes=50 * MEGABYTE), errors.ReaderOutOfMemory),  # half of the limit
        (Ended(-signal.SIGSEGV, memory_bytes=49 * MEGABYTE), errors.ReaderCrashed),
        (Ended(-signal.SIGABRT, stderr="what():  std::bad_alloc"), errors.ReaderOutOfMemory),
        (Ended(0, memory_bytes=90 * MEGABYTE), errors.ReaderCrashed),  # it left without an answer, unforced
        (Ended(70, stderr="OSError: prctl"), errors.ReaderCrashed),
        (Ended(-99), errors.ReaderCrashed),  # no signal that has a name
    ],
)
def test_the_way_it_ended_decides_the_error(ended: Ended, error: type[errors.ReaderStopped]) -> None:
    assert type(why_stopped(ended, cpu_limit=10, memory_limit=100 * MEGABYTE)) is error


def test_what_the_server_saw_comes_through() -> None:
    ended = Ended(-9, timed_out=True, cpu_seconds=1.5, memory_bytes=7, stderr="x")
    assert Ended.from_json(ended.as_json()) == ended


def test_an_error_of_ours_comes_through() -> None:
    again = error_from_json(error_as_json(errors.Damaged("broken", page=4, kind="x")))
    assert (type(again), str(again), again.facts) == (errors.Damaged, "broken", {"page": 4, "kind": "x"})


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        {"class": "SystemExit"},
        {"class": "annotations"},
        {"class": "ClassVar", "message": "x"},
        {"class": 5, "message": "x"},
    ],
)
def test_what_is_no_error_of_ours_is_a_crash(sent: object) -> None:
    assert type(error_from_json(sent)) is errors.ReaderCrashed  # type: ignore[arg-type]  # anything may come


def test_a_child_cannot_send_boundless_texts_and_facts() -> None:
    facts = {"self": 1, "message": 2, **{f"{n}" * 200: "y" * 10_000 for n in range(100)}}
    error = error_from_json({"class": "Damaged", "message": "x" * 100_000, "facts": facts})  # type: ignore[dict-item]
    assert len(str(error)) == 4000
    assert len(error.facts) <= 16
    assert all(len(key) <= 100 and len(str(value)) <= 500 for key, value in error.facts.items())
