"""Learning over documents: one correction, the next document, undo, refusal, two people, two companies."""

from __future__ import annotations

import pytest
from house_for_steps import TestHouse, mail, pdf
from pages_extraction import page

from mailroom.config import LearningSettings
from mailroom.domain.account import Role, Seller, SellerMarks
from mailroom.domain.document import Document, DocumentState, FieldName
from mailroom.domain.message import MediaType, SenderProof, SenderVerdict
from mailroom.domain.reading import Reading
from mailroom.errors import ChangedMeanwhile, NotFound
from mailroom.languages import Language
from mailroom.reading.read import ReadResult
from mailroom.steps.archive import convert
from mailroom.steps.decide import gather_facts
from mailroom.steps.desk import Desk
from mailroom.store import Unit

F = FieldName
PAGE = """
  Smederij Vuurvast
  BTW BE 0403.170.701                   Dossier HK-0{n}
                                        Klant   C-4711
  Factuur
  Gent, {day}/04/26

  Hekwerk gesmeed                                     300,00
  Btw 21 %                                             63,00
  Totaal                                              363,00 EUR

  IBAN {iban}
"""
IBAN = "BE68 5390 0754 7034"


class PageReader:
    """Sees a drawn page on every document, which has no picture."""

    compares = "off"

    def __init__(self) -> None:
        self.n = 117
        self.iban = IBAN

    def read(self, content: bytes, media_type: MediaType, filename: str = "") -> ReadResult:
        drawn = page(PAGE.format(n=self.n, day=self.n % 28 + 1, iban=self.iban))
        reading = Reading(media_type=media_type, engine="typewriter", pages=(drawn,), page_count=1)
        return ReadResult(reading, [b"picture of " + content[:20]])


@pytest.fixture
def reader(home: TestHouse) -> PageReader:
    """A reader of drawn pages in the house."""
    made = PageReader()
    object.__setattr__(home.house, "reader", made)
    return made


def comes(home: TestHouse, reader: PageReader, n: int, **more: str) -> Document:
    reader.n = n
    return home.decided(mail(("f.pdf", pdf(str(n))), subject=f"Invoice {n}"), **more)


def correct(home: TestHouse, document: Document) -> Document:
    typed = {F.INVOICE_NUMBER: "HK-0117", F.SELLER_NAME: "Smederij Vuurvast BV"}
    return Desk(home.house).fill_in(home.owner, document.id, document.version, typed, Language.NL)


def lessons(home: TestHouse) -> dict[str, str]:
    with home.store.read() as unit:
        return {lesson.field.value: lesson.document_id for lesson in unit.learned.of_account(home.account.id)}


def test_after_one_correction_the_next_document_is_right_but_waits_for_a_person(
    home: TestHouse, reader: PageReader
) -> None:
    home.set_account(auto_accept=True, trusted_senders=("billing@shop.example",))
    first = comes(home, reader, 117)
    assert first.value(F.INVOICE_NUMBER) != "HK-0117"
    corrected = correct(home, first)
    assert corrected.completed_by_hand
    assert corrected.state is DocumentState.TO_ACCEPT
    second = comes(home, reader, 118)
    assert second.value(F.INVOICE_NUMBER) == "HK-0118"
    assert second.value(F.SELLER_NAME) == "Smederij Vuurvast BV"
    assert not second.completed_by_hand
    assert second.seller_id == corrected.seller_id
    assert "seller_learned" in home.events(first.id)


def test_a_proposed_seller_is_not_known_until_a_document_of_it_is_archived(home: TestHouse, reader: PageReader) -> None:
    document = correct(home, comes(home, reader, 117))
    with home.store.read() as unit:
        seller = unit.sellers.get(document.seller_id or "")
        assert (seller.documents, seller.ibans, seller.vat_id) == (0, (), "BE0403170701")
        assert not gather_facts(unit, home.house, document).seller_known
    Desk(home.house).accept(home.owner, document.id, document.version)
    home.clock.go_on(minutes=16)
    assert convert(home.house, document.id)
    with home.store.read() as unit:
        known = unit.sellers.get(seller.id)
        assert (known.documents, known.ibans) == (1, ("BE68539007547034",))
        assert gather_facts(unit, home.house, home.document(document.id)).seller_known


