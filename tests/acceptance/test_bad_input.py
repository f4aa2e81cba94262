"""Bad input on a real daemon: a clear word to the right person, nothing lost, half-stored or left over."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bad_files import broken_mime, cut_jpeg, demo_file, heavy_pdf, jpeg, locked_pdf, mail_with, xml_with_dtd
from fixtures_daemon import Installation

Row = dict[str, Any]
FINISHED = {"incomplete", "to_accept", "held", "unreadable", "duplicate"}
HOUSEKEEPING = {
    *(".smtp.lock", ".worker.lock", ".web.lock", ".web.address", ".sender.lock"),
    *("blobs", "outgoing", "spool", "vault"),
}


def bad_mails() -> dict[str, bytes]:
    """Return each kind of bad mail by its subject."""
    pdf = demo_file("digital PDF")
    files = {
        "heavy": ("heavy.pdf", heavy_pdf(22_000_000), "application/pdf"),
        "locked": ("locked.pdf", locked_pdf(), "application/pdf"),
        "cut": ("photo.jpg", cut_jpeg(), "image/jpeg"),
        "dtd": ("invoice.xml", xml_with_dtd(), "application/xml"),
        "words": ("words.pdf", b"These are words and no PDF.\n" * 40, "application/pdf"),
        "misnamed": ("scan.png", jpeg(), "image/png"),
        "hidden": ("invoice.dat", pdf, "application/octet-stream"),
        "empty file": ("nothing.pdf", b"", "application/pdf"),
        "half": ("half.pdf", pdf[: len(pdf) // 2], "application/pdf"),
    }
    mails = {subject: mail_with(name, content, subject, kind) for subject, (name, content, kind) in files.items()}
    mails["broken mime"] = broken_mime(pdf + b"\n% another file than the hidden one\n")
    mails["no file"] = b"From: a@shop.example\r\nSubject: no file\r\n\r\nThe invoice comes by post.\r\n"
    mails[""] = b""
    return mails


def outcome(ledger: list[Row], inbox: dict[str, Row], subject: str, name: str) -> tuple[str, str, str]:
    """Return verdict, the document's state, and the strongest reason, of the file of a mail."""
    [line] = [line for line in ledger if line["subject"] == subject and line["filename"] == name]
    document = inbox.get(line["document_id"] or "")
    if document is None:
        return line["verdict"], "", line["reason"]
    return line["verdict"], document["state"], next((reason["code"] for reason in document["reasons"]), "")


