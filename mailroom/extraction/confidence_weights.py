"""The logistic weights of every field's probability. Made by `python -m papers.train confidence` in `benchmarks`.

For every value found on labelled papers (with and without the account's own name), the vector of `Signs` and whether
it was right gave a logistic regression: first one for all fields, then one a field, drawn towards the common one, the
signs of the weights fixed. What they are worth on layouts left out of the fit: docs/reading.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailroom.domain.document import FieldName

WEIGHTS: Mapping[FieldName, tuple[float, float, float, float, float]] = {
    FieldName.DOCUMENT_TYPE: (0.22, 0.61, 1.10, 1.31, -1.97),
    FieldName.INVOICE_NUMBER: (0.42, 1.00, 1.87, 1.31, -2.32),
    FieldName.ISSUE_DATE: (1.00, 1.35, 1.82, 1.31, -1.64),
    FieldName.DUE_DATE: (0.58, 1.12, 1.75, 1.31, -1.96),
    FieldName.CURRENCY: (0.89, 1.00, 1.12, 0.74, -1.97),
    FieldName.SELLER_NAME: (-0.08, 0.80, 1.80, 1.31, -2.68),
    FieldName.SELLER_VAT_ID: (0.25, 0.72, 1.49, 1.21, -1.99),
    FieldName.IBAN: (0.34, 0.95, 1.74, 1.52, -2.25),
    FieldName.PAYMENT_REFERENCE: (0.23, 0.74, 1.59, 1.31, -1.97),
    FieldName.BUYER_NAME: (0.23, 0.74, 1.59, 1.31, -1.97),
    FieldName.BUYER_VAT_ID: (0.23, 0.74, 1.59, 1.31, -1.97),
    FieldName.NET_AMOUNT: (0.44, 1.05, 1.55, 1.28, -2.03),
    FieldName.VAT_AMOUNT: (0.18, 0.75, 1.50, 1.80, -2.21),
    FieldName.TOTAL_AMOUNT: (-0.52, 1.10, 1.17, 1.45, -2.50),
    FieldName.PAYABLE_AMOUNT: (0.23, 0.74, 1.59, 1.31, -1.97),
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
