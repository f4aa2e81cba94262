"""What an operator does: doctor, the acts on a document and on a parked mail, import."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from store_values import NOON, document, message

from mailroom.domain.account import Account
from mailroom.domain.delivery import ChannelName, Delivery, DeliveryState
from mailroom.domain.document import Document, DocumentState, Field, FieldName, FieldSource
from mailroom.domain.message import Door, Envelope, Message, MessageState, SenderProof, SenderVerdict
from mailroom.domain.value import Reason, new_id
from mailroom.spool import Spool
from mailroom.store import Store, Unit
from mailroom.store.tables import NODES

Company = Callable[..., Account]


def put(rows: Store, account: Account, state: str, **more: Any) -> Document:
    mail = message(account.id)
    with rows.unit() as unit:
        unit.messages.add(mail)
        return unit.documents.add(document(mail, state=DocumentState(state), **more))[0]


def complete() -> dict[FieldName, Field]:
    told = {
        "document_type": "invoice",
        "seller_name": "Polder",
        "invoice_number": "A-1",
        "issue_date": "2026-11-03",
        "currency": "EUR",
        "total_amount": "121.00",
    }
    return {FieldName(name): Field(value=value, confidence=1, source=FieldSource.XML) for name, value in told.items()}


def free_ports(terminal: Any, more: str = "") -> Path:
    """Return a configuration of which another program of this machine has no port."""
    file = Path(terminal.data).parent / "doctor.toml"
    if more or not file.exists():
        file.write_text(f'[web]\nlisten = "127.0.0.1:0"\n[smtp]\nlisten = "127.0.0.1:0"\n{more}')
    return file


def checks(terminal: Any, status: int = 0) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in terminal.json("--config", str(free_ports(terminal)), "doctor", status=status):
        assert row.keys() == {"check", "level", "words", "remedy"}
        found.setdefault(row["check"], []).append(row)
    return found


def test_doctor_finds_nothing_wrong_with_a_new_installation(terminal) -> None:  # type: ignore[no-untyped-def]
    found = checks(terminal)
    assert {row["level"] for each in found.values() for row in each} == {"ok"}
    assert "nld" in found["tesseract"][0]["words"]
    assert found["spool"][0]["words"] == "0 waiting"
    assert "✓" in terminal("--config", str(free_ports(terminal)), "doctor").stdout


def test_doctor_names_the_packages_of_missing_languages(terminal, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    module = importlib.import_module("mailroom.cli.doctor")

    class Poor:
        def installed(self) -> frozenset[str]:
            return frozenset({"eng", "osd", "fra"})

    real = module.ocr_engine
    monkeypatch.setattr(module, "ocr_engine", lambda name: Poor() if name == "pytesseract" else real(name))
    [tesseract] = checks(terminal, status=1)["tesseract"]
    assert tesseract["level"] == "error"
    assert "nld" in tesseract["words"]
    wanted = "apt-get install tesseract-ocr-nld tesseract-ocr-deu tesseract-ocr-ron"
    assert tesseract["remedy"] == wanted
    assert wanted in " ".join(terminal("doctor", status=1).stdout.split())


def test_doctor_names_every_program_that_lacks(terminal, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("shutil.which", lambda _name: None)
    found = checks(terminal, status=1)
    assert found["tesseract"][0]["remedy"].startswith("apt-get install tesseract-ocr tesseract-ocr-nld")
    assert (found["poppler"][0]["level"], found["poppler"][0]["remedy"]) == (
        "warning",
        "apt-get install poppler-utils",
    )


def test_doctor_counts_mail_that_waits_for_its_next_try(terminal, rows: Store) -> None:  # type: ignore[no-untyped-def]
    spool = Spool(terminal.data / "spool.sqlite")
    for number in range(3):
        envelope = Envelope(
            id=new_id(), account_id="a", door=Door.SMTP, recipient=f"{number}@import.example", received_at=NOON
        )
        name = spool.accept(envelope, b"mail").result(30)
    spool.defer(name, NOON + timedelta(days=3650), "the database does not answer")
    spool.close()
    [check] = checks(terminal)["spool"]
    assert check["words"] == "3 waiting, 1 tried before: the database does not answer"
    assert check["level"] == "warning"


def test_what_is_parked_is_seen_in_inbox_and_doctor_and_can_be_read_again(  # type: ignore[no-untyped-def]
    terminal, rows: Store, company: Company
) -> None:
    parked = put(rows, company(), "needs_attention", reasons=(Reason(code="reader_timed_out"),))
    [row] = terminal.json("inbox")
    assert (row["id"], [reason["code"] for reason in row["reasons"]]) == (parked.id, ["reader_timed_out"])
    assert row["reasons"][0]["text"] != "reason.reader_timed_out"
    [check] = checks(terminal)["needs attention"]
    assert parked.id in check["words"]
    assert check["remedy"] == f"mailroom document retry {parked.id}"
    terminal(*check["remedy"].split()[1:])
    [row] = terminal.json("inbox")
    assert (row["state"], row["reasons"]) == ("reading", [])


def test_a_parked_mail_is_seen_in_doctor_and_can_be_taken_apart_again(terminal, rows: Store, company: Company) -> None:  # type: ignore[no-untyped-def]
    mail = message(company().id, state=MessageState.NEEDS_ATTENTION, reasons=(Reason(code="reader_crashed"),))
    with rows.unit() as unit:
        unit.messages.add(mail)
    [check] = checks(terminal)["needs attention"]
    assert mail.id in check["words"]
    terminal(*check["remedy"].split()[1:])
    with rows.read() as unit:
        again: Message = unit.messages.get(mail.id)
    assert (again.state, again.reasons) == (MessageState.STORED, ())
    assert "needs attention" not in checks(terminal)
    assert "is stored" in terminal("document", "retry", mail.id, status=2).stderr


def test_a_delivery_that_was_given_up_is_seen_in_doctor(terminal, rows: Store, company: Company) -> None:  # type: ignore[no-untyped-def]
    account = company()
    paper = put(rows, account, "archived")
    with rows.unit() as unit:
        unit.deliveries.plan(
            Delivery(
                id=new_id(),
                key="k",
                account_id=account.id,
                document_id=paper.id,
                channel=ChannelName.MAIL,
                target="books@example.org",
                state=DeliveryState.FAILED,
                detail="550 no such user",
                created_at=NOON,
            )
        )
    [check] = checks(terminal)["delivery"]
    assert check["words"] == "mail to books@example.org: 550 no such user"


def test_a_database_that_is_none_is_an_error_in_words(terminal) -> None:  # type: ignore[no-untyped-def]
    terminal.data.mkdir()
    (terminal.data / "mailroom.sqlite").write_bytes(b"this is no database, and it is long enough to be read as one" * 9)
    [check] = checks(terminal, status=1)["database"]
    assert "file is not a database" in check["words"]
    assert terminal("inbox", status=2).stderr.startswith("mailroom: the database does not answer")


def test_a_document_is_shown_filled_in_accepted_and_taken_back(terminal, rows: Store, company: Company) -> None:  # type: ignore[no-untyped-def]
    paper = put(rows, company(), "to_accept", fields=complete(), reasons=())
    assert "A-1" in terminal("document", "show", paper.id).stdout
    terminal("document", "fill", paper.id, "invoice_number=B-2", "total_amount=1.210,00")
    [shown] = terminal.json("document", "show", paper.id)
    assert shown["fields"]["invoice_number"]["value"] == "B-2"
    assert (shown["state"], shown["completed_by_hand"]) == ("to_accept", True)
    terminal("document", "accept", paper.id)
    assert "is accepted" in terminal("document", "accept", paper.id, status=2).stderr
    terminal("document", "undo", paper.id)
    terminal("document", "refuse", paper.id, "--reason", "not ours")
    [shown] = terminal.json("document", "show", paper.id)
    assert shown["state"] == "refused"
    assert [event["name"] for event in shown["history"]] == [
        "fields_filled_in",
        "document_to_accept",
        "document_accepted",
        "document_to_accept",
        "document_refused",
    ]
    [first, *_] = terminal.json("rules", "explain", paper.id)
    assert first["decision"]["state"] == "to_accept"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("colour=red", "is not FIELD=VALUE with a field of: document_type, "),
        ("invoice_number", "is not FIELD=VALUE"),
        ("issue_date=yesterday", "issue_date:"),
        ("total_amount=much", "total_amount:"),
        ("iban=BE00", "iban:"),
    ],
)
def test_a_wrong_value_fills_in_nothing(terminal, rows: Store, company: Company, typed: str, words: str) -> None:  # type: ignore[no-untyped-def]
    paper = put(rows, company(), "to_accept", fields=complete())
    failed = terminal("document", "fill", paper.id, typed, status=2)
    assert words in " ".join(failed.stderr.split())
    assert terminal.json("document", "show", paper.id)[0]["version"] == paper.version


def test_nobody_acts_in_the_name_of_somebody_who_may_not(terminal, rows: Store, company: Company) -> None:  # type: ignore[no-untyped-def]
    account = company()
    paper = put(rows, account, "to_accept", fields=complete())
    terminal("account", "invite", account.id, "books@example.org", "--role", "accountant")
    assert (
        "no user nobody@example.org"
        in terminal("document", "accept", paper.id, "--as", "nobody@example.org", status=2).stderr
    )
    assert "may not" in terminal("document", "accept", paper.id, "--as", "books@example.org", status=2).stderr


def test_the_rules_are_tried_on_the_past_and_the_outcome_counted(terminal, rows: Store, company: Company) -> None:  # type: ignore[no-untyped-def]
    account = company()
    proof = SenderProof(verdict=SenderVerdict.VERIFIED, identity="facturen@polder.example", evidence="dkim=pass")
    mail = message(account.id).model_copy(update={"sender": proof})
    paper = document(mail, state=DocumentState.TO_ACCEPT, fields=complete(), problems=())
    with rows.unit() as unit:
        unit.messages.add(mail)
        unit.documents.add(paper)
    said = terminal("rules", "try", account.id).stdout
    assert "facturen@polder.example" in said  # is not on the list
    assert said.splitlines()[-1] == "0 of 1 would be accepted without a person."
    trusted = terminal("rules", "try", account.id, "--trust", "Facturen@Polder.example").stdout
    assert trusted.splitlines()[-1] == "1 of 1 would be accepted without a person."
    [row] = terminal.json("rules", "try", account.id, "--trust", "facturen@polder.example")
    assert (row["state"], row["would_be"]) == ("to_accept", "accepted")
    assert terminal.json("document", "show", paper.id)[0]["state"] == "to_accept"


def test_a_person_is_taken_out_of_a_company_again(terminal) -> None:  # type: ignore[no-untyped-def]
    (added,) = terminal.json("account", "add", "Bakery", "--owner", "els@example.org")
    terminal("account", "invite", added["id"], "Books@example.org", "--role", "accountant")
    failed = terminal("account", "remove-person", added["id"], "nobody@example.org", status=2)
    assert "nobody@example.org has no role in Bakery; there are: books@example.org, els@example.org" in failed.stderr
    assert "no role in Bakery any more" in terminal("account", "remove-person", added["id"], "books@example.org").stdout
    assert "has no role" in terminal("account", "remove-person", added["id"], "books@example.org", status=2).stderr

    for command in (("remove-person",), ("invite", "--role", "member")):
        only = terminal("account", *command, added["id"], "els@example.org", status=2)
        assert "els@example.org is the only owner; invite another one first" in only.stderr
    terminal("account", "invite", added["id"], "jan@example.org", "--role", "owner")
    terminal("account", "remove-person", added["id"], "els@example.org")
    assert terminal.json("report", "list") == []  # the digest that went to her


def test_files_are_taken_in_once_and_what_is_empty_is_named(
    terminal, rows: Store, company: Company, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    account = company()
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF-1.4\n")
    (folder / "b.eml").write_bytes(b"Subject: x\r\n\r\nhello\r\n")
    (folder / ".hidden").write_bytes(b"x")
    (folder / "empty.pdf").touch()
    taken = terminal.json("import", str(folder), "--account", account.id, status=1)
    assert [(Path(row["file"]).name, bool(row["message"]), bool(row["problem"])) for row in taken] == [
        ("a.pdf", True, False),
        ("b.eml", True, False),
        ("empty.pdf", False, True),
    ]
    again = terminal.json("import", str(folder), "--account", account.id, status=1)
    assert [row["message"] for row in again] == [row["message"] for row in taken]
    assert checks(terminal)["spool"][0]["words"] == "2 waiting"
    assert "does not exist" in terminal("import", "nothing.pdf", "--account", account.id, status=2).stderr


def test_a_company_without_an_address_in_use_takes_no_file(terminal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    [row] = terminal.json("account", "add", "One", "--owner", "a@b.example")
    terminal("address", "retire", row["import_address"])
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.4\n")
    [taken] = terminal.json("import", str(file), "--account", "One", status=1)
    assert "no import address in use" in taken["problem"]
    [made] = terminal.json("address", "new", "One")
    assert made["address"] != row["import_address"]
    [taken] = terminal.json("import", str(file), "--account", "One")
    assert taken["message"]


def test_doctor_shows_the_nodes_their_duties_and_what_nobody_does(terminal, rows: Store) -> None:  # type: ignore[no-untyped-def]
    def beat(unit: Unit, node: str, **more: Any) -> None:
        unit.nodes.beat(node, host="h", data="/srv/in", **{"in_spool": 0} | more)

    with rows.unit() as unit:
        beat(unit, "one/worker")
        unit.nodes.hold("clock", "one/worker", 10)
        beat(unit, "ended/sender")
        unit.nodes.leave("ended/sender", in_spool=0)
        beat(unit, "lost/smtp", in_spool=3)
        long_ago = {"last_seen": unit.nodes.now() - timedelta(hours=3)}
        unit.session.execute(NODES.update().where(NODES.c.id == "lost/smtp").values(long_ago))
    ended, lost, one, lacks = checks(terminal)["node"]
    assert (ended["level"], "it was ended" in ended["words"]) == ("ok", True)
    assert lost["level"] == "warning"
    assert "heard 3 hours ago: gone, 3 messages in its spool" in lost["words"]
    assert lost["remedy"] == "start it again on /srv/in"
    assert (one["level"], "has clock" in one["words"]) == ("ok", True)
    assert "no node has the role sender: nothing is handed over" in lacks["words"]
