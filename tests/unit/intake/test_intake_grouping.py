from __future__ import annotations

import pytest
from mails_intake import (
    EXE,
    ICS,
    PDF,
    RTF,
    VCARD,
    File,
    attached_mail,
    cii,
    docx,
    enveloped,
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

from mailroom.domain.message import PartVerdict, Verdict
from mailroom.intake import reasons, sort_parts, take_apart

INVOICE = File(pdf(), "application/pdf", "factuur.pdf")


def sorted_(*parts: File | bytes) -> list[PartVerdict]:
    """Return the verdicts on everything but the body."""
    return list(sort_parts(take_apart(mail(text(), *parts))))[1:]


def short(verdicts: list[PartVerdict]) -> list[tuple[str, str]]:
    return [(verdict.verdict.value, verdict.reason.code) for verdict in verdicts]


@pytest.mark.parametrize(
    ("part", "verdict", "reason"),
    [
        (INVOICE, Verdict.DOCUMENT, reasons.READABLE_FILE),
        (File(ubl(), name="x.xml"), Verdict.DOCUMENT, reasons.READABLE_FILE),
        (File(cii(), "text/plain", "x.txt"), Verdict.DOCUMENT, reasons.READABLE_FILE),
        (File(b"<Order xmlns='x'/>", "application/xml", "order.xml"), Verdict.IGNORED, reasons.XML_NOT_INVOICE),
        (File(b"<svg xmlns='x'/>", "image/svg+xml", "logo.svg"), Verdict.IGNORED, reasons.DECORATION),
        # the person shall read the clear word `forbidden_xml`
        (File(b"<!DOCTYPE a><Order xmlns='x'/>", name="a.xml"), Verdict.DOCUMENT, reasons.READABLE_FILE),
        (File(ICS, "text/calendar", "invite.ics"), Verdict.IGNORED, reasons.CALENDAR),
        (File(VCARD, "text/x-vcard", "jan.vcf"), Verdict.IGNORED, reasons.VCARD),
        (File(signed(None), "application/pkcs7-signature", "smime.p7s"), Verdict.IGNORED, reasons.SIGNATURE),
        (File(b"-----BEGIN PGP SIGNATURE-----\n", name="signature.asc"), Verdict.IGNORED, reasons.SIGNATURE),
        (File(EXE, "application/pdf", "factuur.pdf"), Verdict.REFUSED, reasons.EXECUTABLE),
        (File(b"WScript.Echo 1", "text/plain", "factuur.pdf.vbs"), Verdict.REFUSED, reasons.EXECUTABLE),
        (File(b"", "application/pdf", "factuur.pdf"), Verdict.REFUSED, reasons.EMPTY_FILE),
        (File(b"", "text/plain", "", ""), Verdict.IGNORED, reasons.EMPTY),
        (File(b"<html>Log in", "application/pdf", "factuur.pdf"), Verdict.REFUSED, reasons.NOT_WHAT_IT_CLAIMS),
        (File(docx(), "application/pdf", "factuur.pdf"), Verdict.REFUSED, reasons.NOT_WHAT_IT_CLAIMS),
        (File(signed(None), "application/pdf", "factuur.pdf"), Verdict.REFUSED, reasons.NOT_WHAT_IT_CLAIMS),
        (File(bytes(range(256)), "application/pdf", "factuur.pdf"), Verdict.DOCUMENT, reasons.DAMAGED_FILE),
        (File(enveloped(), "application/pkcs7-mime", "smime.p7m"), Verdict.DOCUMENT, reasons.CERTIFICATE_MISSING),
        (File(b"-----BEGIN PGP MESSAGE-----\n", name="x.asc"), Verdict.DOCUMENT, reasons.ENCRYPTED_MESSAGE),
        (File(locked_zip(), name="facturen.zip"), Verdict.DOCUMENT, reasons.PASSWORD_MISSING),
        (File(b"Rar!\x1a\x07\0\1\2", name="facturen.rar"), Verdict.REFUSED, reasons.ARCHIVE_UNKNOWN),
        (File(b"x", "message/partial; id=1; number=1", "", ""), Verdict.REFUSED, reasons.PARTIAL_MESSAGE),
        (File(b"x", "message/external-body; url=x", "", ""), Verdict.REFUSED, reasons.EXTERNAL_BODY),
        (File(b"\0\5\x16\7\0", "application/applefile", "._a.pdf"), Verdict.IGNORED, reasons.SYSTEM_FILE),
        (File(b"Action: failed\n", "message/delivery-status", "", ""), Verdict.IGNORED, reasons.DELIVERY_REPORT),
        (File(docx(), name="brief.docx"), Verdict.IGNORED, reasons.OFFICE_FILE_ALONE),
        (File(RTF, name="brief.rtf"), Verdict.IGNORED, reasons.OFFICE_FILE_ALONE),
        (File(b"notes", "text/plain", "notes.txt"), Verdict.IGNORED, reasons.TEXT_FILE_ALONE),
        (File(b"\0\1\2\3\xff", name="data.bin"), Verdict.IGNORED, reasons.UNKNOWN_FILE),
    ],
)  # fmt: skip
def test_each_kind_of_part_has_its_verdict(part: File, verdict: Verdict, reason: str) -> None:
    assert short(sorted_(part)) == [(verdict, reason)]


@pytest.mark.parametrize("container", [zipped(("a.pdf", pdf())), tnef(("a.pdf", pdf())), outlook(("a.pdf", pdf()))])
def test_a_container_is_one_and_what_it_holds_has_verdicts_too(container: bytes) -> None:
    assert [verdict.verdict for verdict in sorted_(File(container))] == [Verdict.CONTAINER, Verdict.DOCUMENT]


def test_bodies_of_every_mail_are_ignored_by_name() -> None:
    inner = mail(multipart(text(), File(b"<p>x</p>", "text/html", "", ""), kind="alternative"))
    assert [code for _, code in short(sorted_(attached_mail(inner)))] == [
        reasons.ATTACHED_MAIL, reasons.BODY_TEXT, reasons.BODY_HTML,
    ]  # fmt: skip


def test_the_same_bytes_again_are_ignored_and_name_the_first() -> None:
    again = sorted_(INVOICE, File(pdf(), name="kopie.pdf"), attached_mail(mail(text(), INVOICE)))
    assert [(v.path, v.reason.code, v.related_path) for v in again if v.reason.code == reasons.SAME_BYTES] == [
        ("3", reasons.SAME_BYTES, "2"),
        ("4.2", reasons.SAME_BYTES, "2"),
    ]


def test_the_same_logo_twice_is_decoration_twice() -> None:
    logo = File(png(60, 40), "image/png", "logo.png")
    assert short(sorted_(INVOICE, logo, logo))[1:] == [("ignored", reasons.DECORATION)] * 2


@pytest.mark.parametrize(
    ("xml", "xml_name", "pdf_name"),
    [
        (ubl(), "factuur.xml", "factuur.pdf"),  # the same stem
        (ubl(), "Factuur.XML", "factuur.PDF"),
        (ubl("F-2026/0042"), "ubl.xml", "Factuur_F-2026_0042.pdf"),  # the number, other separators
        (cii("20260042"), "factur-x.xml", "Rechnung 20260042.pdf"),
    ],
)
def test_the_pdf_of_an_e_invoice_is_its_rendition(xml: bytes, xml_name: str, pdf_name: str) -> None:
    first, second = sorted_(File(pdf(), name=pdf_name), File(xml, name=xml_name))
    assert (first.verdict, first.related_path, second.verdict) == (Verdict.RENDITION, "3", Verdict.DOCUMENT)


@pytest.mark.parametrize(
    ("xml", "xml_name", "pdf_names"),
    [
        (ubl(), "a.xml", ["b.pdf"]),  # nothing says that they are one
        (ubl("42"), "a.xml", ["factuur 42.pdf"]),  # too short to prove anything
        (ubl("2026-0042"), "a.xml", ["12026-0042.pdf"]),  # another number
        (ubl("2026-0042"), "a.xml", ["2026-0042.pdf", "2026-0042 bijlage.pdf"]),  # which of the two?
        (b"<!DOCTYPE Invoice><Invoice/>", "a.xml", ["a.pdf"]),  # cannot be read: the PDF must be
    ],
)
def test_what_is_not_surely_the_same_invoice_stays_a_document(xml: bytes, xml_name: str, pdf_names: list[str]) -> None:
    pdfs = [File(pdf(name), name=name) for name in pdf_names]
    assert {verdict.verdict for verdict in sorted_(File(xml, name=xml_name), *pdfs)} == {Verdict.DOCUMENT}


@pytest.mark.parametrize("xml", [b"<p:FatturaElettronica xmlns:p='x'/>", ubl()[:-20]])
def test_an_e_invoice_that_cannot_be_read_is_the_rendition_of_its_pdf(xml: bytes) -> None:
    first, second = sorted_(File(xml, "application/xml", "f.xml"), File(pdf(), name="f.pdf"))
    assert (first.verdict, first.related_path, second.verdict) == (Verdict.RENDITION, "3", Verdict.DOCUMENT)


def test_several_pairs_in_one_mail_are_each_found() -> None:
    files = [File(ubl(f"2026-{n:04}"), name=f"{n:04}.xml") for n in range(3)]
    files += [File(pdf(n), name=f"{n:04}.pdf") for n in range(3)]
    assert [verdict.related_path for verdict in sorted_(*files)] == [None, None, None, "2", "3", "4"]


@pytest.mark.parametrize(
    "name",
    [
        "Algemene voorwaarden.pdf",
        "algemene_verkoopsvoorwaarden_2026.pdf",
        "AGB.pdf",
        "Allgemeine Geschäftsbedingungen.pdf",
        "conditions_generales_de_vente.pdf",
        "CGV 2026.pdf",
        "Terms and Conditions.pdf",
        "T&C.pdf",
        "Termeni si conditii.pdf",
    ],
)
def test_terms_go_along_with_the_invoice_and_alone_they_are_a_document(name: str) -> None:
    terms = File(pdf(2), "application/pdf", name)
    beside = sorted_(INVOICE, terms)[1]
    assert (beside.verdict, beside.reason.code, beside.related_path) == (Verdict.APPENDIX, reasons.TERMS, "2")
    assert sorted_(terms)[0].verdict is Verdict.DOCUMENT


@pytest.mark.parametrize("name", ["Rechnung Hagbert.pdf", "factuur termen.pdf", "Facture conditionnement.pdf"])
def test_an_invoice_is_not_taken_for_terms(name: str) -> None:
    assert sorted_(INVOICE, File(pdf(2), name=name))[1].verdict is Verdict.DOCUMENT


def test_an_appendix_names_the_document_that_it_goes_along_with() -> None:
    found = sorted_(INVOICE, File(docx(), name="uren.docx"), File(b"notes", "text/plain", "notes.txt"))
    assert [(v.verdict, v.related_path) for v in found[1:]] == [(Verdict.APPENDIX, "2")] * 2


def test_an_appendix_belongs_to_the_document_of_its_name_or_to_none_when_that_is_not_clear() -> None:
    second = File(pdf(2), name="b.pdf")
    found = sorted_(INVOICE, second, File(b"x", "text/plain", "b.txt"), File(b"y", "text/plain", "c.txt"))
    assert [(v.verdict, v.related_path) for v in found[2:]] == [(Verdict.APPENDIX, "3"), (Verdict.APPENDIX, None)]


def test_an_appendix_belongs_to_the_document_in_the_same_attached_mail() -> None:
    inner = mail(text(), File(pdf(9), name="x.pdf"), File(docx(), name="uren.docx"))
    assert sorted_(INVOICE, attached_mail(inner))[-1].related_path == "3.2"


def test_what_comes_back_undelivered_is_not_taken_in() -> None:
    status = File(b"Final-Recipient: rfc822; x@y\nAction: failed\n", "message/delivery-status", "", "", b"", "")
    returned = attached_mail(mail(text(), INVOICE))
    report = multipart(text("Sorry"), status, returned, kind="report; report-type=delivery-status")
    codes = [verdict.reason.code for verdict in sort_parts(take_apart(mail(report)))]
    assert codes == [
        reasons.BODY_TEXT, reasons.DELIVERY_REPORT, reasons.ATTACHED_MAIL, reasons.RETURNED_MAIL, reasons.RETURNED_MAIL,
    ]  # fmt: skip


def test_an_invoice_in_a_report_that_reports_nothing_is_a_document() -> None:
    report = multipart(text("Uw factuur"), INVOICE, kind="report; report-type=invoice")
    assert sort_parts(take_apart(mail(report)))[1].verdict is Verdict.DOCUMENT


def test_three_invoices_in_a_forwarded_mail_are_three_documents() -> None:
    inner = mail(text(), *[File(pdf(n), name=f"factuur-{n}.pdf") for n in range(3)])
    assert [v.verdict for v in sorted_(attached_mail(inner))].count(Verdict.DOCUMENT) == 3


def test_every_picture_format_of_a_document_becomes_one() -> None:
    pictures = [jpeg(900, 1_600), png(900, 1_600), b"II*\0" + b"\0" * 90, b"\0\0\0\x18ftypheic" + b"\0" * 90]
    assert {v.verdict for v in sorted_(*[File(picture) for picture in pictures])} == {Verdict.DOCUMENT}


def test_files_inside_an_e_invoice_go_along_with_it() -> None:
    inside = (("uren.pdf", pdf(7)), ("Factuur 2026-0042.pdf", pdf(8)), ("start.pdf", EXE), ("leeg.pdf", b""))
    found = sorted_(File(ubl(files=inside), name="ubl.xml"), File(pdf(9), name="andere.pdf"))
    assert [(v.path, v.verdict, v.reason.code, v.related_path) for v in found] == [
        ("2", Verdict.DOCUMENT, reasons.READABLE_FILE, None),
        ("2.1", Verdict.APPENDIX, reasons.EMBEDDED_FILE, "2"),
        ("2.2", Verdict.RENDITION, reasons.SAME_INVOICE, "2"),
        ("2.3", Verdict.REFUSED, reasons.EXECUTABLE, None),
        ("2.4", Verdict.REFUSED, reasons.EMPTY_FILE, None),
        ("3", Verdict.DOCUMENT, reasons.READABLE_FILE, None),
    ]


def test_the_pdf_that_is_attached_and_inside_the_e_invoice_is_there_once() -> None:
    found = sorted_(File(ubl(files=(("f.pdf", pdf(7)),)), name="f.xml"), File(pdf(7), name="f.pdf"))
    assert [(v.verdict, v.related_path) for v in found] == [
        (Verdict.DOCUMENT, None),
        (Verdict.RENDITION, "2"),
        (Verdict.IGNORED, "2.1"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        pdf() + zipped(("evil.js", b"x")),
        jpeg(900, 1_600) + zipped(("evil.js", b"x")),
        jpeg(900, 1_600)[:20] + pdf() + jpeg(900, 1_600)[20:],
    ],
    ids=["pdf and zip", "jpeg and zip", "jpeg and pdf"],
)
def test_a_file_of_two_kinds_is_a_document_with_a_warning(content: bytes) -> None:
    assert short(sorted_(File(content, name="factuur.pdf"))) == [("document", reasons.TWO_KINDS)]


def test_a_pdf_that_carries_an_archive_inside_is_of_one_kind() -> None:
    content = PDF + zipped(("uren.xlsx", b"x")) + b"\nendstream\n%%EOF\n"
    assert short(sorted_(File(content, name="factuur.pdf"))) == [("document", reasons.READABLE_FILE)]
