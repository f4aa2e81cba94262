from __future__ import annotations

import pytest
from store_values import document, later, message, part, sha, verdict, with_account, with_document, with_message

from mailroom.domain.message import HeaderView, MessageState, SenderProof, SenderVerdict, Verdict
from mailroom.domain.value import new_id
from mailroom.errors import NotFound
from mailroom.store import Store


def test_a_message_comes_back_as_it_was(store: Store) -> None:
    stored = with_message(store, with_account(store).id)
    with store.read() as unit:
        assert unit.messages.get(stored.id) == stored
        assert unit.messages.by_bytes(stored.sha256, stored.recipient.upper()) == stored
        assert unit.messages.by_bytes(stored.sha256, "other@import.example") is None


def test_the_same_mail_for_the_same_recipient_is_stored_once(store: Store) -> None:
    stored = with_message(store, with_account(store).id)
    again = stored.model_copy(update={"id": new_id()})
    shouted = again.model_copy(update={"recipient": stored.recipient.upper()})
    elsewhere = again.model_copy(update={"recipient": "other@import.example"})
    with store.unit() as unit:
        assert not unit.messages.add(stored)
        assert not unit.messages.add(again)
        assert not unit.messages.add(shouted)
        assert unit.messages.add(elsewhere)


def test_a_message_with_broken_words_in_its_header_is_stored(store: Store) -> None:
    header = HeaderView(subject="a\x00b", from_addresses=("x\x00@y",), message_id="<\x00>")
    stored = with_message(store, with_account(store).id, header=header, envelope_sender="\x00")
    with store.read() as unit:
        assert unit.messages.get(stored.id).header == header
        assert list(unit.parts.ledger(search="a\x00b")) == []


def test_a_message_changes_its_state_and_is_listed_by_it(store: Store) -> None:
    owner = with_account(store)
    late = with_message(store, owner.id, received_at=later(5))
    early = with_message(store, owner.id)
    done = with_message(store, owner.id)
    with store.unit() as unit:
        unit.messages.update(done.model_copy(update={"state": MessageState.SORTED}))
    with store.read() as unit:
        assert unit.messages.in_state(MessageState.STORED) == [early.id, late.id]
        assert unit.messages.in_state(MessageState.SORTED) == [done.id]


def test_messages_that_are_not_sorted_yet_are_told_oldest_first(store: Store) -> None:
    owner = with_account(store)
    late = with_message(store, owner.id, received_at=later(4))
    early = with_message(store, owner.id)
    with_message(store, owner.id, received_at=later(5))  # has just come
    done = with_message(store, owner.id)
    with store.unit() as unit:
        unit.messages.update(done.model_copy(update={"state": MessageState.SORTED}))
        unit.messages.begin_attempt(early.id)
        assert unit.messages.stored_since(later(5)) == [(early.id, 1), (late.id, 0)]


def test_messages_whose_sender_was_looked_at_in_vain_are_found_oldest_first(store: Store) -> None:
    owner = with_account(store)
    doubt = SenderProof(verdict=SenderVerdict.UNKNOWN, identity="odd\x00\udcff@shop.be", evidence="dmarc=temperror")
    known = {"sender": doubt, "state": MessageState.SORTED}
    late = with_message(store, owner.id, **known, received_at=later(5))
    early = with_message(store, owner.id, **known)
    with_message(store, owner.id, **known, received_at=later(-60))
    with_message(store, owner.id, sender=doubt)  # still being sorted
    with_message(store, owner.id, state=MessageState.SORTED)  # not looked at yet
    failed = doubt.model_copy(update={"verdict": SenderVerdict.FAILED})
    with_message(store, owner.id, state=MessageState.SORTED, sender=failed)
    with store.read() as unit:
        found = unit.messages.in_doubt(early.received_at)
        assert found == [(early.id, early.received_at), (late.id, late.received_at)]


def test_the_ledger_tells_whether_the_sender_is_proved(store: Store) -> None:
    owner = with_account(store)
    for verdict_of_sender in SenderVerdict:
        sender = SenderProof(verdict=verdict_of_sender, identity="a\x00b")
        stored = with_message(store, owner.id, sender=sender)
        with store.unit() as unit:
            unit.parts.record(stored.id, [(part("1"), verdict("1"), None)])
    with store.read() as unit:
        assert {line.sender_verdict for line in unit.parts.ledger()} == set(SenderVerdict)


def test_a_beginning_of_work_on_a_message_is_counted(store: Store) -> None:
    stored = with_message(store, with_account(store).id)
    with store.unit() as unit:
        assert unit.messages.begin_attempt(stored.id) == 1
        assert unit.messages.begin_attempt(stored.id) == 2
        with pytest.raises(NotFound):
            unit.messages.begin_attempt(new_id())


def test_what_is_not_there_is_not_found(store: Store) -> None:
    with store.unit() as unit:
        with pytest.raises(NotFound):
            unit.messages.get(new_id())
        with pytest.raises(NotFound):
            unit.messages.update(message(new_id()))
        with pytest.raises(NotFound):
            unit.parts.record(new_id(), [])


