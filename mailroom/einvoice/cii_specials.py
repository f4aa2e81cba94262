"""The terms of CII that no path describes: repeated groups deep in the tree, identifiers with and without a scheme.

Source: EN 16931-3-3. UNTDID 2475 is what CII has for BT-8, UNTDID 2005 what EN 16931 has.
"""

from __future__ import annotations

import re
from typing import Any

from mailroom.einvoice import mapping
from mailroom.einvoice.mapping import Context, Leaf, Special, Table
from mailroom.einvoice.parts import AllowanceCharge, Identifier, PaymentMeans
from mailroom.einvoice.tree import Node

_SETTLEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement"
_AGREEMENT = "SupplyChainTradeTransaction/ApplicableHeaderTradeAgreement"


def _find(node: Node, path: str) -> list[Node]:
    return mapping.find(node, mapping.paths(path)[0].steps)


def _reach(node: Node, path: str) -> Node:
    return mapping.reach(node, mapping.paths(path)[0].steps)


def _new(node: Node, path: str) -> Node:
    return mapping.reach(node, mapping.paths(path)[0].steps, fresh=True)


def _take(node: Node, path: str, kind: str, term: str, context: Context) -> Any:
    for place in _find(node, path):
        value = mapping.take(place, "", kind, context)
        if value is not None:
            context.places.setdefault(term, place)
            return value
    return None


def text_at(root: Node, path: str) -> str:
    """Return the text of the first element at a path."""
    found = _find(root, path)
    return found[0].text if found else ""


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, (), "")}


def many(attr: str, parent: str, path: str, table: Table) -> Special:
    """Return rows of a group whose repeated element is not the first step of its path."""

    def read(node: Node, context: Context) -> dict[str, Any]:
        found = [mapping.read(place, table, context) for place in _find(node, f"{parent}/{path}")]
        return _kept({attr: tuple(one for one in found if one is not None)})

    def write(node: Node, value: Any, context: Context) -> None:
        for one in getattr(value, attr):
            mapping.write(_new(_reach(node, parent), path), table, one, context)

    return Special(read, write)


# -- identifiers ----------------------------------------------------------------------------------------------------


def party_ids(term: str) -> Special:
    """Return the row of a party's identifiers: `GlobalID` with a scheme, `ID` without."""
    rows = (Leaf(term, "ids", "ID", "identifier", many=True), Leaf(term, "ids", "GlobalID", "identifier", many=True))

    def read(node: Node, context: Context) -> dict[str, Any]:
        found = [one for row in rows for one in mapping.read_leaf(node, row, context)]
        return _kept({"ids": tuple(found)})

    def write(node: Node, party: Any, context: Context) -> None:
        for one in party.ids:
            mapping.put(_new(node, "GlobalID" if one.scheme else "ID"), "", "identifier", one, context)

    return Special(read, write)


def _read_location(node: Node, context: Context) -> dict[str, Any]:
    for name in ("ID", "GlobalID"):
        found = _take(node, f"ShipToTradeParty/{name}", "identifier", "BT-71", context)
        if found:
            return {"location_id": found}
    return {}


def _write_location(node: Node, delivery: Any, context: Context) -> None:
    if delivery.location_id:
        place = _reach(node, f"ShipToTradeParty/{'GlobalID' if delivery.location_id.scheme else 'ID'}")
        mapping.put(place, "", "identifier", delivery.location_id, context)


LOCATION = Special(_read_location, _write_location)


def _referenced_object(parent: str, attr: str, term: str) -> Special:
    def read(node: Node, context: Context) -> dict[str, Any]:
        for place in _find(node, f"{parent}/AdditionalReferencedDocument[TypeCode=130]"):
            value = _take(place, "IssuerAssignedID", "text", term, context)
            if value:
                scheme = _take(place, "ReferenceTypeCode", "code", f"{term}-1", context)
                return {attr: Identifier(value=value, scheme=scheme or "")}
        return {}

    def write(node: Node, value: Any, _context: Context) -> None:
        held = getattr(value, attr)
        if held:
            place = _new(_reach(node, parent), "AdditionalReferencedDocument[TypeCode=130]")
            _new(place, "IssuerAssignedID").text = held.value
            if held.scheme:
                _new(place, "ReferenceTypeCode").text = held.scheme

    return Special(read, write)


