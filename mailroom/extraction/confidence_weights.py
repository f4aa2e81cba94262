"""The logistic weights of every field's probability. Made by `python -m papers.train confidence` in `benchmarks`.

For every value found on labelled papers (with and without the account's own name), the vector of `Signs` and whether
it was right gave a logistic regression: first one for all fields, then one a field, drawn towards the common one, the
signs of the weights fixed. What they are worth on layouts left out of the fit: docs/reading.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailroom.domain.document import FieldName

WEIGHTS: Mapping[FieldName, tuple[float, float, float, float, float]] = {
    FieldName.DOCUMENT_TYPE: (-0.25, 1.41, 1.65, 1.01, -1.46),
    FieldName.INVOICE_NUMBER: (-0.73, 1.93, 1.86, 1.01, -1.55),
    FieldName.ISSUE_DATE: (-0.19, 1.65, 1.73, 1.01, -1.53),
    FieldName.DUE_DATE: (-0.03, 1.72, 2.18, 1.01, -1.43),
    FieldName.CURRENCY: (-0.34, 1.27, 1.69, 0.90, -1.46),
    FieldName.SELLER_NAME: (-0.99, 0.70, 2.14, 1.01, -2.18),
    FieldName.SELLER_VAT_ID: (-0.51, 1.27, 1.74, 0.83, -1.63),
    FieldName.IBAN: (-0.51, 1.34, 1.88, 1.14, -1.75),
    FieldName.PAYMENT_REFERENCE: (-0.50, 1.27, 1.89, 1.03, -1.60),
    FieldName.BUYER_NAME: (-0.49, 1.59, 2.28, 1.01, -1.47),
    FieldName.BUYER_VAT_ID: (-0.45, 1.37, 1.78, 1.08, -1.75),
    FieldName.NET_AMOUNT: (-0.16, 1.45, 1.94, 1.25, -1.45),
    FieldName.VAT_AMOUNT: (-0.18, 1.37, 2.26, 1.27, -1.46),
    FieldName.TOTAL_AMOUNT: (-0.84, 1.51, 1.66, 1.14, -1.37),
    FieldName.PAYABLE_AMOUNT: (-1.15, 0.96, 2.12, 0.38, -1.59),
}

ABSENT: Mapping[FieldName, float] = {
    FieldName.DOCUMENT_TYPE: 0.0,
    FieldName.INVOICE_NUMBER: 0.06,
    FieldName.ISSUE_DATE: 0.03,
    FieldName.DUE_DATE: 0.79,
    FieldName.CURRENCY: 0.25,
    FieldName.SELLER_NAME: 0.17,
    FieldName.SELLER_VAT_ID: 0.06,
    FieldName.IBAN: 0.59,
    FieldName.PAYMENT_REFERENCE: 0.93,
    FieldName.BUYER_NAME: 0.03,
    FieldName.BUYER_VAT_ID: 0.04,
    FieldName.NET_AMOUNT: 0.1,
    FieldName.VAT_AMOUNT: 0.1,
    FieldName.TOTAL_AMOUNT: 0.1,
    FieldName.PAYABLE_AMOUNT: 0.25,
}
"""How often a field that was not found was really not on the page."""
