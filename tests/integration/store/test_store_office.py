from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import exc
from store_values import NOON, later, with_account, with_document, with_message

from mailroom.domain.account import Seller
from mailroom.domain.decision import Decision, DecisionRecord, Facts
from mailroom.domain.delivery import ChannelName, Delivery, DeliveryState
from mailroom.domain.document import DocumentState
from mailroom.domain.event import Event
from mailroom.domain.message import SenderProof, SenderVerdict
from mailroom.domain.report import Frequency, ReportKind, ReportRun, RunState, Subscription, Timetable
from mailroom.domain.rule import AccountRule, RuleCondition
from mailroom.domain.value import Reason, new_id
from mailroom.errors import NotFound
from mailroom.languages import Language
from mailroom.store import Store


def test_a_decision_is_kept_with_the_facts_it_was_made_on(store: Store) -> None:
    paper = with_document(store, with_message(store, with_account(store).id))
    facts = Facts(
        fields=paper.fields,
        sender=SenderProof(verdict=SenderVerdict.VERIFIED),
        known_ibans=("X",),
        today=date(2026, 11, 21),
    )
    decision = Decision(state=DocumentState.HELD, rule="new_iban", reasons=(Reason(code="iban", facts={"old": "X"}),))
    first = DecisionRecord(document_id=paper.id, at=NOON, actor="rules", decision=decision, facts=facts)
    second = DecisionRecord(document_id=paper.id, at=NOON, actor=new_id(), decision=decision)
    with store.unit() as unit:
        unit.decisions.add(first)
        unit.decisions.add(second)
    with store.read() as unit:
        assert unit.decisions.of(paper.id) == [first, second]
        assert unit.decisions.of(new_id()) == []


def test_the_rules_of_an_account_are_asked_in_their_order(store: Store) -> None:
    owner = with_account(store)
    condition = RuleCondition(name="seller_is", arguments={"vat_id": "BE1"})
    late = AccountRule(id=new_id(), account_id=owner.id, position=2, conditions=(condition,), created_at=NOON)
    early = AccountRule(id=new_id(), account_id=owner.id, position=1, outcome=DocumentState.ACCEPTED, created_at=NOON)
    with store.unit() as unit:
        for rule in (late, early):
            unit.rules.save(rule)
        unit.rules.save(early.model_copy(update={"name": "trusted"}))
    with store.unit() as unit:
        assert unit.rules.of(owner.id) == [early.model_copy(update={"name": "trusted"}), late]
        unit.rules.remove(early.id)
        assert unit.rules.of(owner.id) == [late]
        with pytest.raises(NotFound):
            unit.rules.get(early.id)


def seller(account_id: str, **more: Any) -> Seller:
    return Seller(**{"id": new_id(), "account_id": account_id, "name": "Acme S.A."} | more)


def test_a_seller_is_matched_by_vat_id_then_account_number_then_name(store: Store) -> None:
    owner = with_account(store)
    by_vat = seller(owner.id, vat_id="BE0403.170.701", name="One")
    by_iban = seller(owner.id, ibans=("BE71096123456769", "NL91ABNA0417164300"), name="Two")
    by_name = seller(owner.id, name="Three N.V.")
    with store.unit() as unit:
        for one in (by_vat, by_iban, by_name):
            assert unit.sellers.save(one) == one
    with store.read() as unit:
        match = unit.sellers.match
        assert match(owner.id, "be 0403170701", "BE71096123456769", "three nv") == by_vat
        assert match(owner.id, None, "NL91 ABNA 0417 1643 00", "three nv") == by_iban
        assert match(owner.id, "BE0999", "XX00", "THREE nv") == by_name
        assert match(owner.id, None, None, None) is None
        assert match(owner.id, "", "", "") is None
        assert match(new_id(), "BE0403170701", "BE71096123456769", "Three NV") is None
        assert unit.sellers.of(owner.id) == [by_vat, by_name, by_iban]


def test_an_account_number_or_name_of_several_sellers_names_none(store: Store) -> None:
    owner = with_account(store)
    with store.unit() as unit:
        for number in (1, 2):
            unit.sellers.save(seller(owner.id, vat_id=f"BE{number}", ibans=("BE71",), name="Factor"))
        assert unit.sellers.match(owner.id, None, "BE71", "Factor") is None


def test_a_seller_with_another_vat_id_is_not_matched_by_its_name(store: Store) -> None:
    owner = with_account(store)
    with store.unit() as unit:
        known = unit.sellers.save(seller(owner.id, vat_id="BE1", ibans=("BE71",)))
        assert unit.sellers.match(owner.id, "BE2", "BE71", "Acme SA") is None
        assert unit.sellers.match(owner.id, None, None, "Acme SA") == known


def test_a_seller_keeps_its_account_numbers_in_order_and_once(store: Store) -> None:
    owner = with_account(store)
    with store.unit() as unit:
        known = unit.sellers.save(seller(owner.id, ibans=("Z2", "a1", "Z 2")))
        assert known.ibans == ("Z2", "A1")
        changed = unit.sellers.save(known.model_copy(update={"ibans": ("B3", "A1"), "documents": 2}))
        assert (changed.ibans, changed.documents) == (("B3", "A1"), 2)
        assert unit.sellers.get(known.id) == changed


