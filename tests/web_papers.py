"""Invoices for the tests of the pages: values, their places on a page, and pictures that show them there."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image, ImageDraw

from mailroom.domain.document import Evidence, Field, FieldName, Fields, FieldSource
from mailroom.domain.value import Reason
from mailroom.store import Store

N = FieldName
REQUIRED = (N.SELLER_NAME, N.INVOICE_NUMBER, N.ISSUE_DATE, N.TOTAL_AMOUNT, N.CURRENCY)


def missing(fields: Fields) -> tuple[FieldName, ...]:
    """Say what is missing, as the extraction does: absent, or not sure enough."""
    return tuple(n for n in REQUIRED if n not in fields or not fields[n].value or fields[n].confidence < 0.5)


WAITS = (Reason(code="waits_for_acceptance"),)

INVOICE: dict[FieldName, str | None] = {
    N.DOCUMENT_TYPE: "invoice",
    N.SELLER_NAME: "Meelhandel Van Damme bv",
    N.INVOICE_NUMBER: "F2026-0417",
    N.ISSUE_DATE: "2026-11-14",
    N.DUE_DATE: "2026-12-14",
    N.CURRENCY: "EUR",
    N.SELLER_VAT_ID: "BE0403170701",
    N.IBAN: "BE71096123456769",
    N.NET_AMOUNT: "1020.50",
    N.VAT_AMOUNT: "214.31",
    N.TOTAL_AMOUNT: "1234.81",
    N.PAYABLE_AMOUNT: "1234.81",
    N.PAYMENT_REFERENCE: "090933755493",
    N.BUYER_NAME: "Bakkerij De Korenaar",
    N.BUYER_VAT_ID: None,
}

_PLACES: dict[FieldName, tuple[float, float, float, float]] = {
    N.SELLER_NAME: (0.08, 0.06, 0.45, 0.085),
    N.SELLER_VAT_ID: (0.08, 0.09, 0.28, 0.11),
    N.INVOICE_NUMBER: (0.72, 0.20, 0.90, 0.22),
    N.ISSUE_DATE: (0.72, 0.23, 0.90, 0.25),
    N.DUE_DATE: (0.72, 0.26, 0.90, 0.28),
    N.NET_AMOUNT: (0.75, 0.62, 0.92, 0.64),
    N.VAT_AMOUNT: (0.75, 0.65, 0.92, 0.67),
    N.TOTAL_AMOUNT: (0.75, 0.69, 0.92, 0.715),
    N.IBAN: (0.20, 0.83, 0.50, 0.85),
    N.PAYMENT_REFERENCE: (0.20, 0.86, 0.50, 0.88),
}


def picture(values: Mapping[FieldName, str | None], store: Store, pages: int) -> tuple[str, ...]:
    """Draw pages with the values at their places and keep them as blobs."""
    made = []
    for number in range(pages):
        image = Image.new("L", (661, 935), 255)
        draw = ImageDraw.Draw(image)
        draw.text((60, 180), f"FACTUUR  {number + 1}", fill=0)
        for name, (x0, y0, _, _) in _PLACES.items():
            draw.text((x0 * 661, y0 * 935 + 2), values.get(name) or "", fill=0)
        for row in range(8):
            draw.line((55, 330 + row * 28, 610, 330 + row * 28), fill=200)
        out = io.BytesIO()
        image.save(out, "PNG")
        made.append(store.blobs.put(out.getvalue()))
    return tuple(made)


def evidence(values: Mapping[FieldName, str | None], confidence: Mapping[FieldName, float]) -> Fields:
    """Give every value a box and a source."""
    fields: Fields = {}
    for name, value in values.items():
        place = _PLACES.get(name)
        proof = "check_digits" if name is N.IBAN else "net_plus_vat" if name is N.TOTAL_AMOUNT else ""
        found = (Evidence(text=value or "", page=1, region=place, label="Totaal", proof=proof),) if place else ()
        fields[name] = Field(
            value=value,
            confidence=confidence.get(name, 0.97) if value else 0.0,
            source=FieldSource.TEXT_LAYER if place else FieldSource.DERIVED,
            evidence=found if value else (),
        )
    return fields
