"""The table of FatturaPA 1.2 (Italy). Source: Agenzia delle Entrate, Specifiche tecniche."""

from __future__ import annotations

from typing import Any

from mailroom.einvoice import mapping
from mailroom.einvoice.mapping import Context, Group, Leaf, Special, Table
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.national import IBAN_ONLY, joined, many, reads, texts
from mailroom.einvoice.parts import (
    Address,
    Item,
    Line,
    Note,
    Party,
    PaymentMeans,
    Price,
    Totals,
    VatBreakdown,
)
from mailroom.einvoice.tree import Node

_NATURE = {"N1": "O", "N2": "O", "N3": "G", "N3.2": "K", "N4": "E", "N5": "E", "N6": "AE", "N7": "O"}
_CREDIT_TYPES = frozenset({"TD04", "TD08"})


def _nature(category: str, rate: str) -> Special:
    """Return the row of a VAT category: S where there is a rate, else by the nature of the exemption."""

    def read(node: Node, context: Context) -> dict[str, Any]:
        rates = texts(node, "AliquotaIVA", context, "number")
        natures = texts(node, "Natura", context, "code")
        code = natures[0] if natures else ""
        found = _NATURE.get(code) or _NATURE.get(code[:2]) or ("S" if rates and rates[0] else "E")
        return {category: found, rate: rates[0]} if rates else {category: found}

    return reads(read)


_PERSON = "DatiAnagrafici"
_IT_PARTY = Table(
    Party,
    (
        joined("vat_id", f"{_PERSON}/IdFiscaleIVA/IdPaese", f"{_PERSON}/IdFiscaleIVA/IdCodice", between=""),
        Leaf("", "tax_id", f"{_PERSON}/CodiceFiscale"),
        joined("name", *(f"{_PERSON}/Anagrafica/{part}" for part in ("Denominazione", "Nome", "Cognome"))),
        Group(
            "address",
            "Sede",
            Table(
                Address,
                (
                    Leaf("", "street", "Indirizzo"),
                    Leaf("", "building", "NumeroCivico"),
                    Leaf("", "postcode", "CAP"),
                    Leaf("", "city", "Comune"),
                    Leaf("", "subdivision", "Provincia"),
                    Leaf("", "country", "Nazione", "code"),
                ),
            ),
        ),
    ),
)
_IT_LINE = Table(
    Line,
    (
        Leaf("BT-126", "id", "NumeroLinea"),
        Group("item", ".", Table(Item, (Leaf("BT-153", "name", "Descrizione"),))),
        Leaf("BT-129", "quantity", "Quantita", "number"),
        Group("price", ".", Table(Price, (Leaf("BT-146", "net", "PrezzoUnitario", "number"),))),
        Leaf("BT-131", "net", "PrezzoTotale", "number"),
        _nature("vat_category", "vat_rate"),
    ),
)
_IT_ROW = Table(
    VatBreakdown,
    (
        Leaf("BT-116", "taxable", "ImponibileImporto", "number"),
        Leaf("BT-117", "tax", "Imposta", "number"),
        _nature("category", "rate"),
        Leaf("BT-120", "reason", "RiferimentoNormativo"),
    ),
)


def _italian_payment(node: Node, context: Context) -> dict[str, Any]:
    details = mapping.find(node, mapping.paths("FatturaElettronicaBody/DatiPagamento/DettaglioPagamento")[0].steps)
    means, due = [], []
    for place in details:
        account = mapping.read(place, IBAN_ONLY, context)
        if account:
            means.append(PaymentMeans(code="30", account=account))
        due += texts(place, "DataScadenzaPagamento", context, "day")
    return {"payment_means": tuple(means)} | ({"due_date": min(due)} if due else {})


def _own_text(node: Node, context: Context) -> dict[str, Any]:
    text = mapping.take(node, "", "text", context)
    return {"text": text} if text else {}


_GENERAL = "FatturaElettronicaBody/DatiGenerali"
_DOCUMENT = f"{_GENERAL}/DatiGeneraliDocumento"
_BODY = "FatturaElettronicaBody/DatiBeniServizi"


def _italian_type(node: Node, context: Context) -> dict[str, Any]:
    types = texts(node, f"{_DOCUMENT}/TipoDocumento", context, "code")
    credit = bool(types) and types[0] in _CREDIT_TYPES
    return {"is_credit_note": credit, "type_code": "381" if credit else "380"}


FATTURAPA = Table(
    Invoice,
    (
        reads(_italian_type),
        Leaf("BT-1", "number", f"{_DOCUMENT}/Numero"),
        Leaf("BT-2", "issue_date", f"{_DOCUMENT}/Data", "day"),
        Leaf("BT-5", "currency", f"{_DOCUMENT}/Divisa", "code"),
        many("notes", f"{_DOCUMENT}/Causale", Table(Note, (reads(_own_text),))),
        Leaf("BT-13", "purchase_order", f"{_GENERAL}/DatiOrdineAcquisto/IdDocumento"),
        Leaf("BT-12", "contract", f"{_GENERAL}/DatiContratto/IdDocumento"),
        Group("seller", "FatturaElettronicaHeader/CedentePrestatore", _IT_PARTY),
        Group("buyer", "FatturaElettronicaHeader/CessionarioCommittente", _IT_PARTY),
        reads(_italian_payment),
        many("vat_breakdown", f"{_BODY}/DatiRiepilogo", _IT_ROW),
        many("lines", f"{_BODY}/DettaglioLinee", _IT_LINE),
        Group(
            "totals",
            _DOCUMENT,
            Table(
                Totals,
                (
                    Leaf("BT-112", "gross", "ImportoTotaleDocumento", "number"),
                    Leaf("BT-114", "rounding", "Arrotondamento", "number"),
                ),
            ),
        ),
    ),
)
