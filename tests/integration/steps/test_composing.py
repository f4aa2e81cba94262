"""Report: one mail for one run, in the subscriber's language, and none when there is nothing to say."""

from __future__ import annotations

from typing import Any

from house_for_steps import TestHouse

from mailroom.domain.delivery import Delivery, OutgoingMail
from mailroom.domain.report import Frequency, ReportKind, ReportRun, RunState, Subscription
from mailroom.domain.value import new_id
from mailroom.errors import DeliveryFailed, DeliveryRejected
from mailroom.languages import Language
from mailroom.steps.deliver import deliver
from mailroom.steps.park import park_delivery
from mailroom.steps.report import compose_report, preview


class NoRelay:
    """A mail channel that always says the same."""

    def __init__(self, failure: Exception) -> None:
        from mailroom.domain.delivery import ChannelName

        self.name = ChannelName.MAIL
        self._failure = failure

    def deliver(self, parcel: Any) -> str:
        raise self._failure


def due(home: TestHouse, language: Language = Language.NL) -> ReportRun:
    subscription = Subscription(
        id=new_id(),
        account_id=home.account.id,
        kind=ReportKind.ACTION_REQUIRED,
        frequency=Frequency.DAILY,
        recipient="boss@example.com",
        language=language,
    )
    run = ReportRun(
        id=new_id(),
        subscription_id=subscription.id,
        account_id=home.account.id,
        kind=subscription.kind,
        period="2026-11-21",
        state=RunState.DUE,
        created_at=home.clock(),
    )
    with home.store.unit() as unit:
        unit.reports.subscribe(subscription)
        assert unit.reports.add_run(run)
    return run


def run_state(home: TestHouse, run: ReportRun) -> RunState:
    with home.store.read() as unit:
        return unit.reports.run(run.id).state


def planned(home: TestHouse, run: ReportRun) -> list[Delivery]:
    with home.store.read() as unit:
        return unit.deliveries.of_run(run.id)


def test_a_report_is_composed_once_and_says_what_waits(home: TestHouse) -> None:
    document = home.decided()
    run = due(home)
    [delivery_id] = compose_report(home.house, run.id)
    assert compose_report(home.house, run.id) == [delivery_id], "cut off after its commit, it finds its mail again"
    [row] = planned(home, run)
    mail = OutgoingMail.model_validate_json(home.store.blobs.get(row.content))
    assert (mail.recipient, mail.language) == ("boss@example.com", "nl")
    assert mail.message_id == f"<report.{run.id}@localhost>"
    assert "Polder Flour Mills" in mail.text
    assert f"https://mail.example/documents/{document.id}" in mail.text
    assert f"https://mail.example/documents/{document.id}" in mail.html


def test_a_sent_report_is_not_composed_again(home: TestHouse) -> None:
    home.decided()
    run = due(home)
    [delivery_id] = compose_report(home.house, run.id)
    deliver(home.house, delivery_id)
    assert run_state(home, run) is RunState.SENT
    assert compose_report(home.house, run.id) == []
    assert len(list((home.folder / "outgoing").glob("*.eml"))) == 1


def test_when_there_is_nothing_to_say_nothing_is_sent(home: TestHouse) -> None:
    run = due(home)
    assert compose_report(home.house, run.id) == []
    assert run_state(home, run) is RunState.NOTHING_TO_SAY
    assert planned(home, run) == []
    assert preview(home.house, home.account, Language.FR) is None


def test_a_report_that_the_relay_refused_for_good_is_given_up(home: TestHouse) -> None:
    home.decided()
    run = due(home)
    [delivery_id] = compose_report(home.house, run.id)
    object.__setattr__(home.house, "mail", NoRelay(DeliveryRejected("550 no such user")))
    deliver(home.house, delivery_id)
    assert run_state(home, run) is RunState.FAILED


def test_a_report_whose_mail_was_parked_is_given_up(home: TestHouse) -> None:
    home.decided()
    run = due(home)
    [delivery_id] = compose_report(home.house, run.id)
    park_delivery(home.house, delivery_id, "blob_damaged")
    assert run_state(home, run) is RunState.FAILED


def test_a_report_that_waits_for_the_relay_is_neither_sent_nor_due(home: TestHouse) -> None:
    home.decided()
    run = due(home)
    [delivery_id] = compose_report(home.house, run.id)
    object.__setattr__(home.house, "mail", NoRelay(DeliveryFailed("no connection")))
    deliver(home.house, delivery_id)
    [row] = planned(home, run)
    assert row.next_attempt_at is not None
    assert run_state(home, run) is RunState.DUE
