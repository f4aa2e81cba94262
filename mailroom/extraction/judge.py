"""Choosing one value a field from the candidates of all families, in an order in which each helps the next.

Ids and accounts first, because they tell the country and where the seller stands; then type, dates and numbers; then
the amounts, the currency beside them, and the names.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from mailroom.domain.document import DocumentType, Evidence, Field, FieldName, Fields, FieldSource
from mailroom.domain.value import Reason
from mailroom.extraction import dates, numbers, payment_reference, payment_terms
from mailroom.extraction.amounts import find_amounts, item_headers
from mailroom.extraction.candidates import Candidate, Sight, evidence, source_of
from mailroom.extraction.confidence import ACCEPT, Signs, believe
from mailroom.extraction.country import american
from mailroom.extraction.currency import currency_of, spoken_currency
from mailroom.extraction.document_type import Kind, document_type
from mailroom.extraction.iban import IBAN_ROLES, Around, find_ibans, score_ibans
from mailroom.extraction.identifiers import VAT_ROLES, find_vat_ids
from mailroom.extraction.misread_ids import is_put_right
from mailroom.extraction.names import find_names, has_form, share_a_word
from mailroom.extraction.national_ids import registered
from mailroom.extraction.net_and_vat import Found, Setting
from mailroom.extraction.parties import Known, find_buyer, is_buyer, score_sellers
from mailroom.extraction.printed_amounts import Amount
from mailroom.extraction.sellers import score_buyer_ids, score_seller_ids
from mailroom.extraction.slip_numbers import after_name_of_slip
from mailroom.extraction.text import blur, compact, fold
from mailroom.extraction.totals import Totals, solve
from mailroom.extraction.zones import Zone, block_zone, party_zones
from mailroom.languages import Language, reading_data


@dataclass(frozen=True, slots=True)
class Buyer:
    """What the account knows of itself: it buys, and is never the seller."""

    name: str = ""
    vat_id: str = ""
    names: tuple[str, ...] = ()

    @property
    def every_name(self) -> tuple[str, ...]:
        return tuple(name for name in (self.name, *self.names) if name)


_UNPROVED = 0.55  # below every threshold: money is not sent to an account that fails its checksum
_UNSIGNED = 0.8  # a supplier outside the euro who prints no sign may well invoice in euros
_PUT_RIGHT = 0.8  # two misreadings in an id may hide each other: nobody has seen these digits
_DOUBTED = 0.8  # an amount that does not look like the page's others
_BY_TERM = 0.88
_BY_REFERENCE = 0.75  # the number itself may not have been read: a person should look
_KEPT = 12
"""Values of a field that are remembered for whoever asks why one won; the same one may stand in several places."""
_OF_TOTAL = ("total", "payable", "sum", "net", "subtotal")
_NAMES = frozenset({FieldName.SELLER_NAME, FieldName.BUYER_NAME})
_VAT_IDS = frozenset({FieldName.SELLER_VAT_ID, FieldName.BUYER_VAT_ID})
_CHECKED = _VAT_IDS | {FieldName.IBAN}


Ranked = tuple[str, float, Candidate, Collection[str]]
"""A value that stood for choice: its points, where it stands, and the roles of labels that speak for it."""


@dataclass(slots=True)
class Page:
    """What the pages say, what is doubtful about it, and between which values was chosen, the best first."""

    fields: Fields
    problems: tuple[Reason, ...] = ()
    ranked: dict[FieldName, list[Ranked]] = field(default_factory=dict)


@dataclass(slots=True)
class _Work:
    """What is found so far."""

    sight: Sight
    buyer: Buyer
    language: Language
    kind: Kind
    zones: list[Zone] = field(default_factory=list)
    known: Known = field(default_factory=Known)
    fields: Fields = field(default_factory=dict)
    problems: list[Reason] = field(default_factory=list)
    ranked: dict[FieldName, list[Ranked]] = field(default_factory=dict)

    @property
    def receipt(self) -> bool:
        return self.kind.type is DocumentType.RECEIPT

    def take(self, name: FieldName, ranked: list[Candidate], roles: Collection[str] = ()) -> Candidate | None:
        """Take the best of ranked candidates as a field, if it is likely enough to be right at all."""
        if not ranked:
            return None
        best = ranked[0]
        self.ranked[name] = [(c.value, c.score, c, roles) for c in ranked[:_KEPT]]
        if best.score <= 0:
            return None
        differs = _differs_in_name if name in _NAMES else _differs
        others = (c for c in ranked[1:] if differs(c.value, best.value))
        if self.receipt and name is FieldName.SELLER_NAME:
            others = (c for c in others if not _same_shop(best, c, self.known))
        rival = next((c.score for c in others), best.score - 6.0)
        sure = best.name_sure if name in _NAMES else best.sure
        if name in _CHECKED and not best.proof and best.segment.sheet.ocr:
            sure = sure**8  # check digits that do not hold on a picture: most likely a digit was misread
        signs = Signs(best.score, best.score - rival, bool(best.proof), sure)
        confidence = believe(name, signs)
        if name in _CHECKED and not best.proof:
            confidence = min(confidence, _UNPROVED)
        if name in _VAT_IDS and best.segment.sheet.ocr and is_put_right(best.text, best.value):
            confidence = min(confidence, _PUT_RIGHT)
        if confidence < ACCEPT[name]:
            return None
        self.fields[name] = Field(
            value=best.value, confidence=round(confidence, 4), source=source_of(best), evidence=(evidence(best, roles),)
        )
        return best


def _differs(a: str, b: str) -> bool:
    """A piece of the same name or number is no rival to it."""
    x, y = compact(a), compact(b)
    return x not in y and y not in x


def _differs_in_name(a: str, b: str) -> bool:
    """A brand is no rival to the company that is called after it: `TANKVERBUND 24`, `Tankverbund Karten GmbH`."""
    if has_form(b) and not has_form(a) and share_a_word(a, b):
        return False
    x, y = compact(a), compact(b)
    same = next((i for i, (p, q) in enumerate(zip(x, y, strict=False)) if p != q), min(len(x), len(y)))
    return _differs(a, b) and same < _SAME_BEGINNING


_SAME_BEGINNING = 7
"""Letters."""


def _same_shop(name: Candidate, other: Candidate, known: Known) -> bool:
    """A slip is headed by the sign of the shop; the company that runs it stands under it or by its VAT id at the foot.

    Neither speaks against the other.
    """
    if name.page != other.page or has_form(name.value) == has_form(other.value) or name.mostly_sure <= _READ_WELL:
        return False
    company = name if has_form(name.value) else other
    rows = [a.row for a in known.anchors if a.sheet is company.segment.sheet]
    by_id = any(abs(row - company.segment.row) <= _BESIDE for row in rows)
    return by_id or abs(name.segment.row - other.segment.row) <= _HEAD


_BESIDE = 1
_HEAD = 4
"""Lines."""
_READ_WELL = 0.9


def read_page(sight: Sight, buyer: Buyer, language: Language) -> Page:
    """Return the fields that the pages show."""
    work = _Work(sight, buyer, language, document_type(sight))
    _take_type(work)
    names = find_names(sight)
    _know_parties(work, names)
    vat_ids, ibans = registered(find_vat_ids(sight), sight), find_ibans(sight)
    references = payment_reference.find_references(sight)
    country = _take_ids(work, vat_ids, ibans, references)
    abroad = not country and american(sight)
    country = "US" if abroad else country
    found_dates = _days_only(dates.find_dates(sight, bool(reading_data(language)["day_first"]) and not abroad), work)
    headers = item_headers(sight)
    used = numbers.used_tokens(dates.surely(found_dates), _surely(vat_ids), _accounts(ibans))
    _take_dates(work, found_dates, _take_numbers(work, used, headers, references))
    untaxed = _says_no_vat(sight) or (abroad and not sight.every_label("vat"))
    totals = solve(find_amounts(sight, headers), Setting(country, untaxed, work.receipt))
    _take_totals(work, totals)
    _mind_sign(work)
    _take_currency(work, totals, country)
    _take_account_again(work, ibans, totals, country)
    work.take(FieldName.SELLER_NAME, score_sellers(names, sight, work.known), ("seller", "name", "account_holder"))
    work.take(FieldName.BUYER_NAME, find_buyer(names, sight, work.known), ("buyer", "name"))
    return Page(work.fields, tuple(work.problems), work.ranked)


def _take_type(work: _Work) -> None:
    kind = work.kind
    signs = Signs(kind.points, kind.points - kind.rival)
    title = (evidence(kind.title),) if kind.title else ()
    source = source_of(kind.title) if kind.title else FieldSource.DERIVED
    work.fields[FieldName.DOCUMENT_TYPE] = Field(
        value=kind.type.value,
        confidence=round(believe(FieldName.DOCUMENT_TYPE, signs), 4),
        source=source,
        evidence=title,
    )


def _know_parties(work: _Work, names: list[Candidate]) -> None:
    work.zones = party_zones(work.sight)
    work.known = Known(buyer_names=work.buyer.every_name, zones=work.zones, receipt=work.receipt)
    for name in names:
        if is_buyer(name.value, work.known) and name.first == 0:
            work.zones.append(block_zone(name.segment, "buyer"))


def _take_ids(work: _Work, vat_ids: list[Candidate], ibans: list[Candidate], references: list[Candidate]) -> str:
    """Take VAT ids, the account and the reference; return the seller's country."""
    own = {compact(work.buyer.vat_id)} - {""}
    ranked = score_seller_ids(vat_ids, work.sight, work.zones, own)
    seller = work.take(FieldName.SELLER_VAT_ID, ranked, VAT_ROLES)
    rest = [c for c in vat_ids if seller is None or c.value != seller.value]
    work.take(FieldName.BUYER_VAT_ID, score_buyer_ids(rest, work.zones, own), VAT_ROLES)
    country = seller.value[:2] if seller else ""
    around = Around(country, _phrases("own_account"), _phrases("assigned"))
    account = work.take(FieldName.IBAN, score_ibans(ibans, around), IBAN_ROLES)
    work.take(FieldName.PAYMENT_REFERENCE, references, payment_reference.ROLES)
    work.known.anchors = [c.segment for c in (seller, account) if c]
    return country or (account.value[:2] if account else "")


