"""The logistic weights of every field's probability. Made by `python -m papers.train confidence` in `benchmarks`.

For every value found on labelled papers (with and without the account's own name), the vector of `Signs` and whether
it was right gave a logistic regression: first one for all fields, then one a field, drawn towards the common one, the
signs of the weights fixed. What they are worth on layouts left out of the fit: docs/reading.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailroom.domain.document import FieldName

WEIGHTS: Mapping[FieldName, tuple[float, float, float, float, float]] = {
    FieldName.DOCUMENT_TYPE: (1.28, 0.52, 1.50, 1.24, -2.08),
    FieldName.INVOICE_NUMBER: (0.53, 0.63, 2.04, 1.24, -2.20),
    FieldName.ISSUE_DATE: (1.12, 0.85, 2.31, 1.24, -1.98),
    FieldName.DUE_DATE: (0.89, 0.95, 2.25, 1.24, -2.06),
    FieldName.CURRENCY: (0.80, 0.70, 1.89, 1.14, -2.08),
    FieldName.SELLER_NAME: (0.10, 0.54, 2.03, 1.24, -2.34),
    FieldName.SELLER_VAT_ID: (0.22, 0.35, 2.22, 0.99, -2.23),
    FieldName.IBAN: (0.45, 0.68, 1.81, 1.38, -2.36),
    FieldName.PAYMENT_REFERENCE: (0.53, 0.58, 1.97, 1.24, -2.08),
    FieldName.BUYER_NAME: (0.53, 0.58, 1.97, 1.24, -2.08),
    FieldName.BUYER_VAT_ID: (0.53, 0.58, 1.97, 1.24, -2.08),
    FieldName.NET_AMOUNT: (0.71, 0.71, 2.15, 1.35, -2.07),
    FieldName.VAT_AMOUNT: (0.47, 0.55, 1.95, 1.49, -2.11),
    FieldName.TOTAL_AMOUNT: (-0.12, 0.66, 1.66, 1.38, -2.37),
    FieldName.PAYABLE_AMOUNT: (0.53, 0.58, 1.97, 1.24, -2.08),
}

ABSENT: Mapping[FieldName, float] = {
    FieldName.DOCUMENT_TYPE: 0.0,
    FieldName.INVOICE_NUMBER: 0.05,
    FieldName.ISSUE_DATE: 0.02,
    FieldName.DUE_DATE: 0.8,
    FieldName.CURRENCY: 0.05,
    FieldName.SELLER_NAME: 0.17,
    FieldName.SELLER_VAT_ID: 0.6,
    FieldName.IBAN: 0.92,
    FieldName.PAYMENT_REFERENCE: 0.93,
    FieldName.BUYER_NAME: 0.03,
    FieldName.BUYER_VAT_ID: 0.04,
    FieldName.NET_AMOUNT: 0.25,
    FieldName.VAT_AMOUNT: 0.25,
    FieldName.TOTAL_AMOUNT: 0.25,
    FieldName.PAYABLE_AMOUNT: 0.25,
}
"""How often a field that was not found was really not on the page."""
