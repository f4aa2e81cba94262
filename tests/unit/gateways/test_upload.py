"""Files become messages of our own making."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.message import Door, Envelope
from mailroom.errors import NothingToImport
from mailroom.gateways.upload import accept_files, accept_message, wrap

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class MemorySpool:
    """Keeps by content and recipient, as the spool does."""

    def __init__(self) -> None:
        self.kept: dict[tuple[bytes, str], Envelope] = {}

    def accept(self, envelope: Envelope, content: bytes) -> Future[str]:
        future: Future[str] = Future()
        future.set_result(self.kept.setdefault((content, envelope.recipient), envelope).id)
        return future


def hand_in(spool: Any, *files: tuple[str, bytes]) -> list[Envelope]:
    return accept_files(
        spool,
        account_id="a1",
        recipient="acme@import.example",
        door=Door.UPLOAD,
        files=files,
        uploaded_by="u1",
        clock=lambda: NOON,
        sender="owner@acme.example",
    )


def attachment(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    (part,) = message.iter_parts()
    assert isinstance(part, EmailMessage)
    return part


def test_the_same_file_twice_is_one_message_and_two_files_are_two() -> None:
    spool = MemorySpool()
    first = hand_in(spool, ("a.pdf", b"%PDF-1"), ("b.pdf", b"%PDF-2"))
    again = hand_in(spool, ("a.pdf", b"%PDF-1"))
    assert again[0].id == first[0].id != first[1].id
    assert len(spool.kept) == 2
    assert first[0].model_copy(update={"id": "x"}) == Envelope(
        id="x",
        account_id="a1",
        door=Door.UPLOAD,
        sender="owner@acme.example",
        recipient="acme@import.example",
        received_at=NOON,
        uploaded_by="u1",
    )


@given(name=st.text(max_size=300), content=st.binary(min_size=1, max_size=300))
def test_any_file_comes_out_of_its_message_as_it_went_in(name: str, content: bytes) -> None:
    raw = wrap(name, content, recipient="acme@import.example")
    assert raw == wrap(name, content, recipient="acme@import.example")
    part = attachment(raw)
    assert part.get_payload(decode=True) == content
    assert part.get_content_disposition() == "attachment"
    assert part.get_filename()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    ("name", "shown", "declared"),
    [
        ("invoice.pdf", "invoice.pdf", "application/pdf"),
        ("Factuur n° 3 – maart.PDF", "Factuur n° 3 – maart.PDF", "application/pdf"),
        ('say "hi".xml', 'say "hi".xml', "application/xml"),
        ("../../etc/passwd", "passwd", "application/octet-stream"),
        ("C:\\scans\\bon.jpeg", "bon.jpeg", "image/jpeg"),
        ("a\r\nBcc: x@y\r\n.png", "aBcc: x@y.png", "image/png"),
        ("", "file", "application/octet-stream"),
        ("x" * 300 + ".pdf", "x" * 180 + ".pdf", "application/pdf"),
    ],
)
def test_a_name_is_kept_without_folders_and_control_characters(name: str, shown: str, declared: str) -> None:
    part = attachment(wrap(name, b"content", recipient="acme@import.example"))
    assert part.get_filename() == shown
    assert part.get_content_type() == declared


def test_nothing_to_import_takes_nothing() -> None:
    spool = MemorySpool()
    with pytest.raises(NothingToImport):
        hand_in(spool)
    with pytest.raises(NothingToImport) as caught:
        hand_in(spool, ("a.pdf", b"%PDF-1"), ("empty.pdf", b""))
    assert caught.value.facts == {"filename": "empty.pdf"}
    with pytest.raises(NothingToImport):
        accept_message(
            spool,  # type: ignore[arg-type]  # a double
            account_id="a1",
            recipient="acme@import.example",
            door=Door.COMMAND,
            raw=b"\r\n",
            clock=lambda: NOON,
        )
    assert not spool.kept


def test_a_message_is_taken_as_it_is() -> None:
    spool = MemorySpool()
    envelope = accept_message(
        spool,  # type: ignore[arg-type]  # a double
        account_id="a1",
        recipient="acme@import.example",
        door=Door.COMMAND,
        raw=b"Subject: x\n\nbody",
        clock=lambda: NOON,
    )
    assert list(spool.kept) == [(b"Subject: x\n\nbody", "acme@import.example")]
    assert envelope.door is Door.COMMAND
