"""What the rules of countries share: how a country is found, and rows that say what its own suppliers must state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from mailroom.einvoice.findings import Found, Rule, Severity
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Address, Party, PaymentMeans

_NO_ADDRESS = Address()
Broken = Callable[[Invoice], bool]


class Asked(NamedTuple):
    """`both`: the rule holds when the buyer is of the same country too. `present`: the sentence is "it is missing"."""

    rule: str
    term: str
    broken: Broken
    both: bool = False
    present: bool = True
    severity: Severity = Severity.FATAL


def by_address(party: Party | None) -> str:
    """Return the country of a party's address."""
    return party.address.country.upper() if party and party.address else ""


def by_vat_id(invoice: Invoice, party: Party) -> str:
    """Return the country as the official rules find it: of the VAT id, of the representative, of the address."""
    other = invoice.tax_representative if party is invoice.seller else None
    return (party.vat_id[:2] or (other.vat_id[:2] if other else "") or by_address(party)).upper()


def address(party: Party | None) -> Address:
    """Return the address of a party, an empty one where it has none."""
    return party.address or _NO_ADDRESS if party else _NO_ADDRESS


def legal(party: Party) -> str:
    """Return the legal registration of a party, or an empty string."""
    return party.legal_id.value if party.legal_id else ""


def any_means(test: Callable[[PaymentMeans], Any], invoice: Invoice) -> bool:
    """Say whether the test holds for a payment means."""
    return any(test(one) for one in invoice.payment_means)


def account(means: PaymentMeans) -> str:
    """Return the account BT-84, or an empty string."""
    return means.account.id if means.account else ""


def missing_or_wrong(asked: Asked) -> str:
    """Return the key of the sentence of a row."""
    return "missing" if asked.present else "country_rule"


def _find(country: str, holds: Callable[[Invoice, bool], bool], asked: Asked, invoice: Invoice) -> Iterator[Found]:
    if holds(invoice, asked.both) and asked.broken(invoice):
        yield Found(asked.term, {"term": asked.term, "country": country})


def rules_of(
    country: str, table: tuple[Asked, ...], holds: Callable[[Invoice, bool], bool] | None = None
) -> tuple[Rule, ...]:
    """Return the rules of a country's table. Without `holds`, the country is that of the addresses."""

    def of_addresses(invoice: Invoice, both: bool) -> bool:
        sells = by_address(invoice.seller) == country
        return sells and (not both or by_address(invoice.buyer) == country)

    find = partial(_find, country, holds or of_addresses)
    return tuple(Rule(one.rule, one.severity, missing_or_wrong(one), partial(find, one)) for one in table)
