"""The heartbeat among others, in quick time: duties pass on, the dead leave their work, a gap for all kills nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import pytest
from waiting import until

from mailroom.app import nodes
from mailroom.app.nodes import Heartbeat
from mailroom.errors import StorageUnavailable
from mailroom.store import Store, Unit

pytestmark = pytest.mark.postgres


class Heir:
    """Notes from whom it is told to take over."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def take_over(self, nodes: Collection[str]) -> dict[str, int]:
        self.taken += nodes
        return dict.fromkeys(nodes, 1)

    def workers_known(self) -> frozenset[str]:
        return frozenset()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("BEAT_SECONDS", 0.2), ("GONE_AFTER", 4.0), ("MARGIN", 1.0)):
        monkeypatch.setattr(nodes, name, seconds)


@pytest.fixture
def begin(postgres_store: Store) -> Iterator[Callable[..., Heartbeat]]:
    made: list[Heartbeat] = []

    def start(name: str, store: Store = postgres_store) -> Heartbeat:
        made.append(Heartbeat(store, name, "/data", lambda: 0))
        made[-1].start()
        return made[-1]

    yield start
    for each in made:
        each.rest()
        each.stop()


def die(heartbeat: Heartbeat) -> None:
    """Fall silent without a word, as a killed process does."""
    heartbeat._stopping.set()
    heartbeat._thread.join(10)


def test_a_duty_is_one_nodes_and_another_begins_when_he_is_gone(begin: Callable[..., Heartbeat]) -> None:
    said: list[str] = []
    first, second = begin("first/sender"), begin("second/sender")
    first.while_held("mailboxes", lambda: said.append("first begins"), lambda: said.append("first ends"))
    until(lambda: said)
    second.while_held("mailboxes", lambda: said.append("second begins"), lambda: said.append("second ends"))
    time.sleep(1.5)
    assert said == ["first begins"]
    die(first)
    until(lambda: len(said) > 1)
    assert said == ["first begins", "second begins"]
    assert second.has("mailboxes")
    assert not first.has("mailboxes"), "its own clock ended it before another could take it"


def test_a_node_that_rests_gives_its_duties_up(begin: Callable[..., Heartbeat]) -> None:
    first, second = begin("first/sender"), begin("second/sender")
    first.wants("clock")
    until(lambda: first.has("clock"))
    second.wants("clock")
    first.rest()
    assert not first.has("clock")
    until(lambda: second.has("clock"))


def test_work_is_inherited_from_a_node_that_fell_silent(begin: Callable[..., Heartbeat]) -> None:
    doomed, alive, judge = begin("doomed/worker"), begin("alive/worker"), begin("judge/worker")
    heir = Heir()
    judge.inherit_through(heir)
    time.sleep(1.0)
    assert heir.taken == []
    die(doomed)
    until(lambda: heir.taken)
    assert set(heir.taken) == {"doomed/worker"}
    assert not alive._stopping.is_set()


def test_nobody_is_dead_when_the_database_was_away_for_all(
    begin: Callable[..., Heartbeat], postgres_store: Store
) -> None:
    away = threading.Event()

    class Flaky(Store):
        @contextmanager
        def unit(self, *, write: bool = True) -> Iterator[Unit]:
            if away.is_set():
                raise StorageUnavailable("the database is away")
            with super().unit(write=write) as unit:
                yield unit

    store = Flaky(postgres_store.engine, postgres_store.blobs)
    begin("other/worker", store)
    judge, heir = begin("judge/worker", store), Heir()
    judge.inherit_through(heir)
    time.sleep(5.0)  # it may judge by now
    away.set()
    time.sleep(5.0)  # longer than what makes one dead
    away.clear()
    time.sleep(5.0)
    assert heir.taken == []
