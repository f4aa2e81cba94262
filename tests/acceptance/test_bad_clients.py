"""Clients and servers that misbehave, at the doors of one real daemon: it lives, takes mail, and says what happened."""

from __future__ import annotations

import json
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from faults.imap_misbehaves import ImapServer
from fixtures_daemon import Installation
from fixtures_dovecot import make_certificate

CONTROL_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
MAIL = b"From: supplier@example.com\r\nSubject: %b\r\n\r\nThe invoice comes by post.\r\n"
Line = dict[str, Any]


@dataclass
class Site:
    """A running daemon, an address of its one company, and the key of a program."""

    installation: Installation
    address: str
    key: str
    clients: int = 0

    def dial(self) -> tuple[socket.socket, str]:
        """Connect from an address that nobody else uses; return the connection and that address."""
        self.clients += 1
        peer = f"127.0.9.{self.clients}"
        host, _, port = self.installation.smtp.rpartition(":")
        return socket.create_connection((host, int(port)), 30, (peer, 0)), peer

    def control(self, subject: str) -> float:
        """Send a good mail and return the seconds until it was taken."""
        began = time.monotonic()
        self.installation.send(MAIL % subject.encode(), self.address)
        return time.monotonic() - began

    def lines(self) -> list[Line]:
        """Return what the daemon has logged."""
        return [json.loads(line) for line in list(self.installation.log) if line.startswith("{")]

    def told(self, **facts: object) -> list[Line]:
        """Return the lines with these facts."""
        return [line for line in self.lines() if facts.items() <= line.items()]


@pytest.fixture(scope="module")
def dying() -> Iterator[ImapServer]:
    server = ImapServer(mails={1: MAIL % b"from a mailbox"}, dies_in_idle=True)
    yield server
    server.close()


@pytest.fixture(scope="module")
def lying() -> Iterator[ImapServer]:
    server = ImapServer(mails={1: MAIL % b"announced as small"}, says_too_little=10, announces=2**40)
    yield server
    server.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, dying: ImapServer, lying: ImapServer) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "password").write_text("secret")
    mailboxes = "".join(
        f'[[imap]]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nuser = "{name}"\n'
        f'password_file = "{folder}/password"\naccount = "One"\n'
        for name, server in (("dying", dying), ("lying", lying))
    )
    config = folder / "data.toml"
    config.write_text(f'[smtp]\ntls_certificate = "{make_certificate(folder / "tls.pem")}"\n{mailboxes}', "utf-8")
    installation = Installation(folder / "data", config)
    [account] = installation.json("account", "add", "One", "--owner", "els@example.com")
    [key] = installation.json("account", "api-key", "add", account["id"])
    installation.start()
    yield Site(installation, account["import_address"], key["key"])
    alive = installation.process is not None and installation.process.poll() is None
    status = installation.stop() if alive else None
    assert (alive, status) == (True, 0), "".join(installation.log[-50:])
    assert not [line for line in installation.log if "Traceback" in line or '"exception"' in line]


def talk(client: socket.socket, *pieces: bytes) -> bytes:
    """Send pieces, read until the other side closes or says good-bye, and return what it said."""
    said = b""
    try:
        for piece in pieces:
            client.sendall(piece)
        while piece := client.recv(65_536):
            said += piece
    except ConnectionError:
        pass
    client.close()
    return said


def begun(address: str) -> bytes:
    return b"EHLO bad.example\r\nMAIL FROM:<bad@example.net>\r\nRCPT TO:<%b>\r\nDATA\r\n" % address.encode()


def smuggle(_site: Site, client: socket.socket, address: str) -> bytes:
    inside = b"\r\n.\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<%b>\r\nDATA\r\nSubject: smuggled\r\n" % address.encode()
    return talk(client, begun(address), MAIL % b"carrier", inside, b"\r\n.\r\nQUIT\r\n")


def many_headers(_site: Site, client: socket.socket, address: str) -> bytes:
    return talk(client, begun(address), b"Subject: many\r\n" + b"X: y\r\n" * 100_000, b"\r\nbody\r\n.\r\nQUIT\r\n")


