"""What every place for bytes keeps to: the hash is the name, damage is never handed out, every failure is temporary."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest
from faults.disk_full import failing
from fixtures_s3 import LocalS3

from mailroom.config import StoreSettings
from mailroom.errors import BlobDamaged, BlobMissing, StorageUnavailable
from mailroom.store import Blobs, FolderBlobs, S3Blobs, open_blobs

CONTENT = b"%PDF-1.7 an invoice" * 100
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Place:
    """A place for bytes, the files that it made on the test's disk, and a way to make writing fail."""

    blobs: Blobs
    files: Callable[[], list[Path]]
    fail: Callable[[], object]
    again: Callable[[], Blobs]


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Each place for bytes in turn."""
    if request.param == "folder":
        folder = open_blobs(StoreSettings(), tmp_path)
        assert isinstance(folder, FolderBlobs)

        def fail() -> None:
            broken = failing("fsync")
            broken.__enter__()
            request.addfinalizer(lambda: broken.__exit__(None, None, None))

        def files() -> list[Path]:
            return [file for file in folder.root.rglob("*") if file.is_file()]

        return Place(folder, files, fail, lambda: open_blobs(StoreSettings(), tmp_path))
    server: LocalS3 = request.getfixturevalue("local_s3")
    monkeypatch.setattr("mailroom.store.s3.TRIES_AGAIN", 0)
    s3 = open_blobs(server.settings(), tmp_path)
    assert isinstance(s3, S3Blobs)

    def refuse() -> None:
        server.status = HTTPStatus.SERVICE_UNAVAILABLE

    return Place(s3, server.objects, refuse, lambda: open_blobs(server.settings(), tmp_path))


@pytest.mark.parametrize("content", [CONTENT, b"", bytes(7_000_000)], ids=["bytes", "nothing", "seven megabytes"])
def test_bytes_come_back_under_their_hash(place: Place, content: bytes) -> None:
    name = place.blobs.put(content)
    assert name == hashlib.sha256(content).hexdigest()
    assert place.blobs.has(name)
    assert place.blobs.get(name) == content
    assert place.again().get(name) == content


def test_the_same_bytes_twice_are_one_object(place: Place) -> None:
    assert place.blobs.put(CONTENT) == place.blobs.put(CONTENT) == SHA256
    assert [file.name for file in place.files()] == [SHA256]


def test_the_same_bytes_from_many_threads_are_one_object(place: Place) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(place.blobs.put, [CONTENT] * 24)) == {SHA256}
    assert [file.name for file in place.files()] == [SHA256]


def test_missing_bytes_are_named_missing(place: Place) -> None:
    assert not place.blobs.has(SHA256)
    with pytest.raises(BlobMissing):
        place.blobs.get(SHA256)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "", "A" * 64, SHA256 + "\n", SHA256[:-1]])
def test_a_name_that_is_no_hash_reaches_nothing(place: Place, name: str) -> None:
    assert not place.blobs.has(name)
    with pytest.raises(BlobMissing):
        place.blobs.get(name)


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT + b"x", CONTENT.replace(b"7", b"8")])
def test_damaged_bytes_are_never_handed_out(place: Place, damage: bytes) -> None:
    place.blobs.put(CONTENT)
    (file,) = place.files()
    file.chmod(0o600)
    file.write_bytes(damage)
    with pytest.raises(BlobDamaged):
        place.blobs.get(SHA256)


def test_a_truncated_blob_is_healed_when_its_bytes_come_again(place: Place) -> None:
    place.blobs.put(CONTENT)
    (file,) = place.files()
    file.chmod(0o600)
    file.write_bytes(CONTENT[:10])
    place.blobs.put(CONTENT)
    assert place.blobs.get(SHA256) == CONTENT


def test_a_place_that_fails_leaves_nothing_and_is_worth_another_try(place: Place) -> None:
    place.fail()
    with pytest.raises(StorageUnavailable):
        place.blobs.put(CONTENT)
    assert place.files() == []


def test_every_name_is_told_once(place: Place) -> None:
    made = {place.blobs.put(f"invoice {number}".encode()) for number in range(20)}
    found = list(place.blobs.names())
    assert len(found) == 20
    assert set(found) == made
