"""The tick: APScheduler as a clock and nothing else.

One job in memory, on one thread that sleeps until the next tick. A tick that fails is logged and the next one comes;
a tick that takes long swallows those that fall into it. What is due is asked of rows, so a missed tick loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from mailroom.log import get_logger

log = get_logger("scheduler")


class ClockTick:
    """Calls `tick` at once and then every `seconds`, in a thread of its own, never two at a time."""

    def __init__(self, tick: Callable[[], None], seconds: float) -> None:
        self._tick = tick
        self._seconds = seconds
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Start ticking. A second start does nothing."""
        if self._scheduler is not None:
            return
        # The zone is given, because APScheduler would look for the machine's and warn where it finds none.
        scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()}, executors={"default": ThreadPoolExecutor(1)}, timezone=UTC
        )
        scheduler.add_job(
            self._run,
            "interval",
            seconds=self._seconds,
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        scheduler.start()
        self._scheduler = scheduler

    def stop(self) -> None:
        """Stop ticking and wait for a tick that is under way."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=True)

    def _run(self) -> None:
        try:
            self._tick()
        except Exception:
            # The one place that outlives any tick; the cause is for the operator, the next tick asks again.
            log.exception("tick_failed")
