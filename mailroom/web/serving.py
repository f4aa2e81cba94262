"""From request to answer: who is it, is the form to be trusted, and the one place where a page's errors are caught.

Page functions are plain functions that block on the store; they run in Starlette's threads, never in the loop.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from mailroom import log
from mailroom.domain.value import Reason, new_id
from mailroom.errors import (
    AccountSuspended,
    ChangedMeanwhile,
    InvalidValue,
    LinesOfEInvoice,
    MailroomError,
    NotAllowed,
    NotFound,
    QuotaReached,
    TemporaryFailure,
    TooLarge,
    WrongState,
)
from mailroom.web import forms
from mailroom.web.services import WebServices
from mailroom.web.visit import Visit
from mailroom.web.words import Words, language_of

PageFunction = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]
Problem = tuple[int, str]

# The first cause that fits says which status and which page; 404 also for what exists but is not for this person.
PROBLEMS: tuple[tuple[type[MailroomError], Problem], ...] = (
    (NotFound, (404, "not_found")),
    (NotAllowed, (404, "not_found")),
    (TooLarge, (413, "too_large")),
    (forms.FormExpired, (403, "form_expired")),
    (ChangedMeanwhile, (409, "changed_meanwhile")),
    (WrongState, (409, "wrong_state")),
    (LinesOfEInvoice, (409, "wrong_state")),
    (InvalidValue, (422, "invalid_value")),
    (AccountSuspended, (409, "suspended")),
    (QuotaReached, (429, "quota")),
    (TemporaryFailure, (503, "unavailable")),
)

_log = log.get_logger("web")


class Serving:
    """Turns page functions into endpoints."""

    def __init__(self, services: WebServices) -> None:
        self._services = services
        prefix = "__Host-" if services.https else ""
        self.session_cookie = f"{prefix}mailroom_session"
        self.form_cookie = f"{prefix}mailroom_form"

    def page(
        self,
        function: PageFunction,
        *,
        public: bool = False,
        limit: int = forms.SMALL,
        fields: int = forms.MOST_FIELDS,
    ) -> Endpoint:
        """Return the endpoint of a page function. `public`: also for those who have not logged in."""

        async def endpoint(request: Request) -> Response:
            visit = self._stranger(request)
            try:
                if request.method == "POST":
                    forms.check_site(request, self._services.settings.web.public_url)
                visit = await run_in_threadpool(self._recognise, request)
                if visit.user is None and not public:
                    return _ask_to_log_in(visit)
                if request.method == "POST":
                    form = await forms.read_form(request, limit, fields)
                    forms.check_token(form, visit.secret)
                    visit = replace(visit, form=form)
                response = await run_in_threadpool(function, visit)
                self._remember_form_cookie(visit, response)
            except ClientDisconnect:
                return Response(status_code=400)  # nobody is there to read it
            except MailroomError as error:
                return problem_page(visit, error)
            except Exception as error:
                return crash_page(visit, error)
            finally:
                await visit.form.close()
            return response

        return endpoint

    async def not_found(self, request: Request, error: Exception) -> Response:
        """Answer an address that is none of ours, or a method that it does not know."""
        try:
            visit = await run_in_threadpool(self._recognise, request)
        except MailroomError:
            visit = self._stranger(request)  # an unknown address is unknown also while the store does not answer
        response = problem_page(visit, NotFound())
        if isinstance(error, HTTPException) and error.status_code == 405:
            response.status_code = 405
            response.headers.update(error.headers or {})
        return response

    def log_in(self, response: Response, token: str) -> None:
        """Put the session's cookie on the answer."""
        self._set(response, self.session_cookie, token, self._services.settings.web.session_days * 86_400)

    def log_out(self, response: Response) -> None:
        """Take the session's cookie away."""
        self._set(response, self.session_cookie, "", 0)

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=self._services.https
        )

    def _remember_form_cookie(self, visit: Visit, response: Response) -> None:
        if visit.user is None and visit.secret != visit.request.cookies.get(self.form_cookie):
            self._set(response, self.form_cookie, visit.secret, None)

    def _stranger(self, request: Request) -> Visit:
        now = self._services.clock()
        words = Words(language_of(request.headers.get("accept-language")), now)
        secret = request.cookies.get(self.form_cookie) or secrets.token_urlsafe(32)
        return Visit(request, self._services, words, None, secret, now)

    def _recognise(self, request: Request) -> Visit:
        stranger = self._stranger(request)
        token = request.cookies.get(self.session_cookie, "")
        if not token:
            return stranger
        with self._services.store.read() as unit:
            user = unit.sessions.user_of(token, stranger.now)
        if user is None:
            return stranger
        return replace(stranger, user=user, secret=token, session=token, words=Words(user.language, stranger.now))


def _ask_to_log_in(visit: Visit) -> Response:
    if visit.request.method == "POST":
        raise forms.FormExpired("the session ended")
    wanted = visit.request.url.path + (f"?{visit.request.url.query}" if visit.request.url.query else "")
    return visit.go("/log-in" if wanted == "/" else f"/log-in?next={quote(wanted, safe='/')}")


def problem_page(visit: Visit, error: MailroomError) -> Response:
    """Answer a known cause with its page."""
    for cause, (status, name) in PROBLEMS:
        if isinstance(error, cause):
            _log.info("page_refused", status=status, reason=error.reason, path=_loggable(visit), facts=error.facts)
            limit = visit.words.size(visit.services.settings.web.max_upload_bytes)
            said = visit.words.reason(Reason(code=error.reason)) if status == 503 else ""
            return visit.page(
                "problem.html", status=status, problem=name, limit=limit, said=said, incident="", back=_back(visit)
            )
    return crash_page(visit, error)


def crash_page(visit: Visit, error: Exception) -> Response:
    """Answer an unknown error: its traceback goes to the log under an id, the person sees the id only."""
    incident = new_id()
    _log.error("page_failed", incident=incident, path=_loggable(visit), exc_info=error)
    return visit.page("problem.html", status=500, problem="internal", limit="", said="", incident=incident, back="")


def _loggable(visit: Visit) -> str:
    path = visit.request.url.path
    return "/sign-in/..." if path.startswith("/sign-in/") else path[:200]  # the token there opens a session


def _back(visit: Visit) -> str:
    """Return the page from which a refused act on a document came, so that a person sees what stands there now."""
    found = re.fullmatch(r"(/documents/[a-z0-9]+)/[a-z]+", visit.request.url.path)
    return found[1] if found and visit.request.method == "POST" and visit.user else ""
