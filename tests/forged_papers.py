"""Papers whose text layer and picture say different things, made by code; and honest ones that look like them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence

import pypdfium2 as pdfium
from papers_reading import written
from PIL import Image, ImageDraw, ImageFont

from mailroom.domain.reading import Page, Word
from mailroom.extraction import MoneySpot

Change = Callable[[str], str]
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def drawn(content: bytes, dpi: int = 200) -> list[Image.Image]:
    """Return the pages of a PDF as people see them, in grey."""
    document = pdfium.PdfDocument(content)
    return [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in document]


def layered(pictures: Sequence[Image.Image], pages: Sequence[Page], *, quality: int = 75) -> bytes:
    """Return a PDF of pictures under each of which the words of a page are hidden, as programs for scanners do."""
    objects = [b"", b"", _FONT]
    kids = []
    for picture, page in zip(pictures, pages, strict=True):
        with io.BytesIO() as file:
            picture.save(file, "JPEG", quality=quality)
            jpeg = file.getvalue()
        kind = f"/Width {picture.width} /Height {picture.height} /ColorSpace /DeviceGray /BitsPerComponent 8"
        head = f"<< /Type /XObject /Subtype /Image {kind} /Filter /DCTDecode /Length {len(jpeg)} >>\nstream\n"
        content = _hidden(page)
        first = len(objects) + 1
        objects.append(head.encode() + jpeg + b"\nendstream")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        box = f"/MediaBox [0 0 {page.width} {page.height}]"
        have = f"/Resources << /Font << /F1 3 0 R >> /XObject << /Im {first} 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {box} {have} /Contents {first + 1} 0 R >>".encode())
        kids.append(f"{first + 2} 0 R")
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return written(objects)


def _hidden(page: Page) -> bytes:
    rows = [f"q {page.width} 0 0 {page.height} 0 0 cm /Im Do Q BT 3 Tr"]
    for word in page.words:
        tall, wide = (word.y1 - word.y0) * page.height, (word.x1 - word.x0) * page.width
        if tall <= 0 or wide <= 0 or not word.text.strip():
            continue
        stretch = 100 * wide / (ImageFont.load_default(100).getlength(word.text) / 100 * tall * 0.8)
        x, y = word.x0 * page.width, (1 - word.y1) * page.height + 0.2 * tall
        text = word.text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        rows.append(f"/F1 {0.8 * tall:.2f} Tf {stretch:.1f} Tz 1 0 0 1 {x:.2f} {y:.2f} Tm ({text} ) Tj")
    return "\n".join([*rows, "ET"]).encode("cp1252", "replace")


def with_words(pages: Iterable[Page], words: dict[str, str]) -> list[Page]:
    """Return the pages with some words written otherwise, wherever they stand."""
    return [
        page.model_copy(update={"words": tuple(w._replace(text=words.get(w.text, w.text)) for w in page.words)})
        for page in pages
    ]


def other_words(spots: Iterable[MoneySpot]) -> dict[str, str]:
    """Return what to write instead of the words on which money depends: another account, other amounts."""
    found: dict[str, str] = {}
    for spot in spots:
        text = spot.text
        other = other_iban(text) if spot.field == "iban" else other_amount(text)
        if other is not None:
            found.update(zip((word.text for word in spot.words), _cut(other, spot.words), strict=True))
    return found


def _cut(text: str, like: Sequence[Word]) -> list[str]:
    """Return a text cut into words as long as those."""
    rest = iter(text.replace(" ", ""))
    return ["".join(next(rest) for _ in word.text) for word in like]


def other_amount(text: str) -> str:
    """Return an amount or a reference with another first digit."""
    at = next(index for index, sign in enumerate(text) if sign.isdecimal())
    return text[:at] + str(int(text[at]) % 9 + 1) + text[at + 1 :]


def other_iban(text: str) -> str | None:
    """Return an account number of the same bank that is valid too (ISO 13616); None where it stands in two lines."""
    plain = text.replace(" ", "")
    if len(plain) < 15 or not plain.isalnum() or not plain[:2].isalpha() or not plain[2:4].isdecimal():
        return None
    tail = "".join(str((int(sign) + 3) % 10) if sign.isdecimal() else sign for sign in plain[-6:])
    body = plain[4:-6] + tail
    number = int("".join(str(int(sign, 36)) for sign in body + plain[:2] + "00"))
    return f"{plain[:2]}{98 - number % 97:02}{body}"


def other_text(text: str) -> str:
    """Return another account, or else another amount or reference."""
    return other_iban(text) or other_amount(text)


def pasted(content: bytes, spots: Iterable[MoneySpot], text: Change | None) -> bytes:
    """Return the PDF with a white patch over the words of the spots; on it stands what `text` makes of them."""
    document = pdfium.PdfDocument(content)
    for spot in spots:
        page = document[spot.page - 1]
        width, height = page.get_size()
        x0, y0 = min(w.x0 for w in spot.words) * width, min(w.y0 for w in spot.words) * height
        x1, y1 = max(w.x1 for w in spot.words) * width, max(w.y1 for w in spot.words) * height
        # The font of the patch has no signs of currencies.
        patch = _patch(text(spot.text).strip("€£$ ") if text else "", (x1 - x0, y1 - y0))
        with io.BytesIO() as file:
            patch.save(file, "JPEG", quality=95)
            image = pdfium.PdfImage.new(document)
            image.load_jpeg(io.BytesIO(file.getvalue()), inline=True)
        image.set_matrix(pdfium.PdfMatrix().scale(x1 - x0 + 2, y1 - y0).translate(x0 - 1, height - y1))
        page.insert_obj(image)
        page.gen_content()
    with io.BytesIO() as file:
        document.save(file)
        return file.getvalue()


def _patch(text: str, size: tuple[float, float]) -> Image.Image:
    patch = Image.new("RGB", (round(size[0] * 6) + 12, round(size[1] * 6)), "white")
    font = ImageFont.load_default(patch.height * 0.75)
    fitting = min(1.0, (patch.width - 16) / max(1.0, font.getlength(text)))
    font = ImageFont.load_default(patch.height * 0.75 * fitting)
    ImageDraw.Draw(patch).text((8, patch.height / 2), text, fill="black", font=font, anchor="lm")
    return patch


def digital(
    lines: Sequence[tuple[str, float, float]], *, before: str = "", after: str = "", more: Sequence[bytes] = ()
) -> bytes:
    """Return a page of text in Helvetica; `~` before a line takes a font whose text is a lie: `1` where 9 is drawn.

    `before` and `after` are drawn under and over it. `more` are an annotation of the page and what belongs to it.
    """
    rows = [
        f"BT /{'F2' if text.startswith('~') else 'F1'} 11 Tf 1 0 0 1 {x} {y} Tm ({text.lstrip('~')}) Tj ET"
        for text, x, y in lines
    ]
    content = "\n".join([before, *rows, after]).encode("cp1252")
    annotations = "/Annots [8 0 R]" if more else ""
    have = "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> /Properties << /Hidden 7 0 R >> >>"
    cmap = (
        b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange\n"
        b"2 beginbfrange <20> <38> <0020> <3A> <7E> <003A> endbfrange 1 beginbfchar <39> <0031> endbfchar endcmap"
    )
    lying = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 5 0 R >>"
    hidden = b"/OCProperties << /OCGs [7 0 R] /D << /OFF [7 0 R] /Order [7 0 R] >> >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {have} {annotations} /Contents 9 0 R >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % hidden,
        b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>",
        _FONT,
        lying,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
        page.encode(),
        b"<< /Type /OCG /Name (Hidden) >>",
        more[0] if more else b"null",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        *more[1:],
    ]
    return written(objects)


def note_over(box: tuple[float, float, float, float], text: str) -> tuple[bytes, bytes]:
    """Return an annotation that shows a white note with a text over a box of the page (left, bottom, right, top)."""
    wide, tall = box[2] - box[0], box[3] - box[1]
    look = f"1 1 1 rg 0 0 {wide} {tall} re f 0 0 0 rg BT /F1 11 Tf 2 3 Td ({text}) Tj ET".encode()
    place = " ".join(map(str, box))
    form = f"/Type /XObject /Subtype /Form /BBox [0 0 {wide} {tall}] /Resources << /Font << /F1 3 0 R >> >>"
    return (
        f"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [{place}] /AP << /N 10 0 R >> >>".encode(),
        f"<< {form} /Length {len(look)} >>\nstream\n".encode() + look + b"\nendstream",
    )