def test_two_workers_that_meet_a_new_seller_at_once_make_one(store: Store) -> None:
    owner = with_account(store)

    def save(number: int) -> Seller:
        with store.unit() as unit:
            return unit.sellers.save(seller(owner.id, vat_id="BE 1", ibans=(f"BE{number}",), documents=1))

    with ThreadPoolExecutor(4) as pool:
        assert len({saved.id for saved in pool.map(save, range(4))}) == 1
    with store.read() as unit:
        (known,) = unit.sellers.of(owner.id)
    assert set(known.ibans) == {"BE0", "BE1", "BE2", "BE3"}
    assert known.documents == 4


def delivery(account_id: str, **more: Any) -> Delivery:
    identity = new_id()
    told = {
        "id": identity,
        "key": f"vault:{identity}",
        "channel": ChannelName.VAULT,
        "target": "vault",
        "created_at": NOON,
    }
    return Delivery(**told | {"account_id": account_id} | more)


def test_a_delivery_is_planned_once_for_its_key(store: Store) -> None:
    paper = with_document(store, with_message(store, with_account(store).id))
    first = delivery(paper.account_id, document_id=paper.id)
    with store.unit() as unit:
        assert unit.deliveries.plan(first)
        assert not unit.deliveries.plan(delivery(paper.account_id, key=first.key))
        assert unit.deliveries.get(first.id) == first
        assert unit.deliveries.of(paper.id) == [first]


def test_what_is_handed_over_is_no_longer_to_be_tried(store: Store) -> None:
    owner = with_account(store)
    late, early = delivery(owner.id, created_at=later(1)), delivery(owner.id)
    with store.unit() as unit:
        assert unit.deliveries.plan(late)
        assert unit.deliveries.plan(early)
        assert unit.deliveries.untried_since(later(2)) == [early.id, late.id]
        assert unit.deliveries.untried_since(later(1)) == [early.id]
        done = early.model_copy(update={"state": DeliveryState.DELIVERED, "delivered_at": later(2), "detail": "ok"})
        unit.deliveries.save(done)
        assert unit.deliveries.get(early.id) == done
        assert unit.deliveries.untried_since(later(2)) == [late.id]
        assert unit.deliveries.due(later(9)) == []
        with pytest.raises(NotFound):
            unit.deliveries.save(delivery(owner.id))


def test_a_delivery_that_waits_for_its_next_attempt_is_not_due(store: Store) -> None:
    owner = with_account(store)
    with store.unit() as unit:
        refused = delivery(owner.id, next_attempt_at=later(10), attempts=3)
        assert unit.deliveries.plan(refused)
        assert unit.deliveries.due(later(9)) == []
        assert unit.deliveries.due(later(10)) == [(refused.id, 3)]
        assert unit.deliveries.untried_since(later(10)) == []


def subscription(account_id: str, **more: Any) -> Subscription:
    told: dict[str, Any] = {
        "id": new_id(),
        "account_id": account_id,
        "kind": ReportKind.ACTION_REQUIRED,
        "frequency": Frequency.DAILY,
        "recipient": "ann@example.org",
        "language": Language.NL,
    }
    return Subscription(**told | more)


def test_a_subscription_is_changed_ended_and_kept_for_its_runs(store: Store) -> None:
    one, two = with_account(store), with_account(store)
    mine, other = subscription(one.id), subscription(two.id)
    with store.unit() as unit:
        unit.reports.subscribe(mine)
        unit.reports.subscribe(other)
        weekly = mine.model_copy(update={"frequency": Frequency.WEEKLY, "weekday": 4})
        unit.reports.subscribe(weekly)
        assert unit.reports.subscriptions(one.id) == [weekly]
        assert len(unit.reports.subscriptions()) == 2
        unit.reports.unsubscribe(mine.id)
        assert unit.reports.subscriptions() == [other]
        assert unit.reports.subscription(mine.id) == weekly
        unit.reports.subscribe(weekly)
        assert unit.reports.subscriptions(one.id) == [weekly]


def run(of: Subscription, period: str, **more: Any) -> ReportRun:
    told = {"id": new_id(), "subscription_id": of.id, "account_id": of.account_id, "kind": of.kind, "period": period}
    return ReportRun(**told | {"state": RunState.DUE, "created_at": NOON} | more)


def test_a_report_runs_once_for_a_subscription_and_period(store: Store) -> None:
    mine = subscription(with_account(store).id)
    with store.unit() as unit:
        unit.reports.subscribe(mine)
        first, next_day = run(mine, "2026-11-21"), run(mine, "2026-11-22", created_at=later(1440))
        assert unit.reports.add_run(first)
        assert not unit.reports.add_run(run(mine, "2026-11-21"))
        assert unit.reports.add_run(next_day)
        sent = first.model_copy(update={"state": RunState.SENT})
        unit.reports.save_run(sent)
        assert unit.reports.run(first.id) == sent
        assert unit.reports.runs(mine.account_id) == [next_day, sent]
        mail = delivery(mine.account_id, report_run_id=first.id, channel=ChannelName.MAIL, content="ab" * 32)
        assert unit.deliveries.plan(mail)
        assert unit.deliveries.of_run(first.id) == [mail]