def _days_only(found: list[Candidate], work: _Work) -> list[Candidate]:
    """Leave out `N° 2025-12-02`, the second invoice of December, and `BON 20250418`, where another day is printed."""
    numbers_of = [c for c in found if _LIKE_A_DAY.fullmatch(c.text) and _is_numbered(c)]
    if work.receipt:
        numbers_of += [c for c in found if _RUN_OF_DIGITS.fullmatch(c.text) and after_name_of_slip(c)]
    others = any(c.page == 1 and c.value != number.value for number in numbers_of for c in found)
    return [c for c in found if c not in numbers_of] if others else found


_LIKE_A_DAY = re.compile(r"20\d\d-\d\d-\d\d")
_RUN_OF_DIGITS = re.compile(r"20\d{6}")


def _is_numbered(day: Candidate) -> bool:
    """Say whether the label right before it is that of a number, and none of a day."""
    nearest = next((b for b in day.beside if not b.above), None)
    return nearest is not None and bool(nearest.label.roles) and nearest.label.roles <= _NUMBERED


_NUMBERED = frozenset({"invoice_number", "number"})


def _surely(vat_ids: list[Candidate]) -> list[Candidate]:
    """Leave out what only looks like a VAT id: `RO-6106-0340` may well be an invoice number."""
    return [c for c in vat_ids if c.proof or c.strength(*VAT_ROLES) >= 0.5]


