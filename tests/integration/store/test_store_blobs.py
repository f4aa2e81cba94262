from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import pytest
from faults.disk_full import disk_full, failing

from mailroom.errors import BlobDamaged, BlobMissing, StorageUnavailable
from mailroom.store import FolderBlobs

CONTENT = b"%PDF-1.7 an invoice" * 100
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


def files(blobs: FolderBlobs) -> list[Path]:
    return [file for file in blobs.root.rglob("*") if file.is_file()]


@pytest.mark.parametrize("content", [CONTENT, b""], ids=["bytes", "nothing"])
def test_bytes_come_back_under_their_hash(blobs: FolderBlobs, content: bytes) -> None:
    name = blobs.put(content)
    assert name == hashlib.sha256(content).hexdigest()
    assert blobs.has(name)
    assert blobs.get(name) == content


def test_the_same_bytes_twice_are_one_file(blobs: FolderBlobs) -> None:
    assert blobs.put(CONTENT) == blobs.put(CONTENT) == SHA256
    assert files(blobs) == [blobs.root / SHA256[:2] / SHA256[2:4] / SHA256]


def test_the_same_bytes_from_many_threads_are_one_file(blobs: FolderBlobs) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(blobs.put, [CONTENT] * 40)) == {SHA256}
    assert len(files(blobs)) == 1


def test_missing_bytes_are_named_missing(blobs: FolderBlobs) -> None:
    assert not blobs.has(SHA256)
    with pytest.raises(BlobMissing):
        blobs.get(SHA256)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "", "A" * 64, SHA256 + "\n", SHA256[:-1]])
def test_a_name_that_is_no_hash_reaches_no_file(blobs: FolderBlobs, name: str) -> None:
    assert not blobs.has(name)
    with pytest.raises(BlobMissing):
        blobs.get(name)


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT + b"x", CONTENT.replace(b"7", b"8")])
def test_damaged_bytes_are_never_handed_out(blobs: FolderBlobs, damage: bytes) -> None:
    blobs.put(CONTENT)
    (file,) = files(blobs)
    file.chmod(0o600)
    file.write_bytes(damage)
    with pytest.raises(BlobDamaged):
        blobs.get(SHA256)


def test_a_truncated_blob_is_healed_when_its_bytes_come_again(blobs: FolderBlobs) -> None:
    blobs.put(CONTENT)
    (file,) = files(blobs)
    file.chmod(0o600)
    file.write_bytes(CONTENT[:10])
    blobs.put(CONTENT)
    assert blobs.get(SHA256) == CONTENT


@pytest.mark.parametrize("after", [0, 1, len(CONTENT) - 1])
def test_a_full_disk_leaves_nothing_and_says_so(blobs: FolderBlobs, after: int) -> None:
    with disk_full(after), pytest.raises(StorageUnavailable) as raised:
        blobs.put(CONTENT)
    assert isinstance(raised.value.__cause__, OSError)
    assert raised.value.__cause__.errno == errno.ENOSPC
    assert files(blobs) == []
    assert not blobs.has(SHA256)
    assert blobs.put(CONTENT) == SHA256  # there is room again


@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_dying_disk_is_temporary_and_leaves_nothing(blobs: FolderBlobs, call: str) -> None:
    with failing(call), pytest.raises(StorageUnavailable):
        blobs.put(CONTENT)
    assert files(blobs) == []


def test_a_short_write_is_continued(blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, bytes(content[:7])))
    assert blobs.get(blobs.put(CONTENT)) == CONTENT


def put_and_die_before_naming(root: Path) -> None:
    with patch.object(Path, "replace", lambda *_: os.kill(os.getpid(), signal.SIGKILL)):
        FolderBlobs(root).put(CONTENT)


def test_a_kill_between_writing_and_naming_leaves_no_visible_blob(tmp_path: Path) -> None:
    worker = multiprocessing.get_context("fork").Process(target=put_and_die_before_naming, args=(tmp_path / "blobs",))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL

    blobs = FolderBlobs(tmp_path / "blobs")
    assert not blobs.has(SHA256)
    (left,) = files(blobs)
    assert left.parent.name == ".temp"
    assert blobs.get(blobs.put(CONTENT)) == CONTENT


def test_what_a_crash_left_is_swept_after_a_day_and_nothing_younger(blobs: FolderBlobs) -> None:
    old, young = blobs.root / ".temp" / "old", blobs.root / ".temp" / "young"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (two_days_ago, two_days_ago))
    FolderBlobs(blobs.root)
    assert files(blobs) == [young]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageUnavailable):
        FolderBlobs(tmp_path / "file" / "blobs")
