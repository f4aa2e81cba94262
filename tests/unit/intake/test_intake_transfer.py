from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mails_intake import pdf

from mailroom.intake import reasons
from mailroom.intake.transfer import decode, encoded_files

LONG = pdf("x" * 200)
LINES = base64.encodebytes(LONG)


def uu(content: bytes, name: str = "factuur.pdf") -> bytes:
    lines = b"".join(binascii.b2a_uu(content[i : i + 45]) for i in range(0, len(content), 45))
    return f"begin 644 {name}\n".encode() + lines + b"`\nend\n"


@given(st.binary(max_size=2_000))
@settings(deadline=None)
def test_whatever_was_encoded_comes_back(content: bytes) -> None:
    assert decode(base64.encodebytes(content), "base64").content == content
    assert decode(base64.b64encode(content), "BASE64").content == content


@given(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "", "x-unknown"]))
@settings(deadline=None)
def test_any_bytes_in_any_encoding_are_survived(content: bytes, encoding: str) -> None:
    assert isinstance(decode(content, encoding).content, bytes)


def test_missing_padding_is_supplied() -> None:
    for size in range(1, 7):
        raw = base64.b64encode(LONG[:size]).rstrip(b"=")
        assert decode(raw, "base64").content == LONG[:size]


def test_a_footer_behind_base64_does_not_get_into_the_file() -> None:
    footer = b"_______________________\nThis mail was scanned by antivirus\nhttp://example.com/\n"
    found = decode(LINES + b"\n" + footer, "base64")
    assert found.content == LONG
    assert found.problem == reasons.TRANSFER_ENCODING


def test_a_footer_behind_base64_without_padding_does_not_get_into_the_file() -> None:
    content = LONG[: len(LONG) // 3 * 3 - 1]  # its base64 would end in one sign of padding
    raw = base64.encodebytes(content).replace(b"=", b"")
    assert decode(raw + b"-- \nsent from my phone\n", "base64").content == content


def test_base64_that_was_glued_together_is_decoded_piece_by_piece() -> None:
    first, second = LONG[:100], LONG[100:]
    assert len(first) % 3  # so that padding stands in the middle
    assert decode(base64.encodebytes(first) + base64.encodebytes(second), "base64").content == LONG


@pytest.mark.parametrize("encoding", ["base64", "Base64 ", '"base64"', "base64; x", "base64 (rfc2045)", "base-64"])
def test_the_encoding_is_known_however_it_is_written(encoding: str) -> None:
    assert decode(LINES, encoding).content == LONG


@pytest.mark.parametrize("encoding", ["", "7bit", "8-bit", "x-unknown", "text/html"])
def test_base64_is_seen_where_the_encoding_is_missing_or_wrong(encoding: str) -> None:
    found = decode(LINES, encoding)
    assert (found.content, found.problem) == (LONG, reasons.TRANSFER_ENCODING)


def test_a_raw_file_that_calls_itself_base64_is_left_as_it_is() -> None:
    assert decode(LONG, "base64").content == LONG


def test_an_unknown_encoding_leaves_the_bytes_and_says_so() -> None:
    assert decode(b"hello", "x-token") == (b"hello", reasons.TRANSFER_ENCODING)


def test_text_that_is_no_base64_at_all_is_kept() -> None:
    assert decode("¡¿?!".encode(), "base64").content == "¡¿?!".encode()


def test_quoted_printable_is_decoded() -> None:
    assert decode(b"Caf=C3=A9 =\r\nnoir", "quoted-printable").content == "Café noir".encode()


def test_uuencode_is_decoded_as_an_encoding_and_out_of_a_text() -> None:
    assert decode(uu(LONG), "x-uuencode").content == LONG
    words = b"Dear customer,\n\n" + uu(LONG) + b"\nand\n" + uu(b"second", "b.txt") + b"Regards\n"
    assert encoded_files(words) == [(b"factuur.pdf", LONG), (b"b.txt", b"second")]


def test_uuencode_survives_carriage_returns_and_lost_blanks() -> None:
    raw = uu(b"\0" * 100).replace(b"`", b" ")
    stripped = b"\r\n".join(line.rstrip(b" ") or b" " for line in raw.split(b"\n"))
    assert encoded_files(stripped)[0].content == b"\0" * 100


def test_a_sentence_that_begins_with_begin_is_no_file() -> None:
    assert encoded_files(b"begin 644 things\nand then the end\nend\n") == []


def test_base64_between_begin_and_end_is_decoded_too() -> None:
    assert encoded_files(b"begin-base64 644 f.pdf\n" + LINES + b"====\n") == [(b"f.pdf", LONG)]


def test_uuencoded_files_are_counted() -> None:
    assert len(encoded_files(uu(b"x") * 150)) == 100
