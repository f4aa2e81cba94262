"""An e-invoice as Factur-X: pages for people (PDF/A-3) with the invoice as CII inside. Runs in the boxed child."""

from __future__ import annotations

from importlib.util import find_spec

from mailroom.einvoice import Invoice, read_invoice, to_cii
from mailroom.errors import MissingProgram
from mailroom.languages import Language
from mailroom.reports.copy import copy_html, copy_pdf


def facturx_pdf(invoice: Invoice, language: Language, *, pages: bytes | None = None) -> bytes:
    """Return the invoice as a Factur-X PDF of profile EN 16931.

    `pages` are those of a PDF that the invoice came in; it is as archivable as they are. Without any, the readable copy
    is typeset as PDF/A-3.

    Raises:
        MissingProgram: factur-x, WeasyPrint or Pango is not installed.
    """
    if find_spec("facturx") is None:
        raise MissingProgram('Factur-X needs the packages of: pip install "mailroom[official]"')
    import facturx

    xml = to_cii(invoice)
    base = pages or copy_pdf(copy_html(read_invoice(xml), language, xml=xml), archivable=True)
    metadata = {
        "author": invoice.seller.name[:200],
        "title": f"{invoice.seller.name[:200]} {invoice.number[:100]}".strip(),
        "subject": invoice.number[:100],
        "keywords": "Factur-X",
    }
    made: bytes = facturx.generate_from_binary(
        base,
        xml,
        flavor="factur-x",
        level="en16931",
        check_xsd=False,  # our writer is held to it by the tests, and the official rules may be asked
        check_schematron=False,
        pdf_metadata=metadata,
        lang=language.value,
    )
    return made
