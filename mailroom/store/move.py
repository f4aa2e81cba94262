"""Everything to another database and another place for the bytes: SQLite to PostgreSQL, a folder to S3, or back.

The target must be empty; what is broken off goes on where it stopped. Nothing is deleted at the source. At the end
every table is counted and hashed on both sides, and every blob is read back from its new place under its hash.
The engine's own records are not moved: its stories are found again by the state of the rows, so none may be half done.
What waits in the spool is not touched either: it belongs to the data folder, whatever the database is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, collate, exc, func, insert, select, text, tuple_
from sqlalchemy.types import String, TypeDecorator

from mailroom.config import StoreSettings
from mailroom.errors import BadConfiguration, StorageUnavailable, WrongState
from mailroom.store import schema
from mailroom.store.blobs import Blobs
from mailroom.store.tables import LEASES, NODES, TAKE_OVERS, Row

Progress = Callable[[str, int, int], None]
"""Called with what is moved, how much of it is done, and how much there is."""

MARK = ".move-store.json"
BATCH = 500
HANDS = 8  # a bucket answers slowly, but many at a time
OF_THE_NODES = {NODES, LEASES, TAKE_OVERS}  # who lives where: not a thing to move


def move_rows(source: Engine, target: Engine, progress: Progress, *, resumed: bool) -> dict[str, int]:
    """Copy every table and compare the two; return how many rows each has.

    Raises:
        WrongState: the target is not empty, or what arrived is not what was sent.
        BadConfiguration: the source's schema is not this version's.
        StorageUnavailable: a database does not answer; call again with `resumed`.
    """
    if schema.version(source) != schema.HEAD:
        raise BadConfiguration("the database is of another version: start this version's daemon on it once, and end it")
    schema.migrate(target)
    tables = [table for table in Row.metadata.sorted_tables if table not in OF_THE_NODES]
    if not resumed:
        _demand_empty(target, tables)
    for table in tables:
        _copy(source, target, table, progress)
    if target.dialect.name == "postgresql":
        _set_sequences(target, tables)
    return {table.name: _compare(source, target, table, progress) for table in tables}


def move_blobs(source: Blobs, target: Blobs, progress: Progress, *, resumed: bool) -> int:
    """Copy every blob that the target lacks and read each back; return how many there are.

    Raises:
        WrongState: the target is not empty.
        BlobDamaged: a blob at the source is not what was kept; its hash is named.
        StorageUnavailable: a disk or a server does not answer; call again with `resumed`.
    """
    if not resumed and next(target.names(), None) is not None:
        raise WrongState("there are blobs in the target already: choose an empty prefix or folder")
    names = list(source.names())
    with ThreadPoolExecutor(HANDS) as hands:

        def bring(name: str) -> None:
            if not target.has(name):
                target.put(source.get(name))
            target.get(name)  # checks the hash

        for done, _ in enumerate(hands.map(bring, names), 1):
            progress("blobs", done, len(names))
    return len(names)


def unfinished(source: Engine) -> int:
    """Return how many stories the engine has begun and not finished; 0 where it never ran."""
    question = text("SELECT count(*) FROM {} WHERE status IN ('PENDING', 'ENQUEUED', 'DELAYED')")
    schema_of = "dbos.workflow_status" if source.dialect.name == "postgresql" else "workflow_status"
    try:
        with source.connect() as connection:
            found: int = connection.execute(text(question.text.format(schema_of))).scalar_one()
            return found
    except (exc.OperationalError, exc.ProgrammingError) as error:
        if "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", None) == "42P01":
            return 0
        raise StorageUnavailable(f"the database does not answer: {error.orig}") from error


class Mark:
    """Says in the data folder that a move is under way, and where to. While it is there no daemon starts."""

    def __init__(self, data: Path) -> None:
        self._file = data / MARK

    def begin(self, target: StoreSettings) -> bool:
        """Note the target; True when a move to just there was broken off and goes on. Raises WrongState."""
        place = {"database": target.database.rpartition("@")[2], "blobs": target.blobs}  # no password
        if self._file.exists():
            if json.loads(self._file.read_text("utf-8")) == place:
                return True
            raise WrongState(f"a move to another target is half done; finish it, or remove {self._file}")
        self._file.write_text(json.dumps(place), "utf-8")
        return False

    def end(self) -> None:
        """The move is done, or was refused before anything was copied."""
        self._file.unlink(missing_ok=True)


def _demand_empty(target: Engine, tables: Sequence[Table]) -> None:
    with target.connect() as connection:
        for table in tables:
            if connection.execute(select(1).select_from(table).limit(1)).first() is not None:
                raise WrongState(f"the target is not empty: table {table.name} has rows; choose an empty database")


def _copy(source: Engine, target: Engine, table: Table, progress: Progress) -> None:
    """Copy what the target lacks, in the order of the key; each batch is kept once it is there."""
    total = _count(source, table)
    done = _count(target, table)
    # A row may name another of the same table, which may come later: then all of them at once.
    whole = any(key.column.table is table for key in table.foreign_keys)
    with source.connect() as reader, target.connect() as writer:
        for rows in _batches(reader, table, _last_key(writer, table)):
            writer.execute(insert(table), rows)
            if not whole:
                writer.commit()
            done += len(rows)
            progress(table.name, done, total)
        writer.commit()


def _batches(reader: Connection, table: Table, after: Sequence[Any] | None) -> Iterator[list[dict[str, Any]]]:
    key = _key(reader, table)
    while True:
        query = table.select().order_by(*key).limit(BATCH)
        if after is not None:
            query = query.where(tuple_(*key) > tuple_(*after))
        rows = [dict(row) for row in reader.execute(query).mappings()]
        reader.rollback()  # no long transaction at the source
        if rows:
            yield rows
            after = [rows[-1][column.name] for column in table.primary_key]
        if len(rows) < BATCH:
            return


def _last_key(writer: Connection, table: Table) -> Sequence[Any] | None:
    """Return the key of the last row that is there; None when there is none."""
    key = _key(writer, table)
    query = select(*table.primary_key).order_by(*(column.desc() for column in key)).limit(1)
    row = writer.execute(query).first()
    writer.rollback()
    return None if row is None else list(row)


def _key(connection: Connection, table: Table) -> list[ColumnElement[Any]]:
    """Return the primary key's columns in the order of bytes, on both databases."""
    if connection.dialect.name != "postgresql":
        return list(table.primary_key)
    return [collate(column, "C") if _is_text(column) else column for column in table.primary_key]


