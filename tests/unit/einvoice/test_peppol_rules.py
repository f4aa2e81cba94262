"""Every rule of Peppol BIS Billing 3 finds the invoice that is made for it, and not the one that is in order."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from invoices_einvoice import make_invoice

from mailroom.einvoice import check, peppol_form, read_invoice, write_ubl
from mailroom.einvoice.checks import PEPPOL_RULES
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import (
    Account,
    Address,
    AllowanceCharge,
    Contact,
    Delivery,
    Identifier,
    Note,
    Party,
    PaymentMeans,
    Period,
    PrecedingInvoice,
    SupportingDocument,
)

Change = Callable[[Invoice], Invoice]


def _plain() -> Invoice:
    drawn = (make_invoice(Random(seed)) for seed in range(1000))
    made = next(
        i for i in drawn
        if not i.is_credit_note and not i.allowances and not i.tax_currency and not i.tax_representative
        and {row.category for row in i.vat_breakdown} == {"S"} and not any(line.allowances for line in i.lines)
        and all(line.price and line.price.discount is None and line.price.base_quantity for line in i.lines[:1])
    )  # fmt: skip
    update: dict[str, Any] = {
        "payment_means": (),
        "attachments": (),
        "notes": (),
        "period": None,
        "delivery": None,
        "preceding": (),
    }
    update |= {"lines": tuple(line.model_copy(update={"object_id": None}) for line in made.lines)}
    return peppol_form(made.model_copy(update={**update, "tax_point_date": None, "payment_terms": "30"}))


PLAIN = _plain()


def having(**change: Any) -> Change:
    """Return a change: `a__b` is the attribute b of a, a tuple's first member where a is a tuple."""

    def put(held: Any, names: list[str], value: Any) -> Any:
        if isinstance(held, tuple):
            return (put(held[0], names, value), *held[1:])
        if len(names) > 1:
            value = put(getattr(held, names[0]), names[1:], value)
        return held.model_copy(update={names[0]: value})

    def changed(invoice: Invoice) -> Invoice:
        for path, value in change.items():
            invoice = put(invoice, path.split("__"), value)
        return invoice

    return changed


def party(country: str, vat_id: str, legal: Identifier | None, endpoint: Identifier, **more: Any) -> Party:
    place = Address(street="A 1", city="B", postcode="1000", country=country)
    return Party(
        name="Firm", trading_name="Firm", vat_id=vat_id, legal_id=legal, endpoint=endpoint, address=place, **more
    )


def home(country: str, vat_id: str, legal: Identifier | None, endpoint: Identifier, **more: Any) -> Invoice:
    """Return an invoice between two firms of a country."""
    one = party(country, vat_id, legal, endpoint, **more)
    return having(seller=one, buyer=one.model_copy(update={"name": "Other", "tax_id": ""}))(PLAIN)


def of(value: str, scheme: str) -> Identifier:
    return Identifier(value=value, scheme=scheme)


EM = of("bills@x.example", "EM")
RATES = {"vat_breakdown__rate": Decimal(25)}
GERMAN = having(
    payment_means=(PaymentMeans(code="58", account=Account(id="DE89370400440532013000")),),
    seller__contact=Contact(name="A", telephone="123", email="a@b.example"),
)(home("DE", "DE136695976", None, EM))
DUTCH = home("NL", "NL004495445B01", of("12345678", "0106"), EM)
DUTCH = having(payment_means=(PaymentMeans(code="30", account=Account(id="X1")),))(DUTCH)
ITALIAN = home("IT", "IT00743110157", None, EM)
SWEDISH = home("SE", "SE556188840401", of("5561888404", "0007"), EM)
SWEDISH = SWEDISH.model_copy(
    update={
        "lines": tuple(line.model_copy(update={"vat_rate": Decimal(25)}) for line in SWEDISH.lines),
        "vat_breakdown": tuple(row.model_copy(update={"rate": Decimal(25)}) for row in SWEDISH.vat_breakdown),
    }
)
NORWEGIAN = home("NO", "NO974760673MVA", of("974760673", "0192"), EM, tax_id="Foretaksregisteret")
DANISH = home("DK", "DK13585628", of("DK13585628", "0184"), EM)
ICELANDIC = home("IS", "", of("5501694659", "0196"), EM)
EL = "EL094259216"
MARK = SupportingDocument(reference=Identifier(value="4001"), description="##M.AR.K##")
LINK = SupportingDocument(reference=Identifier(value="U"), description="##INVOICE|URL##", uri="https://x.example/1")
GREEK = home("GR", EL, None, of(EL[2:], "9933"))
GREEK = GREEK.model_copy(update={"attachments": (MARK, LINK)})
NUMBER = f"094259216|{GREEK.issue_date:%d/%m/%Y}|0|1.1|A|7"
GREEK = GREEK.model_copy(update={"number": NUMBER})
FINAL = SupportingDocument(reference=Identifier(value="2099-01-01"), description="EINDAGI")


