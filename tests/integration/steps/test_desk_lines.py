"""Lines that a person corrected: who accepts then, what outlives a second reading, and what goes into the UBL."""

from __future__ import annotations

import pytest
from house_for_steps import TestHouse
from pages_extraction import reading

from mailroom.domain.document import Document, DocumentState, FieldName
from mailroom.domain.line import LineItem, Lines, LineStatus, TypedLine, TypedLines
from mailroom.einvoice import line_items, read_invoice
from mailroom.errors import InvalidValue, LinesOfEInvoice
from mailroom.languages import Language
from mailroom.steps.archive import convert
from mailroom.steps.desk import Desk
from mailroom.steps.extract import extract

FLOUR = TypedLine(description="Flour T65", quantity="2,5", unit="kg", unit_price="32", vat_rate="21")
FREIGHT = TypedLine(description="Freight", amount="20,00")
READ = Lines(
    items=(LineItem(description="Fl0ur", net_amount="80.00", vat_rate="21", confidence=0.9),),
    status=LineStatus.DIFFER,
)


def lines_of(home: TestHouse, row: Document) -> Lines:
    with home.store.read() as unit:
        return unit.lines.of(row.id)


def put(home: TestHouse, row: Document, lines: Lines) -> None:
    with home.store.unit() as unit:
        unit.lines.save(row.id, lines)


def correct(home: TestHouse, row: Document, *rows: TypedLine, gross: bool = False) -> Document:
    return Desk(home.house).correct_lines(
        home.owner, row.id, row.version, TypedLines(rows=rows, gross=gross), Language.NL
    )


@pytest.fixture
def row(home: TestHouse) -> Document:
    """A document whose lines were not read whole, and which no person would have had to look at."""
    home.set_account(auto_accept=True, trusted_senders=("owner@example.com",))
    decided = home.decided(uploaded_by=home.owner.id)
    assert decided.state is DocumentState.ACCEPTED
    with home.store.unit() as unit:
        waits = unit.documents.save(decided.model_copy(update={"state": DocumentState.TO_ACCEPT, "archive_at": None}))
    put(home, waits, READ)
    return waits


def test_who_corrected_lines_accepts_by_hand_whatever_the_rules_say(home: TestHouse, row: Document) -> None:
    saved = correct(home, row, FLOUR, FREIGHT)
    assert (saved.state, saved.completed_by_hand) == (DocumentState.TO_ACCEPT, True)
    assert "completed_by_hand" in {reason.code for reason in saved.reasons}
    lines = lines_of(home, row)
    assert (lines.by_hand, lines.status) == (True, LineStatus.ADD_UP)
    assert [(item.description, item.net_amount, item.vat_rate) for item in lines.items] == [
        ("Flour T65", "80.00", "21"),
        ("Freight", "20.00", "21"),  # the one rate that explains the totals
    ]
    assert "lines_corrected" in home.events(row.id)


def test_lines_left_as_they_were_change_nothing(home: TestHouse, row: Document) -> None:
    same = TypedLine(description="Fl0ur", amount="80", vat_rate="21", place=0)
    assert correct(home, row, same) == row
    assert lines_of(home, row) == READ


def test_an_unsure_line_left_as_it_was_is_confirmed(home: TestHouse, row: Document) -> None:
    doubted = READ.model_copy(update={"items": (READ.items[0].model_copy(update={"confidence": 0.4}),)})
    put(home, row, doubted)
    assert correct(home, row, TypedLine(description="Fl0ur", amount="80", vat_rate="21", place=0)).completed_by_hand
    assert lines_of(home, row).items[0].confidence == 1.0


def test_all_lines_can_be_taken_out(home: TestHouse, row: Document) -> None:
    correct(home, row, TypedLine())
    assert lines_of(home, row) == Lines(by_hand=True)


def test_a_value_that_is_none_is_refused_with_its_place_and_nothing_is_kept(home: TestHouse, row: Document) -> None:
    with pytest.raises(InvalidValue) as refused:
        correct(home, row, FLOUR, TypedLine(description="Freight", amount="2O"))
    assert refused.value.facts == {"field": "amount", "line": 2}
    assert (home.document(row.id), lines_of(home, row)) == (row, READ)


def test_the_lines_of_an_e_invoice_are_those_of_its_xml(home: TestHouse, row: Document) -> None:
    with home.store.unit() as unit:
        xml = unit.documents.save(row.model_copy(update={"engine": "xml+pypdfium2"}))
    with pytest.raises(LinesOfEInvoice):
        correct(home, xml, FLOUR)
    with pytest.raises(LinesOfEInvoice):
        Desk(home.house).read_lines(home.owner, xml.id, xml.version)
    assert (home.document(row.id), lines_of(home, row)) == (xml, READ)


