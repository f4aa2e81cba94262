"""The story of trust: what a listed sender's own signature lets through, and what a forger does not get.

A real daemon, and a name server on loopback that holds the sender's key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from dns_server_trust import NameServer, name_server
from fixtures_daemon import Installation
from signing_trust import rsa, signed

DOMAIN = "drukkerij.mailroom-proof.be"
LISTED = f"facturen@{DOMAIN}"
OTHER = "facturen@bank.mailroom-proof.net"
COMPANY = ("account", "add", "Bakkerij De Korenbloem BV", "--vat-id", "BE0662918487", "--owner", "els@example.com")
MailMaker = Callable[[str, str], EmailMessage]


@pytest.fixture
def dns() -> Iterator[NameServer]:
    """A name server that knows the listed sender's key and policy."""
    with name_server() as made:
        made.txt(f"sel._domainkey.{DOMAIN}", rsa(2048).record)
        made.txt(f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject")
        yield made


@pytest.fixture
def started(dns: NameServer, new_installation: Callable[..., Installation]) -> tuple[Installation, dict[str, Any]]:
    """A running daemon with one company that trusts two senders."""
    installation = new_installation(f'[archive]\nundo_minutes = 30\n[trust]\nresolver = ["127.0.0.1:{dns.port}"]\n')
    account = installation.json(*COMPANY)[0]
    for sender in (LISTED, OTHER):
        installation.command("account", "set", account["id"], "--auto-accept", "--trust", sender)
    installation.start()
    return installation, account


def signed_mail(made: EmailMessage) -> bytes:
    """Return the mail as the listed sender sends it, signed."""
    made.replace_header("From", LISTED)
    return signed(made.as_bytes(policy=SMTP), DOMAIN, key=rsa(2048))


def codes(row: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in row["reasons"]}


def test_a_signed_mail_of_a_listed_sender_is_accepted_and_a_changed_one_waits(
    started: tuple[Installation, dict[str, Any]], demo_mail: MailMaker, dns: NameServer
) -> None:
    installation, account = started
    address = account["import_address"]
    installation.send(signed_mail(demo_mail("digital PDF", address)), address)
    [good] = installation.decided()
    assert good["state"] == "accepted", good["reasons"]
    assert codes(good) == {"trusted_sender"}

    body = signed_mail(demo_mail("Peppol", address))
    head, _, rest = body.partition(b"\r\n\r\n")
    installation.send(head + b"\r\n\r\n" + rest.replace(b"\r\n", b"\r\nPS: pay today.\r\n", 1), address)
    changed = next(row for row in installation.decided(2) if row["id"] != good["id"])
    assert changed["state"] != "accepted"
    assert "sender_failed" in codes(changed)

    forged = signed_mail(demo_mail("logo", address)).replace(f"From: {LISTED}".encode(), f"From: {OTHER}".encode())
    installation.send(forged, address)
    foreign = next(row for row in installation.decided(3) if row["id"] not in (good["id"], changed["id"]))
    assert foreign["state"] != "accepted"
    assert "sender_not_verified" in codes(foreign)

    lines = installation.json("ledger")
    verdicts = {line["document_id"]: line["sender_verdict"] for line in lines}
    assert all("dkim=" in line["sender_evidence"] for line in lines)
    assert verdicts[good["id"]] == "verified"
    assert verdicts[changed["id"]] == "failed"
    assert verdicts[foreign["id"]] == "unverified"
    assert (f"sel._domainkey.{DOMAIN}", "TXT") in dns.asked


def test_without_an_answer_of_the_dns_the_mail_is_read_all_the_same_and_waits(
    started: tuple[Installation, dict[str, Any]], demo_mail: MailMaker, dns: NameServer
) -> None:
    installation, account = started
    dns.silent = {"*"}
    address = account["import_address"]
    installation.send(signed_mail(demo_mail("digital PDF", address)), address)
    [document] = installation.decided()
    assert document["state"] == "to_accept"
    assert codes(document) == {"sender_unknown"}
    assert document["fields"]["invoice_number"]["value"] == "2026-118"
