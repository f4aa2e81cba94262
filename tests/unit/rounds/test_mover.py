"""The mover: an entry leaves the spool when its story began and not before; one that is broken holds up no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from mailroom.domain.message import Door, Envelope
from mailroom.errors import BlobMissing, NotFound, SpoolUnavailable, StorageUnavailable
from mailroom.scheduler.mover import LONGEST_WAIT_SECONDS, Mover
from mailroom.spool import Spool, SpoolEntry

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class ListSpool:
    """A spool that is a list."""

    def __init__(self, *names: str) -> None:
        self.rows = [entry(name) for name in names]
        self.unreadable: set[str] = set()
        self.refuses_defer = False

    def pending(self, limit: int) -> list[SpoolEntry]:
        return self.rows[:limit]

    def content(self, id: str) -> bytes:  # noqa: A002 the spool's own name
        if id in self.unreadable:
            raise BlobMissing(f"the file of {id} is gone")
        if id not in self.names():
            raise NotFound(f"no entry {id} in the spool")
        return id.encode()

    def remove(self, id: str) -> None:  # noqa: A002
        self.rows = [row for row in self.rows if row.id != id]

    def defer(self, id: str, until: datetime, error: str) -> None:  # noqa: A002
        if self.refuses_defer:
            raise SpoolUnavailable("disk full")
        if id not in self.names():
            raise NotFound(f"no entry {id} in the spool")
        change = {"not_before": until, "last_error": error}
        self.rows = [
            row.model_copy(update={**change, "attempts": row.attempts + 1}) if row.id == id else row
            for row in self.rows
        ]

    def names(self) -> list[str]:
        return [row.id for row in self.rows]


def entry(name: str, **more: object) -> SpoolEntry:
    envelope = Envelope(id=name, account_id="a", door=Door.SMTP, recipient="a@example.com", received_at=NOON)
    return SpoolEntry(envelope=envelope, sha256="0" * 64, size=1).model_copy(update=more)


class Store:
    """Where mail arrives: a list, and what it says while it is down."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.failures: dict[str, Exception] = {}
        self.down: Exception | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    def arrive(self, envelope: Envelope, content: bytes) -> None:
        self.meanwhile()
        if self.down or envelope.id in self.failures:
            raise self.down or self.failures[envelope.id]
        assert content == envelope.id.encode()
        self.arrived.append(envelope.id)


def mover(spool: ListSpool, store: Store, now: Callable[[], datetime] = lambda: NOON) -> Mover:
    return Mover(cast(Spool, spool), store.arrive, now)


def test_entries_arrive_in_the_order_in_which_they_were_accepted() -> None:
    spool, store = ListSpool("a", "b", "c"), Store()
    assert mover(spool, store).round() == 3
    assert store.arrived == ["a", "b", "c"]
    assert spool.names() == []


def test_an_entry_is_still_in_the_spool_while_its_story_begins() -> None:
    spool, store = ListSpool("a"), Store()
    seen: list[list[str]] = []
    store.meanwhile = lambda: seen.append(spool.names())
    mover(spool, store).round()
    assert seen == [["a"]]
    assert spool.names() == []


def test_everything_stays_while_the_store_is_down_and_arrives_when_it_is_back() -> None:
    spool, store = ListSpool("a", "b"), Store()
    store.down = StorageUnavailable("the database does not answer")
    now = NOON
    moving = mover(spool, store, lambda: now)
    assert moving.round() == 0
    assert [(row.id, row.attempts, row.last_error) for row in spool.rows] == [
        ("a", 1, "the database does not answer"),
        ("b", 1, "the database does not answer"),
    ]
    store.down = None
    assert moving.round() == 0, "not before its time"
    now = NOON + timedelta(seconds=1)
    assert moving.round() == 2
    assert store.arrived == ["a", "b"]


def test_a_broken_entry_holds_up_no_other() -> None:
    spool, store = ListSpool("a", "b", "c"), Store()
    spool.unreadable = {"a"}
    store.failures = {"b": ValueError("a bug")}
    assert mover(spool, store).round() == 1
    assert store.arrived == ["c"]
    assert [row.last_error for row in spool.rows] == ["the file of a is gone", "a bug"]


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(0, 1), (1, 2), (8, 256), (9, LONGEST_WAIT_SECONDS), (100, LONGEST_WAIT_SECONDS), (5000, LONGEST_WAIT_SECONDS)],
    ids=str,
)
def test_the_wait_grows_to_five_minutes_and_stays_there_for_weeks(attempts: int, seconds: float) -> None:
    spool, store = ListSpool(), Store()
    spool.rows = [entry("a", attempts=attempts), entry("b")]
    store.failures = {"a": StorageUnavailable("still down")}
    assert mover(spool, store).round() == 1
    assert store.arrived == ["b"]
    assert spool.rows[0].not_before == NOON + timedelta(seconds=seconds)


def test_an_entry_that_another_process_has_just_moved_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    spool, store = ListSpool("a", "b"), Store()
    real = spool.pending

    def pending(limit: int) -> list[SpoolEntry]:
        found = real(limit)
        spool.remove("a")  # between the list and the look
        return found

    spool.pending = pending  # type: ignore[method-assign]
    assert mover(spool, store).round() == 1
    assert store.arrived == ["b"]
    assert "message_stays_in_spool" not in capsys.readouterr().out


def test_a_spool_that_cannot_even_note_the_failure_keeps_the_entry() -> None:
    spool, store = ListSpool("a"), Store()
    store.down = StorageUnavailable("disk full")
    spool.refuses_defer = True
    with pytest.raises(SpoolUnavailable):
        mover(spool, store).round()
    assert spool.names() == ["a"]
