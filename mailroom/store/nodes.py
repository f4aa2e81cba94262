"""Nodes, their duties, and what was taken over from the dead. Time is the database's, so no two clocks are compared."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from mailroom.clock import Clock
from mailroom.domain.node import Node
from mailroom.store.rows import firsts, insert_new, values, values_of
from mailroom.store.tables import LEASES, NODES, TAKE_OVERS

GONE_AFTER = 10.0
"""Seconds of silence after which a node is taken for dead: four beats may be lost. With a beat and the queue's second
on top, its work goes on after 13 seconds at most, well under the 20 that are promised."""


class Nodes:
    """The nodes, in one transaction."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def now(self) -> datetime:
        """Return the database's time; on SQLite, which has one machine, the clock's."""
        if self._session.get_bind().dialect.name == "sqlite":
            return self._clock()
        found: datetime = self._session.execute(select(func.clock_timestamp())).scalar_one()
        return found

    def beat(self, node_id: str, *, host: str, data: str, in_spool: int, begins: bool = False) -> None:
        """Say that a node is alive; `begins` when its process has just started."""
        now = self.now()
        seen = {"last_seen": now, "left_at": None, "in_spool": in_spool} | ({"started_at": now} if begins else {})
        known = update(NODES).where(NODES.c.id == node_id).values(seen).returning(NODES.c.id)
        if self._session.execute(known).first() is None:
            roles = node_id.rpartition("/")[2]
            node = Node(id=node_id, host=host, data=data, roles=roles, started_at=now, last_seen=now, in_spool=in_spool)
            insert_new(self._session, NODES, values_of(node, NODES))

    def leave(self, node_id: str, in_spool: int) -> None:
        """Say that a node ends by itself: it needs no patience, and its duties are free."""
        left = {"left_at": self.now(), "in_spool": in_spool}
        self._session.execute(update(NODES).where(NODES.c.id == node_id).values(left))
        self._session.execute(delete(LEASES).where(LEASES.c.holder == node_id))

    def notice(self, node_ids: Collection[str]) -> None:
        """Write down nodes that have work and never said that they live: they have until now to do so."""
        known = set(firsts(self._session, select(NODES.c.id).where(NODES.c.id.in_(node_ids))))
        for node_id in set(node_ids) - known:
            self.beat(node_id, host=re.split("[:/]", node_id)[0], data="", in_spool=0, begins=True)

    def all(self) -> list[Node]:
        """Return every node that was ever seen and not forgotten."""
        return values(self._session, Node, NODES.select().order_by(NODES.c.id))

    def gone(self, after_seconds: float) -> list[Node]:
        """Return and lock the nodes that left or were silent for so long; those that another is busy with are left out.

        The lock lasts as long as the transaction: a node that comes back waits with its first beat until then.
        """
        silent = NODES.c.last_seen < self.now() - timedelta(seconds=after_seconds)
        query = NODES.select().where(or_(NODES.c.left_at.is_not(None), silent)).order_by(NODES.c.id)
        return values(self._session, Node, query.with_for_update(skip_locked=True))

    def forget(self, after_days: float) -> None:
        """Forget nodes that have been gone for so long and left nothing in their spools."""
        long_gone = NODES.c.last_seen < self.now() - timedelta(days=after_days)
        self._session.execute(delete(NODES).where(long_gone, NODES.c.in_spool == 0))
        old = TAKE_OVERS.c.at < self.now() - timedelta(days=after_days)
        self._session.execute(delete(TAKE_OVERS).where(old))

    def hold(self, duty: str, holder: str, seconds: float) -> bool:
        """Take a duty, or keep it, for so long. False: another node has it."""
        now = self.now()
        until = now + timedelta(seconds=seconds)
        free = or_(LEASES.c.holder == holder, LEASES.c.expires_at < now)
        taken = update(LEASES).where(LEASES.c.name == duty, free).values(holder=holder, expires_at=until)
        if self._session.execute(taken.returning(LEASES.c.name)).first() is not None:
            return True
        return insert_new(self._session, LEASES, {"name": duty, "holder": holder, "expires_at": until})

    def duties(self) -> dict[str, str]:
        """Return which node has which duty."""
        return {row.name: row.holder for row in self._session.execute(LEASES.select().order_by(LEASES.c.name))}

    def count_take_over(self, story: str, node_id: str) -> int:
        """Count that a story is taken over from a node; return how often that was done."""
        now = self.now()
        more = {"times": TAKE_OVERS.c.times + 1, "node": node_id, "at": now}
        known = update(TAKE_OVERS).where(TAKE_OVERS.c.story == story).values(more).returning(TAKE_OVERS.c.times)
        times: int | None = self._session.execute(known).scalar()
        if times is None:
            insert_new(self._session, TAKE_OVERS, {"story": story, "times": 1, "node": node_id, "at": now})
        return times or 1
