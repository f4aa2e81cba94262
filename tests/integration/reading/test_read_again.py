"""The second reading by rapidocr: real networks, in a box of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import papers_reading as papers
import pytest
from PIL import Image

from mailroom.config import BoxSettings, ReadingSettings
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Page, Reading
from mailroom.errors import ReaderOutOfMemory
from mailroom.reading import ocr
from mailroom.reading.box import Box
from mailroom.reading.engines import OcrEngine
from mailroom.reading.read import TASKS, Reader
from mailroom.reading.seen import Seen


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    made = Box(BoxSettings(), TASKS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def reader(box: Box) -> Reader:
    return Reader(box, ReadingSettings())


def read_twice(reader: Reader, content: bytes, media_type: MediaType) -> tuple[Page, Page]:
    first = reader.read(content, media_type).reading
    second = reader.read_again(content, first)
    assert second is not None
    return first.pages[0], second.pages[0]


def middle(page: Page, text: str) -> tuple[float, float]:
    word = next(word for word in page.words if word.text == text)
    return (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2


@pytest.mark.parametrize("turn", [0, 90], ids=["upright", "on its side"])
def test_words_stand_where_the_first_reading_shows_them(reader: Reader, turn: int) -> None:
    picture = papers.drawn().rotate(turn, expand=True)
    first, second = read_twice(reader, papers.saved(picture), MediaType.JPEG)
    assert (second.engine, second.width, second.height) == ("rapidocr", first.width, first.height)
    read = second.text().replace(" ", "")
    assert sum(line.replace(" ", "") in read for line in papers.LINES) >= 8
    assert middle(second, "1.512,50") == pytest.approx(middle(first, "1.512,50"), abs=0.02)


def test_a_scanned_page_is_read_again_and_names_its_engines(reader: Reader) -> None:
    _, second = read_twice(reader, papers.scanned_pdf(papers.drawn()), MediaType.PDF)
    assert second.engine == "pypdfium2+rapidocr"
    assert "1.512,50" in second.text()


def test_a_picture_without_words_has_none_the_second_time(reader: Reader) -> None:
    noise = Image.effect_noise((400, 300), 90)
    empty = Reading(
        media_type=MediaType.PNG,
        engine="tesserocr",
        pages=(Page(number=1, width=400, height=300, source="ocr", engine="tesserocr"),),
        page_count=1,
    )
    second = reader.read_again(papers.saved(noise, "PNG"), empty)
    assert second is not None
    assert len(second.pages[0].words) < 5


@pytest.mark.parametrize(
    ("size", "given"),
    [
        pytest.param((3000, 4000), (1200, 1600), id="a large photo"),
        pytest.param((1000, 3200), (736, 2355), id="a till roll keeps its width"),
        pytest.param((600, 2400), (600, 2400), id="narrower than that"),
        pytest.param((900, 1200), (900, 1200), id="small enough"),
    ],
)
def test_the_engine_gets_a_picture_no_larger_than_is_of_use(size: tuple[int, int], given: tuple[int, int]) -> None:
    seen: list[tuple[int, int]] = []

    class Looks:
        def read(self, picture: Image.Image, *_: object) -> list[list[Seen]]:
            seen.append(picture.size)
            return [[Seen("TOTAL", picture.width / 2, picture.height / 2, picture.width, picture.height, 1.0)]]

    sheet = ocr.photographed(Image.new("L", size, 255), 200)
    [word] = ocr.read_as_it_is(sheet, cast("OcrEngine", Looks()), 0)
    assert seen == [given]
    assert (word.x0, word.y0) == (0.5, 0.5)  # places are fractions, whatever the size


def test_it_can_be_switched_off(box: Box) -> None:
    content = papers.saved(papers.drawn())
    reader = Reader(box, ReadingSettings(second_opinion="off"))
    assert reader.read_again(content, reader.read(content, MediaType.JPEG).reading) is None


def test_the_networks_are_both_loaded_bring_no_thread_that_a_fork_would_lose_and_report_to_nobody() -> None:
    """In a process of its own: what this test loads stays in it."""
    import subprocess
    import sys

    code = (
        "from mailroom.reading.ocr_rapidocr import prepared; made = prepared(); import os\n"
        "print(len(os.listdir('/proc/self/task')), os.environ['ORT_DISABLE_TELEMETRY'], made.text_rec is not None)"
    )
    one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd()), "HOME": "/nonexistent"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=one)
    assert done.stdout.split() == ["1", "1", "True"]


def test_a_second_reading_that_wants_too_much_memory_is_stopped() -> None:
    box = Box(BoxSettings(memory_megabytes=256), TASKS)
    content = papers.saved(papers.drawn(size=(3400, 3400)), quality=60)
    reader = Reader(box, ReadingSettings())
    first = Reading(
        media_type=MediaType.JPEG,
        engine="tesserocr",
        pages=(Page(number=1, width=3400, height=3400, source="ocr", engine="tesserocr"),),
        page_count=1,
    )
    try:
        with pytest.raises(ReaderOutOfMemory):
            reader.read_again(content, first)
    finally:
        box.close()