def _is_text(column: ColumnElement[Any]) -> bool:
    kind = column.type
    return isinstance(kind.impl if isinstance(kind, TypeDecorator) else kind, String)


def _count(engine: Engine, table: Table) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
        return found


def _set_sequences(target: Engine, tables: Sequence[Table]) -> None:
    """Let the numbers of new rows begin after those that were moved."""
    with target.begin() as connection:
        for table in tables:
            for column in table.primary_key:
                name = connection.execute(
                    text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
                ).scalar()
                last = connection.execute(select(func.max(column))).scalar() if name else None
                if last is not None:
                    connection.execute(text("SELECT setval(:name, :last)"), {"name": name, "last": last})


def _compare(source: Engine, target: Engine, table: Table, progress: Progress) -> int:
    (sent, one), (arrived, other) = _sum(source, table), _sum(target, table)
    progress(f"{table.name} compared", arrived, sent)
    if sent != arrived:
        raise WrongState(f"table {table.name}: {sent} rows at the source, {arrived} in the target")
    if one != other:
        raise WrongState(f"table {table.name}: the rows differ; nothing was deleted, start again with an empty target")
    return sent


def _sum(engine: Engine, table: Table) -> tuple[int, int]:
    """Return how many rows there are, and the sum of their hashes: the same in whatever order they come."""
    total, number = 0, 0
    with engine.connect().execution_options(yield_per=BATCH) as connection:
        for row in connection.execute(table.select()):
            number += 1
            line = json.dumps(list(row), sort_keys=True, default=_plain, ensure_ascii=True)
            total += int.from_bytes(hashlib.sha256(line.encode()).digest())
    return number, total % 2**256


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} stands in no table")
