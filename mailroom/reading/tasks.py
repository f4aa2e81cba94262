"""What the boxed child does: foreign bytes in, plain words and pixels out. Each function is one call of the box.

Imports here are light or lazy: the server imports this module once, and what is heavy only when a call needs it
(`prepare_*` runs in the server, before the fork).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mailroom.errors import UnknownXml, UnsupportedType
from mailroom.reading.frames import JSON, Blob
from mailroom.reading.seen import Seen

if TYPE_CHECKING:
    import pypdfium2 as pdfium
    from PIL.Image import Image

PREVIEWS_AT_ONCE = 8
"""Pages whose previews travel in one answer; on these pages of a PDF QR codes are looked for, too."""
PREVIEW_PIXELS = 2_000_000
MOST_WORDS = 20_000
"""Words of one page that are kept."""
MOST_CODES = 20
"""QR codes of one page that are kept."""

Answer = tuple[JSON, list[Blob]]
More = Callable[[dict[str, Any]], tuple[JSON, list[bytes]]]
"""Answers one more question of the document."""


_REHEARSAL = {"max_pages": 1, "preview_dpi": 72}


def prepare_read(media_type: JSON) -> None:
    """Rehearse in the server, on a paper of our own, so that its children find everything loaded and compiled."""
    if media_type == "application/pdf":
        import mailroom.reading.codes  # noqa: F401 - imported for the children
        from mailroom.reading.compare import prepare_looks_right
        from mailroom.reading.specimen import specimen as page

        prepare_looks_right("")

        read({"media_type": media_type, "settings": _REHEARSAL}, [page()])
    elif media_type == "application/xml":
        from mailroom.einvoice.specimen import specimen as invoice

        read({"media_type": media_type, "settings": _REHEARSAL}, [invoice()])


def read(arguments: dict[str, Any], blobs: list[bytes]) -> Answer | tuple[JSON, list[Blob], More]:
    """Read an XML e-invoice, or the text layer of a PDF. `unread` lists the pages that want OCR.

    A `preview_dpi` of 0 draws no previews. A PDF that was read by its text layer alone can then be asked what
    `looks_right` tells.
    """
    media_type, settings = arguments["media_type"], arguments["settings"]
    if media_type == "application/xml":
        return _read_xml(blobs[0]), []
    if media_type == "application/pdf":
        return _read_pdf(blobs[0], settings)
    raise UnsupportedType(f"no reader for {media_type}", media_type=media_type)


def _read_xml(content: bytes) -> JSON:
    from mailroom import einvoice

    syntax = einvoice.recognise(content)
    if syntax is None:
        einvoice.read_invoice(content)  # says what is wrong: forbidden, damaged, another kind of XML
        raise UnknownXml("the XML is no invoice format that is known")
    problems: list[JSON] = []
    invoice = _structured(content, str(syntax.value), problems)
    return {"engine": "xml", "pages": [], "page_count": 0, "unread": [], "problems": problems, **invoice}


def _structured(content: bytes, syntax: str, problems: list[JSON]) -> dict[str, JSON]:
    """Return the fields of an e-invoice, and add what the checks find in it to the problems."""
    from mailroom import einvoice

    invoice = einvoice.read_invoice(content)
    fields = einvoice.header_fields(invoice)
    problems += [reason.model_dump(mode="json") for reason in einvoice.reasons_of(invoice)]
    return {
        "syntax": syntax,
        "structured": {k.value: v.model_dump(mode="json") for k, v in fields.items()},
        "lines": einvoice.line_items(invoice).model_dump(mode="json"),
    }


def _read_pdf(content: bytes, settings: dict[str, Any]) -> Answer | tuple[JSON, list[Blob], More]:
    from mailroom.reading import compare, pdf

    document = pdf.open_pdf(content)
    count, limit = len(document), int(settings["max_pages"])
    problems: list[JSON] = []
    if count > limit:
        problems.append(_problem("pages_left_out", pages=count, read=limit))
    pages: list[JSON] = []
    unread: list[JSON] = []
    previews: list[JSON] = []
    pixels: list[Blob] = []
    opened: dict[int, pdfium.PdfPage] = {}
    last = min(count, limit)
    for number in range(1, last + 1):
        page = _opened(document, number)
        seen, picture = _read_page(page, number, settings["preview_dpi"]) if page else (None, None)
        if page is None or seen is None:
            unread.append(number)
            continue
        pages.append(seen)
        if number in (1, last):  # where most questions are about
            opened[number] = page
        if picture is not None:
            previews.append(_sized(number, picture))
            pixels.append(memoryview(picture.buffer))
    answer: dict[str, JSON] = {
        "engine": "pypdfium2",
        "pages": pages,
        "page_count": count,
        "unread": unread,
        "previews": previews,
        "problems": problems,
        **(_embedded(content, problems) if document.count_attachments() else {}),
    }
    if unread:  # OCR comes first, for which nobody waits
        return answer, pixels
    return answer, pixels, lambda question: compare.look(document, opened, question["spots"])


def _embedded(content: bytes, problems: list[JSON]) -> dict[str, JSON]:
    """Return the fields of an XML invoice inside the PDF. One that cannot be read leaves the pages to speak."""
    from mailroom import einvoice
    from mailroom.errors import Unreadable

    try:
        inside = einvoice.embedded_invoice(content)
        syntax = einvoice.recognise(inside) if inside else None
        return _structured(inside, str(syntax.value), problems) if inside and syntax else {}
    except Unreadable as error:
        problems.append(_problem("embedded_xml_unreadable", cause=error.reason))
        return {}


def _opened(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage | None:
    import pypdfium2 as pdfium

    from mailroom.reading import pdf

    try:
        return pdf.open_page(document, number)
    except pdfium.PdfiumError:  # another renderer may still draw it
        return None


def _read_page(page: pdfium.PdfPage, number: int, preview_dpi: int) -> tuple[JSON, pdfium.PdfBitmap | None]:
    """Return a page whose text layer is usable, with its preview if one is wanted and it is of the first pages.

    (None, None) for a page that wants OCR.
    """
    import pypdfium2 as pdfium

    from mailroom.reading import pdf
    from mailroom.reading.text_quality import is_usable

    try:
        layer = pdf.text_layer(page)
        texts = [word.text for word in layer.words]
        seen = {"unmapped": layer.unmapped, "drawings": layer.drawings}
        if not is_usable(texts, picture_share=layer.picture_share, **seen):
            return None, None
        first = number <= PREVIEWS_AT_ONCE
        picture = pdf.draw(page, preview_dpi, PREVIEW_PIXELS) if first and preview_dpi else None
        codes = _codes(page, number) if first and layer.may_show_code else []
    except pdfium.PdfiumError:
        return None, None
    width, height = page.get_size()
    more: dict[str, JSON] = {"source": "text_layer", "engine": "pypdfium2", "barcodes": codes}
    return _page(number, (width, height), layer.words, **more), picture


def _codes(page: pdfium.PdfPage, number: int) -> list[JSON]:
    """Return the QR codes of a page of a PDF."""
    from mailroom.reading import codes, pdf

    return [*codes.find(pdf.draw(page, codes.DPI, codes.MOST_PIXELS, grey=True).to_pil(), number)]


def _page(number: int, size: tuple[float, float], words: Sequence[Seen], **more: JSON) -> JSON:
    return {
        "number": number,
        "width": size[0],
        "height": size[1],
        "words": [list(word) for word in words[:MOST_WORDS]],
        **more,
    }


def _problem(code: str, **facts: str | int) -> JSON:
    return {"code": code, "facts": {key: str(value) for key, value in facts.items()}}


def _sized(number: int, picture: Image | pdfium.PdfBitmap) -> JSON:
    return {"page": number, "width": picture.width, "height": picture.height, "mode": picture.mode}


def preview_pages(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Draw small pictures of the pages `numbers`; one that cannot be drawn is left out."""
    import pypdfium2 as pdfium

    from mailroom.reading import pdf

    document = pdf.open_pdf(blobs[0])
    previews: list[JSON] = []
    pixels: list[Blob] = []
    for number in arguments["numbers"]:
        try:
            picture = pdf.draw(document[number - 1], arguments["dpi"], PREVIEW_PIXELS)
        except pdfium.PdfiumError:
            continue
        previews.append(_sized(number, picture))
        pixels.append(memoryview(picture.buffer))
    return {"previews": previews}, pixels


