"""A provider's token server on loopback: signs people in by code and in the browser, renews, tells whose a token is.

Each refresh token is good once. What a real one would check is checked here: the grant, the challenge, the address.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from fixtures_dovecot import Dovecot

Answer = tuple[int, dict[str, object]]


class TokenServer:
    """The provider's view. `asked` has every question to the token page; `waiting` answers a device gets before yes."""

    def __init__(self, port: int = 0) -> None:
        self.refresh_token = "refresh-0"
        self.user = ""
        self.asked: list[dict[str, str]] = []
        self.waiting: list[str] = []
        self.denies = False
        self.challenge: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def token(self, fields: dict[str, str]) -> Answer:
        """Answer at the token page."""
        self.asked.append(fields)
        grant = fields["grant_type"]
        if grant == "urn:ietf:params:oauth:grant-type:device_code":
            refusal = self.waiting.pop(0) if self.waiting else ""
            known = fields["device_code"] == "device-secret"
        elif grant == "authorization_code":
            digest = hashlib.sha256(fields["code_verifier"].encode()).digest()
            mine = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge["code_challenge"]
            known = mine and fields["redirect_uri"] == self.challenge["redirect_uri"] and fields["code"] == "code-1"
            refusal = ""
        else:
            known, refusal = fields["refresh_token"] == self.refresh_token, ""
        if refusal or not known:
            return 400, {"error": refusal or "invalid_grant", "error_description": "secret details"}
        self.refresh_token = f"refresh-{len(self.asked)}"
        return 200, {
            "access_token": f"access-{self.refresh_token}",
            "refresh_token": self.refresh_token,
            "expires_in": 3600,
        }

    def authorize(self, fields: dict[str, str]) -> str:
        """Let the person say yes or no, and return where the browser goes."""
        self.challenge = fields
        answer = {"error": "access_denied"} if self.denies else {"code": "code-1"}
        return f"{fields['redirect_uri']}?{urlencode({**answer, 'state': fields['state']})}"

    def close(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                fields = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                said = {name: values[0] for name, values in fields.items()}
                if self.path == "/device":
                    begun = {
                        "device_code": "device-secret",
                        "user_code": "WDJB-MJHT",
                        "expires_in": 60,
                        "interval": 0.1,
                    }
                    self.answer(200, {**begun, "verification_uri": f"{server.url}/devicelogin"})
                else:
                    self.answer(*server.token(said))

            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                fields = {name: values[0] for name, values in parse_qs(asked.query).items()}
                if asked.path == "/authorize":
                    self.send_response(302)
                    self.send_header("location", server.authorize(fields))
                    self.end_headers()
                    return
                known = fields.get("access_token", "") == f"access-{server.refresh_token}"
                self.answer(*((200, {"email": server.user}) if known else (401, {"error": "invalid_token"})))

            def answer(self, status: int, body: dict[str, object]) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        return Handler


@pytest.fixture
def token_server(dovecot: Dovecot) -> Iterator[TokenServer]:
    """A token server that the throw-away Dovecot asks."""
    server = TokenServer(dovecot.token_port)
    yield server
    server.close()
