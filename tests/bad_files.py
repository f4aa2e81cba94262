"""Files that are not what they say, are cut, locked or forbidden; and the mails that bring them. All made by code."""

from __future__ import annotations

import hashlib
import io
import random
import struct
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.policy import SMTP

import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from mailroom.cli.demo_mails import demo_mails

_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def demo_file(what: str) -> bytes:
    """Return the bytes of a demo mail's attachment."""
    raw = next(raw for name, raw in demo_mails("a@import.example") if what in name)
    parts = message_from_bytes(raw, policy=policy.default).walk()
    content = next(part.get_payload(decode=True) for part in parts if part.get_filename())
    assert isinstance(content, bytes)
    return content


def locked_pdf() -> bytes:
    """Return a PDF that only a password opens (PDF 32000-1, 7.6.3, revision 2, RC4 with 40 bits)."""
    user, owner, identity = b"secret", b"owner", b"0123456789abcdef"
    rights = struct.pack("<i", -4)
    padded = (user + _PAD)[:32]
    owners = _rc4(hashlib.md5((owner + _PAD)[:32]).digest()[:5], padded)
    key = hashlib.md5(padded + owners + rights + identity).digest()[:5]
    users = _rc4(key, _PAD)
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (owners.hex().encode(), users.hex().encode()),
    ]
    trailer = b"/Encrypt 4 0 R/ID[<%s><%s>]" % ((identity.hex().encode(),) * 2)
    return _pdf(bodies, trailer)


def _pdf(bodies: list[bytes], more: bytes) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(bodies) + 1, rows)
    return (
        out + table + b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, more, len(out))
    )


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def heavy_pdf(size: int) -> bytes:
    """Return the demo's digital invoice with so many bytes carried along."""
    document = pdfium.PdfDocument(demo_file("digital PDF"))
    document.new_attachment("padding.bin").set_data(random.Random(7).randbytes(size))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def photo(words: str = "FACTUUR 2026-9") -> Image.Image:
    """Return a picture as large as a page."""
    picture = Image.new("RGB", (1000, 1400), "white")
    ImageDraw.Draw(picture).text((100, 100), words, fill="black", font_size=60)
    return picture


def jpeg(words: str = "FACTUUR 2026-9") -> bytes:
    """Return the photo as JPEG."""
    out = io.BytesIO()
    photo(words).save(out, "JPEG", quality=90)
    return out.getvalue()


def cut_jpeg() -> bytes:
    """Return the first third of a JPEG."""
    whole = jpeg()
    return whole[: len(whole) // 3]


def xml_with_dtd() -> bytes:
    """Return an e-invoice that wants a file of the machine read into it."""
    entity = b'<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    declaration, _, body = demo_file("Peppol").partition(b"?>")
    return declaration + b"?>" + entity + body


def mail_with(name: str, content: bytes, subject: str, declared: str = "application/octet-stream") -> bytes:
    """Return a mail with one file."""
    made = EmailMessage(policy=SMTP)
    made["From"] = "Supplier <billing@shop.example>"
    made["Subject"] = subject
    made["Message-ID"] = f"<{subject.replace(' ', '-')}@shop.example>"
    made.set_content("Please find our invoice attached.")
    main, _, sub = declared.partition("/")
    made.add_attachment(content, maintype=main, subtype=sub, filename=name)
    made.set_boundary("=_parts")
    return made.as_bytes()


def broken_mime(pdf: bytes) -> bytes:
    """Return a mail without the end of its multipart, its base64 cut, with a bare header in between."""
    whole = mail_with("broken.pdf", pdf, "broken mime", "application/pdf")
    cut = whole[: whole.rindex(b"--=_parts--") - 200]
    return cut.replace(b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nthis is no header\r\n")
