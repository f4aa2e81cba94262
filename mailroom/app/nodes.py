"""The heartbeat of a node among others: it lives, it has duties, and it takes over what the dead left.

Only where nodes share a database server. On SQLite the locks of the data folder say who lives, and nobody beats.
A beat is one small transaction. A node that was silent for `GONE_AFTER` has its stories put back into the queue by
whoever sees it first; should it still live, the engine takes nothing from it that it does with a story that is no
longer its own. A node judges others only after it has been heard itself without a gap for as long: when the database
was away for everybody, nobody is dead.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from mailroom.log import get_logger
from mailroom.store import GONE_AFTER, Store

log = get_logger("nodes")

BEAT_SECONDS = 2.0
MARGIN = 3.0  # a holder gives a duty up so much earlier than another may take it
LOOK_FOR_STRANGERS_EVERY = 10  # beats
FORGET_AFTER_DAYS = 7.0


class Heirs(Protocol):
    """What the heartbeat needs of the engine."""

    def take_over(self, nodes: Collection[str]) -> Mapping[str, int]:
        """Put what nodes left back into the queue; return how many stories of which."""
        ...

    def workers_known(self) -> frozenset[str]:
        """Return the nodes that have stories under way."""
        ...


@dataclass
class Duty:
    """Something that one node does at a time. `begin` and `end` are called in turn, in a thread of their own."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    under_way: bool = False


class Heartbeat:
    """The heartbeat of this process, from before its engine starts until after it has ended."""

    def __init__(self, store: Store, node_id: str, data: str, in_spool: Callable[[], int]) -> None:
        self._store = store
        self._id = node_id
        self._data = data
        self._in_spool = in_spool
        self._heirs: Heirs | None = None
        self._duties: list[Duty] = []
        self._until: dict[str, float] = {}
        self._heard_since: float | None = None
        self._beats = 0
        self._stopping = threading.Event()
        self._hands = ThreadPoolExecutor(1, "duties")
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Beat for the first time, then go on in a thread. Raises StorageUnavailable."""
        self._beat(begins=True)
        self._thread.start()

    def inherit_through(self, heirs: Heirs) -> None:
        """Take over from the dead from now on."""
        self._heirs = heirs

    def wants(self, duty: str) -> None:
        """Ask for a duty from the next beat on."""
        self._until.setdefault(duty, 0.0)

    def has(self, duty: str) -> bool:
        """Tell whether this node has the duty at this moment. Nobody is asked: it ends by this machine's own clock."""
        return self._until.get(duty, 0.0) > time.monotonic()

    def while_held(self, name: str, begin: Callable[[], None], end: Callable[[], None]) -> None:
        """Begin something whenever the duty is ours, and end it when it no longer is."""
        self._duties.append(Duty(name, begin, end))
        self.wants(name)

    def rest(self) -> None:
        """Ask for no duty any more; whoever has begun something ends it himself."""
        self._duties.clear()
        self._until.clear()
        self._hands.shutdown(wait=True, cancel_futures=True)

    def stop(self) -> None:
        """Say goodbye; what is left unfinished may be taken over at once."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        with self._store.unit() as unit:
            unit.nodes.leave(self._id, self._in_spool())

    def _run(self) -> None:
        while not self._stopping.wait(BEAT_SECONDS):
            if not _worked("beat_failed", self._beat):
                self._heard_since = None
            _worked("duty_failed", self._change_duties)
            if self._may_judge():
                _worked("take_over_failed", self._take_over)

    def _beat(self, *, begins: bool = False) -> None:
        began = time.monotonic()
        in_spool = self._in_spool()
        with self._store.unit() as unit:
            unit.nodes.beat(self._id, host=socket.gethostname(), data=self._data, in_spool=in_spool, begins=begins)
            held = {name: unit.nodes.hold(name, self._id, GONE_AFTER) for name in tuple(self._until)}
        for name, is_ours in held.items():
            if is_ours != self.has(name):
                log.info("duty_taken" if is_ours else "duty_given_up", duty=name, node=self._id)
            if name in self._until:
                self._until[name] = began + GONE_AFTER - MARGIN if is_ours else 0.0
        if self._heard_since is None or time.monotonic() - began > GONE_AFTER:
            self._heard_since = time.monotonic()

    def _change_duties(self) -> None:
        for duty in self._duties:
            if self.has(duty.name) != duty.under_way:
                duty.under_way = not duty.under_way
                self._hands.submit(_worked, "duty_failed", duty.begin if duty.under_way else duty.end)

    def _may_judge(self) -> bool:
        steady = self._heard_since is not None and time.monotonic() - self._heard_since > GONE_AFTER
        return steady and self._heirs is not None

    def _take_over(self) -> None:
        assert self._heirs is not None  # noqa: S101  asked in _may_judge
        self._beats += 1
        if self._beats % LOOK_FOR_STRANGERS_EVERY == 1:
            self._keep_house(self._heirs.workers_known() - {self._id})
        with self._store.unit() as unit:
            gone = {node.id: node for node in unit.nodes.gone(GONE_AFTER) if node.id != self._id}
            for name, stories in self._heirs.take_over(gone).items() if gone else ():
                seen = gone[name].last_seen.isoformat()
                log.warning("work_taken_over", gone=name, last_seen=seen, stories=stories)

    def _keep_house(self, workers: frozenset[str]) -> None:
        with self._store.unit() as unit:
            unit.nodes.notice(workers)
            unit.nodes.forget(FORGET_AFTER_DAYS)


def _worked(event: str, act: Callable[[], None]) -> bool:
    """Do something; a failure is logged, and the next beat tries again."""
    try:
        act()
    except Exception as error:
        log.warning(event, error=str(error)[:300], exc_info=error)
        return False
    return True