def _accounts(ibans: list[Candidate]) -> list[Candidate]:
    """Leave out what only looks like an account: `Rekening nr. SR3-2526-20447` is a bill, with dashes in its number."""
    return [c for c in ibans if c.proof or "-" not in c.text]


def _take_account_again(work: _Work, ibans: list[Candidate], totals: Totals, country: str) -> None:
    """Choose among several accounts with what is known by now: the currency, and the amounts to pay."""
    if len({c.value for c in ibans if c.proof}) < _SEVERAL:
        return
    currency = work.fields.get(FieldName.CURRENCY)
    found = (totals.total, totals.payable, totals.net, totals.vat)
    sums = frozenset(re.sub(r"\D", "", f"{part.value:.2f}") for part in found if part)
    around = Around(country, _phrases("own_account"), _phrases("assigned"), (currency and currency.value) or "", sums)
    work.take(FieldName.IBAN, score_ibans(ibans, around), IBAN_ROLES)


_SEVERAL = 2


@cache
def _phrases(kind: str) -> tuple[str, ...]:
    return tuple(fold(phrase) for language in Language for phrase in reading_data(language)["phrases"][kind])


def _take_dates(work: _Work, found: list[Candidate], corrected: list[Candidate]) -> None:
    ranked = dates.score_issue(found, work.sight, receipt=work.receipt, corrected=corrected)
    issue = work.take(FieldName.ISSUE_DATE, ranked, dates.ISSUE)
    due = work.take(FieldName.DUE_DATE, dates.score_due(found, work.sight, issue.value if issue else None), dates.DUE)
    if issue and due is None and not work.receipt and work.kind.type is not DocumentType.CREDIT_NOTE:
        _derive_due(work, issue)


