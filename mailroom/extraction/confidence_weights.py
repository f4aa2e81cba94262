"""The logistic weights of every field's probability. Made by `python -m papers.train confidence` in `benchmarks`.

For every value found on labelled papers (with and without the account's own name), the vector of `Signs` and whether
it was right gave a logistic regression: first one for all fields, then one a field, drawn towards the common one, the
signs of the weights fixed. What they are worth on layouts left out of the fit: docs/reading.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailroom.domain.document import FieldName

WEIGHTS: Mapping[FieldName, tuple[float, float, float, float, float]] = {
    FieldName.DOCUMENT_TYPE: (1.41, 0.82, 1.20, 1.48, -1.72),
    FieldName.INVOICE_NUMBER: (0.67, 0.71, 2.14, 1.48, -1.97),
    FieldName.ISSUE_DATE: (1.24, 0.87, 1.31, 1.48, -2.00),
    FieldName.DUE_DATE: (0.85, 1.05, 1.76, 1.48, -1.71),
    FieldName.CURRENCY: (1.04, 0.90, 1.67, 1.39, -1.72),
    FieldName.SELLER_NAME: (0.02, 0.58, 2.07, 1.48, -1.99),
    FieldName.SELLER_VAT_ID: (0.39, 0.59, 1.85, 1.27, -1.91),
    FieldName.IBAN: (0.47, 0.90, 1.32, 1.75, -1.90),
    FieldName.PAYMENT_REFERENCE: (0.67, 0.70, 1.71, 1.48, -1.72),
    FieldName.BUYER_NAME: (0.67, 0.70, 1.71, 1.48, -1.72),
    FieldName.BUYER_VAT_ID: (0.67, 0.70, 1.71, 1.48, -1.72),
    FieldName.NET_AMOUNT: (0.95, 0.88, 1.94, 1.62, -1.70),
    FieldName.VAT_AMOUNT: (0.59, 0.66, 1.78, 1.80, -1.76),
    FieldName.TOTAL_AMOUNT: (0.16, 0.87, 1.63, 1.58, -1.95),
    FieldName.PAYABLE_AMOUNT: (0.67, 0.70, 1.71, 1.48, -1.72),
}

ABSENT: Mapping[FieldName, float] = {
    FieldName.DOCUMENT_TYPE: 0.0,
    FieldName.INVOICE_NUMBER: 0.03,
    FieldName.ISSUE_DATE: 0.03,
    FieldName.DUE_DATE: 0.94,
    FieldName.CURRENCY: 0.05,
    FieldName.SELLER_NAME: 0.17,
    FieldName.SELLER_VAT_ID: 0.85,
    FieldName.IBAN: 0.92,
    FieldName.PAYMENT_REFERENCE: 0.93,
    FieldName.BUYER_NAME: 0.03,
    FieldName.BUYER_VAT_ID: 0.04,
    FieldName.NET_AMOUNT: 0.12,
    FieldName.VAT_AMOUNT: 0.12,
    FieldName.TOTAL_AMOUNT: 0.1,
    FieldName.PAYABLE_AMOUNT: 0.25,
}
"""How often a field that was not found was really not on the page."""
