from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import exc, text
from store_values import NOON, account, user, with_account, with_message

from mailroom.config import StoreSettings
from mailroom.errors import AlreadyExists, BadConfiguration, NotFound, StorageUnavailable
from mailroom.store import Store, open_store


def test_a_unit_is_whole_or_nothing(store: Store) -> None:
    with pytest.raises(KeyError), store.unit() as unit:  # noqa: PT012  the unit's end is part of it
        unit.accounts.add(account())
        unit.users.add(user())
        raise KeyError
    with store.read() as unit:
        assert unit.accounts.all() == []
        assert unit.users.all() == []


def test_a_taken_key_can_be_met_within_a_unit_without_losing_the_rest(store: Store) -> None:
    with store.unit() as unit:
        unit.users.add(user())
        with pytest.raises(AlreadyExists):
            unit.users.add(user())
        unit.accounts.add(account())
    with store.read() as unit:
        assert len(unit.accounts.all()) == len(unit.users.all()) == 1


def test_a_unit_that_only_reads_refuses_to_write_and_the_next_one_may_write(store: Store) -> None:
    with pytest.raises((StorageUnavailable, exc.DBAPIError)), store.read() as unit:
        unit.accounts.add(account())
    for _ in range(8):
        with store.read() as unit:
            assert unit.accounts.all() == []
    with_account(store)


def test_a_reader_sees_one_state_and_waits_for_no_writer(store: Store) -> None:
    with_account(store)
    with store.read() as reader:
        assert len(reader.accounts.all()) == 1
        with store.unit() as writer:
            writer.accounts.add(account())
            assert len(reader.accounts.all()) == 1
            with store.read() as another:
                assert len(another.accounts.all()) == 1
        assert len(reader.accounts.all()) == 1
    with store.read() as unit:
        assert len(unit.accounts.all()) == 2


def test_writers_wait_for_each_other_and_lose_nothing(store: Store) -> None:
    mail = with_message(store, with_account(store).id)

    def count(_: int) -> int:
        with store.unit() as unit:
            return unit.messages.begin_attempt(mail.id)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(count, range(40))) == list(range(1, 41))


def test_a_read_then_write_unit_is_not_overtaken(store: Store) -> None:
    # On SQLite a transaction that begins by reading would be refused when it wants to write after somebody else.
    mail = with_message(store, with_account(store).id)
    together = threading.Barrier(4)

    def work(_: int) -> None:
        together.wait(20)
        for _ in range(5):
            with store.unit() as unit:
                unit.messages.get(mail.id)
                unit.messages.begin_attempt(mail.id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with store.read() as unit:
        assert unit.messages.get(mail.id).attempts == 20


def test_a_locked_database_is_temporary_and_nothing_is_stored(sqlite_store: Store) -> None:
    file = Path(sqlite_store.engine.url.database or "")
    impatient = open_store(StoreSettings(), file.parent, wait_seconds=0.1)
    with sqlite_store.unit() as unit:
        unit.accounts.add(account())
        with pytest.raises(StorageUnavailable) as raised, impatient.unit() as other:
            other.accounts.add(account())
        assert isinstance(raised.value.__cause__, exc.OperationalError)
        with impatient.read() as other:
            assert other.accounts.all() == []
    with impatient.unit() as other:
        assert len(other.accounts.all()) == 1
    impatient.close()


@pytest.mark.postgres
def test_a_locked_row_is_temporary_and_nothing_is_stored(postgres_store: Store, tmp_path: Path) -> None:
    url = postgres_store.engine.url.render_as_string(hide_password=False)
    impatient = open_store(StoreSettings(database=url), tmp_path, wait_seconds=0.1)
    stored = with_account(postgres_store)
    with postgres_store.unit() as unit:
        unit.accounts.update(stored)
        with pytest.raises(StorageUnavailable), impatient.unit() as other:  # noqa: PT012  the unit's end is part of it
            other.users.add(user())
            other.accounts.update(stored)
    with impatient.read() as other:
        assert other.users.all() == []
    impatient.close()


@pytest.fixture
def small_disk(sqlite_store: Store) -> Iterator[Store]:
    """A store whose file may not grow: SQLite's own full disk."""
    with sqlite_store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    yield sqlite_store
    with sqlite_store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")


def test_a_full_disk_is_temporary_and_nothing_is_half_stored(small_disk: Store) -> None:
    with pytest.raises(StorageUnavailable) as raised, small_disk.unit() as unit:  # noqa: PT012  the unit's end is part of it
        for _ in range(1000):
            unit.accounts.add(account(names=("x" * 5000,)))
    assert "full" in str(raised.value)
    with small_disk.read() as unit:
        assert unit.accounts.all() == []


def test_a_commit_that_fails_leaves_no_open_transaction_behind(store: Store) -> None:
    for _ in range(3):
        with pytest.raises(NotFound), store.unit() as unit:  # noqa: PT012  the unit's end is part of it
            unit.users.add(user())
            unit.session.execute(text("INSERT INTO memberships VALUES ('nobody', 'nothing', 'owner')"))
    with store.read() as unit:
        assert unit.users.all() == []


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "mailroom.sqlite").write_bytes(b"this is no database at all, it is a text" * 100)
    store = open_store(StoreSettings(), tmp_path)
    with pytest.raises(StorageUnavailable), store.read() as unit:
        unit.accounts.all()
    store.close()


