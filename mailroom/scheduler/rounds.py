"""The rounds: what the clock looks for at every tick. It begins stories; it does none of their work.

Each round is one question to the store and can fail alone: the others go on and it is tried again at the next tick.
After downtime everything that became due is found in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from mailroom.clock import Clock
from mailroom.domain.document import DocumentState
from mailroom.domain.message import MessageState
from mailroom.domain.report import ReportRun, RunState
from mailroom.domain.value import new_id
from mailroom.log import get_logger
from mailroom.scheduler.timetable import period_of
from mailroom.store import Store
from mailroom.workflow import Kind

log = get_logger("clock")

RESCUE_AFTER = timedelta(seconds=20)
FORGET_EVERY = timedelta(hours=6)


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

    def tick(self) -> None:
        """Look for everything that is due and begin it."""
        now = self._clock()
        for look in (self.reports, self.archives, self.deliveries, self.rescue, self.forget):
            self._guarded(look, now)

    def _guarded(self, look: Callable[[datetime], None], now: datetime) -> None:
        try:
            look(now)
        except Exception:
            log.exception("round_failed", round=look.__name__)

    def reports(self, now: datetime) -> None:
        """Begin each report whose period is due; the unique key of the run makes it once."""
        with self._store.read() as unit:
            zones = {account.id: account.time_zone for account in unit.accounts.all() if not account.suspended}
            subscriptions = [wish for wish in unit.reports.subscriptions() if wish.account_id in zones]
        for wish in subscriptions:
            period = period_of(wish, zones[wish.account_id], now)
            if period is None:
                continue
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
            due = [unit.documents.get(document_id) for document_id in unit.documents.due_for_archive(now)]
        for document in due:
            self._engine.start("archive", document.id, again=f"v{document.version}")

    def deliveries(self, now: datetime) -> None:
        """Begin again what a channel did not take."""
        with self._store.read() as unit:
            waiting = unit.deliveries.pending()
        for delivery in waiting:
            if delivery.next_attempt_at and delivery.next_attempt_at <= now:
                self._engine.start("delivery", delivery.id, again=f"a{delivery.attempts}")

    def rescue(self, now: datetime) -> None:
        """Begin again what stands still: its process died between two transactions, or a person asked for it."""
        stuck = self._standing_still(now)
        if not stuck:
            return
        active = self._engine.active()
        for kind, item_id, again in stuck:
            if (kind, item_id) not in active:
                log.warning("item_rescued", kind=kind, item=item_id)
                self._engine.start(kind, item_id, again=again)

    def _standing_still(self, now: datetime) -> list[tuple[Kind, str, str]]:
        late = now - RESCUE_AFTER
        with self._store.read() as unit:
            stored = [unit.messages.get(name) for name in unit.messages.in_state(MessageState.STORED)]
            reading = [
                unit.documents.get(document_id) for document_id in unit.documents.in_state(DocumentState.READING)
            ]
            deliveries = [row for row in unit.deliveries.pending() if not row.next_attempt_at and row.created_at < late]
            runs = [row for row in unit.reports.in_state(RunState.DUE) if row.created_at < late]
        return [
            *(("message", row.id, f"r{row.attempts}") for row in stored if row.received_at < late),
            *(("document", row.id, f"v{row.version}a{row.attempts}") for row in reading if row.updated_at < late),
            *(("delivery", row.id, "r") for row in deliveries),
            *(("report", row.id, "r") for row in runs),
        ]

    def forget(self, now: datetime) -> None:
        """Delete old workflow records now and then."""
        if self._forgot_at is None or now - self._forgot_at >= FORGET_EVERY:
            self._forgot_at = now
            self._engine.forget_finished(self._keep_days)
