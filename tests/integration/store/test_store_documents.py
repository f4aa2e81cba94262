from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from store_values import NOON, document, later, sha, with_account, with_document, with_message

from mailroom.domain.document import LISTED_FIELDS, Document, DocumentHead, DocumentState, Field, FieldName, FieldSource
from mailroom.domain.value import new_id
from mailroom.errors import AlreadyExists, ChangedMeanwhile, NotFound
from mailroom.store import Store


def test_a_document_comes_back_as_it_was(store: Store) -> None:
    stored = with_document(store, with_message(store, with_account(store).id), archive_at=later(15))
    with store.read() as unit:
        assert unit.documents.get(stored.id) == stored
        assert unit.documents.by_bytes(stored.account_id, stored.sha256) == stored
        assert unit.documents.by_bytes(new_id(), stored.sha256) is None
        with pytest.raises(NotFound):
            unit.documents.get(new_id())


def test_the_same_bytes_twice_in_an_account_are_one_document(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    first = with_document(store, mail)
    second = document(mail, sha256=first.sha256)
    with store.unit() as unit:
        assert unit.documents.add(second) == (first, False)
        assert unit.documents.add(first) == (first, False)
        assert len(unit.documents.list()) == 1


def test_the_same_bytes_in_two_accounts_are_two_documents(store: Store) -> None:
    first = with_document(store, with_message(store, with_account(store).id))
    elsewhere = document(with_message(store, with_account(store).id), sha256=first.sha256)
    with store.unit() as unit:
        assert unit.documents.add(elsewhere) == (elsewhere, True)


def test_an_id_is_not_used_for_other_bytes(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    first = with_document(store, mail)
    with store.unit() as unit, pytest.raises(AlreadyExists):
        unit.documents.add(document(mail, id=first.id))


def test_many_threads_that_add_the_same_bytes_all_get_the_one_document(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    together = threading.Barrier(8)

    def add(number: int) -> tuple[Document, bool]:
        mine = document(mail, sha256=sha("the same"), filename=f"{number}.pdf")
        together.wait(20)
        with store.unit() as unit:
            return unit.documents.add(mine)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(add, range(8)))
    assert sorted(new for _, new in results) == [False] * 7 + [True]
    assert len({found.id for found, _ in results}) == 1


def test_a_document_is_saved_over_the_version_that_was_seen_and_no_other(store: Store) -> None:
    seen = with_document(store, with_message(store, with_account(store).id))
    with store.unit() as unit:
        saved = unit.documents.save(seen.model_copy(update={"state": DocumentState.TO_ACCEPT}))
    assert saved.version == seen.version + 1
    assert saved.updated_at > seen.updated_at
    with store.read() as unit:
        assert unit.documents.get(seen.id) == saved
    with pytest.raises(ChangedMeanwhile), store.unit() as unit:
        unit.documents.save(seen.model_copy(update={"state": DocumentState.REFUSED}))
    with store.read() as unit:
        assert unit.documents.get(seen.id) == saved


def test_of_two_people_who_save_at_once_one_is_told(store: Store) -> None:
    seen = with_document(store, with_message(store, with_account(store).id))
    together = threading.Barrier(2)

    def save(state: DocumentState) -> bool:
        together.wait(20)
        try:
            with store.unit() as unit:
                unit.documents.save(seen.model_copy(update={"state": state}))
        except ChangedMeanwhile:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, [DocumentState.ACCEPTED, DocumentState.REFUSED])) == [False, True]


