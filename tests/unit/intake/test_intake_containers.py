from __future__ import annotations

import struct

import pytest
from mails_intake import File, compound, der, mail, outlook, pdf, png, signed, text, tnef, ubl, zipped

from mailroom.domain.message import MediaType
from mailroom.intake import IntakeLimits, TakenApart, detect, reasons, sort_parts, take_apart
from mailroom.intake.inside import Shut
from mailroom.intake.outlook import open_msg
from mailroom.intake.signed import is_signed, open_signed
from mailroom.intake.tnef import open_tnef
from mailroom.intake.zip_archive import open_zip

LIMITS = IntakeLimits()


def seen(apart: TakenApart) -> list[tuple[str, str, str]]:
    verdicts = sort_parts(apart)
    return [(p.path, p.filename, v.reason.code) for p, v in zip(apart.parts, verdicts, strict=True)]


def test_an_archive_is_opened_with_its_folders_and_its_mails() -> None:
    inner = mail(text(), File(pdf(2), name="b.pdf"))
    archive = zipped(("map/a.pdf", pdf()), ("m.eml", inner), ("__MACOSX/._a.pdf", b"\0\5"), ("leeg/", b""))
    assert seen(take_apart(mail(text(), File(archive, name="a.zip"))))[1:] == [
        ("2", "a.zip", reasons.ARCHIVE),
        ("2.1", "a.pdf", reasons.READABLE_FILE),
        ("2.2", "m.eml", reasons.ATTACHED_MAIL),
        ("2.2.1", "", reasons.BODY_TEXT),
        ("2.2.2", "b.pdf", reasons.READABLE_FILE),
        ("2.3", "._a.pdf", reasons.SYSTEM_FILE),
    ]


def test_names_in_archives_of_windows_are_read() -> None:
    archive = zipped(("café.pdf", pdf())).replace("café.pdf".encode(), b"caf\xc3\xa9.pdf")
    plain = bytearray(archive)
    for place in (archive.find(b"PK\x03\x04") + 6, archive.find(b"PK\x01\x02") + 8):
        plain[place : place + 2] = b"\0\0"  # without the mark that says UTF-8
    assert [file.filename for file in open_zip(bytes(plain), LIMITS)] == ["café.pdf"]


def test_winmail_dat_gives_its_body_and_its_files() -> None:
    raw = mail(text(), File(tnef(("factuur mei.pdf", pdf()), ("x.xml", ubl()), body=b"Dag"), name="winmail.dat"))
    apart = take_apart(raw)
    assert seen(apart)[1:] == [
        ("2", "winmail.dat", reasons.OUTLOOK_CONTAINER),
        ("2.1", "", reasons.BODY_TEXT),
        ("2.2", "factuur mei.pdf", reasons.READABLE_FILE),
        ("2.3", "x.xml", reasons.READABLE_FILE),
    ]
    assert apart.contents["2.2"] == pdf()


def test_a_truncated_winmail_dat_gives_what_arrived() -> None:
    whole = tnef(("a.pdf", pdf()), ("b.pdf", pdf(2)))
    for size in range(6, len(whole), 7):
        for file in open_tnef(whole[:size], LIMITS):
            assert "a.pdf b.pdf SHORT~1.PDF".find(file.filename) in (0, 6, 12)
            assert pdf().startswith(file.content) or pdf(2).startswith(file.content)


def test_a_winmail_dat_inside_a_winmail_dat_is_opened() -> None:
    apart = take_apart(mail(File(tnef(("inner.dat", tnef(("factuur.pdf", pdf())))), name="winmail.dat")))
    assert [path for path, _, code in seen(apart) if code == reasons.READABLE_FILE] == ["1.1.1"]


def test_named_and_many_valued_properties_of_winmail_dat_are_stepped_over() -> None:
    name = "x".encode("utf-16-le") + b"\0\0"
    named = struct.pack("<HH", 0x001F, 0x8001) + b"\0" * 16 + struct.pack("<II", 1, len(name)) + name
    value = struct.pack("<II", 1, 4) + b"y\0\0\0"
    many = struct.pack("<HHI", 0x1003, 0x0E00, 2) + b"\0" * 8
    html = struct.pack("<HHII", 0x0102, 0x1013, 1, 6) + b"<html>\0\0"
    data = struct.pack("<I", 3) + named + value + many + html
    stream = tnef() + struct.pack("<BII", 1, 0x00069003, len(data)) + data + b"\0\0"
    assert [file.content for file in open_tnef(stream, LIMITS)] == [b"<html>"]


