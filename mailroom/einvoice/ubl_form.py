"""The form of a UBL file where the model cannot hold it: what stands twice, is empty, or lacks its scheme or currency.

The reader is lenient and takes the first or the best; the official rules are not. So it looks at the tree once and
notes each place with the id of the rule that it breaks; `checks.form` gives it a sentence.

Source: CEN Schematron for UBL 1.3.16 (UBL-SR, UBL-DT, BR-CL, BR-CO), OpenPeppol 3.0.21 (R043, R044, R053, R054, R080,
R100, R101, F001).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from mailroom.einvoice import mapping
from mailroom.einvoice.codes import codes
from mailroom.einvoice.kinds import number
from mailroom.einvoice.model import CREDIT_NOTE_CODES, Fault
from mailroom.einvoice.tree import Node

MOST = 200
"""Faults that are noted: a file of ten thousand wrong lines does not need ten thousand of them."""
_Broken = Iterator[tuple[str, Node]]


def faults(root: Node) -> tuple[Fault, ...]:
    """Return what breaks a rule of form, in the order of the document."""
    found: list[Fault] = []
    for rule, node in _of_document(root):
        if len(found) == MOST:
            break
        found.append(Fault(rule=rule, place=place_of(node)))
    return tuple(found)


def place_of(node: Node) -> str:
    """Return a path for people, such as `/Invoice/InvoiceLine[2]/Price`."""
    parts: list[str] = []
    current: Node | None = node
    while current is not None:
        twins = current.parent.all(current.name) if current.parent else []
        number = next((i for i, one in enumerate(twins, 1) if one is current), 1)
        parts.append(f"{current.name}[{number}]" if len(twins) > 1 else current.name)
        current = current.parent
    return "/" + "/".join(reversed(parts))


def _find(node: Node, path: str) -> list[Node]:
    return mapping.find(node, mapping.paths(path)[0].steps)


_SELLER, _BUYER = "AccountingSupplierParty/Party", "AccountingCustomerParty/Party"
_ONCE = (
    ("UBL-SR-01", "ContractDocumentReference/ID"),
    ("UBL-SR-02", "ReceiptDocumentReference/ID"),
    ("UBL-SR-03", "DespatchDocumentReference/ID"),
    ("UBL-SR-04", "AdditionalDocumentReference[DocumentTypeCode=130]/ID"),
    ("UBL-SR-05", "PaymentTerms/Note"),
    ("UBL-SR-08", "InvoicePeriod"),
    ("UBL-SR-09", f"{_SELLER}/PartyLegalEntity/RegistrationName"),
    ("UBL-SR-10", f"{_SELLER}/PartyName/Name"),
    ("UBL-SR-11", f"{_SELLER}/PartyLegalEntity/CompanyID"),
    ("UBL-SR-12", f"{_SELLER}/PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID"),
    ("UBL-SR-13", f"{_SELLER}/PartyTaxScheme[TaxScheme/ID!=VAT]/CompanyID"),
    ("UBL-SR-14", f"{_SELLER}/PartyLegalEntity/CompanyLegalForm"),
    ("UBL-SR-15", f"{_BUYER}/PartyLegalEntity/RegistrationName"),
    ("UBL-SR-16", f"{_BUYER}/PartyIdentification/ID"),
    ("UBL-SR-17", f"{_BUYER}/PartyLegalEntity/CompanyID"),
    ("UBL-SR-18", f"{_BUYER}/PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID"),
    ("UBL-SR-24", "Delivery"),
    ("UBL-SR-39", "ProjectReference/ID"),
    ("UBL-SR-40", f"{_BUYER}/PartyName/Name"),
    ("UBL-SR-45", "PaymentMeans/PaymentDueDate"),
    ("UBL-SR-49", "InvoicePeriod/DescriptionCode"),
    ("UBL-SR-54", "PaymentMeans/CardAccount"),
    ("UBL-SR-55", "PaymentMeans/PaymentMandate"),
    ("UBL-SR-56", "OriginatorDocumentReference/ID"),
)
_CREDITOR = "PartyIdentification[ID/@schemeID=SEPA]/ID"
_CREDITORS = (f"{_SELLER}/{_CREDITOR}", f"PayeeParty/{_CREDITOR}")
_LINE_ONCE = (
    ("UBL-SR-34", "Note"),
    ("UBL-SR-35", "OrderLineReference/LineID"),
    ("UBL-SR-36", "InvoicePeriod"),
    ("UBL-SR-37", "Price/AllowanceCharge/Amount"),
    ("UBL-SR-50", "Item/Description"),
    ("UBL-SR-52", "DocumentReference"),
    ("PEPPOL-EN16931-R100", "DocumentReference"),
)


def _of_document(root: Node) -> _Broken:
    for rule, path in _ONCE:
        if len(_find(root, path)) > 1:
            yield rule, root
    creditors = [one for path in _CREDITORS for one in _find(root, path)]
    if len(creditors) > 1:
        yield "UBL-SR-29", root
    yield from _tax_totals(root)
    kind = _text(root, "InvoiceTypeCode")
    if kind in CREDIT_NOTE_CODES - codes("invoice_type"):
        yield "BR-CL-01", root
        if _text(root, "ProfileID").endswith(":01:1.0"):
            yield "PEPPOL-EN16931-P0100", root
    projects = [one for one in root.all("AdditionalDocumentReference") if _text(one, "DocumentTypeCode") == "50"]
    if root.name == "CreditNote" and len(projects) > 1:
        yield "PEPPOL-EN16931-R080", root
    for node in root.walk():
        yield from _of_node(node)


def _tax_totals(root: Node) -> _Broken:
    currency = _text(root, "DocumentCurrencyCode")
    stated = [one for one in _find(root, "TaxTotal/TaxAmount") if one.attributes.get("currencyID", "") == currency]
    if root.all("DocumentCurrencyCode") and len(stated) != 1:
        yield "BR-CO-15", root
    detailed = [one for one in root.all("TaxTotal") if one.all("TaxSubtotal")]
    if len(detailed) != 1:
        yield "PEPPOL-EN16931-R053", root
    if len(root.all("TaxTotal")) - len(detailed) != bool(root.all("TaxCurrencyCode")):
        yield "PEPPOL-EN16931-R054", root


def _of_node(node: Node) -> _Broken:
    if node.name in _LOOKS:
        yield from _LOOKS[node.name](node)
    if node.name.endswith("Amount"):
        yield from _amount(node)
    elif not node.children and node.text == node.text.lower():  # the reader takes small letters for capital ones
        yield from _code(node)
    if node.attributes:
        yield from _attributes(node)


def _text(node: Node, name: str) -> str:
    return next((one.text for one in node.all(name)), "")


# -- elements -------------------------------------------------------------------------------------------------------


def _line(node: Node) -> _Broken:
    for rule, path in _LINE_ONCE:
        if len(_find(node, path)) > 1:
            yield rule, node
    if len(_find(node, "Item/ClassifiedTaxCategory")) != 1:
        yield "UBL-SR-48", node
    if not _find(node, "Item/ClassifiedTaxCategory[TaxScheme/ID=VAT]/ID"):
        yield "BR-CO-04", node
    references = node.all("DocumentReference")
    if references and not any(_text(one, "DocumentTypeCode") == "130" for one in references):
        yield "PEPPOL-EN16931-R101", node


def _allowance(node: Node) -> _Broken:
    parent = node.parent.name if node.parent else ""
    indicator = _text(node, "ChargeIndicator")
    if parent == "Price":
        if indicator != "false":
            yield "PEPPOL-EN16931-R044", node
        return
    if len(node.all("AllowanceChargeReason")) > 1:
        yield "UBL-SR-31" if indicator == "true" else "UBL-SR-30", node
    if parent in {"Invoice", "CreditNote"} and not _find(node, "TaxCategory[TaxScheme/ID=VAT]/ID"):
        yield "BR-37" if indicator in {"true", "1"} else "BR-32", node
    alone = bool(node.all("MultiplierFactorNumeric")) != bool(node.all("BaseAmount"))  # R041 and R042 go first
    if indicator not in {"true", "false"} and not alone:
        yield "PEPPOL-EN16931-R043", node


def _subtotal(node: Node) -> _Broken:
    vat = [one for one in node.all("TaxCategory") if _find(one, "TaxScheme[ID=VAT]")]
    if not any(one.all("ID") for one in vat):
        yield "BR-47", node
    if not any(one.all("Percent") or _text(one, "ID") == "O" for one in vat):
        yield "BR-48", node
    amount = number(_text(node, "TaxAmount"))
    if node.all("TaxCategory") and not vat and amount is not None and round(amount):
        yield "BR-CO-17", node
    if any(len(one.all("TaxExemptionReason")) > 1 for one in node.all("TaxCategory")):
        yield "UBL-SR-32", node


def _payee(node: Node) -> _Broken:
    root = node.parent
    sellers = {one.text for one in _find(root, f"{_SELLER}/PartyLegalEntity/RegistrationName")} if root else set()
    names = _find(node, "PartyName/Name")
    other = bool(names and sellers) and any(one.text not in sellers for one in names)
    ids = _find(node, "PartyIdentification[ID/@schemeID!=SEPA]/ID")
    for rule, several in (
        ("UBL-SR-19", names),
        ("UBL-SR-20", [one for one in ids if "schemeID" in one.attributes]),
        ("UBL-SR-21", _find(node, "PartyLegalEntity/CompanyID")),
    ):
        if len(several) > 1 or not other:
            yield rule, node


def _means(node: Node) -> _Broken:
    if len(node.all("PaymentID")) > 1:
        yield "UBL-SR-26", node
    if len(node.all("PaymentMeansCode")) > 1:
        yield "UBL-SR-27", node
    if len(_find(node, "PaymentMandate/ID")) > 1:
        yield "UBL-SR-28", node
    if _text(node, "PaymentMeansCode") in {"30", "58"}:
        for account in node.all("PayeeFinancialAccount"):
            if not _text(account, "ID"):
                yield "BR-50", account


def _document(node: Node) -> _Broken:
    kinds = {one.text for one in node.all("DocumentTypeCode")}
    root = node.parent.name if node.parent else ""
    schemed = any("schemeID" in one.attributes for one in node.all("ID"))
    if "130" in kinds and any(one.attributes.get("schemeID", "-").strip() == "" for one in node.all("ID")):
        yield "BR-CL-07", node
    if "130" not in kinds and not (root == "CreditNote" and "50" in kinds) and (schemed or kinds):
        yield "UBL-SR-43", node
    if len(node.all("DocumentDescription")) > 1:
        yield "UBL-SR-33", node


def _period(node: Node) -> _Broken:
    on_line = node.parent is not None and node.parent.name.endswith("Line")
    if not (node.all("StartDate") or node.all("EndDate") or (not on_line and node.all("DescriptionCode"))):
        yield "BR-CO-20" if on_line else "BR-CO-19", node


def _billing(node: Node) -> _Broken:
    if len(node.all("InvoiceDocumentReference")) > 1:
        yield "UBL-SR-06", node
    if not _find(node, "InvoiceDocumentReference/ID"):
        yield "UBL-SR-07", node
        yield "BR-55", node


def _address(node: Node) -> _Broken:
    if len(node.all("AddressLine")) > 1:
        yield "UBL-SR-51", node


def _tax_scheme(node: Node) -> _Broken:
    if not (_find(node, "TaxScheme/ID") and node.all("CompanyID")):
        yield "UBL-SR-53", node


def _agent(node: Node) -> _Broken:
    if len(_find(node, "PartyName/Name")) > 1:
        yield "UBL-SR-22", node
    if not _find(node, "PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID"):
        yield "BR-56", node


def _delivery(node: Node) -> _Broken:
    if len(_find(node, "DeliveryParty/PartyName/Name")) > 1:
        yield "UBL-SR-25", node


def _seller(node: Node) -> _Broken:
    if len(_find(node, "Party/PartyTaxScheme")) > 2:
        yield "UBL-SR-42", node


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _date(node: Node) -> _Broken:
    try:
        good = bool(_DATE.fullmatch(node.text)) and date.fromisoformat(node.text) is not None
    except ValueError:
        good = False
    if not good:
        yield "PEPPOL-EN16931-F001", node


_LOOKS: dict[str, Callable[[Node], _Broken]] = {
    "InvoiceLine": _line,
    "CreditNoteLine": _line,
    "AllowanceCharge": _allowance,
    "TaxSubtotal": _subtotal,
    "PayeeParty": _payee,
    "PaymentMeans": _means,
    "AdditionalDocumentReference": _document,
    "InvoicePeriod": _period,
    "BillingReference": _billing,
    "PostalAddress": _address,
    "Address": _address,
    "PartyTaxScheme": _tax_scheme,
    "TaxRepresentativeParty": _agent,
    "Delivery": _delivery,
    "AccountingSupplierParty": _seller,
    **dict.fromkeys(("IssueDate", "DueDate", "TaxPointDate", "StartDate", "EndDate", "ActualDeliveryDate"), _date),
}


# -- values ---------------------------------------------------------------------------------------------------------


def _amount(node: Node) -> _Broken:
    if node.name in _OF_CURRENCY and node.attributes.get("currencyID", "").strip() not in codes("currency"):
        yield "BR-CL-03", node
    in_price = node.parent is not None and node.parent.parent is not None and node.parent.parent.name == "Price"
    if len(node.text.partition(".")[2]) > 2 and node.name != "PriceAmount" and not in_price:
        yield "UBL-DT-01", node


_OF_CURRENCY = frozenset(
    {"Amount", "BaseAmount", "PriceAmount", "TaxAmount", "TaxableAmount", "LineExtensionAmount", "TaxExclusiveAmount",
     "TaxInclusiveAmount", "AllowanceTotalAmount", "ChargeTotalAmount", "PrepaidAmount", "PayableRoundingAmount",
     "PayableAmount"}
)  # fmt: skip
_EMPTY: dict[tuple[str, str], str] = {
    ("", "InvoiceTypeCode"): "BR-CL-01",
    ("", "CreditNoteTypeCode"): "BR-CL-01",
    ("", "DocumentCurrencyCode"): "BR-CL-04",
    ("", "TaxCurrencyCode"): "BR-CL-05",
    ("InvoicePeriod", "DescriptionCode"): "BR-CL-06",
    ("Country", "IdentificationCode"): "BR-CL-14",
    ("OriginCountry", "IdentificationCode"): "BR-CL-15",
    ("PaymentMeans", "PaymentMeansCode"): "BR-CL-16",
    ("TaxCategory", "ID"): "BR-CL-17",
    ("ClassifiedTaxCategory", "ID"): "BR-CL-18",
    ("", "TaxExemptionReasonCode"): "BR-CL-22",
}
"""A code list has no empty code, and these have no small letters: rule by (parent, element); an empty parent is any."""


def _code(node: Node) -> _Broken:
    parent = node.parent.name if node.parent else ""
    rule = _EMPTY.get((parent, node.name)) or _EMPTY.get(("", node.name))
    if node.name == "AllowanceChargeReasonCode" and node.parent:
        rule = "BR-CL-20" if _text(node.parent, "ChargeIndicator") in {"true", "1"} else "BR-CL-19"
    if rule and (not node.text or node.text.isalpha()):
        yield rule, node


_ATTRIBUTES = {
    "schemeName": "UBL-DT-08",
    "schemeAgencyName": "UBL-DT-09",
    "schemeDataURI": "UBL-DT-10",
    "schemeURI": "UBL-DT-11",
    "format": "UBL-DT-12",
    "unitCodeListIdentifier": "UBL-DT-13",
    "unitCodeListAgencyIdentifier": "UBL-DT-14",
    "unitCodeListAgencyName": "UBL-DT-15",
    "listAgencyName": "UBL-DT-16",
    "listName": "UBL-DT-17",
    "languageID": "UBL-DT-19",
    "listURI": "UBL-DT-20",
    "listSchemeURI": "UBL-DT-21",
    "languageLocaleID": "UBL-DT-22",
    "uri": "UBL-DT-23",
    "currencyCodeListVersionID": "UBL-DT-24",
    "characterSetCode": "UBL-DT-25",
    "encodingCode": "UBL-DT-26",
    "schemeAgencyID": "UBL-DT-27",
    "listAgencyID": "UBL-DT-28",
}


_BLANK = {
    ("EndpointID", "schemeID"): "BR-CL-25",
    ("PartyIdentification/ID", "schemeID"): "BR-CL-10",
    ("PartyLegalEntity/CompanyID", "schemeID"): "BR-CL-11",
    ("StandardItemIdentification/ID", "schemeID"): "BR-CL-21",
    ("DeliveryLocation/ID", "schemeID"): "BR-CL-26",
    ("ItemClassificationCode", "listID"): "BR-CL-13",
    ("EmbeddedDocumentBinaryObject", "mimeCode"): "BR-CL-24",
    **{(name, "unitCode"): "BR-CL-23" for name in ("InvoicedQuantity", "CreditedQuantity", "BaseQuantity")},
}
"""An attribute that is there but blank counts as one that is of no list, not as one that is missing."""


def _attributes(node: Node) -> _Broken:
    for name, value in node.attributes.items():
        if not value.strip():
            place = f"{node.parent.name}/{node.name}" if node.parent else node.name
            rule = _BLANK.get((place, name)) or _BLANK.get((node.name, name))
            if rule:
                yield rule, node
        if name in _ATTRIBUTES:
            yield _ATTRIBUTES[name], node
        elif name == "name" and node.name != "PaymentMeansCode":
            yield "UBL-DT-18", node