def test_saving_what_is_not_there_is_not_found(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    with store.unit() as unit, pytest.raises(NotFound):
        unit.documents.save(document(mail))


def test_updated_at_comes_from_the_clock_of_the_store(store: Store) -> None:
    seen = with_document(store, with_message(store, with_account(store).id))
    at = datetime(2030, 1, 1, tzinfo=UTC)
    with Store(store.engine, store.blobs, lambda: at).unit() as unit:
        assert unit.documents.save(seen).updated_at == at


def test_a_beginning_of_work_is_counted_and_disturbs_nobody(store: Store) -> None:
    seen = with_document(store, with_message(store, with_account(store).id))
    with store.unit() as unit:
        assert [unit.documents.begin_attempt(seen.id) for _ in range(3)] == [1, 2, 3]
        assert unit.documents.get(seen.id).version == seen.version
        with pytest.raises(NotFound):
            unit.documents.begin_attempt(new_id())


@pytest.fixture
def inbox(store: Store) -> dict[str, Document]:
    """Documents of two accounts, a minute apart."""
    one = with_message(store, with_account(store, name="one").id)
    two = with_message(store, with_account(store, name="two").id)
    kinds = {
        "a": (one, DocumentState.TO_ACCEPT),
        "b": (one, DocumentState.HELD),
        "c": (two, DocumentState.TO_ACCEPT),
        "d": (one, DocumentState.ARCHIVED),
        "e": (one, DocumentState.TO_ACCEPT),
    }
    return {
        name: with_document(store, mail, state=state, created_at=later(minute), filename=f"file {name}{name}{name}.pdf")
        for minute, (name, (mail, state)) in enumerate(kinds.items())
    }


def names(found: list[Document]) -> str:
    return "".join(document.filename[5] for document in found)


def test_the_inbox_is_a_page_of_an_account_newest_first(store: Store, inbox: dict[str, Document]) -> None:
    one = inbox["a"].account_id
    waiting = {DocumentState.TO_ACCEPT, DocumentState.HELD}
    with store.read() as unit:
        assert names(unit.documents.list(one)) == "edba"
        assert names(unit.documents.list(one, waiting)) == "eba"
        assert names(unit.documents.list(one, waiting, limit=2)) == "eb"
        assert names(unit.documents.list(one, waiting, limit=2, offset=2)) == "a"
        assert names(unit.documents.list(one, waiting, offset=1)) == "ba"
        assert names(unit.documents.list(one, [])) == ""
        assert names(unit.documents.list()) == "edcba"
        assert names(unit.documents.list(states=[DocumentState.TO_ACCEPT])) == "eca"


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("2026/0077", "edba"),  # the invoice number
        ("CAFE grosse", "edba"),  # the seller, without accents
        ("bbb.pdf", "b"),
        ("invoice", ""),  # a document's type is chosen, not searched
        ("bb", "b"),
        ("b_b", ""),
        ("'; --", ""),
    ],
)
def test_documents_are_searched(store: Store, inbox: dict[str, Document], search: str, found: str) -> None:
    with store.read() as unit:
        assert names(unit.documents.list(inbox["a"].account_id, search=search)) == found
        everywhere = names(unit.documents.list(search=search))
    assert everywhere.replace("c", "") == found


def test_a_field_that_was_filled_in_is_searched_at_once(store: Store, inbox: dict[str, Document]) -> None:
    field = Field(value="BE71096123456769", confidence=1, source=FieldSource.PERSON)
    changed = inbox["b"].model_copy(update={"fields": {FieldName.IBAN: field}})
    with store.unit() as unit:
        unit.documents.save(changed)
    with store.read() as unit:
        assert names(unit.documents.list(search="be71 0961 2345")) == "b"
        assert names(unit.documents.list(search="2026/0077")) == "edca"


def test_documents_are_counted_by_state_and_every_state_is_named(store: Store, inbox: dict[str, Document]) -> None:
    with store.read() as unit:
        mine, everything = unit.documents.counts_up_to(inbox["a"].account_id, 10), unit.documents.counts()
    assert set(mine) == set(DocumentState)
    assert (mine[DocumentState.TO_ACCEPT], everything[DocumentState.TO_ACCEPT]) == (2, 3)
    assert mine[DocumentState.READING] == 0
    assert sum(everything.values()) == 5


def test_no_state_is_counted_further_than_asked(store: Store, inbox: dict[str, Document]) -> None:
    with store.read() as unit:
        some = unit.documents.counts_up_to(inbox["a"].account_id, 1)
    assert set(some) == set(DocumentState)
    assert some[DocumentState.TO_ACCEPT] == 1