def segment(number: int, text: str) -> Change:
    parts = NUMBER.split("|")
    parts[number - 1] = text
    return having(number="|".join(parts))


def paying(code: str, account: str = "", bank: str = "", reference: str = "", **more: Any) -> Change:
    held = Account(id=account, bank=bank) if account else None
    return having(payment_means=(PaymentMeans(code=code, account=held, **more),), payment_reference=reference)


def ident(value: str, scheme: str) -> Change:
    return having(seller__ids=(of(value, scheme),))


def exempt(code: str, category: str) -> Change:
    return having(vat_breakdown__reason_code=code, vat_breakdown__category=category)


def delivered(**change: Any) -> Change:
    return having(delivery=Delivery(address=having(**change)(Address(city="B", postcode="1", country="DE"))))


ALLOWANCE = AllowanceCharge(amount=Decimal(1), reason="x", vat_category="S", vat_rate=Decimal(21))
THREE, SEVEN = Period(start=date(2024, 3, 1), end=date(2024, 3, 9)), Period(start=date(2024, 3, 7))
BROKEN: tuple[tuple[str, Invoice, Change], ...] = (
    ("PEPPOL-EN16931-R001", PLAIN, having(business_process="")),
    ("PEPPOL-EN16931-R002", PLAIN, having(notes=(Note(text="a"), Note(text="b")))),
    ("PEPPOL-EN16931-R003", PLAIN, having(buyer_reference="", purchase_order="", sales_order="")),
    ("PEPPOL-EN16931-R004", PLAIN, having(specification="urn:cen.eu:en16931:2017")),
    ("PEPPOL-EN16931-R005", PLAIN, having(tax_currency="EUR")),
    ("PEPPOL-EN16931-R007", PLAIN, having(business_process="P1")),
    ("PEPPOL-EN16931-R010", PLAIN, having(buyer__endpoint=None)),
    ("PEPPOL-EN16931-R020", PLAIN, having(seller__endpoint=None)),
    ("PEPPOL-EN16931-R040", PLAIN, having(allowances=(having(base=Decimal(9), percent=Decimal(50))(ALLOWANCE),))),
    ("PEPPOL-EN16931-R041", PLAIN, having(allowances=(having(percent=Decimal(50))(ALLOWANCE),))),
    ("PEPPOL-EN16931-R042", PLAIN, having(allowances=(having(base=Decimal(50))(ALLOWANCE),))),
    ("PEPPOL-EN16931-R046", PLAIN, having(lines__price__gross=Decimal(90000), lines__price__discount=Decimal(1))),
    ("PEPPOL-EN16931-R053", PLAIN, having(vat_breakdown=())),
    ("PEPPOL-EN16931-R054", PLAIN, having(tax_currency="RON")),
    ("PEPPOL-EN16931-R055", PLAIN, having(tax_currency="RON", totals__vat_accounting=Decimal(-5))),
    ("PEPPOL-EN16931-R061", PLAIN, paying("59", "BE68539007547034")),
    ("PEPPOL-EN16931-R110", PLAIN, having(period=SEVEN, lines__period=THREE)),
    ("PEPPOL-EN16931-R111", PLAIN, having(period=THREE, lines__period=Period(end=date(2024, 4, 1)))),
    ("PEPPOL-EN16931-R120", PLAIN, having(lines__net=Decimal("0.5"))),
    ("PEPPOL-EN16931-R121", PLAIN, having(lines__price__base_quantity=Decimal(-1))),
    ("PEPPOL-EN16931-R130", PLAIN, having(lines__price__base_unit="KGM")),
    ("PEPPOL-EN16931-P0100", PLAIN, having(type_code="81")),
    ("PEPPOL-EN16931-P0101", PLAIN, having(type_code="380", is_credit_note=True)),
    ("PEPPOL-EN16931-P0112", PLAIN, having(type_code="384")),
    ("PEPPOL-EN16931-P0104", PLAIN, exempt("VATEX-EU-G", "E")),
    ("PEPPOL-EN16931-P0105", PLAIN, exempt("VATEX-EU-O", "E")),
    ("PEPPOL-EN16931-P0106", PLAIN, exempt("VATEX-EU-IC", "E")),
    ("PEPPOL-EN16931-P0107", PLAIN, exempt("VATEX-EU-AE", "E")),
    ("PEPPOL-EN16931-P0108", PLAIN, exempt("VATEX-EU-D", "AE")),
    ("PEPPOL-EN16931-P0109", PLAIN, exempt("VATEX-EU-F", "AE")),
    ("PEPPOL-EN16931-P0110", PLAIN, exempt("VATEX-EU-I", "AE")),
    ("PEPPOL-EN16931-P0111", PLAIN, exempt("VATEX-EU-J", "AE")),
    ("PEPPOL-EN16931-CL001", PLAIN, having(attachments=(SupportingDocument(
        reference=Identifier(value="a"), content=b"a", media_type="text/html", filename="a"),))),
    ("PEPPOL-EN16931-CL002", PLAIN, having(allowances=(having(reason_code="XX")(ALLOWANCE),))),
    ("PEPPOL-EN16931-CL003", PLAIN, having(allowances=(having(reason_code="??", charge=True)(ALLOWANCE),))),
    ("PEPPOL-EN16931-CL006", PLAIN, having(tax_point_code="9")),
    ("PEPPOL-EN16931-CL007", PLAIN, having(currency="EUX")),
    ("PEPPOL-EN16931-CL008", PLAIN, having(seller__endpoint=of("1", "9999"))),
    ("PEPPOL-COMMON-R040", PLAIN, ident("5412345678909", "0088")),
    ("PEPPOL-COMMON-R041", PLAIN, ident("974760674", "0192")),
    ("PEPPOL-COMMON-R042", PLAIN, ident("DK123", "0184")),
    ("PEPPOL-COMMON-R043", PLAIN, ident("0428759498", "0208")),
    ("PEPPOL-COMMON-R044", PLAIN, ident("AB", "0201")),
    ("PEPPOL-COMMON-R045", PLAIN, ident("RSSMRA85T10A5623S", "0210")),
    ("PEPPOL-COMMON-R046", PLAIN, having(seller__endpoint=of("12", "9907"))),
    ("PEPPOL-COMMON-R047", PLAIN, ident("IT00743110158", "0211")),
    ("PEPPOL-COMMON-R049", PLAIN, ident("5561888405", "0007")),
    ("PEPPOL-COMMON-R050", PLAIN, ident("51824753557", "0151")),
    ("PEPPOL-COMMON-R052", PLAIN, ident("1", "0096")),
    ("PEPPOL-COMMON-R053", PLAIN, ident("1", "0198")),
    ("PEPPOL-COMMON-R054", PLAIN, ident("1", "0106")),
    ("PEPPOL-COMMON-R055", PLAIN, ident("1", "0190")),
    ("PEPPOL-COMMON-R056-1", PLAIN, having(seller__endpoint=of("NL1", "9944"))),
    ("PEPPOL-COMMON-R056-2", PLAIN, having(buyer__vat_id="NL12")),
    ("PEPPOL-COMMON-R057", PLAIN, ident("1", "0217")),
    ("DE-R-001", GERMAN, having(payment_means=(), payment_reference="")),
    ("DE-R-002", GERMAN, having(seller__contact=None)),
    ("DE-R-003", GERMAN, having(seller__address__city="")),
    ("DE-R-004", GERMAN, having(seller__address__postcode="")),
    ("DE-R-005", GERMAN, having(seller__contact__name="")),
    ("DE-R-006", GERMAN, having(seller__contact__telephone="")),
    ("DE-R-007", GERMAN, having(seller__contact__email="")),
    ("DE-R-008", GERMAN, having(buyer__address__city="")),
    ("DE-R-009", GERMAN, having(buyer__address__postcode="")),
    ("DE-R-010", GERMAN, delivered(city="")),
    ("DE-R-011", GERMAN, delivered(postcode="")),
    ("DE-R-014", GERMAN, having(vat_breakdown__rate=None)),
    ("DE-R-015", GERMAN, having(buyer_reference="")),
    ("DE-R-016", GERMAN, having(seller__vat_id="")),
    ("DE-R-017", GERMAN, having(type_code="383")),
    ("DE-R-018", GERMAN, having(payment_terms="#SKONTO#TAGE=7#PROZENT=2#")),
    ("DE-R-019", GERMAN, paying("58", "DE89370400440532013001")),
    ("DE-R-020", GERMAN, paying("59", debited_account="DE1", mandate="M")),
    ("DE-R-022", GERMAN, having(attachments=(having(filename="a", content=b"a", media_type="text/csv")(MARK),) * 2)),
    ("DE-R-023-1", GERMAN, paying("30")),
    ("DE-R-023-2", GERMAN, paying("30", "X", mandate="M")),
    ("DE-R-024-1", GERMAN, paying("48")),
    ("DE-R-024-2", GERMAN, paying("48", "X")),
    ("DE-R-025-1", GERMAN, paying("59")),
    ("DE-R-025-2", GERMAN, paying("59", "X", mandate="M", debited_account="DE89370400440532013000")),
    ("DE-R-026", GERMAN, having(type_code="384")),
    ("DE-R-027", GERMAN, having(seller__contact__telephone="12")),
    ("DE-R-028", GERMAN, having(seller__contact__email="a@b")),
    ("DE-R-030", GERMAN, paying("59", mandate="M", debited_account="DE89370400440532013000")),
    ("DE-R-031", GERMAN, paying("59", mandate="M")),
    ("DE-R-T02", GERMAN, having(attachments=(having(uri="files/1")(MARK),))),
    ("NL-R-001", DUTCH, having(is_credit_note=True, type_code="381")),
    ("NL-R-002", DUTCH, having(seller__address__street="")),
    ("NL-R-003", DUTCH, having(seller__legal_id=of("1", "0208"))),
    ("NL-R-004", DUTCH, having(buyer__address__city="")),
    ("NL-R-005", DUTCH, having(buyer__legal_id=of("1", ""))),
    ("NL-R-006", DUTCH, having(tax_representative=Party(name="A", address=Address(country="NL")))),
    ("NL-R-007", DUTCH, having(payment_means=(), payment_reference="", totals__payable=Decimal(9))),
    ("NL-R-007", DUTCH, having(payment_means=(), totals__payable=Decimal(-9), is_credit_note=True, type_code="381",
                               payment_reference="", due_date=None, preceding=(PrecedingInvoice(number="1"),))),
    ("NL-R-008", DUTCH, paying("31", "X")),
    ("NL-R-009", DUTCH, having(lines__order_line="1", purchase_order="", sales_order="")),
    ("IT-R-001", ITALIAN, having(seller__tax_id="X")),
    ("IT-R-002", ITALIAN, having(seller__address__street="")),
    ("IT-R-003", ITALIAN, having(seller__address__city="")),
    ("IT-R-004", ITALIAN, having(seller__address__postcode="")),
    ("SE-R-001", SWEDISH, having(seller__vat_id="SE5561888404")),
    ("SE-R-002", SWEDISH, having(seller__vat_id="SE55618884040A")),
    ("SE-R-003", SWEDISH, having(seller__legal_id=of("556188840A", ""))),
    ("SE-R-004", SWEDISH, having(seller__legal_id=of("55618884", ""))),
    ("SE-R-005", SWEDISH, having(seller__tax_id="F-skatt")),
    ("SE-R-006", SWEDISH, having(lines__vat_rate=Decimal(21))),
    ("SE-R-007", SWEDISH, paying("30", "12-3", "SE:PLUSGIRO")),
    ("SE-R-008", SWEDISH, paying("30", "1234-56", "SE:BANKGIRO")),
    ("SE-R-009", SWEDISH, paying("30", "123456", "SE:BANKGIRO")),
    ("SE-R-010", SWEDISH, paying("30", "123456789", "SE:PLUSGIRO")),
    ("SE-R-011", SWEDISH, paying("56", "1")),
    ("SE-R-012", SWEDISH, paying("31", "1")),
    ("SE-R-013", SWEDISH, having(seller__legal_id=of("5561888405", ""))),
    ("NO-R-001", NORWEGIAN, having(seller__vat_id="NO974760673")),
    ("NO-R-002", NORWEGIAN, having(seller__tax_id="")),
    ("DK-R-002", DANISH, having(seller__legal_id=None)),
    ("DK-R-003", DANISH, having(lines__item__classifications=(of("1", "TST"),))),
    ("DK-R-004", DANISH, having(allowances=(having(reason_code="ZZZ", charge=True)(ALLOWANCE),))),
    ("DK-R-005", DANISH, paying("30", "X")),
    ("DK-R-006", DANISH, paying("42", "X")),
    ("DK-R-007", DANISH, paying("49", mandate="M")),
    ("DK-R-008", DANISH, paying("50", "12345678", reference="99#1")),
    ("DK-R-009", DANISH, paying("50", "12345678", reference="04#1")),
    ("DK-R-010", DANISH, paying("93", "1234567", reference="71#123456789012345")),
    ("DK-R-011", DANISH, paying("93", "12345678", reference="71#1")),
    ("DK-R-013", DANISH, having(seller__ids=(of("1", ""),))),
    ("DK-R-014", DANISH, having(seller__legal_id=of("1", "0208"))),
    ("DK-R-016", DANISH, having(is_credit_note=True, type_code="381", totals__payable=Decimal(-1))),
    ("DK-R-017", DANISH, having(buyer__legal_id=of("1", "0208"))),
    ("IS-R-001", ICELANDIC, having(type_code="386")),
    ("IS-R-002", ICELANDIC, having(seller__legal_id=None)),
    ("IS-R-003", ICELANDIC, having(seller__address__street="")),
    ("IS-R-004", ICELANDIC, having(buyer__legal_id=None)),
    ("IS-R-005", ICELANDIC, having(buyer__address__postcode="")),
    ("IS-R-006", ICELANDIC, paying("9", "1")),
    ("IS-R-007", ICELANDIC, paying("42", "1")),
    ("IS-R-008", ICELANDIC, having(attachments=(having(reference=Identifier(value="1.1.2099"))(FINAL),))),
    ("IS-R-009", ICELANDIC, having(attachments=(FINAL,), due_date=None)),
    ("IS-R-010", ICELANDIC, having(attachments=(having(reference=Identifier(value="2001-01-01"))(FINAL),))),
    ("GR-R-001-1", GREEK, having(number=f"{NUMBER}|8")),
    ("GR-R-001-2", GREEK, segment(1, "123456789")),
    ("GR-R-001-3", GREEK, segment(2, "01/01/1999")),
    ("GR-R-001-4", GREEK, segment(3, "x")),
    ("GR-R-001-5", GREEK, segment(4, "9.9")),
    ("GR-R-001-6", GREEK, segment(5, "")),
    ("GR-R-001-7", GREEK, segment(6, "")),
    ("GR-R-002", GREEK, having(seller__trading_name="")),
    ("GR-S-011", GREEK, having(seller__vat_id="EL123456789")),
    ("GR-R-003", GREEK, having(seller__vat_id="GR094259216")),
    ("GR-R-004-1", GREEK, having(attachments=(LINK,))),
    ("GR-R-004-2", GREEK, having(attachments=(having(reference=Identifier(value="x"))(MARK), LINK))),
    ("GR-S-008-1", GREEK, having(attachments=(MARK,))),
    ("GR-R-008-2", GREEK, having(attachments=(MARK, LINK, LINK))),
    ("GR-R-008-3", GREEK, having(attachments=(MARK, having(uri="")(LINK)))),
    ("GR-R-005", GREEK, having(buyer__trading_name="")),
    ("GR-R-006", GREEK, having(buyer__vat_id="")),
    ("GR-R-009", GREEK, having(seller__endpoint=of(EL, "9933"))),
    ("GR-R-010", GREEK, having(buyer__endpoint=EM)),
)  # fmt: skip
IN_FILES = (
    ("PEPPOL-EN16931-R008", "</cbc:ID>", "</cbc:ID><cbc:Note/>"),
    ("PEPPOL-EN16931-R043", "<cac:TaxTotal>", ("<cac:AllowanceCharge><cbc:ChargeIndicator>1</cbc:ChargeIndicator>"
     "</cac:AllowanceCharge><cac:TaxTotal>")),
    ("PEPPOL-EN16931-R044", "</cac:Price>", ("<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>"
     "</cac:AllowanceCharge></cac:Price>")),
    ("PEPPOL-EN16931-R051", 'currencyID="EUR"', 'currencyID="USD"'),
    ("PEPPOL-EN16931-R053", "<cac:LegalMonetaryTotal>", ("<cac:TaxTotal><cac:TaxSubtotal/></cac:TaxTotal>"
     "<cac:LegalMonetaryTotal>")),
    ("PEPPOL-EN16931-R054", "<cac:LegalMonetaryTotal>", "<cac:TaxTotal/><cac:LegalMonetaryTotal>"),
    ("PEPPOL-EN16931-R100", "<cac:Item>", "<cac:DocumentReference/><cac:DocumentReference/><cac:Item>"),
    ("PEPPOL-EN16931-R101", "<cac:Item>", ("<cac:DocumentReference><cbc:ID>1</cbc:ID></cac:DocumentReference>"
     "<cac:Item>")),
    ("PEPPOL-EN16931-F001", "</cbc:IssueDate>", "T00:00:00</cbc:IssueDate>"),
)  # fmt: skip