def test_two_clocks_that_tick_at_once_make_one_run(store: Store) -> None:
    mine = subscription(with_account(store).id)
    with store.unit() as unit:
        unit.reports.subscribe(mine)

    def tick(_: int) -> bool:
        with store.unit() as unit:
            return unit.reports.add_run(run(mine, "2026-W47"))

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(tick, range(4))) == [False, False, False, True]


def test_a_report_is_due_by_its_timetable_until_it_has_a_run(store: Store) -> None:
    here, there = with_account(store), with_account(store, time_zone="Europe/Bucharest")
    away = with_account(store, suspended=True)
    mine, late = subscription(here.id), subscription(here.id, hour=9)
    theirs, weekly = subscription(there.id), subscription(there.id, frequency=Frequency.WEEKLY, weekday=4)
    with store.unit() as unit:
        for wish in (mine, late, theirs, weekly, subscription(away.id, hour=5)):
            unit.reports.subscribe(wish)
        ended = subscription(here.id, hour=6)
        unit.reports.subscribe(ended)
        unit.reports.unsubscribe(ended.id)
        brussels = Timetable(here.time_zone, Frequency.DAILY, 7, 0)
        bucharest = Timetable("Europe/Bucharest", Frequency.DAILY, 7, 0)
        assert set(unit.reports.timetables()) == {
            brussels,
            bucharest,
            Timetable(here.time_zone, Frequency.DAILY, 9, 0),
            Timetable("Europe/Bucharest", Frequency.WEEKLY, 7, 4),
        }
        assert unit.reports.due("2026-11-21", [], limit=9) == []
        assert {wish.id for wish in unit.reports.due("2026-11-21", [brussels, bucharest], limit=9)} == {
            mine.id,
            theirs.id,
        }
        assert unit.reports.add_run(run(mine, "2026-11-21"))
        assert unit.reports.due("2026-11-21", [brussels, bucharest], limit=9) == [theirs]
        assert unit.reports.due("2026-11-22", [brussels], limit=9) == [mine]


def test_of_many_due_reports_each_account_has_one_before_another_has_two(store: Store) -> None:
    large, small = sorted(with_account(store).id for _ in range(2))
    with store.unit() as unit:
        for account_id in (large, large, large, small):
            unit.reports.subscribe(subscription(account_id))
        due = unit.reports.due("2026-11-21", unit.reports.timetables(), limit=3)
    assert [wish.account_id for wish in due] == [large, small, large]


def test_a_run_is_without_a_mail_until_it_is_written_or_there_is_nothing_to_say(store: Store) -> None:
    mine = subscription(with_account(store).id)
    first, second, third = (run(mine, f"2026-11-2{day}", created_at=later(day)) for day in (1, 2, 3))
    with store.unit() as unit:
        unit.reports.subscribe(mine)
        for each in (third, first, second):
            unit.reports.add_run(each)
        assert unit.reports.without_mail() == [first, second, third]
        unit.deliveries.plan(delivery(mine.account_id, report_run_id=first.id, content="ab" * 32))
        unit.reports.save_run(third.model_copy(update={"state": RunState.NOTHING_TO_SAY}))
        assert unit.reports.without_mail() == [second]


def test_events_are_told_in_the_order_in_which_they_happened(store: Store) -> None:
    subject = new_id()
    with store.unit() as unit:
        unit.events.add("second_by_the_clock", at=later(1), subject=subject)
        unit.events.add("accepted", at=NOON, subject=subject, account_id="a", actor="u", facts={"rule": "trusted"})
        unit.events.add("other", at=NOON, subject=new_id())
    with store.read() as unit:
        first, second = unit.events.of(subject)
    assert first.name == "second_by_the_clock"
    told = {"account_id": "a", "subject": subject, "actor": "u", "facts": {"rule": "trusted"}, "at": NOON}
    assert second == Event(name="accepted", **told)


EVERYWHERE = ("UPDATE events SET name = 'x'", "DELETE FROM events", "DELETE FROM events WHERE subject = 's'")
TAMPERING = {
    "sqlite": (
        *EVERYWHERE,
        "INSERT OR REPLACE INTO events SELECT number, 'x', account_id, subject, actor, at, facts FROM events",
    ),
    "postgresql": (*EVERYWHERE, "TRUNCATE events"),
}


def test_the_database_refuses_to_change_the_event_log(store: Store) -> None:
    with store.unit() as unit:
        unit.events.add("happened", at=NOON, subject="s")
    for statement in TAMPERING[store.engine.dialect.name]:
        with pytest.raises(exc.DBAPIError, match="append-only"), store.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    with store.read() as unit:
        assert [event.name for event in unit.events.of("s")] == ["happened"]
