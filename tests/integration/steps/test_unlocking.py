"""Locked files: tried with what the account knows and keeps, else a task that a typed password answers."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from house_for_steps import TestHouse, mail, pdf
from locked_intake import enveloped_for, identity, zip_with_aes
from papers_reading import encrypted_pdf

from mailroom.domain.account import KeptPassword, Opens, Role
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.message import MessageState, Verdict
from mailroom.domain.value import new_id
from mailroom.errors import BadConfiguration, InvalidValue, NotAllowed, NotFound, WrongState
from mailroom.log import set_up
from mailroom.steps.desk import Desk
from mailroom.steps.replay import replay
from mailroom.steps.sort import sort
from mailroom.store import Sealer

LOCKED = ("facturen.zip", zip_with_aes("klant-4711", ("a.pdf", pdf("a")), ("b.pdf", pdf("b"))))


def keep(home: TestHouse, secret: str, kind: Opens = Opens.PASSWORD) -> KeptPassword:
    kept = KeptPassword(id=new_id(), account_id=home.account.id, kind=kind, label="x", created_at=home.clock())
    with home.store.unit() as unit:
        unit.passwords.add(kept, home.store.sealer.seal(secret))
    return kept


def one(home: TestHouse, raw: bytes) -> Document:
    [document_id] = home.documents_of(raw)
    return home.document(document_id)


def unlock(home: TestHouse, document: Document, password: str, *, keep: bool = False) -> list[str]:
    """Type a password and let the daemon's story of the mail run again."""
    Desk(home.house).unlock(home.owner, document.id, document.version, password, keep=keep)
    return sort(home.house, document.message_id)


def kept(home: TestHouse) -> list[KeptPassword]:
    with home.store.read() as unit:
        return unit.passwords.of(home.account.id)


def test_a_locked_file_that_nobody_can_open_is_a_task_that_says_what_is_missing(home: TestHouse) -> None:
    document = one(home, mail(LOCKED))
    assert document.state is DocumentState.UNREADABLE
    assert [(reason.code, reason.facts) for reason in document.reasons] == [
        ("password_missing", {"file": "facturen.zip"})
    ]
    assert home.work_on(document.id) == document, "no reader is started for it"
    assert home.reader.reads == 0


def test_the_vat_id_opens_a_file_without_anybody_being_asked(home: TestHouse) -> None:
    found = home.documents_of(mail(("r.zip", zip_with_aes("0662.918.487", ("a.pdf", pdf("a"))))))
    assert [home.document(name).filename for name in found] == ["a.pdf"]
    assert home.document(found[0]).state is DocumentState.READING


def test_a_kept_password_opens_a_file(home: TestHouse) -> None:
    keep(home, "klant-4711")
    assert len(home.documents_of(mail(LOCKED))) == 2
    with home.store.read() as unit:
        verdicts = [(line.path, line.verdict) for line in unit.parts.ledger() if line.path.startswith("2")]
    assert verdicts == [("2", Verdict.CONTAINER), ("2.1", Verdict.DOCUMENT), ("2.2", Verdict.DOCUMENT)]


def test_a_kept_certificate_opens_an_encrypted_mail(home: TestHouse) -> None:
    keep(home, identity(), Opens.CERTIFICATE)
    inner = b"Content-Type: application/pdf; name=f.pdf\r\n\r\n" + pdf("enveloped")
    document = one(home, mail(("smime.p7m", enveloped_for(identity(), inner))))
    assert (document.filename, document.state) == ("f.pdf", DocumentState.READING)


def test_a_typed_password_lets_the_document_go_on_and_its_page_stays(home: TestHouse) -> None:
    waiting = one(home, mail(LOCKED))
    found = unlock(home, waiting, "klant-4711")
    assert found[0] == waiting.id, "the row that the person looked at is the first of what came out"
    assert len(found) == 2
    went_on = home.document(waiting.id)
    assert (went_on.filename, went_on.state, went_on.problems) == ("a.pdf", DocumentState.READING, ())
    assert home.store.blobs.get(went_on.sha256) == pdf("a")
    assert home.work_on(waiting.id).state is not DocumentState.UNREADABLE
    assert home.work_on(found[1]).filename == "b.pdf"
    assert home.events(waiting.id)[:2] == ["password_typed", "document_unlocked"]


def test_a_locked_pdf_becomes_the_unlocked_one(home: TestHouse) -> None:
    waiting = one(home, mail(("rechnung.pdf", encrypted_pdf([("Rechnung", 72.0, 700.0)], "geheim"))))
    assert [reason.code for reason in waiting.reasons] == ["password_missing"]
    assert unlock(home, waiting, "geheim") == [waiting.id]
    opened = home.document(waiting.id)
    assert (opened.filename, opened.part_path) == ("rechnung.pdf", "2.1")
    assert b"/Encrypt" not in home.store.blobs.get(opened.sha256)
    assert home.store.blobs.has(waiting.sha256), "what came in is kept as it came"


def test_a_wrong_password_says_so_and_can_be_typed_again(home: TestHouse) -> None:
    waiting = one(home, mail(LOCKED))
    unlock(home, waiting, "wrong")
    shut = home.document(waiting.id)
    assert (shut.state, shut.reasons[0].code) == (DocumentState.UNREADABLE, "password_wrong")
    assert shut.reasons[0].facts == {"file": "facturen.zip"}
    assert unlock(home, shut, "klant-4711")[0] == waiting.id
    assert home.document(waiting.id).state is DocumentState.READING


