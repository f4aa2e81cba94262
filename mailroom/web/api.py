"""The API for programs: hand documents in, and ask what became of them.

    POST /api/v1/documents          multipart, one or more files   ->  202 {"files": [{"filename", "message_id", ...}]}
    GET  /api/v1/messages/<id>      how far it is, its parts with their verdicts, its documents
    GET  /api/v1/documents/<id>     state, reasons, fields, lines

A key of an account (`Authorization: Bearer KEY`) opens that account and nothing else; there is no session and no form
token. When 202 is read, the files survive a power cut. With an `Idempotency-Key` the same request again has the same
answer; without one, the same file again is still one message. What belongs to another account is not found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mailroom import log
from mailroom.domain.account import ApiAnswer, ApiKey, Purpose
from mailroom.domain.document import Document
from mailroom.domain.line import Lines
from mailroom.domain.message import LedgerEntry, Message
from mailroom.domain.value import Reason, new_id
from mailroom.errors import (
    AccountSuspended,
    MailroomError,
    NotFound,
    NothingToImport,
    PermanentFailure,
    QuotaReached,
    TemporaryFailure,
    TooLarge,
)
from mailroom.languages import Language, reason_text, text
from mailroom.web import forms
from mailroom.web.services import WebServices
from mailroom.web.upload import FRAMING
from mailroom.web.words import language_of

if TYPE_CHECKING:
    from mailroom.store import Unit

LONGEST_KEY = 200

_log = log.get_logger("api")

Files = list[tuple[str, bytes]]
Answer = Callable[[Request, ApiKey], Awaitable[Response]]


class Unauthorized(PermanentFailure):
    """No key, or none that is in use."""

    reason = "unauthorized"


class InvalidRequest(PermanentFailure):
    """The request is none that is understood."""

    reason = "invalid_request"


class KeyReused(PermanentFailure):
    """Other files came under this `Idempotency-Key` before."""

    reason = "key_reused"


STATUS: tuple[tuple[type[MailroomError], int], ...] = (
    (Unauthorized, 401),
    (NotFound, 404),
    (AccountSuspended, 409),
    (TooLarge, 413),
    (InvalidRequest, 422),
    (KeyReused, 422),
    (NothingToImport, 422),
    (QuotaReached, 429),
    (TemporaryFailure, 503),
)


EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]
"""A program that asks wrongly has its answer as JSON, not as a page."""


class Api:
    """The routes of the API. Nothing here reads a cookie."""

    def __init__(self, services: WebServices) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        """Return the table of addresses; everything else below /api/ is not found."""
        return [
            Route("/api/v1/documents", self._endpoint(self._hand_in), methods=["POST"]),
            Route("/api/v1/documents/{id}", self._endpoint(self._show_document), methods=["GET"]),
            Route("/api/v1/messages/{id}", self._endpoint(self._show_message), methods=["GET"]),
            Route("/api/{rest:path}", self._endpoint(_nothing_here), methods=EVERY_METHOD),
        ]

    def _endpoint(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return await answer(request, await run_in_threadpool(self._key, request))
            except ClientDisconnect:
                _log.info("upload_interrupted", path=request.url.path[:200])
                return Response(status_code=400)  # nobody is there to read it
            except MailroomError as error:
                return _refusal(request, error)
            except Exception as error:
                incident = new_id()
                _log.error("api_failed", incident=incident, path=request.url.path[:200], exc_info=error)
                return JSONResponse({"error": "internal", "incident": incident}, status_code=500)

        return endpoint

    def _key(self, request: Request) -> ApiKey:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and secret.strip():
            with self._services.store.read() as unit:
                key = unit.api_keys.find(secret.strip())
            if key is not None:
                return key
        raise Unauthorized

    async def _hand_in(self, request: Request, key: ApiKey) -> Response:
        under = request.headers.get("idempotency-key", "")
        if len(under) > LONGEST_KEY:
            raise InvalidRequest(problem=f"Idempotency-Key > {LONGEST_KEY}")
        form = await _form(request, self._services.settings.web.max_upload_bytes + FRAMING)
        try:
            files = await run_in_threadpool(_files, form)
            return JSONResponse(await run_in_threadpool(self._take, key, under, files, _purpose(form)), status_code=202)
        finally:
            await form.close()

    def _take(self, key: ApiKey, under: str, files: Files, purpose: Purpose | None) -> dict[str, Any]:
        fingerprint = _fingerprint(files, purpose)
        known = self._known(key, under, fingerprint)
        if known is not None:
            return known
        ids = self._services.take_in(key.account_id, files, purpose)
        answer: dict[str, Any] = {
            "files": [_handed_in(name, content, id_) for (name, content), id_ in zip(files, ids, strict=True)]
        }
        _log.info("api_files_taken", account_id=key.account_id, key=key.id, messages=ids)
        if not under:
            return answer
        kept = ApiAnswer(
            account_id=key.account_id,
            key=under,
            fingerprint=fingerprint,
            created_at=self._services.clock(),
            answer=answer,
        )
        with self._services.store.unit() as unit:
            first = unit.api_keys.keep_answer(kept)
        return answer if first else self._known(key, under, fingerprint) or answer

    def _known(self, key: ApiKey, under: str, fingerprint: str) -> dict[str, Any] | None:
        if not under:
            return None
        with self._services.store.read() as unit:
            known = unit.api_keys.answer(key.account_id, under)
        if known is None:
            return None
        if known.fingerprint != fingerprint:
            raise KeyReused
        return known.answer

    async def _show_message(self, request: Request, key: ApiKey) -> Response:
        return JSONResponse(await run_in_threadpool(self._message, request.path_params["id"], key, _language(request)))

    def _message(self, message_id: str, key: ApiKey, language: Language) -> dict[str, Any]:
        # In this order: what leaves the spool between the questions is in the store by then.
        waits = self._services.waits(key.account_id, message_id)
        with self._services.store.read() as unit:
            try:
                message = unit.messages.get(message_id)
            except NotFound:
                if waits:
                    return {"id": message_id, "state": "waiting", "parts": [], "documents": []}
                raise
            if message.account_id != key.account_id:
                raise NotFound("message of another account", message_id=message_id)
            return _message_json(unit, message, language)

    async def _show_document(self, request: Request, key: ApiKey) -> Response:
        return JSONResponse(await run_in_threadpool(self._document, request.path_params["id"], key, _language(request)))

    def _document(self, document_id: str, key: ApiKey, language: Language) -> dict[str, Any]:
        with self._services.store.read() as unit:
            document, lines = unit.documents.get(document_id), unit.lines.of(document_id)
        if document.account_id != key.account_id:
            raise NotFound("document of another account", document_id=document_id)
        return _document_json(document, lines, language)


async def _nothing_here(_: Request, __: ApiKey) -> Response:
    raise NotFound("no such address")


async def _form(request: Request, limit: int) -> FormData:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise InvalidRequest(problem="Content-Type: multipart/form-data")
    try:
        return await forms.read_form(request, limit)
    except forms.FormExpired as error:
        raise InvalidRequest(problem="multipart/form-data") from error


def _files(form: FormData) -> Files:
    """Return the files, whatever their fields are called. Raises NothingToImport for none, or an empty one."""
    found = [
        (each.filename or "file", each.file.read()) for _, each in form.multi_items() if isinstance(each, UploadFile)
    ]
    if not found or not all(content for _, content in found):
        raise NothingToImport("no file, or an empty one")
    return found


def _purpose(form: FormData) -> Purpose | None:
    """Return what the documents are, where the request says so. Raises InvalidRequest."""
    asked = form.get("purpose")
    if asked is None or asked == "":
        return None
    if not isinstance(asked, str) or asked not in set(Purpose):
        raise InvalidRequest(problem=f"purpose: {', '.join(Purpose)}")
    return Purpose(asked)


def _fingerprint(files: Sequence[tuple[str, bytes]], purpose: Purpose | None) -> str:
    digest = hashlib.sha256((purpose or "").encode())
    for name, content in files:
        digest.update(hashlib.sha256(name.encode("utf-8", "replace")).digest() + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _handed_in(name: str, content: bytes, message_id: str) -> dict[str, Any]:
    return {
        "filename": name,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "message_id": message_id,
        "status": f"/api/v1/messages/{message_id}",
    }


def _message_json(unit: Unit, message: Message, language: Language) -> dict[str, Any]:
    parts = unit.parts.of(message.id)
    return {
        "id": message.id,
        "state": message.state.value,
        "received_at": message.received_at.isoformat(),
        "reasons": _reasons(message.reasons, language),
        "parts": [_part_json(part, language) for part in parts],
        "documents": list(dict.fromkeys(part.document_id for part in parts if part.document_id)),
    }


def _part_json(part: LedgerEntry, language: Language) -> dict[str, Any]:
    return {
        "path": part.path,
        "filename": part.filename,
        "media_type": part.media_type.value,
        "sha256": part.sha256,
        "verdict": part.verdict.value,
        "reason": _reasons([part.reason], language)[0],
        "document_id": part.document_id,
    }


def _document_json(document: Document, lines: Lines, language: Language) -> dict[str, Any]:
    return {
        "id": document.id,
        "message_id": document.message_id,
        "filename": document.filename,
        "media_type": document.media_type.value,
        "sha256": document.sha256,
        "state": document.state.value,
        "reasons": _reasons(document.reasons, language),
        "fields": {
            name.value: {"value": field.value, "confidence": field.confidence}
            for name, field in document.fields.items()
        },
        "lines": [item.model_dump(mode="json") for item in lines.items],
        "lines_status": lines.status.value,
        "lines_by_hand": lines.by_hand,
        "accounting_status": document.accounting_status.value,
        "payment_status": document.payment_status.value,
        "created_at": document.created_at.isoformat(),
        "updated_at": document.updated_at.isoformat(),
    }


def _reasons(reasons: Sequence[Reason], language: Language) -> list[dict[str, Any]]:
    return [
        {"code": reason.code, "facts": dict(reason.facts), "text": reason_text(language, reason.code, reason.facts)}
        for reason in reasons
    ]


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language"))


def _refusal(request: Request, error: MailroomError) -> Response:
    """Answer a known cause: its code for the program, a sentence for whoever reads its log."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 400)
    language, code = _language(request), error.reason
    own = isinstance(error, Unauthorized | InvalidRequest | KeyReused)
    said = text(language, f"api.{code}", **error.facts) if own else reason_text(language, code, error.facts)
    _log.info("api_refused", status=status, reason=code, path=request.url.path[:200])
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse({"error": code, "message": said}, status_code=status, headers=headers)
