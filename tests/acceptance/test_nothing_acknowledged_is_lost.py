"""Disks that fail to sync and processes that are killed: what got 250 is there, once, and the rest was told to wait."""

from __future__ import annotations

import smtplib
import threading
from collections import Counter
from contextlib import suppress

import pytest
from fixtures_daemon import Installation

KILLS = 3
MAIL = b"From: supplier@example.com\r\nSubject: %b\r\n\r\nThe invoice comes by post.\r\n"


def company(installation: Installation) -> str:
    [account] = installation.json("account", "add", "One", "--owner", "els@example.com")
    return str(account["import_address"])


def subjects(installation: Installation) -> Counter[str]:
    """Return how many mails have each subject."""
    return Counter(subject for subject, _ in {(line["subject"], line["mail"]) for line in installation.json("ledger")})


def refused(installation: Installation, subject: str, address: str) -> int:
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        installation.send(MAIL % subject.encode(), address)
    assert b"disk" not in refusal.value.smtp_error
    return int(refusal.value.smtp_code)


def test_a_failed_sync_is_no_promise_and_ends_the_daemon_and_a_full_disk_does_not(installation: Installation) -> None:
    address, mark = company(installation), installation.data / "sync-fails"
    installation.start(script="sync_fails.py")
    installation.send(MAIL % b"before", address)
    mark.write_text("ENOSPC")
    assert refused(installation, "while full", address) == 451
    mark.unlink()
    installation.send(MAIL % b"while full", address)
    mark.write_text("EIO")
    assert refused(installation, "lost sync", address) == 451
    mark.unlink()  # the disk seems well again: another sync would lie
    assert installation.wait_for_death() != 0
    assert len([line for line in installation.log if '"spool_broken"' in line]) == 1

    installation.start()
    installation.send(MAIL % b"lost sync", address)
    installation.send(MAIL % b"before", address)  # the client that never read its 250 comes again
    expected = {"before": 1, "while full": 1, "lost sync": 1}
    installation.wait(lambda: subjects(installation) == expected)
    assert installation.stop() == 0


def test_killed_again_and_again_it_keeps_what_it_acknowledged_and_greets_before_all_else(
    installation: Installation,
) -> None:
    address = company(installation)
    acknowledged: list[str] = []
    installation.start()
    for kill in range(KILLS):
        sender = threading.Thread(target=send_until_killed, args=(installation, address, kill, acknowledged))
        sender.start()
        enough = len(acknowledged) + 20
        installation.wait(lambda enough=enough: len(acknowledged) >= enough)
        installation.kill()
        sender.join(60)
        installation.start()
        door, whole = installation.greeted
        assert door < whole / 2, "the door opens before the rooms are loaded"
    installation.send(MAIL % b"the last", address)
    acknowledged.append("the last")
    installation.wait(lambda: set(acknowledged) <= set(subjects(installation)))
    assert set(subjects(installation).values()) == {1}
    assert installation.stop() == 0


def send_until_killed(installation: Installation, address: str, kill: int, acknowledged: list[str]) -> None:
    """Send mail after mail over one connection, and note each that got 250."""
    host, _, port = installation.smtp.rpartition(":")
    with suppress(OSError, smtplib.SMTPException), smtplib.SMTP(host, int(port), timeout=30) as client:
        for number in range(100_000):
            subject = f"{kill}-{number}"
            client.sendmail("supplier@example.com", [address], MAIL % subject.encode())
            acknowledged.append(subject)
