"""A PDF whose text says another account than its picture waits for a person, with both values and in his words."""

from __future__ import annotations

import forged_papers as forged
import papers_reading as papers
from house_for_steps import TestHouse, mail

from mailroom.domain.document import DocumentState, FieldName
from mailroom.domain.message import MediaType
from mailroom.languages import Language, reason_text
from mailroom.steps.extract import extract


def forgery(home: TestHouse) -> bytes:
    """Return a scan under which another account is hidden."""
    honest = papers.text_pdf(papers.PAGE)
    pages = home.house.reader.read(honest, MediaType.PDF).reading.pages
    words = {"NL91": "NL51", "1643": "4976", "00": "33"}
    return forged.layered(forged.drawn(honest), forged.with_words(pages, words))


def test_it_is_held_with_both_accounts_and_nothing_is_changed(reading_home: TestHouse) -> None:
    document = reading_home.decided(mail(("invoice.pdf", forgery(reading_home))))
    assert document.state is DocumentState.HELD
    assert document.value(FieldName.IBAN) == "NL51ABNA0417497633", "the text's value stays; a person decides"
    [reason] = [one for one in document.reasons if one.code == "text_differs_from_picture"]
    assert reason.facts["said"] == "NL51 ABNA 0417 4976 33"
    assert reason.facts["value"] == "NL91ABNA0417164300"
    for language in Language:
        sentence = reason_text(language, reason.code, reason.facts)
        assert [piece for piece in ("{", "reason.", "iban") if piece in sentence] == []
        assert "NL51 ABNA 0417 4976 33" in sentence
        assert "NL91 ABNA 0417 1643 00" in sentence


def test_it_is_told_once_however_often_it_is_read(reading_home: TestHouse) -> None:
    document = reading_home.decided(mail(("invoice.pdf", forgery(reading_home))))
    extract(reading_home.house, document.id)
    with reading_home.store.read() as unit:
        again = unit.documents.get(document.id)
    assert [one.code for one in again.problems].count("text_differs_from_picture") == 1


def test_an_honest_invoice_of_the_same_supplier_is_not_held(reading_home: TestHouse) -> None:
    document = reading_home.decided(mail(("invoice.pdf", papers.text_pdf(papers.PAGE))))
    assert document.state is DocumentState.TO_ACCEPT
    assert document.problems == ()
