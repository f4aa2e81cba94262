"""Peppol BIS Billing 3: what it asks beyond EN 16931 (PEPPOL-EN16931-R..., P..., PEPPOL-COMMON-R...)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial

from mailroom.einvoice import digits
from mailroom.einvoice.checks import arithmetic
from mailroom.einvoice.codes import codes
from mailroom.einvoice.findings import Found, Rule, Severity
from mailroom.einvoice.model import Invoice, Syntax
from mailroom.einvoice.parts import AllowanceCharge, Identifier, Line, Party

SPECIFICATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_PROCESS = re.compile(r".*urn:fdc:peppol\.eu:2017:poacc:billing:([0-9]{2}):1\.0", re.DOTALL)
_CENTS = Decimal("0.02")


def is_peppol(invoice: Invoice) -> bool:
    """Say whether the invoice claims to follow Peppol BIS Billing 3."""
    return "urn:fdc:peppol.eu:2017:poacc:billing" in invoice.specification


def both_german(invoice: Invoice) -> bool:
    """Say whether both sides are in Germany, where Peppol allows several notes and two more type codes."""
    return all(party.address and party.address.country == "DE" for party in (invoice.seller, invoice.buyer))


def _when(broken: Callable[[Invoice], bool], place: str, invoice: Invoice) -> Iterator[Found]:
    if broken(invoice):
        yield Found(place, {"term": place})


def _lines(broken: Callable[[Line], bool], term: str, invoice: Invoice) -> Iterator[Found]:
    for number, line in enumerate(invoice.lines, 1):
        if broken(line):
            yield Found(f"BG-25[{number}]/{term}", {"term": term, "line": line.id or str(number)})


def _allowances(invoice: Invoice) -> Iterator[tuple[str, str, AllowanceCharge]]:
    for number, one in enumerate(invoice.allowances, 1):
        yield f"{'BG-21' if one.charge else 'BG-20'}[{number}]", "", one
    for number, line in enumerate(invoice.lines, 1):
        for one in line.allowances:
            yield f"BG-25[{number}]/{'BG-28' if one.charge else 'BG-27'}", line.id or str(number), one


def _each_allowance(broken: Callable[[AllowanceCharge], bool], invoice: Invoice) -> Iterator[Found]:
    for place, line, one in _allowances(invoice):
        if broken(one):
            facts = {"said": "-" if one.amount is None else format(one.amount, "f")}
            yield Found(place, {**facts, "line": line} if line else facts)


def off_percentage(one: AllowanceCharge) -> bool:
    """Say whether an allowance is not its percentage of its base, within two cents (R040)."""
    if one.percent is None or one.base is None:
        return False
    due = one.base * one.percent / 100
    return abs((one.amount or Decimal(0)) - due) > _CENTS


def off_line(line: Line) -> bool:
    """Say whether a line is not quantity times price with its charges and allowances, within two cents (R120)."""
    return abs((line.net or Decimal(0)) - arithmetic.line_due(line)) > _CENTS


def off_price(line: Line) -> bool:
    """Say whether the net price is not the gross price less the discount (R046)."""
    price = line.price
    if not price or price.gross is None or price.discount is None or price.net is None:
        return False
    return price.net != price.gross - price.discount


def _line_sum(invoice: Invoice) -> Iterator[Found]:
    for number, line in enumerate(invoice.lines, 1):
        if off_line(line):
            due = arithmetic.rounded(arithmetic.line_due(line))
            said = "-" if line.net is None else format(line.net, "f")
            facts = {"term": "BT-131", "said": said, "due": format(due, "f"), "line": line.id or str(number)}
            yield Found(f"BG-25[{number}]/BT-131", facts)


def _foreign_currencies(invoice: Invoice) -> Iterator[Found]:
    for code in invoice.source.currencies if invoice.source else ():
        yield Found("BT-5", {"said": code, "due": invoice.currency})


def _no_process(invoice: Invoice) -> bool:
    return not _PROCESS.match(invoice.business_process)


def _wrong_specification(invoice: Invoice) -> bool:
    return not invoice.specification.startswith(SPECIFICATION) or "::" in invoice.specification


def _noted(rule: str, invoice: Invoice) -> bool | None:
    """Return what the reader of a UBL file saw of a rule on its tax totals; None for an invoice of another source."""
    if invoice.source is None or invoice.source.syntax is not Syntax.UBL:
        return None
    return any(fault.rule == rule for fault in invoice.source.faults)


def _breakdown_missing(invoice: Invoice) -> bool:
    seen = _noted("PEPPOL-EN16931-R053", invoice)
    return not invoice.vat_breakdown if seen is None else seen


def _vat_total_missing(invoice: Invoice) -> bool:
    seen = _noted("PEPPOL-EN16931-R054", invoice)
    return bool(invoice.tax_currency) != (invoice.totals.vat_accounting is not None) if seen is None else seen


def _opposite_signs(invoice: Invoice) -> bool:
    ours, theirs = invoice.totals.vat, invoice.totals.vat_accounting
    if not invoice.tax_currency:
        return False
    return ours is None or theirs is None or ours * theirs < 0


def _no_mandate(invoice: Invoice) -> bool:
    return any(one.code in {"49", "59"} and not one.mandate for one in invoice.payment_means)


def _outside(end: str, invoice: Invoice) -> Iterator[Found]:
    limit = getattr(invoice.period, end) if invoice.period else None
    for number, line in enumerate(invoice.lines, 1):
        day = getattr(line.period, end) if line.period else None
        if limit and day and (day < limit if end == "start" else day > limit):
            yield Found(f"BG-25[{number}]/BG-26", {"term": "BG-26", "line": line.id or str(number)})


def _other_unit(line: Line) -> bool:
    price = line.price
    if not price or price.base_quantity is None or not price.base_unit or line.quantity is None:
        return False
    return price.base_unit != line.unit


def _base_not_positive(line: Line) -> bool:
    return bool(line.price and line.price.base_quantity is not None and line.price.base_quantity <= 0)


def _type(invoice: Invoice) -> bool:
    matched = _PROCESS.match(invoice.business_process)
    if not matched or matched[1] != "01" or not invoice.type_code:
        return False
    if invoice.is_credit_note:
        return invoice.type_code not in codes("peppol_credit_note_type")
    return invoice.type_code not in codes("peppol_invoice_type") | {"326", "384"}


def _german_type(invoice: Invoice) -> bool:
    return not invoice.is_credit_note and invoice.type_code in {"326", "384"} and not both_german(invoice)


_EXEMPTIONS = (
    ("P0104", "VATEX-EU-G", "G"),
    ("P0105", "VATEX-EU-O", "O"),
    ("P0106", "VATEX-EU-IC", "K"),
    ("P0107", "VATEX-EU-AE", "AE"),
    ("P0108", "VATEX-EU-D", "E"),
    ("P0109", "VATEX-EU-F", "E"),
    ("P0110", "VATEX-EU-I", "E"),
    ("P0111", "VATEX-EU-J", "E"),
)


def _exemption(code: str, category: str, invoice: Invoice) -> Iterator[Found]:
    for number, row in enumerate(invoice.vat_breakdown, 1):
        if row.reason_code.upper() == code and row.category != category:
            yield Found(f"BG-23[{number}]/BT-121", {"said": row.reason_code, "due": category, "category": row.category})


# -- identifiers ----------------------------------------------------------------------------------------------------


def identifiers(invoice: Invoice) -> Iterator[tuple[str, Identifier]]:
    """Give every identifier of a party that has a scheme, with its term."""
    parties: list[tuple[Party | None, str, str, str]] = [
        (invoice.seller, "BT-34", "BT-29", "BT-30"),
        (invoice.buyer, "BT-49", "BT-46", "BT-47"),
        (invoice.payee, "BT-60", "BT-60", "BT-61"),
    ]
    for party, endpoint, ids, legal in parties:
        if party:
            yield from ((endpoint, one) for one in (party.endpoint,) if one)
            yield from ((ids, one) for one in party.ids)
            yield from ((legal, one) for one in (party.legal_id,) if one)


def _swedish(text: str) -> bool:
    return len(text) == 10 and digits.luhn_digits(text)


def _italian(text: str) -> bool:
    return not text.upper().startswith("IT") or (len(text) == 13 and digits.luhn_digits(text[2:]))


SCHEMES: dict[str, tuple[str, Severity, Callable[[str], bool]]] = {
    "0088": ("R040", Severity.FATAL, digits.gln),
    "0192": ("R041", Severity.FATAL, digits.norwegian),
    "0184": ("R042", Severity.FATAL, lambda text: bool(re.fullmatch(r"(?:DK)?[0-9]{8}", text))),
    "0208": ("R043", Severity.FATAL, lambda text: text.isdigit() and digits.enterprise_number(text)),
    "0201": ("R044", Severity.WARNING, lambda text: bool(re.fullmatch(r"[A-Za-z0-9]{6}", text))),
    "0210": ("R045", Severity.WARNING, digits.italian_tax_code),
    "0211": ("R047", Severity.WARNING, _italian),
    "0007": ("R049", Severity.FATAL, _swedish),
    "0151": ("R050", Severity.FATAL, digits.australian),
    "0096": ("R052", Severity.FATAL, lambda text: bool(re.fullmatch(r"[0-9]{10}", text))),
    "0198": ("R053", Severity.FATAL, lambda text: bool(re.fullmatch(r"DK[0-9]{8}", text))),
    "0106": ("R054", Severity.WARNING, lambda text: bool(re.fullmatch(r"[0-9]{8}", text))),
    "0190": ("R055", Severity.WARNING, lambda text: bool(re.fullmatch(r"[0-9]{20}", text))),
    "9944": ("R056-1", Severity.WARNING, lambda text: bool(re.fullmatch(r"NL[0-9]{9}B[0-9]{2}", text))),
    "0217": ("R057", Severity.WARNING, lambda text: bool(re.fullmatch(r"[0-9]{12}", text))),
}
"""Scheme (ICD or EAS): the Peppol rule that looks at it, and its form."""


def _scheme(scheme: str, form: Callable[[str], bool], invoice: Invoice) -> Iterator[Found]:
    for place, one in identifiers(invoice):
        if one.scheme == scheme and not form(" ".join(one.value.split())):
            yield Found(place, {"term": place, "said": one.value[:60], "scheme": scheme})


def _tax_code_endpoint(invoice: Invoice) -> Iterator[Found]:
    for place, party in (("BT-34", invoice.seller), ("BT-49", invoice.buyer)):
        held = party.endpoint
        if held and held.scheme == "9907" and not digits.italian_tax_code(held.value):
            yield Found(place, {"term": place, "said": held.value[:60], "scheme": "9907"})


def _dutch_vat_ids(invoice: Invoice) -> Iterator[Found]:
    agent = invoice.tax_representative.vat_id if invoice.tax_representative else ""
    for place, vat_id in (("BT-31", invoice.seller.vat_id), ("BT-63", agent), ("BT-48", invoice.buyer.vat_id)):
        if vat_id.startswith("NL") and not _DUTCH_VAT.fullmatch(vat_id):
            yield Found(place, {"term": place, "said": vat_id[:60], "scheme": "9944"})


_DUTCH_VAT = re.compile(r"NL[0-9]{9}B[0-9]{2}")


def _fatal(rule: str, sentence: str, find: Callable[[Invoice], Iterable[Found]]) -> Rule:
    return Rule(f"PEPPOL-EN16931-{rule}", Severity.FATAL, sentence, find)


_SIMPLE: tuple[tuple[str, str, str, Callable[[Invoice], bool]], ...] = (
    ("R001", "missing", "BT-23", lambda i: not i.business_process),
    ("R007", "process_unknown", "BT-23", _no_process),
    ("R002", "one_note", "BG-1", lambda i: len(i.notes) > 1 and not both_german(i)),
    ("R003", "buyer_reference", "BT-10", lambda i: not (i.buyer_reference or i.purchase_order or i.sales_order)),
    ("R004", "not_peppol", "BT-24", _wrong_specification),
    ("R005", "vat_currency_same", "BT-6", lambda i: bool(i.tax_currency) and i.tax_currency == i.currency),
    ("R010", "missing", "BT-49", lambda i: not i.buyer.endpoint),
    ("R020", "missing", "BT-34", lambda i: not i.seller.endpoint),
    ("R053", "missing", "BG-23", _breakdown_missing),
    ("R054", "vat_currency_total", "BT-111", _vat_total_missing),
    ("R055", "vat_signs", "BT-111", _opposite_signs),
    ("R061", "missing", "BT-89", _no_mandate),
    (
        "P0100",
        "code_not_peppol",
        "BT-3",
        lambda i: (not i.is_credit_note and _type(i)) or bool(_noted("PEPPOL-EN16931-P0100", i)),
    ),
    ("P0101", "code_not_peppol", "BT-3", lambda i: i.is_credit_note and _type(i)),
    ("P0112", "code_german", "BT-3", _german_type),
)
RULES: tuple[Rule, ...] = (
    *(_fatal(rule, sentence, partial(_when, broken, place)) for rule, sentence, place, broken in _SIMPLE),
    _fatal("R008", "empty_elements", lambda i: [Found(p, {"place": p}) for p in (i.source.empty if i.source else ())]),
    _fatal("R041", "base_missing", partial(_each_allowance, lambda one: one.percent is not None and one.base is None)),
    _fatal(
        "R042", "percent_missing", partial(_each_allowance, lambda one: one.percent is None and one.base is not None)
    ),
    _fatal("R040", "off_percentage", partial(_each_allowance, off_percentage)),
    _fatal("R051", "currency_differs", _foreign_currencies),
    _fatal("R110", "period_outside", partial(_outside, "start")),
    _fatal("R111", "period_outside", partial(_outside, "end")),
    _fatal("R120", "sum_differs", _line_sum),
    _fatal("R121", "base_not_positive", partial(_lines, _base_not_positive, "BT-149")),
    _fatal("R046", "off_price", partial(_lines, off_price, "BT-146")),
    _fatal("R130", "unit_differs", partial(_lines, _other_unit, "BT-150")),
    *(_fatal(rule, "exemption_category", partial(_exemption, code, cat)) for rule, code, cat in _EXEMPTIONS),
    *(
        Rule(f"PEPPOL-COMMON-{rule}", severity, "identifier_wrong", partial(_scheme, scheme, form))
        for scheme, (rule, severity, form) in SCHEMES.items()
    ),
    Rule("PEPPOL-COMMON-R046", Severity.WARNING, "identifier_wrong", _tax_code_endpoint),
    Rule("PEPPOL-COMMON-R056-2", Severity.WARNING, "identifier_wrong", _dutch_vat_ids),
)
