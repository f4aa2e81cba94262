"""The IMAP collectors against a real Dovecot."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fixtures_dovecot import ODD_PASSWORD, ODD_USER, PASSWORD, Dovecot
from imapclient import IMAPClient
from token_server import TokenServer

from mailroom.config import ImapSettings, OAuthSettings
from mailroom.domain.message import Door
from mailroom.gateways.admission import Recipient, Refusal
from mailroom.gateways.imap import Collector, Office
from mailroom.gateways.imap_mailbox import KEYWORD, LoginRefused, Mailbox
from mailroom.gateways.imap_memory import FolderKey, Memory
from mailroom.gateways.oauth import TokenRefused, Tokens
from mailroom.spool import Spool

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
Put = Callable[..., int]


def mail(number: int, *headers: str) -> bytes:
    head = "\r\n".join((*headers, "Return-Path: <shop@example.com>", f"Subject: invoice {number}"))
    return f"{head}\r\n\r\nhello {number}\r\n".encode()


class Collecting:
    """A collector that the test drives itself, round by round."""

    def __init__(self, settings: ImapSettings, folder: Path, tokens: Tokens | None = None) -> None:
        self.settings = settings
        self.tokens = tokens
        self.spool = Spool(folder / "spool.sqlite")
        self.memory = Memory(folder / "collectors.sqlite")
        self.refusals: list[Refusal] = []
        self.office = Office(
            import_domain="import.example",
            max_bytes=50_000,
            find=self.find,
            of_account=lambda wanted, _purpose: Recipient(f"{wanted}@import.example", wanted, False, False),
            unassigned=lambda: Recipient("unassigned@import.example", "unassigned", False, False),
            record=self.refusals.append,
        )
        self.collector = self.new()

    def new(self) -> Collector:
        """Return the collector as a newly started daemon has it."""
        return Collector(self.settings, self.spool, self.office, self.memory, tokens=self.tokens, clock=lambda: NOON)

    def find(self, local_part: str, domain: str) -> Recipient | None:
        if domain != "import.example" or local_part not in {"acme", "old", "late", "picky"}:
            return None
        known = Recipient(f"{local_part}@{domain}", local_part, local_part == "old", local_part == "late")
        return replace(known, blocked=("@example.com",)) if local_part == "picky" else known

    def round(self) -> int:
        """Connect anew and take what is there."""
        mailbox = Mailbox(self.settings, self.office.max_bytes, self.tokens)
        try:
            return self.collector.round(mailbox, self.key(mailbox))
        finally:
            mailbox.close()

    def key(self, mailbox: Mailbox) -> FolderKey:
        return FolderKey(self.settings.host, self.settings.user, self.settings.folder, mailbox.uid_validity)

    def taken(self) -> list[tuple[str, bytes]]:
        return [
            (entry.envelope.recipient, self.spool.content(entry.id).split(b"\r\n\r\n")[1].strip())
            for entry in self.spool.pending(100)
        ]

    def close(self) -> None:
        self.collector.join()
        self.spool.close()
        self.memory.close()


Collect = Callable[..., Collecting]


@pytest.fixture
def collect(dovecot: Dovecot, tmp_path: Path) -> Iterator[Collect]:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    made: list[Collecting] = []

    def make(**more: Any) -> Collecting:
        values = {
            "host": "127.0.0.1",
            "port": dovecot.port,
            "security": "none",
            "user": dovecot.new_user(),
            "password_file": tmp_path / "password",
            "account": "fixed",
            "timeout_seconds": 20,
            **more,
        }
        tokens = Tokens(more["oauth2"], tmp_path / "tokens") if "oauth2" in more else None
        if tokens:
            values["password_file"] = None
        made.append(Collecting(ImapSettings(**values), tmp_path, tokens))
        return made[-1]

    yield make
    for each in made:
        each.close()


def flags(dovecot: Dovecot, user: str, folder: str = "INBOX") -> list[set[bytes]]:
    with IMAPClient("127.0.0.1", dovecot.port, ssl=False, timeout=20) as client:
        client.login(user, PASSWORD)
        client.select_folder(folder, readonly=True)
        found = client.fetch(client.search(), ["FLAGS"])
        return [set(found[uid][b"FLAGS"]) - {b"\\Recent"} for uid in sorted(found)]


def test_mail_is_taken_once_and_stays_unread(collect: Collect, dovecot: Dovecot, put_mail: Put) -> None:
    box = collect()
    put_mail(box.settings.user, mail(1), mail(2))
    assert box.round() == 2
    assert box.taken() == [("fixed@import.example", b"hello 1"), ("fixed@import.example", b"hello 2")]
    envelope = box.spool.pending(1)[0].envelope
    assert (envelope.door, envelope.sender, envelope.account_id) == (Door.IMAP, "shop@example.com", "fixed")
    assert flags(dovecot, box.settings.user) == [{KEYWORD.encode()}] * 2
    assert box.round() == 0
    box.collector = box.new()
    assert box.round() == 0


def test_mail_is_moved_where_the_settings_say_so(collect: Collect, dovecot: Dovecot, put_mail: Put) -> None:
    box = collect(after="move:Gelezen & bonnetjes")
    put_mail(box.settings.user, mail(1))
    assert box.round() == 1
    assert flags(dovecot, box.settings.user) == []
    assert flags(dovecot, box.settings.user, "Gelezen & bonnetjes") == [set()]
    assert len(box.spool.pending(10)) == 1
    with IMAPClient("127.0.0.1", dovecot.port, ssl=False, timeout=20) as client:
        client.login(box.settings.user, PASSWORD)
        assert "Gelezen & bonnetjes" in {name for _, _, name in client.list_sub_folders()}


def test_a_crash_before_the_flag_makes_no_second_message(
    collect: Collect, dovecot: Dovecot, put_mail: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = collect()
    put_mail(box.settings.user, mail(1))

    def dies(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "mark", dies)
        with pytest.raises(ConnectionResetError):
            box.round()
    assert flags(dovecot, box.settings.user) == [set()]
    box.collector = box.new()
    assert box.round() == 1
    assert len(box.spool.pending(10)) == 1
    assert flags(dovecot, box.settings.user) == [{KEYWORD.encode()}]


def test_new_numbers_for_all_mail_double_nothing(collect: Collect, dovecot: Dovecot, put_mail: Put) -> None:
    box = collect()
    put_mail(box.settings.user, mail(1), mail(2))
    assert box.round() == 2
    maildir = dovecot.maildir(box.settings.user)
    for file in maildir.glob("dovecot*"):
        file.unlink()
    for file in (maildir / "cur").iterdir():
        file.rename(maildir / "new" / file.name.partition(":")[0])  # the server lost the keywords, too
    time.sleep(1.1)  # Dovecot makes a validity from the clock, in seconds
    assert box.round() == 2
    assert len(box.spool.pending(10)) == 2
    assert box.round() == 0


@pytest.mark.parametrize(
    ("header", "recipient"),
    [
        ("Delivered-To: acme@import.example", "acme@import.example"),
        ("delivered-to: <ACME@Import.Example>", "acme@import.example"),
        ("Delivered-To: invoices+acme@company.example", "acme@import.example"),
        ("X-Original-To: acme@import.example", "unassigned@import.example"),  # not a header that was named
        ("Delivered-To: nobody@import.example\r\nDelivered-To: acme@import.example", "acme@import.example"),
        ("Delivered-To: old@import.example", "unassigned@import.example"),
        ("Subject: no address at all", "unassigned@import.example"),
    ],
)
def test_the_header_says_whose_mail_it_is(collect: Collect, put_mail: Put, header: str, recipient: str) -> None:
    box = collect(account="", address_header=["Delivered-To", "Envelope-To"])
    put_mail(box.settings.user, mail(1, header))
    assert box.round() == 1
    assert box.taken() == [(recipient, b"hello 1")]


def test_what_is_not_wanted_stays_in_its_mailbox_and_is_counted(collect: Collect, put_mail: Put) -> None:
    box = collect(address_header=["Delivered-To"])
    put_mail(box.settings.user, mail(1, "Delivered-To: picky@import.example"), mail(2, "X: " + "y" * 60_000), mail(3))
    assert box.round() == 1
    assert box.taken() == [("fixed@import.example", b"hello 3")]
    assert [(refusal.reason, refusal.sender) for refusal in box.refusals] == [("sender_blocked", "shop@example.com")]
    assert sorted(row[3:] for row in box.memory.left()) == [("sender_blocked", 1), ("too_large", 1)]
    assert box.round() == 0
    assert len(box.refusals) == 1


def test_mail_of_a_suspended_account_waits_and_holds_up_no_other(collect: Collect, put_mail: Put) -> None:
    box = collect(address_header=["Delivered-To"])
    put_mail(box.settings.user, mail(1, "Delivered-To: late@import.example"), mail(2))
    assert box.round() == 1
    assert box.round() == 0  # put off for a moment
    box.office = replace(box.office, find=lambda *_: Recipient("late@import.example", "late", False, False))
    box.collector = box.new()
    assert box.round() == 1
    assert len(box.spool.pending(10)) == 2
    assert box.memory.left() == []


def test_mail_before_the_day_of_the_settings_is_left_alone(collect: Collect, put_mail: Put) -> None:
    box = collect(since=date(2999, 1, 1))
    put_mail(box.settings.user, mail(1))
    assert box.round() == 0


def test_a_running_collector_hears_of_new_mail_at_once_and_ends_at_once(collect: Collect, put_mail: Put) -> None:
    box = collect()
    put_mail(box.settings.user, mail(1))
    box.collector.start()
    assert box.spool.wait(20)
    for number in (2, 3):
        put_mail(box.settings.user, mail(number))
        began = time.monotonic()
        assert box.spool.wait(20)
        assert time.monotonic() - began < 10
    began = time.monotonic()
    box.collector.ask_to_stop()
    box.collector.join()
    assert time.monotonic() - began < 5
    assert [content for _, content in box.taken()] == [b"hello 1", b"hello 2", b"hello 3"]


# A handshake that fails leaves imapclient's raw socket to the garbage collector, which closes it.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_connection_is_encrypted_and_the_certificate_is_checked(
    collect: Collect, dovecot: Dovecot, put_mail: Put, security: str
) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    box = collect(security=security, port=port)
    put_mail(box.settings.user, mail(1))
    with pytest.raises(OSError, match="certificate verify failed"):
        box.round()
    gc.collect()
    box = collect(security=security, port=port, ca_file=dovecot.certificate, host="localhost", user=box.settings.user)
    assert box.round() == 1


def test_a_wrong_password_is_not_tried_often(collect: Collect, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong")
    box = collect(password_file=tmp_path / "wrong")
    with pytest.raises(LoginRefused) as failure:
        box.round()
    assert "wrong" not in str(failure.value)
    assert box.collector._tell(failure.value, 1) >= 60


def test_a_password_may_have_any_letters(collect: Collect, put_mail: Put, tmp_path: Path) -> None:
    box = collect(user=ODD_USER)
    (tmp_path / "password").write_text(ODD_PASSWORD + "\n", "utf-8")
    put_mail(ODD_USER, mail(1))
    assert box.round() == 1
    (tmp_path / "password").write_text("Kälte\n", "utf-8")
    with pytest.raises(LoginRefused):
        box.round()


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_mailbox_is_opened_with_a_token_that_is_renewed(
    collect: Collect, put_mail: Put, token_server: TokenServer, tmp_path: Path, mechanism: str
) -> None:
    (tmp_path / "refresh").write_text("refresh-0\n")
    oauth2 = OAuthSettings(
        client_id="mailroom",
        token_url=f"{token_server.url}/token",
        refresh_token_file=tmp_path / "refresh",
        scope="imap",
        mechanism=mechanism,
    )
    box = collect(oauth2=oauth2)
    token_server.user = box.settings.user
    put_mail(box.settings.user, mail(1))
    assert box.round() == 1
    assert box.round() == 0
    assert len(token_server.asked) == 1  # the access token is good for an hour
    assert token_server.asked[0] | {"refresh_token": ""} == {
        "grant_type": "refresh_token",
        "client_id": "mailroom",
        "refresh_token": "",
        "scope": "imap",
    }
    # A newly started daemon has the refresh token that came with the answer, not the one that is dead by now.
    assert Tokens(oauth2, tmp_path / "tokens").access_token() == "access-refresh-2"
    (kept,) = (tmp_path / "tokens").glob("*.token")
    assert kept.stat().st_mode & 0o777 == 0o600
    with pytest.raises(LoginRefused):  # the old access token died with it; the next try has a new one
        box.round()
    assert box.round() == 0


def test_a_refresh_token_that_is_dead_is_told_without_details(token_server: TokenServer, tmp_path: Path) -> None:
    (tmp_path / "refresh").write_text("stolen")
    url, file = f"{token_server.url}/token", tmp_path / "refresh"
    tokens = Tokens(OAuthSettings(client_id="m", token_url=url, refresh_token_file=file), tmp_path)
    with pytest.raises(TokenRefused, match="invalid_grant: log in again") as failure:
        tokens.access_token()
    assert "secret details" not in str(failure.value)
    file.write_text(token_server.refresh_token)
    assert tokens.access_token() == f"access-{token_server.refresh_token}"
