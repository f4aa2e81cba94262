"""Odd mails by the hundred, written by code: what mail programs, gateways, people and attackers really send.

`ODD` is name -> the bytes of a mail. All of them are harmless to keep and quick to make; the monsters (megabytes) stand
in `MONSTERS`, as functions. Used by the tests of intake and by `benchmarks/mails.py`.
"""

from __future__ import annotations

import base64
import binascii
import quopri
from collections.abc import Callable, Iterator

from locked_intake import enveloped_for, identity, pdf_with_files, zip_with_aes, zip_with_password
from mails_intake import (
    EXE,
    HEAD,
    HTML,
    ICS,
    PDF,
    RTF,
    VCARD,
    File,
    attached_mail,
    cid,
    cii,
    compound,
    docx,
    entity,
    enveloped,
    gif,
    html,
    jpeg,
    locked_zip,
    mail,
    multipart,
    outlook,
    pdf,
    png,
    signed,
    text,
    tnef,
    ubl,
    zipped,
)
from papers_reading import encrypted_pdf

FILES: dict[str, bytes] = {
    "pdf": pdf(),
    "pdf behind junk": b"\r\n\r\n  junk\r\n" + pdf(),
    "empty": b"",
    "blanks": b" \r\n\t",
    "jpeg": jpeg(900, 1_600, camera=True, size=2_000),
    "png": png(900, 1_400, noise=9_000),
    "logo": png(120, 40),
    "pixel": gif(1, 1),
    "ubl": ubl(),
    "ubl with files": ubl(files=(("a.pdf", pdf(7)), ("b.pdf", pdf(8)))),
    "ubl with a broken file": ubl().replace(
        b"</Invoice>", b"<x:EmbeddedDocumentBinaryObject xmlns:x='y'>===</x:EmbeddedDocumentBinaryObject></Invoice>"
    ),
    "cii": cii(),
    "xml": b"<?xml version='1.0'?><Order/>",
    "xml with dtd": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    "zip": zipped(("a.pdf", pdf(1)), ("b.docx", docx())),
    "zip of names": zipped(
        ("../../etc/passwd", b"x"), ("a\0b.pdf", pdf(2)), ("C:\\x.pdf", pdf(3)), ("con.pdf", pdf(4))
    ),
    "zip of zips": zipped(
        ("1.zip", zipped(("2.zip", zipped(("a.pdf", pdf()))))),
    ),
    "zip cut off": zipped(("a.pdf", pdf()))[:-20],
    "zip marked locked": locked_zip(),
    "zip under aes": zip_with_aes("x", ("a.pdf", pdf())),
    "zip under the old lock": zip_with_password("x", ("a.pdf", pdf())),
    "docx": docx(),
    "rtf": RTF,
    "html": HTML,
    "exe": EXE,
    "calendar": ICS,
    "card": VCARD,
    "winmail": tnef(("a.pdf", pdf()), ("b.pdf", pdf(2)), body=b"Beste"),
    "winmail cut off": tnef(("a.pdf", pdf()))[:-15],
    "msg": outlook(("a.pdf", pdf()), body="Dag"),
    "msg of nothing": compound({"__properties_version1.0": b"\0" * 32}),
    "signed": signed(ubl()),
    "signed mail": signed(multipart(text(), File(pdf(), "application/pdf", "a.pdf"))),
    "signature": signed(None),
    "enveloped": enveloped(),
    "enveloped for us": enveloped_for(identity(), entity(File(pdf(), "application/pdf", "a.pdf"))),
    "pgp": b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n",
    "pdf locked": encrypted_pdf([("Rechnung", 72.0, 700.0)], "x"),
    "pdf open lock": encrypted_pdf([("Rechnung", 72.0, 700.0)], ""),
    "pdf with xml": pdf_with_files(("factur-x.xml", cii())),
    "pdf with pdf": pdf_with_files(("a.pdf", pdf(5))),
    "pdf portfolio": pdf_with_files(("a.pdf", pdf(5)), ("b.pdf", pdf(6)), portfolio=True),
    "pdf that names files": PDF + b"/EmbeddedFiles /Encrypt /Collection",
    "pdf and zip": pdf() + zipped(("a.js", b"x")),
    "mail": mail(text(), File(pdf(), "application/pdf", "a.pdf")),
    "words": b"Beste klant,\r\nuw factuur volgt.\r\n",
    "noise": bytes(range(256)) * 8,
    "rar": b"Rar!\x1a\x07\0\1\2",
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0",
}
"""What can be in a mail."""

NAMES = {
    "no name": "",
    "folders": "../../../etc/factuur.pdf",
    "windows": "C:\\Users\\els\\factuur.pdf",
    "emoji": "\U0001f9fe rekening.pdf",
    "turned": "factuur\u202efdp.exe",
    "long": "f" * 5_000 + ".pdf",
    "dots": "....pdf",
    "blank": "   .pdf",
    "quotes": "fac'tuur\\\".pdf",
    "number": "Factuur 2026/118.pdf",
}


