"""The story of the product: mails in, documents, ledger, digest, acceptance and the accountant's folder out.

Real SMTP, real tesseract, a real daemon in its own process; on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from fixtures_daemon import Installation
from lxml import html

MailMaker = Callable[[str, str], EmailMessage]
NO_WAIT = "[archive]\nundo_minutes = 0\n"
COMPANY = (
    "account",
    "add",
    "Bakkerij De Korenbloem BV",
    "--vat-id",
    "BE0662918487",
    "--owner",
    "els@example.com",
    "--language",
    "nl",
)


@pytest.fixture(params=["sqlite", "postgres"])
def started(
    request: pytest.FixtureRequest, new_installation: Callable[..., Installation]
) -> tuple[Installation, dict[str, Any]]:
    """A running daemon with one company, on each database."""
    config = NO_WAIT
    if request.param == "postgres":
        config += f'[store]\ndatabase = "{request.getfixturevalue("postgres_url")}"\n'
    installation = new_installation(config)
    account = installation.json(*COMPANY)[0]
    installation.start()
    return installation, account


def test_five_supplier_mails_become_documents_with_their_fields(
    started: tuple[Installation, dict[str, Any]], demo_mail: MailMaker
) -> None:
    installation, account = started
    address = account["import_address"]
    for what in ("digital PDF", "photo", "scanned", "Peppol", "logo"):
        installation.send(demo_mail(what, address), address)
    documents = {row["fields"]["invoice_number"]["value"]: row for row in installation.decided(5)}
    expected = {
        "2026-118": ("Drukkerij De Vos BV", "2026-11-12", "665.50", "BE73735012345660"),
        "RE-4471": ("Ofenbau Hartmann GmbH", "2026-11-09", "454.00", "DE02370400440532013111"),
        "LH-2026-0773": ("Leiestreek Hosting BV", "2026-11-18", "72.60", "BE38001334455672"),
        "PF-20931": ("Polder Flour Mills B.V.", "2026-11-17", "1180.00", "NL37ABNA0417164399"),
    }
    for number, (seller, issued, total, iban) in expected.items():
        fields = documents[number]["fields"]
        read = tuple(fields[name]["value"] for name in ("seller_name", "issue_date", "total_amount", "iban"))
        assert read == (seller, issued, total, iban)
    receipt = next(row for row in documents.values() if row["filename"].startswith("IMG"))
    assert receipt["fields"]["total_amount"]["value"] == "36.30"
    assert receipt["fields"]["seller_vat_id"]["value"] == "BE0488193773"
    assert {row["account"] for row in documents.values()} == {account["id"]}


def test_every_part_has_a_verdict_and_the_logo_is_ignored_by_name(
    started: tuple[Installation, dict[str, Any]], demo_mail: MailMaker
) -> None:
    installation, account = started
    installation.send(demo_mail("logo", account["import_address"]), account["import_address"])
    [document] = installation.decided()
    ledger = installation.json("ledger")
    assert {line["message_id"] for line in ledger} == {"<demo.yourinvoicepf20931@example.com>"}
    logo = next(line for line in ledger if line["filename"] == "image001.png")
    assert logo["verdict"] == "ignored"
    assert logo["reason"]
    pdf = next(line for line in ledger if line["filename"] == "PF-20931.pdf")
    assert (pdf["verdict"], pdf["document_id"], pdf["sha256"]) == ("document", document["id"], document["sha256"])
    assert all(line["verdict"] and line["reason"] for line in ledger)
    assert len({line["path"] for line in ledger}) == len(ledger)


def test_a_person_accepts_on_the_page_and_the_accountant_finds_it_in_the_vault(
    started: tuple[Installation, dict[str, Any]], demo_mail: MailMaker
) -> None:
    installation, account = started
    installation.send(demo_mail("digital PDF", account["import_address"]), account["import_address"])
    [document] = installation.decided()
    assert document["state"] == "to_accept"
    with closing(signed_in(installation, account["sign_in"])) as browser:
        page = browser.get(f"/documents/{document['id']}")
        assert page.status_code == 200
        assert "2026-118" in page.text
        path, values = form_of(page.text, "accept")
        answer = browser.post(path, data=values, follow_redirects=True)
        assert answer.status_code == 200
    rows = installation.wait(
        lambda: [row for row in installation.json("inbox", "--all") if row["accounting_status"] == "sent"]
    )
    assert rows[0]["state"] == "archived"
    files = sorted(file.name for file in (installation.data / "vault").rglob("*") if file.is_file())
    assert len(files) == 2
    assert files[0].endswith(".pdf")
    assert files[1].endswith(".ubl.xml")
    ubl = next((installation.data / "vault").rglob("*.ubl.xml"))
    [read_back] = installation.json("read", str(ubl))
    assert read_back["fields"]["invoice_number"]["value"] == "2026-118"
    assert read_back["fields"]["payable_amount"]["value"] == "665.50"


def test_what_a_person_filled_in_a_person_must_accept_even_from_a_trusted_sender(
    started: tuple[Installation, dict[str, Any]], demo_mail: MailMaker
) -> None:
    installation, account = started
    installation.command("account", "set", account["id"], "--auto-accept", "--trust", "els@example.com")
    mail = demo_mail("digital PDF", account["import_address"])
    pdf = next(part for part in mail.walk() if part.get_filename())
    file = installation.data / "Factuur.pdf"
    file.write_bytes(pdf.get_payload(decode=True))  # type: ignore[arg-type]  # bytes: it is a leaf
    installation.command("import", str(file), "--account", account["id"], "--as", "els@example.com")
    [document] = installation.decided()
    assert document["state"] in {"accepted", "archived"}, "a listed person who was logged in is proof"
    installation.send(demo_mail("logo", account["import_address"]), account["import_address"])
    by_mail = next(row for row in installation.decided(2) if row["id"] != document["id"])
    assert by_mail["state"] == "to_accept", "a From line is no proof"
    installation.command("document", "fill", by_mail["id"], "payment_reference=PF 20931 bakery")
    shown = installation.json("document", "show", by_mail["id"])[0]
    assert shown["state"] == "to_accept"
    assert "completed_by_hand" in {reason["code"] for reason in shown["reasons"]}


def test_a_mail_from_a_listed_address_waits_because_its_sender_is_not_verified(
    started: tuple[Installation, dict[str, Any]], demo_mail: MailMaker
) -> None:
    installation, account = started
    installation.command(
        "account", "set", account["id"], "--auto-accept", "--trust", "facturen@drukkerij-devos.example"
    )
    installation.send(demo_mail("digital PDF", account["import_address"]), account["import_address"])
    [document] = installation.decided()
    assert document["state"] == "to_accept"
    assert "sender_not_verified" in {reason["code"] for reason in document["reasons"]}


def test_the_digest_goes_out_once_for_its_day_and_says_what_waits(
    started: tuple[Installation, dict[str, Any]], demo_mail: MailMaker
) -> None:
    installation, account = started
    installation.send(demo_mail("digital PDF", account["import_address"]), account["import_address"])
    installation.decided()
    installation.command("report", "subscribe", account["id"], "boss@example.com", "--hour", "0")
    outgoing = installation.data / "outgoing"

    def to_boss() -> list[EmailMessage]:
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in outgoing.glob("*.eml")]
        return [mail for mail in mails if isinstance(mail, EmailMessage) and "boss@example.com" in mail["To"]]

    [digest] = installation.wait(to_boss)
    plain = digest.get_body(("plain",))
    rich = digest.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "Drukkerij De Vos BV" in plain.get_content()
    assert "2026-118" in rich.get_content()
    assert installation.stop() == 0
    installation.start()
    installation.send(demo_mail("Peppol", account["import_address"]), account["import_address"])
    installation.decided(2)
    assert len(to_boss()) == 1


def test_an_unknown_address_is_refused_at_the_door(started: tuple[Installation, dict[str, Any]]) -> None:
    installation, _ = started
    mail = EmailMessage()
    mail["Subject"] = "hello"
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        installation.send(mail, "nobody@import.localhost")
    [(code, words)] = refused.value.recipients.values()
    assert code == 550
    assert words.startswith(b"5.1.1")


def signed_in(installation: Installation, link: str) -> httpx.Client:
    """Return a browser that followed the sign-in link and pressed its button."""
    path = link[link.index("/sign-in/") :]
    browser = httpx.Client(base_url=installation.web, headers={"Origin": installation.web})
    page = browser.get(path)
    action, values = form_of(page.text, "sign-in")
    assert browser.post(action, data=values, follow_redirects=True).status_code == 200
    return browser


def form_of(page: str, action: str) -> tuple[str, dict[str, str]]:
    """Return (path, values) of the form, or of its button, that goes to a path with this word at its end.

    This is what a browser without JavaScript would send.
    """
    for form in html.fromstring(page).forms:
        targets = [form.get("action"), *form.xpath(".//button/@formaction")]
        path = next((target for target in targets if action in target.split("/")), None)
        if path:
            return path, {name: value or "" for name, value in form.form_values()}
    raise AssertionError(f"the page has no form to {action}")