def prepare_ocr_page(settings: JSON) -> None:
    """Have the engines initialised in the server, so that a child starts with the languages loaded."""
    from PIL import Image

    from mailroom.reading import codes, engines, ocr, picture  # noqa: F401 - imported for the children

    Image.preinit()  # the decoders of the usual formats, which Pillow would import in every child
    assert isinstance(settings, dict)  # noqa: S101 - our own parent calls
    engine = engines.ocr_engine(str(settings["ocr"]))
    engines.page_renderers(str(settings["render"]))
    languages, _ = engines.usable_languages(engine, str(settings["languages"]))
    if engine.name == "tesserocr":
        from mailroom.reading.ocr_tesserocr import prepared

        prepared(languages)


def ocr_page(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Draw one page, or decode one picture, and read its words."""
    from mailroom.reading import codes, engines, ocr, picture

    settings, number = arguments["settings"], arguments["number"]
    most = int(settings["max_megapixels"]) * 1_000_000
    count = 0
    problems: list[JSON] = []
    engine = engines.ocr_engine(settings["ocr"])
    languages, missing = engines.usable_languages(engine, settings["languages"])
    problems += [_problem("language_missing", language=m, package=engines.debian_package(m)) for m in missing]
    if arguments["media_type"] == "application/pdf":
        sheet = ocr.draw(blobs[0], number, settings["dpi"], settings["render"])
    else:
        decoded = picture.decode(blobs[0], arguments["media_type"], max_pixels=most, number=number)
        count = picture.count_pages(blobs[0], arguments["media_type"], int(settings["max_pages"])) if number == 1 else 1
        if decoded.is_truncated:
            problems.append(_problem("picture_truncated"))
        sheet = ocr.photographed(decoded.image, settings["dpi"])
    seen = ocr.read(sheet, engine, languages, settings["preview_dpi"])
    page = _page(
        number,
        seen.size,
        seen.words,
        source="ocr",
        engine=f"{sheet.renderer}+{engine.name}" if sheet.renderer else engine.name,
        turned=seen.turned,
        barcodes=[*codes.find(seen.straight, number)],
        is_blank=not seen.words and picture.is_blank(seen.preview),
    )
    answer: JSON = {
        "page": page,
        "page_count": count,
        "problems": problems,
        "previews": [_sized(number, seen.preview)],
    }
    return answer, [seen.preview.tobytes()]
