"""From a value to the columns of a row and back, and the writes that every group needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    Executable,
    Insert,
    RowMapping,
    Select,
    Table,
    Update,
    bindparam,
    true,
    update,
)
from sqlalchemy.orm import Session

from mailroom.domain.value import Value
from mailroom.errors import NotFound

V = TypeVar("V", bound=Value)

# The statements of every mail are built once and take their values as parameters: building one costs SQLAlchemy more
# than the database takes to carry it out.


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
    row = _new_row(table, session.get_bind().dialect.name)
    return session.execute(row, dict(values)).first() is not None


@cache
def _new_row(table: Table, dialect: str) -> Insert:
    # Each database's dialect costs memory and start-up time; only one of them is needed.
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table).on_conflict_do_nothing().returning(true())
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table).on_conflict_do_nothing().returning(true())


def replace(session: Session, table: Table, key: str, values: Mapping[str, Any]) -> None:
    """Write new values to the row with this id. Raises NotFound."""
    if session.execute(_changed_row(table), {"this_id": key, **values}).first() is None:
        raise NotFound(f"no {_called(table)} {key}", id=key)


@cache
def _changed_row(table: Table) -> Update:
    return update(table).where(table.c.id == bindparam("this_id")).returning(table.c.id)


def replace_version(session: Session, table: Table, key: str, version: int, values: Mapping[str, Any]) -> bool:
    """Write new values to the row with this id and version; False when there is none."""
    row = _changed_version(table)
    return session.execute(row, {"this_id": key, "this_version": version, **values}).first() is not None


@cache
def _changed_version(table: Table) -> Update:
    return _changed_row(table).where(table.c.version == bindparam("this_version"))


def upsert(session: Session, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or write its values over the row with the same id."""
    if not insert_new(session, table, values):
        replace(session, table, values["id"], values)


def one(session: Session, table: Table, condition: ColumnElement[bool]) -> RowMapping | None:
    """Return the row for which the condition holds, if there is one."""
    return session.execute(table.select().where(condition)).mappings().first()


def _called(table: Table) -> str:
    """Return what one row of a table is, in words: `api_keys` holds each an `api key`."""
    name = table.name.replace("_", " ")
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


def the_one(session: Session, table: Table, key: str) -> RowMapping:
    """Return the row with this id. Raises NotFound."""
    found = session.execute(_row(table), {"this_id": key}).mappings().first()
    if found is None:
        raise NotFound(f"no {_called(table)} {key}", id=key)
    return found


@cache
def _row(table: Table) -> Select[Any]:
    return table.select().where(table.c.id == bindparam("this_id"))


def values(session: Session, kind: type[V], query: Select[Any]) -> list[V]:
    """Return the values that a query of whole rows finds."""
    return [value_of(kind, row) for row in session.execute(query).mappings()]


def firsts(session: Session, query: Executable) -> list[Any]:
    """Return the first column of what a query finds."""
    return list(session.execute(query).scalars())
