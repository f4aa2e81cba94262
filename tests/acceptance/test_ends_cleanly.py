"""SIGTERM at any moment ends the daemon in time and with status 0; the next one goes on. A full disk is survived."""

from __future__ import annotations

import resource
import smtplib
import time

import pytest
from bad_files import demo_file, heavy_pdf, jpeg, mail_with
from fixtures_daemon import Installation


def company(installation: Installation) -> str:
    [row] = installation.json("account", "add", "One", "--owner", "els@example.com")
    return str(row["import_address"])


def logged(installation: Installation, event: str) -> bool:
    return any(f'"event": "{event}"' in line for line in installation.log)


def test_a_reading_that_is_cut_off_by_sigterm_is_done_after_the_next_start(installation: Installation) -> None:
    address = company(installation)
    installation.start(script="slow_reading.py")
    installation.send(mail_with("a.xml", demo_file("Peppol"), "slow"), address)
    installation.wait(lambda: logged(installation, "message_sorted"))
    time.sleep(1)
    began = time.monotonic()
    assert installation.stop() == 0
    assert time.monotonic() - began < 25, "it does not wait for a reader that takes a minute, nor begin it again"
    assert logged(installation, "stopped")
    installation.start()
    [document] = installation.decided()
    assert document["state"] == "to_accept", "the end of the daemon is not held against the document"
    assert installation.stop() == 0


def test_sigterm_while_a_photo_is_read_loses_nothing(installation: Installation) -> None:
    address = company(installation)
    installation.start()
    for number in range(3):
        installation.send(mail_with("photo.jpg", jpeg(f"FACTUUR 2026-{number}"), f"photo {number}"), address)
    installation.wait(lambda: logged(installation, "message_sorted"))
    assert installation.stop() == 0
    installation.start()
    rows = installation.decided(3)
    assert sorted(row["state"] for row in rows) != ["needs_attention"] * 3
    assert {row["state"] for row in rows} <= {"incomplete", "to_accept", "held"}
    assert installation.stop() == 0


def test_a_disk_that_takes_no_large_mail_says_451_and_keeps_nothing_of_it(installation: Installation) -> None:
    address = company(installation)
    installation.start()
    assert installation.process is not None
    daemon = installation.process.pid
    large = mail_with("heavy.pdf", heavy_pdf(3_000_000), "large", "application/pdf")
    before = resource.prlimit(daemon, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon, resource.RLIMIT_FSIZE, (1_500_000, before[1]))  # no file grows beyond: EFBIG, as if full
    with pytest.raises(smtplib.SMTPDataError) as refused:
        installation.send(large, address)
    assert refused.value.smtp_code == 451
    words = refused.value.smtp_error
    assert b"/" not in words
    assert b"Errno" not in words
    assert installation.json("ledger") == []
    kept = [file for file in (installation.data / "spool").rglob("*") if file.is_file() and file.name != "lock"]
    assert kept == []
    resource.prlimit(daemon, resource.RLIMIT_FSIZE, before)
    installation.send(large, address)
    [document] = installation.decided()
    assert document["fields"]["invoice_number"]["value"] == "2026-118"
    assert len({line["mail"] for line in installation.json("ledger")}) == 1
    assert installation.stop() == 0


def test_a_disk_that_is_full_while_mail_is_worked_on_loses_and_doubles_nothing(installation: Installation) -> None:
    address = company(installation)
    installation.start()
    assert installation.process is not None
    daemon = installation.process.pid
    before = resource.prlimit(daemon, resource.RLIMIT_FSIZE)
    for number in range(3):
        content = demo_file("Peppol").replace(b"LH-2026-0773", b"LH-2026-%d" % number)
        installation.send(mail_with("a.xml", content, f"mail {number}"), address)
    resource.prlimit(daemon, resource.RLIMIT_FSIZE, (4096, before[1]))
    time.sleep(4)
    if installation.process.poll() is None:
        resource.prlimit(daemon, resource.RLIMIT_FSIZE, before)
    time.sleep(0.5)  # for the log's last lines
    if logged(
        installation, "spool_broken"
    ):  # a sync that failed ends the daemon (it may still be ending); systemd starts it again
        installation.wait_for_death()
        installation.start()
    rows = installation.decided(3)
    assert {row["state"] for row in rows} == {"to_accept"}
    assert sorted(row["fields"]["invoice_number"]["value"] for row in rows) == ["LH-2026-0", "LH-2026-1", "LH-2026-2"]
    assert installation.stop() == 0
