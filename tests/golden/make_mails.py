"""The golden mails, as code. `python tests/golden/make_mails.py` writes the `.eml` files beside the expectations."""

from __future__ import annotations

import base64
import binascii
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path[:0] = [str(FOLDER.parent)]

from locked_intake import pdf_with_files, zip_with_aes  # noqa: E402
from mails_intake import (  # noqa: E402
    EXE,
    HEAD,
    ICS,
    PDF,
    VCARD,
    File,
    attached_mail,
    cid,
    cii,
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
from papers_reading import encrypted_pdf  # noqa: E402

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


def _head(subject: str, more: bytes = b"") -> bytes:
    return more + HEAD.replace(b"Factuur 2026-0042", subject.encode())


RECEIPT_TEXT = (
    "<h2>Votre facture</h2><table><tr><td>Facture n\u00b0<td>FR-2026-118<tr><td>Abonnement<td>100,00 \u20ac"
    "<tr><td>TVA 20 %<td>20,00 \u20ac<tr><td>Total TTC<td>120,00 \u20ac</table>"
)
ORDER_TEXT = (
    "<p>Danke! Bestellbest\u00e4tigung 8812</p><p>Lampe 40,00 \u20ac</p><p>Versand 5,00 \u20ac</p>"
    "<p>Gesamt 45,00 \u20ac</p>"
)
LINK_TEXT = '<p>Factura este gata.</p><a href="https://cont.gaz.example/f">Descarc\u0103 factura</a>'
FORWARD_TEXT = (
    "Zie hieronder\r\n\r\n---------- Forwarded message ---------\r\nVan: Netto BV <facturen@netto.example>\r\n"
    "Date: vr 20 nov 2026 om 09:12\r\nSubject: Factuur NL-1\r\nTo: <els@korenbloem.example>\r\n"
)
GMAIL = (
    b"From: Gmail Team <forwarding-noreply@google.com>\r\nTo: acme@import.example\r\n"
    b"Subject: (#482913375) Gmail Forwarding Confirmation - Receive Mail from jan@gmail.com\r\n"
)
ATTACHED_TEXT = "Anbei unsere Rechnung Nr. 4711, Betrag 99,00 EUR. Der Betrag von 99,00 EUR ist sofort f\u00e4llig."


MAILS: dict[str, bytes] = {
    "invoice_in_the_text": mail(html(RECEIPT_TEXT), head=_head("Votre facture FR-2026-118")),
    "invoice_in_the_text_of_an_attached_mail": mail(
        text("Fwd"), attached_mail(mail(html(RECEIPT_TEXT), head=_head("Votre facture")))
    ),
    "order_confirmation_in_the_text": mail(html(ORDER_TEXT), head=_head("Ihre Bestellung 8812")),
    "letter_that_announces_an_invoice": mail(text(ATTACHED_TEXT), head=_head("Rechnung 4711")),
    "link_to_an_invoice": mail(html(LINK_TEXT), head=_head("Factura dumneavoastra")),
    "forwarding_confirmation_of_gmail": mail(
        text("Confirmation code: 482913375\r\nhttps://mail-settings.google.com/mail/vf-x"), head=GMAIL
    ),
    "out_of_office": mail(text("Ik ben terug op maandag."), head=_head("Automatisch antwoord: afwezig")),
    "automatic_answer": mail(text("Merci."), head=_head("Re: facture", b"Auto-Submitted: auto-replied\r\n")),
    "mailing_list": mail(text("Hello all"), head=_head("News", b"List-Id: <news.example.com>\r\n")),
    "forward_in_the_text": mail(text(FORWARD_TEXT), INVOICE),
    "pdf_with_password": mail(text(), File(encrypted_pdf([("Rechnung", 72.0, 700.0)], "x"), name="rechnung.pdf")),
    "zip_with_aes_password": mail(text(), File(zip_with_aes("x", ("a.pdf", pdf())), name="rechnungen.zip")),
    "pdf_with_the_invoice_as_xml": mail(text(), File(pdf_with_files(("factur-x.xml", cii())), name="facture.pdf")),
    "pdf_with_files_attached": mail(
        text(), File(pdf_with_files(("nr2.pdf", pdf(2)), ("uren.xlsx", docx())), name="factuur.pdf")
    ),
    "pdf_portfolio": mail(
        text(), File(pdf_with_files(("a.pdf", pdf(1)), ("b.pdf", pdf(2)), portfolio=True), name="portfolio.pdf")
    ),
    "pgp_message": mail(text(), File(b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n", name="bericht.asc")),
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