INVOICED_OBJECT = _referenced_object(_AGREEMENT, "invoiced_object", "BT-18")
LINE_OBJECT = _referenced_object("SpecifiedLineTradeSettlement", "object_id", "BT-128")


def _write_project_name(node: Node, invoice: Any, _context: Context) -> None:
    if invoice.project:  # CII demands a name beside the number; EN 16931-3-3 gives this one
        _reach(node, f"{_AGREEMENT}/SpecifiedProcuringProject/Name").text = "Project reference"


PROJECT_NAME = Special(lambda _node, _context: {}, _write_project_name)


# -- BG-16 ----------------------------------------------------------------------------------------------------------

_CREDITOR = "PayeePartyCreditorFinancialAccount"
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,40}")


def _read_account(node: Node, context: Context) -> dict[str, Any]:
    for name in ("IBANID", "ProprietaryID"):
        found = _take(node, f"{_CREDITOR}/{name}", "text", "BT-84", context)
        if found:
            return {"id": found}
    return {}


def _write_account(node: Node, account: Any, _context: Context) -> None:
    if account.id:
        name = "IBANID" if _IBAN.fullmatch(account.id) else "ProprietaryID"
        _reach(node, f"{_CREDITOR}/{name}").text = account.id


ACCOUNT_ID = Special(_read_account, _write_account)
_MANDATE = f"{_SETTLEMENT}/SpecifiedTradePaymentTerms/DirectDebitMandateID"
_DIRECT_DEBIT = frozenset({"49", "59"})


def payments(table: Table) -> Special:
    """Return the rows of the payment means; the mandate BT-89 stands with the payment terms."""
    means = many("payment_means", _SETTLEMENT, "SpecifiedTradeSettlementPaymentMeans", table)

    def read(node: Node, context: Context) -> dict[str, Any]:
        found: list[PaymentMeans] = list(means.read(node, context).get("payment_means", ()))
        mandate = _take(node, _MANDATE, "text", "BT-89", context)
        if mandate:
            found = found or [PaymentMeans()]
            debit = (i for i, one in enumerate(found) if one.code in _DIRECT_DEBIT or one.debited_account)
            number = next(debit, 0)
            found[number] = found[number].model_copy(update={"mandate": mandate})
        return _kept({"payment_means": tuple(found)})

    def write(node: Node, invoice: Any, context: Context) -> None:
        means.write(node, invoice, context)
        mandate = next((one.mandate for one in invoice.payment_means if one.mandate), "")
        if mandate:
            _reach(node, _MANDATE).text = mandate

    return Special(read, write)


# -- amounts --------------------------------------------------------------------------------------------------------

_SUM = "SpecifiedTradeSettlementHeaderMonetarySummation"


def _read_vat_totals(node: Node, context: Context) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for place in _find(node, f"{_SUM}/TaxTotalAmount"):
        currency = place.attributes.get("currencyID", "").strip()
        foreign = bool(context.tax_currency) and currency == context.tax_currency != context.currency
        name, term = ("vat_accounting", "BT-111") if foreign else ("vat", "BT-110")
        if name in values:
            continue
        before = set(context.currencies)
        value = mapping.take(place, "", "amount", context)
        if foreign:
            context.currencies = before
        if value is not None:
            values[name] = value
            context.places.setdefault(term, place)
    return values


def _write_vat_totals(node: Node, totals: Any, context: Context) -> None:
    for value, currency in ((totals.vat, context.currency), (totals.vat_accounting, context.tax_currency)):
        if value is not None:
            place = _new(_reach(node, _SUM), "TaxTotalAmount")
            mapping.put(place, "", "amount", value, context)
            place.attributes["currencyID"] = currency or context.currency


VAT_TOTALS = Special(_read_vat_totals, _write_vat_totals)


def line_allowances(table: Table) -> Special:
    """Return the rows of the allowances and charges of a line."""
    return many("allowances", "SpecifiedLineTradeSettlement", "SpecifiedTradeAllowanceCharge", table)


