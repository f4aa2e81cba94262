"""A file with several invoices becomes a document each, photos of one invoice become one; both can be taken back."""

from __future__ import annotations

from typing import Any

import pytest
from house_for_steps import TestHouse, mail, pdf
from pages_extraction import page

from mailroom.domain.document import Bond, Document, DocumentState, FieldName
from mailroom.domain.message import MediaType, SenderVerdict
from mailroom.domain.reading import PageSource, Reading
from mailroom.errors import Damaged, InvalidValue, WrongState
from mailroom.reading.read import ReadResult
from mailroom.steps.desk import Desk
from mailroom.steps.divide import divide

HEAD = """
    Molenaar Graan NV
    Industrieweg 12, 9000 Gent
    BTW {vat}
    !FACTUUR
    Factuurnummer: {number}
    Factuurdatum: 03/11/2026
    Meel type 55        10    10.00    100.00
    Subtotaal:      100.00 EUR
    BTW 21%:      21.00 EUR
    Totaal te betalen:      121.00 EUR
"""
TAIL = """
    Meel type 65        10    10.00    100.00
    Rogge grof          10    10.00    100.00
    Zemelen fijn        10    10.00    100.00
    Gist vers blok      10    10.00    100.00
"""


def head(number: str, vat: str = "BE0403170701") -> str:
    return HEAD.format(number=number, vat=vat)


class Typed:
    """A reader that sees the pages that stand in the file's own name; they have no picture."""

    compares = "off"

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, ...]] = {}
        self.reads: list[str] = []

    def read(self, _content: bytes, media_type: MediaType, filename: str = "") -> ReadResult:
        self.reads.append(filename)
        ocr = media_type is not MediaType.PDF
        pages = tuple(page(text, number=n, ocr=ocr) for n, text in enumerate(self.pages[filename], 1))
        reading = Reading(media_type=media_type, engine="typed", pages=pages, page_count=len(pages))
        return ReadResult(reading, [f"{filename} {n}".encode() for n, _ in enumerate(pages)])

    def read_again(self, _content: bytes, _reading: Reading) -> None:
        return None


@pytest.fixture
def reader(home: TestHouse) -> Typed:
    typed = Typed()
    object.__setattr__(home.house, "reader", typed)
    return typed


def photo(mark: str) -> bytes:
    """Return bytes that begin like a large photo."""
    frame = b"\xff\xc0\x00\x11\x08" + (2000).to_bytes(2, "big") + (1500).to_bytes(2, "big") + b"\x03" + bytes(9)
    return b"\xff\xd8" + frame + b"\xff\xfe\x00\x10" + mark.encode().ljust(14) + b"\xff\xd9"


def pieces(home: TestHouse, document_id: str) -> list[Document]:
    with home.store.read() as unit:
        return unit.documents.made_of(document_id)


def listed(home: TestHouse) -> list[str | None]:
    with home.store.read() as unit:
        return sorted(str(d.value(FieldName.INVOICE_NUMBER)) for d in unit.documents.list(home.account.id))


def test_each_invoice_of_a_file_is_a_document_with_its_pages(home: TestHouse, reader: Typed) -> None:
    reader.pages["all.pdf"] = (head("F-1001"), TAIL, head("F-1002"))
    whole = home.decided(mail(("all.pdf", pdf("all"))))
    assert (whole.state, whole.bond) == (DocumentState.SET_ASIDE, Bond.DIVIDED)
    assert home.store.blobs.get(whole.sha256) == pdf("all"), "the original is kept"
    first, second = pieces(home, whole.id)
    assert (first.first_page, first.last_page, second.first_page, second.last_page) == (1, 2, 3, 3)
    assert listed(home) == ["F-1001", "F-1002"]
    assert first.previews == whole.previews[:2]
    assert second.previews == whole.previews[2:]
    assert reader.reads == ["all.pdf"], "no page is read twice"
    assert first.state is DocumentState.TO_ACCEPT


def test_a_run_that_was_cut_off_makes_no_piece_twice(home: TestHouse, reader: Typed) -> None:
    reader.pages["all.pdf"] = (head("F-1001"), head("F-1002"))
    whole = home.decided(mail(("all.pdf", pdf("all"))))
    made = pieces(home, whole.id)
    assert divide(home.house, whole.id) == [], "they are under way already"
    assert pieces(home, whole.id) == made


