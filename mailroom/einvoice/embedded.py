"""Find the e-invoice inside a PDF (Factur-X, ZUGFeRD 1 and 2, XRechnung in PDF).

pypdfium2, not pikepdf: pikepdf crashes when the attachments of a temporary Pdf are iterated. Nothing is written.
"""

from __future__ import annotations

from typing import Any

from mailroom.einvoice.read import read_invoice, recognise
from mailroom.errors import Damaged, ForbiddenXml, PasswordProtected, UnknownXml

_NAMES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")
"""Best first; the case of the letters does not matter (`ZUGFeRD-invoice.xml`)."""
_MAX_ATTACHMENTS = 100
_PASSWORD = 4
"""FPDF_ERR_PASSWORD."""


def embedded_invoice(pdf: bytes) -> bytes | None:
    """Return the XML of an invoice that is attached to a PDF, the best known name first, or None.

    An attachment of another name counts when it is XML with the root of an invoice; Order-X is an order.

    Raises:
        PasswordProtected, Damaged: the PDF cannot be opened.
        ForbiddenXml, Damaged: what bears the name of an invoice may not or cannot be read, and there is no other.
    """
    import pypdfium2  # loaded on first use: 30 ms that a reader of XML does not need

    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            raise PasswordProtected("PDF with a password") from error
        raise Damaged("PDF cannot be opened") from error
    try:
        return _best(document, pypdfium2.PdfiumError)
    finally:
        document.close()


def _best(document: Any, failure: type[Exception]) -> bytes | None:
    found = []
    for number in range(min(document.count_attachments(), _MAX_ATTACHMENTS)):
        try:
            attachment = document.get_attachment(number)
            name = attachment.get_name().lower()
            if name.endswith(".xml") and name != "order-x.xml":
                found.append((_NAMES.index(name) if name in _NAMES else len(_NAMES), number, attachment))
        except failure:  # one broken entry does not hide the others
            continue
    refused: ForbiddenXml | Damaged | None = None
    for place, _, attachment in sorted(found, key=lambda one: one[:2]):
        try:
            content = bytes(attachment.get_data())
        except failure:
            continue
        if recognise(content) is not None:
            return content
        # pdfium gives an empty file back as it is compressed: only what opens like XML is looked at.
        if place < len(_NAMES) and content.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
            refused = refused or _refusal(content)
    if refused:  # an invoice that hides from the reader must not pass for a PDF without one
        raise refused
    return None


def _refusal(content: bytes) -> ForbiddenXml | Damaged | None:
    """Return why this XML is not read, or None when it is another kind of XML."""
    try:
        read_invoice(content)
    except (ForbiddenXml, Damaged) as error:
        return error
    except UnknownXml:
        return None
    return None
