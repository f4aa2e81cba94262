"""The rounds on a real store, with a clock that a test turns and a starter that only notes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from house_for_steps import TestHouse, mail, pdf

from mailroom.config import Settings
from mailroom.domain.delivery import DeliveryState
from mailroom.domain.document import FieldName
from mailroom.domain.report import Frequency, ReportKind, Subscription
from mailroom.domain.value import new_id
from mailroom.errors import DeliveryFailed, DeliveryRejected
from mailroom.languages import Language
from mailroom.scheduler import rounds as scheduler_rounds
from mailroom.scheduler.rounds import Rounds
from mailroom.steps.archive import convert, plan_deliveries
from mailroom.steps.deliver import deliver
from mailroom.steps.desk import Desk
from mailroom.steps.park import park_delivery, park_message
from mailroom.steps.report import compose_report
from mailroom.store import Store
from mailroom.workflow import Kind

MORNING = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # 9 o'clock in Brussels, a Friday


class Notes:
    """A starter that notes what it was told to begin; the same words begin once, as in the engine."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, str, str]] = []
        self.under_way: set[tuple[str, str]] = set()
        self.fails: set[str] = set()
        self.forgotten: list[int] = []

    def start(self, kind: Kind, item_id: str, *, again: str = "") -> None:
        if kind in self.fails or item_id in self.fails:
            raise RuntimeError("no database")
        if (kind, item_id, again) not in self.begun:
            self.begun.append((kind, item_id, again))

    def active(self) -> frozenset[tuple[str, str]]:
        return frozenset(self.under_way)

    def forget_finished(self, older_than_days: int) -> None:
        self.forgotten.append(older_than_days)

    def items(self, kind: str) -> list[str]:
        return [item for each, item, _ in self.begun if each == kind]


class Relay:
    """A mail channel that always says the same."""

    def __init__(self, failure: Exception) -> None:
        from mailroom.domain.delivery import ChannelName

        self.name = ChannelName.MAIL
        self._failure = failure

    def deliver(self, parcel: Any) -> str:
        raise self._failure


@pytest.fixture
def home(sqlite_store: Store, tmp_path: Path) -> TestHouse:
    made = TestHouse(sqlite_store, tmp_path / "data", Settings(data=tmp_path / "data"))
    made.store._clock = made.clock  # it stamps `updated_at` itself
    return made


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def rounds(home: TestHouse, notes: Notes) -> Rounds:
    home.clock.now = MORNING
    return Rounds(home.store, notes, home.clock, keep_days=14)


def subscribe(home: TestHouse, account_id: str = "", **more: Any) -> Subscription:
    told: dict[str, Any] = {
        "id": new_id(),
        "account_id": account_id or home.account.id,
        "kind": ReportKind.ACTION_REQUIRED,
        "frequency": Frequency.DAILY,
        "recipient": "boss@example.com",
        "language": Language.NL,
        "hour": 7,
    }
    wish = Subscription(**told | more)
    with home.store.unit() as unit:
        unit.reports.subscribe(wish)
    return wish


def periods(home: TestHouse) -> list[str]:
    with home.store.read() as unit:
        return sorted(run.period for run in unit.reports.runs(home.account.id))


def test_a_daily_report_is_begun_once_a_day_however_often_the_clock_ticks(
    home: TestHouse, rounds: Rounds, notes: Notes
) -> None:
    subscribe(home)
    for _ in range(3):
        for _ in range(4):
            rounds.tick()
            home.clock.go_on(seconds=5)
        home.clock.go_on(hours=24)
    assert periods(home) == ["2026-11-20", "2026-11-21", "2026-11-22"]
    assert len(set(notes.items("report"))) == 3