def _one(content: bytes, kind: str = "application/octet-stream", name: str = "f.bin", **more: object) -> bytes:
    return mail(text(), File(content, kind, name, **more))  # type: ignore[arg-type]


def _wrapped() -> Iterator[tuple[str, bytes]]:
    """Each file as an attachment without a type, inline with a wrong one, and alone without any wrapping."""
    for name, content in FILES.items():
        yield f"attached {name}", _one(content)
        yield f"inline wrong type {name}", _one(content, "image/png", "", disposition="inline", extra=cid("a@b"))
        yield f"alone {name}", HEAD + entity(File(content, "application/pdf", "factuur.pdf"))


def _named() -> Iterator[tuple[str, bytes]]:
    for name, filename in NAMES.items():
        for charset in ("utf-8", "latin-1"):
            raw = b'Content-Disposition: attachment; filename="' + filename.encode(charset, "replace") + b'"\r\n\r\n'
            yield f"raw name {name} {charset}", mail(text(), b"Content-Type: application/pdf\r\n" + raw + pdf(name))
        word = "=?utf-8?b?" + base64.b64encode(filename.encode()).decode() + "?="
        yield f"encoded name {name}", mail(text(), File(pdf(name), "application/pdf", word))
        quoted = "".join(f"%{byte:02X}" for byte in filename.encode())
        parts = "".join(
            f"; filename*{n}*={'utf-8' + chr(39) * 2 if not n else ''}{quoted[n * 60 :][:60]}" for n in range(2)
        )
        yield (
            f"continued name {name}",
            mail(
                text(),
                f"Content-Type: application/pdf\r\nContent-Disposition: attachment{parts}\r\n\r\n".encode() + PDF,
            ),
        )
    yield "name with CR LF", mail(text(), File(pdf(), "application/pdf", "a\r\n .pdf"))
    yield "name with NUL", mail(text(), File(pdf(), "application/pdf", "a\0.pdf"))
    yield "two parts with one name", mail(*[File(pdf(n), "application/pdf", "factuur.pdf") for n in (1, 2)])


