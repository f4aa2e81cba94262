from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from fixtures_postgres import Cluster
from store_values import NOON, later, part, verdict, with_account, with_document, with_message
from structlog.testing import capture_logs

from mailroom.config import StoreSettings
from mailroom.domain.account import Purpose
from mailroom.domain.ledger import LedgerQuery
from mailroom.domain.message import HeaderView, MessageState, SenderProof, SenderVerdict
from mailroom.errors import BadConfiguration
from mailroom.store import Store, open_store, schema

ROOT = Path(__file__).parents[3]
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def settings(request: pytest.FixtureRequest) -> StoreSettings:
    """The settings of a database that is empty."""
    return StoreSettings(database="" if request.param == "sqlite" else request.getfixturevalue("postgres_url"))


@pytest.fixture
def empty(settings: StoreSettings, tmp_path: Path) -> Store:
    """A store that was never migrated."""
    return open_store(settings, tmp_path)


def run_alembic(store: Store, act: Callable[..., None], *arguments: str) -> None:
    with store.engine.connect() as connection:
        act(schema.alembic(connection), *arguments)
        connection.commit()


def objects(store: Store) -> set[str]:
    if store.engine.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master"
    else:
        query = (
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' "
            "UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION SELECT proname FROM pg_proc WHERE "
            "proname = 'refuse_change'"
        )
    with store.engine.connect() as connection:
        return set(connection.exec_driver_sql(query).scalars())


def test_the_constant_is_the_newest_revision(sqlite_store: Store) -> None:
    from alembic.script import ScriptDirectory

    with sqlite_store.engine.connect() as connection:
        assert ScriptDirectory.from_config(schema.alembic(connection)).get_heads() == [schema.HEAD]


def test_an_upgrade_says_what_it_does_and_a_new_database_has_nothing_to_say(empty: Store) -> None:
    from alembic import command

    with capture_logs() as told:
        empty.migrate()
    assert told == []
    run_alembic(empty, command.downgrade, "0009")
    with capture_logs() as told:
        empty.migrate()
    said = [(line["event"], line["revision"]) for line in told]
    assert said[:2] == [("schema_upgrade_began", "0009"), ("schema_upgraded", "0010")]
    assert said[-1] == ("schema_upgraded", schema.HEAD)
    assert schema.version(empty.engine) == schema.HEAD
    empty.close()