def test_another_process_and_a_restart_begin_no_second_report(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    subscribe(home)
    rounds.tick()
    others = Notes()
    Rounds(home.store, others, home.clock, keep_days=14).tick()
    assert len(notes.items("report")) == 1
    assert others.items("report") == []


def test_after_a_weeks_downtime_one_report_is_caught_up(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    subscribe(home)
    rounds.tick()
    home.clock.go_on(days=7)
    rounds.tick()
    assert periods(home) == ["2026-11-20", "2026-11-27"]
    assert len(set(notes.items("report"))) == 2


def test_a_weekly_report_is_begun_in_its_week(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    subscribe(home, frequency=Frequency.WEEKLY, weekday=4)
    rounds.tick()
    home.clock.go_on(days=6)
    rounds.tick()
    assert periods(home) == ["2026-W47"]
    home.clock.go_on(days=1)
    rounds.tick()
    assert periods(home) == ["2026-W47", "2026-W48"]


def test_a_new_subscriber_is_found_within_a_minute(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    rounds.tick()
    subscribe(home)
    home.clock.go_on(minutes=1)
    rounds.tick()
    assert periods(home) == ["2026-11-20"]


def test_two_subscribers_of_one_company_get_their_own(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    subscribe(home)
    subscribe(home, recipient="els@example.com")
    rounds.tick()
    assert len(notes.items("report")) == 2


def test_a_great_many_reports_are_begun_some_at_a_time(
    home: TestHouse, rounds: Rounds, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler_rounds, "REPORTS_AT_ONCE", 3)
    begun = []
    for _ in range(7):
        subscribe(home)
    subscribe(home, frequency=Frequency.WEEKLY, weekday=4)
    for _ in range(4):
        rounds.tick()
        begun.append(len(notes.items("report")))
        for run_id in notes.items("report"):
            compose_report(home.house, run_id)  # nothing waits: nothing to say
        home.clock.go_on(seconds=5)
    assert begun == [3, 6, 8, 8]
    assert periods(home) == ["2026-11-20"] * 7 + ["2026-W47"]


def test_while_reports_are_being_written_no_more_are_begun(
    home: TestHouse, rounds: Rounds, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler_rounds, "REPORTS_AT_ONCE", 2)
    for _ in range(3):
        subscribe(home)
    rounds.tick()
    first = notes.items("report")
    notes.under_way = {("report", run_id) for run_id in first}
    home.clock.go_on(seconds=90)
    rounds.tick()
    assert notes.items("report") == first
    compose_report(home.house, first[0])
    home.clock.go_on(seconds=5)
    rounds.tick()
    assert len(notes.items("report")) == 3


def test_a_suspended_company_gets_no_report(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    subscribe(home)
    home.set_account(suspended=True)
    rounds.tick()
    assert notes.begun == []


def test_a_company_with_an_unknown_time_zone_holds_up_no_other(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    for name in ("Aaa", "Zzz"):
        other, _ = home.company(name, time_zone="Mars/Olympus")
        subscribe(home, other.id)
    subscribe(home)
    rounds.tick()
    assert periods(home) == ["2026-11-20"]


def test_a_report_whose_beginning_failed_is_begun_later(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    subscribe(home)
    notes.fails = {"report"}
    rounds.tick()
    notes.fails = set()
    home.clock.go_on(seconds=30)
    rounds.tick()
    assert len(notes.items("report")) == 1


def test_a_report_that_waits_for_its_relay_is_not_rescued(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    home.decided()
    subscribe(home)
    rounds.tick()
    [run_id] = notes.items("report")
    [delivery_id] = compose_report(home.house, run_id)
    object.__setattr__(home.house, "mail", Relay(DeliveryFailed("no connection")))
    deliver(home.house, delivery_id)
    home.clock.go_on(seconds=30)
    rounds.tick()
    assert notes.items("report") == [run_id]


def test_nothing_is_archived_before_its_window_is_over(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    document = home.decided()
    document = Desk(home.house).accept(home.owner, document.id, document.version)
    home.clock.go_on(minutes=14, seconds=59)
    rounds.tick()
    assert notes.items("archive") == []
    home.clock.go_on(seconds=1)
    rounds.tick()
    rounds.tick()
    assert notes.items("archive") == [document.id]


def test_a_second_acceptance_is_archived_although_the_first_was_begun(
    home: TestHouse, rounds: Rounds, notes: Notes
) -> None:
    desk = Desk(home.house)
    document = home.decided()
    for _ in range(2):
        document = desk.accept(home.owner, document.id, document.version)
        home.clock.go_on(minutes=16)
        rounds.tick()
        home.clock.go_on(minutes=-2)  # the clock of another node, by which the undo window is still open
        document = desk.undo(home.owner, document.id, document.version)
    assert notes.items("archive") == [document.id] * 2


def test_a_delivery_is_tried_again_when_its_time_has_come(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    delivery_id = mailed(home, DeliveryFailed("no connection"))
    rounds.tick()
    assert notes.items("delivery") == []
    for times in (1, 2):
        home.clock.go_on(minutes=5)
        rounds.tick()
        rounds.tick()
        assert notes.items("delivery") == [delivery_id] * times
        deliver(home.house, delivery_id)


def test_what_was_given_up_is_begun_again_at_the_next_start_only(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    delivery_id = mailed(home, DeliveryRejected("550 no such user"))
    rounds.tick()
    assert notes.items("delivery") == [delivery_id], "given up before this process began"
    deliver(home.house, delivery_id)
    home.clock.go_on(hours=1)
    rounds.tick()
    assert notes.items("delivery") == [delivery_id]
    restarted = Notes()
    Rounds(home.store, restarted, home.clock, keep_days=14).tick()
    assert restarted.items("delivery") == [delivery_id]
    assert set(restarted.begun).isdisjoint(notes.begun), "under a name of its own, else the engine begins nothing"


def test_a_delivery_that_was_parked_twice_is_begun_at_each_start(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    delivery_id = mailed(home, DeliveryFailed("no connection"))
    park_delivery(home.house, delivery_id, "bad_configuration")
    rounds.tick()
    park_delivery(home.house, delivery_id, "bad_configuration")
    restarted = Notes()
    Rounds(home.store, restarted, home.clock, keep_days=14).tick()
    assert set(restarted.begun).isdisjoint(notes.begun)
    assert restarted.items("delivery") == [delivery_id]


def test_a_digest_that_was_given_up_is_not_sent_late(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    home.decided()
    subscribe(home)
    rounds.tick()
    [delivery_id] = compose_report(home.house, notes.items("report")[0])
    object.__setattr__(home.house, "mail", Relay(DeliveryRejected("550")))
    deliver(home.house, delivery_id)
    home.clock.go_on(hours=1)
    restarted = Notes()
    Rounds(home.store, restarted, home.clock, keep_days=14).tick()
    assert restarted.begun == []
    with home.store.read() as unit:
        assert unit.deliveries.get(delivery_id).state is DeliveryState.FAILED


def test_what_stands_still_is_begun_again(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    message = home.arrives(mail(subject="one"))
    [document] = home.documents_of(mail(("b.pdf", pdf("b")), subject="two"))
    rounds.tick()
    assert notes.begun == [], "it has just come in"
    home.clock.go_on(seconds=25)
    rounds.tick()
    assert {(kind, item) for kind, item, _ in notes.begun} == {("message", message), ("document", document)}


def test_what_is_under_way_is_left_alone(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    message = home.arrives(mail(subject="one"))
    [document] = home.documents_of(mail(("b.pdf", pdf("b")), subject="two"))
    notes.under_way = {("message", message), ("document", document)}
    home.clock.go_on(minutes=10)
    rounds.tick()
    assert notes.begun == []


def test_what_still_stands_still_after_it_was_begun_again_is_begun_once_more(
    home: TestHouse, rounds: Rounds, notes: Notes
) -> None:
    message = home.arrives(mail())
    for _ in range(3):
        home.clock.go_on(minutes=2)
        rounds.tick()
    assert notes.items("message") == [message] * 3


def test_a_parked_mail_is_begun_again_when_the_operator_asks(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    message = home.arrives(mail())
    park_message(home.house, message, "storage_unavailable")
    home.clock.go_on(minutes=2)
    rounds.tick()
    assert notes.begun == [], "parked is parked"
    operator = home.person("root@example.com", is_operator=True)
    Desk(home.house).retry_message(operator, message)
    rounds.tick()
    assert notes.items("message") == [message]


def test_one_failing_round_does_not_stop_the_others(
    home: TestHouse, rounds: Rounds, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(home)
    document = home.decided()
    Desk(home.house).accept(home.owner, document.id, document.version)
    home.clock.go_on(minutes=16)
    monkeypatch.setattr(rounds, "reports", broken)
    rounds.tick()
    assert notes.items("archive") == [document.id]
    assert notes.forgotten == [14]


def test_one_document_that_cannot_be_begun_holds_up_no_other(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    documents = []
    for name in ("a", "b", "c"):
        home.reader.says[FieldName.INVOICE_NUMBER] = f"2026-{name}"
        row = home.decided(mail((f"{name}.pdf", pdf(name)), subject=name))
        documents.append(Desk(home.house).accept(home.owner, row.id, row.version).id)
        home.clock.go_on(seconds=1)
    home.clock.go_on(minutes=16)
    notes.fails = {documents[0]}
    rounds.tick()
    assert notes.items("archive") == documents[1:]
    notes.fails = set()
    rounds.tick()
    assert sorted(notes.items("archive")) == sorted(documents)


def test_old_records_are_forgotten_now_and_then(home: TestHouse, rounds: Rounds, notes: Notes) -> None:
    for _ in range(100):
        rounds.tick()
        home.clock.go_on(seconds=5)
    assert notes.forgotten == [14]
    home.clock.go_on(hours=6)
    rounds.tick()
    assert notes.forgotten == [14, 14]


def mailed(home: TestHouse, failure: Exception) -> str:
    """Return a delivery by mail that was tried once and failed so."""
    home.set_account(accountant_email="books@example.org")
    object.__setattr__(home.house, "mail", Relay(failure))
    document = home.decided()
    Desk(home.house).accept(home.owner, document.id, document.version)
    assert convert(home.house, document.id)
    plan = plan_deliveries(home.house, document.id)
    with home.store.read() as unit:
        vault, by_mail = sorted(plan, key=lambda one: unit.deliveries.get(one).channel.value == "mail")
    deliver(home.house, vault)
    deliver(home.house, by_mail)
    return by_mail


def broken(now: datetime) -> None:
    raise RuntimeError("a bug")


broken.__name__ = "reports"
