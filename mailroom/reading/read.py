"""Reading, the parent's side: calls the box, checks what comes back, makes the previews.

Foreign bytes are never parsed here. What holds after a crash: nothing; reading is done again, with the same result.
"""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from PIL import Image
from pydantic import TypeAdapter, ValidationError

from mailroom.config import ReadingSettings
from mailroom.domain.document import FieldName
from mailroom.domain.line import Lines
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Barcode, Page, PageSource, Reading, StructuredValue, Word
from mailroom.domain.value import Reason
from mailroom.errors import BlankPages, Damaged, EmptyFile, ReaderCrashed, TooManyPages, UnsupportedType
from mailroom.reading import engines, tasks
from mailroom.reading.agreement import Verdict
from mailroom.reading.box import Box
from mailroom.reading.frames import JSON

TASKS = {
    "read": "mailroom.reading.tasks:read",
    "ocr_page": "mailroom.reading.tasks:ocr_page",
    "preview_pages": "mailroom.reading.tasks:preview_pages",
    "searchable": "mailroom.reading.enrich:searchable",
    "looks_right": "mailroom.reading.compare:looks_right",
    "read_spots": "mailroom.reading.compare:read_spots",
}
"""The tasks that a `Box` needs for a `Reader`."""
_AGAIN = {"read_again": "mailroom.reading.again:read_again"}
_PAGES_AGAIN = 2
"""Pages of a document that are read a second time: the first says who sold, the next at times what is to be paid."""

_PICTURES = frozenset({MediaType.JPEG, MediaType.PNG, MediaType.TIFF, MediaType.WEBP, MediaType.GIF, MediaType.HEIC})
_PREVIEW_QUALITY = 70
_LARGEST_PREVIEW = 4_000_000

_LONGEST_SHOWN = 200

Place = tuple[int, Sequence[Word]]
"""A page's number, and words of its text layer that stand in one line."""

_structured = TypeAdapter(dict[FieldName, StructuredValue])
_problems = TypeAdapter(tuple[Reason, ...])
_words = TypeAdapter(tuple[Word, ...])
_barcodes = TypeAdapter(tuple[Barcode, ...])


@dataclass(frozen=True)
class ReadResult:
    """What was read, and a small JPEG of every page, where previews are wanted."""

    reading: Reading
    previews: list[bytes]


@dataclass(frozen=True)
class Shown:
    """What the picture of a page shows at a place of the text layer; `hidden` is text that is not drawn."""

    verdict: Verdict
    words: str = ""
    hidden: bool = False


@dataclass
class _Gathered:
    """What has come back so far, by page."""

    pages: dict[int, Page] = field(default_factory=dict)
    previews: dict[int, bytes] = field(default_factory=dict)
    problems: list[Reason] = field(default_factory=list)
    blank: set[int] = field(default_factory=set)
    barcodes: list[Barcode] = field(default_factory=list)


