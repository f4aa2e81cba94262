"""Hypothesis strategies over the whole model of an e-invoice: any text, any amount, any group there or not.

Not sums that add up (tests/invoices_einvoice.py makes those): only what a syntax can hold at all. A group is there
when it says something, a text is what XML keeps of it, and a scheme or currency is there where its value is.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from mailroom.domain.value import Value
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import (
    Account,
    Address,
    AllowanceCharge,
    Card,
    Contact,
    Delivery,
    Identifier,
    Item,
    ItemAttribute,
    Line,
    Note,
    Party,
    PaymentMeans,
    Period,
    PrecedingInvoice,
    Price,
    SupportingDocument,
    ThirdPartyPayment,
    Totals,
    VatBreakdown,
)

_SIGNS = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp"), exclude_characters="#\ufeff")
text = st.text(_SIGNS, min_size=1, max_size=12).map(lambda said: " ".join(said.split())).filter(bool)
lines_of_text = st.lists(text, min_size=1, max_size=2).map("\n".join)
code = st.from_regex("[A-Z0-9]{1,4}", fullmatch=True).filter(lambda said: said not in {"VAT", "TAX", "SEPA"})
amount = st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False)
number = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False)
day = st.dates(date(1900, 1, 1), date(2999, 12, 31))


def maybe(held: st.SearchStrategy[Any], otherwise: Any = "") -> st.SearchStrategy[Any]:
    return st.one_of(st.just(otherwise), held)


def group(kind: type[Value], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return a group that says something."""
    empty = kind.model_construct
    return st.builds(kind, **fields).filter(lambda held: held != empty())