def test_a_saved_outlook_mail_gives_its_text_and_its_files() -> None:
    large = pdf() * 100
    raw = mail(text(), File(outlook(("factuur.pdf", large), ("logo.png", png(9, 9)), body="Dag"), name="m.msg"))
    apart = take_apart(raw)
    assert seen(apart)[1:] == [
        ("2", "m.msg", reasons.OUTLOOK_CONTAINER),
        ("2.1", "", reasons.BODY_TEXT),
        ("2.2", "factuur.pdf", reasons.READABLE_FILE),
        ("2.3", "logo.png", reasons.DECORATION),
    ]
    assert apart.contents["2.2"] == large


def test_a_mail_attached_to_a_saved_outlook_mail_is_opened() -> None:
    inner = {
        "__substg1.0_0037001F": "Factuur".encode("utf-16-le"),
        "__attach_version1.0_#00000000": {
            "__substg1.0_37010102": pdf(),
            "__substg1.0_3704001E": b"F.PDF",
        },
    }
    outer = {"__properties_version1.0": b"\0", "__attach_version1.0_#00000000": {"__substg1.0_3701000D": inner}}
    assert seen(take_apart(mail(File(compound(outer), name="m.msg")))) == [
        ("1", "m.msg", reasons.OUTLOOK_CONTAINER),
        ("1.1", "Factuur.msg", reasons.ATTACHED_MAIL),
        ("1.1.1", "F.PDF", reasons.READABLE_FILE),
    ]


def test_an_office_file_with_a_saved_mail_inside_stays_an_office_file() -> None:
    mail_inside = {"__properties_version1.0": b"\0" * 8, "__substg1.0_0037001F": b"x\0"}
    assert detect(compound({"WordDocument": b"x", "ObjectPool": mail_inside})) is MediaType.OFFICE


def test_a_saved_outlook_mail_with_its_formatted_text_as_characters_is_read() -> None:
    tree = {"__properties_version1.0": b"\0", "__substg1.0_1013001F": "<p>é</p>".encode("utf-16-le")}
    (part,) = open_msg(compound(tree), LIMITS)
    assert (part.content, part.declared_type) == ("<p>é</p>".encode(), "text/html")


def test_a_damaged_outlook_mail_is_refused_by_name() -> None:
    whole = outlook(("factuur.pdf", pdf()))
    with pytest.raises(Shut):
        open_msg(whole[:100], LIMITS)
    for place in range(0, len(whole), 512):
        damaged = whole[:place] + b"\xee" * 512 + whole[place + 512 :]
        assert seen(take_apart(mail(File(damaged, name="m.msg"))))
    assert seen(take_apart(mail(File(whole[: len(whole) // 2], name="m.msg"))))[0][2] == reasons.BROKEN


def test_a_signed_wrapping_is_opened() -> None:
    wrapped = signed(b"Content-Type: application/pdf; name=f.pdf\r\n\r\n" + pdf())
    apart = take_apart(mail(File(wrapped, "application/pkcs7-mime", "smime.p7m")))
    assert seen(apart) == [
        ("1", "smime.p7m", reasons.SIGNED_CONTAINER),
        ("1.1", "", reasons.ATTACHED_MAIL),
        ("1.1.1", "f.pdf", reasons.READABLE_FILE),
    ]


def test_a_signed_invoice_keeps_its_name() -> None:
    apart = take_apart(mail(File(signed(ubl()), "application/octet-stream", "factuur.xml.p7m")))
    assert seen(apart)[1] == ("1.1", "factuur.xml", reasons.READABLE_FILE)


def test_a_signature_beside_what_it_signs_is_no_container() -> None:
    assert not is_signed(signed(None))
    assert not is_signed(b"0\x80")
    assert open_signed(signed(None), LIMITS) == []


def test_signed_content_in_pieces_of_unknown_length_is_joined() -> None:
    pieces = b"\x24\x80" + der(4, b"%PDF-") + der(4, b"1.4") + b"\0\0"
    data = der(6, bytes.fromhex("2a864886f70d010701"))
    inner = der(0x30, der(2, b"\1"), der(0x31), b"\x30\x80" + data + b"\xa0\x80" + pieces + b"\0\0\0\0")
    whole = b"\x30\x80" + der(6, bytes.fromhex("2a864886f70d010702")) + b"\xa0\x80" + inner + b"\0\0\0\0"
    assert open_signed(whole, LIMITS)[0].content == b"%PDF-1.4"


@pytest.mark.parametrize("deep", [b"\x30\x80" * 100_000, b"\x30\x80" * 5 + b"\x24\x80" * 100_000])
def test_signed_content_without_end_is_refused_quickly(deep: bytes) -> None:
    head = der(6, bytes.fromhex("2a864886f70d010702"))
    with pytest.raises(Shut):
        open_signed(b"\x30\x80" + head + b"\xa0\x80" + deep, LIMITS)


def test_a_pdf_that_calls_itself_signed_is_a_pdf() -> None:
    assert take_apart(mail(File(pdf(), "application/pkcs7-mime", "smime.p7m"))).parts[0].media_type is MediaType.PDF
