"""A local S3 server: localbucket (PyPI), which keeps buckets as folders, and in front of it what it leaves out.

localbucket believes everybody. Here every request must be signed with the right key (AWS Signature Version 4), and its
body must have the hash that was signed, as every real server demands.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest

from mailroom.config import StoreSettings

KEY_ID = "mailroom-test"
SECRET = "correct horse battery staple"
BUCKET = "papers"


class LocalS3:
    """A running server with one empty bucket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status = HTTPStatus.OK
        """Any other status is what every request is answered with."""
        self.requests: list[str] = []
        (folder / BUCKET).mkdir(parents=True)
        self.secret_file = folder / "secret"
        self.secret_file.write_text(SECRET + "\n", "utf-8")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        """Return the URL of the server."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def settings(self, **changes: Any) -> StoreSettings:
        """Return settings that keep blobs here."""
        told: dict[str, Any] = {
            "blobs": f"s3://{BUCKET}/mailroom",
            "s3_endpoint": self.endpoint,
            "s3_region": "eu-west-1",
            "s3_access_key_id": KEY_ID,
            "s3_secret_key_file": self.secret_file,
        }
        return StoreSettings(**told | changes)

    def toml(self) -> str:
        """Return the same settings as lines of `[store]`."""
        settings = self.settings()
        keys = ("blobs", "s3_endpoint", "s3_region", "s3_access_key_id", "s3_secret_key_file")
        return "".join(f'{key} = "{getattr(settings, key)}"\n' for key in keys)

    def objects(self) -> list[Path]:
        """Return the files of the bucket."""
        return [file for file in (self.folder / BUCKET).rglob("*") if file.is_file() and len(file.name) == 64]

    def stop(self) -> None:
        """End it; the files stay."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


def _handler(owner: LocalS3) -> type[Any]:
    import localbucket

    class Handler(localbucket.S3Handler):
        data_root = owner.folder

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

        def parse_request(self) -> bool:
            if not super().parse_request():
                return False
            owner.requests.append(f"{self.command} {self.path}")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if owner.status is not HTTPStatus.OK:
                return self._refuse(owner.status)
            if not _is_signed(self.command, self.path, dict(self.headers.items()), body):
                return self._refuse(HTTPStatus.FORBIDDEN)
            self._socket_file, self.rfile = self.rfile, io.BytesIO(body)
            return True

        def _refuse(self, status: HTTPStatus) -> bool:
            self.close_connection = True
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return False

        def handle_one_request(self) -> None:
            super().handle_one_request()
            self.rfile = getattr(self, "_socket_file", self.rfile)

    return Handler


def _is_signed(method: str, target: str, headers: dict[str, str], body: bytes) -> bool:
    """Check a request as AWS Signature Version 4 says."""
    low = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    kind, _, rest = low.get("authorization", "").partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    told = low.get("x-amz-content-sha256", "")
    if kind != "AWS4-HMAC-SHA256" or told != hashlib.sha256(body).hexdigest():
        return False
    key_id, day, region, service, _ = parts["Credential"].split("/")
    url = urlsplit(target)
    query = sorted((quote(k, "-_.~"), quote(v, "-_.~")) for k, v in parse_qsl(url.query, keep_blank_values=True))
    signed = parts["SignedHeaders"].split(";")
    canonical = "\n".join(
        (
            method,
            quote(unquote(url.path), "/-_.~"),
            "&".join(f"{name}={value}" for name, value in query),
            *(f"{name}:{low[name]}" for name in signed),
            "",
            parts["SignedHeaders"],
            told,
        )
    )
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{low['x-amz-date']}\n{scope}\n{digest}"
    key = f"AWS4{SECRET}".encode()
    for word in (day, region, service, "aws4_request"):
        key = hmac.digest(key, word.encode(), "sha256")
    right = hmac.new(key, text.encode(), "sha256").hexdigest()
    return key_id == KEY_ID and hmac.compare_digest(right, parts["Signature"])


@pytest.fixture
def local_s3(tmp_path: Path) -> Iterator[LocalS3]:
    """A local S3 server with an empty bucket."""
    server = LocalS3(tmp_path / "s3")
    yield server
    server.stop()
