"""The desk: who may do what in which state, over which version, and what stays of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from house_for_steps import TestHouse, mail, pdf

from mailroom.domain.account import Role, User
from mailroom.domain.document import Document, DocumentState, FieldName, FieldSource
from mailroom.domain.line import TypedLine, TypedLines
from mailroom.errors import ChangedMeanwhile, InvalidValue, NotAllowed, NotFound, WrongState
from mailroom.languages import Language
from mailroom.steps.archive import convert
from mailroom.steps.desk import Desk

LINES = TypedLines(rows=(TypedLine(description="Flour", amount="100"),))
Act = Callable[[Desk, User, Document], Document]

ACTS: dict[str, Act] = {
    "fill_in": lambda desk, user, row: desk.fill_in(
        user, row.id, row.version, {FieldName.PAYMENT_REFERENCE: "REF 9"}, Language.EN
    ),
    "correct_lines": lambda desk, user, row: desk.correct_lines(user, row.id, row.version, LINES, Language.EN),
    "accept": lambda desk, user, row: desk.accept(user, row.id, row.version),
    "refuse": lambda desk, user, row: desk.refuse(user, row.id, row.version, "not ours"),
    "undo": lambda desk, user, row: desk.undo(user, row.id, row.version),
    "retry": lambda desk, user, row: desk.retry(user, row.id, row.version),
}

ALLOWED_STATES = {
    "fill_in": {"incomplete", "to_accept", "held", "unreadable", "needs_attention"},
    "correct_lines": {"incomplete", "to_accept", "held", "unreadable", "needs_attention"},
    "accept": {"to_accept", "held"},
    "refuse": {"incomplete", "to_accept", "held", "unreadable", "needs_attention", "duplicate"},
    "undo": {"accepted", "refused"},
    "retry": {"unreadable", "needs_attention"},
}
"""Nothing is done to a document while it is read or once it is archived."""

ALLOWED_ROLES = {
    "fill_in": {"owner", "member", "validator", "operator"},
    "correct_lines": {"owner", "member", "validator", "operator"},
    "accept": {"owner", "member", "operator"},
    "refuse": {"owner", "member", "operator"},
    "undo": {"owner", "member", "operator"},
    "retry": {"owner", "member", "validator", "operator"},
}
"""An accountant reads; a validator completes what others decide on."""

FITTING = {
    "fill_in": "to_accept",
    "correct_lines": "to_accept",
    "accept": "to_accept",
    "refuse": "to_accept",
    "undo": "accepted",
    "retry": "unreadable",
}


def put(home: TestHouse, document: Document, state: str) -> Document:
    with home.store.unit() as unit:
        return unit.documents.save(document.model_copy(update={"state": DocumentState(state)}))


@pytest.mark.parametrize("state", [state.value for state in DocumentState])
@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_done_in_its_states_and_refused_in_all_others(home: TestHouse, act: str, state: str) -> None:
    row = put(home, home.decided(), state)
    if state in ALLOWED_STATES[act]:
        assert ACTS[act](Desk(home.house), home.owner, row).version > row.version
    else:
        with pytest.raises(WrongState):
            ACTS[act](Desk(home.house), home.owner, row)
        assert home.document(row.id) == row


@pytest.mark.parametrize("role", [role.value for role in Role if role is not Role.OPERATOR])
def test_an_act_is_done_by_its_roles_and_refused_to_all_others(home: TestHouse, role: str) -> None:
    person = home.person(f"{role}@example.org", Role(role))
    decided = home.decided()
    for act, done in ACTS.items():
        row = put(home, home.document(decided.id), FITTING[act])
        if role in ALLOWED_ROLES[act]:
            done(Desk(home.house), person, row)
        else:
            with pytest.raises(NotAllowed):
                done(Desk(home.house), person, row)
            assert home.document(row.id) == row


@pytest.mark.parametrize("act", ACTS)
def test_the_operator_may_act_everywhere_and_a_stranger_finds_nothing(home: TestHouse, act: str) -> None:
    row = put(home, home.decided(), FITTING[act])
    with pytest.raises(NotFound):
        ACTS[act](Desk(home.house), home.person("stranger@example.org"), row)
    ACTS[act](Desk(home.house), home.person("root@example.org", is_operator=True), row)


@pytest.mark.parametrize("act", ACTS)
def test_nobody_acts_on_a_version_that_he_did_not_see(home: TestHouse, act: str) -> None:
    seen = put(home, home.decided(), FITTING[act])
    now = put(home, seen, FITTING[act])
    with pytest.raises(ChangedMeanwhile):
        ACTS[act](Desk(home.house), home.owner, seen)
    assert home.document(seen.id) == now


def test_what_a_person_typed_is_a_field_of_a_person_and_waits_for_a_person(home: TestHouse) -> None:
    home.set_account(auto_accept=True, trusted_senders=("owner@example.com",))
    del home.reader.says[FieldName.INVOICE_NUMBER]
    row = home.decided(uploaded_by=home.owner.id)
    assert row.state is DocumentState.INCOMPLETE
    desk = Desk(home.house)
    filled = desk.fill_in(home.owner, row.id, row.version, {FieldName.INVOICE_NUMBER: " A-17 "}, Language.EN)
    field = filled.fields[FieldName.INVOICE_NUMBER]
    assert (field.value, field.confidence, field.source) == ("A-17", 1.0, FieldSource.PERSON)
    assert (filled.state, filled.completed_by_hand) == (DocumentState.TO_ACCEPT, True)
    assert "completed_by_hand" in {reason.code for reason in filled.reasons}


def test_completed_by_hand_never_goes_back(home: TestHouse) -> None:
    home.set_account(auto_accept=True, trusted_senders=("owner@example.com",))
    desk = Desk(home.house)
    row = home.decided(uploaded_by=home.owner.id)
    row = desk.undo(home.owner, row.id, row.version)
    row = desk.fill_in(home.owner, row.id, row.version, {FieldName.INVOICE_NUMBER: "A-17"}, Language.EN)
    row = desk.fill_in(home.owner, row.id, row.version, {FieldName.INVOICE_NUMBER: "2026-77"}, Language.EN)
    assert (row.state, row.completed_by_hand) == (DocumentState.TO_ACCEPT, True)
    row = desk.refuse(home.owner, row.id, row.version, "")
    row = desk.undo(home.owner, row.id, row.version)
    row = desk.accept(home.owner, row.id, row.version)
    row = desk.undo(home.owner, row.id, row.version)
    assert (row.state, row.completed_by_hand) == (DocumentState.TO_ACCEPT, True)


def test_an_emptied_required_field_makes_the_document_incomplete(home: TestHouse) -> None:
    row = home.decided()
    row = Desk(home.house).fill_in(home.owner, row.id, row.version, {FieldName.TOTAL_AMOUNT: " "}, Language.EN)
    assert row.state is DocumentState.INCOMPLETE
    assert row.value(FieldName.TOTAL_AMOUNT) is None


def test_a_value_of_the_wrong_form_changes_nothing_and_names_its_field(home: TestHouse) -> None:
    row = home.decided()
    typed = {FieldName.INVOICE_NUMBER: "A-17", FieldName.ISSUE_DATE: "yesterday"}
    with pytest.raises(InvalidValue) as failure:
        Desk(home.house).fill_in(home.owner, row.id, row.version, typed, Language.EN)
    assert failure.value.facts["field"] == "issue_date"
    assert home.document(row.id) == row


def test_an_auto_acceptance_that_was_taken_back_is_not_made_again(home: TestHouse) -> None:
    home.set_account(auto_accept=True, trusted_senders=("Owner@Example.com",))
    row = home.decided(uploaded_by=home.owner.id)
    assert row.state is DocumentState.ACCEPTED
    back = Desk(home.house).undo(home.owner, row.id, row.version)
    assert (back.state, back.archive_at) == (DocumentState.TO_ACCEPT, None)
    assert home.work_on(row.id) == back, "no step touches it"
    assert [record.decision.rule for record in decisions(home, row.id)][1:] == ["taken_back"]


def test_an_acceptance_is_not_taken_back_after_its_undo_window(home: TestHouse) -> None:
    row = home.decided()
    row = Desk(home.house).accept(home.owner, row.id, row.version)
    home.clock.go_on(minutes=15)
    with pytest.raises(WrongState, match="undo window"):
        Desk(home.house).undo(home.owner, row.id, row.version)
    assert home.document(row.id) == row, "it is being archived"


def test_a_refusal_is_taken_back_at_any_time(home: TestHouse) -> None:
    row = home.decided()
    row = Desk(home.house).refuse(home.owner, row.id, row.version, "not ours")
    home.clock.go_on(minutes=600)
    assert Desk(home.house).undo(home.owner, row.id, row.version).state is DocumentState.TO_ACCEPT


def test_a_held_document_without_gaps_is_accepted_by_a_person(home: TestHouse) -> None:
    home.reader.says[FieldName.VAT_AMOUNT] = "99.00"
    row = home.decided()
    assert (row.state, row.reasons[0].code) == (DocumentState.HELD, "totals_do_not_add_up")
    accepted = Desk(home.house).accept(home.owner, row.id, row.version)
    assert (accepted.state, accepted.decided_by) == (DocumentState.ACCEPTED, home.owner.id)


def test_a_held_document_with_gaps_is_not_accepted_by_anybody(home: TestHouse) -> None:
    home.reader.says[FieldName.VAT_AMOUNT] = "99.00"
    del home.reader.says[FieldName.INVOICE_NUMBER]
    row = home.decided()
    assert row.state is DocumentState.HELD
    with pytest.raises(WrongState) as failure:
        Desk(home.house).accept(home.owner, row.id, row.version)
    assert failure.value.facts["fields"] == "invoice_number"


def test_a_warning_is_shown_again_when_the_acceptance_is_taken_back(home: TestHouse) -> None:
    home.reader.says[FieldName.VAT_AMOUNT] = "99.00"
    desk = Desk(home.house)
    row = home.decided()
    row = desk.accept(home.owner, row.id, row.version)
    row = desk.undo(home.owner, row.id, row.version)
    assert row.state is DocumentState.HELD
    assert [reason.code for reason in row.reasons][:2] == ["taken_back", "totals_do_not_add_up"]
    row = desk.refuse(home.owner, row.id, row.version, "fraud?")
    row = desk.undo(home.owner, row.id, row.version)
    assert row.state is DocumentState.HELD


def test_a_refusal_in_own_words_can_be_taken_back_to_where_the_document_was(home: TestHouse) -> None:
    del home.reader.says[FieldName.TOTAL_AMOUNT]
    desk = Desk(home.house)
    row = home.decided()
    row = desk.refuse(home.owner, row.id, row.version, "  not\n ours  ")
    assert [(reason.code, reason.facts) for reason in row.reasons] == [("refused_by_person", {"words": "not ours"})]
    row = desk.undo(home.owner, row.id, row.version)
    assert row.state is DocumentState.INCOMPLETE
    codes = [(reason.code, reason.facts.get("fields")) for reason in row.reasons]
    assert codes[:2] == [("taken_back", None), ("missing_fields", "total_amount")]


def test_a_click_that_comes_after_the_archive_takes_nothing_back(home: TestHouse) -> None:
    row = home.decided()
    desk = Desk(home.house)
    row = desk.accept(home.owner, row.id, row.version)
    home.clock.go_on(minutes=16)
    assert convert(home.house, row.id)
    with pytest.raises((WrongState, ChangedMeanwhile)):
        desk.undo(home.owner, row.id, row.version)
    archived = home.document(row.id)
    with pytest.raises(WrongState):
        desk.undo(home.owner, row.id, archived.version)


def test_every_act_is_in_the_history_with_its_person(home: TestHouse) -> None:
    desk = Desk(home.house)
    row = home.decided(mail(("x.pdf", pdf("x"))))
    row = desk.accept(home.owner, row.id, row.version)
    row = desk.undo(home.owner, row.id, row.version)
    row = desk.refuse(home.owner, row.id, row.version, "")
    with home.store.read() as unit:
        history = [(event.name, event.actor) for event in unit.events.of(row.id)]
    me = home.owner.id
    assert history == [
        ("document_to_accept", "rules"),
        ("document_accepted", me),
        ("document_to_accept", me),
        ("document_refused", me),
    ]


def decisions(home: TestHouse, document_id: str):  # type: ignore[no-untyped-def]
    with home.store.read() as unit:
        return unit.decisions.of(document_id)
