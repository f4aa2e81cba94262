"""What a client sends after DATA, cut anywhere."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.errors import RoutingLoop
from mailroom.gateways.data import DataReader, Flaw
from mailroom.gateways.loops import is_loop, refuse_loop


def read(sent: bytes, cuts: list[int], *, max_bytes: int = 10_000, max_line: int = 1_000) -> tuple[DataReader, bytes]:
    reader = DataReader(max_bytes=max_bytes, max_line_bytes=max_line, mark="import.example")
    content = b""
    edges = [0, *sorted(cut % (len(sent) + 1) for cut in cuts), len(sent)]
    for start, end in itertools.pairwise(edges):
        if reader.ended:
            reader.rest += sent[start:end]
        else:
            content += reader.feed(sent[start:end])
    return reader, content


def stuff(lines: list[bytes]) -> bytes:
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines) + b".\r\n"


LINES = st.lists(st.sampled_from([b"", b".", b"..", b". .", b"x", b"abc.", b"a" * 70, b".\x80\xff"]), max_size=12)
CUTS = st.lists(st.integers(0, 500), max_size=20)


@given(LINES, CUTS)
def test_a_message_comes_out_as_it_was_before_its_dots_were_doubled(lines: list[bytes], cuts: list[int]) -> None:
    reader, content = read(stuff(lines) + b"QUIT\r\n", cuts)
    assert reader.ended
    assert reader.flaw is None
    assert content == b"".join(line + b"\r\n" for line in lines)
    assert reader.size == len(content)
    assert reader.rest == b"QUIT\r\n"


@given(LINES)
def test_byte_by_byte_is_the_same(lines: list[bytes]) -> None:
    sent = stuff(lines)
    reader, content = read(sent, list(range(len(sent))))
    assert reader.ended
    assert content == b"".join(line + b"\r\n" for line in lines)


@pytest.mark.parametrize(
    "inside",
    [
        b"\n.\r\n",
        b"\r\n.\n",
        b"\n.\n",
        b"\r.\r",
        b"\r\n.\r",
        b"a\nb",
        b"a\rb",
        b"\r\r\n",
        b"\n",
        b"\r",
        b"\n\r\n.\r",
        b"\r\n\r.\r\n",
    ],
)
@given(cuts=CUTS)
def test_smuggling_is_a_flaw_and_ends_nothing_early(inside: bytes, cuts: list[int]) -> None:
    reader, _ = read(b"Subject: a\r\n\r\nbody" + inside + b"MAIL FROM:<x@y>\r\nmore\r\n.\r\nQUIT\r\n", cuts)
    assert reader.flaw is Flaw.BARE_NEWLINE
    assert reader.ended
    assert reader.rest == b"QUIT\r\n"


@given(cuts=CUTS)
def test_nul_is_a_flaw(cuts: list[int]) -> None:
    reader, _ = read(b"a\0b\r\n.\r\n", cuts)
    assert reader.flaw is Flaw.NUL


@pytest.mark.parametrize(
    ("length", "flaw"),
    [(998, None), (999, Flaw.LINE_TOO_LONG), (3_000, Flaw.LINE_TOO_LONG)],
    ids=["998 and CRLF are 1000", "one more", "many more"],
)
@given(cuts=st.lists(st.integers(0, 5_000), max_size=6), before=st.integers(0, 30))
def test_the_longest_line_counts_with_its_end(length: int, flaw: Flaw | None, cuts: list[int], before: int) -> None:
    reader, _ = read(b"short\r\n" * before + b"x" * length + b"\r\nshort\r\n" * 3 + b".\r\n", cuts)
    assert reader.ended
    assert reader.flaw is flaw


@pytest.mark.parametrize(("size", "flaw"), [(100, None), (101, Flaw.TOO_LARGE)], ids=["the limit", "one more"])
@given(cuts=CUTS)
def test_size_counts_the_bytes_of_the_message(size: int, flaw: Flaw | None, cuts: list[int]) -> None:
    reader, content = read(b"x" * (size - 2) + b"\r\n.\r\n", cuts, max_bytes=100)
    assert reader.flaw is flaw
    assert reader.ended
    assert reader.size == size or flaw
    assert len(content) <= 100


def test_after_a_flaw_nothing_more_is_kept() -> None:
    reader = DataReader(max_bytes=10, max_line_bytes=1_000)
    assert reader.feed(b"x" * 50) == b""
    assert reader.feed(b"y" * 50) == b""
    assert not reader.ended
    assert reader.feed(b"\r\n.\r\n") == b""
    assert reader.ended


@pytest.mark.parametrize(("hops", "flaw"), [(50, None), (51, Flaw.LOOP)], ids=["the limit", "one more"])
@given(cuts=CUTS)
def test_a_mail_that_passed_too_many_servers_loops(hops: int, flaw: Flaw | None, cuts: list[int]) -> None:
    header = b"Subject: x\r\n" + b"RECEIVED: from a\r\n\tby b\r\n" * hops
    body = b"\r\n" + b"Received: quoted\r\n" * 80
    reader, _ = read(header + body + b".\r\n", cuts)
    assert reader.ended
    assert reader.flaw is flaw


@pytest.mark.parametrize("mail", [b"\r\nReceived: x\r\n" + b"Received: x\r\n" * 99, b"no header\r\n"])
@given(cuts=CUTS)
def test_a_body_without_header_does_not_loop(mail: bytes, cuts: list[int]) -> None:
    reader, content = read(mail + b".\r\n", cuts)
    assert reader.flaw is None
    assert content == mail


OURS = b"From: a@b.example\r\nx-mailroom-loop:\r\n Import.Example\r\nSubject: x\r\n"


@given(cuts=CUTS)
def test_a_mail_of_our_own_that_comes_back_loops(cuts: list[int]) -> None:
    reader, _ = read(OURS + b"\r\nbody\r\n.\r\n", cuts)
    assert reader.flaw is Flaw.LOOP


@pytest.mark.parametrize(
    "mail",
    [
        b"X-Mailroom-Loop: import.elsewhere.example\r\n\r\nfrom another mailroom\r\n",
        b"X-Mailroom-Loop: import.example.com\r\n\r\nits name begins like ours\r\n",
        b"Subject: X-Mailroom-Loop: import.example\r\n\r\nspoken of only\r\n",
        b"Subject: forwarded\r\n\r\nX-Mailroom-Loop: import.example\r\n",
        b"\r\nX-Mailroom-Loop: import.example\r\n",
    ],
)
@given(cuts=CUTS)
def test_another_s_mark_and_one_in_the_body_are_no_loop(mail: bytes, cuts: list[int]) -> None:
    reader, content = read(mail + b".\r\n", cuts)
    assert (reader.flaw, content) == (None, mail)
    refuse_loop(mail, "import.example")


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
def test_a_whole_mail_is_looked_at_in_the_same_way(newline: bytes) -> None:
    for mail in (OURS + b"\r\nbody\r\n", b"Received: x\r\n" * 51 + b"\r\nbody\r\n"):
        with pytest.raises(RoutingLoop):
            refuse_loop(mail.replace(b"\r\n", newline), "import.example")
    refuse_loop((b"Received: x\r\n" * 50 + b"\r\n" + OURS).replace(b"\r\n", newline), "import.example")
    assert not is_loop(OURS, "")
