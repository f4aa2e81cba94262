from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.intake.names import clean_filename, clean_line, decode_words, ending, from_bytes, stem
from mailroom.intake.parameters import read_parameters


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("factuur.pdf", "factuur.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\factuur.pdf", "factuur.pdf"),
        ("C:\\Users\\jan\\factuur.pdf", "factuur.pdf"),
        ("/factuur.pdf", "factuur.pdf"),
        ("Factuur 2026/123.pdf", "Factuur 2026_123.pdf"),  # the slash of an invoice number
        ("..", ""),
        ("", ""),
        ("a\0b\r\nc.pdf", "a b c.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),  # right-to-left override
        ("🧾 bon.jpg", "🧾 bon.jpg"),
        ("cafe\u0301.pdf", "café.pdf"),
        ('"factuur.pdf"', "factuur.pdf"),
        ("\udce9.pdf", ".pdf"),
    ],
)
def test_a_file_name_is_made_harmless(raw: str, clean: str) -> None:
    assert clean_filename(raw) == clean


def test_a_long_name_keeps_its_ending() -> None:
    name = clean_filename("x" * 900 + ".pdf")
    assert len(name) == 160
    assert name.endswith(".pdf")


@given(st.text(max_size=400))
@settings(deadline=None)
def test_no_name_holds_a_folder_or_a_control_character(text: str) -> None:
    name = clean_filename(text)
    assert not set(name) & set("/\\\0\r\n\u202e")
    assert name not in (".", "..")
    name.encode("utf-8")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("=?utf-8?q?Factuur_nr=2E_1?=", "Factuur nr. 1"),
        ("=?UTF-8?B?RmFjdHV1cg==?= =?UTF-8?B?IDE=?=", "Factuur 1"),
        ("=?utf-8?q?Caf=C3?= =?utf-8?q?=A9?=", "Café"),  # a character split over two words
        ("=?iso-8859-1?q?fa=E7ade?= and =?utf-8?q?=C3=A9?=", "façade and é"),
        ("Re: =?utf-8?b?w6k?= x", "Re: é x"),  # no padding
        ("=?no-such-charset?q?=E9?=", "é"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_encoded_words_are_decoded_as_people_wrote_them(raw: str, words: str) -> None:
    assert decode_words(raw) == words


@given(st.text(max_size=300))
@settings(deadline=None)
def test_decoding_words_never_fails(text: str) -> None:
    assert isinstance(decode_words(text), str)


@pytest.mark.parametrize("charset", ["", "utf-8", "rot13", "base64", "\0", "undefined", "idna", "x" * 300])
def test_raw_bytes_become_text_whatever_the_charset_says(charset: str) -> None:
    assert from_bytes("é".encode(), charset) == "é"
    assert from_bytes(b"\xe9\x81", charset)


def test_raw_eight_bit_bytes_are_read_as_windows_does() -> None:
    assert from_bytes(b"10 \x80") == "10 €"


def test_a_line_is_one_line() -> None:
    assert clean_line("a\r\nBcc: x\u2028y", 100) == "a Bcc: x y"
    assert len(clean_line("é" * 900, 50)) == 50


def test_stem_and_ending_are_lower_case() -> None:
    assert (stem("Factuur.2026.PDF"), ending("Factuur.2026.PDF")) == ("factuur.2026", "pdf")
    assert (stem("README"), ending("README"), ending(".pdf")) == ("readme", "", "")


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ('attachment; filename="a b.pdf"', "a b.pdf"),
        ("attachment; filename=a b.pdf; size=3", "a b.pdf"),
        ('attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'),
        ('attachment; filename="a;b.pdf"', "a;b.pdf"),
        ('attachment; filename="lost quote.pdf', "lost quote.pdf"),
        ("attachment; FILENAME*=utf-8''caf%C3%A9.pdf", "café.pdf"),
        ("attachment; filename*=iso-8859-1'fr'caf%E9.pdf", "café.pdf"),
        ("attachment; filename*1*=%A9.pdf; filename*0*=utf-8''caf%C3", "café.pdf"),
        ('attachment; filename*0="fac"; filename*1="tuur.pdf"', "factuur.pdf"),
        ("attachment; filename=old.pdf; filename*=utf-8''new.pdf", "new.pdf"),
        ("attachment; filename*=broken.pdf", "broken.pdf"),
        ("attachment; filename*x*=a; filename=b.pdf", "b.pdf"),
        ("attachment;filename=a.pdf;filename=b.pdf", "a.pdf"),
        ("attachment; filename=", ""),
    ],
)
def test_a_name_is_found_however_it_is_written(field: str, name: str) -> None:
    assert read_parameters(field).get("filename", "") == name


@given(st.text(max_size=300))
@settings(deadline=None)
def test_reading_parameters_never_fails(text: str) -> None:
    assert isinstance(read_parameters("x;" + text), dict)
