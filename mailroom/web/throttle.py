"""Slow down who guesses passwords: a bounded count of failures in memory, for one process.

After a restart the counts begin anew; with several web processes each counts its own share.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from mailroom.clock import Clock

WINDOW = timedelta(minutes=15)
FOR_PERSON_AT_ADDRESS = 5  # a person who forgot which password it was
FOR_ADDRESS = 30  # an office behind one address
FOR_PERSON = 50  # a guess from many addresses; not so low that a stranger locks somebody out with ease
_REMEMBERED = 20_000


class Throttle:
    """Counts failed log-ins by person and by address of the client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, person: str, address: str) -> int:
        """Return the seconds that this person must wait before another try; 0 when there is no need."""
        now = self._clock()
        with self._lock:
            return max(self._wait_for(key, limit, now) for key, limit in _keys(person, address))

    def failed(self, person: str, address: str) -> None:
        """Note one failure."""
        now = self._clock()
        with self._lock:
            for key, limit in _keys(person, address):
                times = self._failures.setdefault(key, deque(maxlen=limit))
                times.append(now)
                self._failures.move_to_end(key)
            while len(self._failures) > _REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, person: str, address: str) -> None:
        """Forget what this person failed from this address."""
        with self._lock:
            self._failures.pop(_keys(person, address)[0][0], None)

    def _wait_for(self, key: str, limit: int, now: datetime) -> int:
        times = self._failures.get(key)
        if times is None or len(times) < limit:
            return 0
        left = times[0] + WINDOW - now
        return max(0, int(left.total_seconds() + 0.999))


def _keys(person: str, address: str) -> tuple[tuple[str, int], ...]:
    person = person.strip().casefold()[:254]
    return (
        (f"both {person} {address}", FOR_PERSON_AT_ADDRESS),
        (f"address {address}", FOR_ADDRESS),
        (f"person {person}", FOR_PERSON),
    )
