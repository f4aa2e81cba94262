"""The guards: what must stop a document, and what must not."""

from __future__ import annotations

from datetime import date

import pytest

from mailroom.domain.account import Purpose
from mailroom.domain.decision import Facts
from mailroom.domain.document import DocumentType, Field, FieldName, FieldSource
from mailroom.domain.message import SenderProof, SenderVerdict
from mailroom.domain.value import Reason
from mailroom.rules import guards


def facts(own: str = "", known: tuple[str, ...] = (), problems: tuple[Reason, ...] = (), **values: str) -> Facts:
    return Facts(
        fields={
            FieldName(name): Field(value=value, confidence=1.0, source=FieldSource.XML)
            for name, value in values.items()
        },
        sender=SenderProof(verdict=SenderVerdict.UNKNOWN),
        own_vat_id=own,
        known_ibans=known,
        problems=problems,
        today=date(2026, 11, 21),
    )


def test_an_iban_that_the_seller_never_used_stops_the_document() -> None:
    reason = guards.iban_changed(facts(known=("BE68539007547034",), iban="BE71096123456769"))
    assert reason == Reason(code="iban_changed", facts={"iban": "BE71096123456769", "known_ibans": "BE68539007547034"})


@pytest.mark.parametrize(
    ("known", "iban"),
    [
        pytest.param(("BE68539007547034",), "BE68539007547034", id="the same"),
        pytest.param(("BE68 5390 0754 7034",), "be68539007547034", id="the same, written in groups"),
        pytest.param((), "BE71096123456769", id="the first one of this seller"),
        pytest.param(("",), "BE71096123456769", id="an empty entry is no account"),
        pytest.param(("BE68539007547034",), "", id="no account on the document"),
        pytest.param(("DE89370400440532013000", "BE68539007547034"), "BE68539007547034", id="one of several"),
    ],
)
def test_an_iban_that_is_known_or_new_or_absent_passes(known: tuple[str, ...], iban: str) -> None:
    assert guards.iban_changed(facts(known=known, iban=iban)) is None


@pytest.mark.parametrize("seller", ["BE0403019261", "BE 0403.019.261", "0403019261", "BE403019261"])
def test_the_own_vat_id_as_sellers_stops_the_document_however_it_is_written(seller: str) -> None:
    reason = guards.own_vat_id_as_seller(facts(own="BE0403019261", seller_vat_id=seller))
    assert reason is not None
    assert reason.code == "own_vat_id_as_seller"


@pytest.mark.parametrize(
    ("own", "seller"), [("BE0403019261", "BE0878065378"), ("", "BE0878065378"), ("BE0403019261", "")]
)
def test_another_vat_id_as_sellers_passes(own: str, seller: str) -> None:
    assert guards.own_vat_id_as_seller(facts(own=own, seller_vat_id=seller)) is None


def test_another_companys_vat_id_as_buyers_stops_the_document() -> None:
    reason = guards.buyer_is_not_this_account(facts(own="BE0403019261", buyer_vat_id="NL001234567B01"))
    assert reason is not None
    assert reason.facts == {"vat_id": "NL001234567B01", "own": "BE0403019261"}


@pytest.mark.parametrize(
    ("own", "buyer"),
    [("BE0403019261", "BE 0403.019.261"), ("BE0403019261", "0403019261"), ("", "BE0403019261"), ("BE0403019261", "")],
)
def test_the_own_or_no_vat_id_as_buyers_passes(own: str, buyer: str) -> None:
    assert guards.buyer_is_not_this_account(facts(own=own, buyer_vat_id=buyer)) is None


def test_where_sales_come_in_the_account_is_the_seller() -> None:
    def at_sales(**values: str) -> list[str]:
        seen = facts(own="BE0403019261", **values).model_copy(update={"purpose": Purpose.SALES})
        return [reason.code for guard in guards.GUARDS if (reason := guard(seen))]

    assert at_sales(seller_vat_id="BE 0403.019.261", buyer_vat_id="NL001234567B01") == []
    assert at_sales(seller_vat_id="NL001234567B01") == ["seller_is_not_this_account"]
    assert at_sales(seller_vat_id="") == []
    assert guards.seller_is_not_this_account(facts(own="BE0403019261", seller_vat_id="NL001234567B01")) is None


def test_the_same_digits_in_another_country_are_another_company() -> None:
    assert guards.buyer_is_not_this_account(facts(own="DE123456789", buyer_vat_id="BE123456789")) is not None


@pytest.mark.parametrize("kind", list(DocumentType))
def test_only_invoices_credit_notes_and_receipts_are_for_the_books(kind: DocumentType) -> None:
    reason = guards.not_for_the_books(facts(document_type=kind.value))
    assert (reason is None) == (kind in {DocumentType.INVOICE, DocumentType.CREDIT_NOTE, DocumentType.RECEIPT})


@pytest.mark.parametrize(
    ("net", "vat", "total", "holds"),
    [
        ("100.00", "21.00", "121.00", False),
        ("100.00", "21.00", "121.02", False),  # two cents: rounding a line at a time
        ("100.00", "21.00", "121.03", True),
        ("100.00", "0.00", "100.00", False),  # reverse charge
        ("-100.00", "-21.00", "-121.00", False),  # a credit note
        ("100.00", "21.00", "", False),  # what is missing is another rule's business
        ("100.00", "", "121.00", False),
        ("1OO", "21.00", "121.00", False),  # what is no number, too
        ("NaN", "21.00", "121.00", False),
    ],
)
def test_net_and_vat_must_make_the_total(net: str, vat: str, total: str, holds: bool) -> None:
    reason = guards.totals_do_not_add_up(facts(net_amount=net, vat_amount=vat, total_amount=total))
    assert (reason is not None) == holds


@pytest.mark.parametrize("code", guards.HOLDING_PROBLEMS)
def test_a_problem_that_makes_the_values_doubtful_stops_the_document(code: str) -> None:
    problem = Reason(code=code, facts={"page": "2"})
    found = [reason for guard in guards.GUARDS if (reason := guard(facts(problems=(problem,))))]
    assert found == [problem]


def test_empty_facts_trip_no_guard() -> None:
    assert [guard(facts()) for guard in guards.GUARDS if guard(facts())] == []
