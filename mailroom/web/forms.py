"""Forms: bounded in size before they are parsed, and believed only from our own pages.

Three things speak for a form: it says that it comes from our own site (Sec-Fetch-Site, Origin), and it carries the
token of the person's session. Nothing here is kept on disk beyond the request.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from mailroom.errors import PermanentFailure, TooLarge

SMALL = 256 * 1024
MOST_FILES = 100
MOST_FIELDS = 200
_DRAIN_BYTES = 256 * 1024 * 1024
_DRAIN_SECONDS = 20.0


class FormExpired(PermanentFailure):
    """The form does not carry the token of this session, or comes from another site."""

    reason = "form_expired"


def token_for(secret: str) -> str:
    """Return the token that the forms of the session with this secret carry."""
    return hmac.new(secret.encode("utf-8"), b"mailroom form", hashlib.sha256).hexdigest()


def check_token(form: FormData, secret: str) -> None:
    """Raise FormExpired unless the form carries the session's token."""
    given = form.get("csrf")
    if not secret or not isinstance(given, str) or not hmac.compare_digest(given.encode(), token_for(secret).encode()):
        raise FormExpired("wrong or missing form token")


def check_site(request: Request, public_url: str) -> None:
    """Raise FormExpired when the browser says that the form was sent from another site."""
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        raise FormExpired("form from another site")
    origin = request.headers.get("origin")
    if origin is None:
        return
    ours = {request.headers.get("host", "").lower(), urlsplit(public_url).netloc.lower()} - {""}
    if urlsplit(origin).netloc.lower() not in ours:
        raise FormExpired("form from another origin")


async def read_form(request: Request, limit: int, fields: int = MOST_FIELDS) -> FormData:
    """Parse the form of a request that has at most `limit` bytes and so many fields.

    Raises:
        TooLarge: the body is larger. What is left of it is taken in and dropped, because a browser shows its own
            error page when the connection is cut while it still sends.
    """
    bounded = _Bounded(request, limit)
    try:
        bounded.check_announced()
        return await Request(request.scope, bounded.receive).form(
            max_files=MOST_FILES, max_fields=fields, max_part_size=SMALL
        )
    except TooLarge:
        await bounded.drain()
        raise
    except HTTPException as error:
        await bounded.drain()
        raise FormExpired(f"form cannot be parsed: {error.detail}") from error


class _Bounded:
    """The receiving side of a request, with its bytes counted."""

    def __init__(self, request: Request, limit: int) -> None:
        self._request = request
        self._limit = limit
        self._seen = 0
        self._ended = False

    def check_announced(self) -> None:
        announced = self._request.headers.get("content-length", "0")
        if not announced.isdigit() or int(announced) > self._limit:
            raise TooLarge("request body", limit=self._limit)

    async def receive(self) -> Message:
        message = await self._request.receive()
        self._seen += len(message.get("body", b""))
        self._ended = message["type"] != "http.request" or not message.get("more_body", False)
        if self._seen > self._limit:
            raise TooLarge("request body", limit=self._limit)
        return message

    async def drain(self) -> None:
        end = time.monotonic() + _DRAIN_SECONDS
        while not self._ended and self._seen < _DRAIN_BYTES and time.monotonic() < end:
            message = await self._request.receive()
            self._seen += len(message.get("body", b""))
            self._ended = message["type"] != "http.request" or not message.get("more_body", False)
