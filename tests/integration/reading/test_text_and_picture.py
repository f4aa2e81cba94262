"""The text of a PDF against the picture that people see: forgeries are found, honest papers are never accused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import forged_papers as forged
import papers_reading as papers
import pytest
from box_here import BoxHere
from PIL import Image

from mailroom.config import ReadingSettings
from mailroom.domain.document import FieldName
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Reading
from mailroom.domain.value import Reason
from mailroom.errors import MissingProgram, ReaderTimedOut
from mailroom.extraction import Buyer, extract, money_spots
from mailroom.reading.box import Box
from mailroom.reading.read import Reader
from mailroom.steps.text_and_picture import ABSENT, OTHER, differences

IBAN, OTHER_IBAN = "NL91 ABNA 0417 1643 00", "NL51 ABNA 0417 4976 33"
WORDS = {"NL91": "NL51", "1643": "4976", "00": "33"}


def reader(box: BoxHere | None = None, **settings: Any) -> Reader:
    return Reader(cast(Box, box or BoxHere()), ReadingSettings(second_opinion="off", **settings))


def compared(content: bytes, by: Reader | None = None) -> tuple[Reason, ...]:
    with_it = by or reader()
    reading = with_it.read(content, MediaType.PDF).reading
    return differences(with_it, lambda: content, reading, extract(reading, Buyer()))


def read(content: bytes) -> Reading:
    return reader().read(content, MediaType.PDF).reading


def without(start: str) -> list[tuple[str, float, float]]:
    return [line for line in papers.PAGE if not line[0].startswith(start)]


def sideways(lines: Sequence[tuple[str, float, float]]) -> bytes:
    """Return a page that is kept lying and shown upright."""
    rows = [f"BT /F1 11 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET" for text, x, y in lines]
    return papers.pdf_of(["\n".join(["0 1 -1 0 842 0 cm", *rows]).encode()], size=(842, 595), page_keys="/Rotate 90")


def only(told: tuple[Reason, ...]) -> Reason:
    [reason] = told
    return reason


def test_hidden_text_under_a_scan_that_says_another_account_is_found() -> None:
    honest = papers.text_pdf(papers.PAGE)
    pages = forged.with_words(read(honest).pages, WORDS)
    told = only(compared(forged.layered(forged.drawn(honest), pages)))
    assert told.code == OTHER
    assert told.facts["field"] == "iban"
    assert told.facts["said"] == OTHER_IBAN
    assert told.facts["value"] == IBAN.replace(" ", "")
    assert told.facts["page"] == "1"


def test_hidden_text_under_a_scan_that_says_another_total_is_found() -> None:
    honest = papers.text_pdf(papers.PAGE)
    pages = forged.with_words(read(honest).pages, {"100.00": "800.00", "121.00": "821.00"})
    told = only(compared(forged.layered(forged.drawn(honest), pages)))
    assert (told.code, told.facts["said"], told.facts["value"]) == (OTHER, "821.00", "121.00")


def test_an_honest_scan_with_hidden_text_is_not_accused() -> None:
    honest = papers.text_pdf(papers.PAGE)
    assert compared(forged.layered(forged.drawn(honest), read(honest).pages)) == ()


@pytest.mark.parametrize("down", [-0.024, -0.006, 0.006, 0.024], ids=["a line up", "up", "down", "a line down"])
def test_hidden_text_that_a_scanner_put_beside_its_place_is_not_accused(down: float) -> None:
    honest = papers.text_pdf(papers.PAGE)
    [page] = read(honest).pages
    moved = page.model_copy(update={"words": tuple(w._replace(y0=w.y0 + down, y1=w.y1 + down) for w in page.words)})
    assert compared(forged.layered(forged.drawn(honest), [moved])) == ()


def test_hidden_text_under_a_scan_that_nobody_can_read_surely_accuses_nobody() -> None:
    honest = papers.text_pdf(papers.PAGE)
    [picture] = forged.drawn(honest)
    faint = picture.reduce(5).resize(picture.size, Image.Resampling.BICUBIC)
    pages = forged.with_words(read(honest).pages, WORDS)
    assert compared(forged.layered([faint], pages)) == ()


@pytest.mark.parametrize(
    ("text", "code"), [(forged.other_amount, OTHER), (None, ABSENT)], ids=["other digits", "nothing"]
)
def test_a_patch_over_the_total_is_found(text: forged.Change | None, code: str) -> None:
    honest = papers.text_pdf(papers.PAGE)
    reading = read(honest)
    spots = money_spots(reading, extract(reading, Buyer()).fields)
    spots = [spot for spot in spots if spot.field is not FieldName.IBAN]
    told = only(compared(forged.pasted(honest, spots, text)))
    assert told.code == code
    assert told.facts["said"] == "121.00"
    assert told.facts.get("value") == ("221.00" if text else None)


@pytest.mark.parametrize(
    "hide",
    [
        "1 1 1 rg BT /F1 11 Tf 1 0 0 1 40 100 Tm (IBAN: NL91 ABNA 0417 1643 00) Tj ET",
        "0.98 0.98 0.98 rg BT /F1 11 Tf 1 0 0 1 40 100 Tm (IBAN: NL91 ABNA 0417 1643 00) Tj ET",
        "BT /F1 1 Tf 1 0 0 1 40 100 Tm (IBAN: NL91 ABNA 0417 1643 00) Tj ET",
        "BT 3 Tr /F1 11 Tf 1 0 0 1 40 100 Tm (IBAN: NL91 ABNA 0417 1643 00) Tj ET",
        "/OC /Hidden BDC BT /F1 11 Tf 1 0 0 1 40 100 Tm (IBAN: NL91 ABNA 0417 1643 00) Tj ET EMC",
        "BT /F1 11 Tf 1 0 0 1 40 100 Tm (IBAN: NL91 ABNA 0417 1643 00) Tj ET 1 1 1 rg 30 90 300 30 re f",
    ],
    ids=["white", "nearly white", "tiny", "invisible", "layer that is off", "rectangle over it"],
)
def test_an_account_that_nobody_can_see_is_found(hide: str) -> None:
    told = only(compared(forged.digital(without("IBAN"), after=hide)))
    assert (told.code, told.facts["field"], told.facts["said"]) == (ABSENT, "iban", IBAN)


def test_a_font_whose_text_is_a_lie_is_found() -> None:
    lines = [*without("Total incl."), ("Total incl. VAT EUR", 300, 460), ("~929.00", 420, 460)]
    told = only(compared(forged.digital(lines)))
    assert (told.code, told.facts["said"], told.facts["value"]) == (OTHER, "121.00", "929.00")


def test_a_note_over_the_account_is_found() -> None:
    note = forged.note_over((70, 95, 300, 112), OTHER_IBAN)
    told = only(compared(forged.digital(papers.PAGE, more=note)))
    assert (told.code, told.facts["said"]) == (OTHER, IBAN)
    assert told.facts["value"] == OTHER_IBAN.replace(" ", "")


def test_a_hidden_account_that_stands_in_plain_sight_elsewhere_accuses_nobody() -> None:
    seen = "BT /F1 11 Tf 1 0 0 1 40 60 Tm (NL91 ABNA 0417 1643 00) Tj ET"
    hidden = "BT 3 Tr /F1 11 Tf 1 0 0 1 40 100 Tm (IBAN: NL91 ABNA 0417 1643 00) Tj ET"
    assert compared(forged.digital(without("IBAN"), before=seen, after=hidden)) == ()


@pytest.mark.parametrize(
    "content",
    [
        papers.text_pdf(papers.PAGE),
        sideways(papers.PAGE),
        papers.text_pdf(papers.PAGE, page_keys="/Rotate 180"),
        papers.text_pdf(papers.PAGE, page_keys="/CropBox [20 50 580 830]"),
        forged.digital(papers.PAGE, before="0.1 0.2 0.5 rg 20 90 400 24 re f 290 450 280 24 re f 1 1 1 rg"),
        forged.digital(papers.PAGE, before="0.9 0.9 0.2 rg 20 90 400 24 re f 290 450 280 24 re f 0.6 0 0 rg"),
        forged.digital(papers.PAGE, before="0.9 g BT /F1 90 Tf 0.8 0.6 -0.6 0.8 150 250 Tm (COPY) Tj ET 0 g"),
        forged.digital(
            papers.PAGE, after="1 0 0 RG 3 w 380 440 120 40 re S BT 1 0 0 rg /F1 40 Tf 390 400 Td (PAID) Tj ET"
        ),
        forged.digital(papers.PAGE, after="1 0 0 RG 2 w 290 470 m 460 450 l S 30 95 m 250 115 l S"),
        forged.digital(papers.PAGE, before="0.45 g"),
    ],
    ids=[
        "plain",
        "turned by 90",
        "turned by 180",
        "cropped",
        "white on dark bars",
        "red on yellow",
        "watermark",
        "stamp",
        "struck through",
        "grey",
    ],
)
def test_an_honest_page_is_not_accused(content: bytes) -> None:
    assert money_spots(read(content), extract(read(content), Buyer()).fields)
    for compare_picture in ("auto", "always"):
        assert compared(content, reader(compare_picture=compare_picture)) == ()


def test_an_ordinary_page_is_looked_at_without_ocr() -> None:
    box = BoxHere()
    assert compared(papers.text_pdf(papers.PAGE), reader(box)) == ()
    assert box.tasks == ["read", "looks_right"]


def test_off_looks_at_nothing() -> None:
    box = BoxHere()
    honest = papers.text_pdf(papers.PAGE)
    pages = forged.with_words(read(honest).pages, WORDS)
    assert compared(forged.layered(forged.drawn(honest), pages), reader(box, compare_picture="off")) == ()
    assert box.tasks == ["read"]


@pytest.mark.parametrize("failing", [ReaderTimedOut("late"), MissingProgram("no tesseract")], ids=["late", "missing"])
def test_a_look_that_fails_is_no_accusation_and_is_logged(
    failing: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = papers.text_pdf(papers.PAGE)
    pages = forged.with_words(read(honest).pages, WORDS)
    assert compared(forged.layered(forged.drawn(honest), pages), reader(BoxHere({"read_spots": failing}))) == ()
    assert "picture_not_compared" in capsys.readouterr().out


def test_a_page_that_was_read_by_ocr_is_not_compared_with_itself() -> None:
    box = BoxHere()
    assert compared(papers.scanned_pdf(papers.drawn()), reader(box)) == ()
    assert box.tasks == ["read", "ocr_page"]
