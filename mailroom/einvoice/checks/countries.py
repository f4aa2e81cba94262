"""Peppol BIS Billing 3: what Germany, the Netherlands and Italy ask of their suppliers. Source: OpenPeppol 3.0.21.

`nordic` and `greece` hold the others; RULES here are those of all countries.
"""

from __future__ import annotations

import re
from functools import partial

from mailroom.einvoice import digits
from mailroom.einvoice.checks import greece, nordic
from mailroom.einvoice.checks.asked import Asked, account, address, any_means, by_address, by_vat_id, rules_of
from mailroom.einvoice.findings import Rule, Severity
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import Contact, Party, PaymentMeans

_NO_CONTACT = Contact()


def _contact(invoice: Invoice) -> Contact:
    return invoice.seller.contact or _NO_CONTACT


def _delivered(invoice: Invoice, attr: str) -> bool:
    held = invoice.delivery.address if invoice.delivery else None
    return held is not None and not getattr(held, attr)


def _no_direct_debit(one: PaymentMeans) -> bool:
    return not (one.mandate or one.debited_account)


_SKONTO = re.compile(r"#SKONTO#TAGE=[0-9]+#PROZENT=[0-9]+\.[0-9]{2}(#BASISBETRAG=-?[0-9]+\.[0-9]{2})?#$")
_CARDS, _TRANSFERS = frozenset({"48", "54", "55"}), frozenset({"30", "58"})


def _skonto(invoice: Invoice) -> bool:
    """Each row of a cash discount has its form, and after the last one the line ends."""
    terms = invoice.payment_terms
    rows = [" ".join(line.split()) for line in re.split(r"\r?\n", terms) if line.lstrip().startswith("#")]
    ended = re.match(r"\s*\n", re.split("#.+#", terms)[-1])
    return bool(rows) and not (ended and all(_SKONTO.match(row) for row in rows))


def _same_names(invoice: Invoice) -> bool:
    names = [one.filename for one in invoice.attachments if one.filename]
    return len(names) != len(set(names))


def _taxed_by_nobody(invoice: Invoice) -> bool:
    used = {line.vat_category for line in invoice.lines} | {one.vat_category for one in invoice.allowances}
    known = invoice.seller.vat_id or invoice.seller.tax_id or invoice.tax_representative
    return bool(used & _TAXED) and not known


_TAXED = frozenset({"S", "Z", "E", "AE", "K", "G", "L", "M"})
_TYPES = frozenset({"326", "380", "384", "389", "381", "875", "876", "877"})
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:.*")
_EMAIL = re.compile(r"[^@\s]+@([^@.\s]+\.)+[^@.\s]+")


def _few_digits(invoice: Invoice) -> bool:
    contact = invoice.seller.contact
    return contact is not None and len(re.findall("[0-9]", contact.telephone)) < 3


def _no_email(invoice: Invoice) -> bool:
    contact = invoice.seller.contact
    return contact is not None and not _EMAIL.fullmatch(contact.email)


def _relative_place(invoice: Invoice) -> bool:
    return any(one.uri and not _URL.fullmatch(one.uri) for one in invoice.attachments)


def _unknown_debtor(invoice: Invoice) -> bool:
    debits = [one for one in invoice.payment_means if not _no_direct_debit(one)]
    return bool(debits) and not any(one.debited_account for one in debits)


