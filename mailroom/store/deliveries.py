"""Deliveries: planned once for their key, handed over later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailroom.domain.delivery import Delivery, DeliveryState
from mailroom.store.rows import firsts, insert_new, replace, the_one, value_of, values, values_of
from mailroom.store.tables import DELIVERIES


class Deliveries:
    """The deliveries, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def plan(self, delivery: Delivery) -> bool:
        """Store a delivery. False: its key is there already."""
        return insert_new(self._session, DELIVERIES, values_of(delivery, DELIVERIES))

    def get(self, delivery_id: str) -> Delivery:
        """Return the delivery. Raises NotFound."""
        return value_of(Delivery, the_one(self._session, DELIVERIES, delivery_id))

    def due(self, now: datetime) -> list[tuple[str, int]]:
        """Return (id, attempts) of what a channel did not take and is to be tried again by now, oldest first."""
        table = DELIVERIES
        query = select(table.c.id, table.c.attempts).where(
            table.c.state == DeliveryState.PENDING, table.c.next_attempt_at <= now
        )
        rows = self._session.execute(query.order_by(table.c.created_at, table.c.id))
        return [(row.id, row.attempts) for row in rows]

    def untried_since(self, before: datetime) -> list[str]:
        """Return the ids of what was planned before an instant and no channel was given yet, oldest first."""
        table = DELIVERIES
        query = select(table.c.id).where(
            table.c.state == DeliveryState.PENDING, table.c.next_attempt_at.is_(None), table.c.created_at < before
        )
        return firsts(self._session, query.order_by(table.c.created_at, table.c.id))

    def failed(self) -> list[Delivery]:
        """Return what was given up, newest first."""
        table = DELIVERIES
        query = table.select().where(table.c.state == DeliveryState.FAILED)
        return values(self._session, Delivery, query.order_by(table.c.created_at.desc(), table.c.id.desc()))

    def save(self, delivery: Delivery) -> None:
        """Store how far a delivery is. Raises NotFound."""
        replace(self._session, DELIVERIES, delivery.id, values_of(delivery, DELIVERIES))

    def of(self, document_id: str) -> list[Delivery]:
        """Return the deliveries of a document, oldest first."""
        table = DELIVERIES
        query = table.select().where(table.c.document_id == document_id)
        return values(self._session, Delivery, query.order_by(table.c.created_at, table.c.id))

    def of_run(self, report_run_id: str) -> list[Delivery]:
        """Return the deliveries of a report run, oldest first."""
        table = DELIVERIES
        query = table.select().where(table.c.report_run_id == report_run_id)
        return values(self._session, Delivery, query.order_by(table.c.created_at, table.c.id))
