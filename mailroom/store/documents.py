"""Documents: one for the same bytes in an account, saved only over the version that was seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from mailroom.clock import Clock
from mailroom.domain.document import (
    BESIDE,
    WAITING_FOR_PERSON,
    Document,
    DocumentState,
    FieldName,
    ListedDocument,
    number_key,
    sum_key,
)
from mailroom.errors import AlreadyExists, ChangedMeanwhile, NotFound
from mailroom.store import listed, page_words
from mailroom.store.rows import firsts, insert_new, one, replace_version, the_one, value_of, values, values_of
from mailroom.store.search import FEW, few, numbered, one_by_one, searchable, unindexed
from mailroom.store.tables import ACCOUNTS, DOCUMENTS

# In the class, `list` is the question that the contract names so.
_Documents = list[Document]
_Listed = list[ListedDocument]
_Due = list[tuple[str, int]]
_Begun = list[tuple[str, int, int]]

MOST_ALIKE = 20
"""Documents that are looked at when one is compared with those before it."""

UNSEARCHED = frozenset({FieldName.DOCUMENT_TYPE, FieldName.CURRENCY})


class Documents:
    """The documents, in one transaction."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def add(self, document: Document) -> tuple[Document, bool]:
        """Store a document. The one that is there and False, when the account has these bytes already.

        Raises:
            AlreadyExists: the id is taken by other bytes.
        """
        if insert_new(self._session, DOCUMENTS, _columns(document)):
            return document, True
        found = self.by_bytes(document.account_id, document.sha256)
        if found is None:
            raise AlreadyExists(f"document {document.id} is there already", document_id=document.id)
        return found, False

    def get(self, document_id: str) -> Document:
        """Return the document. Raises NotFound."""
        return value_of(Document, the_one(self._session, DOCUMENTS, document_id))

    def by_bytes(self, account_id: str, sha256: str) -> Document | None:
        """Return the document of an account with these bytes."""
        same = and_(DOCUMENTS.c.account_id == account_id, DOCUMENTS.c.sha256 == sha256)
        found = one(self._session, DOCUMENTS, same)
        return None if found is None else value_of(Document, found)

    def of_message(self, message_id: str) -> _Documents:
        """Return the documents that came with a message, oldest first."""
        query = DOCUMENTS.select().where(DOCUMENTS.c.message_id == message_id)
        return values(self._session, Document, query.order_by(DOCUMENTS.c.number))

    def of_messages(self, message_ids: Collection[str]) -> dict[str, _Documents]:
        """Return the documents that came with each of some messages, oldest first."""
        query = DOCUMENTS.select().where(DOCUMENTS.c.message_id.in_(message_ids)).order_by(DOCUMENTS.c.number)
        found: dict[str, _Documents] = {message_id: [] for message_id in message_ids}
        for document in values(self._session, Document, query):
            found[document.message_id].append(document)
        return found

    def has_others(self, document: Document, message_ids: Collection[str]) -> bool:
        """Say whether another document than this one came with one of these messages."""
        others = and_(DOCUMENTS.c.message_id.in_(message_ids), DOCUMENTS.c.id != document.id)
        return self._session.execute(select(exists().where(others))).scalar_one()

    def save(self, document: Document) -> Document:
        """Store the values and return them with the next version and the present as `updated_at`.

        Raises:
            ChangedMeanwhile: the stored version is not the one of the value.
            NotFound: no such document.
        """
        saved = document.model_copy(update={"version": document.version + 1, "updated_at": self._clock()})
        if not replace_version(self._session, DOCUMENTS, document.id, document.version, _columns(saved)):
            self.get(document.id)
            raise ChangedMeanwhile(f"document {document.id} was changed meanwhile", document_id=document.id)
        return saved

    def begin_attempt(self, document_id: str) -> int:
        """Count one more beginning of work and return the count. Raises NotFound.

        The version stays: that work began is nothing that a person could overwrite.
        """
        more = update(DOCUMENTS).where(DOCUMENTS.c.id == document_id).values(attempts=DOCUMENTS.c.attempts + 1)
        count: int | None = self._session.execute(more.returning(DOCUMENTS.c.attempts)).scalar()
        if count is None:
            raise NotFound(f"no document {document_id}", document_id=document_id)
        return count

    def illustrate(self, document_id: str, *, reading: str, previews: Sequence[str]) -> None:
        """Store a reading with its page pictures. Raises NotFound.

        The version stays: a picture is nothing that a person could overwrite.
        """
        changed = update(DOCUMENTS).where(DOCUMENTS.c.id == document_id)
        row = self._session.execute(changed.values(reading=reading, previews=list(previews)).returning(DOCUMENTS.c.id))
        if row.scalar() is None:
            raise NotFound(f"no document {document_id}", document_id=document_id)

    def keep_words(self, document_id: str, texts: Iterable[str]) -> None:
        """Keep the words of a document's pages for the search, in the place of those of an earlier reading."""
        page_words.keep(self._session, document_id, texts)

    def keep_others_waiting(self, account_id: str) -> None:
        """Let nobody else arrange documents of this account before this transaction is over.

        On SQLite a unit that writes is alone anyway.
        """
        lock = select(ACCOUNTS.c.id).where(ACCOUNTS.c.id == account_id).with_for_update(key_share=True)
        self._session.execute(lock)

    def alike(self, document: Document) -> _Documents:
        """Return others of the account with this one's number, or its day and sum; the oldest first."""
        keys = ((DOCUMENTS.c.number_key, number_key(document.value(FieldName.INVOICE_NUMBER))),
                (DOCUMENTS.c.sum_key, sum_key(document)))  # fmt: skip
        found: dict[str, Document] = {}
        for column, key in keys:
            if not key:
                continue
            same = and_(DOCUMENTS.c.account_id == document.account_id, column == key, DOCUMENTS.c.id != document.id)
            query = DOCUMENTS.select().where(same).order_by(DOCUMENTS.c.created_at, DOCUMENTS.c.id).limit(MOST_ALIKE)
            found |= {other.id: other for other in values(self._session, Document, query)}
        return sorted(found.values(), key=lambda other: (other.created_at, other.id))

    def belonging_to(self, document_id: str) -> _Documents:
        """Return the documents that go along with this one, the oldest first."""
        return self._where(DOCUMENTS.c.belongs_to == document_id)

    def made_of(self, document_id: str) -> _Documents:
        """Return the pieces that were made of a document, in the order of its pages."""
        made = self._where(DOCUMENTS.c.made_from == document_id)
        return sorted(made, key=lambda piece: piece.first_page or 0)

    def _where(self, condition: ColumnElement[bool]) -> _Documents:
        query = DOCUMENTS.select().where(condition).order_by(DOCUMENTS.c.created_at, DOCUMENTS.c.number)
        return values(self._session, Document, query)

    def counts(self) -> dict[DocumentState, int]:
        """Return how many documents of all accounts are in each state; every state is named."""
        query = select(DOCUMENTS.c.state, func.count()).group_by(DOCUMENTS.c.state)
        found = {DocumentState(state): count for state, count in self._session.execute(query)}
        return {state: found.get(state, 0) for state in DocumentState}

    def counts_up_to(self, account_id: str, most: int) -> dict[DocumentState, int]:
        """Return how many documents of an account are in each state, no state counted further than `most`.

        Counting reads each of them: a hundred thousand archived ones would cost more than the page beside the count.
        """
        found = self._session.execute(_COUNTS, {"account_id": account_id, "most": most})
        return {DocumentState(state): count for state, count in found}

    def waiting(self, account_ids: Collection[str]) -> dict[str, int]:
        """Return for each of some accounts how many documents wait for a person."""
        found = and_(DOCUMENTS.c.account_id.in_(account_ids), DOCUMENTS.c.state.in_(sorted(WAITING_FOR_PERSON)))
        query = select(DOCUMENTS.c.account_id, func.count()).where(found).group_by(DOCUMENTS.c.account_id)
        return dict.fromkeys(account_ids, 0) | {row[0]: row[1] for row in self._session.execute(query)}

    def counts_of(self, state: DocumentState) -> int:
        """Return how many documents of all accounts are in one state."""
        query = select(func.count()).select_from(DOCUMENTS).where(DOCUMENTS.c.state == state)
        return self._session.execute(query).scalar_one()

    def due_for_archive(self, now: datetime) -> _Due:
        """Return (id, version) of the accepted documents whose undo window is over."""
        due = and_(DOCUMENTS.c.state == DocumentState.ACCEPTED, DOCUMENTS.c.archive_at <= now)
        query = select(DOCUMENTS.c.id, DOCUMENTS.c.version).where(due)
        rows = self._session.execute(query.order_by(DOCUMENTS.c.archive_at, DOCUMENTS.c.id))
        return [(row.id, row.version) for row in rows]

    def reading_since(self, before: datetime) -> _Begun:
        """Return (id, version, attempts) of the documents that are being read and were last touched before an instant.

        The oldest first.
        """
        begun = and_(DOCUMENTS.c.state == DocumentState.READING, DOCUMENTS.c.updated_at < before)
        query = select(DOCUMENTS.c.id, DOCUMENTS.c.version, DOCUMENTS.c.attempts).where(begun)
        rows = self._session.execute(query.order_by(DOCUMENTS.c.created_at, DOCUMENTS.c.id))
        return [(row.id, row.version, row.attempts) for row in rows]

    def oldest(self, account_ids: Iterable[str], states: Collection[DocumentState], *, limit: int) -> _Listed:
        """Return the documents of several accounts in these states, oldest first, as lines of a list."""
        mine = and_(DOCUMENTS.c.account_id.in_(sorted(account_ids)), DOCUMENTS.c.state.in_(sorted(states)))
        query = select(*listed.columns(self._session)).where(mine).order_by(DOCUMENTS.c.created_at, DOCUMENTS.c.id)
        return listed.lines(self._session, query.limit(limit))

    def list(
        self,
        account_id: str | None = None,
        states: Collection[DocumentState] | None = None,
        search: str = "",
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> _Documents:
        """Return a page of documents, newest first. Without `states` all but those that only go along with another.

        Each word of `search` is in the file name or a field's value or, within an account, each begins a word of its
        pages.
        """
        page = self._page(account_id, states, search, limit=limit, offset=offset)
        return values(self._session, Document, _of_page(DOCUMENTS.columns, page))

    def listed(
        self,
        account_id: str | None = None,
        states: Collection[DocumentState] | None = None,
        search: str = "",
        *,
        limit: int | None = None,
        offset: int = 0,
    ) -> _Listed:
        """Return a page as `list` does, but only what lists show: a small part of the work."""
        page = self._page(account_id, states, search, limit=limit, offset=offset)
        return listed.lines(self._session, _of_page(listed.columns(self._session), page))

    def _page(
        self,
        account_id: str | None,
        states: Collection[DocumentState] | None,
        search: str,
        *,
        limit: int | None,
        offset: int,
    ) -> Select[tuple[int]]:
        """Return the question for the numbers of the documents of a page, newest first."""
        if search.strip():
            page = self._searched(account_id, states, search)
        elif states is None or len(states) == 1 or limit is None:
            page = _newest(select(DOCUMENTS.c.number).where(_of(account_id), _in(DOCUMENTS.c.state, states)))
        else:
            page = _newest_of_each(account_id, states, limit + offset)
        return page.limit(limit).offset(offset)

    def _searched(
        self, account_id: str | None, states: Collection[DocumentState] | None, search: str
    ) -> Select[tuple[int]]:
        told, state = one_by_one(DOCUMENTS, search), DOCUMENTS.c.state
        found = few(self._session, DOCUMENTS, search, account_id)
        on_pages = None if account_id is None else page_words.numbers_of(self._session, account_id, search)
        numbers = [] if found is None or on_pages is None else firsts(self._session, on_pages.limit(FEW + 1))
        if found is not None and len(numbers) <= FEW:
            # One list: with an OR of two questions both databases read every row of the account.
            either = or_(told, DOCUMENTS.c.number.in_(numbers)) if numbers else told
            said = numbered(DOCUMENTS, [*found, *numbers], account_id, either)
            return _newest(select(DOCUMENTS.c.number).where(said, _in(unindexed(state), states)))
        said = told if on_pages is None else or_(told, DOCUMENTS.c.number.in_(on_pages))
        return _newest(select(DOCUMENTS.c.number).where(_of(account_id), said, _in(state, states)))


def _of(account_id: str | None) -> ColumnElement[bool]:
    return true() if account_id is None else DOCUMENTS.c.account_id == account_id


def _in(state: ColumnElement[str], states: Collection[DocumentState] | None) -> ColumnElement[bool]:
    return state.not_in(sorted(BESIDE)) if states is None else state.in_(sorted(states))


def _newest(rows: Select[Any]) -> Select[Any]:
    return rows.order_by(DOCUMENTS.c.created_at.desc(), DOCUMENTS.c.id.desc())


def _of_page(columns: Iterable[ColumnElement[Any]], page: Select[tuple[int]]) -> Select[Any]:
    # The page is picked by an index alone; only its own rows, with their wide JSON, are read.
    picked = page.subquery()
    return _newest(select(*columns).join_from(DOCUMENTS, picked, DOCUMENTS.c.number == picked.c.number))


def _newest_of_each(account_id: str | None, states: Collection[DocumentState], many: int) -> Select[tuple[int]]:
    """Return the question for the newest documents of some states, `many` of each: each is read from its own end of
    the index. Asked for together, where few wait, every document of the account would be looked at."""
    place = (DOCUMENTS.c.number, DOCUMENTS.c.created_at, DOCUMENTS.c.id)
    each = (select(*place).where(_of(account_id), DOCUMENTS.c.state == state) for state in sorted(states))
    ends = union_all(*(select(_newest(rows).limit(many).subquery()) for rows in each)).subquery()
    return select(ends.c.number).order_by(ends.c.created_at.desc(), ends.c.id.desc())


def _count_of(state: DocumentState) -> Select[str, int]:
    mine = and_(DOCUMENTS.c.account_id == bindparam("account_id"), DOCUMENTS.c.state == state)
    some = select(DOCUMENTS.c.number).where(mine).limit(bindparam("most")).subquery()
    return select(literal(str(state)).label("state"), func.count()).select_from(some)


_COUNTS = union_all(*map(_count_of, DocumentState))


def _columns(document: Document) -> dict[str, Any]:
    told = (field.value for name, field in document.fields.items() if name not in UNSEARCHED)
    return values_of(document, DOCUMENTS) | {
        "search": searchable((document.filename, *told)),
        "number_key": number_key(document.value(FieldName.INVOICE_NUMBER)),
        "sum_key": sum_key(document),
    }
