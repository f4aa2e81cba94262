from __future__ import annotations

import base64
from hashlib import sha256

import pytest
from mails_intake import HEAD, PDF, File, attached_mail, cid, entity, html, jpeg, mail, multipart, pdf, png, text, ubl

from mailroom.domain.message import MediaType
from mailroom.intake import TakenApart, reasons, take_apart


def paths(apart: TakenApart) -> list[str]:
    return [part.path for part in apart.parts]


def only(apart: TakenApart, media_type: MediaType) -> list[str]:
    return [part.path for part in apart.parts if part.media_type is media_type]


def test_a_plain_mail_is_one_part() -> None:
    apart = take_apart(HEAD + b"\r\nHello")
    (part,) = apart.parts
    assert (part.path, part.is_body, apart.contents["1"]) == ("1", True, b"Hello")


@pytest.mark.parametrize("raw", [b"", b"\r\n", HEAD, HEAD + b"\r\n", b"\0"])
def test_a_mail_without_anything_still_has_one_part(raw: bytes) -> None:
    (part,) = take_apart(raw).parts
    assert (part.path, part.media_type) == ("1", MediaType.EMPTY)


def test_sections_are_numbered_as_imap_does() -> None:
    alternative = multipart(text(), html("<p>x</p>"), kind="alternative", boundary="b2")
    inner = mail(text(), File(pdf(), "application/pdf", "a.pdf"))
    single = HEAD + entity(File(pdf(2), "application/pdf", "b.pdf"))
    raw = mail(multipart(alternative, File(pdf(3)), attached_mail(inner), attached_mail(single), boundary="b0"))
    assert paths(take_apart(raw)) == ["1.1", "1.2", "2", "3", "3.1", "3.2", "4", "4.1"]


def test_every_part_is_described_by_its_decoded_bytes() -> None:
    apart = take_apart(mail(text(), File(jpeg(640, 480), "image/jpeg", "bon.jpg", "inline", cid("p1@x"))))
    part = apart.parts[1]
    assert part.sha256 == sha256(apart.contents["2"]).hexdigest()
    assert (part.size, part.width, part.height) == (40_000, 640, 480)
    assert (part.filename, part.declared_type, part.content_id, part.inline) == ("bon.jpg", "image/jpeg", "p1@x", True)


@pytest.mark.parametrize(
    ("kind", "name", "disposition"),
    [
        ("application/pdf", "", ""),  # mail-parser loses its bytes
        ("application/pdf", "", "inline"),  # Apple Mail
        ("application/octet-stream", "factuur.pdf", "attachment"),
        ("text/plain", "factuur.pdf", "attachment"),
        ("text/plain", "", ""),
        ("image/png", "factuur.png", "attachment"),
        ("x", "", "attachment"),
        ("APPLICATION/PDF; x=\"", "", "nonsense; a"),
    ],
)  # fmt: skip
def test_a_pdf_is_found_whatever_its_wrapping_says(kind: str, name: str, disposition: str) -> None:
    apart = take_apart(mail(text(), File(pdf(), kind, name, disposition)))
    assert only(apart, MediaType.PDF) == ["2"]
    assert apart.contents["2"] == pdf()


def test_a_pdf_alone_is_the_whole_mail() -> None:
    assert only(take_apart(mail(entity(File(pdf(), "application/pdf")))), MediaType.PDF) == ["1"]


def test_bytes_that_are_no_mail_at_all_are_still_a_part() -> None:
    assert take_apart(pdf()).contents["1"] == pdf()


@pytest.mark.parametrize("encoding", ["", "base64", "quoted-printable", "7bit", "binary"])
def test_an_attached_mail_is_opened_however_it_is_encoded(encoding: str) -> None:
    inner = mail(text(), File(pdf(), "application/pdf", "factuur.pdf"))
    apart = take_apart(mail(text(), attached_mail(inner, encoding=encoding)))
    assert paths(apart) == ["1", "2", "2.1", "2.2"]
    assert apart.parts[1].media_type is MediaType.MESSAGE
    assert apart.contents["2.2"] == pdf()


@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain", "message/rfc822"])
def test_a_mail_as_a_file_is_opened_by_its_content(kind: str) -> None:
    inner = mail(text(), File(pdf(), "application/pdf", "factuur.pdf"))
    assert paths(take_apart(mail(text(), File(inner, kind, "Fwd.eml")))) == ["1", "2", "2.1", "2.2"]


def test_a_body_that_begins_like_a_mail_stays_a_body() -> None:
    forwarded = "From: Jan\nTo: Piet\nSubject: Factuur\nDate: gisteren\n\nBeste"
    (part, _) = take_apart(mail(text(forwarded), File(pdf()))).parts
    assert (part.media_type, part.is_body) == (MediaType.TEXT, True)


def test_what_calls_itself_a_mail_and_is_none_is_a_text() -> None:
    apart = take_apart(mail(text(), attached_mail(b"just words")))
    assert apart.parts[1].media_type is MediaType.TEXT


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Type: multipart/mixed\r\n",  # no boundary
        b"Content-Type: multipart/mixed; boundary=other\r\n",  # another one than the body's
        b'Content-Type: multipart/mixed; boundary=""\r\n',
        b"",  # lost altogether
    ],
)
def test_parts_are_found_without_the_right_boundary(header: bytes) -> None:
    body = multipart(text(), File(pdf(), "application/pdf", "factuur.pdf")).partition(b"\r\n\r\n")[2]
    apart = take_apart(HEAD + header + b"\r\n" + body)
    assert only(apart, MediaType.PDF) == ["2"]


