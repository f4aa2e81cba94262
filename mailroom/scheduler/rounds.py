"""The rounds: what the clock looks for at every tick. It begins stories; it does none of their work.

Each round is one question to the store and can fail alone: the others go on and it is tried again at the next tick.
After downtime everything that became due is found in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from mailroom.clock import Clock
from mailroom.domain.delivery import DeliveryState
from mailroom.domain.report import ReportRun, RunState, Subscription, Timetable
from mailroom.domain.value import new_id
from mailroom.log import get_logger
from mailroom.scheduler.timetable import period_of
from mailroom.store import Store
from mailroom.workflow import Kind

log = get_logger("clock")

Item = TypeVar("Item")

RESCUE_AFTER = timedelta(seconds=20)
FORGET_EVERY = timedelta(hours=6)
REPORTS_EVERY = timedelta(minutes=1)
REPORTS_AT_ONCE = 200
"""Reports that are being written at a time: thousands of companies have theirs at seven, and a mail that comes at seven
does not wait for all of them. The others are begun at the next ticks."""

DOUBT_EVERY = timedelta(seconds=30)
LOOK_AGAIN_AFTER = tuple(timedelta(minutes=m) for m in (1, 3, 10, 30, 90, 300, 720, 1440))
"""After a mail came, while its sender is unknown: a name server that restarts is back soon, a broken one in hours."""


class Starter(Protocol):
    """What the rounds need of the engine."""

    def start(self, kind: Kind, item_id: str, *, again: str = "") -> None:
        """Begin a story, once for the same three words."""
        ...

    def active(self) -> frozenset[tuple[str, str]]:
        """Return (kind, item id) of every story under way or waiting, in any process."""
        ...

    def forget_finished(self, older_than_days: int) -> None:
        """Delete the records of workflows that ended long ago."""
        ...


class Rounds:
    """One call of `tick` walks all rounds."""

    def __init__(self, store: Store, engine: Starter, clock: Clock, keep_days: int) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._keep_days = keep_days
        self._forgot_at: datetime | None = None
        self._doubted_at: datetime | None = None
        self._looked: dict[str, int] = {}  # message -> how often its sender was looked at again
        self._begun = False
        self._reported_at: datetime | None = None

    def tick(self) -> None:
        """Look for everything that is due and begin it."""
        now = self._clock()
        rounds = (
            self.reports,
            self.archives,
            self.given_up,
            self.deliveries,
            self.reauthenticate,
            self.rescue,
            self.forget,
        )
        for look in rounds:
            try:
                look(now)
            except Exception:
                log.exception("round_failed", round=look.__name__)

    def reports(self, now: datetime) -> None:
        """Begin each report whose period is due, some at a time; the unique key of the run makes it once."""
        if self._reported_at is not None and now - self._reported_at < REPORTS_EVERY:
            return
        periods: dict[str, list[Timetable]] = {}

        def look(timetable: Timetable) -> None:
            period = period_of(timetable, now)
            if period is not None:
                periods.setdefault(period, []).append(timetable)

        with self._store.read() as unit:
            _each(unit.reports.timetables(), look)
            room = max(0, REPORTS_AT_ONCE - len(unit.reports.without_mail()))
            due: list[tuple[Subscription, str]] = []
            for period, timetables in periods.items():
                due += [(wish, period) for wish in unit.reports.due(period, timetables, limit=room - len(due))]
        self._reported_at = now if len(due) < room else None  # where it is full, the next tick goes on
        _each(due, lambda each: self._report(*each, now))

    def _report(self, wish: Subscription, period: str, now: datetime) -> None:
        run = ReportRun(
            id=new_id(),
            subscription_id=wish.id,
            account_id=wish.account_id,
            kind=wish.kind,
            period=period,
            state=RunState.DUE,
            created_at=now,
        )
        with self._store.unit() as unit:
            fresh = unit.reports.add_run(run)
        if fresh:
            self._engine.start("report", run.id)

    def archives(self, now: datetime) -> None:
        """Begin to archive what was accepted and can no longer be taken back."""
        with self._store.read() as unit:
            due = unit.documents.due_for_archive(now)
        _each(due, lambda each: self._engine.start("archive", each[0], again=f"v{each[1]}"))

    def given_up(self, now: datetime) -> None:
        """Once, when the process has begun: try again what was given up before; the cause may be mended by now.

        A digest is not sent late: the next one says what waits.
        """
        if self._begun:
            return
        with self._store.unit() as unit:
            for delivery in unit.deliveries.failed():
                if delivery.document_id is not None:
                    again = {"state": DeliveryState.PENDING, "next_attempt_at": now}
                    unit.deliveries.save(delivery.model_copy(update=again))
        self._begun = True

    def deliveries(self, now: datetime) -> None:
        """Begin again what a channel did not take."""
        with self._store.read() as unit:
            due = unit.deliveries.due(now)
        _each(due, lambda each: self._engine.start("delivery", each[0], again=f"a{each[1]}"))

    def reauthenticate(self, now: datetime) -> None:
        """Look again at senders whom nobody could judge: after each of some growing waits, for a day."""
        if self._doubted_at is not None and now - self._doubted_at < DOUBT_EVERY:
            return
        self._doubted_at = now
        with self._store.read() as unit:
            in_doubt = unit.messages.in_doubt(now - LOOK_AGAIN_AFTER[-1] - DOUBT_EVERY)
        self._looked = {name: self._looked.get(name, 0) for name, _ in in_doubt}
        _each(in_doubt, lambda each: self._look_again(*each, now))

    def _look_again(self, message_id: str, arrived: datetime, now: datetime) -> None:
        tries = sum(arrived + wait <= now for wait in LOOK_AGAIN_AFTER)
        if tries > self._looked[message_id]:
            self._engine.start("authentication", message_id, again=f"t{tries}")
            self._looked[message_id] = tries

    def rescue(self, now: datetime) -> None:
        """Begin again what stands still: its process died between two transactions, or a person asked for it."""
        stuck = self._standing_still(now)
        if not stuck:
            return
        active = self._engine.active()
        _each([row for row in stuck if row[:2] not in active], lambda row: self._rescue(*row, now))

    def _rescue(self, kind: Kind, item_id: str, again: str, now: datetime) -> None:
        # With the minute in its name: what still stands still then, under whatever name it was begun, is begun anew.
        minute = int(now.timestamp() // 60)
        log.warning("item_rescued", kind=kind, item=item_id)
        self._engine.start(kind, item_id, again=f"{again}t{minute}")

    def _standing_still(self, now: datetime) -> list[tuple[Kind, str, str]]:
        late = now - RESCUE_AFTER
        with self._store.read() as unit:
            stored = unit.messages.stored_since(late)
            reading = unit.documents.reading_since(late)
            deliveries = unit.deliveries.untried_since(late)
            # Of one that has its mail, that waits for the relay.
            runs = [row for row in unit.reports.without_mail() if row.created_at < late]
        return [
            *(("message", message_id, f"r{attempts}") for message_id, attempts in stored),
            *(("document", document_id, f"v{version}a{attempts}") for document_id, version, attempts in reading),
            *(("delivery", delivery_id, "r") for delivery_id in deliveries),
            *(("report", row.id, "r") for row in runs),
        ]

    def forget(self, now: datetime) -> None:
        """Delete old workflow records now and then."""
        if self._forgot_at is None or now - self._forgot_at >= FORGET_EVERY:
            self._forgot_at = now
            self._engine.forget_finished(self._keep_days)


def _each(items: Iterable[Item], begin: Callable[[Item], None]) -> None:
    """Begin each item; one that fails is logged, the others go on and it is found again at the next tick."""
    for item in items:
        try:
            begin(item)
        except Exception:
            log.exception("not_begun", item=str(item)[:200])
