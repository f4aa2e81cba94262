"""Where a refusal of admission is noted: who wanted to write, when, to which address, and why it was not taken.

Strangers cause these notes, so the number of writes does not depend on how much they send: the same refusal again is
counted here and written every ten minutes at most, and of an account that hears from many new senders at once the
senders are summed up. What was only counted is lost with the process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailroom.clock import Clock, utc_now
from mailroom.domain.ledger import RefusedMail
from mailroom.gateways.admission import Refusal
from mailroom.log import get_logger
from mailroom.store import Store

log = get_logger("admission")

WRITTEN_AGAIN = timedelta(minutes=10)

NEW_SENDERS = 20
"""So many new refusals of one account are written one by one within ten minutes; then its senders are summed up."""

REMEMBERED = 10_000


@dataclass
class _Counted:
    since: datetime
    times: int = 0


class Recorder:
    """Notes refusals. Thread-safe; fails in silence, because the answer to the client does not depend on it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[Refusal, _Counted] = OrderedDict()
        self._new: OrderedDict[str, _Counted] = OrderedDict()

    def __call__(self, refusal: Refusal) -> None:
        """Note one refusal."""
        now = self._clock()
        kind = replace(refusal, sender=refusal.sender[:320], peer="")
        with self._lock:
            if kind not in self._known and self._is_flood(kind.account_id, now):
                kind = replace(kind, sender="")
            times = self._due(kind, now)
        if times:
            self._write(kind, refusal.peer, now, times)

    def _due(self, kind: Refusal, now: datetime) -> int:
        """Return how many tries to write now; 0 for none yet."""
        counted = self._known.get(kind)
        if counted is None:
            self._known[kind] = _Counted(now)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            return 1
        counted.times += 1
        if now - counted.since < WRITTEN_AGAIN:
            return 0
        times, counted.times, counted.since = counted.times, 0, now
        self._known.move_to_end(kind)
        return times

    def _is_flood(self, account_id: str, now: datetime) -> bool:
        counted = self._new.get(account_id)
        if counted is None or now - counted.since >= WRITTEN_AGAIN:
            counted = self._new[account_id] = _Counted(now)
            if len(self._new) > REMEMBERED:
                self._new.popitem(last=False)
        counted.times += 1
        return counted.times > NEW_SENDERS

    def _write(self, refusal: Refusal, peer: str, now: datetime, times: int) -> None:
        refused = RefusedMail(
            account_id=refusal.account_id,
            address=refusal.address,
            reason=refusal.reason,
            sender=refusal.sender,
            door=refusal.door,
            peer=peer,
            first_at=now,
            last_at=now,
            times=times,
        )
        try:
            with self._store.unit() as unit:
                unit.refusals.note(refused)
        except Exception:
            log.exception("refusal_not_noted", account_id=refusal.account_id, reason=refusal.reason)


def recorder(store: Store, clock: Clock = utc_now) -> Callable[[Refusal], None]:
    """Return the function that the doors call."""
    return Recorder(store, clock)