def _derive_due(work: _Work, issue: Candidate) -> None:
    """`Payable within 30 days`, `by 25.02.`: the day follows from the issue date, and is as sure as that at best."""
    day = date.fromisoformat(issue.value)
    named = dates.due_without_year(work.sight, day)
    found = None if named else payment_terms.term(work.sight, day)
    if named:
        due, seen = named.value, evidence(named, dates.DUE)
    elif found:
        due, seen = found.due.isoformat(), evidence(found.at).model_copy(update={"proof": "term_of_payment"})
    else:
        return
    confidence = _BY_TERM * work.fields[FieldName.ISSUE_DATE].confidence
    work.fields[FieldName.DUE_DATE] = Field(
        value=due, confidence=round(confidence, 4), source=FieldSource.DERIVED, evidence=(seen,)
    )


def _take_numbers(
    work: _Work, used: set[tuple[int, int]], headers: set[tuple[int, int]], references: list[Candidate]
) -> list[Candidate]:
    """Take the number; return those of the invoices that a credit note corrects."""
    found = numbers.find_numbers(work.sight, used)
    ranked = numbers.score_numbers(found, kind=work.kind.type, references=references, headers=headers, sight=work.sight)
    best = work.take(FieldName.INVOICE_NUMBER, ranked, (*numbers.ROLES, "reference"))
    if best and numbers.by_reference(best):
        field = work.fields[FieldName.INVOICE_NUMBER]
        confidence = min(field.confidence, _BY_REFERENCE)
        work.fields[FieldName.INVOICE_NUMBER] = field.model_copy(update={"confidence": confidence})
    return numbers.corrected(ranked, work.sight) if best and work.kind.type is DocumentType.CREDIT_NOTE else []


@cache
def _no_vat_phrases() -> tuple[str, ...]:
    kinds = ("reverse_charge", "exempt")
    return tuple(
        blur(p)
        for language in Language
        for kind in kinds
        for p in reading_data(language)["phrases"][kind]
        if len(blur(p)) > 6
    )


def _says_no_vat(sight: Sight) -> bool:
    text = blur(" ".join(segment.text for sheet in sight.sheets for segment in sheet.segments))
    return any(phrase in text for phrase in _no_vat_phrases())


