"""What the official rules do not look at: check digits, dates, totals that are said twice. Ids begin with `M-`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial

from mailroom.einvoice import digits
from mailroom.einvoice.checks.peppol import identifiers
from mailroom.einvoice.findings import Found, Rule, Severity
from mailroom.einvoice.model import Invoice

_LONGEST_TERM = 366


def _bare(text: str) -> str:
    return re.sub(r"[\s.\-/]", "", text).upper()


def _ibans(invoice: Invoice) -> Iterator[Found]:
    for number, means in enumerate(invoice.payment_means, 1):
        for term, account in (("BT-84", means.account.id if means.account else ""), ("BT-91", means.debited_account)):
            bare = _bare(account)
            if re.match(r"[A-Z]{2}[0-9]{2}", bare) and not digits.iban(bare):
                yield Found(f"BG-16[{number}]/{term}", {"term": term, "said": account[:60]})


def _vat_ids(of_buyer: bool, invoice: Invoice) -> Iterator[Found]:
    other = invoice.tax_representative
    theirs = (("BT-31", invoice.seller.vat_id), ("BT-63", other.vat_id if other else ""))
    for term, vat_id in (("BT-48", invoice.buyer.vat_id),) if of_buyer else theirs:
        if vat_id and digits.vat_id(_bare(vat_id)) is False:
            yield Found(term, {"term": term, "said": vat_id[:60]})


def _vat_prefix(invoice: Invoice) -> Iterator[Found]:
    other = invoice.tax_representative
    held = (("BT-31", invoice.seller.vat_id), ("BT-63", other.vat_id if other else ""), ("BT-48", invoice.buyer.vat_id))
    for term, vat_id in held:
        if vat_id and not any(prefix.startswith(vat_id[:2]) for prefix in _prefixes()):
            yield Found(term, {"term": term, "said": vat_id[:60]})


def _prefixes() -> frozenset[str]:
    from mailroom.einvoice.codes import codes

    return codes("country") | {"EL", "XI"}


def _enterprise_numbers(invoice: Invoice) -> Iterator[Found]:
    for place, one in identifiers(invoice):
        if one.scheme in {"0208", "9925", "BE:CBE", "BE:VAT"} and not digits.enterprise_number(_bare(one.value)):
            yield Found(place, {"term": place, "said": one.value[:60], "scheme": one.scheme})


def _glns(invoice: Invoice) -> Iterator[Found]:
    delivered = invoice.delivery.location_id if invoice.delivery else None
    held = [*identifiers(invoice), *([("BT-71", delivered)] if delivered else [])]
    for place, one in held:
        if one.scheme == "0088" and not (len(one.value) == 13 and digits.gln(one.value)):
            yield Found(place, {"term": place, "said": one.value[:60], "scheme": "0088"})


def _references(invoice: Invoice) -> Iterator[Found]:
    for reference in {invoice.payment_reference, *(one.reference for one in invoice.payment_means)}:
        belgian = digits.looks_like_ogm(reference) and not digits.ogm(reference)
        creditor = digits.looks_like_creditor_reference(reference) and not digits.creditor_reference(reference)
        if belgian or creditor:
            yield Found("BT-83", {"term": "BT-83", "said": reference[:60]})


def _no_terms(invoice: Invoice) -> Iterator[Found]:
    # BR-CO-25 until release 1.3.15 of the official rules; it is no longer fatal, and still worth a word.
    payable = invoice.totals.payable
    if payable is not None and payable > 0 and not invoice.due_date and not invoice.payment_terms:
        yield Found("BT-9", {"term": "BT-9"})


def _card_number(invoice: Invoice) -> Iterator[Found]:
    for number, means in enumerate(invoice.payment_means, 1):
        if means.card and len(means.card.number) > 10:
            yield Found(f"BG-16[{number}]/BT-87", {"term": "BT-87"})


def _due_before_issue(invoice: Invoice) -> Iterator[Found]:
    issued, due = invoice.issue_date, invoice.due_date
    if issued and due and due < issued:
        yield Found("BT-9", {"said": due.isoformat(), "due": issued.isoformat()})


def _due_far_away(invoice: Invoice) -> Iterator[Found]:
    issued, due = invoice.issue_date, invoice.due_date
    if issued and due and (due - issued).days > _LONGEST_TERM:
        yield Found("BT-9", {"said": due.isoformat(), "due": issued.isoformat()})


def _strange_year(invoice: Invoice) -> Iterator[Found]:
    if invoice.issue_date and not date(2000, 1, 1) <= invoice.issue_date < date(2100, 1, 1):
        yield Found("BT-2", {"said": invoice.issue_date.isoformat()})


def _same_party(invoice: Invoice) -> Iterator[Found]:
    if invoice.seller.vat_id and _bare(invoice.seller.vat_id) == _bare(invoice.buyer.vat_id):
        yield Found("BT-48", {"said": invoice.buyer.vat_id[:60]})


def _unreadable(invoice: Invoice) -> Iterator[Found]:
    if invoice.source:
        for leaf in (*invoice.source.bent, *invoice.source.unmapped):
            if leaf.problem.startswith("not_"):
                yield Found(leaf.path, {"said": leaf.value[:60], "place": leaf.path})


_ONE_ONLY = frozenset(f"BT-{number}" for number in (1, 2, 3, 5, *range(106, 116)))
"""What decides on what is owed: number, date, type, currency, totals."""


def _again(decides: bool, invoice: Invoice) -> Iterator[Found]:
    for leaf in invoice.source.unmapped if invoice.source else ():
        problem, _, term = leaf.problem.partition(" ")
        if problem == "twice" and (term in _ONE_ONLY or "MonetarySummation" in leaf.path) == decides:
            yield Found(leaf.path, {"said": leaf.value[:60], "place": leaf.path})


def _repeated_line_ids(invoice: Invoice) -> Iterator[Found]:
    seen: set[str] = set()
    for number, line in enumerate(invoice.lines, 1):
        if line.id in seen:
            yield Found(f"BG-25[{number}]/BT-126", {"said": line.id})
        seen.add(line.id)


RULES: tuple[Rule, ...] = (
    Rule("BR-CO-09", Severity.FATAL, "vat_prefix", _vat_prefix),
    Rule("BR-51", Severity.WARNING, "card_number", _card_number),
    Rule("M-TERMS", Severity.WARNING, "missing", _no_terms),
    Rule("M-IBAN", Severity.WARNING, "check_digits_pay", _ibans),
    Rule("M-VAT", Severity.WARNING, "check_digits_pay", partial(_vat_ids, False)),
    Rule("M-VAT-BUYER", Severity.WARNING, "check_digits", partial(_vat_ids, True)),
    Rule("M-ENTERPRISE", Severity.WARNING, "check_digits", _enterprise_numbers),
    Rule("M-GLN", Severity.WARNING, "check_digits", _glns),
    Rule("M-REFERENCE", Severity.WARNING, "check_digits_pay", _references),
    Rule("M-DUE", Severity.WARNING, "due_before_issue", _due_before_issue),
    Rule("M-FAR", Severity.WARNING, "due_far_away", _due_far_away),
    Rule("M-YEAR", Severity.WARNING, "strange_year", _strange_year),
    Rule("M-SELF", Severity.WARNING, "seller_is_buyer", _same_party),
    Rule("M-TWO-TOTALS", Severity.FATAL, "said_twice", partial(_again, True)),
    Rule("M-TWICE", Severity.WARNING, "said_again", partial(_again, False)),
    Rule("M-FORM", Severity.WARNING, "unreadable_value", _unreadable),
    Rule("M-LINE-ID", Severity.WARNING, "line_id_twice", _repeated_line_ids),
)
