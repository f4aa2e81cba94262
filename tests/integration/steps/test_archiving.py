"""Archive and deliver: the UBL, the seller, the hand-over, and what happens when one of them does not work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from house_for_steps import TestHouse, mail, pdf

from mailroom.config import MailSettings, Settings
from mailroom.deliveries.outbox import WAITS
from mailroom.domain.delivery import Delivery, DeliveryState
from mailroom.domain.document import AccountingStatus, Document, DocumentState, FieldName, Fields
from mailroom.domain.message import MediaType
from mailroom.einvoice import from_fields, read_invoice, to_cii, to_ubl
from mailroom.errors import DeliveryFailed, DeliveryRejected, MailroomError, ReaderCrashed, ReaderTimedOut
from mailroom.languages import Language, reason_text, text
from mailroom.steps.archive import convert, plan_deliveries
from mailroom.steps.decide import decide
from mailroom.steps.deliver import deliver
from mailroom.steps.desk import Desk
from mailroom.steps.extract import extract
from mailroom.steps.park import park_delivery
from mailroom.steps.read import read
from mailroom.steps.readable import draw


class Relay:
    """The mail channel as a list: what it took, and what it says instead as long as there are `answers`."""

    def __init__(self) -> None:
        from mailroom.domain.delivery import ChannelName

        self.name = ChannelName.MAIL
        self.answers: list[MailroomError] = []
        self.taken: list[Any] = []

    def deliver(self, parcel: Any) -> str:
        if self.answers:
            raise self.answers.pop(0)
        self.taken.append(parcel.mail)
        return "250 kept"


def accepted(home: TestHouse, raw: bytes | None = None) -> Document:
    document = home.decided(raw)
    return Desk(home.house).accept(home.owner, document.id, document.version)


def archived(home: TestHouse, raw: bytes | None = None) -> Document:
    document = accepted(home, raw)
    assert convert(home.house, document.id)
    return home.document(document.id)


def delivery(home: TestHouse, delivery_id: str) -> Delivery:
    with home.store.read() as unit:
        return unit.deliveries.get(delivery_id)


def files(home: TestHouse) -> list[str]:
    return sorted(file.name for file in (home.folder / "vault").rglob("*") if file.is_file())


def test_a_paper_invoice_becomes_ubl_with_its_values(home: TestHouse) -> None:
    document = archived(home)
    assert document.state is DocumentState.ARCHIVED
    assert (document.reasons, document.archive_at) == ((), None)
    assert document.ubl not in {None, document.sha256}
    invoice = read_invoice(home.store.blobs.get(document.ubl or ""))
    assert invoice.number == "2026-77"
    assert str(invoice.totals.payable) == "121.00"


def test_what_peppol_demands_and_the_page_does_not_say_is_named(home: TestHouse) -> None:
    document = archived(home)
    with home.store.read() as unit:
        [made] = [event for event in unit.events.of(document.id) if event.name == "ubl_made"]
    lacking = made.facts["terms"].split(",")
    assert "BT-10" in lacking  # a reference of the buyer
    said = reason_text(Language.NL, "ubl_lacks", made.facts)
    assert text(Language.NL, "einvoice.term.BT-10") in said
    assert "BT-" not in said


def test_what_a_foreign_e_invoice_lacks_for_peppol_is_named_too(home: TestHouse) -> None:
    fields = model(home)
    home.reader.syntax = "cii"
    document = archived(home, mail(("invoice.xml", to_cii(from_fields(fields, account=home.account))), subject="cii"))
    assert document.ubl not in {None, document.sha256}
    with home.store.read() as unit:
        [made] = [event for event in unit.events.of(document.id) if event.name == "ubl_made"]
    assert "BT-10" in made.facts["terms"].split(",")


def model(home: TestHouse) -> Fields:
    """Return fields that were read in another company, so that the invoice made of them is no copy."""
    other, address = home.company("Model BV", vat_id="BE0123456749")
    raw = mail(("model.pdf", pdf("model")), subject="model")
    return home.decided(raw, recipient=address, account_id=other.id).fields


def ubl_mail(home: TestHouse) -> bytes:
    fields = model(home)
    home.reader.syntax = "ubl"
    return mail(("invoice.xml", to_ubl(from_fields(fields, account=home.account))), subject="ubl")


def test_the_ubl_of_a_ubl_invoice_is_itself(home: TestHouse) -> None:
    document = archived(home, ubl_mail(home))
    assert document.media_type is MediaType.XML
    assert document.ubl == document.sha256
    assert "ubl_made" not in home.events(document.id)
    [vault] = plan_deliveries(home.house, document.id)
    deliver(home.house, vault)
    stem = "2026-11-03_Polder-Flour-Mills-B-V_2026-77"
    assert files(home) == [f"{stem}.copy.pdf", f"{stem}.xml"]


def test_an_xml_invoice_is_shown_as_pages_in_the_accounts_language(home: TestHouse) -> None:
    home.set_account(language=Language.RO)
    document = home.decided(ubl_mail(home))
    [picture] = document.previews
    assert home.store.blobs.get(picture) == b"picture of %PDF-1.7 copy in ro"


def test_a_copy_that_is_drawn_while_a_person_decides_is_not_in_his_way(home: TestHouse) -> None:
    [document_id] = home.documents_of(ubl_mail(home))
    assert read(home.house, document_id)
    extract(home.house, document_id)
    decide(home.house, document_id)
    seen = home.document(document_id)
    assert draw(home.house, document_id)
    assert home.document(document_id).previews != seen.previews
    assert Desk(home.house).accept(home.owner, document_id, seen.version).state is DocumentState.ACCEPTED


def test_an_xml_invoice_whose_copy_cannot_be_made_goes_on_without_pictures(home: TestHouse) -> None:
    raw = ubl_mail(home)
    real = home.box.call

    def fails(task: str, *arguments: Any, **more: Any) -> Any:
        if task == "readable_copy":
            raise ReaderTimedOut("slow")
        return real(task, *arguments, **more)

    home.box.call = fails  # type: ignore[method-assign]  # one task only
    document = archived(home, raw)
    assert document.state is DocumentState.ARCHIVED
    [vault] = plan_deliveries(home.house, document.id)
    deliver(home.house, vault)
    assert files(home) == ["2026-11-03_Polder-Flour-Mills-B-V_2026-77.xml"]


def test_a_ubl_invoice_that_a_person_corrected_is_written_anew(home: TestHouse) -> None:
    document = home.decided(ubl_mail(home))
    desk = Desk(home.house)
    typed = {FieldName.PAYMENT_REFERENCE: "REF 9"}
    document = desk.fill_in(home.owner, document.id, document.version, typed, Language.EN)
    document = desk.accept(home.owner, document.id, document.version)
    assert convert(home.house, document.id)
    ubl = home.document(document.id).ubl or ""
    assert ubl != document.sha256
    assert read_invoice(home.store.blobs.get(ubl)).payment_reference == "REF 9"


def test_foreign_xml_that_ends_its_reader_does_not_stop_the_hand_over(home: TestHouse) -> None:
    home.reader.syntax = "cii"
    document = accepted(home)
    home.box.stops = [ReaderCrashed("1"), ReaderTimedOut("2"), ReaderCrashed("3")]
    for _ in range(2):
        with pytest.raises((ReaderCrashed, ReaderTimedOut)):
            convert(home.house, document.id)
    assert convert(home.house, document.id)
    row = home.document(document.id)
    assert (row.state, row.ubl) == (DocumentState.ARCHIVED, None)
    [vault] = plan_deliveries(home.house, document.id)
    deliver(home.house, vault)
    assert len(files(home)) >= 1


def test_a_pdf_whose_e_invoice_is_gone_is_handed_over_without_ubl(home: TestHouse) -> None:
    home.reader.syntax = "cii"  # says the reading; in the bytes there is none
    document = archived(home)
    assert (document.state, document.ubl) == (DocumentState.ARCHIVED, None)
    [vault] = plan_deliveries(home.house, document.id)
    deliver(home.house, vault)
    assert files(home) == ["2026-11-03_Polder-Flour-Mills-B-V_2026-77.pdf"]


def test_what_was_taken_back_a_moment_before_is_not_archived(home: TestHouse) -> None:
    document = accepted(home)
    real = home.house.store.blobs.put

    def put_and_undo(content: bytes) -> str:
        row = home.document(document.id)
        if row.state is DocumentState.ACCEPTED:
            Desk(home.house).undo(home.owner, row.id, row.version)
        return real(content)

    home.house.store.blobs.put = put_and_undo  # type: ignore[method-assign]  # the moment between question and answer
    assert convert(home.house, document.id) is False
    assert home.document(document.id).state is DocumentState.TO_ACCEPT
    with home.store.read() as unit:
        assert unit.sellers.of(home.account.id) == []


def test_what_was_accepted_anew_while_it_was_converted_keeps_its_undo_window(home: TestHouse) -> None:
    document = accepted(home)
    real = home.house.store.blobs.put

    def put_and_accept_anew(content: bytes) -> str:
        row = home.document(document.id)
        if row.version == document.version:
            undone = Desk(home.house).undo(home.owner, row.id, row.version)
            Desk(home.house).accept(home.owner, undone.id, undone.version)
        return real(content)

    home.house.store.blobs.put = put_and_accept_anew  # type: ignore[method-assign]
    assert convert(home.house, document.id) is False
    row = home.document(document.id)
    assert (row.state, row.ubl) == (DocumentState.ACCEPTED, None)
    assert row.archive_at is not None
    assert row.archive_at > home.clock()


def test_an_archive_that_was_cut_off_after_its_commit_counts_the_seller_once(home: TestHouse) -> None:
    document = archived(home)
    assert convert(home.house, document.id)
    assert home.document(document.id) == document
    with home.store.read() as unit:
        [seller] = unit.sellers.of(home.account.id)
    assert (seller.documents, seller.ibans, seller.vat_id) == (1, ("NL91ABNA0417164300",), "NL123456782B12")
    assert home.events(document.id).count("document_archived") == 1


def test_planning_twice_plans_once_and_mails_only_where_an_accountant_gets_mail(home: TestHouse) -> None:
    document = archived(home)
    [vault] = plan_deliveries(home.house, document.id)
    assert plan_deliveries(home.house, document.id) == [vault]
    home.set_account(accountant_email="books@example.org")
    assert len(plan_deliveries(home.house, document.id)) == 2


def test_a_delivery_that_was_cut_off_after_the_hand_over_leaves_one_file(home: TestHouse) -> None:
    document = archived(home)
    [vault] = plan_deliveries(home.house, document.id)
    deliver(home.house, vault)
    before = files(home)
    done = delivery(home, vault)
    with home.store.unit() as unit:  # as if the note had not been written
        unit.deliveries.save(done.model_copy(update={"state": DeliveryState.PENDING, "delivered_at": None}))
    deliver(home.house, vault)
    deliver(home.house, vault)
    assert files(home) == before
    assert home.document(document.id).accounting_status is AccountingStatus.SENT


@pytest.fixture
def relay(home: TestHouse) -> Relay:
    """The relay of a house whose accountant gets mail."""
    home.set_account(accountant_email="books@example.org")
    made = Relay()
    object.__setattr__(home.house, "mail", made)
    return made


def by_mail(home: TestHouse) -> str:
    document = archived(home)
    return next(one for one in plan_deliveries(home.house, document.id) if delivery(home, one).channel.value == "mail")


def test_a_relay_that_is_down_is_asked_again_with_growing_waits_and_then_a_person(
    home: TestHouse, relay: Relay
) -> None:
    mail_id = by_mail(home)
    relay.answers = [DeliveryFailed("no connection")] * 20
    waits: list[timedelta] = []
    for _ in range(20):
        deliver(home.house, mail_id)
        row = delivery(home, mail_id)
        if row.next_attempt_at is None:
            break
        waits.append(row.next_attempt_at - home.clock())
        home.clock.now = row.next_attempt_at
    assert waits == list(WAITS)
    assert waits == sorted(waits)
    assert (row.state, row.detail, row.attempts) == (DeliveryState.FAILED, "no connection", len(WAITS) + 1)
    assert home.events(row.document_id or "")[-1] == "delivery_failed"
    with home.store.read() as unit:
        assert [each.id for each in unit.deliveries.failed()] == [mail_id]
    assert home.document(row.document_id or "").accounting_status is AccountingStatus.NOT_SENT


def test_a_final_no_of_the_relay_is_shown_at_once(home: TestHouse, relay: Relay) -> None:
    mail_id = by_mail(home)
    relay.answers = [DeliveryRejected("550 no such user")]
    assert deliver(home.house, mail_id) == "delivery_rejected"
    row = delivery(home, mail_id)
    assert (row.state, row.detail, row.next_attempt_at) == (DeliveryState.FAILED, "550 no such user", None)


def test_a_delivery_that_worked_in_the_end_says_so(home: TestHouse, relay: Relay) -> None:
    mail_id = by_mail(home)
    relay.answers = [DeliveryFailed("greylisted")]
    deliver(home.house, mail_id)
    home.clock.go_on(minutes=2)
    assert deliver(home.house, mail_id) == "250 kept"
    row = delivery(home, mail_id)
    assert (row.state, row.attempts, row.next_attempt_at) == (DeliveryState.DELIVERED, 2, None)
    [sent] = relay.taken
    assert sent.message_id.startswith(f"<{mail_id}@")
    assert [file.media_type for file in sent.attachments] == ["application/pdf", "application/xml"]


def test_what_was_handed_over_is_not_sent_again_when_its_story_runs_again(home: TestHouse, relay: Relay) -> None:
    mail_id = by_mail(home)
    assert [deliver(home.house, mail_id) for _ in range(2)] == ["250 kept", "250 kept"]
    assert len(relay.taken) == 1
    assert delivery(home, mail_id).attempts == 1


def test_a_parked_delivery_counts_its_try(home: TestHouse, relay: Relay) -> None:
    mail_id = by_mail(home)
    park_delivery(home.house, mail_id, "blob_damaged")
    row = delivery(home, mail_id)
    assert (row.state, row.detail, row.attempts) == (DeliveryState.FAILED, "blob_damaged", 1)


def test_without_a_relay_the_mail_is_a_file(home: TestHouse) -> None:
    home.set_account(accountant_email="books@example.org")
    assert home.settings == Settings(data=home.folder, mail=MailSettings())
    deliver(home.house, by_mail(home))
    assert len(list((home.folder / "outgoing").glob("*.eml"))) == 1
