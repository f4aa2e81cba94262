from __future__ import annotations

import struct

import pytest
from mails_intake import (
    EXE,
    HEAD,
    HTML,
    ICS,
    RTF,
    VCARD,
    cii,
    compound,
    docx,
    enveloped,
    gif,
    jpeg,
    mail,
    outlook,
    pdf,
    png,
    signed,
    text,
    tnef,
    ubl,
    zipped,
)

from mailroom.domain.message import MediaType
from mailroom.intake.media_type import detect, is_foreign_archive

XML = b'<?xml version="1.0"?><a/>'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf(), MediaType.PDF),
        (b"\r\n\0junk of a printer" + b"x" * 900 + pdf(), MediaType.PDF),  # %PDF- within 1024 bytes
        (b"x" * 2_000 + pdf(), MediaType.TEXT),  # and not behind them
        (b"%PDF-1.7", MediaType.PDF),  # truncated at once: still a PDF, and a damaged one
        (b"We send you a file that begins with %PDF-1.4 tomorrow.", MediaType.TEXT),
        (jpeg(10, 10), MediaType.JPEG),
        (png(10, 10), MediaType.PNG),
        (gif(1, 1), MediaType.GIF),
        (b"II*\0" + b"\0" * 20, MediaType.TIFF),
        (b"MM\0*" + b"\0" * 20, MediaType.TIFF),
        (b"RIFF\x10\0\0\0WEBPVP8 ", MediaType.WEBP),
        (b"\0\0\0\x18ftypheic\0\0\0\0", MediaType.HEIC),
        (b"\0\0\0\x18ftypisom\0\0\0\0", MediaType.OTHER),  # a film
        (zipped(("a.pdf", pdf())), MediaType.ZIP),
        (docx(), MediaType.OFFICE),
        (zipped(("mimetype", b"application/vnd.oasis.opendocument.text")), MediaType.OFFICE),
        (zipped(("META-INF/MANIFEST.MF", b"")), MediaType.EXECUTABLE),  # a Java archive
        (compound({"WordDocument": b"x"}), MediaType.OFFICE),
        (RTF, MediaType.OFFICE),
        (outlook(), MediaType.MESSAGE),
        (tnef(), MediaType.TNEF),
        (EXE, MediaType.EXECUTABLE),
        (b"\x7fELF\2\1\1", MediaType.EXECUTABLE),
        (b"#!/bin/sh\nrm -rf /\n", MediaType.EXECUTABLE),
        (b"MZ Holding N.V., factuur, in afwachting van de levering van de goederen die wij bestelden", MediaType.TEXT),
        (signed(b"x"), MediaType.SIGNATURE),
        (enveloped(), MediaType.SIGNATURE),
        (ICS, MediaType.CALENDAR),
        (VCARD, MediaType.VCARD),
        (ubl(), MediaType.XML),
        (cii(), MediaType.XML),  # without a declaration
        (b"\xef\xbb\xbf \r\n" + XML, MediaType.XML),
        (XML.decode().encode("utf-16"), MediaType.XML),
        (XML.decode().encode("utf-16-be"), MediaType.XML),  # without a byte order mark
        (b"\xff\xfe" + "\n <Invoice xmlns='x'/>".encode("utf-16-le"), MediaType.XML),
        (b"<!-- made by us --><Invoice xmlns='urn:x'></Invoice>", MediaType.XML),
        (b'<!DOCTYPE Invoice [<!ENTITY a "b">]><Invoice>&a;</Invoice>', MediaType.XML),
        (HTML, MediaType.HTML),
        (b"<!DOCTYPE html><p>x", MediaType.HTML),
        (b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="x"/>', MediaType.HTML),
        (b"<jan@example.com> wrote:\n> hello", MediaType.TEXT),
        (mail(text()), MediaType.MESSAGE),
        (b"From jan Fri Nov 20 09:30:00 2026\n" + mail(text()), MediaType.MESSAGE),  # out of a mailbox file
        (HEAD + b"Content-Type: application/pdf\r\n\r\n" + pdf(), MediaType.MESSAGE),  # not a PDF behind junk
        (b"Note: call Jan\nTo: do\n", MediaType.TEXT),
        (b"Beste klant,\nde factuur", MediaType.TEXT),
        ("Société".encode("latin-1"), MediaType.TEXT),
        ("Société".encode("utf-16"), MediaType.TEXT),
        (b"", MediaType.EMPTY),
        (b" \r\n\0\0", MediaType.EMPTY),
        (bytes(range(256)), MediaType.OTHER),
    ],
)
def test_a_file_is_known_by_its_content(content: bytes, expected: MediaType) -> None:
    assert detect(content) is expected


@pytest.mark.parametrize("name", ["factuur.exe", "factuur.txt", "", "factuur.pdf.js"])
def test_neither_name_nor_declared_type_can_hide_a_pdf(name: str) -> None:
    assert detect(pdf(), name, "application/octet-stream") is MediaType.PDF


@pytest.mark.parametrize("name", ["factuur.js", "factuur.pdf.vbs", "start.bat", "klik.hta"])
def test_a_text_with_the_name_of_a_script_is_a_script(name: str) -> None:
    assert detect(b"var a = new ActiveXObject('WScript.Shell')", name, "text/plain") is MediaType.EXECUTABLE


def test_a_program_stays_a_program_whatever_it_is_called() -> None:
    assert detect(EXE, "factuur.pdf", "application/pdf") is MediaType.EXECUTABLE


def test_one_header_field_is_enough_for_a_mail_that_is_called_one() -> None:
    assert detect(b"Subject: x\r\n\r\nhello", "mail.eml") is MediaType.MESSAGE
    assert detect(b"Subject: x\r\n\r\nhello", "mail.txt") is MediaType.TEXT


@pytest.mark.parametrize("content", [b"Rar!\x1a\x07\0", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08"])
def test_archives_that_are_not_opened_are_known_by_name(content: bytes) -> None:
    assert is_foreign_archive(content, "")
    assert is_foreign_archive(b"", "facturen.iso")
    assert not is_foreign_archive(zipped(), "facturen.zip")


@pytest.mark.parametrize("size", [1, 3, 12, 21, 60])
def test_a_truncated_start_of_any_kind_is_looked_at_without_a_fall(size: int) -> None:
    for content in (pdf(), jpeg(9, 9), png(9, 9), docx(), outlook(), tnef(), EXE, ubl(), signed(b"x"), mail(text())):
        detect(content[:size])
    detect(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 9, 9, 99, 99, 0))