def test_a_multipart_without_parts_is_a_text_with_a_problem() -> None:
    apart = take_apart(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\nHello")
    assert [part.media_type for part in apart.parts] == [MediaType.TEXT]
    assert reasons.BOUNDARY_MISSING in {reason.code for reason in apart.problems}


def test_a_lost_end_loses_nothing() -> None:
    raw = mail(multipart(text(), File(pdf(), "application/pdf", encoding="binary"), boundary="b1"))
    assert take_apart(raw.replace(b"--b1--\r\n", b"")).contents["2"].startswith(PDF)


def test_a_part_behind_the_end_is_found_too() -> None:
    raw = (
        mail(multipart(text(), boundary="b1"))
        + b"epilogue\r\n--b1\r\n"
        + entity(File(pdf(), "application/pdf"))
        + b"\r\n--b1--\r\n"
    )
    assert only(take_apart(raw), MediaType.PDF) == ["2"]


def test_similar_boundaries_are_not_confused() -> None:
    inner = multipart(text(), File(pdf()), boundary="b1-1")
    assert paths(take_apart(mail(multipart(inner, text("end"), boundary="b1")))) == ["1.1", "1.2", "2"]


def test_a_damaged_line_does_not_end_the_header() -> None:
    raw = mail(text(), File(pdf(), "application/pdf"))
    apart = take_apart(raw.replace(b"MIME-Version", b"what is this\r\nMIME-Version", 1))
    assert only(apart, MediaType.PDF) == ["2"]


def test_a_header_without_an_empty_line_behind_it_keeps_its_body() -> None:
    apart = take_apart(b"From: a@b.example\r\nSubject: x\r\nDear customer, hello\r\n")
    assert apart.contents["1"] == b"Dear customer, hello\r\n"
    assert apart.header.subject == "x"


def test_line_ends_of_any_kind_are_read() -> None:
    raw = mail(text(), File(pdf(), "application/pdf", encoding="base64"))
    for ends in (b"\n", b"\r"):
        apart = take_apart(raw.replace(b"\r\n", ends))
        assert apart.contents["2"] == pdf()


def test_a_mailbox_line_and_empty_lines_before_the_header_are_skipped() -> None:
    raw = mail(text(), File(pdf(), "application/pdf"))
    for before in (b"From jan@example Fri Nov 20 09:30:00 2026\r\n", b"\r\n\r\n", b"\xef\xbb\xbf"):
        assert take_apart(before + raw).header.subject == "Factuur 2026-0042"


def test_files_in_a_text_are_taken_out() -> None:
    words = "Hello\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n"
    apart = take_apart(mail(text(words)))
    assert paths(apart) == ["1", "1.1"]
    assert (apart.parts[1].filename, apart.contents["1.1"]) == ("a.txt", b"Cat")
    assert apart.contents["1"]  # the words stay


def test_pictures_that_the_body_shows_are_known() -> None:
    markup = "<img src=\"cid:logo%40x\"><img src='CID:b@y'>"
    raw = mail(multipart(html(markup), File(png(9, 9), "image/png", extra=cid("logo@x")), kind="related", boundary="r"))
    assert take_apart(raw).references_cid == {"logo@x", "b@y"}


def test_an_e_invoice_as_the_text_of_a_mail_is_xml_and_other_markup_is_text() -> None:
    assert take_apart(mail(text(ubl().decode()))).parts[0].media_type is MediaType.XML
    lead = take_apart(mail(text("<?xml version='1.0'?><adf/>"))).parts[0]
    assert (lead.media_type, lead.is_body) == (MediaType.TEXT, True)


def test_a_delivery_report_marks_what_came_back() -> None:
    status = File(b"Final-Recipient: rfc822; x@y\r\nAction: failed\r\n", "message/delivery-status", "", "", b"", "")
    returned = attached_mail(mail(text(), File(pdf(), name="onze-factuur.pdf")))
    kind = 'report; report-type="delivery-status"'
    apart = take_apart(mail(multipart(text("Sorry"), status, returned, kind=kind, boundary="r")))
    assert [apart.look(path).returned for path in paths(apart)] == [False, True, True, True, True]
    assert reasons.BOUNCE in {reason.code for reason in apart.problems}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (b"; name*=utf-8''caf%C3%A9.pdf", "café.pdf"),
        (b'; name="=?utf-8?q?caf=C3=A9=2Epdf?="', "café.pdf"),
        ('; name="café.pdf"'.encode(), "café.pdf"),
        ('; name="café.pdf"'.encode("latin-1"), "café.pdf"),
        (b"; name=my invoice.pdf", "my invoice.pdf"),
        (b'; name="../../../etc/cron.d/x.pdf"', "x.pdf"),
        (b'; name="' + b"x" * 5_000 + b'.pdf"', "x" * 156 + ".pdf"),
    ],
)
def test_names_are_read_in_every_way_that_mailers_write_them(name: bytes, found: str) -> None:
    raw = HEAD + b"Content-Type: application/pdf" + name + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    part = take_apart(raw + base64.encodebytes(pdf())).parts[0]
    assert part.filename[:100] == found[:100]
    assert part.filename.endswith(".pdf")
