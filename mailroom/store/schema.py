"""The schema of the database: is it this version's, and if not, Alembic's way there.

On an up-to-date database Alembic is not even imported. Two processes that migrate at once do it one after the other;
a migration that fails leaves the schema as it was (both databases roll back DDL). With very many mails a revision can
take minutes, in which nothing else is written: the log says that one begins, and each that is done.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, exc, text

from mailroom.errors import BadConfiguration
from mailroom.log import get_logger
from mailroom.store.tables import Row

if TYPE_CHECKING:
    from alembic.config import Config

log = get_logger("store")

HEAD = "0011"
"""The newest revision in `migrations/versions`; a test keeps it so."""

LOCK = 0x6D61696C  # "mail": the advisory lock of migrations on PostgreSQL
REFUSED = frozenset({"42501", "0A000", "58P01"})  # no such right, extension not available, its file is missing
ADVICE = (
    "the user of mailroom must own the database; if pg_trgm is missing, install postgresql-contrib and let an "
    "administrator run CREATE EXTENSION pg_trgm in it"
)
MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Bring the database to the newest revision. Raises BadConfiguration when it is a newer mailroom's."""
    if version(engine) == HEAD:
        return
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Alembic copies a table to alter it; with foreign keys on, dropping the old one would delete what refers
            # to it. The switch works outside of a transaction only.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                _run(connection)
                _check_references(connection)
                connection.commit()
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            try:
                _run(connection)
            except exc.DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) in REFUSED:
                    raise BadConfiguration(f"PostgreSQL: {error.orig}\n{ADVICE}") from error
                raise
            connection.commit()


def version(engine: Engine) -> str | None:
    """Return the database's revision, or None when it has none yet."""
    try:
        with engine.connect() as connection:
            found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            return found
    except (exc.OperationalError, exc.ProgrammingError) as error:
        if "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", None) == "42P01":
            return None
        raise


def is_ours(name: str | None, kind: str, _parents: object = None) -> bool:
    """Return whether a table or index is one that `tables.py` declares.

    DBOS has its own tables in the same database; the search indexes exist on one of the two databases each.
    """
    if kind == "table":
        return name in Row.metadata.tables
    return not (kind == "index" and name is not None and name.endswith(("_trigram", "_search")))


def alembic(connection: Connection) -> Config:
    """Return Alembic's configuration for a connection whose transaction is the caller's."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = alembic(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in known:
        raise BadConfiguration(f"the database has revision {found}, made by a newer mailroom: update this one")
    if found is not None:  # a new database has nothing that could take long
        log.warning("schema_upgrade_began", revision=found, to=HEAD, note="with very many mails it takes minutes")
        config.attributes["on_version_apply"] = _Told()
    command.upgrade(config, HEAD)


class _Told:
    """Says of each revision that it is done, and how long it took. Alembic calls it."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, *, step: Any, **_more: Any) -> None:
        now = time.monotonic()
        log.info("schema_upgraded", revision=step.up_revision_id, seconds=round(now - self._began, 1))
        self._began = now


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"the migration broke a reference of table {broken[0]}")
