"""Debian's Postfix in front of the LMTP door: what it is told, what waits in its queue, and what comes once."""

from __future__ import annotations

import shutil
import smtplib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from private_postfix import ADVICE, Postfix, running_postfix, why_not

from mailroom.config import LmtpSettings, SmtpSettings
from mailroom.domain.message import Door, Envelope
from mailroom.errors import SpoolUnavailable
from mailroom.gateways.admission import Recipient
from mailroom.gateways.lmtp import LmtpDoor
from mailroom.spool import Draft, Spool

OpenDoor = Callable[..., Any]
PATIENCE_SECONDS = 60.0
SUSPENDED: set[str] = set()


def find(local_part: str, domain: str) -> Recipient | None:
    """Know acme, beta and late; who is in SUSPENDED takes nothing now."""
    if domain != "import.example" or local_part not in {"acme", "beta", "late"}:
        return None
    return Recipient(f"{local_part}@{domain}", f"account-{local_part}", False, local_part in SUSPENDED)


class TroubledSpool(Spool):
    """Keeps nothing while `is_full`."""

    is_full = False

    def accept_draft(self, envelopes: Sequence[Envelope], draft: Draft) -> Future[list[str]]:
        if not self.is_full:
            return super().accept_draft(envelopes, draft)
        refused: Future[list[str]] = Future()
        refused.set_exception(SpoolUnavailable("full"))
        return refused


Front = tuple[Postfix, TroubledSpool]


@pytest.fixture(params=["unix", "tcp"])
def front(request: pytest.FixtureRequest, open_door: OpenDoor, tmp_path: Path) -> Iterator[Front]:
    """A Postfix that hands all mail of import.example to an LMTP door, by a Unix socket or by TCP."""
    if reason := why_not():
        if reason == ADVICE:
            pytest.fail(ADVICE, pytrace=False)
        pytest.skip(reason)
    SUSPENDED.clear()
    spool = TroubledSpool(tmp_path / "front.sqlite")
    house = open_door(spool=spool, find=find)
    # Postfix's LMTP client runs as the user postfix and has to reach the socket.
    folder = Path(tempfile.mkdtemp(prefix="mailroom-front-"))
    listen = f"unix:{folder}/lmtp.sock" if request.param == "unix" else "127.0.0.1:0"
    door = LmtpDoor(LmtpSettings(listen=listen, socket_mode="666"), SmtpSettings(), spool, find, clock=house.door._now)
    where = house.run(door.start())
    hop = f"lmtp:{where}" if request.param == "unix" else f"lmtp:inet:{where}"
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(lambda: house.run(door.stop()))
        (folder / "postfix").mkdir()
        folder.chmod(0o755)
        # As docs/operate/doors.md says.
        settings = {
            "relay_domains": "import.example",
            "transport_maps": f"inline:{{import.example={hop}}}",
            "smtpd_recipient_restrictions": "reject_unauth_destination, reject_unverified_recipient",
            "smtpd_relay_restrictions": "reject_unauth_destination",
            "mynetworks": "",
            "unverified_recipient_reject_code": "550",
            "address_verify_map": "",
            "address_verify_poll_count": "20",
            "address_verify_poll_delay": "1s",
        }
        yield stack.enter_context(running_postfix(folder / "postfix", settings)), spool


def wait(look: Callable[[], Any], postfix: Postfix) -> Any:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(postfix.log[-3000:])


def send(postfix: Postfix, subject: str, *recipients: str) -> dict[str, tuple[int, bytes]]:
    """Send a mail to Postfix and return whom it refused."""
    mail = f"From: sup@plier.example\r\nSubject: {subject}\r\n\r\nhello\r\n"
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=60) as client:
        return client.sendmail("sup@plier.example", [f"{name}@import.example" for name in recipients], mail)


def taken(spool: Spool) -> list[tuple[str, str]]:
    """Return subject and recipient of all that the spool holds."""
    found = []
    for entry in spool.pending(100):
        subject = spool.content(entry.id).partition(b"Subject: ")[2].partition(b"\r\n")[0].decode()
        assert entry.envelope.door is Door.LMTP
        assert entry.envelope.sender == "sup@plier.example"
        found.append((subject, entry.envelope.recipient.partition("@")[0]))
    return sorted(found)


def test_one_waits_and_is_tried_again_and_the_other_comes_once(front: Front) -> None:
    postfix, spool = front
    # Looked up in time, so that the answer at RCPT is about the address and not about today.
    assert send(postfix, "first", "acme", "late") == {}
    wait(lambda: len(taken(spool)) == 2, postfix)
    SUSPENDED.add("late")
    time.sleep(2.1)  # the door remembers an address for two seconds
    assert send(postfix, "second", "acme", "late", "beta") == {}
    reasons = wait(lambda: postfix.queue() if len(taken(spool)) == 4 else None, postfix)
    assert list(reasons) == ["late@import.example"]
    assert "450 4.2.1 Mailbox takes no mail at present" in reasons["late@import.example"]
    SUSPENDED.clear()
    time.sleep(2.1)
    postfix.flush()
    wait(lambda: not postfix.queue(), postfix)
    assert taken(spool) == [
        ("first", "acme"),
        ("first", "late"),
        ("second", "acme"),
        ("second", "beta"),
        ("second", "late"),
    ]


def test_after_a_failure_at_the_end_of_the_data_each_recipient_waits_and_comes_once(front: Front) -> None:
    postfix, spool = front
    spool.is_full = True
    assert send(postfix, "full", "acme", "beta", "late") == {}
    reasons = wait(lambda: found if len(found := postfix.queue()) == 3 and all(found.values()) else None, postfix)
    assert {why.rpartition("said: ")[2].split(" (in")[0] for why in reasons.values()} == {
        "451 4.3.0 Temporary failure, try again later"
    }
    told = [line for line in postfix.log.splitlines() if "/lmtp[" in line]
    assert told
    assert not [line for line in told if "lost connection" in line or "timed out" in line]
    assert taken(spool) == []
    spool.is_full = False
    postfix.flush()
    wait(lambda: not postfix.queue(), postfix)
    assert taken(spool) == [("full", "acme"), ("full", "beta"), ("full", "late")]


def test_an_address_of_nobody_is_refused_by_postfix_itself(front: Front) -> None:
    postfix, spool = front
    refused = send(postfix, "mistyped", "acme", "nobody")
    assert list(refused) == ["nobody@import.example"]
    code, words = refused["nobody@import.example"]
    assert code == 550
    assert b"550 5.1.1 No such address here" in words
    wait(lambda: taken(spool) == [("mistyped", "acme")], postfix)
    assert postfix.queue() == {}, "nothing that would have to be bounced"