def test_a_division_can_be_taken_back_and_is_not_made_again(home: TestHouse, reader: Typed) -> None:
    reader.pages["all.pdf"] = (head("F-1001"), head("F-1002"))
    whole = home.decided(mail(("all.pdf", pdf("all"))))
    one = Desk(home.house).keep_whole(home.owner, whole.id, whole.version)
    assert one.state in {DocumentState.TO_ACCEPT, DocumentState.INCOMPLETE, DocumentState.HELD}
    assert {piece.state for piece in pieces(home, whole.id)} == {DocumentState.SET_ASIDE}
    assert len(listed(home)) == 1


def test_a_piece_that_was_accepted_holds_the_division(home: TestHouse, reader: Typed) -> None:
    reader.pages["all.pdf"] = (head("F-1001"), head("F-1002"))
    whole = home.decided(mail(("all.pdf", pdf("all"))))
    first = pieces(home, whole.id)[0]
    desk = Desk(home.house)
    desk.accept(home.owner, first.id, first.version)
    with pytest.raises(WrongState):
        desk.keep_whole(home.owner, whole.id, whole.version)


UNSURE = """
    !FACTUUR
    Broodmes        10    7.27    72.70
    Subtotaal:      72.73 EUR
    BTW 21%:      15.27 EUR
    Totaal te betalen:      88.00 EUR
    Factuurnummer:
"""


def test_what_is_unsure_is_asked_and_one_answer_divides(home: TestHouse, reader: Typed) -> None:
    reader.pages["all.pdf"] = (head("F-1001"), UNSURE)
    asked = home.decided(mail(("all.pdf", pdf("all"))))
    assert asked.state is DocumentState.HELD
    assert asked.reasons[0].code == "perhaps_several"
    again = Desk(home.house).divide(home.owner, asked.id, asked.version)
    assert again.state is DocumentState.READING
    assert home.work_on(asked.id).bond is Bond.DIVIDED
    assert len(pieces(home, asked.id)) == 2
    assert reader.reads == ["all.pdf"]


def test_the_answer_no_holds_for_the_senders_next_file(home: TestHouse, reader: Typed) -> None:
    reader.pages["all.pdf"] = (head("F-1001"), UNSURE)
    reader.pages["next.pdf"] = (head("F-1002"), UNSURE)
    asked = home.decided(mail(("all.pdf", pdf("all"))))
    Desk(home.house).keep_whole(home.owner, asked.id, asked.version)
    nxt = home.decided(mail(("next.pdf", pdf("next")), subject="next"))
    assert "perhaps_several" not in {reason.code for reason in nxt.reasons}
    assert nxt.bond is None


def test_a_file_that_cannot_be_cut_waits_for_a_person(home: TestHouse, reader: Typed) -> None:
    reader.pages["all.pdf"] = (head("F-1001"), head("F-1002"))
    [document_id] = home.documents_of(mail(("all.pdf", pdf("all"))))
    home.box.stops.append(Damaged("no"))
    held = home.work_on(document_id)
    assert held.state is DocumentState.HELD
    assert "several_invoices" in {reason.code for reason in held.reasons}


def test_photos_of_one_invoice_become_one_document(home: TestHouse, reader: Typed) -> None:
    reader.pages |= {"1.jpg": (head("F-1001"),), "2.jpg": (TAIL,), "3.jpg": (head("F-1002"),)}
    files = [(name, photo(name)) for name in ("1.jpg", "2.jpg", "3.jpg")]
    one, two, three = home.documents_of(mail(*files))
    for number in (two, three, one):  # in whatever order they are read
        home.work_on(number)
    page_one, page_two, other = (home.document(number) for number in (one, two, three))
    assert (page_one.bond, page_two.bond, other.bond) == (Bond.PAGE, Bond.PAGE, None)
    assert page_one.belongs_to == page_two.belongs_to
    joined = home.document(page_one.belongs_to or "")
    assert (joined.page_count, joined.media_type, joined.state) == (2, MediaType.PDF, DocumentState.TO_ACCEPT)
    assert joined.previews == (*page_one.previews, *page_two.previews)
    assert listed(home) == ["F-1001", "F-1002"]
    with home.store.read() as unit:
        stored = Reading.model_validate_json(home.store.blobs.get(unit.documents.get(joined.id).reading or ""))
    assert [p.number for p in stored.pages] == [1, 2]
    assert {p.source for p in stored.pages} == {PageSource.OCR}


