"""What the box's server does before it forks: each rehearsal works on a paper of ours, and leaves no thread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailroom.app.box import BOX_TASKS
from mailroom.config import BoxSettings, ReadingSettings
from mailroom.domain.message import MediaType
from mailroom.einvoice import check, read_invoice
from mailroom.einvoice.specimen import specimen as invoice
from mailroom.reading.box import Box
from mailroom.reading.frames import JSON
from mailroom.reading.read import Reader
from mailroom.reading.specimen import specimen as page

MAIL = b"From: a@b.example\r\nSubject: x\r\n\r\nx\r\n"
COPY: dict[str, JSON] = {"media_type": "application/xml", "language": "de", "pdf": True}
BODY: dict[str, JSON] = {"charset": "", "media_type": "text/plain", "pictures": [], "head": []}


@pytest.fixture
def box() -> Iterator[Box]:
    opened = Box(BoxSettings(), BOX_TASKS)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("task", "prepare", "arguments", "blob"),
    [
        ("take_apart", True, {"limits": {}}, MAIL),
        ("read", "application/pdf", {"media_type": "application/pdf"}, page()),
        ("read", "application/xml", {"media_type": "application/xml"}, invoice()),
        ("readable_copy", "de", COPY, invoice()),
        ("render_mail", True, BODY, b"x"),
    ],
)
def test_a_rehearsal_succeeds_and_leaves_no_thread_in_the_server(
    box: Box, capfd: pytest.CaptureFixture[str], *, task: str, prepare: JSON, arguments: dict[str, JSON], blob: bytes
) -> None:
    settings: dict[str, JSON] = ReadingSettings().model_dump(mode="json")
    box.call(task, {"settings": settings, **arguments}, [blob], prepare=prepare)
    assert box._server is not None
    # A fork copies only the thread that asks for it: what another one held would stay locked in the child.
    assert len([*Path(f"/proc/{box._server.process.pid}/task").iterdir()]) == 1
    assert "Traceback" not in capfd.readouterr().err


def test_the_page_is_read_by_its_text_layer(box: Box) -> None:
    reading = Reader(box, ReadingSettings()).read(page(), MediaType.PDF).reading
    assert reading.pages[0].text() == "Invoice 1\nTotal 121.00 EUR"


def test_nothing_fatal_is_wrong_with_the_invoice() -> None:
    assert [finding.rule for finding in check(read_invoice(invoice())) if finding.severity == "fatal"] == []
