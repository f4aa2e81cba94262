"""Stores to test with: `store` is SQLite and PostgreSQL in turn, `sqlite_store` and `postgres_store` are one of them.

They are migrated once a session. Each test gets a copy of the SQLite file, or PostgreSQL emptied.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from fixtures_postgres import Cluster
from psycopg import sql

from mailroom.config import StoreSettings
from mailroom.store import Store, open_store

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and no rows."""
    data = tmp_path_factory.mktemp("migrated")
    store = open_store(StoreSettings(), data)
    store.migrate()
    store.close()
    return data / "mailroom.sqlite"


class WipedPostgres:
    """A migrated database that is emptied after each test: twenty times quicker than a copy for each.

    A test that changed the schema gets the next one a fresh copy.
    """

    TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"

    def __init__(self, cluster: Cluster, data: Path) -> None:
        self._cluster = cluster
        self._template = cluster.create()
        store = open_store(StoreSettings(database=cluster.url(self._template)), data)
        store.migrate()
        store.close()
        self._name = cluster.create(self._template)
        self._schema = self._look()

    @property
    def url(self) -> str:
        """Return the SQLAlchemy URL."""
        return self._cluster.url(self._name)

    def wipe(self) -> None:
        """Make it empty again."""
        if self._look() != self._schema:
            self._cluster.drop(self._name)
            self._name = self._cluster.create(self._template)
            return
        with self._connect() as connection:
            connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
            for _, table in self._schema[0]:
                if table != "alembic_version":
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))

    def _look(self) -> tuple[list[tuple[str, str]], list[tuple[str]]]:
        with self._connect() as connection:
            tables = sorted(connection.execute(self.TABLES).fetchall())
            return tables, connection.execute("SELECT version_num FROM alembic_version").fetchall()

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True)


@pytest.fixture(scope="session")
def wiped_postgres(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> WipedPostgres:
    """A PostgreSQL database with the newest schema, emptied after each test."""
    return WipedPostgres(postgres_cluster, tmp_path_factory.mktemp("migrated"))


@pytest.fixture
def sqlite_store(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Store]:
    """An empty store on SQLite."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(migrated_sqlite, data)
    store = open_store(StoreSettings(), data)
    yield store
    store.close()


@pytest.fixture
def postgres_store(tmp_path: Path, wiped_postgres: WipedPostgres) -> Iterator[Store]:
    """An empty store on PostgreSQL."""
    store = open_store(StoreSettings(database=wiped_postgres.url), tmp_path / "data")
    yield store
    store.close()
    wiped_postgres.wipe()


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store, on each of the two databases."""
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found
