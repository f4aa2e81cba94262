"""What the e-invoice inside a PDF says beside its page: a person pays what he sees, a bank what the XML says."""

from __future__ import annotations

from dataclasses import dataclass

from mailroom.domain.document import Document, FieldName, FieldSource
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Reading
from mailroom.einvoice import same_value
from mailroom.store import Blobs
from mailroom.web.words import Words

_SHOWN = (
    FieldName.INVOICE_NUMBER,
    FieldName.ISSUE_DATE,
    FieldName.DUE_DATE,
    FieldName.SELLER_NAME,
    FieldName.SELLER_VAT_ID,
    FieldName.IBAN,
    FieldName.PAYMENT_REFERENCE,
    FieldName.NET_AMOUNT,
    FieldName.VAT_AMOUNT,
    FieldName.TOTAL_AMOUNT,
)
_NAMES = frozenset({FieldName.SELLER_NAME})
"""A company is written in many ways: two of them are no contradiction."""


@dataclass(frozen=True)
class SideView:
    """One value twice, in the reader's words. `differs`: both are there and do not mean the same."""

    label: str
    xml: str
    page: str
    differs: bool


def side_views(document: Document, blobs: Blobs, words: Words) -> list[SideView]:
    """Return the rows of a PDF with an e-invoice inside; none for other documents."""
    hybrid = document.media_type is MediaType.PDF and document.reading
    if not hybrid or not any(field.source is FieldSource.XML for field in document.fields.values()):
        return []
    reading = Reading.model_validate_json(blobs.get(document.reading or ""))
    rows = []
    for name in _SHOWN:
        held = reading.structured.get(name)
        xml, page = held.value if held else "", reading.on_page.get(name, "")
        if not (xml or page):
            continue
        currency = document.value(FieldName.CURRENCY)
        differs = bool(xml and page) and name not in _NAMES and not same_value(name, xml, page)
        rows.append(
            SideView(
                label=words.named("field", name.value),
                xml=words.value(name, xml, currency),
                page=words.value(name, page, currency),
                differs=differs,
            )
        )
    return rows if reading.on_page else []
