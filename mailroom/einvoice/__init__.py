"""E-invoices: one model of EN 16931, readers of its dialects, the writer of Peppol BIS Billing 3, checks.

Pure: no database, no socket; nothing that a document names is fetched. Callers import from here.
"""

from mailroom.einvoice.embedded import embedded_invoice
from mailroom.einvoice.header import header_fields
from mailroom.einvoice.model import Invoice, Syntax
from mailroom.einvoice.read import read_invoice, recognise

__all__ = ["Invoice", "Syntax", "embedded_invoice", "header_fields", "read_invoice", "recognise"]
