"""The original bytes in an S3-compatible bucket, under the name of their content; the counterpart of `FolderBlobs`.

After a crash: an object is there whole or not at all (a put is one request, signed with the hash of its bytes, so a
request cut short or changed on its way is refused by the server). obstore is loaded with the first request: a process
that never touches a blob does not pay for it. Nothing here deletes an object, and no secret is ever part of a message.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailroom.config import StoreSettings
from mailroom.errors import BadConfiguration, BlobDamaged, BlobMissing, StorageUnavailable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Store

SCHEME = "s3://"
ADVICE = "blobs in S3 need obstore: pip install 'mailroom[s3]'"
TRIES_AGAIN = 2  # the engine tries a step for about a minute; here only what a single lost connection needs
GIVE_UP_SECONDS = 20
PAGE = 1000


class S3Blobs:
    """Bytes in a bucket: `prefix/ab/cd/abcd...`, as `FolderBlobs` lays them out, so that either can be copied."""

    def __init__(self, settings: StoreSettings) -> None:
        """Take the settings apart; nothing is asked of the server yet.

        Raises:
            BadConfiguration: no bucket in the URL, a secret's file that cannot be read, or obstore is not installed.
        """
        place = urlsplit(settings.blobs)
        if place.scheme != "s3" or not place.netloc or "@" in place.netloc:
            raise BadConfiguration(f"store.blobs: {settings.blobs.partition('@')[0]}: expected s3://bucket/prefix")
        if find_obstore() is None:
            raise BadConfiguration(f"store.blobs = {settings.blobs}: {ADVICE}")
        self._bucket = place.netloc
        self._prefix = place.path.strip("/")
        self._options = _options(settings)
        self._opened: S3Store | None = None
        self._opening = threading.Lock()

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their SHA-256 in hex. When this returns, the server has promised to keep them.

        Raises:
            StorageUnavailable: the server does not answer or does not want them; nothing half-written is left.
        """
        import obstore

        sha256 = hashlib.sha256(content).hexdigest()
        with _server():
            if self._size(sha256) != len(content):
                obstore.put(self._store(), _key(sha256), content, use_multipart=False)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes.

        Raises:
            BlobMissing: no such blob.
            BlobDamaged: the bytes are not those that were kept.
            StorageUnavailable: the server does not answer.
        """
        import obstore

        key = _key(sha256)
        try:
            with _server():
                content = bytes(obstore.get(self._store(), key).bytes())
        except FileNotFoundError as error:
            raise BlobMissing(f"no blob {sha256}", sha256=sha256) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobDamaged(f"blob {sha256} is damaged", sha256=sha256)
        return content

    def has(self, sha256: str) -> bool:
        """Return whether the bytes are there; they are not read. Raises StorageUnavailable."""
        try:
            key = _key(sha256)
        except BlobMissing:
            return False
        with _server():
            return self._size(key.rpartition("/")[2]) is not None

    def names(self) -> Iterator[str]:
        """Yield the hash of every blob. Raises StorageUnavailable."""
        import obstore

        with _server():
            for page in obstore.list(self._store(), chunk_size=PAGE):
                for each in page:
                    name = each["path"].rpartition("/")[2]
                    if re.fullmatch(r"[0-9a-f]{64}", name):
                        yield name

    def _size(self, sha256: str) -> int | None:
        import obstore

        try:
            size: int = obstore.head(self._store(), _key(sha256))["size"]
        except FileNotFoundError:
            return None
        return size

    def _store(self) -> S3Store:
        with self._opening:
            if self._opened is None:
                from obstore.store import S3Store

                config, client, retries = self._options
                self._opened = S3Store(
                    self._bucket,
                    prefix=self._prefix or None,
                    config=config,
                    client_options=client,
                    retry_config=retries,
                )
            return self._opened


def find_obstore() -> str | None:
    """Return where obstore is installed, without loading it; None where it is not."""
    from importlib.util import find_spec

    found = find_spec("obstore")
    return found.origin if found else None


def _options(settings: StoreSettings) -> tuple[S3Config, ClientConfig, RetryConfig]:
    """What the settings say; obstore finds the rest in the AWS_ variables or asks the machine for its role."""
    config: S3Config = {"virtual_hosted_style_request": False}
    if settings.s3_endpoint:
        config["endpoint"] = settings.s3_endpoint
    if settings.s3_region:
        config["region"] = settings.s3_region
    if settings.s3_access_key_id:
        config["access_key_id"] = settings.s3_access_key_id
    if settings.s3_secret_key_file is not None:
        config["secret_access_key"] = _secret(settings.s3_secret_key_file)
    client: ClientConfig = {"connect_timeout": "5s", "timeout": "60s"}
    if settings.s3_endpoint.startswith("http://"):
        client["allow_http"] = True
    retries: RetryConfig = {"max_retries": TRIES_AGAIN, "retry_timeout": timedelta(seconds=GIVE_UP_SECONDS)}
    return config, client, retries


def _secret(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except OSError as error:
        raise BadConfiguration(f"store.s3_secret_key_file: {file}: {error.strerror}") from error


def _key(sha256: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise BlobMissing("not a SHA-256", sha256=sha256[:64])
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


@contextlib.contextmanager
def _server() -> Iterator[None]:
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        # obstore's own text goes on for a page and repeats the request; its first line names the cause.
        raise StorageUnavailable(f"blob store: {type(error).__name__}: {str(error).splitlines()[0][:200]}") from error
