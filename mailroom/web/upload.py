"""Upload files: they become mails of our own making in the spool, and from there go the way of every mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from mailroom.domain.account import Account
from mailroom.errors import NotFound
from mailroom.web.ledger import LedgerLine, lines_of
from mailroom.web.rights import Right, Rights, enter
from mailroom.web.visit import Visit

if TYPE_CHECKING:
    from mailroom.store import Unit

MOST_SHOWN = 100
FRAMING = 64 * 1024  # what a form needs beside the bytes of its files


@dataclass(frozen=True)
class Result:
    """What became of one uploaded file; no lines while it still waits for its turn."""

    lines: list[LedgerLine]


def show_upload(visit: Visit) -> Response:
    """Show the form, and what became of the files that were just uploaded."""
    with visit.services.store.read() as unit:
        account, rights = enter(unit, visit.person, visit.path("account"), Right.UPLOAD)
        asked = visit.request.query_params.get("mails", "").split(",")[:MOST_SHOWN]
        results = [_result(unit, account, message_id, visit) for message_id in asked if message_id]
    return _page(visit, account, rights, results=results)


def upload(visit: Visit) -> Response:
    """Take files in. When the answer comes, they survive a power cut."""
    with visit.services.store.read() as unit:
        account, rights = enter(unit, visit.person, visit.path("account"), Right.UPLOAD)
        in_use = [address for address in unit.addresses.of(account.id) if address.retired_at is None]
    if not in_use:
        return _page(visit, account, rights, alert=visit.words.t("web.upload.no_address"), status=422)
    named = [file for file in visit.form.getlist("files") if isinstance(file, UploadFile) and file.filename]
    files = [(str(file.filename), file.file.read()) for file in named]
    empty = [name for name, content in files if not content]
    full = [(name, content) for name, content in files if content]
    if not full:
        key = "web.upload.empty" if empty else "web.upload.none"
        alert = visit.words.t(key, names=", ".join(empty))
        return _page(visit, account, rights, alert=alert, status=422)
    ids = visit.services.upload(account.id, visit.person.id, full)
    if "application/json" in visit.request.headers.get("accept", ""):  # static/upload.js, one file at a time
        return JSONResponse({"mails": list(dict.fromkeys(ids))})
    address = f"/accounts/{account.id}/upload?done=uploaded&mails={','.join(dict.fromkeys(ids))}"
    return visit.go(f"{address}&empty={len(empty)}" if empty else address)


def _page(
    visit: Visit,
    account: Account,
    rights: Rights,
    *,
    results: list[Result] | None = None,
    alert: str = "",
    status: int = 200,
) -> Response:
    empty = visit.query("empty")
    if empty.isdigit() and len(empty) < 4:
        alert = visit.words.t("web.upload.left_out", n=int(empty))
    found = results or []
    return visit.account_page(
        "upload.html",
        account,
        rights,
        results=found,
        limit=visit.words.size(visit.services.settings.web.max_upload_bytes),
        most=visit.services.settings.web.max_upload_bytes,
        notice=visit.done,
        alert=alert,
        refresh=3 if any(not result.lines for result in found) else 0,
        here="upload",
        status=status,
    )


def _result(unit: Unit, account: Account, message_id: str, visit: Visit) -> Result:
    try:
        message = unit.messages.get(message_id)
    except NotFound:
        return Result([])  # still in the spool
    if message.account_id != account.id:
        raise NotFound("mail of another account", message_id=message_id)
    return Result(lines_of(unit, message_id, visit.words))
