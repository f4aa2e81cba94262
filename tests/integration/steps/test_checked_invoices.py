"""E-invoices are checked on their way: errors ask for a person, another page holds, warnings are told."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import papers_reading as papers
import pypdfium2
import pytest
from house_for_steps import INVOICE, TestHouse, mail

from mailroom.domain.document import Document, DocumentState, Field, FieldName, FieldSource
from mailroom.domain.reading import Reading
from mailroom.einvoice import Invoice, from_fields, to_cii, write_ubl
from mailroom.languages import Language, reason_text


def invoice(home: TestHouse, **changes: Any) -> Invoice:
    fields = {name: Field(value=value, confidence=1.0, source=FieldSource.XML) for name, value in INVOICE.items()}
    made = from_fields(fields, account=home.account)
    return made.model_copy(update={"buyer_reference": "PO 7", "specification": "urn:cen.eu:en16931:2017", **changes})


def hybrid(home: TestHouse, **changes: Any) -> bytes:
    """Return a PDF that shows the invoice and carries it as XML, which says `changes` instead."""
    document = pypdfium2.PdfDocument(papers.text_pdf(papers.PAGE))
    document.new_attachment("factur-x.xml").set_data(to_cii(invoice(home, **changes)))
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def codes(document: Document) -> set[str]:
    return {problem.code for problem in document.problems}


def rules(document: Document) -> set[str]:
    return {problem.facts.get("rule", "") for problem in document.problems}


def test_a_pdf_whose_xml_says_what_its_page_says_is_not_held(reading_home: TestHouse) -> None:
    document = reading_home.decided(mail(("invoice.pdf", hybrid(reading_home))))
    assert document.fields[FieldName.TOTAL_AMOUNT].source is FieldSource.XML
    assert "xml_differs_from_page" not in codes(document)
    assert document.state is DocumentState.TO_ACCEPT
    reading = Reading.model_validate_json(reading_home.store.blobs.get(document.reading or ""))
    assert reading.on_page[FieldName.INVOICE_NUMBER] == "2026-77"
    assert reading.on_page[FieldName.TOTAL_AMOUNT] == "121.00"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("BT-84", {"iban": "DE89370400440532013000"}),
        ("BT-1", {"number": "2026-78"}),
        ("BT-112", {"gross": Decimal("1210.00")}),
    ],
)
def test_a_pdf_whose_xml_says_something_else_is_held_as_a_sign_of_fraud(
    reading_home: TestHouse, field: str, changes: dict[str, Any]
) -> None:
    plain = invoice(reading_home)
    if "iban" in changes:
        means = plain.payment_means[0]
        assert means.account
        other = means.model_copy(update={"account": means.account.model_copy(update={"id": changes["iban"]})})
        changes = {"payment_means": (other,)}
    if "gross" in changes:
        changes = {"totals": plain.totals.model_copy(update=changes)}
    document = reading_home.decided(mail(("invoice.pdf", hybrid(reading_home, **changes))))
    assert document.state is DocumentState.HELD
    [differs] = [reason for reason in document.reasons if reason.code == "xml_differs_from_page"]
    assert differs.facts["term"] == field
    for language in Language:
        sentence = reason_text(language, differs.code, differs.facts)
        assert [piece for piece in ("{", "einvoice.", "BT-") if piece in sentence] == []


def test_an_error_in_an_e_invoice_asks_for_a_person_and_a_warning_is_only_told(reading_home: TestHouse) -> None:
    wrong = invoice(reading_home)
    wrong = wrong.model_copy(update={"totals": wrong.totals.model_copy(update={"line_net": Decimal("90.00")})})
    document = reading_home.decided(mail(("invoice.xml", write_ubl(wrong))))
    assert document.state is DocumentState.TO_ACCEPT
    assert "einvoice_finding" in {reason.code for reason in document.reasons}
    assert {"BR-CO-10", "M-TERMS"} <= rules(document)
    [sums] = [problem for problem in document.problems if problem.facts["rule"] == "BR-CO-10"]
    assert "90.00" in reason_text(Language.RO, sums.code, sums.facts)

    clean = reading_home.decided(mail(("fine.xml", write_ubl(invoice(reading_home, number="2026-79"))), subject="2"))
    assert codes(clean) == {"einvoice_note"}
    assert {"einvoice_note", "einvoice_finding"} & {reason.code for reason in clean.reasons} == set()


def test_what_an_old_ubl_without_a_claim_lacks_is_no_error(reading_home: TestHouse) -> None:
    document = reading_home.decided(mail(("old.xml", write_ubl(invoice(reading_home, specification="")))))
    assert "BR-01" in rules(document)
    assert codes(document) == {"einvoice_note"}


def test_an_e_invoice_for_somebody_else_is_never_accepted_by_itself(reading_home: TestHouse) -> None:
    plain = invoice(reading_home)
    other = plain.model_copy(update={"buyer": plain.buyer.model_copy(update={"name": "Other NV", "vat_id": ""})})
    document = reading_home.decided(mail(("invoice.xml", write_ubl(other))))
    assert "M-BUYER" in rules(document)
    assert "einvoice_finding" in {reason.code for reason in document.reasons}


def test_checking_again_after_a_crash_tells_nothing_twice(reading_home: TestHouse) -> None:
    [document_id] = reading_home.documents_of(mail(("invoice.pdf", hybrid(reading_home, number="2026-78"))))
    first = reading_home.work_on(document_id).problems
    with reading_home.store.unit() as unit:
        row = unit.documents.get(document_id)
        unit.documents.save(row.model_copy(update={"state": DocumentState.READING}))
    assert reading_home.work_on(document_id).problems == first