def test_the_migrated_schema_is_the_one_that_the_tables_declare(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from mailroom.store.tables import Row

    with store.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE workflow_status (x INTEGER)")  # a neighbour's
    with store.engine.connect() as connection:
        options = {"include_name": schema.is_ours, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Row.metadata) == []


def test_a_migration_carries_the_rows_there_and_back(empty: Store) -> None:
    from alembic import command

    empty.migrate()
    owner = with_account(empty)
    mail = with_message(empty, owner.id)
    paper = with_document(empty, mail)
    with empty.unit() as unit:
        address = unit.addresses.issue(owner.id, "import.example", Purpose.PURCHASES, NOON)
        unit.parts.record(mail.id, [(part(), verdict(), paper.id)])
        unit.events.add("stored", at=NOON, subject=mail.id)

    run_alembic(empty, command.downgrade, "0001")  # as the first version left it
    assert schema.version(empty.engine) == "0001"
    empty.migrate()

    with empty.read() as unit:
        assert unit.accounts.get(owner.id) == owner
        assert unit.addresses.find(address.local_part, address.domain) == address
        assert unit.messages.get(mail.id) == mail
        assert unit.documents.get(paper.id) == paper
        assert [line.document_id for line in unit.parts.ledger(search="order-77")] == [paper.id]
        assert len(unit.events.of(mail.id)) == 1
    empty.close()


def test_what_was_there_before_the_search_knew_accounts_is_found_after_it(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    monkeypatch.setattr("mailroom.store.search.FEW", 1)  # two rows are many: the index is asked
    empty.migrate()
    mail = with_message(empty, with_account(empty).id, header=HeaderView(subject="dakgoot"))
    wanted = with_document(empty, mail, filename="zaagmolen.pdf")
    with_document(empty, with_message(empty, mail.account_id), filename="other.pdf")
    run_alembic(empty, command.downgrade, "0008")
    empty.migrate()
    with empty.read() as unit:
        assert [row.id for row in unit.documents.list(mail.account_id, search="zaagmolen")] == [wanted.id]
        assert [found.message.id for found in unit.ledger.mails(mail.account_id, LedgerQuery(subject="dakgoot"))] == [
            mail.id
        ]
        assert unit.documents.list(mail.account_id, search="nobody-said-this") == []
    empty.close()


def test_everything_can_be_taken_down_and_built_again(empty: Store) -> None:
    from alembic import command

    empty.migrate()
    built = objects(empty)
    with_account(empty)
    run_alembic(empty, command.downgrade, "base")
    assert {name for name in objects(empty) if "alembic" not in name} == set()
    empty.migrate()
    assert objects(empty) == built
    with empty.read() as unit:
        assert unit.accounts.all() == []
    empty.close()


def test_the_triggers_and_search_indexes_are_there(store: Store) -> None:
    found = objects(store)
    if store.engine.dialect.name == "sqlite":
        wanted = {
            f"{table}_search_{when}" for table in ("messages", "documents") for when in ("insert", "update", "delete")
        }
        wanted |= {"events_no_update", "events_no_delete", "events_no_replace", "messages_search", "documents_search"}
    else:
        wanted = {"events_no_change", "events_no_truncate", "ix_messages_search_trigram", "ix_documents_search_trigram"}
    assert wanted <= found


def migrate_together(settings: StoreSettings, data: Path, together: Barrier) -> None:
    store = open_store(settings, data)
    together.wait(30)
    store.migrate()


def test_processes_that_migrate_at_once_do_it_once(settings: StoreSettings, tmp_path: Path) -> None:
    processes = multiprocessing.get_context("fork")
    arguments = (settings, tmp_path / "data", processes.Barrier(3))
    workers = [processes.Process(target=migrate_together, args=arguments) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    store = open_store(settings, tmp_path / "data")
    with_account(store)
    store.close()


def test_an_up_to_date_database_is_opened_without_loading_alembic(sqlite_store: Store) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from mailroom.config import StoreSettings\n"
        "from mailroom.store import open_store\n"
        "store = open_store(StoreSettings(), Path(sys.argv[1]))\n"
        "store.migrate()\n"
        "with store.read() as unit:\n"
        "    unit.documents.counts()\n"
        "heavy = {'alembic', 'mako', 'psycopg', 'dbos', 'sqlalchemy.dialects.postgresql'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    folder = Path(sqlite_store.engine.url.database or "").parent
    command = [sys.executable, "-c", script, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_database_of_a_newer_mailroom_is_left_alone(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = objects(store)
    with pytest.raises(BadConfiguration, match="newer mailroom"):
        store.migrate()
    assert objects(store) == before


def test_a_migration_that_fails_changes_nothing(empty: Store) -> None:
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parts (x INTEGER)")  # in the way of ours
    with pytest.raises(Exception, match="parts"):
        empty.migrate()
    assert {name for name in objects(empty) if "alembic" not in name} == {"parts"}
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE parts")
    empty.migrate()
    with_account(empty)
    empty.close()


def test_foreign_keys_are_on_again_after_a_migration(empty: Store) -> None:
    empty.migrate()
    if empty.engine.dialect.name == "sqlite":
        with empty.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    empty.close()


@pytest.mark.postgres
def test_a_user_who_may_not_make_tables_is_told_what_to_do(
    new_postgres: Callable[[], str], postgres_cluster: Cluster, tmp_path: Path
) -> None:
    url = new_postgres()
    postgres_cluster.execute("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN")
    store = open_store(StoreSettings(database=url.replace("mailroom@", "guest@")), tmp_path)
    with pytest.raises(BadConfiguration, match="must own the database"):
        store.migrate()
    store.close()


def test_refusals_and_senders_in_doubt_of_older_rows_are_carried_into_their_places(empty: Store) -> None:
    from alembic import command

    empty.migrate()
    owner = with_account(empty)
    doubt = SenderProof(verdict=SenderVerdict.UNKNOWN, identity="odd\x00@shop.be", evidence="dmarc=temperror")
    doubted = with_message(empty, owner.id, sender=doubt, state=MessageState.SORTED)
    with_message(empty, owner.id, state=MessageState.SORTED)
    run_alembic(empty, command.downgrade, "0002")
    facts = {"reason": "sender_blocked", "sender": "a\x00@b.example", "peer": "192.0.2.7"}
    with empty.unit() as unit:
        for at in (NOON, later(3)):
            unit.events.add(
                "message_refused", account_id=owner.id, subject="zoe@import.example", actor="smtp", at=at, facts=facts
            )
    empty.migrate()
    with empty.read() as unit:
        assert unit.messages.in_doubt(NOON) == [(doubted.id, NOON)]
        (row,) = unit.refusals.of(owner.id)
    assert (row.address, row.sender, row.reason) == ("zoe@import.example", "a\ufffd@b.example", "sender_blocked")
    assert (row.times, row.first_at, row.last_at, row.door) == (2, NOON, later(3), "smtp")
    empty.close()
