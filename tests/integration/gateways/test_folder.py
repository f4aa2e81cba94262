"""The watched folder: what stood still is taken and moved aside with a note."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.config import FolderSettings
from mailroom.domain.message import Door
from mailroom.errors import AccountSuspended, MailroomError, NotFound, QuotaReached, SpoolUnavailable
from mailroom.gateways.folder import EMPTY_SECONDS, FolderDoor, Owner
from mailroom.gateways.upload import accept_files
from mailroom.languages import Language
from mailroom.spool import Spool

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Scanner:
    """A folder, the door on it, and a clock that the test turns."""

    def __init__(self, path: Path, spool: Spool, account: str = "Bakker") -> None:
        self.path = path
        self.spool = spool
        self.now = 0.0
        self.refuse: MailroomError | None = None
        self.taken: list[tuple[str, str, bytes]] = []
        self.settings = FolderSettings(path=path, account=account, still_seconds=5)
        self.door = self.open()

    def open(self) -> FolderDoor:
        """Return the door as a newly started daemon has it."""
        return FolderDoor((self.settings,), 1_000, self.find, self.take, clock=lambda: NOON, monotonic=lambda: self.now)

    def find(self, wanted: str) -> Owner | None:
        return Owner(f"id of {wanted}", Language.NL, "Europe/Brussels") if wanted in {"Bakker", "Slager"} else None

    def take(self, _: FolderSettings, account_id: str, name: str, content: bytes) -> str:
        if self.refuse:
            raise self.refuse
        self.taken.append((account_id, name, content))
        (envelope,) = accept_files(
            self.spool,
            account_id=account_id,
            recipient="a@import.example",
            door=Door.FOLDER,
            files=[(name, content)],
            uploaded_by=None,
            clock=lambda: NOON,
        )
        return envelope.id

    def put(self, name: str | bytes, content: bytes = b"%PDF-") -> Path:
        path = self.path / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    def look(self, after: float = 6) -> int:
        """See the files, let time pass, look again."""
        self.door.round()
        self.now += after
        return self.door.round()


@pytest.fixture
def scanner(tmp_path: Path) -> Callable[..., Scanner]:
    spools: list[Spool] = []

    def make(**more: str) -> Scanner:
        (tmp_path / "scans").mkdir()
        spools.append(Spool(tmp_path / "spool.sqlite"))
        return Scanner(tmp_path / "scans", spools[-1], **more)

    yield make
    for spool in spools:
        spool.close()


def test_a_file_that_stood_still_is_in_the_spool_and_in_done_with_a_note(scanner: Callable[..., Scanner]) -> None:
    here = scanner()
    here.put("factuur.pdf")
    assert here.look() == 1
    assert here.taken == [("id of Bakker", "factuur.pdf", b"%PDF-")]
    (entry,) = here.spool.pending(5)
    assert sorted(file.name for file in (here.path / "done").iterdir()) == ["factuur.pdf", "factuur.pdf.txt"]
    note = (here.path / "done" / "factuur.pdf.txt").read_text("utf-8")
    assert note.startswith("Aangenomen op 21-11-2026, 13:00")
    assert entry.envelope.id in note
    assert here.look() == 0


def test_a_file_that_grows_or_is_open_for_writing_waits(scanner: Callable[..., Scanner]) -> None:
    here = scanner()
    path = here.put("scan.pdf", b"%PDF-")
    here.door.round()
    here.now += 4
    path.write_bytes(b"%PDF- and more")
    assert here.look(4) == 0
    with path.open("ab"):
        here.now += 10
        assert here.door.round() == 0
    assert here.door.round() == 1
    assert here.taken[0][2] == b"%PDF- and more"


def test_an_empty_file_gets_time_to_be_filled_and_then_fails(scanner: Callable[..., Scanner]) -> None:
    here = scanner()
    here.put("leeg.pdf", b"")
    assert here.look(60) == 0
    assert here.look(EMPTY_SECONDS) == 1
    note = (here.path / "failed" / "leeg.pdf.txt").read_text("utf-8")
    assert "geen bestand" in note
    assert note.endswith("Zet het bestand terug in de map hierboven om het opnieuw te proberen.\n")
    assert here.taken == []


@pytest.mark.parametrize(("content", "refuse"), [(b"x" * 1_001, None), (b"x", NotFound())])
def test_what_can_never_be_taken_goes_to_failed(
    scanner: Callable[..., Scanner], content: bytes, refuse: MailroomError | None
) -> None:
    here = scanner()
    here.refuse = refuse
    here.put("groot.pdf", content)
    assert here.look() == 1
    assert (here.path / "failed" / "groot.pdf").read_bytes() == content
    assert here.spool.pending(5) == []


@pytest.mark.parametrize("refuse", [SpoolUnavailable(), QuotaReached(), AccountSuspended()])
def test_what_cannot_be_taken_now_stays_and_is_tried_again_ever_more_slowly(
    scanner: Callable[..., Scanner], refuse: MailroomError
) -> None:
    here = scanner()
    here.refuse = refuse
    here.put("factuur.pdf")
    assert here.look() == 0
    assert (here.path / "factuur.pdf").exists()
    here.refuse = None
    assert here.door.round() == 0
    here.now += 3
    assert here.door.round() == 1


def test_a_crash_between_the_spool_and_the_move_makes_no_second_message(scanner: Callable[..., Scanner]) -> None:
    here = scanner()
    here.put("factuur.pdf")
    here.look()
    (here.path / "done" / "factuur.pdf").rename(here.path / "factuur.pdf")
    here.door = here.open()
    assert here.look() == 1
    assert len(here.taken) == 2
    assert len(here.spool.pending(5)) == 1
    assert (here.path / "done" / "factuur (2).pdf").exists()  # beside the note of the first time


@pytest.mark.parametrize(
    "name", [b"\xff\xfe.pdf", "naam met spaties én tekens %s {x}.pdf", "regel\neinde.pdf", "x" * 251 + ".pdf", "zonder"]
)
def test_a_name_may_have_any_characters(scanner: Callable[..., Scanner], name: str | bytes) -> None:
    here = scanner()
    here.put(name)
    assert here.look() == 1
    assert os.fsencode(name) in {os.fsencode(file.name) for file in (here.path / "done").iterdir()}


def test_hidden_half_written_and_linked_files_are_left_alone(scanner: Callable[..., Scanner], tmp_path: Path) -> None:
    here = scanner()
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (here.path / "link.pdf").symlink_to(secret)
    (here.path / "folder.pdf").mkdir()
    os.mkfifo(here.path / "pipe.pdf")
    for name in (".hidden", "~$open.docx", "scan.pdf.part", "a.TMP"):
        here.put(name)
    assert here.look() == 0
    assert here.taken == []


def test_each_subfolder_is_an_account_where_none_is_named(scanner: Callable[..., Scanner]) -> None:
    here = scanner(account="")
    for name in ("Bakker/a.pdf", "Slager/b.pdf", "Nobody/c.pdf", "d.pdf", "done/e.pdf"):
        here.put(name)
    assert here.look() == 2
    assert [account for account, _, _ in here.taken] == ["id of Bakker", "id of Slager"]
    assert (here.path / "Slager" / "done" / "b.pdf").exists()
    assert (here.path / "Nobody" / "c.pdf").exists()


def test_a_file_that_cannot_be_moved_is_not_taken_again_and_again(scanner: Callable[..., Scanner]) -> None:
    here = scanner()
    (here.path / "done").write_text("no folder")
    here.put("factuur.pdf")
    here.look()
    here.look(100)
    assert [name for _, name, _ in here.taken].count("factuur.pdf") == 1
    assert (here.path / "factuur.pdf").exists()


def test_a_folder_that_is_not_there_holds_up_no_other_and_may_come_later(
    scanner: Callable[..., Scanner], tmp_path: Path
) -> None:
    here = scanner()
    here.settings = here.settings.model_copy(update={"path": tmp_path / "mounted"})
    here.door = here.open()
    assert here.door.round() == 0
    here.path = tmp_path / "mounted"
    here.path.mkdir()
    here.put("a.pdf")
    assert here.look() == 1


def test_the_thread_takes_files_and_ends(scanner: Callable[..., Scanner]) -> None:
    here = scanner()
    here.settings = here.settings.model_copy(update={"still_seconds": 0.1})
    here.door = FolderDoor((here.settings,), 1_000, here.find, here.take, clock=lambda: NOON)
    here.put("a.pdf")
    here.door.start()
    assert here.spool.wait(20)
    here.door.stop()
    assert here.door._thread.is_alive() is False
