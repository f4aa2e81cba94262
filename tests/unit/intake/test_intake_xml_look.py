from __future__ import annotations

import pytest
from mails_intake import cii, ubl

from mailroom.intake.xml_look import look, root_name

BILLION = (
    b'<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(9))
    + b"]><Invoice>&a8;</Invoice>"
)


@pytest.mark.parametrize(("content", "root"), [(ubl(), "Invoice"), (ubl(root="CreditNote"), "CreditNote"), (cii(), "")])
def test_a_known_invoice_is_recognised_with_its_number(content: bytes, root: str) -> None:
    found = look(content)
    assert (found.root, found.invoice_number) == (root or "CrossIndustryInvoice", "2026-0042")
    assert found.is_invoice
    assert found.is_read


def test_an_invoice_in_an_envelope_of_peppol_is_recognised() -> None:
    inner = ubl().partition(b"?>")[2]
    found = look(
        b"<StandardBusinessDocument xmlns='http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader'>"
        b"<StandardBusinessDocumentHeader/>" + inner + b"</StandardBusinessDocument>"
    )
    assert (found.is_invoice, found.is_read, found.invoice_number) == (True, True, "2026-0042")


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (
            (
                b"<p:FatturaElettronica xmlns:p='http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2'>"
                b"<FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento><Numero>12/A</Numero>"
                b"</DatiGeneraliDocumento></DatiGenerali></FatturaElettronicaBody></p:FatturaElettronica>"
            ),
            "12/A",
        ),
        (
            (
                b"<e:Invoice xmlns:e='http://www.ebinterface.at/schema/5p0/'><e:InvoiceNumber>7</e:InvoiceNumber>"
                b"</e:Invoice>"
            ),
            "7",
        ),
        (b"<f:Facturae xmlns:f='http://www.facturae.gob.es/formato/Versiones/Facturaev3_2_1.xml'/>", ""),
    ],
    ids=["fatturapa", "ebinterface", "facturae"],
)
def test_an_invoice_of_a_national_format_is_read(content: bytes, number: str) -> None:
    found = look(content)
    assert (found.is_invoice, found.is_read, found.invoice_number) == (True, True, number)


@pytest.mark.parametrize("root", ["FatturaElettronica", "Facturae", "Faktura", "INVOICE"])
def test_other_invoices_are_invoices_that_are_not_read(root: str) -> None:
    found = look(f"<x:{root} xmlns:x='urn:x'/>".encode())
    assert (found.is_invoice, found.is_read) == (True, False)


@pytest.mark.parametrize(
    "content", [b"<Order xmlns='urn:x'/>", b"<rss/>", b"<?xml version='1.0'?><ApplicationResponse/>"]
)
def test_other_xml_is_no_invoice(content: bytes) -> None:
    assert not look(content).is_invoice


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_every_encoding_of_unicode_is_read(encoding: str) -> None:
    assert look(ubl().decode().partition("?>")[2].strip().encode(encoding)).invoice_number == "2026-0042"


@pytest.mark.timeout(5)
def test_a_document_type_ends_the_look_and_no_entity_is_resolved() -> None:
    found = look(BILLION)
    assert (found.has_dtd, found.well_formed, found.invoice_number) == (True, False, "")
    assert look(b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>').has_dtd


@pytest.mark.parametrize("encoding", ["UTF-7", "x-unknown", "EBCDIC-CP-US"])
def test_an_encoding_that_is_not_allowed_still_shows_the_root(encoding: str) -> None:
    found = look(f'<?xml version="1.0" encoding="{encoding}"?><Invoice/>'.encode())
    assert found.root == "Invoice"


def test_damage_is_seen() -> None:
    found = look(ubl()[:-20])
    assert (found.root, found.well_formed, found.is_read) == ("Invoice", False, False)


@pytest.mark.timeout(10)
def test_a_million_elements_are_walked_quickly() -> None:
    assert look(b"<Invoice>" + b"<a>" * 1_000_000).root == "Invoice"
    assert look(b"<Invoice>" + b"<a/>" * 1_000_000 + b"</Invoice>").well_formed


@pytest.mark.parametrize(
    ("text", "root"),
    [("<a:b c='d'>", "b"), (" <?x?> <!-- - --> <b/>", "b"), ("<!DOCTYPE a [<!ENTITY b 'c'>]><d>", "d"), ("text", "")],
)
def test_the_root_is_found_in_text(text: str, root: str) -> None:
    assert root_name(text) == root
