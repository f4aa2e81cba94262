"""A copy of everything while others write, the check of such a copy, and the start from it."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fixtures_s3 import LocalS3
from house_for_steps import TestHouse, mail, pdf
from store_values import NOON

from mailroom.config import StoreSettings
from mailroom.domain.document import FieldName
from mailroom.domain.message import Door, Envelope
from mailroom.domain.report import Frequency, ReportKind, ReportRun, RunState, Subscription
from mailroom.domain.value import new_id
from mailroom.errors import BadConfiguration, StorageUnavailable
from mailroom.languages import Language
from mailroom.spool import Spool
from mailroom.steps.archive import convert
from mailroom.steps.desk import Desk
from mailroom.steps.report import compose_report
from mailroom.store import Store, open_store
from mailroom.store.backup import back_up, blobs_of, check


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def home(sqlite_store: Store, data: Path) -> TestHouse:
    return TestHouse(sqlite_store, data)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "disk ?#%" / "copy"  # what a URI would take for its own


def quiet(_done: int, _total: int) -> None:
    return None


def fill(home: TestHouse, number: int = 1) -> list[str]:
    made = []
    for n in range(number):
        home.reader.says[FieldName.INVOICE_NUMBER] = f"2026-{n}"  # else all are forms of one invoice
        made.append(home.decided(mail((f"{n}.pdf", pdf(str(n))), subject=f"mail {n}")).id)
    return made


def in_spool(data: Path, content: bytes) -> str:
    spool = Spool(data / "spool.sqlite")
    envelope = Envelope(id=new_id(), account_id="a", door=Door.SMTP, recipient="a@b.example", received_at=NOON)
    name = spool.accept(envelope, content).result(30)
    spool.close()
    return name


def test_a_copy_holds_every_row_and_every_byte_and_starts_as_it_is(home: TestHouse, data: Path, target: Path) -> None:
    documents = fill(home, 3)
    waiting = in_spool(data, b"small mail"), in_spool(data, b"large mail " * 100_000)
    copied = back_up(data, target, quiet)
    assert (copied.rows["messages"], copied.rows["documents"]) == (3, 3)
    assert copied.blobs == copied.new_blobs == len(list(blobs_of(data / "blobs")))
    assert check(target, quiet) == []

    shutil.rmtree(data)
    restored = open_store(StoreSettings(), target)
    restored.migrate()
    with restored.read() as unit:
        assert {row.id for row in unit.documents.list()} == set(documents)
        for row in unit.documents.list():
            for name in (row.sha256, row.reading, *row.previews):
                assert restored.blobs.get(name or "")
    restored.close()
    spool = Spool(target / "spool.sqlite")
    assert [entry.id for entry in spool.pending(10)] == list(waiting)
    assert spool.content(waiting[1]) == b"large mail " * 100_000
    spool.close()


def test_a_second_backup_copies_only_what_is_new(home: TestHouse, data: Path, target: Path) -> None:
    fill(home, 1)
    first = back_up(data, target, quiet)
    home.decided(mail(("new.pdf", pdf("new")), subject="new"))
    second = back_up(data, target, quiet)
    assert 0 < second.new_blobs < second.blobs
    assert second.blobs == first.blobs + second.new_blobs
    assert second.rows["documents"] == 2
    assert check(target, quiet) == []


def test_a_copy_made_while_mail_comes_in_is_whole(home: TestHouse, data: Path, target: Path) -> None:
    stopping = threading.Event()
    number = 0

    def write() -> None:
        nonlocal number
        while not stopping.is_set():
            number += 1
            home.decided(mail((f"{number}.pdf", pdf(str(number))), subject=f"mail {number}"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            back_up(data, target, quiet)
            assert check(target, quiet) == []
    finally:
        stopping.set()
        writer.join()


def test_large_mail_that_moves_on_during_the_copy_does_not_stop_it(
    home: TestHouse, data: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = in_spool(data, b"large mail " * 100_000)
    real = shutil.copyfile

    def moved_meanwhile(source: Path, to: Path) -> object:
        if source.stat().st_size > 1_000_000:
            spool = Spool(data / "spool.sqlite")
            spool.remove(name)
            spool.close()
        return real(source, to)

    monkeypatch.setattr(shutil, "copyfile", moved_meanwhile)
    back_up(data, target, quiet)
    assert check(target, quiet) == []


def test_a_flipped_byte_is_found_and_mended_by_taking_the_file_away(home: TestHouse, data: Path, target: Path) -> None:
    fill(home)
    back_up(data, target, quiet)
    victim = next(blobs_of(target / "blobs"))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    [wrong] = check(target, quiet)
    assert str(victim) in wrong
    victim.unlink()
    assert back_up(data, target, quiet).new_blobs == 1
    assert check(target, quiet) == []


def test_a_copy_that_was_cut_off_is_copied_again(home: TestHouse, data: Path, target: Path) -> None:
    fill(home)
    back_up(data, target, quiet)
    victim = next(blobs_of(target / "blobs"))
    victim.write_bytes(victim.read_bytes()[:3])  # what a power cut leaves
    assert back_up(data, target, quiet).new_blobs == 1
    assert check(target, quiet) == []


def named_blobs(home: TestHouse) -> dict[str, str]:
    """Every kind of stored bytes that a row names."""
    document = home.document(fill(home)[0])
    Desk(home.house).accept(home.owner, document.id, document.version)
    assert convert(home.house, document.id)
    archived = home.document(document.id)
    with home.store.read() as unit:
        message = unit.messages.get(document.message_id)
    home.reader.says[FieldName.INVOICE_NUMBER] = "2026-other"
    home.decided(mail(("other.pdf", pdf("other")), subject="other"))
    report = digest(home)
    return {
        "mail": message.sha256,
        "original": archived.sha256,
        "reading": archived.reading or "",
        "preview": archived.previews[0],
        "ubl": archived.ubl or "",
        "digest": report,
    }


def digest(home: TestHouse) -> str:
    wish = Subscription(
        id=new_id(),
        account_id=home.account.id,
        kind=ReportKind.ACTION_REQUIRED,
        frequency=Frequency.DAILY,
        recipient="boss@example.com",
        language=Language.NL,
    )
    run = ReportRun(
        id=new_id(),
        subscription_id=wish.id,
        account_id=home.account.id,
        kind=wish.kind,
        period="2026-11-21",
        state=RunState.DUE,
        created_at=home.clock(),
    )
    with home.store.unit() as unit:
        unit.reports.subscribe(wish)
        unit.reports.add_run(run)
    [delivery] = compose_report(home.house, run.id)
    with home.store.read() as unit:
        return unit.deliveries.get(delivery).content


@pytest.mark.parametrize("kind", ["mail", "original", "reading", "preview", "ubl", "digest"])
def test_bytes_that_a_row_names_and_that_lack_are_found(home: TestHouse, data: Path, target: Path, kind: str) -> None:
    sha256 = named_blobs(home)[kind]
    back_up(data, target, quiet)
    (target / "blobs" / sha256[:2] / sha256[2:4] / sha256).unlink()
    assert check(target, quiet) == [f"blob {sha256} is missing"]


Damage = Callable[[Path], None]


def overwrite_head(file: Path) -> None:
    file.write_bytes(b"no database" + file.read_bytes()[11:])


def overwrite_middle(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096 : len(content) - 4096] = b"\xff" * (len(content) - 8192)
    file.write_bytes(content)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [overwrite_head, overwrite_middle, cut, empty])
def test_a_damaged_database_is_a_finding_and_no_traceback(
    home: TestHouse, data: Path, target: Path, damage: Damage
) -> None:
    fill(home)
    back_up(data, target, quiet)
    damage(target / "mailroom.sqlite")
    wrong = check(target, quiet)
    assert any(str(target / "mailroom.sqlite") in line for line in wrong)


def test_a_folder_without_a_backup_is_not_whole(target: Path) -> None:
    for folder in (target, target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        [wrong] = check(folder, quiet)
        assert wrong == f"{folder}: there is no backup here"


def test_checking_changes_nothing(home: TestHouse, data: Path, target: Path) -> None:
    fill(home)
    back_up(data, target, quiet)
    before = sorted((file, file.stat().st_mtime_ns) for file in target.rglob("*"))
    assert check(target, quiet) == []
    assert sorted((file, file.stat().st_mtime_ns) for file in target.rglob("*")) == before


def test_a_target_inside_the_data_folder_is_refused(home: TestHouse, data: Path) -> None:
    with pytest.raises(BadConfiguration, match="lies inside the data folder"):
        back_up(data, data / "copy", quiet)


def test_a_data_folder_without_a_database_is_not_backed_up_as_if_it_had_one(tmp_path: Path, target: Path) -> None:
    (tmp_path / "nothing").mkdir()
    for source in (tmp_path / "nothing", tmp_path / "nowhere"):
        with pytest.raises((StorageUnavailable, BadConfiguration)):
            back_up(source, target, quiet)
        assert not (source / "mailroom.sqlite").exists()


def test_a_target_that_cannot_be_written_is_named(home: TestHouse, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(StorageUnavailable, match="backup to "):
        back_up(data, file / "copy", quiet)


def test_rows_and_bytes_that_are_kept_elsewhere_are_copied_too(tmp_path: Path, target: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    settings = StoreSettings(blobs=str(elsewhere), database=f"sqlite:///{elsewhere / 'rows.sqlite'}")
    elsewhere.mkdir()
    store = open_store(settings, tmp_path / "data")
    store.migrate()
    home = TestHouse(store, tmp_path / "data")
    fill(home)
    copied = back_up(tmp_path / "data", target, quiet, settings=settings)
    assert copied.new_blobs > 0
    assert check(target, quiet) == []
    store.close()


def test_bytes_in_a_bucket_are_fetched_once(tmp_path: Path, target: Path, local_s3: LocalS3) -> None:
    settings = local_s3.settings()
    store = open_store(settings, tmp_path / "data")
    store.migrate()
    home = TestHouse(store, tmp_path / "data")
    fill(home)
    first = back_up(tmp_path / "data", target, quiet, settings=settings)
    assert first.new_blobs == first.blobs == len(local_s3.objects()) > 0
    assert back_up(tmp_path / "data", target, quiet, settings=settings).new_blobs == 0
    assert check(target, quiet) == []
    store.close()


def test_the_copy_does_not_disturb_the_database(home: TestHouse, data: Path, target: Path) -> None:
    fill(home)
    back_up(data, target, quiet)
    with closing(sqlite3.connect(data / "mailroom.sqlite")) as live:
        assert live.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert live.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
