"""Stores to test with: `store` is SQLite and PostgreSQL in turn, `sqlite_store` and `postgres_store` are one of them.

They are migrated once a session; each test gets a copy.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures_postgres import Cluster

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


@pytest.fixture(scope="session")
def migrated_postgres(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with the newest schema and no rows, to be copied."""
    name = postgres_cluster.create()
    store = open_store(StoreSettings(database=postgres_cluster.url(name)), tmp_path_factory.mktemp("migrated"))
    store.migrate()
    store.close()
    return name


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
def postgres_store(tmp_path: Path, postgres_cluster: Cluster, migrated_postgres: str) -> Iterator[Store]:
    """An empty store on PostgreSQL."""
    name = postgres_cluster.create(migrated_postgres)
    store = open_store(StoreSettings(database=postgres_cluster.url(name)), tmp_path / "data")
    yield store
    store.close()
    postgres_cluster.drop(name)


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store, on each of the two databases."""
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found
