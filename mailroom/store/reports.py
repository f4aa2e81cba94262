"""Report subscriptions and their runs, one for each subscription and period."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import Session

from mailroom.domain.report import Frequency, ReportRun, RunState, Subscription, Timetable
from mailroom.store.rows import insert_new, replace, the_one, upsert, value_of, values, values_of
from mailroom.store.tables import ACCOUNTS, DELIVERIES, REPORT_RUNS, SUBSCRIPTIONS


class Reports:
    """Subscriptions and runs, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def subscribe(self, subscription: Subscription) -> None:
        """Store a subscription, or its new values; an ended one begins again."""
        upsert(self._session, SUBSCRIPTIONS, values_of(subscription, SUBSCRIPTIONS) | {"ended": False})

    def subscriptions(self, account_id: str | None = None) -> list[Subscription]:
        """Return the subscriptions that are not ended."""
        table = SUBSCRIPTIONS
        query = table.select().where(table.c.ended.is_(False))
        if account_id is not None:
            query = query.where(table.c.account_id == account_id)
        return values(self._session, Subscription, query.order_by(table.c.account_id, table.c.id))

    def timetables(self) -> list[Timetable]:
        """Return every timetable that a subscription of an account in use has."""
        query = select(*_TIMETABLE).join_from(SUBSCRIPTIONS, ACCOUNTS).where(_in_use()).distinct()
        return [Timetable(zone, Frequency(often), hour, day) for zone, often, hour, day in self._session.execute(query)]

    def due(self, period: str, timetables: Collection[Timetable], *, limit: int) -> list[Subscription]:
        """Return subscriptions with these timetables without a run for a period; not those of suspended accounts.

        However many accounts there are, only those that are due are read, and of them at most `limit`: of each account
        one before a second of any, so that one with a thousand subscribers holds up nobody.
        """
        ran = select(REPORT_RUNS.c.id).where(
            REPORT_RUNS.c.subscription_id == SUBSCRIPTIONS.c.id, REPORT_RUNS.c.period == period
        )
        wanted = and_(_in_use(), tuple_(*_TIMETABLE).in_([tuple(one) for one in timetables]), ~ran.exists())
        query = SUBSCRIPTIONS.select().join_from(SUBSCRIPTIONS, ACCOUNTS).where(wanted)
        turn = func.row_number().over(partition_by=SUBSCRIPTIONS.c.account_id, order_by=SUBSCRIPTIONS.c.id)
        return values(self._session, Subscription, query.order_by(turn, SUBSCRIPTIONS.c.account_id).limit(limit))

    def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription; its runs are kept. Raises NotFound."""
        replace(self._session, SUBSCRIPTIONS, subscription_id, {"ended": True})

    def subscription(self, subscription_id: str) -> Subscription:
        """Return the subscription, also an ended one. Raises NotFound."""
        return value_of(Subscription, the_one(self._session, SUBSCRIPTIONS, subscription_id))

    def add_run(self, run: ReportRun) -> bool:
        """Store a run. False: this subscription has one for this period."""
        return insert_new(self._session, REPORT_RUNS, values_of(run, REPORT_RUNS))

    def run(self, run_id: str) -> ReportRun:
        """Return the run. Raises NotFound."""
        return value_of(ReportRun, the_one(self._session, REPORT_RUNS, run_id))

    def save_run(self, run: ReportRun) -> None:
        """Store how far a run is. Raises NotFound."""
        replace(self._session, REPORT_RUNS, run.id, values_of(run, REPORT_RUNS))

    def without_mail(self) -> list[ReportRun]:
        """Return the runs that are due and of which no mail was written yet, oldest first."""
        table = REPORT_RUNS
        written = select(DELIVERIES.c.id).where(DELIVERIES.c.report_run_id == table.c.id)
        query = table.select().where(table.c.state == RunState.DUE, ~written.exists())
        return values(self._session, ReportRun, query.order_by(table.c.created_at, table.c.id))

    def runs(self, account_id: str) -> list[ReportRun]:
        """Return the runs of an account, newest first."""
        table = REPORT_RUNS
        query = table.select().where(table.c.account_id == account_id)
        return values(self._session, ReportRun, query.order_by(table.c.created_at.desc(), table.c.id.desc()))


_TIMETABLE = (ACCOUNTS.c.time_zone, SUBSCRIPTIONS.c.frequency, SUBSCRIPTIONS.c.hour, SUBSCRIPTIONS.c.weekday)


def _in_use() -> ColumnElement[bool]:
    return and_(SUBSCRIPTIONS.c.ended.is_(False), ACCOUNTS.c.suspended.is_(False))
