"""Access tokens for a mailbox (RFC 6749 section 6): renewed with the refresh token shortly before they end.

The first refresh token comes from a sign-in (`oauth_sign_in`) or from a file that the operator gave. A server may give
a new one with each answer (Microsoft does); it is kept in the data folder before the access token is used, because the
old one may be dead by then. The operator's file is never written to: it may be a systemd credential. When he writes a
newer one there, that one counts again.
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
from typing import NamedTuple

from mailroom.config import OAuthSettings
from mailroom.errors import TemporaryFailure

_TIMEOUT_SECONDS = 30.0
_MOST_BYTES = 256 * 1024
_EARLY_SECONDS = 120.0
_USUAL_SECONDS = 3_600.0


class TokenRefused(TemporaryFailure):
    """The token server gave no access token; the message says what it answered. Worth another try, later."""


class Endpoints(NamedTuple):
    """Where a provider is asked, and for what."""

    token: str
    device: str
    authorize: str
    scope: str


def endpoints(settings: OAuthSettings) -> Endpoints:
    """Return the addresses of the settings, and the provider's where these name none."""
    known = Endpoints("", "", "", "")
    if settings.provider == "microsoft":
        base = f"https://login.microsoftonline.com/{settings.tenant}/oauth2/v2.0"
        scope = "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"
        known = Endpoints(f"{base}/token", f"{base}/devicecode", f"{base}/authorize", scope)
    elif settings.provider == "google":
        # Google's sign-in on another device knows no scope for mail.
        page = "https://accounts.google.com/o/oauth2/v2/auth"
        known = Endpoints("https://oauth2.googleapis.com/token", "", page, "https://mail.google.com/")
    return Endpoints(
        settings.token_url or known.token,
        settings.device_url or known.device,
        settings.authorize_url or known.authorize,
        settings.scope or known.scope,
    )


class Tokens:
    """The access token of one mailbox. Used by one thread."""

    def __init__(
        self, settings: OAuthSettings, folder: Path, clock: Callable[[], float] = time.time, *, user: str = ""
    ) -> None:
        self._settings = settings
        self._endpoints = endpoints(settings)
        self._clock = clock
        self._user = user
        whose = settings.refresh_token_file or f"user {user}"
        identity = f"{self._endpoints.token}\0{settings.client_id}\0{whose}"
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
            "refresh_token": self._refresh_token(),
            **credentials(self._settings),
        }
        if self._endpoints.scope:
            fields["scope"] = self._endpoints.scope
        answer = post(self._endpoints.token, fields)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token or not token.isprintable():
            raise TokenRefused(f"{self._endpoints.token}: an answer without access_token")
        renewed = answer.get("refresh_token")
        if isinstance(renewed, str) and renewed and renewed != fields["refresh_token"]:
            self.keep(renewed)
        seconds = answer.get("expires_in")
        self._ends = self._clock() + (float(seconds) if isinstance(seconds, int | float | str) else _USUAL_SECONDS)
        self._access_token = token

    @property
    def is_signed_in(self) -> bool:
        """Whether there is a refresh token, good or not."""
        given = self._settings.refresh_token_file
        return self._renewed.exists() or (given is not None and given.exists())

    def _refresh_token(self) -> str:
        given = self._settings.refresh_token_file
        try:
            renewed_at = self._renewed.stat().st_mtime
            if given is None or renewed_at >= given.stat().st_mtime:
                return _secret(self._renewed)
        except FileNotFoundError:
            pass
        if given is None:
            raise TokenRefused(f"nobody has signed in yet: mailroom account mailbox sign-in {self._user}")
        return _secret(given)

    def keep(self, token: str) -> None:
        """Keep a refresh token in a file that nobody else may read. It survives a power cut when this returns."""
        self._renewed.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = self._renewed.with_suffix(".new")
        half.unlink(missing_ok=True)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(token)
            file.flush()
            os.fsync(descriptor)
        half.replace(self._renewed)
        folder = os.open(self._renewed.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def credentials(settings: OAuthSettings) -> dict[str, str]:
    """Return by what the token server knows the application. Raises TokenRefused for a file that cannot be read."""
    known = {"client_id": settings.client_id}
    if settings.client_secret_file:
        known["client_secret"] = _secret(settings.client_secret_file)
    return known


def _secret(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TokenRefused(f"{file}: cannot be read ({error})") from error


def post(url: str, fields: dict[str, str]) -> dict[str, object]:
    """Ask a token server and return what it says.

    Raises:
        TokenRefused: it does not answer, or says no; then `facts["error"]` is its code (RFC 6749 section 5.2).
    """
    request = urllib.request.Request(  # noqa: S310 the configuration allows https, and http on loopback only
        url, urllib.parse.urlencode(fields).encode(), {"Accept": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 as above
            answer = json.loads(response.read(_MOST_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            code = _code(error.read(_MOST_BYTES))
        remedy = ": log in again with mailroom account mailbox sign-in" if code == "invalid_grant" else ""
        raise TokenRefused(f"{url}: {error.code} {code}{remedy}", error=code) from error
    except (OSError, ValueError) as error:
        raise TokenRefused(f"{url}: {error}") from error
    if not isinstance(answer, dict):
        raise TokenRefused(f"{url}: no JSON object")
    return answer


def _code(body: bytes) -> str:
    """Return the error code of an answer (RFC 6749 section 5.2), never its whole text."""
    try:
        code = str(json.loads(body).get("error", ""))
    except (ValueError, AttributeError):
        return ""
    return "".join(sign for sign in code[:60] if sign.isalnum() or sign in "_-")