class Reader:
    """Reads documents in the box. Thread-safe; pages that want OCR are read side by side, one a core in all."""

    def __init__(self, box: Box, settings: ReadingSettings, *, previews: bool = True) -> None:
        """Take the box with `TASKS`; without `previews` no page is drawn that is read without its picture."""
        self._box = box
        self._previews = previews
        self._settings = settings
        self.compares = settings.compare_picture
        self._cores = len(os.sched_getaffinity(0))
        self._ocr_places = threading.BoundedSemaphore(self._cores)
        self._for_child: dict[str, JSON] = settings.model_dump(mode="json")
        self._again = box.another(_AGAIN) if settings.second_opinion == "auto" and engines.has_photo_engine() else None
        self._again_place = threading.Lock()

    def searchable(self, content: bytes, reading: Reading) -> bytes:
        """Return the document as a PDF whose pages can be searched: those that were read by OCR carry their words.

        Raises as `read` does.
        """
        read: list[JSON] = [page.model_dump(mode="json") for page in reading.pages if page.source is PageSource.OCR]
        arguments: dict[str, JSON] = {
            "media_type": reading.media_type.value,
            "page_count": reading.page_count,
            "pages": read,
            "settings": {**self._for_child, "media_type": reading.media_type.value},
        }
        _, blobs = self._box.call("searchable", arguments, [content])
        with _checked():
            [made] = blobs
        return made

    def read(self, content: bytes, media_type: MediaType, filename: str = "") -> ReadResult:  # noqa: ARG002
        """Read a document. `filename` is for the log of whoever calls; types are known by content.

        Raises:
            Unreadable: empty, encrypted, damaged, blank, forbidden or unknown XML, a type without a reader.
            ReaderStopped: the child gave no answer.
            MissingProgram: tesseract is not installed.
        """
        if media_type in _PICTURES:
            return self._read_picture(content, media_type)
        if media_type is MediaType.EMPTY:
            raise EmptyFile("no byte in it")
        if media_type not in (MediaType.PDF, MediaType.XML):
            raise UnsupportedType(f"no reader for {media_type}", media_type=media_type.value)
        return self._read_file(content, media_type)

    def read_again(self, content: bytes, reading: Reading) -> Reading | None:
        """Read the pages that were read by OCR with the second engine, one document at a time.

        The places fit the previews of the first reading. None when the engine is not installed or switched off.

        Raises: as `read`.
        """
        numbers = [page.number for page in reading.pages if page.source is PageSource.OCR][:_PAGES_AGAIN]
        if self._again is None or not numbers:
            return None
        with self._again_place:
            pages = tuple(
                self._page_again(self._again, content, reading.media_type, page) if page.number in numbers else page
                for page in reading.pages
            )
        return reading.model_copy(update={"pages": pages, "engine": _engines(pages, reading.structured)})

    def doubtful(self, content: bytes, spots: Sequence[Place]) -> list[bool]:
        """Tell of places in the text layer of a PDF whether the picture of their page may show other digits.

        A look without OCR, right in nearly all cases where it says no. Raises: as `read`.
        """
        arguments: dict[str, JSON] = {"spots": _as_json(spots)}
        answer, _ = self._box.ask(_name(content), arguments) or self._box.call(
            "looks_right", arguments, [content], prepare=""
        )
        with _checked():
            right = [bool(one) for one in _object(answer)["right"]]
            if len(right) != len(spots):
                raise ValueError("not an answer for each place")
        return [not one for one in right]

    def shown(self, content: bytes, spots: Sequence[Place]) -> list[Shown]:
        """Say what the picture shows at places in the text layer of a PDF, read by OCR. Raises: as `read`."""
        arguments: dict[str, JSON] = {"spots": _as_json(spots), "settings": self._for_child}
        with self._ocr_places:
            answer, _ = self._box.call("read_spots", arguments, [content], prepare=self._for_child)
        with _checked():
            told = [
                Shown(Verdict(one["verdict"]), str(one["shown"])[:_LONGEST_SHOWN], bool(one["hidden"]))
                for one in _object(answer)["spots"]
            ]
            if len(told) != len(spots):
                raise ValueError("not an answer for each place")
        return told

    def page_as_seen(self, content: bytes, number: int) -> Page:
        """Read a page of a PDF by OCR, whatever its text layer says. Raises: as `read`."""
        found = _Gathered()
        self._ocr(content, MediaType.PDF, number, found)
        return found.pages[number]

    def _page_again(self, box: Box, content: bytes, media_type: MediaType, page: Page) -> Page:
        arguments: dict[str, JSON] = {
            "media_type": media_type.value,
            "number": page.number,
            "turned": page.turned,
            "settings": self._for_child,
        }
        answer, _ = box.call("read_again", arguments, [content], prepare=True)
        with _checked():
            words = _words.validate_python(_object(answer)["words"])
            if len(words) > tasks.MOST_WORDS:
                raise ValueError("too many words")
        renderer = "".join(f"{name}+" for name in page.engine.split("+")[:-1])
        return page.model_copy(update={"words": words, "engine": f"{renderer}rapidocr"})

    def _read_picture(self, content: bytes, media_type: MediaType) -> ReadResult:
        found = _Gathered()
        count = self._ocr(content, media_type, 1, found)
        last = min(count, self._settings.max_pages)
        if count > last:  # no more are counted
            facts = {"pages": f"{last}+", "read": str(last)}
            found.problems.append(Reason(code="pages_left_out", facts=facts))
        self._ocr_pages(content, media_type, range(2, last + 1), found)
        if found.blank >= set(found.pages):
            raise BlankPages("nothing is printed on the picture")
        return _result(media_type, found, page_count=count)

    def _read_file(self, content: bytes, media_type: MediaType) -> ReadResult:
        settings = self._for_child if self._previews else {**self._for_child, "preview_dpi": 0}
        arguments: dict[str, JSON] = {"media_type": media_type.value, "settings": settings}
        stays_as = _name(content) if media_type is MediaType.PDF and self.compares == "auto" else ""
        answer, pixels = self._box.call("read", arguments, [content], prepare=media_type.value, stays_as=stays_as)
        with _checked():
            said = _object(answer)
            found = _Gathered(problems=list(_problems.validate_python(said.get("problems", []))))
            for page in said["pages"]:
                _add_page(page, found)
            _add_previews(said.get("previews", []), pixels, found)
            unread = [int(number) for number in said["unread"]]
            count = int(said["page_count"])
            structured = _structured.validate_python(said.get("structured", {}))
            syntax = str(said.get("syntax", ""))[:20]
            lines = Lines.model_validate(said["lines"]) if syntax else None
        self._ocr_pages(content, MediaType.PDF, unread, found)
        if self._previews:
            self._draw_rest(content, found)
        if count and not structured and found.blank >= set(found.pages):
            raise BlankPages("nothing is printed on any page", pages=count)
        result = _result(media_type, found, page_count=count, structured=structured, syntax=syntax)
        return replace(result, reading=result.reading.model_copy(update={"lines": lines})) if lines else result

    def _ocr_pages(self, content: bytes, media_type: MediaType, numbers: Sequence[int], found: _Gathered) -> None:
        def one(number: int) -> None:
            try:
                self._ocr(content, media_type, number, found)
            except (Damaged, TooManyPages, BlankPages):  # no engine can draw this page; the others may say enough
                found.problems.append(Reason(code="page_unreadable", facts={"page": str(number)}))

        _side_by_side(one, numbers, self._cores)
        if numbers and not found.pages:
            raise Damaged("no page can be drawn")

    def _ocr(self, content: bytes, media_type: MediaType, number: int, found: _Gathered) -> int:
        """Read one page, and return how many a picture has."""
        arguments: dict[str, JSON] = {"media_type": media_type.value, "number": number, "settings": self._for_child}
        with self._ocr_places:
            answer, pixels = self._box.call("ocr_page", arguments, [content], prepare=self._for_child)
        with _checked():
            said = _object(answer)
            _add_page(said["page"], found)
            _add_previews(said["previews"], pixels, found)
            found.problems += [p for p in _problems.validate_python(said["problems"]) if p not in found.problems]
            return max(1, int(said["page_count"]))

    def _draw_rest(self, content: bytes, found: _Gathered) -> None:
        """Draw the previews that did not fit into the first answer."""
        missing = sorted(set(found.pages) - set(found.previews))
        for start in range(0, len(missing), tasks.PREVIEWS_AT_ONCE):
            numbers: list[JSON] = [*missing[start : start + tasks.PREVIEWS_AT_ONCE]]
            arguments: dict[str, JSON] = {"numbers": numbers, "dpi": self._settings.preview_dpi}
            answer, pixels = self._box.call("preview_pages", arguments, [content])
            with _checked():
                _add_previews(_object(answer)["previews"], pixels, found)