def peppol(invoice: Invoice) -> set[str]:
    known = {rule.id for rule in PEPPOL_RULES}
    return {finding.rule for finding in check(invoice, as_peppol=True)} & known


@pytest.mark.parametrize(("rule", "good", "change"), BROKEN, ids=[f"{row[0]}-{n}" for n, row in enumerate(BROKEN)])
def test_a_peppol_rule_finds_what_breaks_it_and_nothing_in_what_is_in_order(
    rule: str, good: Invoice, change: Change
) -> None:
    assert rule not in peppol(good)
    assert rule in peppol(change(good))
    assert rule in peppol(read_invoice(write_ubl(change(good))))  # and as a file


@pytest.mark.parametrize(("rule", "before", "after"), IN_FILES)
def test_a_peppol_rule_on_the_form_of_the_file_finds_what_breaks_it(rule: str, before: str, after: str) -> None:
    good = write_ubl(PLAIN).decode()
    assert before in good
    assert rule not in peppol(read_invoice(good.encode()))
    assert rule in peppol(read_invoice(good.replace(before, after, 1).encode()))


def test_two_project_references_on_a_credit_note_are_one_too_many() -> None:
    note = having(is_credit_note=True, type_code="381", project="P")(PLAIN)
    good = write_ubl(note).decode()
    project = re.search("<cac:AdditionalDocumentReference>.*?</cac:AdditionalDocumentReference>", good, re.DOTALL)
    assert project
    twice = good.replace(project[0], project[0] * 2)
    assert "PEPPOL-EN16931-R080" not in peppol(read_invoice(good.encode()))
    assert "PEPPOL-EN16931-R080" in peppol(read_invoice(twice.encode()))


def test_every_peppol_rule_is_tried() -> None:
    tried = {rule for rule, _, _ in (*BROKEN, *IN_FILES)} | {"PEPPOL-EN16931-R080"}
    assert {rule.id for rule in PEPPOL_RULES} == tried


@pytest.mark.parametrize("good", [PLAIN, GERMAN, DUTCH, ITALIAN, SWEDISH, NORWEGIAN, DANISH, ICELANDIC, GREEK])
def test_an_invoice_in_order_breaks_no_rule_of_its_country(good: Invoice) -> None:
    assert {rule for rule in peppol(good) if not rule.startswith("PEPPOL")} == set()


def test_a_cash_discount_of_germany_keeps_the_line_break_that_is_its_form() -> None:
    terms = "30 Tage\n#SKONTO#TAGE=7#PROZENT=2.00#\n"
    invoice = having(payment_terms=terms)(GERMAN)
    assert "DE-R-018" not in peppol(invoice)
    assert read_invoice(write_ubl(invoice)).payment_terms == terms
    assert "DE-R-018" in peppol(having(payment_terms=terms.strip())(invoice))
