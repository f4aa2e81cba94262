"""The step `authenticate` in a house, and what becomes of a mail whose sender was in doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from house_for_steps import TestHouse, mail
from signing_trust import NOON, Table, published, signed

from mailroom.config import TrustSettings
from mailroom.domain.document import DocumentState, FieldName
from mailroom.domain.message import Door, SenderVerdict
from mailroom.languages import Language
from mailroom.scheduler.rounds import LOOK_AGAIN_AFTER, Rounds
from mailroom.steps.authenticate import authenticate, authenticate_again
from mailroom.steps.decide import decide_again
from mailroom.steps.desk import Desk

AUTHOR = "billing@shop.be"


class Starter:
    """Runs the story of a doubtful sender at once; the same words once."""

    def __init__(self, home: TestHouse) -> None:
        self.home = home
        self.begun: list[tuple[str, str, str]] = []

    def start(self, kind: str, item_id: str, *, again: str = "") -> None:
        if kind != "authentication" or (kind, item_id, again) in self.begun:
            return
        self.begun.append((kind, item_id, again))
        for document_id in authenticate_again(self.home.house, item_id):
            decide_again(self.home.house, document_id)

    def active(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    def forget_finished(self, older_than_days: int) -> None:
        pass


@pytest.fixture
def dns() -> Table:
    return published()


@pytest.fixture
def trusting(home: TestHouse, dns: Table) -> TestHouse:
    """A house whose account accepts what the author sends, and that asks the table."""
    home.clock.now = NOON
    home.house = replace(home.house, resolver=dns)
    home.set_account(auto_accept=True, trusted_senders=(AUTHOR,))
    return home


@pytest.fixture
def starter(trusting: TestHouse) -> Starter:
    return Starter(trusting)


@pytest.fixture
def rounds(trusting: TestHouse, starter: Starter) -> Rounds:
    return Rounds(trusting.store, starter, trusting.clock, keep_days=14)


def codes(home: TestHouse, document_id: str) -> list[str]:
    return [reason.code for reason in home.document(document_id).reasons]


def verdict_of(home: TestHouse, document_id: str) -> SenderVerdict:
    with home.store.read() as unit:
        return unit.messages.get(unit.documents.get(document_id).message_id).sender.verdict


def test_a_listed_sender_with_proof_is_accepted_by_rule(trusting: TestHouse) -> None:
    document = trusting.decided(signed(mail(sender=AUTHOR)))
    assert document.state is DocumentState.ACCEPTED
    assert codes(trusting, document.id) == ["trusted_sender"]
    with trusting.store.read() as unit:
        assert {line.sender_verdict for line in unit.parts.ledger()} == {SenderVerdict.VERIFIED}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (signed(mail(sender=AUTHOR)).replace(b"Please find", b"Pay now:   "), "sender_failed"),
        (mail(sender=AUTHOR), "sender_not_verified"),
        (signed(mail(sender="other@shop.be")), "sender_not_listed"),
        (signed(mail(sender=AUTHOR)).replace(AUTHOR.encode(), b"ceo@shop.be"), "sender_failed"),
    ],
)
def test_anything_less_waits_and_says_why(trusting: TestHouse, raw: bytes, code: str) -> None:
    document = trusting.decided(raw)
    assert document.state is DocumentState.TO_ACCEPT
    assert code in codes(trusting, document.id)


def test_a_proof_of_the_envelope_s_sender_is_none_of_the_author(trusting: TestHouse) -> None:
    document = trusting.decided(mail(sender=f"{AUTHOR}, ceo@evil.com"), sender=AUTHOR)
    assert codes(trusting, document.id) == ["sender_not_verified"]


@pytest.mark.parametrize("door", [Door.UPLOAD, Door.FOLDER, Door.COMMAND, Door.API])
def test_what_a_person_hands_in_is_not_looked_at(trusting: TestHouse, dns: Table, door: Door) -> None:
    assert verdict_of(trusting, trusting.decided(signed(mail(sender=AUTHOR)), door=door).id) is SenderVerdict.UNVERIFIED
    assert dns.asked == []


def test_with_the_check_off_no_mail_proves_its_sender(trusting: TestHouse, dns: Table) -> None:
    settings = trusting.settings.model_copy(update={"trust": TrustSettings(check="off")})
    trusting.house = replace(trusting.house, settings=settings)
    assert verdict_of(trusting, trusting.decided(signed(mail(sender=AUTHOR))).id) is SenderVerdict.UNVERIFIED
    assert dns.asked == []


def test_a_person_who_is_logged_in_is_still_proved_by_that(trusting: TestHouse, dns: Table) -> None:
    message = trusting.arrives(mail(), door=Door.UPLOAD, uploaded_by=trusting.owner.id)
    assert authenticate(trusting.house, message) == "verified"
    assert dns.asked == []


def test_silence_of_the_dns_delays_the_acceptance_and_not_the_reading(
    trusting: TestHouse, dns: Table, rounds: Rounds, starter: Starter
) -> None:
    dns.silent = {"shop.be"}
    document = trusting.decided(signed(mail(sender=AUTHOR)))
    assert (document.state, codes(trusting, document.id)) == (DocumentState.TO_ACCEPT, ["sender_unknown"])
    for minutes in (0, 1, 1):
        trusting.clock.go_on(minutes=minutes)
        rounds.tick()
    assert [again for _, _, again in starter.begun] == ["t1"]
    dns.silent = set()
    trusting.clock.go_on(minutes=1)
    rounds.tick()
    assert trusting.document(document.id).state is DocumentState.ACCEPTED
    assert codes(trusting, document.id) == ["trusted_sender"]
    trusting.clock.go_on(hours=5)
    rounds.tick()
    assert len(starter.begun) == 2


def test_a_dns_that_stays_silent_is_asked_a_bounded_number_of_times(
    trusting: TestHouse, dns: Table, rounds: Rounds, starter: Starter
) -> None:
    dns.silent = {"shop.be"}
    document = trusting.decided(signed(mail(sender=AUTHOR)))
    for _ in range(3 * 24 * 12):
        trusting.clock.go_on(minutes=5)
        rounds.tick()
    assert len(starter.begun) <= len(LOOK_AGAIN_AFTER)
    assert codes(trusting, document.id) == ["sender_unknown"]


def test_a_restart_in_between_asks_no_more_often(
    trusting: TestHouse, dns: Table, rounds: Rounds, starter: Starter
) -> None:
    dns.silent = {"shop.be"}
    trusting.decided(signed(mail(sender=AUTHOR)))
    trusting.clock.go_on(minutes=2)
    rounds.tick()
    Rounds(trusting.store, starter, trusting.clock, keep_days=14).tick()
    assert len(starter.begun) == 1


def filled_in(home: TestHouse, document: Any) -> None:
    Desk(home.house).fill_in(
        home.owner, document.id, document.version, {FieldName.PAYMENT_REFERENCE: "PF 20931"}, Language.EN
    )


def refused(home: TestHouse, document: Any) -> None:
    Desk(home.house).refuse(home.owner, document.id, document.version, "not ours")


def refused_and_taken_back(home: TestHouse, document: Any) -> None:
    refused(home, document)
    Desk(home.house).undo(home.owner, document.id, home.document(document.id).version)


@pytest.mark.parametrize("touch", [filled_in, refused, refused_and_taken_back])
def test_what_a_person_touched_is_not_decided_again(
    trusting: TestHouse, dns: Table, rounds: Rounds, touch: Any
) -> None:
    dns.silent = {"shop.be"}
    document = trusting.decided(signed(mail(sender=AUTHOR)))
    touch(trusting, document)
    before = trusting.document(document.id)
    dns.silent = set()
    trusting.clock.go_on(minutes=2)
    rounds.tick()
    assert verdict_of(trusting, document.id) is SenderVerdict.VERIFIED
    assert trusting.document(document.id) == before


def test_the_second_look_survives_being_cut_off_between_its_steps(trusting: TestHouse, dns: Table) -> None:
    dns.silent = {"shop.be"}
    document = trusting.decided(signed(mail(sender=AUTHOR)))
    dns.silent = set()
    assert authenticate_again(trusting.house, document.message_id) == [document.id]
    assert authenticate_again(trusting.house, document.message_id) == [document.id], "and now the process died"
    for _ in range(2):
        decide_again(trusting.house, document.id)
    assert trusting.document(document.id).state is DocumentState.ACCEPTED
    assert trusting.events(document.id).count("document_accepted") == 1


def test_a_second_mail_with_the_same_file_does_not_vouch_for_the_first(trusting: TestHouse, dns: Table) -> None:
    first = trusting.decided(mail(sender=AUTHOR, subject="first"))
    dns.silent = {"shop.be"}
    trusting.documents_of(signed(mail(sender=AUTHOR, subject="second")))
    dns.silent = set()
    with trusting.store.read() as unit:
        [(message, _)] = unit.messages.in_doubt(NOON - timedelta(days=1))
    assert authenticate_again(trusting.house, message) == []
    assert trusting.document(first.id).state is DocumentState.TO_ACCEPT
