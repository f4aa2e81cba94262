"""With a million documents a question must be answered from an index: the plans are looked at, not the clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import event
from store_values import NOON, sha

from mailroom.domain.document import WAITING_FOR_PERSON, DocumentState
from mailroom.domain.message import MessageState
from mailroom.errors import NotFound
from mailroom.store import Store, Unit

ONE = "0" * 26

QUESTIONS: dict[str, Callable[[Unit], Any]] = {
    "inbox page": lambda unit: unit.documents.list(ONE, WAITING_FOR_PERSON, limit=50),
    "lines of the inbox page": lambda unit: unit.documents.listed(ONE, WAITING_FOR_PERSON, limit=50),
    "all of an account": lambda unit: unit.documents.list(ONE, limit=50, offset=100),
    "search in an account": lambda unit: unit.documents.list(ONE, search="acme", limit=50),
    "search everywhere": lambda unit: unit.documents.list(search="acme 2026", limit=50),
    "operator's inbox": lambda unit: unit.documents.list(states=[DocumentState.NEEDS_ATTENTION], limit=50),
    "newest of all": lambda unit: unit.documents.list(limit=50),
    "counts of an account": lambda unit: unit.documents.counts_up_to(ONE, 1000),
    "same bytes": lambda unit: unit.documents.by_bytes(ONE, sha("x")),
    "due for the archive": lambda unit: unit.documents.due_for_archive(NOON),
    "work that was begun": lambda unit: unit.documents.reading_since(NOON),
    "ledger": lambda unit: list(unit.parts.ledger(limit=50)),
    "ledger of an account": lambda unit: list(unit.parts.ledger(ONE, limit=50)),
    "ledger search": lambda unit: list(unit.parts.ledger(search="order-77@shop", limit=50)),
    "ledger by hash": lambda unit: list(unit.parts.ledger(search=sha("x"))),
    "ledger by id": lambda unit: list(unit.parts.ledger(search=ONE)),
    "messages to sort": lambda unit: unit.messages.stored_since(NOON),
    "parked messages": lambda unit: unit.messages.in_state(MessageState.NEEDS_ATTENTION),
    "senders in doubt": lambda unit: unit.messages.in_doubt(NOON),
    "message by bytes": lambda unit: unit.messages.by_bytes(sha("x"), "a@b"),
    "RCPT": lambda unit: unit.addresses.find("zoe-abc", "import.example"),
    "account by name": lambda unit: unit.accounts.find("nobody at all"),
    "session": lambda unit: unit.sessions.user_of("token", NOON),
    "seller": lambda unit: unit.sellers.match(ONE, "BE1", "BE71", "Acme"),
    "deliveries to try again": lambda unit: unit.deliveries.due(NOON),
    "deliveries never tried": lambda unit: unit.deliveries.untried_since(NOON),
    "deliveries of a document": lambda unit: unit.deliveries.of(ONE),
    "reports under way": lambda unit: unit.reports.without_mail(),
    "events": lambda unit: unit.events.of(ONE),
    "decisions": lambda unit: unit.decisions.of(ONE),
    "accounts of a user": lambda unit: unit.users.accounts_of(ONE),
}


@contextmanager
def plans(store: Store) -> Iterator[list[str]]:
    """Collect the plan of every SELECT."""
    found: list[str] = []

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, context: Any, _m: Any) -> None:
        if not statement.lstrip().startswith("SELECT"):
            return
        word = "EXPLAIN QUERY PLAN" if store.engine.dialect.name == "sqlite" else "EXPLAIN"
        connection = context.root_connection.connection.driver_connection
        rows = connection.execute(f"{word} {statement}", parameters).fetchall()
        found.extend(str(row[-1]) for row in rows)

    event.listen(store.engine, "before_cursor_execute", explain)
    yield found
    event.remove(store.engine, "before_cursor_execute", explain)


def ask(store: Store, question: str) -> list[str]:
    with plans(store) as found, store.read() as unit, suppress(NotFound):
        QUESTIONS[question](unit)
    assert found
    return found


@pytest.mark.parametrize("question", QUESTIONS)
def test_sqlite_answers_from_an_index(sqlite_store: Store, question: str) -> None:
    # "SCAN x" reads a whole table; "SCAN x USING INDEX" reads it in order and stops at the page's end;
    # an index of the full-text search and a page that was already picked are scanned too.
    bad = [
        step
        for step in ask(sqlite_store, question)
        if step.startswith("SCAN") and not re.search(r"USING (COVERING )?INDEX|VIRTUAL TABLE|SCAN anon", step)
    ]
    assert bad == []


@pytest.fixture
def postgres_that_avoids_tables(postgres_store: Store) -> Iterator[Store]:
    """PostgreSQL reads small tables whole; here it does so only where no index can be used."""

    def avoid(connection: Any, _record: Any) -> None:
        connection.execute("SET enable_seqscan=off")
        connection.commit()

    event.listen(postgres_store.engine, "connect", avoid)
    yield postgres_store
    event.remove(postgres_store.engine, "connect", avoid)


@pytest.mark.postgres
def test_postgresql_answers_from_an_index(postgres_that_avoids_tables: Store) -> None:
    steps = {question: ask(postgres_that_avoids_tables, question) for question in QUESTIONS}
    bad = {question: step for question, found in steps.items() for step in found if "Seq Scan" in step}
    assert bad == {}
    assert any("ix_documents_search_trigram" in step for step in steps["search everywhere"])
