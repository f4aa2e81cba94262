from __future__ import annotations

import pytest
from mails_intake import HEAD, PDF, File, attached_mail, locked_zip, mail, pdf, text, zipped

from mailroom.domain.message import MediaType, Verdict
from mailroom.intake import IntakeLimits, TakenApart, reasons, sort_parts, take_apart


def codes(apart: TakenApart) -> list[str]:
    return [verdict.reason.code for verdict in sort_parts(apart)]


def test_a_mail_over_the_limit_is_one_refused_part() -> None:
    apart = take_apart(mail(text(), File(pdf())), IntakeLimits(max_message_bytes=100))
    assert codes(apart) == [reasons.TOO_LARGE]
    assert apart.header.subject == "Factuur 2026-0042"


@pytest.mark.parametrize(("limit", "found"), [(3, [reasons.READABLE_FILE] + [reasons.SAME_BYTES] * 2), (2, None)])
def test_parts_over_the_limit_are_named_and_refused(limit: int, found: list[str] | None) -> None:
    apart = take_apart(mail(*[File(pdf())] * 3), IntakeLimits(max_parts=limit))
    assert codes(apart) == (found or [reasons.READABLE_FILE, reasons.SAME_BYTES, reasons.TOO_MANY_PARTS])
    if found is None:
        assert apart.contents["3"] == b""
        assert apart.parts[2].size > 0


def test_what_is_behind_the_last_named_part_is_one_part() -> None:
    apart = take_apart(mail(*[File(pdf())] * 9), IntakeLimits(max_parts=1, max_named_parts=3))
    assert [part.path for part in apart.parts] == ["1", "2", "3", "4"]
    assert apart.parts[3].size > apart.parts[2].size * 5


@pytest.mark.parametrize("encoding", ["", "base64"])
def test_mails_inside_each_other_are_opened_to_the_limit_and_not_further(encoding: str) -> None:
    raw = mail(text(), File(pdf()))
    for _ in range(6):
        raw = mail(attached_mail(raw, encoding=encoding), text())
    for depth in (3, 40):
        apart = take_apart(raw, IntakeLimits(max_depth=depth))
        assert (reasons.TOO_DEEP in codes(apart)) == (depth == 3)
        assert any(part.media_type is MediaType.PDF for part in apart.parts) == (depth == 40)


@pytest.mark.parametrize("depth", [500, 5_000])
def test_five_thousand_levels_are_survived(depth: int) -> None:
    levels = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    assert codes(take_apart(HEAD + b"".join(levels) + b"\nhi")) == [reasons.TOO_DEEP]
    mails = b"From: a@b.example\nContent-Type: message/rfc822\n\n" * depth + b"From: a@b.example\n\nhi"
    assert codes(take_apart(mails))[-1] == reasons.TOO_DEEP


def test_a_mail_that_holds_itself_many_times_is_bounded_by_its_opened_bytes() -> None:
    raw = mail(text("x" * 50_000))
    for _ in range(5):
        raw = mail(attached_mail(raw, encoding="base64"), attached_mail(raw, encoding="base64"))
    apart = take_apart(raw, IntakeLimits(max_opened_bytes=2 * len(raw)))
    assert reasons.TOO_LARGE in codes(apart)
    assert sum(map(len, apart.contents.values())) <= 2 * len(raw)


@pytest.mark.parametrize(
    "header",
    [
        b"".join(b"X-Header-%d: value\r\n" % n for n in range(100_000)),
        b"X-Long: " + b"x" * 8_000_000 + b"\r\n",
        b"X-Folded:" + b"\r\n x" * 1_000_000 + b"\r\n",
        b"Subject: " + b"=?utf-8?b?w6k=?= " * 250_000 + b"\r\n",
        b"To: " + b"(" * 1_000_000 + b"\r\n",
        b"From: " + b"<" * 1_000_000 + b"\r\n",
        b"".join(b"From: <a%d@b.example>\r\n" % n for n in range(50_000)),
    ],
    ids=["100000 fields", "8 MB line", "4 MB folded", "4 MB encoded words", "comments", "brackets", "senders"],
)
@pytest.mark.timeout(20)
def test_a_monstrous_header_is_cut_and_the_mail_still_read(header: bytes) -> None:
    apart = take_apart(HEAD + header + b"\r\n" + PDF)
    assert reasons.HEADER_CUT in {reason.code for reason in apart.problems}
    assert apart.header.subject == "Factuur 2026-0042"
    assert sum(map(len, apart.contents.values())) <= len(PDF) + len(header)


@pytest.mark.timeout(30)
def test_ten_thousand_parts_each_have_a_verdict() -> None:
    raw = mail(*[File(pdf(), "application/pdf", encoding="7bit")] * 10_000)
    verdicts = sort_parts(take_apart(raw))
    assert len(verdicts) == 10_000
    assert sum(verdict.verdict is Verdict.REFUSED for verdict in verdicts) == 9_000


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * 4_000_000,
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x \xff\n" * 500_000,
        b"Content-Type: multipart/mixed\n\n" + b"--x\n" * 500_000,
        b"Content-Type: text/html\n\n<" + b"<!-- " * 500_000,
        b"Content-Type: text/html\n\n" + b"<img src=cid:a@b>" * 300_000,
        b"From: a@b.example\n\n" + b"begin 644 x\nM\n" * 300_000,
        b"Content-Type: text/xml\n\n<Invoice>" + b"<a>" * 500_000,
        b"Content-Transfer-Encoding: base64\n\n" + b"QUJD=\n!\n" * 300_000,
        b"Content-Transfer-Encoding: base64\n\n" + b"= " * 1_500_000,
        b"\n".join([b"Content-Type: application/pdf; " + b'n*0*="x\\";' * 800 + b"\n", PDF]),
    ],
)
@pytest.mark.timeout(20)
def test_mails_made_to_be_slow_are_not(raw: bytes) -> None:
    apart = take_apart(raw)
    assert len(sort_parts(apart)) == len(apart.parts)


@pytest.mark.parametrize(
    ("archive", "code"),
    [
        (zipped(("zeros", b"\0" * 50_000_000)), reasons.ARCHIVE_BOMB),
        (zipped(*[(str(n), b"") for n in range(501)]), reasons.ARCHIVE_BOMB),
        (zipped(*[(str(n), b"") for n in range(3_000)]), reasons.ARCHIVE_BOMB),
        (locked_zip(), reasons.PASSWORD_MISSING),
        (zipped(("a.pdf", pdf()))[:-30], reasons.BROKEN),
        (b"PK\x03\x04" + b"\xff" * 100, reasons.BROKEN),
    ],
    ids=["bomb", "501 files", "3000 files", "password", "truncated", "garbage"],
)
def test_an_archive_that_cannot_be_opened_says_why_and_keeps_its_bytes(archive: bytes, code: str) -> None:
    apart = take_apart(mail(text(), File(archive, name="facturen.zip")))
    assert codes(apart) == [reasons.BODY_TEXT, code]
    assert apart.contents["2"] == archive


def test_archives_inside_each_other_are_opened_to_the_limit() -> None:
    archive = zipped(("factuur.pdf", pdf()))
    for _ in range(45):
        archive = zipped(("more.zip", archive))
    assert codes(take_apart(mail(text(), File(archive))))[-1] == reasons.TOO_DEEP