def test_photos_that_were_put_together_can_be_parted_and_stay_so(home: TestHouse, reader: Typed) -> None:
    reader.pages |= {"1.jpg": (head("F-1001"),), "2.jpg": (TAIL,), "3.jpg": (head("F-1009"),), "4.jpg": (TAIL + "x",)}
    numbers = home.documents_of(mail(("1.jpg", photo("1")), ("2.jpg", photo("2"))))
    for number in numbers:
        home.work_on(number)
    joined = home.document(home.document(numbers[0]).belongs_to or "")
    Desk(home.house).part(home.owner, joined.id, joined.version)
    assert {home.document(number).belongs_to for number in numbers} == {None}
    assert home.document(joined.id).state is DocumentState.SET_ASIDE
    later = home.documents_of(mail(("3.jpg", photo("3")), ("4.jpg", photo("4")), subject="later"))
    for number in later:
        home.work_on(number)
    bonds = {home.document(number).bond for number in later}
    assert Bond.PAGE not in bonds, "this sender's photos are no pages of one invoice"


PAGE_ONE = HEAD[: HEAD.index("    Subtotaal")] + "    Blad 1 van 2\n"
PAGE_TWO = """
    Meel type 65        10    10.00    100.00
    Rogge grof          10    10.00    100.00
    Zemelen fijn        10    10.00    100.00
    Subtotaal:      400.00 EUR
    BTW 21%:      84.00 EUR
    Totaal te betalen:      484.00 EUR
    Blad 2 van 2
"""


def photographed(home: TestHouse, name: str, sender: str = "supplier@example.com", **more: Any) -> str:
    [document_id] = home.documents_of(mail((name, photo(name)), subject=name, sender=sender), **more)
    return document_id


@pytest.mark.parametrize("names", [("1.jpg", "2.jpg"), ("2.jpg", "1.jpg")], ids=["in order", "overtaken"])
def test_photos_in_several_mails_that_count_on_become_one(
    home: TestHouse, reader: Typed, names: tuple[str, ...]
) -> None:
    reader.pages |= {"1.jpg": (PAGE_ONE.format(vat="BE0403170701", number="F-1001"),), "2.jpg": (PAGE_TWO,)}
    numbers = {}
    for name in names:
        numbers[name] = photographed(home, name)
        home.work_on(numbers[name])
        home.clock.go_on(minutes=10)
    first, second = home.document(numbers["1.jpg"]), home.document(numbers["2.jpg"])
    assert (first.bond, second.bond, first.belongs_to) == (Bond.PAGE, Bond.PAGE, second.belongs_to)
    joined = home.document(first.belongs_to or "")
    assert joined.previews == (*first.previews, *second.previews)
    assert joined.value(FieldName.INVOICE_NUMBER) == "F-1001"
    assert joined.value(FieldName.TOTAL_AMOUNT) == "484.00"
    assert (joined.message_id, joined.part_path) == (first.message_id, first.part_path)


@pytest.mark.parametrize(
    ("second", "more"),
    [
        (PAGE_TWO, {"sender": "another@example.com"}),
        (PAGE_TWO, {"minutes": 31}),
        (PAGE_TWO.replace("2 van 2", "2 van 3"), {}),
        (PAGE_TWO.replace("Blad 2 van 2", ""), {}),
        (head("F-1002"), {}),
    ],
    ids=["another sender", "much later", "of another count", "says nothing", "an invoice of its own"],
)
def test_photos_in_several_mails_stay_apart_unless_they_say_so(
    home: TestHouse, reader: Typed, second: str, more: dict[str, Any]
) -> None:
    reader.pages |= {"1.jpg": (PAGE_ONE.format(vat="BE0403170701", number="F-1001"),), "2.jpg": (second,)}
    one = home.work_on(photographed(home, "1.jpg"))
    home.clock.go_on(minutes=more.pop("minutes", 1))
    two = home.work_on(photographed(home, "2.jpg", **more))
    assert (home.document(one.id).bond, two.bond) == (None, None)


def test_nobody_adds_a_page_to_what_a_proved_sender_sent(home: TestHouse, reader: Typed) -> None:
    reader.pages |= {"1.jpg": (PAGE_ONE.format(vat="BE0403170701", number="F-1001"),), "2.jpg": (PAGE_TWO,)}
    one = photographed(home, "1.jpg")
    with home.store.unit() as unit:
        message = unit.messages.get(home.document(one).message_id)
        proof = message.sender.model_copy(update={"verdict": SenderVerdict.VERIFIED})
        unit.messages.update(message.model_copy(update={"sender": proof}))
    home.work_on(one)
    two = home.work_on(photographed(home, "2.jpg"))
    assert two.bond is None, "its mail only claims the same sender"


