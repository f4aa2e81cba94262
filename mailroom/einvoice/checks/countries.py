"""Peppol BIS Billing 3: what single countries ask of their own suppliers (DE, NL, IT, SE, NO, DK, IS).

The Greek rules on the form of invoice numbers and MARK documents are not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from mailroom.einvoice import digits
from mailroom.einvoice.findings import Found, Rule, Severity
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Address, Contact, Party, PaymentMeans

_NO_ADDRESS, _NO_CONTACT = Address(), Contact()
Broken = Callable[[Invoice], bool]


class _Asked(NamedTuple):
    """`both`: the rule holds when the buyer is of the same country too. `present`: the sentence is "it is missing"."""

    rule: str
    term: str
    broken: Broken
    both: bool = False
    present: bool = True
    severity: Severity = Severity.FATAL


def _by_address(party: Party | None) -> str:
    return party.address.country if party and party.address else ""


def _by_vat_id(invoice: Invoice, party: Party) -> str:
    """Return the country as the official rules find it: of the VAT id, of the representative, of the address."""
    other = invoice.tax_representative if party is invoice.seller else None
    return (party.vat_id[:2] or (other.vat_id[:2] if other else "") or _by_address(party)).upper()


def _address(party: Party | None) -> Address:
    return party.address or _NO_ADDRESS if party else _NO_ADDRESS


def _contact(invoice: Invoice) -> Contact:
    return invoice.seller.contact or _NO_CONTACT


def _delivered(invoice: Invoice, attr: str) -> bool:
    held = invoice.delivery.address if invoice.delivery else None
    return held is not None and not getattr(held, attr)


def _any_means(test: Callable[[PaymentMeans], Any], invoice: Invoice) -> bool:
    return any(test(one) for one in invoice.payment_means)


def _no_direct_debit(one: PaymentMeans) -> bool:
    return not (one.mandate or one.debited_account)


_SKONTO = re.compile(r"#(SKONTO)#TAGE=([0-9]+)#PROZENT=([0-9]+\.[0-9]{2})(#BASISBETRAG=-?([0-9]+\.[0-9]{2}))?#$")
_CARDS, _TRANSFERS = frozenset({"48", "54", "55"}), frozenset({"30", "58"})


def _skonto(invoice: Invoice) -> bool:
    lines = [line.strip() for line in re.split(r"\r?\n", invoice.payment_terms) if line.lstrip().startswith("#")]
    return any(not _SKONTO.fullmatch(line) for line in lines)


def _same_names(invoice: Invoice) -> bool:
    names = [one.filename.lower() for one in invoice.attachments if one.filename]
    return len(names) != len(set(names))


def _wrong_iban(test: Callable[[PaymentMeans], str], invoice: Invoice) -> bool:
    return any(test(one) and not digits.iban(test(one).replace(" ", "")) for one in invoice.payment_means)


GERMANY = (
    _Asked("DE-R-001", "BG-16", lambda i: not i.payment_means),
    _Asked("DE-R-002", "BG-6", lambda i: i.seller.contact is None),
    _Asked("DE-R-003", "BT-37", lambda i: not _address(i.seller).city),
    _Asked("DE-R-004", "BT-38", lambda i: not _address(i.seller).postcode),
    _Asked("DE-R-005", "BT-41", lambda i: i.seller.contact is not None and not _contact(i).name),
    _Asked("DE-R-006", "BT-42", lambda i: i.seller.contact is not None and not _contact(i).telephone),
    _Asked("DE-R-007", "BT-43", lambda i: i.seller.contact is not None and not _contact(i).email),
    _Asked("DE-R-008", "BT-52", lambda i: not _address(i.buyer).city),
    _Asked("DE-R-009", "BT-53", lambda i: not _address(i.buyer).postcode),
    _Asked("DE-R-010", "BT-77", lambda i: _delivered(i, "city")),
    _Asked("DE-R-011", "BT-78", lambda i: _delivered(i, "postcode")),
    _Asked("DE-R-014", "BT-119", lambda i: any(row.rate is None for row in i.vat_breakdown)),
    _Asked("DE-R-015", "BT-10", lambda i: not i.buyer_reference),
    _Asked("DE-R-018", "BT-20", _skonto, present=False),
    _Asked("DE-R-022", "BT-125-2", _same_names, present=False),
    _Asked("DE-R-023-1", "BG-17", partial(_any_means, lambda o: o.code in _TRANSFERS and o.account is None)),
    _Asked(
        "DE-R-023-2",
        "BG-16",
        partial(_any_means, lambda o: o.code in _TRANSFERS and (o.card or not _no_direct_debit(o))),
        present=False,
    ),
    _Asked("DE-R-024-1", "BG-18", partial(_any_means, lambda o: o.code in _CARDS and o.card is None)),
    _Asked(
        "DE-R-024-2",
        "BG-16",
        partial(_any_means, lambda o: o.code in _CARDS and (o.account or not _no_direct_debit(o))),
        present=False,
    ),
    _Asked("DE-R-025-1", "BG-19", partial(_any_means, lambda o: o.code == "59" and _no_direct_debit(o))),
    _Asked(
        "DE-R-025-2",
        "BG-16",
        partial(_any_means, lambda o: o.code == "59" and (o.account or o.card)),
        present=False,
    ),
    _Asked("DE-R-030", "BT-90", lambda i: _any_means(lambda o: not _no_direct_debit(o), i) and not i.creditor_id),
    _Asked("DE-R-031", "BT-91", partial(_any_means, lambda o: bool(o.mandate) and not o.debited_account)),
    _Asked(
        "DE-R-026",
        "BG-3",
        lambda i: i.type_code == "384" and not i.preceding,
        severity=Severity.WARNING,
    ),
    _Asked(
        "DE-R-019",
        "BT-84",
        partial(_wrong_iban, lambda o: o.account.id if o.code == "58" and o.account else ""),
        present=False,
        severity=Severity.WARNING,
    ),
    _Asked(
        "DE-R-020",
        "BT-91",
        partial(_wrong_iban, lambda o: o.debited_account if o.code == "59" else ""),
        present=False,
        severity=Severity.WARNING,
    ),
)


def _no_street(party: Party | None) -> bool:
    held = _address(party)
    return not (held.street and held.city and held.postcode)


def _not_dutch(party: Party) -> bool:
    return party.legal_id is not None and party.legal_id.scheme not in {"0106", "0190"}


_DUTCH_MEANS = frozenset({"30", "48", "49", "57", "58", "59"})
NETHERLANDS = (
    _Asked("NL-R-001", "BT-25", lambda i: i.is_credit_note and not any(one.number for one in i.preceding)),
    _Asked("NL-R-002", "BG-5", lambda i: i.seller.address is not None and _no_street(i.seller)),
    _Asked("NL-R-003", "BT-30", lambda i: _not_dutch(i.seller), present=False),
    _Asked("NL-R-004", "BG-8", lambda i: i.buyer.address is not None and _no_street(i.buyer), both=True),
    _Asked("NL-R-005", "BT-47", lambda i: _not_dutch(i.buyer), both=True, present=False),
    _Asked(
        "NL-R-006",
        "BG-12",
        lambda i: _by_address(i.tax_representative) == "NL" and _no_street(i.tax_representative),
    ),
    _Asked(
        "NL-R-007",
        "BG-16",
        lambda i: not i.is_credit_note and (i.totals.payable or 0) > 0 and not i.payment_means,
    ),
    _Asked("NL-R-008", "BT-81", partial(_any_means, lambda o: o.code not in _DUTCH_MEANS), both=True, present=False),
    _Asked(
        "NL-R-009",
        "BT-13",
        lambda i: any(line.order_line for line in i.lines) and not (i.purchase_order or i.sales_order),
    ),
)
ITALY = (
    _Asked(
        "IT-R-001", "BT-32", lambda i: bool(i.seller.tax_id) and not 11 <= len(i.seller.tax_id) <= 16, present=False
    ),
    _Asked("IT-R-002", "BT-35", lambda i: not _address(i.seller).street),
    _Asked("IT-R-003", "BT-37", lambda i: not _address(i.seller).city),
    _Asked("IT-R-004", "BT-38", lambda i: not _address(i.seller).postcode),
)


def _legal(invoice: Invoice) -> str:
    return invoice.seller.legal_id.value if invoice.seller.legal_id else ""


def _swedish_vat(invoice: Invoice) -> bool:
    return invoice.seller.vat_id.startswith("SE")


_SWEDISH_RATES = frozenset({6, 12, 25})
_TAX_CARD = "GODKÄND FÖR F-SKATT"
SWEDEN = (
    _Asked("SE-R-001", "BT-31", lambda i: _swedish_vat(i) and len(i.seller.vat_id) != 14, present=False),
    _Asked("SE-R-002", "BT-31", lambda i: _swedish_vat(i) and not i.seller.vat_id[2:].isdigit(), present=False),
    _Asked("SE-R-003", "BT-30", lambda i: bool(_legal(i)) and not _legal(i).isdigit(), present=False),
    _Asked("SE-R-004", "BT-30", lambda i: bool(_legal(i)) and len(_legal(i)) != 10, present=False),
    _Asked(
        "SE-R-005",
        "BT-32",
        lambda i: bool(i.seller.tax_id) and i.seller.tax_id.strip().upper() != _TAX_CARD,
        present=False,
    ),
    _Asked(
        "SE-R-006",
        "BT-119",
        lambda i: _swedish_vat(i) and any(r.category == "S" and r.rate not in _SWEDISH_RATES for r in i.vat_breakdown),
        present=False,
    ),
    _Asked("SE-R-013", "BT-30", lambda i: bool(_legal(i)) and not digits.luhn_digits(_legal(i)), present=False),
)


def _norwegian_vat(invoice: Invoice) -> bool:
    held = invoice.seller.vat_id
    found = re.fullmatch(r"NO([0-9]{9})MVA", held)
    return held.startswith("NO") and not (found and digits.norwegian(found[1]))


NORWAY = (
    _Asked("NO-R-001", "BT-31", _norwegian_vat, present=False),
    _Asked(
        "NO-R-002",
        "BT-32",
        lambda i: i.seller.tax_id != "Foretaksregisteret",
        present=False,
        severity=Severity.WARNING,
    ),
)
_DANISH_MEANS = frozenset({"1", "10", "31", "42", "48", "49", "50", "58", "59", "93", "97"})
DENMARK = (
    _Asked("DK-R-002", "BT-30", lambda i: not _legal(i)),
    _Asked(
        "DK-R-014",
        "BT-30",
        lambda i: i.seller.legal_id is not None and i.seller.legal_id.scheme != "0184",
        present=False,
    ),
    _Asked("DK-R-016", "BT-115", lambda i: i.is_credit_note and (i.totals.payable or 0) < 0, both=True, present=False),
    _Asked(
        "DK-R-013",
        "BT-29",
        lambda i: any(not one.scheme for party in (i.seller, i.buyer) for one in party.ids),
        both=True,
        present=False,
    ),
    _Asked(
        "DK-R-005",
        "BT-81",
        lambda i: not i.is_credit_note and any(one.code not in _DANISH_MEANS for one in i.payment_means),
        both=True,
        present=False,
    ),
    _Asked(
        "DK-R-017",
        "BT-47",
        lambda i: i.buyer.legal_id is not None and i.buyer.legal_id.scheme != "0184",
        both=True,
        present=False,
    ),
)
ICELAND = (
    _Asked(
        "IS-R-001",
        "BT-3",
        lambda i: i.type_code not in {"380", "381"},
        present=False,
        severity=Severity.WARNING,
    ),
    _Asked("IS-R-002", "BT-30", lambda i: not (i.seller.legal_id and i.seller.legal_id.scheme == "0196")),
    _Asked("IS-R-003", "BG-5", lambda i: not (_address(i.seller).street and _address(i.seller).postcode)),
    _Asked("IS-R-004", "BT-47", lambda i: not (i.buyer.legal_id and i.buyer.legal_id.scheme == "0196"), both=True),
    _Asked("IS-R-005", "BG-8", lambda i: not (_address(i.buyer).street and _address(i.buyer).postcode), both=True),
)


def _of_seller(invoice: Invoice, country: str, both: bool) -> bool:
    """Say whether the rules of a country hold for the invoice. Each country's rules find it in their own way."""
    if country in {"NO", "IT"}:
        return _by_vat_id(invoice, invoice.seller) == country
    sells = _by_address(invoice.seller) == country
    return sells and (not both or _by_address(invoice.buyer) == country)


def _find(country: str, asked: _Asked, invoice: Invoice) -> Iterator[Found]:
    if _of_seller(invoice, country, asked.both or country == "DE") and asked.broken(invoice):
        yield Found(asked.term, {"term": asked.term, "country": country})


_COUNTRIES = {
    "DE": GERMANY,
    "NL": NETHERLANDS,
    "IT": ITALY,
    "SE": SWEDEN,
    "NO": NORWAY,
    "DK": DENMARK,
    "IS": ICELAND,
}
RULES: tuple[Rule, ...] = tuple(
    Rule(asked.rule, asked.severity, "missing" if asked.present else "country_rule", partial(_find, country, asked))
    for country, table in _COUNTRIES.items()
    for asked in table
)
