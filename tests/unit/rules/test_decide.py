"""The decision: which state follows, and what can never be accepted without a person."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.domain.decision import Decision, Facts
from mailroom.domain.document import DocumentState, Field, FieldName, FieldSource
from mailroom.domain.message import SenderProof, SenderVerdict
from mailroom.domain.value import Reason
from mailroom.languages import Language
from mailroom.rules import decide, explain
from mailroom.rules.conditions.trusted_sender import trusted_sender

TODAY = date(2026, 11, 21)
GOOD = {
    FieldName.DOCUMENT_TYPE: "invoice",
    FieldName.INVOICE_NUMBER: "2026-118",
    FieldName.ISSUE_DATE: "2026-11-12",
    FieldName.DUE_DATE: "2026-12-12",
    FieldName.CURRENCY: "EUR",
    FieldName.SELLER_NAME: "Drukkerij De Wit",
    FieldName.SELLER_VAT_ID: "BE0878065378",
    FieldName.IBAN: "BE68539007547034",
    FieldName.NET_AMOUNT: "100.00",
    FieldName.VAT_AMOUNT: "21.00",
    FieldName.TOTAL_AMOUNT: "121.00",
    FieldName.PAYABLE_AMOUNT: "121.00",
}
VERIFIED = SenderProof(verdict=SenderVerdict.VERIFIED, identity="jo@bakker.example")


def fields(
    confidence: float = 0.99, source: FieldSource = FieldSource.TEXT_LAYER, **changed: str | None
) -> dict[FieldName, Field]:
    values: dict[FieldName, str | None] = {**GOOD, **{FieldName(name): value for name, value in changed.items()}}
    return {name: Field(value=value, confidence=confidence, source=source) for name, value in values.items()}


def facts(**changed: Any) -> Facts:
    """A document that is accepted by itself, with what a test changes."""
    spotless: dict[str, Any] = {
        "fields": fields(),
        "auto_accept": True,
        "sender": VERIFIED,
        "sender_listed": True,
        "own_vat_id": "BE0403019261",
        "seller_known": True,
        "known_ibans": ("BE68539007547034",),
        "today": TODAY,
    }
    return Facts(**{**spotless, **changed})


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def test_a_listed_and_proved_sender_is_accepted_by_rule() -> None:
    decision = decide(facts(), ())
    assert (decision.state, decision.rule) == (DocumentState.ACCEPTED, "trusted_sender")
    assert decision.reasons[0].facts == {"sender": "jo@bakker.example"}


def test_without_automatic_acceptance_every_good_document_waits_for_a_person() -> None:
    decision = decide(facts(auto_accept=False), ())
    assert (decision.state, decision.rule) == (DocumentState.TO_ACCEPT, "waits_for_acceptance")
    assert codes(decision) == ["waits_for_acceptance"]


@pytest.mark.parametrize(
    ("verdict", "rule"),
    [
        (SenderVerdict.UNVERIFIED, "sender_not_verified"),
        (SenderVerdict.FAILED, "sender_failed"),
        (SenderVerdict.UNKNOWN, "sender_unknown"),
    ],
)
def test_a_listed_sender_without_proof_waits(verdict: SenderVerdict, rule: str) -> None:
    decision = decide(facts(sender=SenderProof(verdict=verdict, identity="jo@bakker.example")), ())
    assert (decision.state, decision.rule) == (DocumentState.TO_ACCEPT, rule)
    assert codes(decision) == [rule]


def test_whoever_accepts_by_hand_is_warned_of_a_sender_that_its_domain_disowns() -> None:
    forged = SenderProof(verdict=SenderVerdict.FAILED, identity="jo@bakker.example")
    decision = decide(facts(sender=forged, auto_accept=False, sender_listed=False), ())
    assert codes(decision) == ["sender_failed", "waits_for_acceptance"]


def test_a_proof_of_nobody_is_no_proof() -> None:
    decision = decide(facts(sender=SenderProof(verdict=SenderVerdict.VERIFIED)), ())
    assert decision.rule == "sender_not_verified"


@pytest.mark.parametrize(
    "proof",
    [
        VERIFIED.model_copy(update={"identity": ""}),
        *(
            VERIFIED.model_copy(update={"verdict": verdict})
            for verdict in SenderVerdict
            if verdict is not SenderVerdict.VERIFIED
        ),
    ],
)
def test_no_listed_sender_is_trusted_without_proof_whatever_the_other_rules_say(proof: SenderProof) -> None:
    assert trusted_sender(facts(), ()) is not None
    assert trusted_sender(facts(sender=proof), ()) is None


def test_a_proved_sender_that_is_not_listed_waits() -> None:
    decision = decide(facts(sender_listed=False), ())
    assert (decision.state, decision.rule) == (DocumentState.TO_ACCEPT, "sender_not_listed")


def test_a_file_that_was_handed_in_waits_and_no_address_of_nobody_is_named() -> None:
    handed_in = SenderProof(verdict=SenderVerdict.UNVERIFIED, identity="upload@mailroom.invalid")
    decision = decide(facts(sender=handed_in, sender_listed=False), ())
    assert (decision.state, decision.rule) == (DocumentState.TO_ACCEPT, "handed_in")
    assert "sender_not_listed" not in codes(decision)


def test_a_field_filled_in_by_hand_waits_for_a_person_also_with_automatic_acceptance() -> None:
    decision = decide(facts(completed_by_hand=True), ())
    assert (decision.state, decision.rule) == (DocumentState.TO_ACCEPT, "completed_by_hand")


def test_a_typed_field_counts_as_filled_in_by_hand_even_when_the_mark_is_lost() -> None:
    assert decide(facts(fields=fields(source=FieldSource.PERSON)), ()).rule == "completed_by_hand"


def test_missing_fields_make_a_document_incomplete() -> None:
    decision = decide(facts(fields=fields(iban=None)), (FieldName.IBAN, FieldName.DUE_DATE))
    assert (decision.state, decision.rule) == (DocumentState.INCOMPLETE, "missing_fields")
    assert decision.reasons[0] == Reason(code="missing_fields", facts={"fields": "iban", "n": "1"})
    assert decision.reasons[1] == Reason(code="uncertain_fields", facts={"fields": "due_date", "n": "1"})


def test_a_changed_iban_stops_the_document_even_when_fields_are_missing() -> None:
    decision = decide(
        facts(known_ibans=("DE89370400440532013000",), fields=fields(issue_date=None)), (FieldName.ISSUE_DATE,)
    )
    assert (decision.state, decision.rule) == (DocumentState.HELD, "iban_changed")
    assert codes(decision) == ["iban_changed", "missing_fields"]


def test_a_reminder_is_held() -> None:
    decision = decide(facts(fields=fields(document_type="reminder")), ())
    assert (decision.state, decision.rule) == (DocumentState.HELD, "not_for_the_books")


def test_waiting_for_acceptance_is_said_only_where_nothing_else_is_to_be_done() -> None:
    incomplete = decide(facts(fields=fields(iban=None), auto_accept=False), (FieldName.IBAN,))
    assert codes(incomplete) == ["missing_fields"]
    assert codes(decide(facts(auto_accept=False), ())) == ["waits_for_acceptance"]


def test_every_reason_is_listed_the_strongest_first() -> None:
    decision = decide(
        facts(
            known_ibans=("DE89370400440532013000",),
            fields=fields(confidence=0.5, total_amount="999.00", issue_date="2027-01-01"),
            completed_by_hand=True,
            auto_accept=False,
            problems=(Reason(code="pages_skipped"),),
        ),
        (),
    )
    assert codes(decision) == [
        "iban_changed",
        "totals_do_not_add_up",
        "completed_by_hand",
        "low_confidence",
        "issue_date_ahead",
        "pages_skipped",
    ]


@pytest.mark.parametrize(
    ("confidence", "accepted"),
    [(0.79, False), (0.8, True), (1.0, True)],  # the threshold itself is sure enough
)
def test_a_value_that_is_not_sure_is_not_accepted_without_a_look(confidence: float, accepted: bool) -> None:
    decision = decide(facts(fields=fields(confidence=confidence)), ())
    assert (decision.state is DocumentState.ACCEPTED) == accepted


@pytest.mark.parametrize(
    ("issued", "due", "rule"),
    [
        ("2026-11-22", None, "trusted_sender"),  # tomorrow: it is that already in the seller's zone
        ("2026-11-23", None, "issue_date_ahead"),
        ("2026-11-12", "2026-11-12", "trusted_sender"),  # payable at once
        ("2026-11-12", "2026-11-11", "due_before_issue"),
        ("2025-11-20", "2025-12-20", "trusted_sender"),  # 366 days
        ("2025-11-19", "2025-12-19", "issue_date_old"),
        ("21 november", None, "trusted_sender"),  # no date in normal form: that is for the missing fields to say
    ],
)
def test_unusual_dates_ask_for_a_look(issued: str, due: str | None, rule: str) -> None:
    assert decide(facts(fields=fields(issue_date=issued, due_date=due)), ()).rule == rule


def test_a_problem_met_while_reading_asks_for_a_look() -> None:
    decision = decide(facts(problems=(Reason(code="pages_skipped"),)), ())
    assert (decision.state, decision.rule) == (DocumentState.TO_ACCEPT, "pages_skipped")


def test_the_same_facts_give_the_same_decision() -> None:
    assert decide(facts(), ()) == decide(Facts.model_validate(facts().model_dump(mode="json")), ())


@pytest.mark.parametrize("language", list(Language))
def test_a_decision_is_explained_in_sentences(language: Language) -> None:
    decision = decide(facts(fields=fields(iban=None), auto_accept=False), (FieldName.IBAN,))
    sentences = explain(decision, language)
    assert len(sentences) == len(decision.reasons)
    assert all(sentence.endswith(".") and "{" not in sentence and "_" not in sentence for sentence in sentences)


some_field = st.builds(
    Field,
    value=st.one_of(st.none(), st.sampled_from([*GOOD.values(), "0.00", "x", "DE89370400440532013000"])),
    confidence=st.floats(0, 1),
    source=st.sampled_from([FieldSource.XML, FieldSource.OCR, FieldSource.SELLER]),
)
some_facts = st.builds(
    facts,
    fields=st.one_of(st.just(fields()), st.dictionaries(st.sampled_from(list(FieldName)), some_field)),
    auto_accept=st.booleans(),
    sender=st.builds(
        SenderProof, verdict=st.sampled_from(list(SenderVerdict)), identity=st.sampled_from(["", "jo@bakker.example"])
    ),
    sender_listed=st.booleans(),
    completed_by_hand=st.booleans(),
    known_ibans=st.sampled_from([(), ("BE68539007547034",), ("DE89370400440532013000",)]),
)
some_missing = st.lists(st.sampled_from(list(FieldName)), unique=True, max_size=3).map(tuple)


@settings(deadline=None)
@given(some_facts, some_missing)
def test_what_was_completed_by_hand_is_never_accepted_by_a_rule(known: Facts, missing: tuple[FieldName, ...]) -> None:
    decision = decide(known.model_copy(update={"completed_by_hand": True}), missing)
    assert decision.state is not DocumentState.ACCEPTED


@settings(deadline=None)
@given(some_facts, some_missing)
def test_a_changed_iban_is_never_accepted_by_a_rule(known: Facts, missing: tuple[FieldName, ...]) -> None:
    changed = {**known.fields, FieldName.IBAN: Field(value="BE71096123456769", confidence=1.0, source=FieldSource.XML)}
    decision = decide(known.model_copy(update={"fields": changed, "known_ibans": ("BE68539007547034",)}), missing)
    assert decision.state is DocumentState.HELD
    assert decision.rule == "iban_changed"


@settings(deadline=None)
@given(some_facts, some_missing, st.sampled_from([v for v in SenderVerdict if v is not SenderVerdict.VERIFIED]))
def test_an_unproved_sender_is_never_accepted_by_a_rule(
    known: Facts, missing: tuple[FieldName, ...], verdict: SenderVerdict
) -> None:
    decision = decide(
        known.model_copy(update={"sender": SenderProof(verdict=verdict, identity="a@b.example")}), missing
    )
    assert decision.state is not DocumentState.ACCEPTED


@settings(deadline=None)
@given(some_facts, some_missing)
def test_a_decision_always_has_a_reason_and_names_its_rule(known: Facts, missing: tuple[FieldName, ...]) -> None:
    decision = decide(known, missing)
    assert decision.reasons
    assert decision.rule == decision.reasons[0].code


@settings(deadline=None)
@given(some_facts, some_missing)
def test_nothing_is_accepted_with_a_field_missing_or_automatic_acceptance_off(
    known: Facts, missing: tuple[FieldName, ...]
) -> None:
    if decide(known, missing).state is DocumentState.ACCEPTED:
        assert not missing
        assert known.auto_accept
        assert known.sender_listed
