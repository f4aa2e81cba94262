"""Odd mail on a real daemon: a locked file that a typed password opens, an invoice in the text, a confirmation with its
code, and monsters, after which the next mail is still served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixtures_daemon import Installation
from locked_intake import zip_with_aes
from mails_intake import File, html, mail, text
from odd_mails import MONSTERS
from papers_reading import encrypted_pdf

Row = dict[str, Any]

LINES = [
    ("Netto BV  Factuur", 72.0, 760.0),
    ("Factuurnummer: NL-2026-5511", 72.0, 740.0),
    ("Factuurdatum: 3 november 2026", 72.0, 720.0),
    ("Totaal te betalen: 24,20 EUR", 72.0, 700.0),
]
BODY = (
    "<h2>Netto BV</h2><p>Factuurnummer: NL-2026-77<p>Factuurdatum: 3 november 2026<table><tr><td>Hosting<td>€ 20,00"
    "<tr><td>Btw 21%<td>€ 4,20<tr><td>Totaal<td>€ 24,20</table><img src='https://tracker.example/x.png'>"
)


def head(subject: str) -> bytes:
    return (
        f"From: Netto BV <facturen@netto.example>\r\nTo: x@import.localhost\r\nSubject: {subject}\r\n"
        f"Message-ID: <{subject.replace(' ', '.')}@netto.example>\r\nDate: Fri, 20 Nov 2026 09:30:00 +0100\r\n"
    ).encode()


def company(installation: Installation) -> str:
    [account] = installation.json(
        "account", "add", "Bakkerij", "--vat-id", "BE0662918487", "--owner", "els@example.com"
    )
    installation.start()
    return str(account["import_address"])


def test_locked_files_open_with_the_vat_id_or_wait_for_their_password(installation: Installation) -> None:
    address = company(installation)
    known = File(encrypted_pdf(LINES, "0662918487"), "application/pdf", "bekend.pdf")
    other = File(zip_with_aes("klant-4711", ("a.pdf", encrypted_pdf(LINES[1:], ""))), "application/zip", "r.zip")
    installation.send(mail(text(), known, head=head("known")), address)
    installation.send(mail(text(), other, head=head("other")), address)
    rows = {row["filename"]: row for row in installation.decided(2)}
    assert rows["bekend.pdf"]["fields"]["invoice_number"]["value"] == "NL-2026-5511"
    waiting = rows["r.zip"]
    assert waiting["state"] == "unreadable"
    assert "password of r.zip is missing" in waiting["reasons"][0]["text"]

    done = installation.command("document", "unlock", waiting["id"], stdin="klant-4711\n")
    assert "4711" not in done.stdout + done.stderr

    def opened() -> Row | None:
        found = {row["id"]: row for row in installation.json("inbox", "--all")}
        row = found[waiting["id"]]
        return row if row["state"] not in ("reading", "unreadable") else None

    went_on = installation.wait(opened, seconds=120)
    assert went_on["filename"] == "a.pdf"
    assert went_on["fields"]["invoice_number"]["value"] == "NL-2026-5511"


def test_an_invoice_in_the_text_is_read_and_a_confirmation_shows_its_code(installation: Installation) -> None:
    address = company(installation)
    installation.send(mail(html(BODY), head=head("Uw factuur")), address)
    asks = (
        b"From: Gmail Team <forwarding-noreply@google.com>\r\nSubject: (#482913375) Gmail Forwarding Confirmation\r\n"
    )
    installation.send(mail(text("Confirmation code: 482913375"), head=asks), address)
    rows = {row["filename"]: row for row in installation.decided(2)}
    invoice = rows["Uw factuur.pdf"]
    assert invoice["fields"]["invoice_number"]["value"] == "NL-2026-77"
    assert invoice["fields"]["total_amount"]["value"] == "24.20"
    assert invoice["fields"]["invoice_number"]["source"] == "text_layer", "the text itself is read, not a picture of it"
    [asked] = [row for row in rows.values() if row is not invoice]
    assert asked["state"] == "unreadable"
    assert "482913375" in asked["reasons"][0]["text"]


MANY = {"10,000 parts", "100 archives of 100 files in one"}
"""They make a thousand documents each, whose reading takes minutes; the boxed child alone is tried on them."""


@pytest.mark.timeout(400)
def test_after_the_monsters_the_next_mail_is_served(installation: Installation, tmp_path: Path) -> None:
    address = company(installation)
    files = []
    for number, make in enumerate(make for name, make in MONSTERS.items() if name not in MANY):
        files.append(tmp_path / f"{number}.eml")
        files[-1].write_bytes(make())
    installation.json("import", *map(str, files), "--account", "Bakkerij")
    installation.send(mail(html(BODY), head=head("Uw factuur")), address)

    def all_sorted() -> list[Row]:
        ledger = installation.json("ledger")
        return ledger if len({line["mail"] for line in ledger}) == len(files) + 1 else []

    ledger = installation.wait(all_sorted, seconds=300)
    assert all(line["verdict"] and line["reason"] for line in ledger)
    assert "body_invoice" in {line["reason"] for line in ledger}
    assert installation.stop() == 0
