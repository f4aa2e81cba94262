"""Peppol form of seller, buyer, payee and representative: schemes of the lists, addresses, electronic addresses."""

from __future__ import annotations

import re

from mailroom.einvoice import digits
from mailroom.einvoice.checks.peppol import SCHEMES
from mailroom.einvoice.codes import codes
from mailroom.einvoice.findings import Severity
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Address, Contact, Identifier, Party

_OLD_SCHEMES = {
    "BE:CBE": "0208", "BE:EN": "0208", "BE:VAT": "9925", "GLN": "0088", "EAN": "0088", "DUNS": "0060",
    "NL:KVK": "0106", "NL:OIN": "0190", "NL:OINO": "0190", "NL:VAT": "9944", "DE:VAT": "9930", "FR:SIRENE": "0002",
    "FR:SIRET": "0009", "FR:VAT": "9957", "LU:VAT": "9938", "SE:ORGNR": "0007", "DK:CVR": "0184", "DK:SE": "0198",
    "NO:ORGNR": "0192", "NO:ORG": "0192", "IT:VAT": "0211", "AT:VAT": "9914", "ES:VAT": "9920", "RO:VAT": "9947",
}  # fmt: skip
"""Names of schemes before 2019, and their code in the ICD or EAS list."""
_VAT_SCHEMES = {
    "AT": "9914", "BG": "9926", "CY": "9928", "CZ": "9929", "DE": "9930", "EE": "9931", "EL": "9933", "ES": "9920",
    "FR": "9957", "GB": "9932", "HR": "9934", "HU": "9910", "IE": "9935", "IT": "0211", "LT": "9937", "LU": "9938",
    "LV": "9939", "MT": "9943", "NL": "9944", "PL": "9945", "PT": "9946", "RO": "9947", "SI": "9949", "SK": "9950",
    "CH": "9927", "LI": "9936", "SM": "9951", "MC": "9940", "AD": "9922", "AL": "9923", "BA": "9924", "ME": "9941",
    "MK": "9942", "RS": "9948", "TR": "9952", "DK": "0184", "FI": "0213",
}  # fmt: skip
"""Country prefix of a VAT id, and the scheme of electronic addresses that takes it (EAS)."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LEITWEG = re.compile(r"[0-9]{2,12}(?:-[A-Za-z0-9]{1,30})?-[0-9]{2}")
"""Routing id of German public bodies (scheme 0204); it stands in BT-10."""


def parties(invoice: Invoice) -> Invoice:
    """Return the invoice with its parties in Peppol form."""
    outside = any(row.category == "O" for row in invoice.vat_breakdown)
    seller, buyer = _party(invoice.seller), _party(invoice.buyer)
    if not buyer.endpoint and _LEITWEG.fullmatch(invoice.buyer_reference):
        buyer = buyer.model_copy(update={"endpoint": Identifier(value=invoice.buyer_reference, scheme="0204")})
    other = invoice.tax_representative
    change: dict[str, object] = {
        "seller": _without_vat(seller) if outside else seller,
        "buyer": _one_id(_without_vat(buyer) if outside else buyer),
        "payee": _one_id(_schemes(invoice.payee)) if invoice.payee else None,
        "tax_representative": None if outside or not (other and other.name and other.vat_id) else _agent(other),
    }
    return invoice.model_copy(update=change)


def _agent(party: Party) -> Party:
    """Return the tax representative with what EN 16931 knows of him: name, VAT id, address."""
    found = _party(party)
    return Party(name=found.name, vat_id=found.vat_id, address=found.address)


def _without_vat(party: Party) -> Party:
    """BR-O-02: where VAT does not apply there is no VAT id; the seller is known by his registration (BR-CO-26)."""
    if not party.vat_id:
        return party
    legal = party.legal_id or Identifier(value=party.vat_id)
    return party.model_copy(update={"vat_id": "", "legal_id": legal})


def _one_id(party: Party) -> Party:
    return party.model_copy(update={"ids": party.ids[:1]})


def _party(party: Party) -> Party:
    vat_id = _vat_id(party)
    party = _schemes(party.model_copy(update={"vat_id": vat_id, "name": party.name or party.trading_name}))
    return party.model_copy(
        update={
            "endpoint": _endpoint(party),
            "address": _address(party),
            "contact": _contact(party.contact) if party.contact else None,
        }
    )


def _vat_id(party: Party) -> str:
    """Return the VAT id with its country (BR-CO-09), which some senders leave away."""
    bare = re.sub(r"[\s.\-]", "", party.vat_id).upper()
    country = party.address.country if party.address else ""
    if not bare or bare[:2].isalpha():
        return bare
    return ("EL" if country == "GR" else country) + bare if country else bare


def _schemes(party: Party) -> Party:
    ids = tuple(_known(one, "party_scheme") for one in party.ids)
    legal = _known(party.legal_id, "registration_scheme") if party.legal_id else None
    country = party.address.country if party.address else ""
    if legal and country in _NATIONAL and legal.scheme not in _NATIONAL[country]:
        legal = _national(legal, country)
    return party.model_copy(update={"ids": ids, "legal_id": legal})


_NATIONAL = {"NL": ("0106", "0190"), "DK": ("0184",), "BE": ("0208", "9925"), "SE": ("0007",)}
"""Schemes of a legal registration in countries that ask for it (NL-R-003, DK-R-014), or where it is the only one."""


def _national(legal: Identifier, country: str) -> Identifier:
    """Return a registration without scheme with that of its country, where it has its form."""
    if legal.scheme:
        return legal
    bare = re.sub(r"[\s.\-]", "", legal.value).upper().removeprefix(country)
    form = {"NL": r"[0-9]{8}", "DK": r"[0-9]{8}", "BE": r"[01][0-9]{9}", "SE": r"[0-9]{10}"}[country]
    value = f"DK{bare}" if country == "DK" else bare
    scheme = _NATIONAL[country][0]
    return Identifier(value=value, scheme=scheme) if re.fullmatch(form, bare) and _has_form(scheme, value) else legal


def _known(one: Identifier, listed: str) -> Identifier:
    """Return the identifier with a scheme of the list whose form it has, or without a scheme."""
    scheme = _OLD_SCHEMES.get(one.scheme.upper(), one.scheme)
    value = re.sub(r"[\s.]", "", one.value) if scheme in {"0208", "9925"} else one.value
    value = value.removeprefix("BE") if scheme == "0208" else value
    value = f"DK{value}" if scheme == "0198" and re.fullmatch(r"[0-9]{8}", value) else value
    good = scheme in codes(listed) and _has_form(scheme, value)
    return Identifier(value=value, scheme=scheme) if good else Identifier(value=one.value)


def _has_form(scheme: str, value: str) -> bool:
    if scheme not in SCHEMES:
        return True
    _, severity, form = SCHEMES[scheme]
    return severity is not Severity.FATAL or form(value)


def _endpoint(party: Party) -> Identifier | None:
    """Return BT-34 or BT-49: as stated, or made of what else identifies the party in the network."""
    stated = [_known(party.endpoint, "endpoint_scheme")] if party.endpoint else []
    if party.endpoint and not stated[0].scheme and _EMAIL.fullmatch(party.endpoint.value):
        stated = [Identifier(value=party.endpoint.value, scheme="EM")]
    known = [one for one in (party.legal_id, *party.ids) if one]
    candidates = [*stated, *_of_vat_id(party.vat_id), *known]
    if party.contact and _EMAIL.fullmatch(party.contact.email):
        candidates.append(Identifier(value=party.contact.email, scheme="EM"))
    allowed = codes("endpoint_scheme")
    return next((one for one in candidates if one.scheme in allowed and _has_form(one.scheme, one.value)), None)


def _of_vat_id(vat_id: str) -> list[Identifier]:
    if vat_id.startswith("BE") and digits.enterprise_number(vat_id):
        return [Identifier(value=vat_id[2:], scheme="0208")]
    if vat_id.startswith("SE") and digits.luhn_digits(vat_id[2:12]):
        return [Identifier(value=vat_id[2:12], scheme="0007")]
    if vat_id.startswith("NO") and digits.norwegian(vat_id[2:11]):
        return [Identifier(value=vat_id[2:11], scheme="0192")]
    scheme = _VAT_SCHEMES.get(vat_id[:2])
    return [Identifier(value=vat_id, scheme=scheme)] if scheme else []


def _address(party: Party) -> Address | None:
    """BR-08 to BR-11: an address with its country, which a VAT id gives where the address does not say it."""
    address = party.address or Address()
    country = address.country.upper()
    if country not in codes("country"):
        country = {"EL": "GR", "XI": "GB", "UK": "GB"}.get(country) or _country_of(party.vat_id)
    street = f"{address.street} {address.building}".strip()
    found = address.model_copy(update={"country": country, "street": street, "building": ""})
    return found if found != Address() else None


def _country_of(vat_id: str) -> str:
    prefix = {"EL": "GR", "XI": "GB"}.get(vat_id[:2], vat_id[:2])
    return prefix if prefix in codes("country") else ""


def _contact(contact: Contact) -> Contact:
    """BT-41 is one text: a person, a department, or both."""
    name = ", ".join(part for part in (contact.name, contact.department) if part)
    return contact.model_copy(update={"name": name, "department": ""})
