"""The e-invoice inside a PDF is found under the names that the standards give it."""

from __future__ import annotations

import io

import pypdfium2
import pytest

from mailroom.einvoice import embedded_invoice
from mailroom.errors import Damaged, ForbiddenXml

INVOICE = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
OTHER = b"<note/>"


def pdf(*files: tuple[str, bytes]) -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(100, 100)
    for name, content in files:
        document.new_attachment(name).set_data(content)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml", "rechnung-17.XML"])
def test_an_attached_invoice_is_found_by_name_or_by_content(name: str) -> None:
    assert embedded_invoice(pdf(("terms.txt", b"x"), (name, INVOICE))) == INVOICE


@pytest.mark.parametrize("files", [[], [("order-x.xml", INVOICE)], [("factur-x.xml", OTHER)], [("factur-x.xml", b"")]])
def test_a_pdf_without_invoice_gives_none(files: list[tuple[str, bytes]]) -> None:
    assert embedded_invoice(pdf(*files)) is None


def test_of_several_the_best_known_name_is_taken() -> None:
    better = INVOICE + b"<!-- better -->"
    found = embedded_invoice(pdf(("a.xml", INVOICE), ("zugferd-invoice.xml", INVOICE), ("factur-x.xml", better)))
    assert found == better


def test_a_hundred_attachments_are_looked_through() -> None:
    files = [(f"{number}.txt", b"x") for number in range(99)]
    assert embedded_invoice(pdf(*files, ("factur-x.xml", INVOICE))) == INVOICE


def test_a_damaged_pdf_is_named_so() -> None:
    with pytest.raises(Damaged):
        embedded_invoice(b"%PDF-1.4 and nothing")


def test_an_invoice_that_hides_behind_a_doctype_is_named_and_not_passed_over() -> None:
    hidden = b'<!DOCTYPE Invoice [<!ENTITY a "b">]>' + INVOICE
    with pytest.raises(ForbiddenXml):
        embedded_invoice(pdf(("factur-x.xml", hidden)))
    assert embedded_invoice(pdf(("factur-x.xml", hidden), ("invoice.xml", INVOICE))) == INVOICE
    assert embedded_invoice(pdf(("notes.xml", hidden))) is None