GERMANY = (
    Asked("DE-R-001", "BG-16", lambda i: not i.payment_means),
    Asked("DE-R-002", "BG-6", lambda i: i.seller.contact is None),
    Asked("DE-R-003", "BT-37", lambda i: not address(i.seller).city),
    Asked("DE-R-004", "BT-38", lambda i: not address(i.seller).postcode),
    Asked("DE-R-005", "BT-41", lambda i: i.seller.contact is not None and not _contact(i).name),
    Asked("DE-R-006", "BT-42", lambda i: i.seller.contact is not None and not _contact(i).telephone),
    Asked("DE-R-007", "BT-43", lambda i: i.seller.contact is not None and not _contact(i).email),
    Asked("DE-R-008", "BT-52", lambda i: not address(i.buyer).city),
    Asked("DE-R-009", "BT-53", lambda i: not address(i.buyer).postcode),
    Asked("DE-R-010", "BT-77", lambda i: _delivered(i, "city")),
    Asked("DE-R-011", "BT-78", lambda i: _delivered(i, "postcode")),
    Asked("DE-R-014", "BT-119", lambda i: any(row.rate is None for row in i.vat_breakdown)),
    Asked("DE-R-015", "BT-10", lambda i: not i.buyer_reference),
    Asked("DE-R-018", "BT-20", _skonto, present=False),
    Asked("DE-R-022", "BT-125-2", _same_names, present=False),
    Asked("DE-R-023-1", "BG-17", partial(any_means, lambda o: o.code in _TRANSFERS and o.account is None)),
    Asked(
        "DE-R-023-2",
        "BG-16",
        partial(any_means, lambda o: o.code in _TRANSFERS and (o.card or not _no_direct_debit(o))),
        present=False,
    ),
    Asked("DE-R-024-1", "BG-18", partial(any_means, lambda o: o.code in _CARDS and o.card is None)),
    Asked(
        "DE-R-024-2",
        "BG-16",
        partial(any_means, lambda o: o.code in _CARDS and (o.account or not _no_direct_debit(o))),
        present=False,
    ),
    Asked("DE-R-025-1", "BG-19", partial(any_means, lambda o: o.code == "59" and _no_direct_debit(o))),
    Asked(
        "DE-R-025-2",
        "BG-16",
        partial(any_means, lambda o: o.code == "59" and (o.account or o.card)),
        present=False,
    ),
    Asked("DE-R-030", "BT-90", lambda i: any_means(lambda o: not _no_direct_debit(o), i) and not i.creditor_id),
    Asked("DE-R-031", "BT-91", _unknown_debtor),
    Asked("DE-R-016", "BT-31", _taxed_by_nobody),
    Asked("DE-R-017", "BT-3", lambda i: i.type_code not in _TYPES, present=False, severity=Severity.WARNING),
    Asked("DE-R-027", "BT-42", _few_digits, present=False, severity=Severity.WARNING),
    Asked("DE-R-028", "BT-43", _no_email, present=False, severity=Severity.WARNING),
    Asked("DE-R-T02", "BT-124", _relative_place, present=False, severity=Severity.WARNING),
    Asked(
        "DE-R-026",
        "BG-3",
        lambda i: i.type_code == "384" and not i.preceding,
        severity=Severity.WARNING,
    ),
    Asked(
        "DE-R-019",
        "BT-84",
        partial(any_means, lambda o: o.code == "58" and not digits.iban_remainder(account(o))),
        present=False,
        severity=Severity.WARNING,
    ),
    Asked(
        "DE-R-020",
        "BT-91",
        partial(any_means, lambda o: o.code == "59" and not digits.iban_remainder(o.debited_account)),
        present=False,
        severity=Severity.WARNING,
    ),
)


def _no_street(party: Party | None) -> bool:
    held = address(party)
    return not (held.street and held.city and held.postcode)


def _not_dutch(party: Party) -> bool:
    return party.legal_id is not None and party.legal_id.scheme not in {"0106", "0190"}


_DUTCH_MEANS = frozenset({"30", "48", "49", "57", "58", "59"})
NETHERLANDS = (
    Asked("NL-R-001", "BT-25", lambda i: i.is_credit_note and not any(one.number for one in i.preceding)),
    Asked("NL-R-002", "BG-5", lambda i: i.seller.address is not None and _no_street(i.seller)),
    Asked("NL-R-003", "BT-30", lambda i: _not_dutch(i.seller), present=False),
    Asked("NL-R-004", "BG-8", lambda i: i.buyer.address is not None and _no_street(i.buyer), both=True),
    Asked("NL-R-005", "BT-47", lambda i: _not_dutch(i.buyer), both=True, present=False),
    Asked(
        "NL-R-006",
        "BG-12",
        lambda i: by_address(i.tax_representative) == "NL" and _no_street(i.tax_representative),
    ),
    Asked(
        "NL-R-007",
        "BG-16",
        lambda i: (i.totals.payable or 0) * (-1 if i.is_credit_note else 1) > 0 and not i.payment_means,
    ),
    Asked("NL-R-008", "BT-81", partial(any_means, lambda o: o.code not in _DUTCH_MEANS), both=True, present=False),
    Asked(
        "NL-R-009",
        "BT-13",
        lambda i: any(line.order_line for line in i.lines) and not (i.purchase_order or i.sales_order),
    ),
)
ITALY = (
    Asked(
        "IT-R-001",
        "BT-32",
        lambda i: bool(i.seller.tax_id) and not re.fullmatch("[A-Z0-9]{11,16}", i.seller.tax_id),
        present=False,
    ),
    Asked("IT-R-002", "BT-35", lambda i: not address(i.seller).street),
    Asked("IT-R-003", "BT-37", lambda i: not address(i.seller).city),
    Asked("IT-R-004", "BT-38", lambda i: not address(i.seller).postcode),
)


def _german(invoice: Invoice, _both: bool) -> bool:
    return by_address(invoice.seller) == by_address(invoice.buyer) == "DE"


RULES: tuple[Rule, ...] = (
    *rules_of("DE", GERMANY, _german),
    *rules_of("NL", NETHERLANDS),
    *rules_of("IT", ITALY, lambda invoice, _both: by_vat_id(invoice, invoice.seller) == "IT"),
    *nordic.RULES,
    *greece.RULES,
)
