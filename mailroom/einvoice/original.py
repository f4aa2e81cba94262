"""Put the file that a document came as into its e-invoice, as Peppol BIS Billing 3 allows it (BG-24).

Peppol takes PDF, PNG, JPEG, CSV, XLSX and ODS; of another kind, such as the XML of another syntax, its readable copy
stands in. The accountant who gets the UBL alone then sees what the supplier sent.
"""

from __future__ import annotations

from mailroom.einvoice.codes import codes
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Identifier, SupportingDocument

MOST_BYTES = 10 << 20
"""A larger original stays beside the UBL only: many access points take no message of more than 20 MB."""
_REFERENCE = "original"


def with_original(invoice: Invoice, content: bytes, *, media_type: str, filename: str) -> Invoice:
    """Return the invoice with the file in it; the invoice itself where the file cannot be, or is there already."""
    held = any(one.content == content for one in invoice.attachments)
    if held or not content or len(content) > MOST_BYTES or media_type not in codes("media_type"):
        return invoice
    known = {one.reference.value for one in invoice.attachments if one.reference}
    reference = next(name for name in (_REFERENCE, *(f"{_REFERENCE}-{n}" for n in range(2, 999))) if name not in known)
    names = {one.filename for one in invoice.attachments}
    file = SupportingDocument(
        reference=Identifier(value=reference),
        content=content,
        media_type=media_type,
        filename=filename if filename and filename not in names else f"{reference}{_ENDINGS.get(media_type, '')}",
    )
    return invoice.model_copy(update={"attachments": (*invoice.attachments, file)})


_ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