@pytest.mark.parametrize("few", [1, 3])
def test_a_word_is_searched_in_the_account_only_also_where_another_ends_alike(
    store: Store, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    # 1: the index names too many, so that rows are compared one by one; 3: the index picks the rows.
    monkeypatch.setattr("mailroom.store.search.FEW", few)
    monkeypatch.setattr("mailroom.store.documents.FEW", few)
    mine, theirs = (with_account(store, id=f"{start}{'0' * 20}k7q") for start in ("01a", "01b"))
    told: dict[str, Document] = {}
    for owner in (mine, theirs):
        mail = with_message(store, owner.id)
        for number in range(5):
            name = f"{owner.id[2]}{number}"
            filename = "zaagmolen.pdf" if number < 2 else "other.pdf"
            told[name] = with_document(store, mail, filename=filename, created_at=later(number))
    with store.unit() as unit:
        unit.documents.save(told["a1"].model_copy(update={"state": DocumentState.REFUSED}))
    with store.read() as unit:
        assert [row.id for row in unit.documents.list(mine.id, search="zaagmolen")] == [told["a1"].id, told["a0"].id]
        refused = unit.documents.list(mine.id, [DocumentState.REFUSED], "zaagmolen", limit=10)
        assert [row.id for row in refused] == [told["a1"].id]
        assert unit.documents.list(mine.id, [DocumentState.HELD], "zaagmolen", limit=10) == []
        assert {row.account_id for row in unit.documents.list(theirs.id, search="agmol")} == {theirs.id}
        assert len(unit.documents.list(search="zaagmolen")) == 4
        assert unit.documents.list(mine.id, search="k7q") == [], "the mark of an account is no word of its documents"


def test_a_page_of_several_states_is_newest_first_and_goes_on_where_the_last_one_ended(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    states = (DocumentState.HELD, DocumentState.TO_ACCEPT, DocumentState.ARCHIVED)
    rows = [with_document(store, mail, state=states[at % 3], created_at=later(at)) for at in range(12)]
    wanted = [row.id for row in reversed(rows) if row.state is not DocumentState.ARCHIVED]
    with store.read() as unit:
        for account_id in (mail.account_id, None):
            pages = [unit.documents.list(account_id, states[:2], limit=3, offset=at) for at in range(0, 12, 3)]
            assert [row.id for page in pages for row in page] == wanted


def test_the_documents_of_several_mails_are_found_together(store: Store) -> None:
    owner = with_account(store).id
    first, second, empty = (with_message(store, owner) for _ in range(3))
    mine, beside, other = (with_document(store, mail) for mail in (first, first, second))
    with store.read() as unit:
        found = unit.documents.of_messages([second.id, empty.id, first.id])
        assert found == {second.id: [other], empty.id: [], first.id: [mine, beside]}
        assert list(found) == [second.id, empty.id, first.id]
        assert unit.documents.has_others(mine, [first.id])
        assert unit.documents.has_others(mine, [empty.id, second.id])
        assert not unit.documents.has_others(other, [second.id, empty.id])


def test_a_line_of_a_list_says_what_the_document_says(store: Store, inbox: dict[str, Document]) -> None:
    owner = next(iter(inbox.values())).account_id
    with store.read() as unit:
        whole, lines = unit.documents.list(owner), unit.documents.listed(owner)
        assert unit.documents.listed(owner, limit=2, offset=1) == lines[1:3]
        assert unit.documents.oldest([owner], set(DocumentState), limit=100)[-1] == lines[0]
    assert len(lines) > 3
    for stored, line in zip(whole, lines, strict=True):
        for name in DocumentHead.model_fields:
            assert getattr(line, name) == getattr(stored, name)
        assert [line.value(name) for name in LISTED_FIELDS] == [stored.value(name) for name in LISTED_FIELDS]


def test_a_line_of_a_list_has_no_other_fields(store: Store) -> None:
    stored = with_document(store, with_message(store, with_account(store).id))
    with store.read() as unit:
        (line,) = unit.documents.listed(stored.account_id)
    assert line.value(FieldName.SELLER_NAME) == "Café Größe"
    assert line.value(FieldName.DUE_DATE) is None
    with pytest.raises(ValueError, match="not in tuple"):
        line.value(FieldName.IBAN)


def test_a_value_that_no_database_takes_as_text_hides_no_list(store: Store) -> None:
    odd = Field(value="half \ud83d and \x00", source=FieldSource.XML)
    mail = with_message(store, with_account(store).id)
    with_document(store, mail, fields={FieldName.SELLER_NAME: odd})
    with store.read() as unit:
        assert [line.value(FieldName.SELLER_NAME) for line in unit.documents.listed(mail.account_id)] == [odd.value]


def test_documents_that_are_being_read_are_told_oldest_first(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    late = with_document(store, mail, state=DocumentState.READING, created_at=later(1), updated_at=later(4))
    early = with_document(store, mail, state=DocumentState.READING, updated_at=later(4))
    with_document(store, mail, state=DocumentState.READING, updated_at=later(5))  # touched a moment ago
    with_document(store, mail, state=DocumentState.TO_ACCEPT, updated_at=later(4))
    with store.unit() as unit:
        unit.documents.begin_attempt(early.id)
        assert unit.documents.reading_since(later(5)) == [(early.id, early.version, 1), (late.id, late.version, 0)]


def test_only_accepted_documents_whose_time_has_come_are_archived(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    accepted = DocumentState.ACCEPTED
    soon = with_document(store, mail, state=accepted, archive_at=later(15))
    sooner = with_document(store, mail, state=accepted, archive_at=later(14))
    with_document(store, mail, state=accepted, archive_at=later(15.1))
    with_document(store, mail, state=accepted)
    with_document(store, mail, state=DocumentState.REFUSED, archive_at=NOON)
    with store.read() as unit:
        assert unit.documents.due_for_archive(later(15)) == [(sooner.id, sooner.version), (soon.id, soon.version)]


def test_a_document_of_an_account_that_is_not_there_is_refused(store: Store) -> None:
    mail = with_message(store, with_account(store).id)
    with pytest.raises(NotFound), store.unit() as unit:
        unit.documents.add(document(mail, account_id=new_id()))
    with store.read() as unit:
        assert unit.documents.list() == []
