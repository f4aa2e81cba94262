"""The same invoice again, in another form or weeks later: one document, and a warning where it says something else."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from house_for_steps import INVOICE, TestHouse, mail, pdf

from mailroom.domain.answer import Question
from mailroom.domain.document import Bond, Document, DocumentState, FieldName, FieldSource
from mailroom.errors import Damaged
from mailroom.steps.archive import convert
from mailroom.steps.decide import decide
from mailroom.steps.desk import Desk
from mailroom.steps.extract import extract
from mailroom.steps.read import read
from mailroom.store import Store

UBL = (
    b'<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    b'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    b"<cbc:ID>2026-77</cbc:ID></Invoice>"
)


def comes(home: TestHouse, mark: str, **says: str) -> Document:
    """Let a document arrive that says what the first one says, but for some fields."""
    home.reader.says = {**INVOICE, **{FieldName(name): value for name, value in says.items()}}
    return home.decided(mail((f"{mark}.pdf", pdf(mark)), subject=mark))


def inbox(home: TestHouse) -> list[str]:
    with home.store.read() as unit:
        return [document.id for document in unit.documents.list(home.account.id)]


def codes(document: Document) -> list[str]:
    return [reason.code for reason in document.reasons]


def accept(home: TestHouse, document: Document) -> Document:
    return Desk(home.house).accept(home.owner, document.id, document.version)


def test_the_same_invoice_weeks_later_is_no_second_document(home: TestHouse) -> None:
    first = comes(home, "invoice")
    home.clock.go_on(days=20)
    again = comes(home, "copy")
    assert (again.state, again.belongs_to, again.bond) == (DocumentState.DUPLICATE, first.id, Bond.RENDITION)
    assert home.document(first.id) == first, "nothing was changed on the first one"
    assert inbox(home) == [first.id]


def test_it_is_none_either_when_the_first_was_archived(home: TestHouse) -> None:
    first = accept(home, comes(home, "invoice"))
    assert convert(home.house, first.id)
    again = comes(home, "copy")
    assert (again.state, again.belongs_to) == (DocumentState.DUPLICATE, first.id)


def test_another_account_number_on_the_second_copy_holds_the_first(home: TestHouse) -> None:
    first = comes(home, "invoice")
    again = comes(home, "copy", iban="BE68539007547034")
    assert again.state is DocumentState.DUPLICATE
    held = home.document(first.id)
    assert held.state is DocumentState.HELD
    assert codes(held)[0] == "other_iban"
    assert held.reasons[0].facts["iban"] == "BE68539007547034"
    assert held.value(FieldName.IBAN) == INVOICE[FieldName.IBAN]


def test_after_an_acceptance_it_is_the_second_copy_that_waits(home: TestHouse) -> None:
    first = accept(home, comes(home, "invoice"))
    again = comes(
        home, "copy", total_amount="999.00", payable_amount="999.00", net_amount="825.62", vat_amount="173.38"
    )
    assert (again.state, again.bond, again.belongs_to) == (DocumentState.HELD, Bond.DIFFERS, first.id)
    assert codes(again)[0] == "other_total"
    assert home.document(first.id) == first


def test_a_warning_stops_what_only_a_rule_accepted(home: TestHouse) -> None:
    home.set_account(auto_accept=True, trusted_senders=("owner@example.com",))
    home.reader.says = dict(INVOICE)
    first = home.decided(mail(("a.pdf", pdf("a")), subject="a"), uploaded_by=home.owner.id)
    assert first.state is DocumentState.ACCEPTED
    comes(home, "copy", iban="BE68539007547034")
    stopped = home.document(first.id)
    assert (stopped.state, stopped.archive_at) == (DocumentState.HELD, None)


def test_a_better_rendition_leads_and_takes_along_what_belonged_to_the_first(home: TestHouse) -> None:
    first = comes(home, "invoice")
    second = comes(home, "copy")
    with home.store.unit() as unit:  # what a photo and a text layer would have said
        for number, source in ((first.id, FieldSource.OCR), (second.id, FieldSource.OCR)):
            row = unit.documents.get(number)
            fields = {name: field.model_copy(update={"source": source}) for name, field in row.fields.items()}
            unit.documents.save(row.model_copy(update={"fields": fields}))
    xml = comes(home, "xml")
    assert xml.state is DocumentState.TO_ACCEPT
    assert home.document(first.id).belongs_to == xml.id
    assert home.document(second.id).belongs_to == xml.id
    assert inbox(home) == [xml.id]


def test_what_a_person_typed_leads_before_a_better_rendition(home: TestHouse) -> None:
    first = comes(home, "invoice")
    typed = Desk(home.house).fill_in(
        home.owner, first.id, first.version, {FieldName.BUYER_NAME: "De Korenbloem"}, home.account.language
    )
    again = comes(home, "xml")
    assert (again.state, again.belongs_to) == (DocumentState.DUPLICATE, first.id)
    assert home.document(first.id).fields == typed.fields


def test_a_person_can_say_that_they_are_two_and_is_not_asked_again(home: TestHouse) -> None:
    first = comes(home, "invoice")
    again = comes(home, "copy", iban="BE68539007547034")
    desk = Desk(home.house)
    alone = desk.separate(home.owner, again.id, again.version)
    assert (alone.state, alone.belongs_to, codes(alone)[0]) == (DocumentState.TO_ACCEPT, None, "stands_by_itself")
    assert home.document(first.id).state is DocumentState.TO_ACCEPT, "the warning came from what is now another invoice"
    corrected = desk.fill_in(
        home.owner, again.id, alone.version, {FieldName.BUYER_NAME: "Somebody"}, home.account.language
    )
    assert corrected.belongs_to is None


def test_what_stands_by_itself_again_is_never_accepted_by_a_rule(home: TestHouse) -> None:
    comes(home, "invoice")
    again = comes(home, "copy")
    home.set_account(auto_accept=True, trusted_senders=("billing@shop.example",))
    assert Desk(home.house).separate(home.owner, again.id, again.version).state is DocumentState.TO_ACCEPT


def test_a_receipt_without_number_is_a_question_and_the_answer_teaches(home: TestHouse) -> None:
    slip = {"document_type": "receipt", "invoice_number": "", "seller_vat_id": "", "iban": ""}
    first = comes(home, "slip", **slip)
    again = comes(home, "slip2", **slip)
    assert (again.state, codes(again)[0]) == (DocumentState.HELD, "perhaps_same")
    assert again.reasons[0].facts["document"] == first.id
    answered = Desk(home.house).keep_apart(home.owner, again.id, again.version, first.id)
    assert answered.state is DocumentState.TO_ACCEPT
    third = comes(home, "slip3", **slip)
    assert "perhaps_same" not in codes(third), "this seller's slips were said to be different ones"
    assert third.belongs_to is None


def test_the_answer_yes_puts_it_beside_the_first_and_can_be_undone(home: TestHouse) -> None:
    slip = {"document_type": "receipt", "invoice_number": ""}
    first = comes(home, "slip", **slip)
    again = comes(home, "slip2", **slip)
    desk = Desk(home.house)
    beside = desk.unite(home.owner, again.id, again.version, first.id)
    assert (beside.state, beside.belongs_to) == (DocumentState.DUPLICATE, first.id)
    assert desk.separate(home.owner, again.id, beside.version).belongs_to is None
    with home.store.read() as unit:
        assert {answer.answer for answer in unit.answers.of(home.account.id, Question.SAME_INVOICE)} == {"other"}


def test_a_reminder_goes_to_its_invoice_and_one_with_another_account_is_held(home: TestHouse) -> None:
    first = comes(home, "invoice")
    reminder = comes(home, "reminder", document_type="reminder", issue_date="2026-12-20", total_amount="136.00")
    assert (reminder.state, reminder.bond, reminder.belongs_to) == (
        DocumentState.SET_ASIDE,
        Bond.REMINDER,
        first.id,
    )
    false = comes(home, "false", document_type="reminder", issue_date="2026-12-21", iban="BE68539007547034")
    assert (false.state, codes(false)[0], false.belongs_to) == (DocumentState.HELD, "other_iban", first.id)


def test_a_reminder_that_came_before_its_invoice_waits_and_then_goes_to_it(home: TestHouse) -> None:
    reminder = comes(home, "reminder", document_type="reminder", issue_date="2026-12-20")
    assert (reminder.state, codes(reminder)[0]) == (DocumentState.HELD, "not_for_the_books")
    first = comes(home, "invoice")
    found = home.document(reminder.id)
    assert (found.state, found.belongs_to) == (DocumentState.SET_ASIDE, first.id)


@pytest.mark.parametrize("kind", ["statement", "quote", "order", "delivery_note"])
def test_what_is_no_invoice_is_never_taken_for_one_of_the_same_number(home: TestHouse, kind: str) -> None:
    first = comes(home, "invoice")
    other = comes(home, "other", document_type=kind)
    assert (other.state, codes(other)[0]) == (DocumentState.HELD, "not_for_the_books")
    assert home.document(first.id) == first


def both_forms(home: TestHouse) -> tuple[str, str]:
    """Let a mail arrive with an invoice as XML and as PDF; return the ids of the two."""
    leader, rendition = home.documents_of(mail(("f-77.xml", UBL), ("f-77.pdf", pdf("f-77"))))
    return leader, rendition


@pytest.mark.parametrize("xml_first", [True, False])
def test_the_pdf_beside_an_e_invoice_is_read_and_compared(home: TestHouse, *, xml_first: bool) -> None:
    xml, page = both_forms(home)
    assert home.document(page).belongs_to == xml
    for number in (xml, page) if xml_first else (page, xml):
        said = {} if number == xml else {FieldName.IBAN: "BE68539007547034"}
        home.reader.says = {**INVOICE, **said}
        home.work_on(number)
    assert home.document(page).state is DocumentState.DUPLICATE
    held = home.document(xml)
    assert (held.state, codes(held)[0]) == (DocumentState.HELD, "other_iban")
    assert inbox(home) == [xml]


def test_a_pdf_that_says_the_same_as_its_e_invoice_stops_nothing(home: TestHouse) -> None:
    xml, page = both_forms(home)
    home.work_on(xml)
    assert home.work_on(page).state is DocumentState.DUPLICATE
    assert home.document(xml).state is DocumentState.TO_ACCEPT


def test_the_pdf_of_an_e_invoice_that_cannot_be_read_speaks_for_it(home: TestHouse) -> None:
    xml, page = both_forms(home)
    home.work_on(page)
    home.reader.stops.append(Damaged("no XML"))
    assert home.work_on(xml).state is DocumentState.UNREADABLE
    assert (home.document(page).state, home.document(page).belongs_to) == (DocumentState.TO_ACCEPT, None)


def test_exactly_the_same_file_is_noted_on_the_first_one(home: TestHouse) -> None:
    home.reader.says = dict(INVOICE)
    first = home.decided(mail(("a.pdf", pdf("a")), subject="a"))
    assert home.documents_of(mail(("b.pdf", pdf("a")), subject="b")) == []
    assert "document_came_again" in home.events(first.id)


def test_a_run_that_was_cut_off_pairs_no_twice(home: TestHouse) -> None:
    comes(home, "invoice")
    again = comes(home, "copy")
    assert decide(home.house, again.id) == "duplicate"
    assert home.document(again.id) == again


@pytest.mark.parametrize("second", ["pdf", "reminder"])
def test_two_that_are_decided_at_the_same_moment_end_as_one_pair(store: Store, tmp_path: Path, second: str) -> None:
    home = TestHouse(store, tmp_path / "data")
    for turn in range(5):
        ids = []
        for kind in ("invoice", second):
            said = {FieldName.INVOICE_NUMBER: f"2026-{turn}00{turn}"}
            if kind == "reminder":
                said[FieldName.DOCUMENT_TYPE] = "reminder"
            home.reader.says = {**INVOICE, **said}
            [number] = home.documents_of(mail((f"{kind}{turn}.pdf", pdf(f"{kind}{turn}")), subject=f"{kind}{turn}"))
            assert read(home.house, number)
            extract(home.house, number)
            ids.append(number)
        together = threading.Barrier(2)

        def work(number: str, gate: threading.Barrier = together) -> None:
            gate.wait(30)
            decide(home.house, number)

        threads = [threading.Thread(target=work, args=(number,)) for number in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        one, other = (home.document(number) for number in ids)
        leads = [document for document in (one, other) if document.belongs_to is None]
        assert len(leads) == 1
        [beside] = [document for document in (one, other) if document.belongs_to]
        assert beside.belongs_to == leads[0].id
        assert beside.state in {DocumentState.DUPLICATE, DocumentState.SET_ASIDE}
