"""Pages for the demo: drawn by code, so that no sample file lies in the package. Not used for real documents."""

from __future__ import annotations

import ctypes
import io
import random
import re
from dataclasses import dataclass, field

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

A4 = (595.0, 842.0)
Colour = tuple[int, int, int]
INK: Colour = (28, 32, 38)


@dataclass
class Sheet:
    """A page on which text and boxes are put, in points from the top left corner."""

    width: float = A4[0]
    height: float = A4[1]
    marks: list[tuple[float, float, str, float, bool, Colour]] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float, Colour]] = field(default_factory=list)

    def text(
        self, x: float, y: float, words: str, *, size: float = 10, bold: bool = False, colour: Colour = INK
    ) -> None:
        """Put words with their left end at x and their base line at y."""
        self.marks.append((x, y, words, size, bold, colour))

    def right(self, x: float, y: float, words: str, *, size: float = 10, bold: bool = False) -> None:
        """Put words with their right end at x."""
        font = ImageFont.load_default(size * 10)
        self.text(x - font.getlength(words) / 10 * 0.97, y, words, size=size, bold=bold)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Fill a box."""
        self.boxes.append((x, y, width, height, colour))


def as_pdf(sheet: Sheet) -> bytes:
    """Return the sheet as a PDF with a text layer."""
    document = pdfium.PdfDocument.new()
    page = document.new_page(sheet.width, sheet.height)
    for x, y, width, height, colour in sheet.boxes:
        shape = pdfium_c.FPDFPageObj_CreateNewRect(x, sheet.height - y - height, width, height)
        pdfium_c.FPDFPageObj_SetFillColor(shape, *colour, 255)
        pdfium_c.FPDFPath_SetDrawMode(shape, pdfium_c.FPDF_FILLMODE_WINDING, False)
        pdfium_c.FPDFPage_InsertObject(page.raw, shape)
    for x, y, words, size, bold, colour in sheet.marks:
        font = b"Helvetica-Bold" if bold else b"Helvetica"
        text = pdfium_c.FPDFPageObj_NewTextObj(document.raw, font, ctypes.c_float(size))
        encoded = (words + "\0").encode("utf-16-le")
        pdfium_c.FPDFText_SetText(text, ctypes.cast(ctypes.c_char_p(encoded), pdfium_c.FPDF_WIDESTRING))
        pdfium_c.FPDFPageObj_SetFillColor(text, *colour, 255)
        pdfium_c.FPDFPageObj_Transform(text, 1, 0, 0, 1, x, sheet.height - y)
        pdfium_c.FPDFPage_InsertObject(page.raw, text)
    pdfium_c.FPDFPage_GenerateContent(page.raw)
    target = io.BytesIO()
    document.save(target)
    document.close()
    return _undated(target.getvalue())


def _undated(pdf: bytes) -> bytes:
    """Return the PDF without its time of making: the same sheet gives the same bytes at every run."""
    pdf = re.sub(rb"(CreationDate|ModDate) ?\(D:\d{14}", rb"\1(D:20261101000000", pdf)
    return re.sub(rb"<[0-9A-F]{32}>", b"<" + b"0" * 32 + b">", pdf)


def as_picture(sheet: Sheet, *, dpi: int) -> Image.Image:
    """Return the sheet as a grey picture."""
    document = pdfium.PdfDocument(as_pdf(sheet))
    picture: Image.Image = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    document.close()
    return picture


def as_scan(sheet: Sheet, *, dpi: int = 200) -> bytes:
    """Return the sheet as a PDF of one crooked grey picture without text, as an office scanner makes it."""
    page = as_picture(sheet, dpi=dpi).rotate(0.7, fillcolor=255, resample=Image.Resampling.BICUBIC)
    noise = Image.frombytes("L", page.size, random.Random(5).randbytes(page.width * page.height))  # noqa: S311
    grain = noise.point(lambda value: 240 + value // 17)
    page = ImageChops.multiply(page, grain).filter(ImageFilter.GaussianBlur(0.5))
    target = io.BytesIO()
    page.save(target, "PDF", resolution=dpi, quality=70)
    return _undated(target.getvalue())


def as_photo(sheet: Sheet, *, size: tuple[int, int] = (1512, 2016)) -> bytes:
    """Return the sheet as a phone's JPEG: on a table, seen at a slant, with a shadow."""
    slip = as_picture(sheet, dpi=220).convert("RGB")
    table = Image.new("RGB", size, (96, 74, 56))
    draw = ImageDraw.Draw(table)
    for y in range(0, size[1], 9):
        draw.line([(0, y), (size[0], y + 14)], fill=(88 + y % 17, 68 + y % 13, 50 + y % 7), width=3)
    scale = min(size[0] * 0.80 / slip.width, size[1] * 0.88 / slip.height)
    slip = slip.resize((int(slip.width * scale), int(slip.height * scale)), Image.Resampling.LANCZOS)
    mask = Image.new("L", slip.size, 255)
    slip = slip.rotate(-2.2, expand=True, resample=Image.Resampling.BICUBIC)
    mask = mask.rotate(-2.2, expand=True, resample=Image.Resampling.BICUBIC)
    table.paste(slip, ((size[0] - slip.width) // 2, (size[1] - slip.height) // 2), mask)
    shadow = Image.linear_gradient("L").rotate(90).resize(size).point(lambda value: 175 + value * 80 // 255)
    photo = ImageChops.multiply(table, Image.merge("RGB", (shadow, shadow, shadow)))
    target = io.BytesIO()
    photo.filter(ImageFilter.GaussianBlur(0.7)).save(target, "JPEG", quality=88)
    return target.getvalue()


def as_logo(words: str) -> bytes:
    """Return a small PNG as it stands under a signature."""
    logo = Image.new("RGB", (180, 48), (255, 255, 255))
    draw = ImageDraw.Draw(logo)
    draw.ellipse((4, 6, 40, 42), fill=(32, 96, 160))
    draw.text((50, 14), words, fill=(32, 96, 160), font=ImageFont.load_default(18))
    target = io.BytesIO()
    logo.save(target, "PNG")
    return target.getvalue()
