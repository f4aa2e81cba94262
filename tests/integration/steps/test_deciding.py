"""Decide: the facts that were looked at are stored with the decision, and proof alone opens the way by itself."""

from __future__ import annotations

from datetime import timedelta

from house_for_steps import TestHouse, mail, pdf

from mailroom.domain.decision import DecisionRecord
from mailroom.domain.document import DocumentState, FieldName
from mailroom.domain.message import SenderVerdict


def decisions(home: TestHouse, document_id: str) -> list[DecisionRecord]:
    with home.store.read() as unit:
        return unit.decisions.of(document_id)


def test_without_the_switch_a_document_waits_and_says_so(home: TestHouse) -> None:
    document = home.decided()
    assert document.state is DocumentState.TO_ACCEPT
    assert [reason.code for reason in document.reasons] == ["waits_for_acceptance"]
    assert document.decided_by is None


def test_the_facts_of_a_decision_are_stored_with_it(home: TestHouse) -> None:
    document = home.decided()
    [record] = decisions(home, document.id)
    assert record.actor == "rules"
    assert record.facts is not None
    assert record.facts.fields == document.fields
    assert record.facts.own_vat_id == home.account.vat_id
    assert record.facts.today == home.clock().date()
    assert record.facts.sender.verdict is SenderVerdict.UNVERIFIED


def test_a_listed_person_who_was_logged_in_opens_the_undo_window(home: TestHouse) -> None:
    home.set_account(auto_accept=True, trusted_senders=("OWNER@example.com",))
    document = home.decided(uploaded_by=home.owner.id)
    assert document.state is DocumentState.ACCEPTED
    assert document.archive_at == home.clock() + timedelta(minutes=15)


def test_a_listed_name_in_from_does_not(home: TestHouse) -> None:
    home.set_account(auto_accept=True, trusted_senders=("owner@example.com",))
    document = home.decided(mail(sender="owner@example.com"))
    assert document.state is DocumentState.TO_ACCEPT
    assert "sender_not_verified" in {reason.code for reason in document.reasons}


def test_a_proved_person_who_is_not_listed_does_not_either(home: TestHouse) -> None:
    home.set_account(auto_accept=True, trusted_senders=("boss@example.com",))
    document = home.decided(uploaded_by=home.owner.id)
    assert document.state is DocumentState.TO_ACCEPT
    assert "sender_not_listed" in {reason.code for reason in document.reasons}


def test_a_missing_field_stops_a_trusted_sender_too(home: TestHouse) -> None:
    home.set_account(auto_accept=True, trusted_senders=("owner@example.com",))
    del home.reader.says[FieldName.INVOICE_NUMBER]
    document = home.decided(uploaded_by=home.owner.id)
    assert document.state is DocumentState.INCOMPLETE


def test_another_iban_of_a_known_seller_holds_the_document_of_a_trusted_sender(home: TestHouse) -> None:
    from mailroom.steps.archive import convert
    from mailroom.steps.desk import Desk

    first = home.decided(mail(subject="one"))
    Desk(home.house).accept(home.owner, first.id, first.version)
    assert convert(home.house, first.id)
    home.set_account(auto_accept=True, trusted_senders=("owner@example.com",))
    home.reader.says[FieldName.IBAN] = "BE68539007547034"
    document = home.decided(mail(("b.pdf", pdf("b")), subject="two"), uploaded_by=home.owner.id)
    assert (document.state, document.reasons[0].code) == (DocumentState.HELD, "iban_changed")


def test_an_iban_that_was_taken_back_is_not_remembered(home: TestHouse) -> None:
    from mailroom.steps.archive import convert
    from mailroom.steps.desk import Desk

    desk = Desk(home.house)
    first = home.decided(mail(subject="one"))
    first = desk.accept(home.owner, first.id, first.version)
    desk.undo(home.owner, first.id, first.version)
    assert convert(home.house, first.id) is False
    with home.store.read() as unit:
        assert unit.sellers.of(home.account.id) == []


def test_today_is_the_day_of_the_company(home: TestHouse) -> None:
    home.set_account(time_zone="Pacific/Auckland")
    document = home.decided()
    [record] = decisions(home, document.id)
    assert record.facts is not None
    assert record.facts.today == home.clock().date() + timedelta(days=1), "noon UTC is past midnight there"
