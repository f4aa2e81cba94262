"""Read and extract: what cannot be read says why, what ends its reader is parked, a person can begin it again."""

from __future__ import annotations

import pytest
from house_for_steps import INVOICE, TestHouse, mail

from mailroom.domain.document import DocumentState, FieldName, FieldSource
from mailroom.errors import (
    BlankPages,
    Damaged,
    ForbiddenXml,
    PasswordProtected,
    ReaderCrashed,
    ReaderOutOfMemory,
    ReaderTimedOut,
    StorageUnavailable,
    TooManyPages,
    Unreadable,
    UnsupportedType,
)
from mailroom.languages import Language
from mailroom.steps.decide import decide
from mailroom.steps.desk import Desk
from mailroom.steps.extract import extract
from mailroom.steps.park import park_document
from mailroom.steps.read import read


def test_a_reading_is_kept_with_its_pictures(home: TestHouse) -> None:
    document = home.decided()
    assert document.engine == "fake"
    assert home.store.blobs.get(document.previews[0]).startswith(b"picture of %PDF")
    assert {name: document.value(name) for name in INVOICE} == INVOICE
    assert document.attempts == 0


def test_what_stands_on_the_pages_is_searched(home: TestHouse) -> None:
    home.reader.words = ("Leveringsbon", "Größe")
    document = home.decided()
    with home.store.read() as unit:
        found = {search: unit.documents.list(home.account.id, search=search) for search in ("lever gros", "bon")}
    assert [row.id for row in found["lever gros"]] == [document.id]
    assert found["bon"] == []


@pytest.mark.parametrize(
    "cause",
    [PasswordProtected(), Damaged("x"), BlankPages(pages=2), ForbiddenXml(), TooManyPages(), UnsupportedType()],
    ids=lambda cause: str(cause.reason),
)
def test_what_holds_nothing_readable_says_why(home: TestHouse, cause: Unreadable) -> None:
    home.reader.stops = [cause]
    document = home.decided()
    assert document.state is DocumentState.UNREADABLE
    [reason] = document.reasons
    assert reason.code == cause.reason
    assert reason.facts == {name: str(fact) for name, fact in cause.facts.items()}
    assert home.events(document.id) == ["document_unreadable"]


def test_a_document_that_ends_its_reader_three_times_is_parked_with_its_last_reason(home: TestHouse) -> None:
    [document_id] = home.documents_of(mail())
    home.reader.stops = [ReaderCrashed("1"), ReaderOutOfMemory("2"), ReaderTimedOut("3")]
    with pytest.raises(ReaderCrashed):
        read(home.house, document_id)
    with pytest.raises(ReaderOutOfMemory):
        read(home.house, document_id)
    assert read(home.house, document_id) == ""
    document = home.document(document_id)
    assert document.state is DocumentState.NEEDS_ATTENTION
    assert [reason.code for reason in document.reasons] == ["reader_timed_out"]


def test_a_document_that_ended_the_whole_daemon_three_times_is_not_read_again(home: TestHouse) -> None:
    [document_id] = home.documents_of(mail())
    for _ in range(3):
        with home.store.unit() as unit:
            unit.documents.begin_attempt(document_id)
    assert read(home.house, document_id) == ""
    assert home.reader.reads == 0
    assert home.document(document_id).state is DocumentState.NEEDS_ATTENTION


def test_a_disk_that_is_full_for_a_while_is_not_held_against_the_document(home: TestHouse) -> None:
    [document_id] = home.documents_of(mail())
    home.reader.stops = [StorageUnavailable("disk full")] * 6
    for _ in range(6):
        with pytest.raises(StorageUnavailable):
            read(home.house, document_id)
    assert home.work_on(document_id).state is DocumentState.TO_ACCEPT


def test_a_parked_document_is_read_again_when_a_person_asks(home: TestHouse) -> None:
    [document_id] = home.documents_of(mail())
    home.reader.stops = [ReaderCrashed("1"), ReaderCrashed("2"), ReaderCrashed("3")]
    for _ in range(2):
        with pytest.raises(ReaderCrashed):
            read(home.house, document_id)
    read(home.house, document_id)
    parked = home.document(document_id)
    again = Desk(home.house).retry(home.owner, document_id, parked.version)
    assert (again.state, again.reasons, again.attempts) == (DocumentState.READING, (), 0)
    assert home.work_on(document_id).state is DocumentState.TO_ACCEPT


def test_reading_twice_after_a_crash_leaves_what_reading_once_does(home: TestHouse) -> None:
    [document_id] = home.documents_of(mail())
    assert read(home.house, document_id)
    first = home.document(document_id)
    assert read(home.house, document_id)
    second = home.document(document_id)
    assert second.model_copy(update={"version": first.version, "updated_at": first.updated_at}) == first


def test_a_decided_document_is_not_read_again(home: TestHouse) -> None:
    document = home.decided()
    assert read(home.house, document.id) == ""
    assert decide(home.house, document.id) == "to_accept"
    assert home.document(document.id) == document


def test_the_seller_is_known_again_by_its_vat_id(home: TestHouse) -> None:
    first = home.decided(mail(subject="one"))
    assert first.seller_id is None
    accept_and_archive(home, first.id)
    home.reader.says[FieldName.SELLER_NAME] = "PFM"
    home.clock.go_on(minutes=1)
    second = home.decided(mail(("b.pdf", b"%PDF-1.4 other\n%%EOF"), subject="two"))
    assert second.seller_id == home.document(first.id).seller_id is not None


def test_what_a_person_filled_in_outlives_a_second_reading(home: TestHouse) -> None:
    document = home.decided()
    desk = Desk(home.house)
    filled = desk.fill_in(home.owner, document.id, document.version, {FieldName.INVOICE_NUMBER: "A-1"}, Language.EN)
    park_document(home.house, filled.id, "storage_unavailable")
    desk.retry(home.owner, filled.id, home.document(filled.id).version)
    again = home.work_on(filled.id)
    assert again.value(FieldName.INVOICE_NUMBER) == "A-1"
    assert again.fields[FieldName.INVOICE_NUMBER].source is FieldSource.PERSON
    assert again.completed_by_hand


def test_extracting_twice_changes_no_value(home: TestHouse) -> None:
    [document_id] = home.documents_of(mail())
    read(home.house, document_id)
    assert extract(home.house, document_id) is False
    assert {name for name, field in home.document(document_id).fields.items() if field.value} == set(INVOICE)
    fields = home.document(document_id).fields
    extract(home.house, document_id)
    assert home.document(document_id).fields == fields


def accept_and_archive(home: TestHouse, document_id: str) -> None:
    from mailroom.steps.archive import convert

    Desk(home.house).accept(home.owner, document_id, home.document(document_id).version)
    home.clock.go_on(minutes=16)
    assert convert(home.house, document_id)