def test_each_bad_mail_has_its_verdicts_and_a_clear_reason(installation: Installation, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    account = installation.json("account", "add", "Bakkerij De Korenbloem BV", "--owner", "els@example.com")[0]
    address = account["import_address"]
    installation.start(env={"TMPDIR": str(scratch)})
    mails = bad_mails()
    for raw in mails.values():
        installation.send(raw, address)

    def all_done() -> list[Row]:
        lines = installation.json("ledger")
        return lines if len({line["mail"] for line in lines}) == len(mails) else []

    ledger = installation.wait(all_done)
    documents = len({line["document_id"] for line in ledger if line["document_id"]})  # a rendition is one, too
    inbox = {row["id"]: row for row in installation.decided(documents)}

    found = {
        subject: outcome(ledger, inbox, subject, next(line["filename"] for line in ledger if is_file(line, subject)))
        for subject in mails
        if any(is_file(line, subject) for line in ledger)
    }
    # Three mails carry the demo's invoice in three forms: it is one document, whichever was read first.
    assert found["heavy"][0] in {"document", "rendition"}
    read = [row for row in inbox.values() if "invoice_number" in row["fields"]]
    same = [row["state"] for row in read if row["fields"]["invoice_number"]["value"] == "2026-118"]
    assert sorted(set(same)) == ["duplicate", "to_accept"]
    assert same.count("to_accept") == 1
    assert found["hidden"][0] in {"document", "rendition"}
    assert inbox_of(ledger, inbox, "hidden")["fields"]["invoice_number"]["value"] == "2026-118"
    assert found["locked"] == ("document", "unreadable", "password_missing")
    assert found["cut"][1] in {"held", "incomplete"}, "what can be seen of it is shown, and nobody takes it for whole"
    assert "picture_truncated" in {problem["code"] for problem in inbox_of(ledger, inbox, "cut")["problems"]}
    assert found["dtd"] == ("document", "unreadable", "forbidden_xml")
    assert found["words"][0] in {"ignored", "refused"}
    assert found["empty file"][0] in {"ignored", "refused"}
    assert found["misnamed"][0] == "document"
    assert inbox_of(ledger, inbox, "misnamed")["media_type"] == "image/jpeg"
    assert found["half"][0] == "document"
    assert found["half"][1] in FINISHED
    assert "broken mime" in found

    assert all(line["verdict"] and line["reason"] for line in ledger)
    said = [line["reason_text"] for line in ledger] + [why["text"] for row in inbox.values() for why in row["reasons"]]
    assert [words for words in said if words.startswith("reason.") or not words] == []
    assert {row["state"] for row in inbox.values()} <= FINISHED
    paths = Counter((line["mail"], line["path"]) for line in ledger)
    assert set(paths.values()) == {1}, "one verdict for each part"
    assert all(row["reasons"] for row in inbox.values() if row["state"] == "unreadable")
    assert {row["level"] for row in installation.json("doctor")} == {"ok"}, "nothing of this is the operator's business"

    kept = [file for file in scratch.rglob("*") if not file.is_dir()]
    assert kept == [], "no scratch left behind, while the daemon still runs; its box keeps an empty folder"
    left = {file.name for file in installation.data.iterdir()} - HOUSEKEEPING
    assert {name for name in left if not name.startswith(("mailroom.sqlite", "spool.sqlite"))} == set()
    assert not [file for file in installation.data.rglob("*") if file.suffix in {".part", ".tmp", ".copying"}]

    copy = tmp_path / "copy"
    [made] = installation.json("backup", str(copy))
    assert made["documents"] == documents
    assert installation.json("backup", str(copy), "--check")[0]["wrong"] == []
    assert installation.stop() == 0
    assert list(scratch.iterdir()) == []
    restored = Installation(copy, installation.config)
    assert {row["id"] for row in restored.json("inbox", "--all")} == inbox.keys()
    file = tmp_path / "original.pdf"
    restored.command("document", "download", inbox_of(ledger, inbox, "locked")["id"], "--to", str(file))
    assert file.read_bytes() == locked_pdf()


def is_file(line: Row, subject: str) -> bool:
    return bool(line["subject"] == subject and line["filename"])


def inbox_of(ledger: list[Row], inbox: dict[str, Row], subject: str) -> Row:
    [line] = [line for line in ledger if is_file(line, subject)]
    return inbox[line["document_id"]]


@pytest.mark.parametrize("seconds", [6])
def test_mail_is_taken_while_another_program_holds_the_database(installation: Installation, seconds: float) -> None:
    account = installation.json("account", "add", "One", "--owner", "els@example.com")[0]
    installation.start()
    held = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(installation.data / "mailroom.sqlite", isolation_level=None)) as other:
            other.execute("PRAGMA busy_timeout = 30000")
            other.execute("BEGIN EXCLUSIVE")
            held.set()
            time.sleep(seconds)
            other.execute("ROLLBACK")

    holding = threading.Thread(target=hold)
    holding.start()
    assert held.wait(40)
    began = time.monotonic()
    installation.send(mail_with("a.xml", demo_file("Peppol"), "while locked"), account["import_address"])
    taken = time.monotonic() - began
    holding.join()
    assert taken < seconds, "250 does not wait for the database"
    [document] = installation.decided()
    assert document["state"] == "to_accept"
    assert installation.stop() == 0
