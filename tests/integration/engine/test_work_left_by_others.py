"""Work that other processes left: in the queue while nobody worked, or under way in one that will not come back."""

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
from mailroom.engine import MAX_TAKE_OVERS, OUT, QUEUE, Engine, Outside
from mailroom.steps.house import House
from mailroom.store import Store, open_store
from mailroom.workflow import Kind, Plan, Run

Start = Callable[..., Engine]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(StoreSettings(), tmp_path)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def parked() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def start(store: Store, done: list[str], parked: list[tuple[str, str]]) -> Iterator[Start]:
    running: list[Engine] = []

    def work(_house: House, item: str) -> str:
        done.append(item)
        return item

    def story(run: Run, item: str) -> None:
        run(work, item)

    def make(node: str = "here", **more: Any) -> Engine:
        house = cast(House, SimpleNamespace(store=store, leaving=threading.Event()))
        plan = Plan(story, lambda _house, item, reason: parked.append((item, reason)))
        stories: dict[Kind, Plan] = {"document": plan, "delivery": plan}
        engine = Engine(house, node=node, workers=2, stories=stories, **more)
        engine.launch()
        running.append(engine)
        return engine

    yield make
    for engine in running:
        engine.stop(0)


def left_under_way(store: Store, item: str, node: str) -> None:
    """Make the record of a finished story one that its process was in the middle of."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM operation_outputs")
        connection.exec_driver_sql(
            "UPDATE workflow_status SET status = 'PENDING', executor_id = ?, output = NULL, completed_at = NULL "
            "WHERE workflow_uuid = ?",
            (node, f"document:{item}"),
        )


def leave(start: Start, store: Store, done: list[str], node: str) -> None:
    """Begin a story in a process `node` that dies in the middle of it."""
    engine = start(node)
    engine.start("document", "a")
    until(lambda: done == ["a"] and not engine.active())
    engine.stop(0)
    done.clear()
    left_under_way(store, "a", node)


def test_mail_is_put_into_the_queue_before_any_worker_ever_ran(store: Store, start: Start, done: list[str]) -> None:
    outside = Outside(store.engine)
    outside.start("document", "early")
    outside.stop()
    start(polls=True)
    until(lambda: done == ["early"])


def test_a_process_that_does_everything_takes_up_what_waits_in_the_queue(
    store: Store, start: Start, done: list[str]
) -> None:
    outside = Outside(store.engine)
    outside.start("document", "early")
    outside.stop()
    start()
    until(lambda: done == ["early"])


def test_a_process_goes_on_with_what_its_forerunner_left(store: Store, start: Start, done: list[str]) -> None:
    leave(start, store, done, "here")
    start("here")
    until(lambda: done == ["a"])


def test_an_heir_goes_on_with_what_a_process_of_another_name_left(store: Store, start: Start, done: list[str]) -> None:
    leave(start, store, done, "old name")
    start("new name", heir_of=lambda node: node == "old name")
    until(lambda: done == ["a"])


def test_what_a_living_process_does_is_left_alone(store: Store, start: Start, done: list[str]) -> None:
    leave(start, store, done, "neighbour")
    engine = start("here", heir_of=lambda node: node != "neighbour")
    time.sleep(2.5)  # two rounds of the queue
    assert done == []
    assert engine.active() == {("document", "a")}


def test_what_a_dead_node_did_is_taken_over_and_what_is_done_is_not(
    store: Store, start: Start, done: list[str]
) -> None:
    leave(start, store, done, "dead")
    engine = start("here", serves=(QUEUE,))
    engine.start("document", "ours")
    until(lambda: done == ["ours"] and engine.workers_known() == {"dead"})
    assert engine.take_over(["dead", "unknown"]) == {"dead": 1}
    until(lambda: done == ["ours", "a"])
    until(lambda: not engine.active())
    assert engine.take_over(["dead", "unknown"]) == {}


def test_a_story_that_ends_its_node_too_often_is_parked_and_goes_on_no_more(
    store: Store, start: Start, done: list[str], parked: list[tuple[str, str]]
) -> None:
    engine = start("here")
    engine.start("document", "a")
    until(lambda: done == ["a"] and not engine.active())
    for times in range(1, MAX_TAKE_OVERS + 2):
        left_under_way(store, "a", f"dead {times}")
        assert engine.take_over([f"dead {times}"]) == {f"dead {times}": 1}
        assert parked == ([("a", "nodes_ended")] if times > MAX_TAKE_OVERS else [])
    assert engine.active() == frozenset()


def test_a_node_takes_only_from_the_queues_that_it_serves(store: Store, start: Start, done: list[str]) -> None:
    engine = start("here", serves=(OUT,))
    engine.start("document", "not for us")
    engine.start("delivery", "for us")
    until(lambda: done == ["for us"])
    time.sleep(2.5)  # two looks into the queues
    assert done == ["for us"]
    assert engine.active() == {("document", "not for us")}


def test_all_old_records_are_deleted_also_when_they_are_many(
    store: Store, start: Start, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "FORGET_AT_MOST", 2)
    engine = start()
    for number in range(5):
        engine.start("document", str(number))
    until(lambda: len(done) == 5 and not engine.active())
    engine.forget_finished(older_than_days=-1)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM workflow_status").scalar_one() == 0
