"""The engine on a real SQLite: steps once, passing failures again, final ones parked, work from outside taken up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from waiting import until

from mailroom import engine as engine_module
from mailroom.config import StoreSettings
from mailroom.engine import Engine, Outside
from mailroom.errors import Damaged, StorageUnavailable
from mailroom.steps.house import House
from mailroom.store import Store, open_store
from mailroom.workflow import Kind, Plan, Run, Story

Start = Callable[..., Engine]


class Notes:
    """What the steps of a test did, in their order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.parked: list[tuple[str, str]] = []
        self.failures: list[Exception] = []

    def first(self, _house: House, item: str) -> str:
        self.lines.append(f"first {item}")
        return "from first"

    def second(self, _house: House, item: str) -> str:
        if self.failures:
            raise self.failures.pop()
        self.lines.append(f"second {item}")
        return "from second"

    def park(self, _house: House, item: str, reason: str) -> None:
        self.parked.append((item, reason))

    def story(self, run: Run, item: str) -> None:
        run(self.first, item)
        run(self.second, item)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(StoreSettings(), tmp_path)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def start(store: Store, notes: Notes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setattr(engine_module, "FIRST_WAIT_SECONDS", 0.01)
    running: list[Engine] = []

    def make(story: Story | None = None, **more: Any) -> Engine:
        house = cast(House, SimpleNamespace(store=store, leaving=threading.Event()))
        stories: dict[Kind, Plan] = {"document": Plan(story or notes.story, notes.park)}
        engine = Engine(house, node="test", workers=2, stories=stories, **more)
        engine.launch()
        running.append(engine)
        return engine

    yield make
    for engine in running:
        engine.stop(0)


def test_a_story_runs_its_steps_in_order_and_only_once(start: Start, notes: Notes) -> None:
    engine = start()
    engine.start("document", "a")
    engine.start("document", "a")
    until(lambda: len(notes.lines) >= 2 and not engine.active())
    assert notes.lines == ["first a", "second a"]
    assert notes.parked == []


def test_a_passing_failure_is_tried_again_without_repeating_what_is_done(start: Start, notes: Notes) -> None:
    notes.failures = [StorageUnavailable("disk full"), OSError("unplugged")]
    start().start("document", "a")
    until(lambda: len(notes.lines) == 2)
    assert notes.lines == ["first a", "second a"]


def test_a_final_failure_parks_the_item_with_its_reason(start: Start, notes: Notes) -> None:
    notes.failures = [Damaged("no end of file")]
    start().start("document", "a")
    until(lambda: notes.parked)
    assert notes.parked == [("a", "damaged")]


def test_an_unknown_failure_is_tried_a_bounded_number_of_times_then_parked(
    start: Start, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BACKOFF", 1.0)
    notes.failures = [ValueError(f"bug {number}") for number in range(engine_module.STEP_TRIES + 5)]
    start().start("document", "a")
    until(lambda: notes.parked)
    assert notes.parked == [("a", "internal")]
    assert len(notes.failures) == 5


def test_work_under_way_is_named_until_it_is_done(start: Start) -> None:
    go_on = threading.Event()

    def slow(_house: House, item: str) -> str:
        go_on.wait(10)
        return item

    def story(run: Run, item: str) -> None:
        run(slow, item)

    engine = start(story)
    engine.start("document", "a", again="v2")
    until(lambda: ("document", "a") in engine.active())
    go_on.set()
    until(lambda: not engine.active())


def test_another_process_can_put_work_into_the_queue(start: Start, store: Store, notes: Notes) -> None:
    start(polls=True)
    outside = Outside(store.engine)
    outside.start("document", "from outside")
    outside.stop()
    until(lambda: notes.lines == ["first from outside", "second from outside"])


def test_records_of_finished_work_are_deleted_after_their_time(start: Start, notes: Notes, store: Store) -> None:
    engine = start()
    engine.start("document", "a")
    until(lambda: len(notes.lines) == 2 and not engine.active())
    engine.forget_finished(older_than_days=1)
    assert count(store) == 1
    engine.forget_finished(older_than_days=-1)
    assert count(store) == 0


def test_a_step_that_fails_while_the_process_ends_is_neither_tried_again_nor_parked(
    start: Start, notes: Notes, store: Store
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def cut_off(_house: House, item: str) -> str:
        begun.set()
        go_on.wait(20)
        raise StorageUnavailable("its reader was ended")

    engine = start(lambda run, item: run(cut_off, item))
    engine.start("document", "a")
    assert begun.wait(20)
    threading.Timer(0.5, go_on.set).start()
    began = time.monotonic()
    engine.stop(10)
    assert time.monotonic() - began < 10
    assert notes.parked == []
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT status FROM workflow_status").scalars().all() == ["PENDING"]


def count(store: Store) -> int:
    with store.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM workflow_status").scalar_one())