def test_the_ledger_names_every_part_with_its_verdict_and_document(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    paper = with_document(store, mail)
    logo = part("1.2", filename="logo.png", width=90, height=30, inline=True)
    with store.unit() as unit:
        unit.parts.record(mail.id, [(logo, verdict("1.2", Verdict.IGNORED), None), (part("2"), verdict("2"), paper.id)])
    with store.read() as unit:
        first, second = unit.parts.of(mail.id)
    assert (first.path, first.verdict, first.filename) == ("1.2", Verdict.IGNORED, "logo.png")
    assert (second.path, second.document_id, second.sha256) == ("2", paper.id, sha("2"))
    assert second.mail == mail.id
    assert second.account == mail.account_id
    assert second.message_id == mail.header.message_id
    assert (second.recipient, second.received_at) == (mail.recipient, mail.received_at)
    assert (second.subject, second.sender) == (mail.header.subject, "billing@shop.example")


def test_a_mail_without_message_id_and_from_is_named_by_what_we_know(store: Store) -> None:
    mail = with_message(store, with_account(store).id, header=HeaderView())
    with store.unit() as unit:
        unit.parts.record(mail.id, [(part(), verdict(), None)])
        (line,) = unit.parts.of(mail.id)
    assert line.message_id == mail.id
    assert line.sender == mail.envelope_sender


def test_recording_again_replaces_the_lines(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    with store.unit() as unit:
        unit.parts.record(mail.id, [(part("1"), verdict("1"), None), (part("2"), verdict("2"), None)])
        unit.parts.record(mail.id, [(part("3"), verdict("3"), None)])
        unit.parts.record(mail.id, [(part("3"), verdict("3"), None)])
        assert [line.path for line in unit.parts.of(mail.id)] == ["3"]


def test_parts_may_be_recorded_before_the_document_that_they_name(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    paper = document(mail)
    with store.unit() as unit:
        unit.parts.record(mail.id, [(part(), verdict(), paper.id)])
        unit.documents.add(paper)
    with pytest.raises(NotFound), store.unit() as unit:
        unit.parts.record(mail.id, [(part(), verdict(), new_id())])
    with store.read() as unit:
        assert unit.parts.of(mail.id)[0].document_id == paper.id


@pytest.fixture
def ledger(store: Store) -> dict[str, str]:
    """Three mails of two accounts; the names of their ids."""
    one, two = with_account(store, name="one"), with_account(store, name="two")
    mails = {
        "old": with_message(store, one.id),
        "new": with_message(store, one.id, received_at=later(1), header=HeaderView(subject="100% Rabatt_77")),
        "other": with_message(store, two.id, received_at=later(2), recipient="two-x@import.example"),
    }
    with store.unit() as unit:
        unit.parts.record(mails["old"].id, [(part("1", filename="Übersicht.pdf"), verdict("1"), None)])
        unit.parts.record(mails["new"].id, [(part(path), verdict(path), None) for path in ("1", "2", "10")])
        unit.parts.record(mails["other"].id, [(part("1", sha256=sha("rare")), verdict("1"), None)])
    return {name: mail.id for name, mail in mails.items()} | {"one": one.id, "two": two.id}


def lines(store: Store, ledger: dict[str, str], **asked: object) -> list[str]:
    names = {identity: name for name, identity in ledger.items()}
    with store.read() as unit:
        return [f"{names[line.mail]} {line.path}" for line in unit.parts.ledger(**asked)]  # type: ignore[arg-type]  # keywords as they come


def test_the_ledger_is_read_newest_first_and_by_account(store: Store, ledger: dict[str, str]) -> None:
    assert lines(store, ledger) == ["other 1", "new 1", "new 2", "new 10", "old 1"]
    assert lines(store, ledger, account_id=ledger["one"]) == ["new 1", "new 2", "new 10", "old 1"]
    assert lines(store, ledger, limit=2) == ["other 1", "new 1"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ubersicht", ["old 1"]),  # a file name, without its accent
        ("ORDER-77@shop", ["other 1", "old 1"]),  # part of the Message-ID
        ("generale societe", ["other 1", "old 1"]),  # words in any order
        ("two-x@", ["other 1"]),  # the recipient
        ("100% rabatt_", ["new 1", "new 2", "new 10"]),  # signs that mean something to LIKE
        ("100_", []),
        ('"rabatt"', []),  # signs that mean something to the full-text search
        ("rabatt OR order", []),
        ("rabatt %", ["new 1", "new 2", "new 10"]),  # a word that is too short for the trigrams
        ("77", ["other 1", "new 1", "new 2", "new 10", "old 1"]),
        ("   ", ["other 1", "new 1", "new 2", "new 10", "old 1"]),
        (sha("rare"), ["other 1"]),  # the hash of a part
        (sha("2"), ["new 2"]),
    ],
)
def test_the_ledger_is_searched(store: Store, ledger: dict[str, str], search: str, found: list[str]) -> None:
    assert lines(store, ledger, search=search) == found
    mine = [line for line in found if not line.startswith("other")]
    assert lines(store, ledger, search=search, account_id=ledger["one"]) == mine


def test_the_ledger_is_searched_by_our_own_ids(store: Store, ledger: dict[str, str]) -> None:
    assert lines(store, ledger, search=ledger["old"].upper()) == ["old 1"]
    with store.read() as unit:
        mail = unit.messages.get(ledger["new"])
    assert lines(store, ledger, search=mail.sha256) == ["new 1", "new 2", "new 10"]
    paper = with_document(store, mail)
    with store.unit() as unit:
        unit.parts.record(mail.id, [(part("1"), verdict("1"), paper.id)])
    assert lines(store, ledger, search=paper.id) == ["new 1"]


def test_a_change_of_the_message_is_searched_at_once(store: Store, ledger: dict[str, str]) -> None:
    with store.unit() as unit:
        mail = unit.messages.get(ledger["old"])
        unit.messages.update(mail.model_copy(update={"header": HeaderView(subject="Brandneu")}))
    assert lines(store, ledger, search="brandneu") == ["old 1"]
    assert lines(store, ledger, search="ubersicht") == ["old 1"]
    assert lines(store, ledger, search="generale") == ["other 1"]
