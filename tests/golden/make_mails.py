"""The golden mails, as code. `python tests/golden/make_mails.py` writes the `.eml` files beside the expectations."""

from __future__ import annotations

import base64
import binascii
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path[:0] = [str(FOLDER.parent)]

from mails_intake import (  # noqa: E402
    EXE,
    HEAD,
    ICS,
    PDF,
    VCARD,
    File,
    attached_mail,
    cid,
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

INVOICE = File(pdf("factuur"), "application/pdf", "Factuur 2026-0042.pdf")
LOGO = File(png(180, 60), "image/png", "image001.png", "inline", cid("image001.png@01DC"))
RECEIPT = jpeg(900, 1_600, camera=True, size=3_000)


def _related() -> bytes:
    markup = html('<p>Dag</p><img src="cid:image001.png@01DC">')
    return multipart(multipart(text(), markup, kind="alternative"), LOGO, kind="related")


def _uuencoded() -> bytes:
    content = pdf("uu")
    lines = b"".join(binascii.b2a_uu(content[n : n + 45]) for n in range(0, len(content), 45))
    return b"Geachte klant,\r\n\r\nbegin 644 factuur.pdf\r\n" + lines.replace(b"\n", b"\r\n") + b"`\r\nend\r\n"


def _footer() -> bytes:
    body = base64.encodebytes(pdf("footer")).replace(b"=", b"")
    head = b"Content-Type: application/octet-stream; name=f.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + body + b"\r\n_______________________\r\nScanned by Example Antivirus\r\n"


def _raw_name() -> bytes:
    name = "../../Büro/Rechnung März.pdf".encode("latin-1")
    return b'Content-Type: application/pdf; name="' + name + b'"\r\n\r\n' + pdf("name")


def _bounce() -> bytes:
    status = File(
        b"Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\n", "message/delivery-status", "", "", b"", ""
    )
    words = text("Your message could not be delivered.")
    return multipart(words, status, attached_mail(mail(text(), INVOICE)), kind="report; report-type=delivery-status")


def _nested(depth: int) -> bytes:
    raw = mail(text(), INVOICE)
    for _ in range(depth):
        raw = mail(text("Fwd"), attached_mail(raw))
    return raw


def _no_boundary() -> bytes:
    body = multipart(text(), INVOICE, boundary="grens").partition(b"\r\n\r\n")[2]
    return HEAD + b"Content-Type: multipart/mixed\r\n\r\n" + body


DTD = b'<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice>&x;</Invoice>'
FORWARDED = mail(text(), *[File(pdf(n), "application/pdf", f"factuur-{n}.pdf") for n in range(1, 4)])

MAILS: dict[str, bytes] = {
    "apple_mail_inline_pdf": mail(text(), File(pdf(), "application/pdf", "", "inline"), text("Sent from my iPhone")),
    "attached_mail_in_base64": mail(text(), attached_mail(FORWARDED, encoding="base64")),
    "attached_mail_with_three_invoices": mail(text("Fwd"), attached_mail(FORWARDED)),
    "base64_without_padding_and_a_footer": mail(text(), _footer()),
    "body_only": HEAD + entity(text("U bent 12,50 EUR verschuldigd.")),
    "bounce_with_our_own_invoice": mail(_bounce()),
    "calendar_and_business_card": mail(text(), File(ICS, "text/calendar", "i.ics"), File(VCARD, "text/vcard", "j.vcf")),
    "deep_forwards": _nested(22),
    "e_invoice_with_files_inside": mail(
        text(), File(ubl(files=(("uren.pdf", pdf(7)), ("2026-0042.pdf", pdf(8)))), "application/xml", "ubl.xml")
    ),
    "empty_mail": b"",
    "empty_pdf": mail(text(), File(b"", "application/pdf", "factuur.pdf")),
    "encrypted_message": mail(File(enveloped(), "application/pkcs7-mime", "smime.p7m")),
    "executable_called_pdf": mail(text(), File(EXE, "application/pdf", "factuur.pdf")),
    "invoice_as_xml_and_pdf": mail(text(), INVOICE, File(ubl(), "application/xml", "ubl.xml")),
    "login_page_called_pdf": mail(text(), File(b"<html><form>Log in</form></html>", "application/pdf", "factuur.pdf")),
    "name_with_folders_in_eight_bits": mail(text(), _raw_name()),
    "newsletter_with_tracking_pixel": mail(
        multipart(
            html("<img src=cid:t@x>"), File(gif(1, 1), "image/gif", "t.gif", "inline", cid("t@x")), kind="related"
        )
    ),
    "no_boundary": _no_boundary(),
    "office_file_alone": mail(text(), File(docx(), name="factuur.docx")),
    "office_file_beside_invoice": mail(text(), INVOICE, File(docx(), name="urenstaat.docx")),
    "outlook_logo_and_pdf": mail(_related(), INVOICE),
    "outlook_saved_mail": mail(text(), File(outlook(("factuur.pdf", PDF), body="Dag"), name="Factuur.msg")),
    "pdf_as_octet_stream_without_name": mail(text(), File(pdf(), disposition="")),
    "pdf_and_zip_at_once": mail(text(), File(pdf() + zipped(("a.js", b"x")), "application/pdf", "factuur.pdf")),
    "phone_photo_in_the_text": mail(
        multipart(
            html("<img src=cid:p@x>"), File(RECEIPT, "image/jpeg", "IMG_0042.jpg", "inline", cid("p@x")), kind="related"
        )
    ),
    "same_file_twice": mail(text(), INVOICE, INVOICE._replace(name="kopie.pdf")),
    "signed_mail": mail(
        File(signed(multipart(text(), INVOICE)), "application/pkcs7-mime; smime-type=signed-data", "smime.p7m")
    ),
    "signature_beside_the_mail": mail(
        multipart(text(), INVOICE), File(signed(None), "application/pkcs7-signature", "smime.p7s")
    ),
    "terms_beside_invoice": mail(text(), INVOICE, File(pdf("av"), "application/pdf", "Algemene Voorwaarden.pdf")),
    "uuencode_in_the_text": HEAD + b"\r\n" + _uuencoded(),
    "winmail_dat": mail(text(), File(tnef(("factuur.pdf", pdf()), ("logo.png", png(90, 30))), name="winmail.dat")),
    "xml_that_is_no_invoice": mail(text(), File(b"<?xml version='1.0'?><Order/>", "application/xml", "order.xml")),
    "xml_with_dtd": mail(text(), File(DTD, "application/xml", "factuur.xml")),
    "zip_with_invoices": mail(text(), File(zipped(("nov/a.pdf", pdf(1)), ("nov/b.pdf", pdf(2))), name="facturen.zip")),
    "zip_with_password": mail(text(), File(locked_zip(), "application/zip", "facturen.zip")),
}

if __name__ == "__main__":
    for name, raw in MAILS.items():
        (FOLDER / f"{name}.eml").write_bytes(raw)
