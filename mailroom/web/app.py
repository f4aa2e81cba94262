"""The table of pages. One line a page: its address, its function, who may come without a log-in.

A GET changes nothing; what changes something is a POST with the token of the session. The API for programs
(`/api/v1/...`) gets its own routes here, with tokens of its own instead of sessions and forms.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mailroom.web import (
    account_settings,
    api,
    document,
    files,
    inbox,
    ledger,
    lines,
    mail,
    operating,
    passwords,
    queue,
    report,
    seller,
    upload,
    verdicts,
    ways_in,
)
from mailroom.web.headers import SafeHeaders
from mailroom.web.log_in import LogIn
from mailroom.web.passwords import Cost
from mailroom.web.services import WebServices
from mailroom.web.serving import PageFunction, Serving
from mailroom.web.throttle import Throttle


def create_app(services: WebServices, *, password_cost: Cost = passwords.DEFAULT) -> Starlette:
    """Return the web application."""
    serving = Serving(services)
    log_in = LogIn(serving, Throttle(services.clock), password_cost)

    def get(path: str, function: PageFunction, *, public: bool = False) -> Route:
        return Route(path, serving.page(function, public=public), methods=["GET"])

    def post(path: str, function: PageFunction, *, public: bool = False) -> Route:
        return Route(path, serving.page(function, public=public), methods=["POST"])

    room_for_files = services.settings.web.max_upload_bytes + upload.FRAMING
    routes = [
        Route("/healthz", _healthz, methods=["GET"]),
        Route("/static/{hash}/{name}", files.static, methods=["GET"]),
        get("/log-in", log_in.show, public=True),
        post("/log-in", log_in.log_in, public=True),
        get("/sign-in/{token}", log_in.show_link, public=True),
        post("/sign-in/{token}", log_in.use_link, public=True),
        post("/log-out", log_in.log_out),
        get("/me", log_in.show_me),
        post("/me", log_in.save_me),
        post("/me/password", log_in.change_password),
        get("/", inbox.show_home),
        get("/accounts", inbox.show_accounts),
        get("/to-complete", queue.show_queue),
        get("/attention", operating.show_attention),
        get("/unassigned", operating.show_unassigned),
        get("/verdicts", verdicts.show_verdicts),
        get("/accounts/{account}/inbox", inbox.show_inbox),
        get("/accounts/{account}/ledger", ledger.show_ledger),
        post("/accounts/{account}/parts/{mail}/{part}/{act}", ledger.judge_part),
        get("/accounts/{account}/upload", upload.show_upload),
        Route("/accounts/{account}/upload", serving.page(upload.upload, limit=room_for_files), methods=["POST"]),
        get("/accounts/{account}/settings", account_settings.show_settings),
        post("/accounts/{account}/settings/{act}", account_settings.change_settings),
        get("/accounts/{account}/ways", ways_in.show_ways),
        get("/accounts/{account}/ways/refused", ways_in.show_refused),
        post("/accounts/{account}/ways/{act}", ways_in.change_ways),
        get("/messages/{message}", mail.show_mail),
        get("/messages/{message}/raw", mail.raw_mail),
        post("/messages/{message}/replay", mail.replay),
        post("/messages/{message}/assign", mail.assign),
        post("/messages/{message}/dismiss", mail.dismiss),
        get("/accounts/{account}/sellers", seller.show_sellers),
        get("/accounts/{account}/sellers/{seller}", seller.show_seller),
        get("/accounts/{account}/sellers/{seller}/learned.json", seller.export),
        post("/accounts/{account}/sellers/{seller}/forget", seller.forget),
        get("/accounts/{account}/report", report.show_report),
        get("/accounts/{account}/report/mail", report.show_report_mail),
        get("/documents/{document}", document.show_document),
        get("/documents/{document}/lines", lines.show_lines),
        Route(
            "/documents/{document}/lines",
            serving.page(lines.save_lines, limit=lines.ROOM, fields=lines.MOST_FIELDS),
            methods=["POST"],
        ),
        get("/documents/{document}/pages/{number:int}", files.page_picture),
        get("/documents/{document}/original", files.original),
        get("/documents/{document}/ubl", files.ubl),
        get("/documents/{document}/searchable", files.searchable),
        *api.Api(services).routes(),
        *(post(f"/documents/{{document}}/{act}", function) for act, function in document.ACTS.items()),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(SafeHeaders, https=services.https)],
        exception_handlers={404: serving.not_found, 405: serving.not_found},
    )


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok\n")
