"""E-invoices: one model of EN 16931, readers of its dialects, the writer of Peppol BIS Billing 3, checks.

Pure: no database, no socket; nothing that a document names is fetched. Callers import from here.
"""

from mailroom.einvoice.checks import check
from mailroom.einvoice.checks.outside import check_account, check_page, same_value
from mailroom.einvoice.cii_writer import to_cii, write_cii
from mailroom.einvoice.embedded import embedded_invoice
from mailroom.einvoice.findings import Finding, Severity, explain
from mailroom.einvoice.from_fields import from_fields, gaps
from mailroom.einvoice.header import header_fields
from mailroom.einvoice.line_items import line_items
from mailroom.einvoice.model import Invoice, Syntax
from mailroom.einvoice.original import with_original
from mailroom.einvoice.peppol import peppol_form
from mailroom.einvoice.read import read_invoice, recognise
from mailroom.einvoice.show import Row, show_rows
from mailroom.einvoice.told import reasons_of, reasons_outside
from mailroom.einvoice.ubl_writer import to_ubl, write_ubl

__all__ = [
    "Finding",
    "Invoice",
    "Row",
    "Severity",
    "Syntax",
    "check",
    "check_account",
    "check_page",
    "embedded_invoice",
    "explain",
    "from_fields",
    "gaps",
    "header_fields",
    "line_items",
    "peppol_form",
    "read_invoice",
    "reasons_of",
    "reasons_outside",
    "recognise",
    "same_value",
    "show_rows",
    "to_cii",
    "to_ubl",
    "with_original",
    "write_cii",
    "write_ubl",
]
