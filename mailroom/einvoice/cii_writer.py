"""Write the model as UN/CEFACT Cross Industry Invoice D16B, in the profile EN 16931 (Factur-X, ZUGFeRD 2)."""

from __future__ import annotations

from mailroom.einvoice import cii, mapping
from mailroom.einvoice.cii_order import CII_ORDER
from mailroom.einvoice.mapping import Context
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.serialise import serialise
from mailroom.einvoice.tree import Node

_NAMESPACE = "urn:un:unece:uncefact:data:standard:"
_NAMESPACES = {
    "rsm": f"{_NAMESPACE}CrossIndustryInvoice:100",
    "ram": f"{_NAMESPACE}ReusableAggregateBusinessInformationEntity:100",
    "qdt": f"{_NAMESPACE}QualifiedDataType:100",
    "udt": f"{_NAMESPACE}UnqualifiedDataType:100",
}
_DEMANDED = frozenset(
    {"ApplicableHeaderTradeAgreement", "ApplicableHeaderTradeDelivery", "ApplicableHeaderTradeSettlement"}
)
"""What the schema demands even when it is empty."""
_TOP = frozenset({"ExchangedDocumentContext", "ExchangedDocument", "SupplyChainTradeTransaction"})


_EN16931 = "urn:cen.eu:en16931:2017"


def to_cii(invoice: Invoice) -> bytes:
    """Return CII that claims EN 16931 (the profile of that name in Factur-X), or XRechnung where the invoice does."""
    german = "xrechnung" in invoice.specification.lower()
    lines = tuple(line.model_copy(update={"lines": ()}) for line in invoice.lines)  # their amounts hold those below
    change: dict[str, object] = {"lines": lines} if german else {"lines": lines, "specification": _EN16931}
    return write_cii(invoice.model_copy(update=change))


def write_cii(invoice: Invoice) -> bytes:
    """Return CII with every term of the model that CII has."""
    root = Node("CrossIndustryInvoice")
    context = Context(currency=invoice.currency, tax_currency=invoice.tax_currency)
    mapping.write(root, cii.table(), invoice, context)
    _add_types(root)
    trade = mapping.reach(root, (mapping.Step("SupplyChainTradeTransaction", ()),))
    for name in _DEMANDED:
        mapping.reach(trade, (mapping.Step(name, ()),))
    return serialise(root, CII_ORDER, _prefix, _NAMESPACES, keep=_DEMANDED)


def _add_types(root: Node) -> None:
    """Add what CII demands beside the terms: the kind of each tax."""
    for node in list(root.walk()):
        if node.name in {"ApplicableTradeTax", "CategoryTradeTax"} and not node.all("TypeCode"):
            kind = Node("TypeCode", parent=node)
            kind.text = "VAT"
            node.children.append(kind)


def _prefix(node: Node) -> str:
    if node.parent is None or (node.name in _TOP and node.parent.parent is None):
        return "rsm"
    if node.name in {"DateTimeString", "DateString", "Indicator"}:
        return "qdt" if node.parent.name == "FormattedIssueDateTime" else "udt"
    return "ram"
