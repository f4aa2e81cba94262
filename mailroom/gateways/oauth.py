"""Access tokens for a mailbox (RFC 6749 section 6): renewed with the refresh token shortly before they end.

A server may give a new refresh token with each answer (Microsoft does); it is kept in the data folder before the
access token is used, because the old one may be dead by then. The file that the operator gave is never written to: it
may be a systemd credential. When the operator writes a newer one there, that one counts again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from mailroom.config import OAuthSettings
from mailroom.errors import TemporaryFailure

_TIMEOUT_SECONDS = 30.0
_MOST_BYTES = 256 * 1024
_EARLY_SECONDS = 120.0
_USUAL_SECONDS = 3_600.0


class TokenRefused(TemporaryFailure):
    """The token server gave no access token; the message says what it answered. Worth another try, later."""


class Tokens:
    """The access token of one mailbox. Used by one thread."""

    def __init__(self, settings: OAuthSettings, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        identity = f"{settings.token_url}\0{settings.client_id}\0{settings.refresh_token_file}"
        self._renewed = folder / f"{hashlib.sha256(identity.encode()).hexdigest()[:16]}.token"
        self._access_token = ""
        self._ends = 0.0

    def access_token(self) -> str:
        """Return a token that is good for a while yet.

        Raises:
            TokenRefused: the token server does not answer, or says no.
        """
        if not self._access_token or self._clock() > self._ends - _EARLY_SECONDS:
            self._renew()
        return self._access_token

    def forget(self) -> None:
        """Have a new one next time: a server refused this one."""
        self._access_token = ""

    def _renew(self) -> None:
        fields = {
            "grant_type": "refresh_token",
            "client_id": self._settings.client_id,
            "refresh_token": self._refresh_token(),
        }
        if self._settings.client_secret_file:
            fields["client_secret"] = _secret(self._settings.client_secret_file)
        if self._settings.scope:
            fields["scope"] = self._settings.scope
        answer = _post(self._settings.token_url, fields)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token or not token.isprintable():
            raise TokenRefused(f"{self._settings.token_url}: an answer without access_token")
        renewed = answer.get("refresh_token")
        if isinstance(renewed, str) and renewed and renewed != fields["refresh_token"]:
            self._keep(renewed)
        seconds = answer.get("expires_in")
        self._ends = self._clock() + (float(seconds) if isinstance(seconds, int | float | str) else _USUAL_SECONDS)
        self._access_token = token

    def _refresh_token(self) -> str:
        given = self._settings.refresh_token_file
        try:
            if self._renewed.stat().st_mtime >= given.stat().st_mtime:
                return _secret(self._renewed)
        except FileNotFoundError:
            pass
        return _secret(given)

    def _keep(self, token: str) -> None:
        self._renewed.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = self._renewed.with_suffix(".new")
        half.unlink(missing_ok=True)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(token)
            file.flush()
            os.fsync(descriptor)
        half.replace(self._renewed)


def _secret(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TokenRefused(f"{file}: cannot be read ({error})") from error


def _post(url: str, fields: dict[str, str]) -> dict[str, object]:
    request = urllib.request.Request(  # noqa: S310 the configuration allows https, and http on loopback only
        url, urllib.parse.urlencode(fields).encode(), {"Accept": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 as above
            answer = json.loads(response.read(_MOST_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            raise TokenRefused(f"{url}: {error.code} {_cause(error.read(_MOST_BYTES))}") from error
    except (OSError, ValueError) as error:
        raise TokenRefused(f"{url}: {error}") from error
    if not isinstance(answer, dict):
        raise TokenRefused(f"{url}: no JSON object")
    return answer


def _cause(body: bytes) -> str:
    """Return the error code of an answer (RFC 6749 section 5.2), never its whole text."""
    try:
        code = str(json.loads(body).get("error", ""))[:60]
    except (ValueError, AttributeError):
        return ""
    return f"{code}: log in again and replace the refresh token" if code == "invalid_grant" else code