def _take_totals(work: _Work, totals: Totals) -> None:
    lead = totals.total.points - totals.rival if totals.total else 0.0
    if totals.total and totals.second and lead < 1.5 and not totals.total.proof:
        facts = {"first": str(totals.total.value), "second": str(totals.second.value)}
        work.problems.append(Reason(code="two_totals", facts=facts))
    parts = {
        FieldName.NET_AMOUNT: totals.net,
        FieldName.VAT_AMOUNT: totals.vat,
        FieldName.TOTAL_AMOUNT: totals.total,
        FieldName.PAYABLE_AMOUNT: totals.payable,
    }
    work.ranked[FieldName.TOTAL_AMOUNT] = [(f"{a.value:.2f}", p, a.at, _OF_TOTAL) for p, a in totals.ranking[:_KEPT]]
    for name, found in parts.items():
        if found:
            _take_amount(work, name, found, totals, lead)


def _mind_sign(work: _Work) -> None:
    """An invoice whose total is below nothing gives money back, whatever its title is: `STORNORECHNUNG`, `FACTURĂ`."""
    kind, total = work.fields[FieldName.DOCUMENT_TYPE], work.fields.get(FieldName.TOTAL_AMOUNT)
    if kind.value == DocumentType.INVOICE and total and total.value and total.value.startswith("-"):
        confidence = min(_BY_SIGN, total.confidence)
        told = {"value": DocumentType.CREDIT_NOTE.value, "confidence": confidence, "evidence": total.evidence}
        work.fields[FieldName.DOCUMENT_TYPE] = kind.model_copy(update=told)


_BY_SIGN = 0.95


def _take_amount(work: _Work, name: FieldName, found: Found, totals: Totals, lead: float) -> None:
    triple = bool(totals.total and totals.total.proof == "net_plus_vat")
    printed = [found.amount] if found.amount else found.parts
    sure = min((a.at.sure for a in printed), default=1.0)
    points = found.points if name is not FieldName.TOTAL_AMOUNT else min(found.points, 12.0)
    confidence = believe(name, Signs(points, lead, triple or bool(found.proof), sure))
    if found.doubt:
        confidence = min(confidence, _DOUBTED)
    if confidence < ACCEPT[name]:
        return
    negative = found.amount.negative if found.amount else any(a.negative for a in found.parts)
    sign = "-" if negative and found.value else ""
    work.fields[name] = Field(
        value=f"{sign}{found.value:.2f}",
        confidence=round(confidence, 4),
        source=source_of(found.amount.at) if found.amount else FieldSource.DERIVED,
        evidence=tuple(_amount_evidence(a, found.proof) for a in printed),
    )


def _amount_evidence(amount: Amount, proof: str) -> Evidence:
    return evidence(amount.at).model_copy(update={"label": amount.label, "proof": proof})


def _is_smudge(place: Candidate, code: str | None, spoken: str | None, country: str) -> bool:
    """Say whether a lone sign on a picture without a readable total is a stain: no amount, word or country backs it."""
    return place.segment.sheet.ocr and len(place.text) == 1 and code != spoken and not country


def _take_currency(work: _Work, totals: Totals, country: str) -> None:
    near = [found.amount.at for found in (totals.total, totals.payable) if found and found.amount]
    code, share, place = currency_of(work.sight, near, country, shop=work.receipt)
    known = True
    if place and totals.total is None and _is_smudge(place, code, spoken_currency(work.sight, "")[0], country):
        return
    if code is None and work.receipt:
        code, known = spoken_currency(work.sight, work.buyer.vat_id[:2].upper())
    if code is None:
        return
    # Without any sign on the page the seller's country says it: an invoice in its own currency is the rule.
    signs = Signs(6 * share, 6 * share, proof=True) if place else Signs(3.0, 1.0)
    confidence = believe(FieldName.CURRENCY, signs)
    if place is None and not (known and (work.receipt or code == "EUR")):
        confidence = min(confidence, _UNSIGNED)
    work.fields[FieldName.CURRENCY] = Field(
        value=code,
        confidence=round(confidence, 4),
        source=source_of(place) if place else FieldSource.DERIVED,
        evidence=(evidence(place),) if place else (),
    )
