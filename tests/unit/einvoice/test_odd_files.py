"""UBL and CII as senders really send them: read leniently, told, and written strictly."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from invoices_einvoice import make_invoice

from mailroom.einvoice import Invoice, check, header_fields, read_invoice, recognise, to_ubl, write_cii, write_ubl
from mailroom.errors import Damaged, ForbiddenXml, UnknownXml

NOTE = next(
    invoice
    for invoice in map(make_invoice, map(Random, range(999)))
    if invoice.is_credit_note and not invoice.allowances and all((line.net or 0) > 0 for line in invoice.lines)
)
PLAIN = next(i for i in map(make_invoice, map(Random, range(99))) if not i.is_credit_note and not i.tax_currency)
UBL = write_ubl(PLAIN).decode()
CII = write_cii(PLAIN).decode()
PAYABLE = re.compile(r"(<cbc:PayableAmount[^>]*>)[^<]*")
ISSUED = re.compile(r"(<cbc:IssueDate>)[^<]*")
UBL_NAMES = "urn:oasis:names:specification:ubl:schema:xsd:"


def rules(invoice: Invoice) -> set[str]:
    return {finding.rule for finding in check(invoice)}


def same(invoice: Invoice) -> bool:
    return invoice.terms() == read_invoice(UBL.encode()).terms()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda xml: xml.encode("utf-16"), False),
        (lambda xml: xml.replace("UTF-8", "UTF-16").encode("utf-16"), False),
        (lambda xml: b"\xef\xbb\xbf" + xml.encode(), False),
        (lambda xml: b"\n\n  " + xml.encode(), False),
        (lambda xml: xml.replace("cbc:", "a:").replace(":cbc=", ":a=").encode(), False),
        (lambda xml: re.sub(r"<\?xml.*?\?>", "", xml).encode(), False),
        (lambda xml: xml.replace(f"{UBL_NAMES}Invoice-2", f"{UBL_NAMES}Invoice-2.0").encode(), False),
        (lambda xml: xml.replace(f'{UBL_NAMES}Invoice-2"', f'{UBL_NAMES}Invoice-2 "').encode(), False),
        (lambda xml: re.sub(r'xmlns(:\w+)?="[^"]*"', "", xml).replace("cbc:", "").replace("cac:", "").encode(), False),
        (lambda xml: xml.encode() + b"\n\0\0\0", True),
        (lambda xml: xml.encode() + b"\n-- \nsent by A", True),
        (lambda xml: xml.replace(">EUR<", ">EUR\x0b<").encode(), True),
        (lambda xml: re.sub(r"(<cbc:\w*Amount[^>]*>-?\d+)\.(\d+)", r"\1,\2", xml).encode(), True),
        (lambda xml: xml.replace(">EUR<", ">eur<").encode(), True),
    ],
    ids=[
        "UTF-16", "UTF-16 declared", "byte order mark", "blank lines first", "odd prefix", "no declaration", "UBL 2.0",
        "blank in the namespace", "no namespace", "zeros behind", "text behind", "control character", "decimal comma",
        "small letters",
    ],
)  # fmt: skip
def test_what_is_only_written_oddly_is_the_same_invoice(change: Callable[[str], bytes], told: bool) -> None:
    content = change(UBL)
    invoice = read_invoice(content)
    assert same(invoice)
    assert recognise(content) is not None
    assert ("M-FORM" in rules(invoice)) == told
    assert "M-FORM" not in rules(read_invoice(to_ubl(invoice)))  # written strictly


def test_latin_1_under_a_declaration_of_utf_8_keeps_its_letters() -> None:
    content = UBL.replace(PLAIN.number, "Café 1€").encode("utf-8").replace("é".encode(), b"\xe9").replace(
        "€".encode(), b"\x80"
    )  # fmt: skip
    invoice = read_invoice(content)
    assert invoice.number == "Café 1€"
    assert "M-FORM" in rules(invoice)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234.56 EUR", "1234.56"),
        ("€ 12,5", "12.5"),
        ("1'234.50", "1234.50"),
        ("-1.234.567,00", "-1234567.00"),
        ("1,234", None),  # either
        ("12.34.56", None),
        ("1e3", None),
        ("one", None),
    ],
)
def test_an_amount_as_people_write_it_is_read_where_only_one_can_be_meant(said: str, meant: str | None) -> None:
    invoice = read_invoice(PAYABLE.sub(rf"\g<1>{said}", UBL).encode())
    assert invoice.totals.payable == (None if meant is None else Decimal(meant))
    assert "M-FORM" in rules(invoice)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2024-12-31T00:00:00.000+01:00", date(2024, 12, 31)),
        ("2024-12-31Z", date(2024, 12, 31)),
        ("2024-12-31 10:00:00", date(2024, 12, 31)),
        ("20241231", date(2024, 12, 31)),
        ("2024/12/31", date(2024, 12, 31)),
        ("31/12/2024", date(2024, 12, 31)),
        ("1.2.2024", date(2024, 2, 1)),
        ("12/31/2024", None),
        ("31-12-24", None),
        ("2024-02-30", None),
    ],
)
def test_a_date_as_people_write_it_is_read_and_told(said: str, meant: date | None) -> None:
    invoice = read_invoice(ISSUED.sub(rf"\g<1>{said}", UBL).encode())
    assert invoice.issue_date == meant
    assert {"M-FORM", "PEPPOL-EN16931-F001"} & rules(invoice)


def test_an_invoice_with_the_code_of_a_credit_note_is_one() -> None:
    invoice = read_invoice(re.sub("(<cbc:InvoiceTypeCode>)[^<]*", r"\g<1>381", UBL).encode())
    assert invoice.is_credit_note
    assert {name.value: field.value for name, field in header_fields(invoice).items()}["document_type"] == "credit_note"
    assert {"BR-CL-01", "PEPPOL-EN16931-P0100"} <= rules(invoice)
    assert to_ubl(invoice).count(b"<CreditNote ") == 1


def test_a_credit_note_with_negative_amounts_is_written_without_negative_prices() -> None:
    negative = re.sub(r"(<cbc:(?:\w*Amount|CreditedQuantity)[^>]*>)(\d)", r"\1-\2", write_ubl(NOTE).decode())
    invoice = read_invoice(negative.encode())
    assert "BR-27" in rules(invoice)
    written = read_invoice(to_ubl(invoice))
    assert written.totals.payable == -(NOTE.totals.payable or 0)
    assert [finding for finding in check(written) if finding.severity == "fatal"] == []


def test_amounts_without_a_currency_are_read_and_told_and_written_with_it() -> None:
    invoice = read_invoice(UBL.replace(' currencyID="EUR"', "").encode())
    assert invoice.totals == PLAIN.totals
    assert "BR-CL-03" in rules(invoice)
    assert "BR-CL-03" not in rules(read_invoice(to_ubl(invoice)))


@pytest.mark.parametrize(
    ("xml", "element"),
    [(UBL, "cbc:PayableAmount"), (UBL, "cbc:TaxInclusiveAmount"), (CII, "ram:DuePayableAmount")],
)
def test_an_invoice_with_two_totals_is_told_with_the_place(xml: str, element: str) -> None:
    total = re.search(f"<{element}[^>]*>[^<]*</{element}>", xml)
    assert total
    other = re.sub(">[^<]*</", ">1.00</", total[0])
    twice = read_invoice(xml.replace(total[0], total[0] + other).encode())
    [finding] = [finding for finding in check(twice) if finding.rule == "M-TWO-TOTALS"]
    assert finding.facts["said"] == "1.00"
    assert finding.severity == "fatal"
    assert "M-TWO-TOTALS" not in rules(
        read_invoice(xml.replace(total[0], total[0] * 2).encode())
    )  # said twice the same


def test_a_second_group_of_totals_is_told_too() -> None:
    group = re.search("<cac:LegalMonetaryTotal>.*</cac:LegalMonetaryTotal>", UBL, re.DOTALL)
    assert group
    other = PAYABLE.sub(r"\g<1>1.00", group[0])
    assert "M-TWO-TOTALS" in rules(read_invoice(UBL.replace(group[0], group[0] + other).encode()))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (UBL.replace(f"{UBL_NAMES}Invoice-2", f"{UBL_NAMES}Invoice-1.0").encode(), UnknownXml),
        (b"<Invoice><Total>5</Total></Invoice>", UnknownXml),
        (UBL.replace("UTF-8", "UTF-7").encode("utf-7"), ForbiddenXml),
        (UBL.replace("UTF-8", "ISO-8859-5").encode("iso8859-5", "replace"), ForbiddenXml),
        (UBL.replace("<Invoice ", "<!DOCTYPE Invoice><Invoice ").encode(), ForbiddenXml),
        (UBL.replace("</cbc:ID>", "", 1).encode(), Damaged),
        (UBL.replace("</cbc:ID>", " & Co</cbc:ID>", 1).encode(), Damaged),
        (UBL.encode()[:-30], Damaged),
    ],
)
def test_what_cannot_be_meant_by_one_thing_only_is_refused(content: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read_invoice(content)
