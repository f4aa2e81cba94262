"""Papers for the tests of reading: drawn pictures, and PDFs written byte by byte."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

LINES = (
    "INVOICE 2026-0417",
    "Bakery The Golden Crust",
    "High Street 12, Ghent",
    "VAT number BE 0403.170.701",
    "Invoice date 21 November 2026",
    "Subtotal 1.250,00",
    "VAT 21% 262,50",
    "Total to pay 1.512,50 EUR",
    "Account BE68 5390 0754 7034",
)

Line = tuple[str, float, float]


PAGE = (
    ("Polder Flour Mills B.V.", 40, 790),
    ("VAT NL123456782B12", 40, 770),
    ("Invoice number: 2026-77", 40, 720),
    ("Invoice date: 03/11/2026", 40, 700),
    ("Total excl. VAT EUR 100.00", 300, 500),
    ("VAT 21 % EUR 21.00", 300, 480),
    ("Total incl. VAT EUR 121.00", 300, 460),
    ("IBAN: NL91 ABNA 0417 1643 00", 40, 100),
)
"""An invoice of one page, as `text_pdf` takes it: words, and where they stand in points."""


def drawn(lines: Sequence[str] = LINES, *, size: tuple[int, int] = (1240, 1000), paper: int = 255) -> Image.Image:
    """Return a grey picture of a sheet with these lines."""
    image = Image.new("L", size, paper)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(36)
    for number, line in enumerate(lines):
        pen.text((110, 100 + 90 * number), line, fill=10, font=font)
    return image


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """Return the picture as a file."""
    with io.BytesIO() as file:
        image.save(file, kind, **options)
        return file.getvalue()


def scanned_pdf(*images: Image.Image, dpi: float = 150) -> bytes:
    """Return a PDF whose pages are pictures."""
    return saved(images[0], "PDF", save_all=True, append_images=list(images[1:]), resolution=dpi)


def text_pdf(*pages: Sequence[Line], size: tuple[float, float] = (595, 842), page_keys: str = "") -> bytes:
    """Return a PDF with a text layer; a line is its text and where its baseline begins, in points from bottom left."""
    contents = [_content(page) for page in pages]
    return pdf_of(contents, size=size, page_keys=page_keys)


def _content(lines: Sequence[Line]) -> bytes:
    rows = [f"BT /F1 11 Tf 1 0 0 1 {x} {y} Tm ({_escaped(text)}) Tj ET" for text, x, y in lines]
    return "\n".join(rows).encode("cp1252")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def pdf_of(
    contents: Sequence[bytes],
    *,
    size: tuple[float, float] = (595, 842),
    page_keys: str = "",
    trailer: str = "",
    extra: Sequence[bytes] = (),
    xobjects: str = "",
) -> bytes:
    """Return a PDF of these content streams. `extra` objects follow the font, from object 4 on."""
    first = 4 + len(extra)
    kids = " ".join(f"{first + 2 * index} 0 R" for index in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *extra,
    ]
    for index, content in enumerate(contents):
        box = f"/MediaBox [0 0 {size[0]} {size[1]}]"
        pictures = f" /XObject << {xobjects} >>" if xobjects else ""
        resources = f"/Resources << /Font << /F1 3 0 R >>{pictures} >>"
        here = first + 2 * index
        objects.append(
            f"<< /Type /Page /Parent 2 0 R {box} {resources} {page_keys} /Contents {here + 1} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return written(objects, trailer)


def written(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """Return a PDF of these objects; the first is its catalogue."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def encrypted_pdf(lines: Sequence[Line], user_password: str) -> bytes:
    """Return a PDF under the standard security handler, revision 2 (ISO 32000-1, 7.6.3)."""
    identity = bytes(range(16))
    user = (user_password.encode() + _PAD)[:32]
    owner = _rc4(hashlib.md5(b"owner" + _PAD[:27]).digest()[:5], user)
    key = hashlib.md5(user + owner + (-4 & 0xFFFFFFFF).to_bytes(4, "little") + identity).digest()[:5]
    object_key = hashlib.md5(key + (6).to_bytes(3, "little") + b"\0\0").digest()[:10]
    entries = f"/O <{owner.hex()}> /U <{_rc4(key, _PAD).hex()}>"
    handler = f"<< /Filter /Standard /V 1 /R 2 /P -4 {entries} >>".encode()
    trailer = f"/Encrypt 4 0 R /ID [<{identity.hex()}> <{identity.hex()}>]"
    return pdf_of([_rc4(object_key, _content(lines))], trailer=trailer, extra=[handler])


def photographed(page: Image.Image) -> Image.Image:
    """Return the sheet as a phone sees it: crooked, on a dark table, with a shadow over one corner."""
    sheet = page.convert("L")
    table = Image.new("L", (sheet.width + 400, sheet.height + 400), 60)
    turned = sheet.rotate(-3, Image.Resampling.BICUBIC, expand=True, fillcolor=60)
    table.paste(turned, (170, 170))
    shadow = Image.linear_gradient("L").resize(table.size).point([120 + value * 135 // 255 for value in range(256)])
    dark = Image.new("L", table.size, 0)
    return Image.composite(table, dark, shadow)
