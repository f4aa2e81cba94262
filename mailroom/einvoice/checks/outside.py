"""An invoice against what is known outside it: the account that received it, and the pages of its own PDF.

An XML that says something else than the page that a person reads is a sign of fraud: the person accepts the page, the
bank pays the XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mailroom.domain.document import AMOUNT_FIELDS, FieldName, Fields, FieldSource
from mailroom.domain.reading import StructuredValue
from mailroom.einvoice.findings import Finding, Severity
from mailroom.einvoice.header import compact, header_fields
from mailroom.einvoice.kinds import number
from mailroom.einvoice.model import Invoice

if TYPE_CHECKING:
    from mailroom.domain.account import Account

_COMPARED = (
    FieldName.INVOICE_NUMBER,
    FieldName.ISSUE_DATE,
    FieldName.IBAN,
    FieldName.TOTAL_AMOUNT,
    FieldName.SELLER_VAT_ID,
    FieldName.CURRENCY,
)
_ON_PAGE = frozenset({FieldName.IBAN, FieldName.SELLER_VAT_ID, FieldName.INVOICE_NUMBER})
_SURE = 0.8
"""Confidence from which a value of the page may contradict the XML; below it the page was perhaps misread."""


def check_account(invoice: Invoice, account: Account) -> tuple[Finding, ...]:
    """Say whether the invoice is addressed to somebody else (M-BUYER). Sales of the account itself are in order."""
    own = compact(account.vat_id)
    if own and own in {_bare(invoice.buyer.vat_id), _bare(invoice.seller.vat_id), _registered(invoice)}:
        return ()
    if own and invoice.buyer.vat_id:
        return (_finding("M-BUYER", "BT-48", "other_buyer", invoice.buyer.vat_id[:60]),)
    names = {_name(name) for name in (account.name, *account.names)}
    stated = {_name(name) for name in (invoice.buyer.name, invoice.buyer.trading_name)} - {""}
    if stated and not names & stated:
        return (_finding("M-BUYER", "BT-44", "other_buyer", (invoice.buyer.name or invoice.buyer.trading_name)[:60]),)
    return ()


def check_page(invoice: Invoice, page: Fields) -> tuple[Finding, ...]:
    """Name every field in which the XML and its own page differ (M-PAGE)."""
    return page_differences(header_fields(invoice), page)


def page_differences(said: Mapping[FieldName, StructuredValue], page: Fields, words: str = "") -> tuple[Finding, ...]:
    """Name every field of the XML that its own page contradicts (M-PAGE).

    `words` are those of the pages: an account or number of the XML that stands there, too, beside the one that was
    taken for it, is no contradiction.
    """
    return tuple(_differences(said, page, compact(words)))


def _differences(said: Mapping[FieldName, StructuredValue], page: Fields, words: str) -> Iterator[Finding]:
    for name in _COMPARED:
        seen, structured = page.get(name), said.get(name)
        if not (seen and seen.value and structured) or seen.confidence < _SURE:
            continue
        if seen.source is FieldSource.DERIVED or (name in _ON_PAGE and compact(structured.value) in words):
            continue
        if not same_value(name, seen.value, structured.value):
            facts = {"term": structured.term, "said": structured.value[:60], "due": seen.value[:60]}
            yield Finding(
                rule="M-PAGE", severity=Severity.WARNING, place=structured.term, sentence="page_differs", facts=facts
            )


def same_value(name: FieldName, one: str, other: str) -> bool:
    """Say whether two values of a field mean the same; the sign of an amount is said by the kind of document."""
    return _normal(name, one) == _normal(name, other)


def _normal(name: FieldName, value: str) -> str:
    if name in AMOUNT_FIELDS:
        amount = number(value)
        return value if amount is None else format(abs(amount.normalize()), "f")
    return compact(value).lstrip("0") if name is FieldName.INVOICE_NUMBER else compact(value)


def _finding(rule: str, place: str, sentence: str, said: str) -> Finding:
    return Finding(
        rule=rule, severity=Severity.WARNING, place=place, sentence=sentence, facts={"term": place, "said": said}
    )


def _bare(vat_id: str) -> str:
    bare = compact(vat_id)
    return f"BE{bare}" if re.fullmatch(r"[01][0-9]{9}", bare) else bare


def _registered(invoice: Invoice) -> str:
    legal = invoice.buyer.legal_id
    return _bare(legal.value) if legal else ""


_FORMS = re.compile(r"\b(nv|sa|bv|bvba|sprl|srl|vof|snc|gmbh|ag|ug|kg|ltd|inc|sas|sarl|comm)\b")


def _name(name: str) -> str:
    plain = _FORMS.sub(" ", re.sub(r"[^\w\s]", "", name.casefold()))
    return " ".join(plain.split())
