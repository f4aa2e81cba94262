"""The virus scanner: clamd's own protocol, what follows from its word, and what happens when it does not answer."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from house_for_steps import TestHouse, mail, pdf

from mailroom.config import ScannerSettings, Settings
from mailroom.domain.document import DocumentState
from mailroom.domain.message import Message, MessageState
from mailroom.errors import ScannerUnavailable
from mailroom.steps.scanner import Scanned, scan
from mailroom.steps.sort import sort

sys.path[:0] = [str(Path(__file__).parents[2] / "faults")]
from clamd_speaks import ClamdSpeaks  # noqa: E402


@pytest.fixture
def clamd() -> Iterator[ClamdSpeaks]:
    with ClamdSpeaks() as speaking:
        yield speaking


def scanned(home: TestHouse, address: str, raw: bytes) -> tuple[Message, list[str]]:
    settings = Settings(data=home.folder, scanner=ScannerSettings(address=address, timeout_seconds=5))
    object.__setattr__(home.house, "settings", settings)
    name = home.arrives(raw)
    found = sort(home.house, name)
    with home.store.read() as unit:
        return unit.messages.get(name), found


def verdicts(home: TestHouse) -> list[tuple[str, str]]:
    with home.store.read() as unit:
        return [(line.verdict.value, line.reason.code) for line in unit.parts.ledger()]


def test_a_clean_mail_goes_on(home: TestHouse, clamd: ClamdSpeaks) -> None:
    raw = mail()
    message, found = scanned(home, clamd.address, raw)
    assert len(found) == 1
    assert message.reasons == ()
    assert clamd.scanned == [raw]


def test_nothing_of_a_mail_with_a_virus_is_opened(home: TestHouse, clamd: ClamdSpeaks) -> None:
    message, found = scanned(home, clamd.address, mail(("a.pdf", pdf()), subject="VIRUS"))
    assert found == []
    assert [(one.code, one.facts) for one in message.reasons] == [("virus_found", {"name": "Own.Test"})]
    assert verdicts(home) == [("ignored", "body_text"), ("refused", "virus_found")]
    assert home.store.blobs.has(message.sha256), "the operator can still look at it"


def test_a_mail_that_is_too_large_for_the_scanner_is_held(home: TestHouse) -> None:
    with ClamdSpeaks(limit=100) as clamd:
        message, [document] = scanned(home, clamd.address, mail(("a.pdf", pdf("x" * 2_000_000))))
    assert [one.code for one in message.reasons] == ["not_scanned"]
    held = home.work_on(document)
    assert held.state is DocumentState.HELD
    assert "not_scanned" in [one.code for one in held.reasons]


def test_a_unix_socket_serves_too(tmp_path: Path) -> None:
    with ClamdSpeaks(tmp_path / "clamd.sock") as clamd:
        assert scan(ScannerSettings(address=clamd.address), b"a VIRUS") == Scanned("Own.Test")


@pytest.mark.parametrize("says", [b"", b"nonsense\0", b"INSTREAM: command not known. ERROR\0"])
def test_an_answer_that_is_none_counts_as_no_answer(says: bytes) -> None:
    with ClamdSpeaks(says=says) as clamd, pytest.raises(ScannerUnavailable):
        scan(ScannerSettings(address=clamd.address), b"hello")


def test_a_scanner_that_is_away_is_tried_again_and_not_held_against_the_mail(home: TestHouse) -> None:
    for _ in range(5):
        with pytest.raises(ScannerUnavailable):
            scanned(home, "127.0.0.1:9", mail())
    with ClamdSpeaks() as clamd:
        message, found = scanned(home, clamd.address, mail())
    assert message.state is MessageState.SORTED
    assert len(found) == 1


def test_without_a_scanner_nobody_is_asked(home: TestHouse) -> None:
    assert len(home.documents_of(mail())) == 1


@pytest.mark.skipif(shutil.which("clamd") is None, reason="needs Debian's clamav-daemon")
def test_a_real_clamd_finds_a_signature_of_our_own(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "own.ndb").write_text(f"Mailroom.Test:0:*:{b'MAILROOM-TEST-VIRUS'.hex()}\n")
    path = tmp_path / "clamd.sock"
    (tmp_path / "clamd.conf").write_text(
        f"DatabaseDirectory {tmp_path}/db\nLocalSocket {path}\nForeground yes\nStreamMaxLength 1M\n"
    )
    with subprocess.Popen(["clamd", "-c", str(tmp_path / "clamd.conf")], stdout=subprocess.DEVNULL) as running:
        try:
            deadline = time.monotonic() + 60
            while not path.exists() and time.monotonic() < deadline:
                time.sleep(0.1)
            settings = ScannerSettings(address=f"unix:{path}")
            assert scan(settings, b"hello") == Scanned()
            assert scan(settings, mail(("a.bin", b"MAILROOM-TEST-VIRUS"))).found.startswith("Mailroom.Test")
            assert scan(settings, b"x" * 3_000_000) == Scanned(whole=False)
        finally:
            running.terminate()
