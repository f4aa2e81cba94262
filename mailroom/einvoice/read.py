"""Read an e-invoice of any known syntax into the one model.

Pure: bytes in, `Invoice` out. Nothing that a document names is ever fetched. Every leaf of the document ends either
in a term of the model or in the list `source.unmapped`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mailroom.einvoice import cii, ebinterface, facturae, fatturapa, mapping, national, ubl, ubl_form
from mailroom.einvoice.codes import codes
from mailroom.einvoice.mapping import Context, Table
from mailroom.einvoice.model import CREDIT_NOTE_CODES, Invoice, Leaf, Source, Syntax
from mailroom.einvoice.tree import Node, first_elements, parse
from mailroom.errors import UnknownXml

_ROOTS = {
    ("Invoice", "ubl"): Syntax.UBL,
    ("CreditNote", "ubl"): Syntax.UBL,
    ("Invoice", "bare"): Syntax.UBL,
    ("CreditNote", "bare"): Syntax.UBL,
    ("CrossIndustryInvoice", "rsm"): Syntax.CII,
    ("CrossIndustryDocument", "rsm"): Syntax.CII,
    ("FatturaElettronica", "fpa"): Syntax.FATTURAPA,
    ("Invoice", "eb"): Syntax.EBINTERFACE,
    ("Facturae", "fe"): Syntax.FACTURAE,
}
_ENVELOPE_ELEMENTS = 400
"""How many elements an envelope may have before the invoice in it."""


def recognise(content: bytes) -> Syntax | None:
    """Return the syntax of an e-invoice by its root element, also inside an envelope (SBDH), or None. Never raises."""
    root = first_elements(content, 1)
    if root is None:
        return None
    if root.prefix not in {"sbd", "bare"}:
        return _ROOTS.get((root.name, root.prefix))
    whole = first_elements(content, _ENVELOPE_ELEMENTS)
    payload = _payload(whole) if whole else None
    return payload[1] if payload else None


def read_invoice(content: bytes) -> Invoice:
    """Read an invoice or credit note.

    Raises:
        ForbiddenXml: a document type declaration, a forbidden encoding, or beyond the limits of size and depth.
        Damaged: not well-formed.
        UnknownXml: well-formed, but no invoice of a known syntax.
    """
    document = parse(content)
    payload = _payload(document)
    if payload is None:
        raise UnknownXml("no invoice format that is known")
    root, syntax = payload
    invoice = READERS[syntax](root)
    source, repairs = invoice.source, document.repairs
    if source is None or not repairs:
        return invoice
    bent = tuple(Leaf(path="/", value=repair, problem="not_text") for repair in repairs)
    return invoice.model_copy(update={"source": source.model_copy(update={"bent": (*bent, *source.bent)})})


def _payload(root: Node) -> tuple[Node, Syntax] | None:
    level = [root]
    for _ in range(6):  # an SBDH envelope has its payload at depth 1; other envelopes are not much deeper
        for node in level:
            syntax = _ROOTS.get((node.name, node.prefix))
            if syntax and (node.prefix != "bare" or node.all("AccountingSupplierParty")):
                return node, syntax
        level = [child for node in level for child in node.children]
    return None


def _read_ubl(root: Node) -> Invoice:
    context = Context(
        currency=_text(root, "DocumentCurrencyCode"),
        tax_currency=_text(root, "TaxCurrencyCode"),
        credit_note=root.name == "CreditNote",
    )
    invoice = mapping.read(root, ubl.table(credit_note=context.credit_note), context) or Invoice()
    source = _source(root, Syntax.UBL, context, ubl.STRUCTURAL).model_copy(update={"faults": ubl_form.faults(root)})
    # Until 2018 many senders knew no other root and said by the code alone that it is a credit note.
    by_code = invoice.type_code in CREDIT_NOTE_CODES - codes("invoice_type")
    return invoice.model_copy(update={"is_credit_note": context.credit_note or by_code, "source": source})


def _read_cii(root: Node) -> Invoice:
    cii.modernise(root)
    context = Context(currency=cii.currency(root), tax_currency=cii.tax_currency(root))
    invoice = mapping.read(root, cii.table(), context) or Invoice()
    source = _source(root, Syntax.CII, context, cii.STRUCTURAL)
    return invoice.model_copy(update={"is_credit_note": invoice.type_code in CREDIT_NOTE_CODES, "source": source})


def _read_national(syntax: Syntax, table: Table, root: Node) -> Invoice:
    context = Context()
    invoice = national.completed(mapping.read(root, table, context) or Invoice())
    return invoice.model_copy(update={"source": _source(root, syntax, context, frozenset())})


READERS: dict[Syntax, Callable[[Node], Invoice]] = {
    Syntax.UBL: _read_ubl,
    Syntax.CII: _read_cii,
    Syntax.FATTURAPA: partial(_read_national, Syntax.FATTURAPA, fatturapa.FATTURAPA),
    Syntax.EBINTERFACE: partial(_read_national, Syntax.EBINTERFACE, ebinterface.EBINTERFACE),
    Syntax.FACTURAE: partial(_read_national, Syntax.FACTURAE, facturae.FACTURAE),
}


def _text(root: Node, name: str) -> str:
    return next((child.text for child in root.all(name)), "")


MAX_UNMAPPED = 2_000
"""How many leaves are listed by name; all are counted."""
_STANDARD_ATTRIBUTES = frozenset({"schemaLocation", "noNamespaceSchemaLocation"})


def _source(root: Node, syntax: Syntax, context: Context, structural: frozenset[str]) -> Source:
    wanted = {id(node): term for term, node in reversed(context.places.items()) if term}
    crooked = {id(node): problem for node, problem in context.bent}
    bent: list[Leaf] = []
    unmapped: list[Leaf] = []
    empty: list[str] = []
    places: dict[str, str] = {}
    leaves = missed = 0
    for node, path in root.walk_paths():
        if id(node) in wanted:
            places.update({term: path for term, place in context.places.items() if place is node})
        leaves += bool(node.text)
        if id(node) in crooked and len(bent) < MAX_UNMAPPED:
            bent.append(Leaf(path=path, value=node.text[:200], problem=crooked[id(node)]))
        if not node.text and not node.children and len(empty) < MAX_UNMAPPED:
            empty.append(path)
        for attribute, value in _left(node, structural):
            missed += 1
            if len(unmapped) < MAX_UNMAPPED:
                problem = context.problems.get((id(node), attribute), "")
                place = f"{path}/@{attribute}" if attribute else path
                unmapped.append(Leaf(path=place, value=value[:200], problem=problem))
    return Source(
        syntax=syntax,
        places=places,
        unmapped=tuple(unmapped),
        unmapped_count=missed,
        leaves=leaves,
        empty=tuple(empty),
        bent=tuple(bent),
        currencies=tuple(sorted(context.currencies)),
    )


def _left(node: Node, structural: frozenset[str]) -> list[tuple[str, str]]:
    """Return what no reader took of an element: its text under "" and its attributes."""
    place = f"{node.parent.name}/{node.name}" if node.parent else node.name
    left = []
    if node.text and not node.used and not {place, f"{place}={node.text}"} & structural:
        left.append(("", node.text))
    for name, value in node.attributes.items():
        known = name in (node.taken or ()) or name in _STANDARD_ATTRIBUTES or f"{place}/@{name}" in structural
        if value.strip() and not known:
            left.append((name, value))
    return left
