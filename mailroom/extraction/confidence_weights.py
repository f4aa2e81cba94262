"""The logistic weights of every field's probability. Made by `python -m papers.train confidence` in `benchmarks`.

For every value found on labelled papers (with and without the account's own name), the vector of `Signs` and whether
it was right gave a logistic regression: first one for all fields, then one a field, drawn towards the common one, the
signs of the weights fixed. What they are worth on layouts left out of the fit: docs/reading.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailroom.domain.document import FieldName

WEIGHTS: Mapping[FieldName, tuple[float, float, float, float, float]] = {
    FieldName.DOCUMENT_TYPE: (0.21, 0.62, 1.09, 1.36, -1.95),
    FieldName.INVOICE_NUMBER: (0.40, 1.04, 1.86, 1.36, -2.31),
    FieldName.ISSUE_DATE: (0.98, 1.40, 1.81, 1.36, -1.63),
    FieldName.DUE_DATE: (0.56, 1.17, 1.75, 1.36, -1.94),
    FieldName.CURRENCY: (0.86, 1.04, 1.10, 0.77, -1.95),
    FieldName.SELLER_NAME: (-0.04, 0.79, 2.19, 1.36, -2.32),
    FieldName.SELLER_VAT_ID: (0.27, 0.97, 1.71, 1.46, -2.13),
    FieldName.IBAN: (0.32, 1.00, 1.74, 1.55, -2.23),
    FieldName.PAYMENT_REFERENCE: (0.22, 0.81, 1.61, 1.36, -1.95),
    FieldName.BUYER_NAME: (0.22, 0.81, 1.61, 1.36, -1.95),
    FieldName.BUYER_VAT_ID: (0.22, 0.81, 1.61, 1.36, -1.95),
    FieldName.NET_AMOUNT: (0.41, 1.10, 1.54, 1.30, -2.01),
    FieldName.VAT_AMOUNT: (0.16, 0.82, 1.50, 1.82, -2.19),
    FieldName.TOTAL_AMOUNT: (-0.54, 1.13, 1.16, 1.47, -2.47),
    FieldName.PAYABLE_AMOUNT: (0.22, 0.81, 1.61, 1.36, -1.95),
}

ABSENT: Mapping[FieldName, float] = {
    FieldName.DOCUMENT_TYPE: 0.0,
    FieldName.INVOICE_NUMBER: 0.46,
    FieldName.ISSUE_DATE: 0.01,
    FieldName.DUE_DATE: 0.93,
    FieldName.CURRENCY: 0.05,
    FieldName.SELLER_NAME: 0.05,
    FieldName.SELLER_VAT_ID: 0.62,
    FieldName.IBAN: 0.96,
    FieldName.PAYMENT_REFERENCE: 0.93,
    FieldName.BUYER_NAME: 0.03,
    FieldName.BUYER_VAT_ID: 0.04,
    FieldName.NET_AMOUNT: 0.21,
    FieldName.VAT_AMOUNT: 0.17,
    FieldName.TOTAL_AMOUNT: 0.05,
    FieldName.PAYABLE_AMOUNT: 0.25,
}
"""How often a field that was not found was really not on the page."""