def test_a_typed_password_is_for_this_mail_only_unless_it_shall_be_kept(home: TestHouse) -> None:
    waiting = one(home, mail(LOCKED))
    unlock(home, waiting, "klant-4711")
    assert kept(home) == []
    assert home.documents_of(mail(LOCKED, subject="again"))[0] != waiting.id
    other = ("m.zip", zip_with_aes("klant-4711", ("m.pdf", pdf("m"))))
    waiting = one(home, mail(other, subject="other"))
    unlock(home, waiting, "klant-4711", keep=True)
    assert [row.label for row in kept(home)] == ["m.zip"]
    assert len(home.documents_of(mail(("n.zip", zip_with_aes("klant-4711", ("n.pdf", pdf("n"))))))) == 1


def test_a_mail_that_was_unlocked_is_replayed_with_the_same_outcome(home: TestHouse) -> None:
    other = ("more.zip", zip_with_aes("second", ("c.pdf", pdf("c"))))
    first, second = (home.document(name) for name in home.documents_of(mail(LOCKED, other)))
    unlock(home, first, "klant-4711")
    unlock(home, home.document(second.id), "second")
    outcome = replay(home.house, first.message_id, "operator")
    assert outcome.is_same
    assert outcome.new == ()
    with home.store.read() as unit:
        assert len(unit.documents.of_message(first.message_id)) == 3


def test_a_wrong_password_is_forgotten(home: TestHouse) -> None:
    waiting = one(home, mail(LOCKED))
    unlock(home, waiting, "wrong")
    with home.store.read() as unit:
        assert unit.passwords.sealed(home.account.id, waiting.message_id) == []


def test_a_file_with_nothing_new_inside_needs_nobody_any_more(home: TestHouse) -> None:
    empty = one(home, mail(("e.zip", zip_with_aes("klant-4711", ("readme.txt", b"hello")))))
    assert unlock(home, empty, "klant-4711") == []
    assert (home.document(empty.id).state, home.document(empty.id).reasons[0].code) == (
        DocumentState.REFUSED,
        "nothing_inside",
    )
    known = one(home, mail(("a.pdf", pdf("a")), subject="plain"))
    copy = one(home, mail(("c.zip", zip_with_aes("klant-4711", ("a.pdf", pdf("a")))), subject="copy"))
    unlock(home, copy, "klant-4711")
    assert home.document(copy.id).state is DocumentState.DUPLICATE
    assert home.document(known.id) == known


def test_what_else_came_in_the_mail_is_left_as_it_is(home: TestHouse) -> None:
    found = home.documents_of(mail(("plain.pdf", pdf("plain")), LOCKED))
    plain = home.work_on(found[0])
    locked = home.document(found[1])
    unlock(home, locked, "klant-4711")
    assert home.document(plain.id) == plain


def test_who_may_not_fill_in_may_not_unlock(home: TestHouse) -> None:
    waiting = one(home, mail(LOCKED))
    accountant = home.person("a@example.com", Role.ACCOUNTANT)
    desk = Desk(home.house)
    with pytest.raises(NotAllowed):
        desk.unlock(accountant, waiting.id, waiting.version, "x", keep=False)
    with pytest.raises(NotFound):
        desk.unlock(home.person("b@example.com"), waiting.id, waiting.version, "x", keep=False)
    with pytest.raises(InvalidValue):
        desk.unlock(home.owner, waiting.id, waiting.version, "", keep=False)


def test_a_document_that_is_not_locked_cannot_be_unlocked(home: TestHouse) -> None:
    ready = home.decided()
    with pytest.raises(WrongState):
        Desk(home.house).unlock(home.owner, ready.id, ready.version, "x", keep=False)


def test_neither_the_database_nor_a_log_shows_a_password(home: TestHouse, capsys: pytest.CaptureFixture[str]) -> None:
    set_up("debug", "json")
    keep(home, "klant-4711-secret")
    waiting = one(home, mail(("x.zip", zip_with_aes("another", ("x.pdf", pdf("x"))))))
    unlock(home, waiting, "typed-secret", keep=True)
    home.store.close()
    files = [file for file in home.folder.parent.rglob("*") if file.is_file()]
    assert any(file.name == "secret.key" for file in files)
    for file in files:
        content = file.read_bytes()
        assert b"klant-4711-secret" not in content, file.name
        assert b"typed-secret" not in content, file.name
    said = capsys.readouterr()
    assert "secret" not in said.out + said.err.replace("secret.key", "")


def test_passwords_that_another_key_sealed_are_an_error_that_says_what_to_do(home: TestHouse, tmp_path: Any) -> None:
    sealed = home.store.sealer.seal("x")
    other = Sealer(tmp_path / "other.key")
    other.seal("makes the key")
    with pytest.raises(BadConfiguration, match=r"other\.key"):
        other.open(sealed)
    (tmp_path / "short.key").write_text("YWJj")
    with pytest.raises(BadConfiguration, match="32 bytes"):
        Sealer(tmp_path / "short.key").seal("x")


def test_the_key_is_for_its_owner_only(home: TestHouse, tmp_path: Any) -> None:
    key = tmp_path / "k" / "secret.key"
    key.parent.mkdir()
    sealed = Sealer(key).seal("päss")
    assert Sealer(key).open(sealed) == "päss"
    assert key.stat().st_mode & 0o077 == 0
    assert io.BytesIO(key.read_bytes()).read() != sealed.encode()
    assert json.dumps(sealed)


def test_a_mail_whose_pdf_ends_the_child_is_sorted_without_a_look_into_it(home: TestHouse) -> None:
    from mailroom.errors import ReaderCrashed

    message = home.arrives(mail(("a.pdf", pdf("a"))))
    home.box.stops = [ReaderCrashed("1"), ReaderCrashed("2")]
    for _ in range(2):
        with pytest.raises(ReaderCrashed):
            sort(home.house, message)
    assert len(sort(home.house, message)) == 1
    with home.store.read() as unit:
        assert unit.messages.get(message).state is MessageState.SORTED