def _side_by_side(work: Callable[[int], None], numbers: Sequence[int], threads: int) -> None:
    if len(numbers) < 2:
        for number in numbers:
            work(number)
        return
    with ThreadPoolExecutor(min(threads, len(numbers)), thread_name_prefix="page") as pool:
        for _ in pool.map(work, numbers):
            pass


class _checked:  # noqa: N801 - reads as a word: with _checked()
    """What a child sent is not of the agreed form: then it is no answer at all."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, KeyError | TypeError | ValueError | ValidationError | OverflowError):
            raise ReaderCrashed(f"the reader's answer is not in the agreed form: {type(error).__name__}") from error


def _name(content: bytes) -> str:
    """Name the child that has read a document, and can be asked what the picture shows."""
    return hashlib.sha256(content).hexdigest()


def _as_json(spots: Sequence[Place]) -> JSON:
    return [{"page": page, "words": [list(word) for word in words]} for page, words in spots]


def _object(answer: JSON) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise TypeError("no object")
    return answer


def _add_page(page: Any, found: _Gathered) -> None:
    described = _object(page)
    blank = bool(described.pop("is_blank", False))
    found.barcodes += _barcodes.validate_python(described.pop("barcodes", []))[: tasks.MOST_CODES]
    checked = Page.model_validate(described)
    if len(checked.words) > tasks.MOST_WORDS:
        raise ValueError("too many words")
    found.pages[checked.number] = checked
    if blank:
        found.blank.add(checked.number)


def _add_previews(described: Iterable[Any], pixels: Sequence[bytes], found: _Gathered) -> None:
    for what, raw in zip(described, pixels, strict=True):
        found.previews[int(what["page"])] = _as_jpeg(str(what["mode"]), (int(what["width"]), int(what["height"])), raw)


_BYTES = {"L": 1, "RGB": 3, "RGBX": 4}
"""Bytes of a pixel in each form of a preview. RGBX is how Pillow keeps colours: nothing is copied."""


def _as_jpeg(mode: str, size: tuple[int, int], pixels: bytes) -> bytes:
    """Make a picture for people out of bare pixels."""
    width, height = size
    if mode not in _BYTES or min(size) < 1 or width * height > _LARGEST_PREVIEW:
        raise ValueError("no preview of this form")
    if len(pixels) != width * height * _BYTES[mode]:
        raise ValueError("not the pixels of this size")
    with io.BytesIO() as file:
        Image.frombuffer(mode, size, pixels, "raw", mode, 0, 1).save(file, "JPEG", quality=_PREVIEW_QUALITY)
        return file.getvalue()


def _result(
    media_type: MediaType,
    found: _Gathered,
    *,
    page_count: int,
    structured: dict[FieldName, StructuredValue] | None = None,
    syntax: str = "",
) -> ReadResult:
    pages = tuple(page for _, page in sorted(found.pages.items()))
    reading = Reading(
        media_type=media_type,
        engine=_engines(pages, structured),
        pages=pages,
        page_count=page_count,
        syntax=syntax,
        structured=structured or {},
        barcodes=tuple(sorted(found.barcodes, key=lambda code: code.page)),
        problems=tuple(found.problems),
    )
    return ReadResult(reading, [found.previews[page.number] for page in pages if page.number in found.previews])


def _engines(pages: Iterable[Page], structured: object) -> str:
    """Name what was used: `xml`, `pypdfium2+tesserocr`."""
    names = dict.fromkeys(part for page in pages for part in page.engine.split("+"))
    return "+".join([*(["xml"] if structured else []), *names])
