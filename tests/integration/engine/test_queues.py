"""Work that nodes share is begun at once, not at the queue's next look, and no node takes more than it works on.

Here the regular look is an hour away: whatever is done was begun because somebody rang.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from dbos import DBOS
from dbos._queue import Queue, queue_worker_thread
from waiting import until

from mailroom import engine as engine_module
from mailroom.engine import OUT, QUEUE, QUEUES, Engine, Outside
from mailroom.steps.house import House
from mailroom.store import Store
from mailroom.workflow import Kind, Plan, Run

Start = Callable[..., Engine]


class Work:
    """A step that can be held up, and what it was asked to do."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.done: list[str] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def step(self, _house: House, item: str) -> str:
        self.begun.append(item)
        assert self.go_on.wait(60)
        self.done.append(item)
        return item

    def story(self, run: Run, item: str) -> None:
        run(self.step, item)
        if item.startswith("mail"):
            run.begin("document", f"of {item}")


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, work: Work) -> Iterator[Start]:
    monkeypatch.setattr(engine_module, "POLL_SECONDS", 3600.0)
    running: list[Engine] = []

    def make(store: Store, **more: Any) -> Engine:
        house = cast(House, SimpleNamespace(store=store, leaving=threading.Event()))
        plan = Plan(work.story, lambda _house, _item, _reason: None)
        stories: dict[Kind, Plan] = {"message": plan, "document": plan, "delivery": plan}
        running.append(Engine(house, node="here", stories=stories, **{"workers": 2, "serves": QUEUES} | more))
        running[-1].launch()
        return running[-1]

    yield make
    work.go_on.set()
    for engine in running:
        engine.stop(0)


def test_a_story_and_the_one_that_it_begins_wait_for_no_look(sqlite_store: Store, start: Start, work: Work) -> None:
    start(sqlite_store, workers=1).start("message", "mail")
    until(lambda: work.done == ["mail", "of mail"])


def test_the_end_of_a_story_lets_the_next_one_in(sqlite_store: Store, start: Start, work: Work) -> None:
    work.go_on.clear()
    engine = start(sqlite_store)
    names = [f"{number}" for number in range(5)]
    for name in names:
        engine.start("document", name)
    until(lambda: len(work.begun) == 2)
    time.sleep(0.5)
    assert len(work.begun) == 2
    work.go_on.set()
    until(lambda: sorted(work.done) == names)


def test_a_node_keeps_to_its_own_bound_whatever_a_larger_one_wrote(
    sqlite_store: Store, start: Start, work: Work
) -> None:
    engine = start(sqlite_store, workers=1)
    DBOS.register_queue(QUEUE, worker_concurrency=16, on_conflict="always_update")
    work.go_on.clear()
    for number in range(4):
        engine.start("document", f"{number}")
    until(lambda: len(work.begun) == 1)
    engine._takers[QUEUE].look()
    time.sleep(0.5)
    assert len(work.begun) == 1


def test_a_story_that_was_taken_over_is_recorded_by_its_new_run_only(
    sqlite_store: Store, start: Start, work: Work
) -> None:
    work.go_on.clear()
    engine = start(sqlite_store)
    engine.start("message", "mail")
    until(lambda: work.begun == ["mail"])
    assert engine.take_over(["here"]) == {"here": 1}  # as another node would that takes this one for dead
    until(lambda: work.begun == ["mail", "mail"])
    work.go_on.set()
    until(lambda: "of mail" in work.done and not engine.active())
    assert work.begun.count("of mail") == 1
    with sqlite_store.engine.connect() as connection:
        states = connection.exec_driver_sql("SELECT workflow_uuid, status FROM workflow_status ORDER BY 1")
        assert states.all() == [("document:of mail", "SUCCESS"), ("message:mail", "SUCCESS")]


@pytest.mark.postgres
def test_what_another_process_puts_in_is_begun_at_once(postgres_store: Store, start: Start, work: Work) -> None:
    engine = start(postgres_store)
    assert engine._listener is not None
    outside = Outside(postgres_store.engine)

    def put_in(number: int) -> bool:
        # The listener may not be there yet when the first ones come, and a word that nobody hears is lost.
        outside.start("document", f"{number}")
        time.sleep(0.1)
        return bool(work.done)

    numbers = iter(range(300))
    until(lambda: put_in(next(numbers)))
    outside.stop()
    until(lambda: not engine.active())


@pytest.mark.postgres
def test_a_listener_whose_connection_breaks_listens_again(
    postgres_store: Store, start: Start, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailroom.store.signals.AGAIN_AFTER_SECONDS", 0.1)
    listening = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
    start(postgres_store, serves=(OUT,))

    def listeners() -> set[int]:
        with postgres_store.engine.connect() as connection:
            return set(connection.exec_driver_sql(f"SELECT pid {listening}").scalars())

    until(listeners)
    before = listeners()
    with postgres_store.engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {listening}")
    until(lambda: listeners() - before)


def test_dbos_still_has_what_we_use_of_it() -> None:
    assert list(inspect.signature(queue_worker_thread).parameters) == ["stop_event", "dbos", "queue"]
    names = queue_worker_thread.__code__.co_names
    assert {"database_backed_queue", "wait", "is_set"} <= set(names)
    assert "_worker_concurrency" in Queue.__init__.__code__.co_names