def test_a_changed_iban_stops_a_seller_of_whom_everything_was_learned(home: TestHouse, reader: PageReader) -> None:
    first = comes(home, reader, 117)
    typed = {
        F.INVOICE_NUMBER: "HK-0117",
        F.IBAN: IBAN,
        F.PAYMENT_REFERENCE: "X-1",
        F.SELLER_NAME: "Smederij Vuurvast BV",
    }
    corrected = Desk(home.house).fill_in(home.owner, first.id, first.version, typed, Language.NL)
    Desk(home.house).accept(home.owner, corrected.id, corrected.version)
    home.clock.go_on(minutes=16)
    assert convert(home.house, corrected.id)
    reader.iban = "BE71 0961 2345 6769"
    second = comes(home, reader, 118)
    assert second.value(F.IBAN) == "BE71096123456769"
    assert (second.state, second.reasons[0].code) == (DocumentState.HELD, "iban_changed")


def test_an_undone_acceptance_keeps_the_correction_and_a_refusal_takes_it_back(
    home: TestHouse, reader: PageReader
) -> None:
    document = correct(home, comes(home, reader, 117))
    desk = Desk(home.house)
    accepted = desk.accept(home.owner, document.id, document.version)
    again = desk.undo(home.owner, document.id, accepted.version)
    assert set(lessons(home)) == {"invoice_number", "seller_name"}
    desk.refuse(home.owner, document.id, again.version, "a forgery")
    assert lessons(home) == {}


def test_what_a_person_accepts_unchanged_teaches_when_it_is_archived_and_not_before(
    home: TestHouse, reader: PageReader
) -> None:
    first = correct(home, comes(home, reader, 117))
    Desk(home.house).accept(home.owner, first.id, first.version)
    assert "total_amount" not in lessons(home)
    home.clock.go_on(minutes=16)
    assert convert(home.house, first.id)
    assert {"total_amount", "issue_date", "iban"} <= set(lessons(home))
    with home.store.read() as unit:
        assert all(one.value == "" for one in unit.learned.of_account(home.account.id) if one.field is F.IBAN)


def test_the_second_of_two_people_who_correct_one_document_is_told(home: TestHouse, reader: PageReader) -> None:
    seen = comes(home, reader, 117)
    correct(home, seen)
    with pytest.raises(ChangedMeanwhile):
        Desk(home.house).fill_in(home.owner, seen.id, seen.version, {F.INVOICE_NUMBER: "other"}, Language.NL)
    with home.store.read() as unit:
        [lesson] = [one for one in unit.learned.of_account(home.account.id) if one.field is F.INVOICE_NUMBER]
    assert lesson.spots[0].label == "Dossier"


def test_two_documents_of_one_seller_teach_together(home: TestHouse, reader: PageReader) -> None:
    first, second = comes(home, reader, 117), comes(home, reader, 118)
    correct(home, first)
    Desk(home.house).fill_in(home.owner, second.id, second.version, {F.INVOICE_NUMBER: "HK-0118"}, Language.NL)
    with home.store.read() as unit:
        [lesson] = [one for one in unit.learned.of_account(home.account.id) if one.field is F.INVOICE_NUMBER]
    assert (lesson.times, len(lesson.spots)) == (2, 1)


@pytest.mark.parametrize("allowed", [False, True])
def test_no_other_company_learns_from_it_unless_layouts_are_shared(
    home: TestHouse, reader: PageReader, allowed: bool
) -> None:
    correct(home, comes(home, reader, 117))
    shared = home.settings.model_copy(update={"learning": LearningSettings(share_layouts=allowed)})
    object.__setattr__(home.house, "settings", shared)
    other, address = home.company("Garage Peeters")
    document = comes(home, reader, 119, recipient=address, account_id=other.id)
    assert document.account_id == other.id
    assert (document.value(F.INVOICE_NUMBER) == "HK-0119") is allowed
    assert document.value(F.SELLER_NAME) == "Smederij Vuurvast"  # the other company's value stays with it


