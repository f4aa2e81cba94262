"""The invariant: parts in = verdicts out, for any bytes whatever."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locked_intake import enveloped_for, identity, pdf_with_files, zip_with_aes, zip_with_password
from mails_intake import (
    File,
    attached_mail,
    cid,
    cii,
    docx,
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
from odd_mails import ODD
from papers_reading import encrypted_pdf

from mailroom.domain.message import Verdict
from mailroom.intake import IntakeLimits, Keys, TakenApart, reasons, sort_parts, take_apart, with_page

UNOPENED = {reasons.TOO_DEEP, reasons.TOO_LARGE, reasons.TOO_MANY_PARTS}
KINDS = [
    text(),
    html("<p><img src='cid:a@b'></p>"),
    File(pdf(), "application/pdf", "factuur.pdf"),
    File(pdf(2), "", "", "inline"),
    File(png(60, 40), "image/png", "logo.png", "inline", cid("a@b")),
    File(jpeg(900, 1_600, camera=True, size=900), "image/jpeg", "bon.jpg"),
    File(ubl(), "application/xml", "factuur.xml"),
    File(zipped(("a.pdf", pdf(3)), ("b/c.docx", docx())), "application/zip", "a.zip"),
    File(locked_zip(), "application/zip", "b.zip"),
    File(tnef(("d.pdf", pdf(4))), "application/ms-tnef", "winmail.dat"),
    File(outlook(("e.pdf", pdf(5))), "application/vnd.ms-outlook", "m.msg"),
    File(signed(ubl()), "application/pkcs7-mime", "x.xml.p7m"),
    File(b"begin 644 a.txt\n#0V%T\n`\nend\n", "text/plain", "", ""),
    File(b"", "application/pdf", "leeg.pdf"),
    File(pdf_with_files(("factur-x.xml", cii()), ("b.pdf", pdf(6))), "application/pdf", "drager.pdf"),
    File(pdf_with_files(("c.pdf", pdf(7)), ("d.xml", ubl("9")), portfolio=True), "application/pdf", "map.pdf"),
    File(encrypted_pdf([("Rechnung", 72.0, 700.0)], "sleutel"), "application/pdf", "slot.pdf"),
    File(zip_with_aes("sleutel", ("g.pdf", pdf(8))), "application/zip", "aes.zip"),
    File(zip_with_password("sleutel", ("h.pdf", pdf(9))), "application/zip", "oud.zip"),
    File(enveloped_for(identity(), mail(text(), File(pdf(10)))), "application/pkcs7-mime", "smime.p7m"),
    html("<p>Factuurnummer: 2026-11</p><p>Btw 21% € 4,20</p><p>Totaal € 24,20</p>"),
]
KEYS = st.sampled_from([Keys(), Keys(passwords=("sleutel",)), Keys(passwords=("x",), identities=(identity(),))])
WHOLE = [mail(*KINDS), mail(attached_mail(mail(*KINDS)), attached_mail(mail(*KINDS), encoding="base64"))]


def check(apart: TakenApart) -> None:
    """Hold the balance: one verdict a part, every byte kept or refused by name."""
    paths = [part.path for part in apart.parts]
    verdicts = sort_parts(apart)
    assert [verdict.path for verdict in verdicts] == paths
    assert len(set(paths)) == len(paths) > 0
    assert set(apart.contents) == set(paths)
    assert set(apart.looks) <= set(paths)
    for part, verdict in zip(apart.parts, verdicts, strict=True):
        content = apart.contents[part.path]
        if content or (verdict.verdict is not Verdict.CONTAINER and verdict.reason.code not in UNOPENED):
            assert (part.size, part.sha256) == (len(content), sha256(content).hexdigest())
        assert verdict.reason.code in reasons.MEANINGS
        assert verdict.related_path is None or verdict.related_path in paths
        part.model_dump_json()


@given(st.binary(max_size=500))
@settings(deadline=None)
def test_any_bytes_balance(raw: bytes) -> None:
    check(take_apart(raw))


@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6), st.randoms(use_true_random=False), KEYS)
@settings(max_examples=60, deadline=None)
def test_any_mixture_of_parts_balances(files: list[File], chance: random.Random, keys: Keys) -> None:
    parts: list[File | bytes] = list(files)
    for _ in range(chance.randrange(3)):
        kind = chance.choice(["mixed", "related", "alternative", "signed", "report"])
        parts = [multipart(*parts, kind=kind), chance.choice(KINDS)]
        if chance.random() < 0.4:
            parts = [attached_mail(mail(*parts), encoding=chance.choice(["", "base64"]))]
    apart = take_apart(mail(*parts), keys=keys)
    check(apart)
    if apart.body is not None:
        check(with_page(apart, b"%PDF of the text", "mail.pdf"))


@given(st.sampled_from(WHOLE), st.integers(0, 100_000), st.data())
@settings(max_examples=150, deadline=None)
def test_truncated_and_damaged_mails_balance(whole: bytes, size: int, data: st.DataObject) -> None:
    raw = bytearray(whole[: size % len(whole)] if data.draw(st.booleans()) else whole)
    for _ in range(data.draw(st.integers(0, 8))):
        if raw:
            place = data.draw(st.integers(0, len(raw) - 1))
            raw[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    check(take_apart(bytes(raw)))


@given(st.sampled_from(WHOLE), st.integers(1, 12), st.integers(0, 6), st.integers(1, 30_000), KEYS)
@settings(max_examples=60, deadline=None)
def test_mails_balance_within_any_limits(whole: bytes, parts: int, depth: int, opened: int, keys: Keys) -> None:
    limits = IntakeLimits(
        max_parts=parts,
        max_named_parts=parts * 2,
        max_depth=depth or 1,
        max_opened_bytes=opened,
        max_archive_files=parts,
    )
    check(take_apart(whole, limits, keys))


@given(
    st.sampled_from([file.content for file in KINDS if file.content and not file.type.startswith("text/")]),
    st.data(),
)
@settings(max_examples=150, deadline=None)
def test_damaged_containers_balance(container: bytes, data: st.DataObject) -> None:
    raw = bytearray(container)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] = data.draw(st.integers(0, 255))
    check(take_apart(mail(File(bytes(raw))), keys=Keys(passwords=("sleutel",), identities=(identity(),))))


@pytest.mark.parametrize("name", ODD)
def test_every_odd_mail_balances(name: str) -> None:
    check(take_apart(ODD[name]))


def test_there_are_odd_mails_enough() -> None:
    assert len(ODD) >= 150


def test_the_same_bytes_give_the_same_outcome() -> None:
    for raw in WHOLE:
        assert take_apart(raw) == take_apart(raw)
