"""Locked files, portfolios and PDFs that carry files: opened with the keys of the account, or waiting for one."""

from __future__ import annotations

import pytest
from locked_intake import enveloped_for, identity, members, pdf_with_files, zip_with_aes, zip_with_password
from mails_intake import File, cii, docx, entity, enveloped, mail, pdf, text, ubl, zipped
from papers_reading import encrypted_pdf

from mailroom.domain.message import Verdict
from mailroom.intake import Keys, TakenApart, sort_parts, spellings, take_apart

WORDS = ("Factuur", 72.0, 700.0)
KEYS = Keys(passwords=("klant 7", "BE0662918487"))


def seen(apart: TakenApart) -> list[tuple[str, str, str, str]]:
    return [
        (part.path, part.filename, verdict.verdict.value, verdict.reason.code)
        for part, verdict in zip(apart.parts, sort_parts(apart), strict=True)
        if not part.is_body
    ]


def opened(file: File, keys: Keys = KEYS) -> list[tuple[str, str, str, str]]:
    return seen(take_apart(mail(text(), file), keys=keys))


def test_the_makers_of_locked_archives_are_right() -> None:
    assert members(zip_with_password("x", ("a.pdf", pdf())), "x") == [pdf()]


@pytest.mark.parametrize(
    ("vat_id", "password"),
    [
        ("BE0662918487", "BE0662918487"),
        ("BE0662918487", "0662918487"),
        ("BE0662918487", "0662.918.487"),
        ("BE0662918487", "BE 0662.918.487"),
        ("BE0662918487", "662918487"),
        ("BE0662918487", "be0662918487"),
        ("FR40303265045", "303265045"),
        ("NL123456782B12", "123456782"),
        ("RO12345674", "12345674"),
        ("DE136695976", "DE136695976"),
    ],
)
def test_a_vat_id_is_tried_as_people_type_it(vat_id: str, password: str) -> None:
    assert password in spellings(vat_id)


def test_no_vat_id_gives_no_password() -> None:
    assert spellings("") == ()


@pytest.mark.parametrize("store", [False, True])
def test_an_archive_under_aes_opens_with_a_password_of_the_account(store: bool) -> None:
    archive = zip_with_aes("klant 7", ("a.pdf", pdf(1)), ("b.docx", docx()), store=store)
    apart = take_apart(mail(text(), File(archive, name="facturen.zip")), keys=KEYS)
    assert seen(apart) == [
        ("2", "facturen.zip", "container", "unlocked"),
        ("2.1", "a.pdf", "document", "readable_file"),
        ("2.2", "b.docx", "appendix", "office_file"),
    ]
    assert apart.contents["2.1"] == pdf(1)
    assert apart.contents["2"] == archive, "the original is kept as it came"


def test_an_old_archive_opens_with_the_vat_id() -> None:
    archive = zip_with_password("BE0662918487", ("a.pdf", pdf(1)))
    apart = take_apart(mail(text(), File(archive, name="facturen.zip")), keys=KEYS)
    assert apart.contents["2.1"] == pdf(1)


@pytest.mark.parametrize("make", [zip_with_aes, zip_with_password])
def test_an_archive_that_no_key_opens_waits_for_its_password(make: object) -> None:
    archive = make("another", ("a.pdf", pdf(1)))  # type: ignore[operator]
    apart = take_apart(mail(text(), File(archive, name="facturen.zip")), keys=KEYS)
    [verdict] = [one for one in sort_parts(apart) if one.path == "2"]
    assert (verdict.verdict, verdict.reason.code) == (Verdict.DOCUMENT, "password_missing")
    assert verdict.reason.facts == {"file": "facturen.zip"}
    assert apart.contents["2"] == archive


@pytest.mark.parametrize("cut", [5, 40, 90])
def test_a_damaged_locked_archive_is_no_crash(cut: int) -> None:
    archive = bytearray(zip_with_aes("klant 7", ("a.pdf", pdf(1))))
    archive[cut : cut + 12] = b"\xff" * 12
    assert opened(File(bytes(archive), name="facturen.zip"))


