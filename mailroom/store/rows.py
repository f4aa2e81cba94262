"""From a value to the columns of a row and back, and the writes that every group needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import JSON, ColumnElement, Executable, Insert, RowMapping, Select, Table, true, update
from sqlalchemy.orm import Session

from mailroom.domain.value import Value
from mailroom.errors import NotFound

V = TypeVar("V", bound=Value)


def values_of(value: Value, table: Table) -> dict[str, Any]:
    """Return the columns of `table` that carry a field of the value."""
    plain = value.model_dump(mode="json")
    return {
        column.name: plain[column.name] if isinstance(column.type, JSON) else getattr(value, column.name)
        for column in table.columns
        if column.name in plain
    }


def value_of(kind: type[V], row: RowMapping, **more: Any) -> V:
    """Return the value that a row carries; `more` gives the fields that are no columns of it."""
    return kind.model_validate({name: row[name] for name in kind.model_fields if name not in more} | more)


def insert_new(session: Session, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row, unless a unique key of it is taken. Safe against others that insert the same at this moment:
    on PostgreSQL it waits for them, on SQLite they wait for us."""
    row: Insert
    # Each database's dialect costs memory and start-up time; only one of them is needed.
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        row = sqlite.insert(table).values(values).on_conflict_do_nothing()
    else:
        from sqlalchemy.dialects import postgresql

        row = postgresql.insert(table).values(values).on_conflict_do_nothing()
    return session.execute(row.returning(true())).first() is not None


def replace(session: Session, table: Table, key: str, values: Mapping[str, Any]) -> None:
    """Write new values to the row with this id. Raises NotFound."""
    changed = update(table).where(table.c.id == key).values(values).returning(table.c.id)
    if session.execute(changed).first() is None:
        raise NotFound(f"no row {key} in {table.name}", id=key)


def upsert(session: Session, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or write its values over the row with the same id."""
    if not insert_new(session, table, values):
        replace(session, table, values["id"], values)


def one(session: Session, table: Table, condition: ColumnElement[bool]) -> RowMapping | None:
    """Return the row for which the condition holds, if there is one."""
    return session.execute(table.select().where(condition)).mappings().first()


def the_one(session: Session, table: Table, key: str) -> RowMapping:
    """Return the row with this id. Raises NotFound."""
    found = one(session, table, table.c.id == key)
    if found is None:
        raise NotFound(f"no row {key} in {table.name}", id=key)
    return found


def values(session: Session, kind: type[V], query: Select[Any]) -> list[V]:
    """Return the values that a query of whole rows finds."""
    return [value_of(kind, row) for row in session.execute(query).mappings()]


def firsts(session: Session, query: Executable) -> list[Any]:
    """Return the first column of what a query finds."""
    return list(session.execute(query).scalars())
