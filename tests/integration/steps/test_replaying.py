"""A mail that is run again: the same lines and documents, nothing doubled, nothing undone that a person did."""

from __future__ import annotations

import pytest
from house_for_steps import TestHouse, mail, pdf

from mailroom.domain.account import User
from mailroom.domain.document import DocumentState, FieldName
from mailroom.domain.message import MessageState, SenderProof, SenderVerdict, Verdict
from mailroom.errors import ReaderCrashed, WrongState
from mailroom.languages import Language
from mailroom.steps.desk import Desk
from mailroom.steps.replay import replay, sort_again

RAW = mail(("a.pdf", pdf("a")), ("b.pdf", pdf("b")), ("again.pdf", pdf("a")), ("words.txt", b"hello"))


@pytest.fixture
def els(home: TestHouse) -> User:
    return home.person("els@bakker.example", is_operator=True)


def documents(home: TestHouse) -> list[str]:
    with home.store.read() as unit:
        return sorted(document.id for document in unit.documents.list())


def message_of(home: TestHouse, document_id: str) -> str:
    return home.document(document_id).message_id


def test_the_outcome_is_the_same_and_nothing_is_doubled(home: TestHouse) -> None:
    found = home.documents_of(RAW)
    message = message_of(home, found[0])
    again = replay(home.house, message, "els")
    assert again.is_same
    assert (again.new, again.left) == ((), ())
    assert [line.filename for line in again.after if line.verdict is Verdict.DOCUMENT] == ["a.pdf", "b.pdf"]
    assert documents(home) == sorted(found)
    assert home.events(message)[-2:] == ["message_replayed", "message_sorted"]


def test_what_a_person_typed_and_decided_stays(home: TestHouse, els: User) -> None:
    document = home.decided(mail())
    typed = Desk(home.house).fill_in(
        els, document.id, document.version, {FieldName.INVOICE_NUMBER: "by hand"}, Language.EN
    )
    refused = Desk(home.house).refuse(els, document.id, typed.version, "not ours")
    replay(home.house, document.message_id, els.id)
    assert home.document(document.id) == refused
    assert sort_again(home.house, document.message_id) == [
        name for name in documents(home) if home.document(name).state is DocumentState.READING
    ]


def test_the_proof_of_the_day_on_which_the_mail_came_stays(home: TestHouse) -> None:
    [document, *_] = home.documents_of(RAW)
    message = message_of(home, document)
    proof = SenderProof(verdict=SenderVerdict.VERIFIED, identity="billing@shop.example", evidence="dkim=pass")
    with home.store.unit() as unit:
        unit.messages.update(unit.messages.get(message).model_copy(update={"sender": proof}))
    replay(home.house, message, "els")
    with home.store.read() as unit:
        assert unit.messages.get(message).sender == proof


def test_a_part_that_has_another_verdict_now_is_said_and_its_document_is_kept(home: TestHouse) -> None:
    found = home.documents_of(RAW)
    message = message_of(home, found[0])
    with home.store.unit() as unit:  # as if an older mailroom had taken the mail apart
        lines = unit.parts.of(message)
        unit.session.connection().exec_driver_sql(
            "UPDATE parts SET document_id = NULL, verdict = 'ignored' WHERE message_id = ? AND filename = 'b.pdf'",
            (message,),
        )
    again = replay(home.house, message, "els")
    assert not again.is_same
    assert again.after == tuple(lines)
    assert again.new == (found[1],)
    assert documents(home) == sorted(found)


def test_a_mail_that_is_being_taken_apart_is_left_alone(home: TestHouse) -> None:
    message = home.arrives(RAW)
    with pytest.raises(WrongState):
        replay(home.house, message, "els")


def test_a_mail_that_cannot_be_taken_apart_is_laid_before_the_operator_with_its_old_lines(home: TestHouse) -> None:
    found = home.documents_of(RAW)
    message = message_of(home, found[0])
    with home.store.read() as unit:
        before = unit.parts.of(message)
    home.box.stops = [ReaderCrashed("gone")] * 9
    with pytest.raises(ReaderCrashed):
        replay(home.house, message, "els")
    with home.store.read() as unit:
        assert unit.messages.get(message).state is MessageState.STORED  # the clock takes it up
        assert unit.parts.of(message) == before
    assert documents(home) == sorted(found)
