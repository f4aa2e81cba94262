"""Report subscriptions and their runs, one for each subscription and period."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.domain.report import ReportRun, RunState, Subscription
from mailroom.store.rows import insert_new, replace, the_one, upsert, value_of, values, values_of
from mailroom.store.tables import REPORT_RUNS, SUBSCRIPTIONS


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

    def in_state(self, state: RunState) -> list[ReportRun]:
        """Return the runs in a state, oldest first."""
        table = REPORT_RUNS
        query = table.select().where(table.c.state == state)
        return values(self._session, ReportRun, query.order_by(table.c.created_at, table.c.id))

    def runs(self, account_id: str) -> list[ReportRun]:
        """Return the runs of an account, newest first."""
        table = REPORT_RUNS
        query = table.select().where(table.c.account_id == account_id)
        return values(self._session, ReportRun, query.order_by(table.c.created_at.desc(), table.c.id.desc()))
