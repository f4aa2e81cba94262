"""A rule finds what it is for, and nothing else, and a person can read what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from invoices_einvoice import Maker, make_invoice

from mailroom.einvoice import Finding, Severity, check, explain, peppol_form, read_invoice, write_ubl
from mailroom.einvoice.checks import EN16931_RULES, FORM_RULES, OWN_RULES, PEPPOL_RULES
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import AllowanceCharge, Identifier, Note, Party, PaymentMeans, VatBreakdown
from mailroom.languages import Language, texts


def plain() -> Invoice:
    """Return an invoice with one category S 21 %, without anything optional that would get in the way."""
    maker = Maker(Random(1))
    maker.categories, maker.outside = [("S", Decimal(21))], False
    maker.random = Random(7)
    line = maker.line(1).model_copy(update={"allowances": (), "period": None})
    worth = (line.quantity or Decimal(0)) * (line.price.net if line.price and line.price.net else 0)
    net = (worth / (line.price.base_quantity or 1) if line.price else worth).quantize(Decimal("0.01"))
    line = line.model_copy(update={"net": net})
    vat = (net * Decimal("0.21")).quantize(Decimal("0.01"))
    row = VatBreakdown(category="S", rate=Decimal(21), taxable=net, tax=vat)
    made = next(i for i in map(make_invoice, map(Random, range(500))) if i.seller.vat_id and not i.tax_currency)
    totals = made.totals.model_copy(
        update={"line_net": net, "net": net, "vat": vat, "gross": net + vat, "payable": net + vat}
        | dict.fromkeys(("allowances", "charges", "prepaid", "rounding", "vat_accounting"))
    )
    change = {"lines": (line,), "vat_breakdown": (row,), "totals": totals, "allowances": (), "is_credit_note": False}
    made = made.model_copy(update={**change, "type_code": "380", "period": None, "payment_means": (), "notes": ()})
    return peppol_form(made.model_copy(update={"tax_point_code": "", "tax_point_date": None}))


def line_with(invoice: Invoice, **change: object) -> Invoice:
    return invoice.model_copy(update={"lines": (invoice.lines[0].model_copy(update=change),)})


def totals_with(invoice: Invoice, **change: object) -> Invoice:
    return invoice.model_copy(update={"totals": invoice.totals.model_copy(update=change)})


def row_with(invoice: Invoice, **change: object) -> Invoice:
    return invoice.model_copy(update={"vat_breakdown": (invoice.vat_breakdown[0].model_copy(update=change),)})


def seller_with(invoice: Invoice, **change: object) -> Invoice:
    return invoice.model_copy(update={"seller": invoice.seller.model_copy(update=change)})


def found(invoice: Invoice) -> set[str]:
    return {finding.rule for finding in check(invoice, as_peppol=True)}


def test_an_invoice_in_order_has_no_findings() -> None:
    assert found(plain()) == set()


ONE = Decimal(1)
ORDERS = ("buyer_reference", "purchase_order", "sales_order")
Change = Callable[[Invoice], Invoice]
BROKEN: list[tuple[str, Change]] = [
    ("BR-02", lambda i: i.model_copy(update={"number": ""})),
    ("BR-03", lambda i: i.model_copy(update={"issue_date": None})),
    ("BR-06", lambda i: seller_with(i, name="")),
    ("BR-16", lambda i: i.model_copy(update={"lines": ()})),
    ("BR-24", lambda i: line_with(i, net=None)),
    ("BR-CO-10", lambda i: totals_with(i, line_net=i.totals.line_net + ONE)),
    ("BR-CO-13", lambda i: totals_with(i, net=i.totals.net + ONE)),
    ("BR-CO-14", lambda i: totals_with(i, vat=i.totals.vat + ONE)),
    ("BR-CO-15", lambda i: totals_with(i, gross=i.totals.gross + ONE)),
    ("BR-CO-16", lambda i: totals_with(i, payable=i.totals.payable + Decimal("0.01"))),
    ("BR-CO-17", lambda i: row_with(i, tax=i.vat_breakdown[0].tax + 2)),
    ("BR-DEC-18", lambda i: totals_with(i, payable=i.totals.payable + Decimal("0.001"))),
    ("BR-S-05", lambda i: line_with(i, vat_rate=Decimal(0))),
    ("BR-S-02", lambda i: seller_with(i, vat_id="", tax_id="")),
    ("BR-S-08", lambda i: row_with(i, taxable=i.vat_breakdown[0].taxable + 2)),
    ("BR-S-10", lambda i: row_with(i, reason="because")),
    ("BR-E-01", lambda i: line_with(i, vat_category="E", vat_rate=Decimal(0))),
    ("BR-CL-01", lambda i: i.model_copy(update={"type_code": "381"})),
    ("BR-CL-04", lambda i: i.model_copy(update={"currency": "EURO"})),
    ("BR-CL-23", lambda i: line_with(i, unit="piece")),
    ("BR-33", lambda i: i.model_copy(update={"allowances": (AllowanceCharge(amount=Decimal(0), vat_category="S"),)})),
    ("BR-61", lambda i: i.model_copy(update={"payment_means": (PaymentMeans(code="58"),)})),
    ("BR-CO-09", lambda i: seller_with(i, vat_id="99123456789")),
    ("UBL-SR-16", lambda i: i.model_copy(update={"buyer": Party(ids=(Identifier(value="1"), Identifier(value="2")))})),
    ("PEPPOL-EN16931-R002", lambda i: i.model_copy(update={"notes": (Note(text="a"), Note(text="b"))})),
    ("PEPPOL-EN16931-R003", lambda i: i.model_copy(update=dict.fromkeys(ORDERS, ""))),
    ("PEPPOL-EN16931-R004", lambda i: i.model_copy(update={"specification": "urn:cen.eu:en16931:2017"})),
    ("PEPPOL-EN16931-R007", lambda i: i.model_copy(update={"business_process": "billing"})),
    ("PEPPOL-EN16931-R020", lambda i: seller_with(i, endpoint=None)),
    ("PEPPOL-EN16931-R061", lambda i: i.model_copy(update={"payment_means": (PaymentMeans(code="59"),)})),
    ("PEPPOL-EN16931-R120", lambda i: line_with(i, quantity=i.lines[0].quantity + 10)),
    ("PEPPOL-EN16931-P0100", lambda i: i.model_copy(update={"type_code": "389"})),
    ("PEPPOL-EN16931-P0112", lambda i: i.model_copy(update={"type_code": "384"})),
    ("PEPPOL-EN16931-CL008", lambda i: seller_with(i, endpoint=Identifier(value="1", scheme="8888"))),
    ("PEPPOL-COMMON-R043", lambda i: seller_with(i, endpoint=Identifier(value="0428759498", scheme="0208"))),
    ("M-VAT", lambda i: seller_with(i, vat_id="BE0428759498")),
    ("M-REFERENCE", lambda i: i.model_copy(update={"payment_reference": "+++090/9337/55494+++"})),
    ("M-DUE", lambda i: i.model_copy(update={"due_date": date(2001, 1, 1), "issue_date": date(2024, 1, 1)})),
    ("M-SELF", lambda i: i.model_copy(update={"buyer": i.seller})),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "change"), BROKEN, ids=[rule for rule, _ in BROKEN])
def test_a_rule_finds_what_it_is_for(rule: str, change: Change) -> None:
    assert rule in found(change(plain()))


def test_a_wrong_number_of_the_buyer_is_no_reason_not_to_pay() -> None:
    theirs, ours = (
        [explain(f, Language.EN) for f in check(change(plain())) if f.rule.startswith("M-VAT")]
        for change in (
            lambda i: seller_with(i, vat_id="BE0428759498"),
            lambda i: i.model_copy(update={"buyer": i.buyer.model_copy(update={"vat_id": "BE0428759498"})}),
        )
    )
    assert "Do not pay" in theirs[0]
    assert ours == ["buyer’s VAT number: the check digits of BE0428759498 are wrong."]


def test_the_place_names_term_and_line() -> None:
    finding = next(f for f in check(line_with(plain(), unit="")) if f.rule == "BR-23")
    assert (finding.place, finding.severity, finding.facts["line"]) == ("BG-25[1]/BT-130", Severity.FATAL, "1")


def test_peppol_rules_are_for_those_who_claim_peppol() -> None:
    german = plain().model_copy(update={"specification": "urn:cen.eu:en16931:2017", "buyer_reference": ""})
    assert check(german) == ()
    assert "PEPPOL-EN16931-R004" in {finding.rule for finding in check(german, as_peppol=True)}


def test_a_profile_without_lines_is_not_blamed_for_having_none() -> None:
    small = plain().model_copy(update={"specification": "urn:factur-x.eu:1p0:minimum", "lines": ()})
    assert check(small) == ()


def test_an_empty_element_and_a_wrong_date_are_found_in_the_file() -> None:
    content = write_ubl(plain())
    content = re.sub(rb"<cbc:IssueDate>[^<]*", b"<cbc:Note></cbc:Note><cbc:IssueDate>31-12-24", content)
    rules = found(read_invoice(content))
    assert {"PEPPOL-EN16931-R008", "M-FORM", "BR-03"} <= rules


def test_no_rule_stands_twice() -> None:
    ids = [rule.id for rule in (*EN16931_RULES, *PEPPOL_RULES, *OWN_RULES)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", list(Language))
def test_every_rule_has_its_sentence_and_every_term_its_name(language: Language) -> None:
    known = texts(language)
    for rule in (*EN16931_RULES, *PEPPOL_RULES, *OWN_RULES, *FORM_RULES):
        assert f"einvoice.rule.{rule.sentence}" in known, rule.id
    for rule, change in BROKEN:
        for finding in check(change(plain()), as_peppol=True):
            if finding.rule == rule:
                sentence = explain(finding, language)
                assert "{" not in sentence, sentence
                assert "einvoice." not in sentence, sentence


def test_a_sentence_names_line_and_amounts() -> None:
    finding = Finding(
        rule="PEPPOL-EN16931-R120", severity=Severity.FATAL, place="BG-25[3]/BT-131", sentence="sum_differs",
        facts={"term": "BT-131", "said": "10.00", "due": "12.00", "line": "3"},
    )  # fmt: skip
    assert explain(finding, Language.NL) == "Lijn 3: bedrag van de lijn: vermeld is 10.00, maar het komt uit op 12.00."