def test_typed_lines_outlive_a_second_reading_and_are_compared_anew(home: TestHouse, row: Document) -> None:
    correct(home, row, FLOUR, FREIGHT)
    home.reader.says[FieldName.NET_AMOUNT] = "90.00"
    with home.store.unit() as unit:
        reading = home.reader.read(b"again", row.media_type).reading.model_dump_json().encode()
        again = unit.documents.get(row.id).model_copy(update={"reading": home.store.blobs.put(reading)})
        unit.documents.save(again)
    home.reader.says[FieldName.TOTAL_AMOUNT] = "111.00"
    extract(home.house, row.id)
    lines = lines_of(home, row)
    assert [item.description for item in lines.items] == ["Flour T65", "Freight"]
    assert (lines.by_hand, lines.status) == (True, LineStatus.DIFFER)


def test_the_lines_come_back_as_they_were_read_and_a_person_still_accepts(home: TestHouse, row: Document) -> None:
    saved = correct(home, row, FLOUR, FREIGHT)
    back = Desk(home.house).read_lines(home.owner, row.id, saved.version)
    assert not lines_of(home, row).by_hand
    assert (back.state, back.completed_by_hand) == (DocumentState.TO_ACCEPT, True)
    assert home.events(row.id).count("lines_as_read") == 1


def test_a_corrected_total_is_compared_with_the_lines_that_are_there(home: TestHouse, row: Document) -> None:
    values = {FieldName.NET_AMOUNT: "80", FieldName.VAT_AMOUNT: "16,80", FieldName.TOTAL_AMOUNT: "96,80"}
    Desk(home.house).fill_in(home.owner, row.id, row.version, values, Language.NL)
    assert lines_of(home, row).status is LineStatus.ADD_UP


def test_with_corrected_totals_rows_are_lines_that_were_none(home: TestHouse, row: Document) -> None:
    drawn = reading("""
      Description                    Qty     Unit price      Amount
      Flour T65                        2          40.00       80.00
      Sugar                            1          20.00       20.00

      Packing                                                  4.00
      Net amount                                             104.00
    """)
    with home.store.unit() as unit:
        blob = home.store.blobs.put(drawn.model_dump_json().encode())
        row = unit.documents.save(unit.documents.get(row.id).model_copy(update={"reading": blob}))
    values = {FieldName.NET_AMOUNT: "104", FieldName.VAT_AMOUNT: "21,84", FieldName.TOTAL_AMOUNT: "125,84"}
    Desk(home.house).fill_in(home.owner, row.id, row.version, values, Language.NL)
    lines = lines_of(home, row)
    assert [item.net_amount for item in lines.items] == ["80.00", "20.00", "4.00"]
    assert (lines.status, lines.by_hand) == (LineStatus.ADD_UP, False)


def ubl_lines(home: TestHouse, saved: Document) -> list[LineItem]:
    Desk(home.house).accept(home.owner, saved.id, saved.version)
    assert convert(home.house, saved.id)
    return list(line_items(read_invoice(home.store.blobs.get(home.document(saved.id).ubl or ""))).items)


def test_the_accountant_gets_corrected_lines_in_the_ubl(home: TestHouse, row: Document) -> None:
    flour, freight = ubl_lines(home, correct(home, row, FLOUR, FREIGHT))
    assert (flour.description, flour.quantity, flour.unit, flour.unit_price) == ("Flour T65", "2.5", "KGM", "32.00")
    assert (freight.description, freight.net_amount, freight.vat_rate) == ("Freight", "20.00", "21")


def test_lines_that_are_not_the_totals_are_summed_up_in_the_ubl(home: TestHouse, row: Document) -> None:
    [whole] = ubl_lines(home, correct(home, row, FLOUR, FREIGHT.model_copy(update={"amount": "19,00"})))
    assert whole.net_amount == "100.00"
    assert "Flour" not in whole.description


def test_an_acceptance_taken_back_lets_lines_be_corrected_again(home: TestHouse, row: Document) -> None:
    desk = Desk(home.house)
    accepted = desk.accept(home.owner, row.id, correct(home, row, FLOUR, FREIGHT).version)
    back = desk.undo(home.owner, row.id, accepted.version)
    assert lines_of(home, row).by_hand
    correct(home, back, FLOUR)
    assert [item.description for item in lines_of(home, row).items] == ["Flour T65"]
