"""Write the model as UBL 2.1, faithfully or as Peppol BIS Billing 3 wants it.

`write_ubl` says what the model says and nothing else. `to_ubl` first brings the model into the form that Peppol
demands (`peppol.peppol_form`): that is a function of its own, so that the two can be looked at apart.
"""

from __future__ import annotations

from mailroom.einvoice import mapping, ubl
from mailroom.einvoice.mapping import Context
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.peppol import peppol_form
from mailroom.einvoice.serialise import serialise
from mailroom.einvoice.tree import Node
from mailroom.einvoice.ubl_order import UBL_ORDER

_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"


def to_ubl(invoice: Invoice) -> bytes:
    """Return Peppol BIS Billing 3 UBL, an Invoice or a CreditNote.

    What Peppol demands and the model does not know stays away; `gaps` names it.
    """
    return write_ubl(peppol_form(invoice))


def write_ubl(invoice: Invoice) -> bytes:
    """Return UBL 2.1 with every term of the model."""
    name = "CreditNote" if invoice.is_credit_note else "Invoice"
    root = Node(name)
    context = Context(currency=invoice.currency, tax_currency=invoice.tax_currency, credit_note=invoice.is_credit_note)
    mapping.write(root, ubl.table(credit_note=invoice.is_credit_note), invoice, context)
    namespaces = {
        "": f"{_NAMESPACE}{name}-2",
        "cac": f"{_NAMESPACE}CommonAggregateComponents-2",
        "cbc": f"{_NAMESPACE}CommonBasicComponents-2",
    }
    return serialise(root, UBL_ORDER, _prefix, namespaces)


def _prefix(node: Node) -> str:
    if node.parent is None:
        return ""
    return "cac" if node.children else "cbc"  # UBL: what holds elements is an aggregate, what holds text is basic
