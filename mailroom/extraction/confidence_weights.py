"""The logistic weights of every field's probability. Made by `python -m papers.train confidence` in `benchmarks`.

For every value found on labelled papers (with and without the account's own name), the vector of `Signs` and whether
it was right gave a logistic regression: first one for all fields, then one a field, drawn towards the common one, the
signs of the weights fixed. What they are worth on layouts left out of the fit: docs/reading.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailroom.domain.document import FieldName

WEIGHTS: Mapping[FieldName, tuple[float, float, float, float, float]] = {
    FieldName.DOCUMENT_TYPE: (1.28, 0.54, 1.48, 1.23, -2.08),
    FieldName.INVOICE_NUMBER: (0.54, 0.66, 2.02, 1.23, -2.21),
    FieldName.ISSUE_DATE: (1.17, 0.98, 2.25, 1.23, -1.99),
    FieldName.DUE_DATE: (0.90, 0.98, 2.22, 1.23, -2.07),
    FieldName.CURRENCY: (0.80, 0.73, 1.86, 1.14, -2.08),
    FieldName.SELLER_NAME: (0.11, 0.55, 2.03, 1.23, -2.35),
    FieldName.SELLER_VAT_ID: (0.23, 0.38, 2.19, 0.97, -2.23),
    FieldName.IBAN: (0.46, 0.71, 1.78, 1.37, -2.36),
    FieldName.PAYMENT_REFERENCE: (0.55, 0.62, 1.95, 1.23, -2.08),
    FieldName.BUYER_NAME: (0.55, 0.62, 1.95, 1.23, -2.08),
    FieldName.BUYER_VAT_ID: (0.55, 0.62, 1.95, 1.23, -2.08),
    FieldName.NET_AMOUNT: (0.73, 0.75, 2.13, 1.34, -2.07),
    FieldName.VAT_AMOUNT: (0.49, 0.59, 1.92, 1.49, -2.11),
    FieldName.TOTAL_AMOUNT: (-0.12, 0.69, 1.63, 1.37, -2.37),
    FieldName.PAYABLE_AMOUNT: (0.55, 0.62, 1.95, 1.23, -2.08),
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