def test_one_lesson_or_all_of_a_seller_are_forgotten(home: TestHouse, reader: PageReader) -> None:
    document = correct(home, comes(home, reader, 117))
    with home.store.unit() as unit:
        [number, name] = unit.learned.of(document.seller_id or "")
        with pytest.raises(NotFound):
            unit.learned.forget("another account", number.id)
        unit.learned.forget(home.account.id, number.id)
        assert unit.learned.of(document.seller_id or "") == [name]
        assert unit.learned.forget_seller(document.seller_id or "") == 1
    assert comes(home, reader, 118).value(F.INVOICE_NUMBER) != "HK-0118"


def known_sellers(unit: Unit, home: TestHouse) -> tuple[Seller, Seller]:
    one = Seller(id="1", account_id=home.account.id, name="Een", vat_id="BE0403170701", ibans=("BE68539007547034",))
    two = Seller(id="2", account_id=home.account.id, name="Twee", vat_id="FR40303265045", documents=3)
    return unit.sellers.save(one), unit.sellers.save(two)


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        ({"vat_id": "BE0403170701", "name": "Twee"}, ("1", "vat_id")),
        ({"iban": "BE68539007547034", "domain": "twee.example"}, ("1", "iban")),
        ({"other_vat_ids": ("FR40303265045",), "name": "Een"}, ("2", "enterprise_number")),
        ({"domain": "twee.example", "name": "Een"}, ("2", "domain")),
        ({"name": "een"}, ("1", "name")),
        ({"vat_id": "NL123456782B12", "domain": "twee.example", "name": "Een"}, None),  # the VAT id is another's
        ({"domain": "platform.example"}, None),  # it sends for both
    ],
)
def test_a_seller_is_recognised_by_its_marks_in_order(
    home: TestHouse, marks: dict[str, str], found: tuple[str, str] | None
) -> None:
    with home.store.unit() as unit:
        one, two = known_sellers(unit, home)
        unit.sellers.add_domain(two, "twee.example")
        for seller in (one, two, two):
            unit.sellers.add_domain(seller, "platform.example")
        known = unit.sellers.recognise(home.account.id, SellerMarks.model_validate(marks))
        assert (known and (known.seller.id, known.by)) == found


@pytest.mark.parametrize(
    ("sender", "verdict", "domains"),
    [
        ("billing@smederij.example", SenderVerdict.VERIFIED, ["smederij.example"]),
        ("billing@smederij.example", SenderVerdict.UNVERIFIED, []),
        ("smederij@gmail.com", SenderVerdict.VERIFIED, []),
        ("owner@example.com", SenderVerdict.VERIFIED, []),  # who forwards proves himself
    ],
)
def test_the_domain_of_a_seller_is_that_of_a_proved_sender(
    home: TestHouse, reader: PageReader, sender: str, verdict: SenderVerdict, domains: list[str]
) -> None:
    document = correct(home, comes(home, reader, 117))
    with home.store.unit() as unit:
        message = unit.messages.get(document.message_id)
        proof = SenderProof(verdict=verdict, identity=sender)
        unit.messages.update(message.model_copy(update={"sender": proof}))
    Desk(home.house).accept(home.owner, document.id, document.version)
    home.clock.go_on(minutes=16)
    assert convert(home.house, document.id)
    with home.store.read() as unit:
        assert unit.sellers.domains(home.document(document.id).seller_id or "") == domains


def test_a_validator_teaches_too(home: TestHouse, reader: PageReader) -> None:
    validator = home.person("v@example.com", Role.VALIDATOR)
    document = comes(home, reader, 117)
    typed = {F.INVOICE_NUMBER: "HK-0117"}
    Desk(home.house).fill_in(validator, document.id, document.version, typed, Language.NL)
    assert set(lessons(home)) == {"invoice_number"}