def long_header(_site: Site, client: socket.socket, address: str) -> bytes:
    return talk(client, begun(address), b"Subject: long " + b"x" * 8_000_000, b"\r\n\r\nbody\r\n.\r\nQUIT\r\n")


def endless_noops(_site: Site, client: socket.socket, _address: str) -> bytes:
    return talk(client, b"EHLO bad.example\r\n", b"NOOP\r\n" * 20_000)


def known_recipients(_site: Site, client: socket.socket, address: str) -> bytes:
    asked = b"RCPT TO:<%b>\r\n" % address.encode() * 500
    hello = b"EHLO bad.example\r\nMAIL FROM:<bad@example.net>\r\n"
    return talk(client, hello, asked, b"DATA\r\nSubject: to many\r\n\r\nbody\r\n.\r\nQUIT\r\n")


def unknown_recipients(_site: Site, client: socket.socket, _address: str) -> bytes:
    asked = b"".join(b"RCPT TO:<guess%d@import.localhost>\r\n" % number for number in range(500))
    return talk(client, b"EHLO bad.example\r\nMAIL FROM:<bad@example.net>\r\n", asked)


def talks_first(_site: Site, client: socket.socket, _address: str) -> bytes:
    return talk(client, b"POST /submit HTTP/1.1\r\nHost: mail\r\n\r\nMAIL FROM:<evil@example.net>\r\n")


def tls_without_asking(_site: Site, client: socket.socket, _address: str) -> bytes:
    return talk(client, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 300)


def tls_garbage(_site: Site, client: socket.socket, _address: str) -> bytes:
    client.recv(1_000)
    client.sendall(b"EHLO bad.example\r\nSTARTTLS\r\n")
    said = b""
    while b"220 " not in said:
        said += client.recv(1_000)
    return talk(client, b"\x16\x03\x01" + bytes(range(256)) * 20)


def nul_bytes(_site: Site, client: socket.socket, address: str) -> bytes:
    return talk(client, begun(address), MAIL % b"nul", b"\0" * 100_000, b"\r\n.\r\nQUIT\r\n")


def endless_command(_site: Site, client: socket.socket, _address: str) -> bytes:
    return talk(client, b"X" * 4_000_000)


# Where the door hangs up on what is still coming, the last word may be lost on its way (RFC 1122 section 4.2.2.13).
Attack = Callable[[Site, socket.socket, str], bytes]
ATTACKS: list[tuple[Attack, bytes, dict[str, object]]] = [
    (smuggle, b"550 5.5.2", {"event": "mail_refused", "cause": "bare_newline"}),
    (many_headers, b"250 2.0.0 Ok: kept", {"event": "mail_accepted"}),
    (long_header, b"550 5.5.2", {"event": "mail_refused", "cause": "line_too_long"}),
    (endless_noops, b"", {"event": "connection_ended", "cause": "idle_commands"}),
    (known_recipients, b"452 4.5.3", {"event": "mail_accepted", "recipients": 1}),
    (unknown_recipients, b"", {"event": "connection_ended", "cause": "probing"}),
    (talks_first, b"", {"event": "connection_ended", "cause": "no_mail_client"}),
    (tls_without_asking, b"", {"event": "connection_ended", "cause": "errors"}),
    (tls_garbage, b"", {"event": "connection_ended", "cause": "tls"}),
    (nul_bytes, b"550 5.6.0", {"event": "mail_refused", "cause": "nul"}),
    (endless_command, b"", {"event": "connection_ended", "cause": "endless_line"}),
]