@pytest.mark.postgres
def test_a_server_that_is_not_there_is_temporary(tmp_path: Path) -> None:
    store = open_store(StoreSettings(database="postgresql://nobody@127.0.0.1:1/nothing"), tmp_path)
    with pytest.raises(StorageUnavailable), store.unit() as unit:
        unit.accounts.all()
    with pytest.raises(StorageUnavailable):
        store.migrate()
    store.close()


@pytest.mark.postgres
def test_a_connection_that_the_server_ended_is_replaced(postgres_store: Store) -> None:
    with_account(postgres_store)
    with postgres_store.engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
    with postgres_store.read() as unit:
        assert len(unit.accounts.all()) == 1


def test_sqlite_is_set_so_that_a_commit_survives_a_power_cut(sqlite_store: Store) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000, "query_only": 0}
    with sqlite_store.read():
        pass
    with sqlite_store.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted


def test_the_engine_can_be_shared_with_somebody_who_begins_by_himself(sqlite_store: Store) -> None:
    with sqlite_store.engine.begin() as connection:  # as DBOS does in its migrations
        connection.execute(text("BEGIN IMMEDIATE"))
        connection.execute(text("CREATE TABLE theirs (x INTEGER)"))
    with sqlite_store.engine.begin() as connection:
        connection.execute(text("INSERT INTO theirs VALUES (1)"))
    with pytest.raises(KeyError), sqlite_store.unit() as unit:  # noqa: PT012  the unit's end is part of it
        unit.session.execute(text("INSERT INTO theirs VALUES (2)"))
        raise KeyError
    with sqlite3.connect(sqlite_store.engine.url.database or "") as other:
        assert other.execute("SELECT x FROM theirs").fetchall() == [(1,)]
    other.close()


@pytest.mark.parametrize(
    "url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "nonsense", "postgresql+psycopg2://h/x"]
)
def test_a_database_that_cannot_be_used_is_a_configuration_error(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadConfiguration, match="database"):
        open_store(StoreSettings(database=url), tmp_path)


def test_the_password_of_the_database_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pass/word@1\n")
    settings = StoreSettings(database="postgresql://u@h/x", database_password_file=tmp_path / "secret")
    store = open_store(settings, tmp_path)
    assert store.engine.url.password == "pass/word@1"
    assert store.engine.url.drivername == "postgresql+psycopg"
    with pytest.raises(BadConfiguration, match="missing"):
        open_store(settings.model_copy(update={"database_password_file": tmp_path / "missing"}), tmp_path)


def test_the_folders_are_made_and_may_be_elsewhere(tmp_path: Path) -> None:
    settings = StoreSettings(database=f"sqlite:///{tmp_path}/my.sqlite", blobs=str(tmp_path / "far" / "blobs"))
    store = open_store(settings, tmp_path / "a" / "b")
    store.migrate()
    store.blobs.put(b"x")
    store.close()
    assert (tmp_path / "my.sqlite").exists()
    assert (tmp_path / "far" / "blobs").is_dir()
    assert (tmp_path / "a" / "b").is_dir()


def test_an_instant_is_utc_whatever_the_server_thinks(store: Store) -> None:
    stored = with_account(store)
    with store.read() as unit:
        assert unit.accounts.get(stored.id).created_at == NOON
        assert str(unit.accounts.get(stored.id).created_at.tzinfo) == "UTC"
