"""Moving everything: rows to the other database, bytes to the other place, checked, gone on with when broken off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from fixtures_daemon import Installation
from fixtures_s3 import LocalS3
from house_for_steps import TestHouse, mail, pdf

from mailroom.app.entrance import only_one
from mailroom.config import StoreSettings
from mailroom.domain.account import Purpose
from mailroom.domain.document import FieldName
from mailroom.errors import BlobDamaged, StorageUnavailable, WrongState
from mailroom.steps.desk import Desk
from mailroom.store import FolderBlobs, S3Blobs, Store, open_store
from mailroom.store import move as move_module
from mailroom.store.move import MARK, Mark, move_blobs, move_rows, unfinished

Steps = list[tuple[str, int, int]]


def fill(store: Store, folder: Path, number: int = 3) -> TestHouse:
    """Put documents, decisions, events, a replaced address and awkward texts into a store."""
    home = TestHouse(store, folder)
    for n in range(number):
        home.reader.says[FieldName.INVOICE_NUMBER] = f"2026-{n}"  # else all are forms of one invoice
        home.decided(mail((f"Größe {n} 😀.pdf", pdf(str(n))), subject=f"mail {n}"))
    home.reader.says[FieldName.INVOICE_NUMBER] = "2026-A"
    first = home.decided(mail(("a.pdf", pdf("a"))))
    Desk(home.house).accept(home.owner, first.id, first.version)
    with store.unit() as unit:
        old = unit.addresses.issue(home.account.id, "import.example", Purpose.SALES, home.clock())
        unit.addresses.replace(old.id, home.clock())
    return home


@pytest.fixture
def target(postgres_url: str, tmp_path: Path) -> Iterator[Store]:
    store = open_store(StoreSettings(database=postgres_url), tmp_path / "target")
    yield store
    store.close()


@pytest.mark.postgres
def test_rows_arrive_as_they_were_and_new_ones_get_numbers_of_their_own(
    sqlite_store: Store, target: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_module, "BATCH", 2)
    home = fill(sqlite_store, tmp_path / "data")
    told: Steps = []
    moved = move_rows(sqlite_store.engine, target.engine, lambda *step: told.append(step), resumed=False)
    assert moved["documents"] == 4
    assert moved["events"] > 8
    assert (moved["import_addresses"], moved["accounts"]) == (3, 1)
    assert ("documents", 4, 4) in told
    with sqlite_store.read() as here, target.read() as there:
        assert there.accounts.all() == here.accounts.all()
        assert there.documents.list(None) == here.documents.list(None)
        assert list(there.parts.ledger()) == list(here.parts.ledger())
        assert [one.header.subject for one in map(there.messages.get, there.messages.in_state("sorted"))]
    with target.unit() as unit:  # a number that is taken would be refused
        unit.events.add("after_the_move", at=home.clock(), subject="x")
        [event] = unit.events.of("x")
    assert event.name == "after_the_move"


@pytest.mark.postgres
def test_a_move_that_breaks_off_goes_on_and_one_to_a_full_target_is_refused(
    sqlite_store: Store, target: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_module, "BATCH", 2)
    fill(sqlite_store, tmp_path / "data")

    def unplug(what: str, done: int, _total: int) -> None:
        if what == "documents" and done >= 2:
            raise StorageUnavailable("unplugged")

    with pytest.raises(StorageUnavailable):
        move_rows(sqlite_store.engine, target.engine, unplug, resumed=False)
    with pytest.raises(WrongState, match="not empty"):
        move_rows(sqlite_store.engine, target.engine, lambda *_: None, resumed=False)
    assert move_rows(sqlite_store.engine, target.engine, lambda *_: None, resumed=True)["documents"] == 4


@pytest.mark.postgres
def test_a_row_that_was_changed_on_its_way_is_found(sqlite_store: Store, target: Store, tmp_path: Path) -> None:
    fill(sqlite_store, tmp_path / "data", 1)

    def forge(what: str, _done: int, _total: int) -> None:
        if what == "accounts compared":
            with target.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE documents SET filename = 'other.pdf'")

    with pytest.raises(WrongState, match="table documents: the rows differ"):
        move_rows(sqlite_store.engine, target.engine, forge, resumed=False)


@pytest.mark.postgres
def test_the_way_back_to_sqlite_is_the_same(postgres_store: Store, tmp_path: Path) -> None:
    fill(postgres_store, tmp_path / "data")
    target = open_store(StoreSettings(), tmp_path / "back")
    moved = move_rows(postgres_store.engine, target.engine, lambda *_: None, resumed=False)
    assert moved["documents"] == 4
    with target.read() as unit:
        assert list(unit.parts.ledger(search="mail 1"))
    target.close()


def test_bytes_are_moved_once_and_each_is_read_back(local_s3: LocalS3, tmp_path: Path) -> None:
    source = FolderBlobs(tmp_path / "blobs")
    names = {source.put(f"paper {number}".encode()) for number in range(30)}
    target = S3Blobs(local_s3.settings())
    target.put(b"paper 7")
    with pytest.raises(WrongState, match="blobs in the target already"):
        move_blobs(source, target, lambda *_: None, resumed=False)
    told: Steps = []
    assert move_blobs(source, target, lambda *step: told.append(step), resumed=True) == 30
    assert told[-1] == ("blobs", 30, 30)
    assert set(target.names()) == names
    assert sum(request.startswith("PUT") for request in local_s3.requests) == 30


def test_a_blob_that_is_damaged_stops_the_move(local_s3: LocalS3, tmp_path: Path) -> None:
    source = FolderBlobs(tmp_path / "blobs")
    sha256 = source.put(b"paper")
    file = next(file for file in source.root.rglob(sha256))
    file.chmod(0o600)
    file.write_bytes(b"other")
    with pytest.raises(BlobDamaged):
        move_blobs(source, S3Blobs(local_s3.settings()), lambda *_: None, resumed=False)
    assert local_s3.objects() == []


def test_the_mark_names_the_target_without_its_password(tmp_path: Path) -> None:
    there = StoreSettings(database="postgresql+psycopg://u:secret@host/db", blobs="s3://b/p")
    assert Mark(tmp_path).begin(there) is False
    assert "secret" not in (tmp_path / MARK).read_text("utf-8")
    assert Mark(tmp_path).begin(there) is True
    with pytest.raises(WrongState, match="another target"):
        Mark(tmp_path).begin(StoreSettings())
    Mark(tmp_path).end()
    assert Mark(tmp_path).begin(StoreSettings()) is False


def test_a_database_without_an_engine_has_nothing_unfinished(sqlite_store: Store) -> None:
    assert unfinished(sqlite_store.engine) == 0


@pytest.mark.postgres
def test_the_command_moves_everything_and_the_pages_show_it_there(
    new_installation: Callable[..., Installation], postgres_url: str, local_s3: LocalS3, tmp_path: Path
) -> None:
    here = new_installation()
    account = here.json("account", "add", "Bakkerij De Korenbloem BV", "--owner", "els@example.com")[0]
    target = tmp_path / "there.toml"
    target.write_text(f'[store]\ndatabase = "{postgres_url}"\n{local_s3.toml()}', "utf-8")
    store = open_store(StoreSettings(), here.data)
    store.blobs.put(b"paper")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE workflow_status (status TEXT)")
        connection.exec_driver_sql("INSERT INTO workflow_status VALUES ('PENDING'), ('SUCCESS')")
    store.close()

    with only_one(here.data, frozenset({"worker"})):
        refused = here.command("move-store", str(target), check=False)
    assert "already runs the role worker" in refused.stderr
    refused = here.command("move-store", str(target), check=False)
    assert "1 stories are unfinished" in refused.stderr
    assert refused.returncode == 2
    [told] = here.json("move-store", str(target), "--begin-again")
    assert told["rows"]["accounts"] == 1
    assert (told["blobs"], told["resumed"]) == (1, False)
    again = here.command("move-store", str(target), "--begin-again", check=False)
    assert "not empty" in again.stderr
    here.config = target
    assert [row["id"] for row in here.json("account", "list")] == [account["id"]]
    (here.data / MARK).write_text(json.dumps({}), "utf-8")
    half = here.command("run", "--smtp", "127.0.0.1:0", "--web", "127.0.0.1:0", check=False)
    assert "a move is half done" in half.stderr


@pytest.mark.postgres
@pytest.mark.timeout(400)
def test_a_daemon_goes_on_in_its_new_place_with_what_was_there(
    new_installation: Callable[..., Installation],
    postgres_url: str,
    local_s3: LocalS3,
    demo_mail: Callable[[str, str], EmailMessage],
) -> None:
    house = new_installation("[archive]\nundo_minutes = 0\n")
    account = house.json("account", "add", "Bakkerij De Korenbloem BV", "--owner", "els@example.com")[0]
    address = account["import_address"]
    house.start()
    house.send(demo_mail("Peppol", address), address)
    [first] = house.decided()
    assert house.stop() == 0

    there = house.config.with_name("there.toml")
    there.write_text(f'[archive]\nundo_minutes = 0\n[store]\ndatabase = "{postgres_url}"\n{local_s3.toml()}', "utf-8")
    [told] = house.json("move-store", str(there))
    assert told["rows"]["documents"] == 1
    assert told["blobs"] == len(local_s3.objects()) > 0

    house.config = there
    house.start()
    house.command("document", "accept", first["id"])
    house.send(demo_mail("a PDF and a signature logo", address), address)
    house.wait(lambda: house.json("document", "show", first["id"])[0]["accounting_status"] == "sent")
    assert {row["id"] for row in house.decided(2)} > {first["id"]}
    assert house.stop() == 0
