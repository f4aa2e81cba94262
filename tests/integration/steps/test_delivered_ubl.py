"""Every accepted document gets its UBL, held to the official rules, with the original inside and its gaps named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from house_for_steps import INVOICE, TestHouse, mail, pdf

from mailroom.domain.document import Document, Field, FieldName, FieldSource
from mailroom.einvoice import from_fields, read_invoice, to_cii
from mailroom.einvoice.official import Official
from mailroom.einvoice.official_rules import known_rules
from mailroom.steps.archive import convert
from mailroom.steps.desk import Desk

F = FieldName
NO_VAT = {F.NET_AMOUNT: "121.00", F.VAT_AMOUNT: "0.00"}
BELGIAN = {F.SELLER_VAT_ID: "BE0428759497", F.IBAN: "BE68539007547034"}
NOTE = {F.DOCUMENT_TYPE: "credit_note"}
NEGATIVE = {F.NET_AMOUNT: "-100.00", F.VAT_AMOUNT: "-21.00", F.TOTAL_AMOUNT: "-121.00", F.PAYABLE_AMOUNT: "-121.00"}
PAPERS: dict[str, dict[FieldName, str]] = {
    "Dutch": {},
    "Belgian": BELGIAN,
    "Belgian with reference": {**BELGIAN, F.PAYMENT_REFERENCE: "+++090/9337/55493+++", F.DUE_DATE: "2026-12-03"},
    "German": {F.SELLER_VAT_ID: "DE136695976", F.VAT_AMOUNT: "19.00", F.TOTAL_AMOUNT: "119.00",
               F.PAYABLE_AMOUNT: "119.00", F.IBAN: "DE89370400440532013000"},
    "French, reduced rate": {F.SELLER_VAT_ID: "FR40303265045", F.VAT_AMOUNT: "5.50", F.TOTAL_AMOUNT: "105.50",
                             F.PAYABLE_AMOUNT: "105.50", F.IBAN: "FR1420041010050500013M02606"},
    "Romanian in lei": {F.SELLER_VAT_ID: "RO1234567897", F.CURRENCY: "RON", F.IBAN: "RO49AAAA1B31007593840000"},
    "Luxembourgish": {F.SELLER_VAT_ID: "LU15027442", F.VAT_AMOUNT: "17.00", F.TOTAL_AMOUNT: "117.00",
                      F.PAYABLE_AMOUNT: "117.00", F.IBAN: ""},
    "Swiss": {F.SELLER_VAT_ID: "CHE107787577IVA", F.CURRENCY: "CHF", F.VAT_AMOUNT: "8.10", F.TOTAL_AMOUNT: "108.10",
              F.PAYABLE_AMOUNT: "108.10", F.IBAN: "CH9300762011623852957"},
    "two rates mixed": {F.VAT_AMOUNT: "13.37", F.TOTAL_AMOUNT: "113.37", F.PAYABLE_AMOUNT: "113.37"},
    "reverse charge": {**NO_VAT},
    "exempt at home": {**BELGIAN, **NO_VAT},
    "no VAT number": {F.SELLER_VAT_ID: "", **NO_VAT},
    "no VAT number but VAT": {F.SELLER_VAT_ID: ""},
    "no account": {F.IBAN: ""},
    "no VAT number, no account": {F.SELLER_VAT_ID: "", F.IBAN: "", **NO_VAT},
    "credit note": NOTE,
    "credit note with negative amounts": {**NOTE, **NEGATIVE},
    "negative invoice": NEGATIVE,
    "partly paid": {**BELGIAN, F.PAYABLE_AMOUNT: "21.00"},
    "rounded in cash": {**BELGIAN, F.TOTAL_AMOUNT: "121.02", F.VAT_AMOUNT: "21.02", F.PAYABLE_AMOUNT: "121.00"},
    "nothing to pay": {**BELGIAN, F.PAYABLE_AMOUNT: "0.00"},
    "total only": {F.NET_AMOUNT: "", F.VAT_AMOUNT: ""},
    "letters of everywhere": {F.SELLER_NAME: "Ștefan & Søn <ÆØÅ> \"№ 7\" – Müller", F.INVOICE_NUMBER: "ÉÀ/2026&7"},
}  # fmt: skip
NEVER_LACKING = {"BT-1", "BT-2", "BT-3", "BT-5", "BT-24", "BT-44", "BG-23", "BG-25", "BT-106", "BT-112", "BT-115"}


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Official]:
    with Official(known_rules(tmp_path_factory.mktemp("rules"))) as asked:
        yield asked


def archived(home: TestHouse, raw: bytes) -> Document:
    document = home.decided(raw)
    document = Desk(home.house).accept(home.owner, document.id, document.version)
    assert convert(home.house, document.id)
    return home.document(document.id)


def lacking(home: TestHouse, document: Document) -> set[str]:
    with home.store.read() as unit:
        [made] = [event for event in unit.events.of(document.id) if event.name == "ubl_made"]
    return set(filter(None, made.facts.get("terms", "").split(",")))


def ubl(home: TestHouse, document: Document) -> bytes:
    assert document.ubl
    content: bytes = home.store.blobs.get(document.ubl)
    return content


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_becomes_ubl_without_fatal_findings_or_says_what_it_lacks(
    home: TestHouse, official: Official, paper: str
) -> None:
    home.reader.says = {**INVOICE, **PAPERS[paper]}
    original = pdf(paper)
    document = archived(home, mail((f"{paper}.pdf", original), subject=paper))
    written, lacks = ubl(home, document), lacking(home, document)
    verdict = official.verdict(written)
    fatal = {finding.rule for finding in verdict.findings if finding.severity == "fatal"}
    assert verdict.rules
    # BR-08, BR-09: no country of the seller; BR-CO-26 and BR-S-02: no number of his. No page that lacks these has them.
    allowed = {"BR-08", "BR-09", "BR-CO-26", "BR-S-02"} if {"BG-5", "BT-40", "BT-31", "BT-30"} & lacks else set()
    assert fatal <= allowed, (fatal, lacks)
    assert not lacks & NEVER_LACKING
    [file] = read_invoice(written).attachments
    assert (file.content, file.media_type) == (original, "application/pdf")


def test_a_page_with_everything_lacks_a_reference_of_the_buyer_only(home: TestHouse) -> None:
    home.reader.says = {**INVOICE, **BELGIAN, F.DUE_DATE: "2026-12-03"}
    document = archived(home, mail(subject="whole"))
    assert lacking(home, document) == {"BT-10"}
    invoice = read_invoice(ubl(home, document))
    assert invoice.seller.endpoint
    assert invoice.buyer.endpoint
    assert (invoice.seller.endpoint.scheme, invoice.buyer.endpoint.value) == ("0208", "0662918487")


def test_what_is_known_of_the_seller_fills_what_his_next_page_does_not_say(home: TestHouse) -> None:
    archived(home, mail(("1.pdf", pdf("1")), subject="first"))
    home.reader.says = {**INVOICE, F.SELLER_VAT_ID: "", F.INVOICE_NUMBER: "2026-78"}
    document = archived(home, mail(("2.pdf", pdf("2")), subject="second"))
    seller = read_invoice(ubl(home, document)).seller
    assert seller.vat_id == INVOICE[F.SELLER_VAT_ID]
    assert "BT-34" not in lacking(home, document)


def test_another_syntax_becomes_ubl_with_its_readable_copy_inside(home: TestHouse, official: Official) -> None:
    home.reader.syntax = "cii"
    fields = {name: Field(value=value, confidence=1.0, source=FieldSource.XML) for name, value in INVOICE.items()}
    xml = to_cii(from_fields(fields, account=home.account).model_copy(update={"number": "C-1"}))
    document = archived(home, mail(("c.xml", xml), subject="CII"))
    written = ubl(home, document)
    assert official.verdict(written).is_valid
    [file] = read_invoice(written).attachments
    assert (file.filename, file.media_type) == ("c.pdf", "application/pdf")
    assert file.content
    assert file.content.startswith(b"%PDF")


def test_an_original_that_peppol_does_not_take_stays_beside_the_ubl(home: TestHouse) -> None:
    from mailroom.einvoice import with_original

    invoice = read_invoice(ubl(home, archived(home, mail(subject="plain"))))
    bare = invoice.model_copy(update={"attachments": ()})
    assert with_original(bare, b"x", media_type="image/heic", filename="a.heic") == bare
    assert with_original(bare, bytes(11 << 20), media_type="application/pdf", filename="a.pdf") == bare
    once = with_original(bare, b"x", media_type="image/png", filename="a.png")
    assert with_original(once, b"x", media_type="image/png", filename="a.png") == once
    twice = with_original(once, b"y", media_type="image/png", filename="a.png")
    assert [one.filename for one in twice.attachments] == ["a.png", "original-2.png"]


def test_the_worst_name_of_a_file_does_not_break_the_ubl(home: TestHouse, official: Official) -> None:
    name = "x\"<&>' é\u202e.pdf"
    document = archived(home, mail((name, pdf("odd")), subject="odd name"))
    assert official.verdict(ubl(home, document)).is_valid
    assert Path(read_invoice(ubl(home, document)).attachments[0].filename).suffix == ".pdf"
