"""Reports."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.domain.report import ReportRun, Subscription


class Reports:
    """Reports in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def subscribe(self, subscription: Subscription) -> None:
        """Store a subscription, or its new values."""
        raise NotImplementedError

    def subscriptions(self, account_id: str | None = None) -> list[Subscription]:
        """Return the subscriptions that are not ended."""
        raise NotImplementedError

    def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription; its runs are kept."""
        raise NotImplementedError

    def subscription(self, subscription_id: str) -> Subscription:
        """Return the subscription, also an ended one. Raises NotFound."""
        raise NotImplementedError

    def add_run(self, run: ReportRun) -> bool:
        """Store a run. False: this subscription has one for this period."""
        raise NotImplementedError

    def run(self, run_id: str) -> ReportRun:
        """Return the run. Raises NotFound."""
        raise NotImplementedError

    def save_run(self, run: ReportRun) -> None:
        """Store how far a run is. Raises NotFound."""
        raise NotImplementedError

    def runs(self, account_id: str) -> list[ReportRun]:
        """Return the runs of an account, newest first."""
        raise NotImplementedError