def several(held: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[Any]:
    return st.lists(held, max_size=most).map(tuple)


identifier = st.builds(Identifier, value=text, scheme=maybe(code))
# CII has those without a scheme in an element of their own, which stands first.
identifiers = several(identifier).map(lambda held: tuple(sorted(held, key=lambda one: bool(one.scheme))))
plain_identifier = st.builds(Identifier, value=text)
address = group(
    Address, street=maybe(text), additional_street=maybe(text), third_line=maybe(text), city=maybe(text),
    postcode=maybe(text), subdivision=maybe(text), country=maybe(st.sampled_from(("BE", "NL", "FR"))),
)  # fmt: skip
contact = group(Contact, name=maybe(text), telephone=maybe(text), email=maybe(text))
period = group(Period, start=maybe(day, None), end=maybe(day, None))
# What the party of a buyer holds beyond EN 16931 (tax number, legal form) is UBL's alone.
buyer = st.builds(
    Party, name=maybe(text), trading_name=maybe(text), ids=identifiers, legal_id=maybe(identifier, None),
    vat_id=maybe(code), endpoint=maybe(identifier, None), address=maybe(address, None), contact=maybe(contact, None),
)  # fmt: skip
seller = st.builds(
    lambda party, tax_id, form: party.model_copy(update={"tax_id": tax_id, "legal_form": form}),
    buyer, maybe(text), maybe(text),
)  # fmt: skip
payee = group(Party, name=maybe(text), ids=identifiers, legal_id=maybe(identifier, None))
agent = group(Party, name=maybe(text), vat_id=maybe(code), address=maybe(address, None))
delivery = group(
    Delivery, name=maybe(text), location_id=maybe(identifier, None), day=maybe(day, None), address=maybe(address, None)
)
account = group(Account, id=text, name=maybe(text), bank=maybe(text))
card = group(Card, number=text, holder=maybe(text))
transfer = st.builds(PaymentMeans, code=code, text=maybe(text), account=maybe(account, None), card=maybe(card, None))
debit = st.builds(PaymentMeans, code=st.just("59"), text=maybe(text), mandate=text, debited_account=text)
line_allowance = st.builds(
    AllowanceCharge, charge=st.booleans(), amount=amount, base=maybe(amount, None), percent=maybe(number, None),
    reason=maybe(text), reason_code=maybe(code),
)  # fmt: skip
allowance = st.builds(
    lambda one, category, rate: one.model_copy(update={"vat_category": category, "vat_rate": rate}),
    line_allowance, code, maybe(number, None),
)  # fmt: skip
file = st.one_of(
    st.builds(
        SupportingDocument, reference=plain_identifier, description=maybe(text), media_type=st.just("text/csv"),
        content=st.binary(min_size=1, max_size=20), filename=text,
    ),
    st.builds(SupportingDocument, reference=plain_identifier, description=maybe(text), uri=maybe(text)),
)  # fmt: skip
price = st.builds(
    lambda net, base, discount: Price(
        net=net, discount=discount, gross=None if discount is None else net + discount,
        base_quantity=base[0], base_unit=base[1] if base[0] is not None else "",
    ),
    number, st.tuples(maybe(number, None), maybe(code)), maybe(amount, None),
)  # fmt: skip
item = st.builds(
    Item, name=maybe(text), description=maybe(lines_of_text), seller_id=maybe(text), buyer_id=maybe(text),
    standard_id=maybe(identifier, None),
    classifications=several(st.builds(Identifier, value=text, scheme=maybe(code), version=maybe(code))),
    origin=maybe(st.just("BE")), attributes=several(st.builds(ItemAttribute, name=text, value=text)),
)  # fmt: skip


def line(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        Line, note=maybe(lines_of_text), object_id=maybe(identifier, None), quantity=number, unit=maybe(code),
        net=amount, order_line=maybe(text), accounting_reference=maybe(text), period=maybe(period, None),
        allowances=several(line_allowance), price=maybe(price, None), vat_category=maybe(code),
        vat_rate=maybe(number, None), item=item, lines=below,
    )  # fmt: skip


def _numbered(invoice: Invoice) -> Invoice:
    """Number the lines: CII finds the parent of a line by its number."""

    def of(held: tuple[Line, ...], before: str) -> tuple[Line, ...]:
        names = (f"{before}{place}" for place in range(1, len(held) + 1))
        return tuple(
            one.model_copy(update={"id": n, "lines": of(one.lines, f"{n}.")})
            for n, one in zip(names, held, strict=True)
        )

    return invoice.model_copy(update={"lines": of(invoice.lines, "")})


def _consistent(invoice: Invoice) -> Invoice:
    """Take away what stands in no syntax by itself: a reference without a means, VAT without its currency."""
    foreign = invoice.tax_currency if invoice.totals.vat_accounting is not None else ""
    totals = invoice.totals if foreign else invoice.totals.model_copy(update={"vat_accounting": None})
    point = "" if invoice.tax_point_date or not invoice.vat_breakdown else invoice.tax_point_code
    return _numbered(invoice).model_copy(
        update={
            "type_code": "381" if invoice.is_credit_note else "380",
            "tax_currency": foreign,
            "totals": totals,
            "tax_point_code": point,
            "tax_point_date": invoice.tax_point_date if invoice.vat_breakdown else None,
            "payment_reference": invoice.payment_reference if invoice.payment_means else "",
            "due_date": invoice.due_date if invoice.payment_means or not invoice.is_credit_note else None,
        }
    )


invoices = st.builds(
    Invoice, number=maybe(text), issue_date=maybe(day, None), is_credit_note=st.booleans(), currency=st.just("EUR"),
    tax_currency=st.just("RON"), tax_point_date=maybe(day, None), tax_point_code=maybe(st.sampled_from(("3", "35"))),
    due_date=maybe(day, None), buyer_reference=maybe(text), project=maybe(text), contract=maybe(text),
    purchase_order=maybe(text).filter(lambda said: said != "NA"), sales_order=maybe(text),
    receiving_advice=maybe(text), despatch_advice=maybe(text), tender=maybe(text),
    invoiced_object=maybe(identifier, None), accounting_reference=maybe(text), payment_terms=maybe(lines_of_text),
    notes=several(st.builds(Note, subject_code=maybe(st.just("AAI")), text=lines_of_text)),
    business_process=maybe(text), specification=text,
    preceding=several(st.builds(PrecedingInvoice, number=text, issue_date=maybe(day, None))), seller=seller,
    buyer=buyer, payee=maybe(payee, None), tax_representative=maybe(agent, None), delivery=maybe(delivery, None),
    period=maybe(period, None), payment_reference=maybe(text),
    payment_means=st.one_of(several(transfer), st.tuples(debit)), creditor_id=maybe(text),
    allowances=several(allowance),
    totals=st.builds(Totals, **{name: maybe(amount, None) for name in Totals.model_fields}),
    vat_breakdown=several(
        st.builds(VatBreakdown, taxable=amount, tax=amount, category=code, rate=maybe(number, None),
                  reason=maybe(text), reason_code=maybe(code))
    ),
    third_party=several(st.builds(ThirdPartyPayment, kind=text, amount=amount, description=maybe(text))),
    attachments=several(file), lines=several(line(several(line(st.just(())), 1))),
).map(_consistent)  # fmt: skip