def allowances(table: Table, service: Table) -> Special:
    """Return the rows on document level; logistics service charges (Factur-X EXTENDED) are charges like others."""
    plain = many("allowances", _SETTLEMENT, "SpecifiedTradeAllowanceCharge", table)

    def read(node: Node, context: Context) -> dict[str, Any]:
        found: list[AllowanceCharge] = list(plain.read(node, context).get("allowances", ()))
        for place in _find(node, f"{_SETTLEMENT}/SpecifiedLogisticsServiceCharge"):
            one = mapping.read(place, service, context)
            if one is not None:
                found.append(one.model_copy(update={"charge": True}))
        return _kept({"allowances": tuple(found)})

    return Special(read, plain.write)


# -- BT-7, BT-8 -----------------------------------------------------------------------------------------------------

_POINTS = {"5": "3", "29": "35", "72": "432"}
_TAX = f"{_SETTLEMENT}/ApplicableTradeTax"


def _read_tax_point(node: Node, context: Context) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for tax in _find(node, _TAX):  # said again for each rate
        day = _take(tax, "TaxPointDate/DateString", "short_day", "BT-7", context)
        code = _take(tax, "DueDateTypeCode", "code", "BT-8", context)
        values.setdefault("tax_point_date", day)
        values.setdefault("tax_point_code", _POINTS.get(code, code) if code else None)
    return _kept(values)


def _write_tax_point(node: Node, invoice: Any, context: Context) -> None:
    for tax in _find(node, _TAX):
        if invoice.tax_point_date:
            mapping.put(_reach(tax, "TaxPointDate/DateString"), "", "short_day", invoice.tax_point_date, context)
        if invoice.tax_point_code:
            codes = {ours: theirs for theirs, ours in _POINTS.items()}
            _reach(tax, "DueDateTypeCode").text = codes.get(invoice.tax_point_code, invoice.tax_point_code)


TAX_POINT = Special(_read_tax_point, _write_tax_point)


# -- BG-25 ----------------------------------------------------------------------------------------------------------


def lines(table: Table) -> Special:
    """Return the rows of the lines; one that names its parent is kept under it."""
    item = "IncludedSupplyChainTradeLineItem"
    parent_path = "AssociatedDocumentLineDocument/ParentLineID"

    def read(node: Node, context: Context) -> dict[str, Any]:
        found, under = [], []
        for place in _find(node, f"SupplyChainTradeTransaction/{item}"):
            line = mapping.read(place, table, context)
            if line is not None:
                found.append(line)
                under.append(_take(place, parent_path, "text", "", context) or "")
        return _kept({"lines": _nested(found, under)})

    def write(node: Node, invoice: Any, context: Context) -> None:
        trade = _reach(node, "SupplyChainTradeTransaction")
        waiting = [(line, "") for line in reversed(invoice.lines)]
        while waiting:
            line, parent = waiting.pop()
            place = _new(trade, item)
            mapping.write(place, table, line, context)
            if parent:
                _reach(place, parent_path).text = parent
            waiting += [(below, line.id) for below in reversed(line.lines)]

    return Special(read, write)


_DEEPEST = 20


def _nested(found: list[Any], under: list[str]) -> tuple[Any, ...]:
    """Return the lines without parent, each with those under it. A parent stands before its children."""
    if not any(under):
        return tuple(found)
    ids = {line.id: number for number, line in reversed(list(enumerate(found)))}
    parents: list[int] = []
    depths: list[int] = []
    for number, parent_id in enumerate(under):
        parent = ids.get(parent_id, number) if parent_id else number
        nested = parent < number and depths[parent] < _DEEPEST
        parents.append(parent if nested else number)
        depths.append(depths[parent] + 1 if nested else 0)
    children: dict[int, list[Any]] = {}
    top = []
    for number in reversed(range(len(found))):
        below = children.pop(number, None)
        line = found[number].model_copy(update={"lines": tuple(reversed(below))}) if below else found[number]
        if parents[number] == number:
            top.append(line)
        else:
            children.setdefault(parents[number], []).append(line)
    return tuple(reversed(top))
