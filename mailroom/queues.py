"""Taking work out of the engine's queues at once, where nodes share it.

DBOS asks a queue at fixed times and nothing wakes it, so that each hop of a story waited half a second on the average.
Here the same code of DBOS waits on a bell: it asks when this process put something in, when a story ended and made
room, when another node says that something waits, and every second in any case. How much a node takes is its own
bound: DBOS keeps that of a queue in the database, one for all nodes, whatever their size.

After a crash nothing is left behind: what was taken stands in the database under the node's name.
"""

from __future__ import annotations

import threading
import time
from typing import cast

from dbos._dbos import _get_dbos_instance
from dbos._queue import Queue, queue_worker_thread

END_SECONDS = 10.0
PAUSE_SECONDS = 0.05
"""From a look to the next one. What was taken counts against the bound only once a thread has begun with it."""


class Bell:
    """An event for DBOS to wait on that can be rung. Set: the waiting is over for good."""

    def __init__(self, pause_seconds: float = PAUSE_SECONDS) -> None:
        """`pause_seconds`: no wait is shorter."""
        self._changed = threading.Condition()
        self._pause = pause_seconds
        self._due: list[float] = []
        self._is_set = False

    def ring(self, after_seconds: float = 0.0) -> None:
        """End a wait, the one under way or the next, in so many seconds."""
        with self._changed:
            self._due.append(time.monotonic() + after_seconds)
            self._changed.notify_all()

    def set(self) -> None:
        """End all waiting."""
        with self._changed:
            self._is_set = True
            self._changed.notify_all()

    def is_set(self) -> bool:
        """Tell whether the waiting is over for good."""
        return self._is_set

    def wait(self, timeout: float) -> bool:
        """Wait until it rings, or so many seconds; tell whether the waiting is over for good."""
        began = time.monotonic()
        with self._changed:
            while not self._is_set and (left := self._end_of(began, timeout) - time.monotonic()) > 0:
                self._changed.wait(left)
            now = time.monotonic()
            self._due = [due for due in self._due if due > now]  # one that is still to come is not forgotten
            return self._is_set

    def _end_of(self, began: float, timeout: float) -> float:
        return max(min((began + timeout, *self._due)), began + self._pause)


class Taker:
    """Takes from one queue, in a thread, no more than its bound at a time."""

    def __init__(self, queue: Queue, at_most: int) -> None:
        """Begin. DBOS must be launched and told not to listen to this queue itself."""
        queue.database_backed_queue = False  # else it reads the queue's bound from the database before each look
        queue._worker_concurrency = at_most
        self._bell = Bell()
        arguments = (cast(threading.Event, self._bell), _get_dbos_instance(), queue)
        self._thread = threading.Thread(target=queue_worker_thread, args=arguments, name=queue.name, daemon=True)
        self._thread.start()

    def look(self, after_seconds: float = 0.0) -> None:
        """Ask the queue in so many seconds instead of at the next regular look."""
        self._bell.ring(after_seconds)

    def stop(self) -> None:
        """Take nothing more."""
        self._bell.set()
        self._thread.join(END_SECONDS)