def test_the_same_photo_taken_better_is_no_second_page(home: TestHouse, reader: Typed) -> None:
    cut_off = head("F-1001").replace("Totaal te betalen:      121.00 EUR", "")
    reader.pages |= {"1.jpg": (cut_off,), "2.jpg": (head("F-1001"),)}
    one = home.work_on(photographed(home, "1.jpg"))
    two = home.work_on(photographed(home, "2.jpg"))
    assert Bond.PAGE not in {home.document(one.id).bond, home.document(two.id).bond}


def test_a_person_puts_photos_together_that_say_nothing(home: TestHouse, reader: Typed) -> None:
    reader.pages |= {"1.jpg": (PAGE_ONE.format(vat="BE0403170701", number="F-1001").replace("Blad 1 van 2", ""),)}
    reader.pages["2.jpg"] = (PAGE_TWO.replace("Blad 2 van 2", ""),)
    two = home.work_on(photographed(home, "2.jpg"))
    home.clock.go_on(days=2)
    one = home.work_on(photographed(home, "1.jpg"))
    desk = Desk(home.house)
    again = desk.join(home.owner, one.id, one.version, [one.id, two.id])
    assert again.state is DocumentState.READING
    home.work_on(one.id)
    joined = home.document(home.document(two.id).belongs_to or "")
    assert joined.previews == (*one.previews, *two.previews)
    assert joined.value(FieldName.TOTAL_AMOUNT) == "484.00"
    assert sorted(reader.reads) == ["1.jpg", "2.jpg"], "nothing is read twice"

    desk.part(home.owner, joined.id, joined.version)
    parted = home.document(one.id)
    assert (parted.bond, parted.state) == (None, DocumentState.INCOMPLETE)
    desk.join(home.owner, parted.id, parted.version, [two.id, parted.id])
    home.work_on(parted.id)
    assert home.document(home.document(two.id).belongs_to or "").previews == (*two.previews, *one.previews)


def test_what_is_no_photo_or_is_settled_is_not_put_together(home: TestHouse, reader: Typed) -> None:
    reader.pages |= {"1.jpg": (head("F-1001"),), "2.jpg": (head("F-1002"),), "3.pdf": (head("F-1003"),)}
    one, two = (home.work_on(photographed(home, name)) for name in ("1.jpg", "2.jpg"))
    file = home.decided(mail(("3.pdf", pdf("3")), subject="3"))
    desk = Desk(home.house)
    for pages in ([one.id], [one.id, one.id], [two.id, file.id]):
        with pytest.raises(InvalidValue):
            desk.join(home.owner, one.id, one.version, pages)
    with pytest.raises(WrongState):
        desk.join(home.owner, one.id, one.version, [one.id, file.id])
    desk.accept(home.owner, two.id, two.version)
    with pytest.raises(WrongState):
        desk.join(home.owner, one.id, one.version, [one.id, two.id])
    assert home.document(one.id).state is DocumentState.TO_ACCEPT


def test_a_photo_that_was_accepted_meanwhile_is_left_alone(home: TestHouse, reader: Typed) -> None:
    reader.pages |= {"1.jpg": (head("F-1001"),), "2.jpg": (head("F-1002"),)}
    one, two = (home.work_on(photographed(home, name)) for name in ("1.jpg", "2.jpg"))
    desk = Desk(home.house)
    desk.join(home.owner, one.id, one.version, [one.id, two.id])
    desk.accept(home.owner, two.id, two.version)
    assert home.work_on(one.id).state is DocumentState.TO_ACCEPT
    assert home.document(two.id).state is DocumentState.ACCEPTED


def test_two_receipts_in_one_mail_stay_two(home: TestHouse, reader: Typed) -> None:
    reader.pages |= {"1.jpg": (head("F-1001"),), "2.jpg": (head("F-1002", "BE0662918487"),)}
    for number in home.documents_of(mail(("1.jpg", photo("1")), ("2.jpg", photo("2")))):
        home.work_on(number)
    assert listed(home) == ["F-1001", "F-1002"]
