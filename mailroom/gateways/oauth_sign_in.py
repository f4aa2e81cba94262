"""The sign-in by which a mailbox's first refresh token is had: a person says yes on the provider's own page.

Two ways. With a code on any other device (RFC 8628): nothing has to reach this machine. Or in a browser (RFC 6749
section 4.1 with PKCE, RFC 7636), which comes back to a port of this machine's loopback (RFC 8252 section 7.3), or whose
last address is pasted. Nothing is kept here and no token is printed; a sign-in that is broken off is begun again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from mailroom.config import OAuthSettings
from mailroom.errors import PermanentFailure
from mailroom.gateways.oauth import TokenRefused, credentials, endpoints, post

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_USUAL_INTERVAL = 5.0
_LONGEST_INTERVAL = 60.0
_LONGEST_SECONDS = 1_800.0
_PATIENCE_SECONDS = 600.0
_PAGE = "<!doctype html><meta charset=utf-8><title>Mailroom</title><p>{}</p>"


class SignInFailed(PermanentFailure):
    """The sign-in ended without a refresh token; the message says why and what to do."""


def sign_in_elsewhere(
    settings: OAuthSettings, tell: Callable[[str, str], None], sleep: Callable[[float], None] = time.sleep
) -> str:
    """Return the refresh token after a person has typed a code on another device (RFC 8628).

    `tell` gets the address of the page and the code.

    Raises:
        SignInFailed: the provider knows no such way, said no, or nobody signed in in time.
        TokenRefused: the provider does not answer.
    """
    where = endpoints(settings)
    if not where.device:
        raise SignInFailed("this provider has no sign-in with a code for mailboxes; sign in with --browser")
    begun = post(where.device, {**credentials(settings), "scope": where.scope})
    device_code, user_code = str(begun.get("device_code", "")), str(begun.get("user_code", ""))
    page = str(begun.get("verification_uri") or begun.get("verification_url") or "")  # the second is Google's
    if not (device_code and user_code and page.isprintable() and user_code.isprintable() and page):
        raise SignInFailed(f"{where.device}: an answer without a code")
    tell(page, user_code)
    interval = _number(begun.get("interval"), _USUAL_INTERVAL)
    left = min(_number(begun.get("expires_in"), _PATIENCE_SECONDS), _LONGEST_SECONDS)
    fields = {"grant_type": _DEVICE_GRANT, "device_code": device_code, **credentials(settings)}
    while left > 0:
        sleep(interval)
        left -= interval
        try:
            return _refresh_token(post(where.token, fields))
        except TokenRefused as refusal:
            interval = _next_interval(refusal, interval)
    raise SignInFailed("nobody signed in in time; begin again")


def _next_interval(refusal: TokenRefused, interval: float) -> float:
    """Return how long to wait before the next question (RFC 8628 section 3.5). Raises SignInFailed where none helps."""
    code = refusal.facts.get("error")
    if code == "authorization_pending":
        return interval
    if code == "slow_down":
        return min(interval + 5.0, _LONGEST_INTERVAL)
    if code is None:  # no answer
        return min(interval * 2, _LONGEST_INTERVAL)
    raise SignInFailed(f"the provider said no ({code}); begin again") from refusal


class BrowserSignIn:
    """A sign-in in a browser, from its address to the refresh token."""

    def __init__(self, settings: OAuthSettings, port: int = 0) -> None:
        """Listen on the loopback; port 0 takes a free one.

        Raises:
            SignInFailed: the provider names no page, or the port is taken.
        """
        self._settings = settings
        self._where = endpoints(settings)
        if not self._where.authorize:
            raise SignInFailed("oauth2 names neither provider nor authorize_url")
        self._state = secrets.token_urlsafe(32)
        self._verifier = secrets.token_urlsafe(64)
        self._answer: dict[str, str] = {}
        try:
            self._server = HTTPServer(("127.0.0.1", port), self._handler())
        except OSError as error:
            raise SignInFailed(f"port {port} cannot be had ({error.strerror}); choose another --port") from error
        # Microsoft lets the port be any for `localhost` only, Google for the address.
        host = "localhost" if settings.provider == "microsoft" else "127.0.0.1"
        self._redirect = f"http://{host}:{self._server.server_port}/"

    @property
    def port(self) -> int:
        """Where the browser comes back to."""
        return self._server.server_port

    @property
    def page(self) -> str:
        """Return the address that a person opens."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self._verifier.encode()).digest()).rstrip(b"=")
        fields = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._redirect,
            "scope": self._where.scope,
            "state": self._state,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        if self._settings.provider == "google":
            fields |= {"access_type": "offline", "prompt": "consent"}  # else there is no refresh token the second time
        joint = "&" if "?" in self._where.authorize else "?"
        return f"{self._where.authorize}{joint}{urlencode(fields)}"

    def wait(self, seconds: float = _PATIENCE_SECONDS) -> str:
        """Wait until the browser comes back, and return the refresh token.

        Raises:
            SignInFailed: the person or the provider said no, or nobody came.
            TokenRefused: the provider does not answer.
        """
        end = time.monotonic() + seconds
        while not self._answer and (left := end - time.monotonic()) > 0:
            self._server.timeout = left
            self._server.handle_request()
        return self._exchange()

    def pasted(self, address: str) -> str:
        """Return the refresh token for the address at which the browser ended. Raises as `wait`."""
        self._take(address.strip())
        return self._exchange()

    def close(self) -> None:
        """Listen no more."""
        self._server.server_close()

    def _take(self, address: str) -> bool:
        """Note the answer in an address; False when it is not the one to our question."""
        said = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        if not hmac.compare_digest(said.get("state", "").encode(), self._state.encode()):
            return False
        self._answer = said
        return True

    def _exchange(self) -> str:
        if not self._answer:
            raise SignInFailed("that is no answer to this sign-in, or nobody came back in time; begin again")
        if "code" not in self._answer:
            code = "".join(sign for sign in self._answer.get("error", "")[:60] if sign.isalnum() or sign in "_-")
            raise SignInFailed(f"the provider said no ({code}); begin again")
        return _refresh_token(
            post(
                self._where.token,
                {
                    "grant_type": "authorization_code",
                    "code": self._answer["code"],
                    "redirect_uri": self._redirect,
                    "code_verifier": self._verifier,
                    **credentials(self._settings),
                },
            )
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sign_in = self

        class Handler(BaseHTTPRequestHandler):
            """Takes the browser's one request; what has another state is a stranger's."""

            timeout = 5.0

            def do_GET(self) -> None:
                """Note the answer and tell the person to go on at the command line."""
                known = sign_in._take(self.path)
                words = "Go on where you began; this page can be closed." if known else "Nothing to see here."
                content = _PAGE.format(words).encode()
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Write nothing: the address holds the code."""

        return Handler


def _refresh_token(answer: dict[str, object]) -> str:
    token = answer.get("refresh_token")
    if not isinstance(token, str) or not token or not token.isprintable():
        raise SignInFailed("the provider gave no refresh token; its scope may lack offline_access")
    return token


def _number(value: object, usual: float) -> float:
    return max(0.1, float(value)) if isinstance(value, int | float) else usual
