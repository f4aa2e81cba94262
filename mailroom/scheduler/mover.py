"""The mover: what the doors accepted goes from the spool to the store, and its story begins.

One thread. An entry leaves the spool only when its row is stored and its story is begun; whatever fails leaves it
there, to be tried again with growing waits, counted and shown by `mailroom doctor`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from mailroom.clock import Clock
from mailroom.domain.message import Envelope
from mailroom.errors import NotFound
from mailroom.log import get_logger
from mailroom.spool import Spool, SpoolEntry

log = get_logger("mover")

BATCH = 50
LONGEST_WAIT_SECONDS = 300.0
WAKE_SECONDS = 1.0


class Mover:
    """Moves entries while it runs. `arrive` stores a message and begins its story; it may be called twice for one."""

    def __init__(self, spool: Spool, arrive: Callable[[Envelope, bytes], None], clock: Clock) -> None:
        self._spool = spool
        self._arrive = arrive
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mover", daemon=True)

    def start(self) -> None:
        """Begin, first with what an earlier process left."""
        self._thread.start()

    def stop(self) -> None:
        """End after the entry under way."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                moved = self.round()
                if not moved:
                    self._spool.wait(WAKE_SECONDS)
            except Exception:
                log.exception("mover_round_failed")
                self._stopping.wait(WAKE_SECONDS)

    def round(self) -> int:
        """Move what is due; return how many entries left the spool."""
        moved = 0
        for entry in self._spool.pending(BATCH):
            if self._stopping.is_set():
                break
            if entry.not_before is None or entry.not_before <= self._clock():
                moved += self._move(entry)
        return moved

    def _move(self, entry: SpoolEntry) -> int:
        try:
            content = self._spool.content(entry.envelope.id)
        except NotFound:
            return 0  # another process on this data folder was quicker
        except Exception as error:
            return self._defer(entry, error)
        try:
            self._arrive(entry.envelope, content)
        except Exception as error:
            return self._defer(entry, error)
        self._spool.remove(entry.envelope.id)
        return 1

    def _defer(self, entry: SpoolEntry, error: Exception) -> int:
        wait = min(LONGEST_WAIT_SECONDS, 2.0 ** min(entry.attempts, 20))  # 2.0**1024 is no number any more
        log.warning(
            "message_stays_in_spool",
            message=entry.envelope.id,
            attempts=entry.attempts + 1,
            wait_seconds=wait,
            error=str(error)[:500],
            exc_info=error,
        )
        with suppress(NotFound):  # moved by another process meanwhile
            self._spool.defer(entry.envelope.id, self._clock() + timedelta(seconds=wait), str(error)[:500])
        return 0