@pytest.mark.parametrize(("attack", "reply", "line"), ATTACKS, ids=[attack.__name__ for attack, _, _ in ATTACKS])
def test_a_bad_client_gets_its_answer_and_a_good_one_gets_in(
    site: Site, attack: Attack, reply: bytes, line: dict[str, object]
) -> None:
    usual = site.control(f"before {attack.__name__}")
    client, peer = site.dial()
    said: list[bytes] = []
    attacking = threading.Thread(target=lambda: said.append(attack(site, client, site.address)))
    attacking.start()
    # While it goes on, and after it. A machine with too much to do is slow in other ways: compared with itself then.
    meanwhile = site.control(f"during {attack.__name__}")
    attacking.join(PATIENCE_SECONDS)
    assert not attacking.is_alive(), "the connection was left hanging"
    afterwards = site.control(f"after {attack.__name__}")
    assert max(meanwhile, afterwards) < max(CONTROL_SECONDS, 8 * usual)
    assert reply in said[0]
    found = site.installation.wait(lambda: site.told(peer=peer, **line))
    ends = {"mail_accepted", "mail_refused", "mail_interrupted", "connection_ended"}
    assert len(found) == 1
    assert [told["event"] for told in site.told(peer=peer) if told["event"] in ends] == [line["event"]]


def test_a_drip_holds_up_nobody_and_leaves_nothing(site: Site) -> None:
    client, peer = site.dial()
    client.sendall(begun(site.address))
    for second in range(20):
        client.sendall(b"S")
        time.sleep(1)
        if second % 5 == 0:
            assert site.control(f"during the drip, {second}") < CONTROL_SECONDS * 4
    client.close()
    [line] = site.installation.wait(lambda: site.told(event="mail_interrupted", peer=peer))
    assert (line["complete"], line["size"]) == (False, 20)


def test_an_upload_that_stops_half_way_is_no_upload(site: Site) -> None:
    host, _, port = site.installation.web.removeprefix("http://").rpartition(":")
    head = (
        f"POST /api/v1/documents HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {site.key}\r\n"
        'Content-Type: multipart/form-data; boundary="b"\r\nContent-Length: 5000000\r\n\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="half.pdf"\r\n\r\n%PDF-1.7'
    )
    with socket.create_connection((host, int(port)), 30) as client:
        client.sendall(head.encode() + b"x" * 2_000_000)
    assert site.control("after half an upload") < CONTROL_SECONDS * 4
    [line] = site.installation.wait(lambda: site.told(event="upload_interrupted"))
    assert line["path"] == "/api/v1/documents"
    assert not [row for row in site.installation.json("ledger") if row["filename"] == "half.pdf"]


def test_a_mailbox_whose_server_dies_in_idle_or_lies_is_told(site: Site, dying: ImapServer) -> None:
    site.installation.wait(lambda: len(site.told(event="mailbox_lost", user="dying")) >= 2)
    assert site.told(event="mail_collected", user="dying"), "what it had was taken before"
    assert site.installation.wait(lambda: site.told(event="mail_left_in_mailbox", user="lying", reason="too_large"))
    assert len(site.told(event="mail_left_in_mailbox", user="lying")) == 1
    assert dying.connections >= 2
    assert site.control("after the mailboxes") < CONTROL_SECONDS * 4


def test_nothing_came_in_that_was_refused(site: Site) -> None:
    wanted = site.control("the last one")
    assert wanted < CONTROL_SECONDS * 4
    rows = site.installation.wait(
        lambda: (
            [row for row in site.installation.json("ledger") if row["subject"] == "the last one"]
            and site.installation.json("ledger")
        )
    )
    subjects = {row["subject"] for row in rows}
    assert not subjects & {"carrier", "smuggled", "nul"}
    assert not [subject for subject in subjects if subject.startswith("long ")]
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        site.installation.send(MAIL % b"x", "guess1@import.localhost")


def test_tls_is_there_after_all_that(site: Site) -> None:
    host, _, port = site.installation.smtp.rpartition(":")
    context = ssl.create_default_context(cafile=str(Path(site.installation.config).parent / "tls.pem"))
    with smtplib.SMTP(host, int(port), timeout=30) as client:
        client._host = "localhost"  # the name that the certificate is for
        client.starttls(context=context)
        client.sendmail("supplier@example.com", [site.address], MAIL % b"encrypted")