def test_a_locked_pdf_opens_with_a_password_of_the_account() -> None:
    locked = encrypted_pdf([WORDS], "klant 7")
    apart = take_apart(mail(text(), File(locked, "application/pdf", "rechnung.pdf")), keys=KEYS)
    assert seen(apart) == [
        ("2", "rechnung.pdf", "container", "unlocked"),
        ("2.1", "rechnung.pdf", "document", "readable_file"),
    ]
    assert apart.contents["2.1"].startswith(b"%PDF")
    assert b"/Encrypt" not in apart.contents["2.1"]


def test_a_locked_pdf_that_no_key_opens_waits_for_its_password() -> None:
    locked = encrypted_pdf([WORDS], "another")
    assert opened(File(locked, "application/pdf", "rechnung.pdf")) == [
        ("2", "rechnung.pdf", "document", "password_missing")
    ]


def test_a_pdf_that_is_encrypted_and_opens_without_a_word_is_an_ordinary_one() -> None:
    locked = encrypted_pdf([WORDS], "")
    assert opened(File(locked, "application/pdf", "rechnung.pdf")) == [
        ("2", "rechnung.pdf", "document", "readable_file")
    ]


def test_an_encrypted_mail_opens_with_the_certificate_of_the_account() -> None:
    inner = entity(File(pdf(5), "application/pdf", "factuur.pdf"))
    keys = Keys(identities=(identity(),))
    found = opened(File(enveloped_for(identity(), inner), "application/pkcs7-mime", "smime.p7m"), keys)
    assert found[0] == ("2", "smime.p7m", "container", "unlocked")
    assert found[-1][1:] == ("factuur.pdf", "document", "readable_file")


@pytest.mark.parametrize("keys", [Keys(), Keys(identities=("no pem",)), KEYS])
def test_an_encrypted_mail_without_a_key_waits_and_says_so(keys: Keys) -> None:
    for locked in (enveloped_for(identity(), b"secret"), enveloped()):
        assert opened(File(locked, "application/pkcs7-mime", "smime.p7m"), keys) == [
            ("2", "smime.p7m", "document", "certificate_missing")
        ]


def test_the_invoice_as_xml_goes_with_the_pdf_that_carries_it() -> None:
    other = ("extra.xml", b'<?xml version="1.0"?><a/>')
    carrier = pdf_with_files(("factur-x.xml", cii()), ("uren.xlsx", docx()), other)
    assert opened(File(carrier, "application/pdf", "factuur.pdf")) == [
        ("2", "factuur.pdf", "document", "readable_file"),
        ("2.1", "factur-x.xml", "rendition", "same_invoice"),
        ("2.2", "uren.xlsx", "appendix", "embedded_file"),
        ("2.3", "extra.xml", "appendix", "embedded_file"),
    ]


def test_other_documents_inside_a_pdf_stand_for_themselves() -> None:
    carrier = pdf_with_files(("factuur-2.pdf", pdf(2)), ("factuur-3.xml", ubl("2026-0043")))
    assert [line[2] for line in opened(File(carrier, "application/pdf", "factuur.pdf"))] == [
        "document",
        "document",
        "rendition",
    ]


@pytest.mark.parametrize(
    "cover",
    [
        pdf_with_files(("a.pdf", pdf(1)), ("b.pdf", pdf(2)), words="Cover", portfolio=True),
        pdf_with_files(("a.pdf", pdf(1)), ("b.pdf", pdf(2)), words="Open this PDF portfolio in Adobe Reader"),
    ],
    ids=["collection", "words"],
)
def test_a_portfolio_is_opened_and_its_cover_is_no_document(cover: bytes) -> None:
    apart = take_apart(mail(text(), File(cover, "application/pdf", "portfolio.pdf")))
    assert [line[2:] for line in seen(apart)] == [("container", "pdf_portfolio"), *[("document", "readable_file")] * 2]
    assert apart.contents["2"] == cover


def test_a_locked_archive_inside_an_archive_is_found() -> None:
    inside = zipped(("inner.zip", zip_with_aes("klant 7", ("a.pdf", pdf(1)))))
    assert [line[3] for line in opened(File(inside, name="facturen.zip"))] == ["archive", "unlocked", "readable_file"]


def test_no_password_is_shown_where_keys_are_written() -> None:
    assert "klant 7" not in repr(KEYS)
