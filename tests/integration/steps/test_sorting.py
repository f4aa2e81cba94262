"""Arrive, authenticate, sort: every row once, whatever is done twice; what cannot be taken apart is shown."""

from __future__ import annotations

import pytest
from house_for_steps import TestHouse, mail, pdf

from mailroom.domain.message import LedgerEntry, Message, MessageState, SenderVerdict, Verdict
from mailroom.errors import ReaderCrashed, ReaderTimedOut, StorageUnavailable
from mailroom.steps.authenticate import authenticate
from mailroom.steps.sort import sort
from mailroom.store import Store


def ledger(store: Store) -> list[LedgerEntry]:
    with store.read() as unit:
        return list(unit.parts.ledger())


def message_of(store: Store, message_id: str) -> Message:
    with store.read() as unit:
        return unit.messages.get(message_id)


def documents(store: Store) -> list[str]:
    with store.read() as unit:
        return sorted(document.id for document in unit.documents.list())


def test_a_mail_that_leaves_the_spool_twice_is_one_message(home: TestHouse) -> None:
    first = home.arrives(mail())
    assert home.arrives(mail()) == first
    assert home.arrives(mail(), home.address.upper()) == first
    assert home.events(first) == ["message_stored"]


def test_a_sort_that_was_cut_off_after_its_commit_gives_the_same_rows_again(home: TestHouse) -> None:
    raw = mail(("a.pdf", pdf("a")), ("b.pdf", pdf("b")), ("again.pdf", pdf("a")))
    message = home.arrives(raw)
    first = sort(home.house, message)
    rows = ledger(home.store)
    assert sort(home.house, message) == first
    assert ledger(home.store) == rows
    assert documents(home.store) == sorted(first)
    assert len(first) == 2


def test_the_same_bytes_in_two_mails_are_one_document_and_the_second_line_names_it(home: TestHouse) -> None:
    [document] = home.documents_of(mail(subject="first"))
    home.clock.go_on(minutes=1)
    assert home.documents_of(mail(subject="second")) == []
    second = [line for line in ledger(home.store) if line.subject == "second" and line.filename]
    assert [(line.verdict, line.reason.code, line.document_id) for line in second] == [
        (Verdict.IGNORED, "same_bytes_as_document", document)
    ]
    assert documents(home.store) == [document]


def test_the_same_mail_to_two_companies_is_a_document_in_each(home: TestHouse) -> None:
    other, address = home.company("Garage Peeters")
    [one] = home.documents_of(mail())
    [two] = home.documents_of(mail(), address, account_id=other.id)
    assert home.document(one).account_id == home.account.id
    assert home.document(two).account_id == other.id
    assert home.document(one).sha256 == home.document(two).sha256


def test_the_same_mail_to_two_addresses_of_one_company_is_one_document(home: TestHouse) -> None:
    [one] = home.documents_of(mail())
    assert home.documents_of(mail(), "second@import.example") == []
    assert documents(home.store) == [one]
    assert {line.recipient for line in ledger(home.store)} == {home.address, "second@import.example"}


def test_every_part_of_a_mail_without_attachments_has_its_line(home: TestHouse) -> None:
    raw = b"From: a@example.com\r\nSubject: hello\r\n\r\nNo file today.\r\n"
    assert home.documents_of(raw) == []
    assert [line.verdict for line in ledger(home.store)] == [Verdict.IGNORED]


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\x00", b"no header at all"], ids=["empty", "line", "nul", "words"])
def test_a_mail_of_nothing_is_sorted_and_stays_in_the_ledger(home: TestHouse, raw: bytes) -> None:
    message = home.arrives(raw)
    assert sort(home.house, message) == []
    assert message_of(home.store, message).state is MessageState.SORTED
    assert ledger(home.store), "where is my mail? has an answer for this one too"


def test_a_mail_that_ends_its_reader_three_times_waits_for_the_operator(home: TestHouse) -> None:
    message = home.arrives(mail())
    home.box.stops = [ReaderCrashed("1"), ReaderCrashed("2"), ReaderTimedOut("3")]
    for _ in range(2):
        with pytest.raises(ReaderCrashed):
            sort(home.house, message)
    assert sort(home.house, message) == []
    stored = message_of(home.store, message)
    assert stored.state is MessageState.NEEDS_ATTENTION
    assert [reason.code for reason in stored.reasons] == ["reader_timed_out"]
    assert home.events(message) == ["message_stored", "message_parked"]


def test_a_mail_that_ended_the_whole_daemon_three_times_is_not_touched_again(home: TestHouse) -> None:
    message = home.arrives(mail())
    for _ in range(3):
        with home.store.unit() as unit:
            unit.messages.begin_attempt(message)  # and then the process was gone
    assert sort(home.house, message) == []
    assert home.box.calls == []
    assert message_of(home.store, message).state is MessageState.NEEDS_ATTENTION


def test_a_disk_that_is_full_for_a_while_is_not_held_against_the_mail(home: TestHouse) -> None:
    message = home.arrives(mail())
    home.box.stops = [StorageUnavailable("disk full")] * 6
    for _ in range(6):
        with pytest.raises(StorageUnavailable):
            sort(home.house, message)
    assert len(sort(home.house, message)) == 1
    assert message_of(home.store, message).state is MessageState.SORTED


def test_a_mail_that_was_sorted_is_not_parked_for_being_sorted_often(home: TestHouse) -> None:
    message = home.arrives(mail())
    first = sort(home.house, message)
    for _ in range(4):  # killed each time after the commit, before the engine recorded it
        assert sort(home.house, message) == first
    assert message_of(home.store, message).state is MessageState.SORTED


def test_a_person_who_was_logged_in_at_the_door_is_proved(home: TestHouse) -> None:
    message = home.arrives(mail(sender="forged@example.com"), uploaded_by=home.owner.id)
    assert authenticate(home.house, message) == "verified"
    sort(home.house, message)
    proof = message_of(home.store, message).sender
    assert (proof.verdict, proof.identity) == (SenderVerdict.VERIFIED, "owner@example.com")


def test_a_from_line_is_a_name_and_no_proof(home: TestHouse) -> None:
    message = home.arrives(mail(sender="owner@example.com"))
    assert authenticate(home.house, message) == "unverified"
    sort(home.house, message)
    proof = message_of(home.store, message).sender
    assert (proof.verdict, proof.identity) == (SenderVerdict.UNVERIFIED, "owner@example.com")


def test_two_addresses_in_from_name_nobody(home: TestHouse) -> None:
    message = home.arrives(mail(sender="owner@example.com, other@example.com"))
    authenticate(home.house, message)
    sort(home.house, message)
    assert message_of(home.store, message).sender.identity == "bounce@mailer.example"