def _encoded() -> Iterator[tuple[str, bytes]]:
    body = pdf("encoded")
    plain = base64.encodebytes(body)
    head = b"Content-Type: application/pdf; name=f.pdf\r\nContent-Transfer-Encoding: "
    ways = {
        "base64 without padding": b"base64\r\n\r\n" + plain.replace(b"=", b""),
        "base64 with a footer": b"base64\r\n\r\n" + plain + b"\r\n-- \r\nScanned\r\n",
        "base64 in one line": b"base64\r\n\r\n" + base64.b64encode(body),
        "base64 with noise": b"base64\r\n\r\n" + plain.replace(b"\n", b" \x00\n!"),
        "base64 cut off": b"base64\r\n\r\n" + plain[: len(plain) // 2],
        "quoted-printable": b"quoted-printable\r\n\r\n" + quopri.encodestring(body),
        "quoted-printable broken": b"quoted-printable\r\n\r\n" + quopri.encodestring(body).replace(b"=0A", b"=ZZ"),
        "unknown": b"x-secret\r\n\r\n" + body,
        "binary": b"binary\r\n\r\n" + body,
        "uuencode": b"x-uuencode\r\n\r\nbegin 644 f.pdf\r\n" + binascii.b2a_uu(body[:45]) + b"`\r\nend\r\n",
        "two of them": b"base64\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + plain,
        "written oddly": b' "BASE64" \r\n\r\n' + plain,
    }
    for name, rest in ways.items():
        yield f"encoding {name}", mail(text(), head + rest)


def _built() -> Iterator[tuple[str, bytes]]:
    whole = multipart(text(), File(pdf(), "application/pdf", "f.pdf"), boundary="grens")
    body = whole.partition(b"\r\n\r\n")[2]
    multi = b"Content-Type: multipart/mixed"
    yield "no boundary", HEAD + multi + b"\r\n\r\n" + body
    yield "wrong boundary", HEAD + multi + b"; boundary=other\r\n\r\n" + body
    yield "boundary of 300 signs", HEAD + multi + b"; boundary=" + b"x" * 300 + b"\r\n\r\n" + body
    yield "boundary never closed", HEAD + multi + b"; boundary=grens\r\n\r\n" + body.replace(b"--grens--", b"")
    yield "parts behind the end", HEAD + whole + b"\r\n--grens\r\nContent-Type: application/pdf\r\n\r\n" + pdf("behind")
    yield "empty multipart", HEAD + multi + b"; boundary=x\r\n\r\n"
    yield "header without an end", HEAD + b"Content-Type: application/pdf"
    yield "no header", pdf()
    yield "only a line", b"\r\n"
    yield "carriage returns only", mail(text(), File(pdf(), "application/pdf", "f.pdf")).replace(b"\r\n", b"\r")
    yield "line feeds only", mail(text(), File(pdf(), "application/pdf", "f.pdf")).replace(b"\r\n", b"\n")
    yield (
        "mailbox line",
        b"From els@x.example Fri Nov 20 2026\r\n" + mail(text(), File(pdf(), "application/pdf", "f.pdf")),
    )
    yield "byte order mark", b"\xef\xbb\xbf" + mail(text(), File(pdf(), "application/pdf", "f.pdf"))
    yield "partial", mail(File(pdf(), "message/partial; number=1", "", ""))
    yield "external body", mail(File(b"x", "message/external-body; access-type=URL", "", ""))
    yield "report", mail(multipart(text(), attached_mail(mail(text())), kind="report; report-type=delivery-status"))
    yield "digest", mail(multipart(*[entity(attached_mail(mail(text(str(n))))) for n in range(3)], kind="digest"))
    yield (
        "related",
        mail(multipart(html("<img src=cid:a@b>"), File(png(90, 30), "image/png", "", "inline", cid("a@b")))),
    )
    for encoding in ("", "base64", "quoted-printable"):
        inner = mail(text(), File(pdf("inner"), "application/pdf", "f.pdf"))
        sent = quopri.encodestring(inner) if encoding == "quoted-printable" else inner
        yield f"attached mail {encoding}", mail(text(), attached_mail(sent, encoding=encoding))
        yield f"eml file {encoding}", mail(text(), File(sent, "application/octet-stream", "f.eml", encoding=encoding))
    raw = mail(text("first"))
    for _ in range(6):
        raw = mail(text("again"), attached_mail(raw), attached_mail(raw, encoding="base64"))
    yield "a mail that holds itself", raw


def _told() -> Iterator[tuple[str, bytes]]:
    lines = {
        "two senders": b"From: a@b.example, c@d.example\r\n",
        "no sender": b"From: <>\r\n",
        "sender of noise": b"From: \xff\xfe\x00 <<>> @@\r\n",
        "encoded words": b"Subject: " + b"=?utf-8?b?w6k=?= " * 40 + b"\r\n",
        "half an encoded word": b"Subject: =?utf-8?b?w6k\r\n",
        "unknown charset": b"Subject: =?x-none?q?=C3=A9?=\r\n",
        "date of noise": b"Date: yesterday\r\n",
        "date of year 0": b"Date: Fri, 01 Jan 0000 00:00:00 +9999\r\n",
        "automatic": b"Auto-Submitted: auto-replied\r\n",
        "list": b"List-Id: <a.example>\r\nPrecedence: list\r\n",
        "spam": b"X-Spam-Flag: YES\r\n",
    }
    for name, line in lines.items():
        yield f"header {name}", mail(text(), File(pdf(name), "application/pdf", "f.pdf"), head=line)
    yield "invoice in the text", mail(html("<p>Factuurnummer: 2026-11<p>Btw 21% € 4,20<p>Totaal € 24,20"))
    yield "link to an invoice", mail(html("<a href='https://p.example/f'>Bekijk uw factuur</a>"))


def _monsters() -> dict[str, Callable[[], bytes]]:
    def many() -> bytes:
        return mail(*[File(pdf(n), "application/pdf", encoding="7bit") for n in range(10_000)])

    def deep() -> bytes:
        return b"From: a@b.example\nContent-Type: message/rfc822\n\n" * 5_000 + b"From: a@b.example\n\nhi"

    def nested() -> bytes:
        levels = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000))
        return HEAD + b"".join(levels) + b"\nhi"

    def words() -> bytes:
        return (
            b"Subject: "
            + b"=?utf-8?b?w6k=?= " * 250_000
            + b"\r\n"
            + mail(text(), File(pdf(), "application/pdf", "f.pdf"))
        )

    def bomb() -> bytes:
        return _one(zipped(("zeros", b"\0" * 300_000_000)), name="bomb.zip")

    def bombs() -> bytes:
        inner = zipped(*[(f"{n}.pdf", pdf(n) + b"\0" * 90_000) for n in range(100)])
        return _one(zipped(*[(f"{n}.zip", inner) for n in range(100)]), name="bombs.zip")

    def pdf_bomb() -> bytes:
        import zlib

        packed = zlib.compress(b"\0" * 200_000_000, 9)
        made = pdf_with_files(("zeros.bin", b"@@"))
        stream = b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
        return _one(made.replace(b"/Length 2 >>\nstream\n@@\nendstream", stream), name="bomb.pdf")

    def name() -> bytes:
        return mail(text(), File(pdf(), "application/pdf", "a" * 4_000_000 + ".pdf"))

    def markup() -> bytes:
        return mail(html("<table><tr><td>€ 12,00 totaal factuur nr 123" * 100_000))

    return {
        "10,000 parts": many,
        "5,000 attached mails inside each other": deep,
        "5,000 multiparts inside each other": nested,
        "4 MB subject of encoded words": words,
        "zip bomb of 300 MB": bomb,
        "100 archives of 100 files in one": bombs,
        "200 MB in a file of a PDF": pdf_bomb,
        "file name of 4 MB": name,
        "5 MB of open tables": markup,
    }


ODD: dict[str, bytes] = dict([*_wrapped(), *_named(), *_encoded(), *_built(), *_told()])
MONSTERS = _monsters()
