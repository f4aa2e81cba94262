"""Rich text bodies: the examples of MS-OXRTFCP, HTML hidden in RTF, and mails whose only text is RTF."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mails_intake import File, compound, mail, pdf, text, tnef

from mailroom.domain.message import MediaType
from mailroom.intake import take_apart
from mailroom.intake.rtf import decompressed, text_of_rtf

HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
HIDDEN = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \fbidi {\fonttbl{\f0\fswiss Arial;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 "
    rb"Totaal \'80 12,50{\*\htmltag72 </p>}\htmlrtf }\htmlrtf0 \par}"
)


def stored(rtf: bytes) -> bytes:
    """Return RTF as the property keeps it without compression."""
    return struct.pack("<III", len(rtf) + 12, len(rtf), 0x414C454D) + b"\0\0\0\0" + rtf


def tnef_with_rtf(rtf: bytes) -> bytes:
    compressed = stored(rtf)
    listed = struct.pack("<IHHII", 1, 0x0102, 0x1009, 1, len(compressed)) + compressed + b"\0" * (-len(compressed) % 4)
    head, attribute = tnef(), struct.pack("<BII", 1, 0x00069003, len(listed))
    return head + attribute + listed + struct.pack("<H", sum(listed) & 0xFFFF) + tnef(("f.pdf", pdf()))[len(head) :]


def test_the_examples_of_the_specification() -> None:
    assert decompressed(HELLO) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert decompressed(CROSSING) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert text_of_rtf(decompressed(HELLO)) == ("hello world", False)


def test_html_that_rtf_hides_is_taken_out() -> None:
    text, is_html = text_of_rtf(HIDDEN)
    assert is_html
    assert text.strip() == "<p>Totaal € 12,50</p>"


@pytest.mark.parametrize(
    ("rtf", "words"),
    [
        (rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}Beste\par klant \'e9}", "Beste\nklant é"),
        (rb"{\rtf1\uc1 \u8364?12}", "€12"),
        (rb"{\rtf1{\*\generator Riched20;}a\{b\}\\c}", "a{b}\\c"),
        (rb"{\rtf1{\pict 00ff}x}", "x"),
        (rb"}}}{{{\rtf1 \ansicpg99999 y\'ff", "yÿ"),
    ],
)
def test_words_come_out_and_the_rest_is_dropped(rtf: bytes, words: str) -> None:
    assert text_of_rtf(rtf)[0] == words


def test_a_winmail_dat_with_rich_text_only_has_a_body() -> None:
    raw = mail(text(), File(tnef_with_rtf(HIDDEN), "application/ms-tnef", "winmail.dat"))
    apart = take_apart(raw)
    assert [(part.path, part.media_type, part.is_body) for part in apart.parts] == [
        ("1", MediaType.TEXT, True),
        ("2", MediaType.TNEF, False),
        ("2.1", MediaType.HTML, True),
        ("2.2", MediaType.PDF, False),
    ]
    assert "Totaal" in apart.contents["2.1"].decode()


def test_a_saved_mail_with_rich_text_only_has_a_body() -> None:
    tree = {"__properties_version1.0": b"\0" * 32, "__substg1.0_10090102": HELLO}
    apart = take_apart(mail(text(), File(compound(tree), name="m.msg")))
    assert apart.contents["2.1"] == b"hello world"


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_give_some_text(data: bytes) -> None:
    text_of_rtf(decompressed(HELLO[:16] + data))
    text_of_rtf(data)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("rtf", [b"{" * 2_000_000, b"\\u1?" * 500_000, b"\\'ff" * 500_000, b"{\\*\\x" * 400_000])
def test_rich_text_made_to_be_slow_is_not(rtf: bytes) -> None:
    text_of_rtf(rtf)
