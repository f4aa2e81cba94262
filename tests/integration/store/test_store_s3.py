"""Blobs in a bucket: what S3 adds to the contract of all places for bytes."""

from __future__ import annotations

import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest
from fixtures_s3 import BUCKET, KEY_ID, SECRET, LocalS3

from mailroom.config import StoreSettings
from mailroom.errors import BadConfiguration, MailroomError, StorageUnavailable
from mailroom.store import S3Blobs, open_blobs, open_store

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def no_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailroom.store.s3.TRIES_AGAIN", 0)


def test_objects_stand_under_the_prefix_as_in_a_folder(local_s3: LocalS3) -> None:
    sha256 = S3Blobs(local_s3.settings()).put(b"invoice")
    assert local_s3.objects() == [local_s3.folder / BUCKET / "mailroom" / sha256[:2] / sha256[2:4] / sha256]


def test_a_bucket_without_a_prefix_is_used_from_its_root(local_s3: LocalS3) -> None:
    blobs = S3Blobs(local_s3.settings(blobs=f"s3://{BUCKET}"))
    sha256 = blobs.put(b"invoice")
    assert local_s3.objects() == [local_s3.folder / BUCKET / sha256[:2] / sha256[2:4] / sha256]
    assert list(blobs.names()) == [sha256]


def test_bytes_that_are_there_are_not_sent_again(local_s3: LocalS3) -> None:
    blobs = S3Blobs(local_s3.settings())
    for _ in range(3):
        blobs.put(b"invoice")
    assert [request.split()[0] for request in local_s3.requests] == ["HEAD", "PUT", "HEAD", "HEAD"]


def test_the_key_may_come_from_the_environment(local_s3: LocalS3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    blobs = S3Blobs(local_s3.settings(s3_access_key_id="", s3_secret_key_file=None, s3_region=""))
    assert blobs.get(blobs.put(b"invoice")) == b"invoice"


@pytest.mark.parametrize(
    "status", [HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE]
)
def test_a_server_that_refuses_is_never_taken_for_one_without_the_blob(local_s3: LocalS3, status: HTTPStatus) -> None:
    blobs = S3Blobs(local_s3.settings())
    sha256 = blobs.put(b"invoice")
    local_s3.status = status
    for ask in (lambda: blobs.get(sha256), lambda: blobs.has(sha256), lambda: list(blobs.names())):
        with pytest.raises(StorageUnavailable):
            ask()


def test_a_wrong_secret_is_told_without_the_secret(local_s3: LocalS3, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-secret", "utf-8")
    with pytest.raises(StorageUnavailable) as raised:
        S3Blobs(local_s3.settings(s3_secret_key_file=wrong)).put(b"invoice")
    told: BaseException | None = raised.value
    while told is not None:
        assert "not-the-secret" not in f"{told!s}{told!r}"
        told = told.__cause__
    assert len(str(raised.value)) < 300
    assert local_s3.objects() == []


def test_a_server_that_is_gone_is_temporary_and_named(local_s3: LocalS3) -> None:
    blobs = S3Blobs(local_s3.settings())
    local_s3.stop()
    with pytest.raises(StorageUnavailable, match="blob store"):
        blobs.put(b"invoice")


@pytest.mark.parametrize("place", ["s3://", "s3:///prefix", "s3://key:secret@bucket/x"])
def test_a_url_that_names_no_bucket_is_refused_without_repeating_a_password(place: str, tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="s3://bucket/prefix") as raised:
        open_blobs(StoreSettings(blobs=place), tmp_path)
    assert "@" not in str(raised.value)


def test_a_secret_that_cannot_be_read_is_named_by_its_file(local_s3: LocalS3, tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"s3_secret_key_file: .*/nowhere: No such file"):
        open_blobs(local_s3.settings(s3_secret_key_file=tmp_path / "nowhere"), tmp_path)


def test_without_obstore_the_extra_is_named(local_s3: LocalS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailroom.store.s3.find_obstore", lambda: None)
    with pytest.raises(MailroomError, match=r"pip install 'mailroom\[s3\]'"):
        open_store(local_s3.settings(), tmp_path)


def test_obstore_is_loaded_with_the_first_request(local_s3: LocalS3, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from mailroom.config import StoreSettings\n"
        "from mailroom.store import open_blobs\n"
        f"blobs = open_blobs(StoreSettings.model_validate_json({local_s3.settings().model_dump_json()!r}), Path('x'))\n"
        "print('obstore' in sys.modules)\n"
        "blobs.put(b'invoice')\n"
        "print('obstore' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\nTrue\n"
