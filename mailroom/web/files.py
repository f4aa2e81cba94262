"""Bytes: page pictures to look at, originals and UBL to take away, and the static files.

The original is never shown inline: it goes out as an attachment that a browser may not run.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from mailroom.domain.document import FieldName
from mailroom.domain.message import ENDINGS
from mailroom.errors import NotFound
from mailroom.web.rendering import static_address, static_files
from mailroom.web.rights import Right, open_document
from mailroom.web.visit import Visit

_PICTURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_STATIC = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def page_picture(visit: Visit) -> Response:
    """Return the picture of one page."""
    with visit.services.store.read() as unit:
        document, _, _ = open_document(unit, visit.person, visit.path("document"), Right.SEE)
    number = int(visit.path("number"))
    if not 1 <= number <= len(document.previews):
        raise NotFound("no such page", document_id=document.id)
    sha256 = document.previews[number - 1]
    # The address carries the start of the hash, so a picture that was made anew has another address.
    headers = {"etag": f'"{sha256}"', "cache-control": "private, max-age=86400"}
    if sha256 in visit.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    content = visit.services.store.blobs.get(sha256)
    for magic, media_type in _PICTURES:
        if content.startswith(magic):
            return Response(content, media_type=media_type, headers=headers)
    raise NotFound("page picture is no picture", document_id=document.id)


def original(visit: Visit) -> Response:
    """Return the original bytes as an attachment."""
    with visit.services.store.read() as unit:
        document, _, _ = open_document(unit, visit.person, visit.path("document"), Right.DOWNLOAD)
    content = visit.services.store.blobs.get(document.sha256)
    name = document.filename or f"{document.id}{ENDINGS.get(document.media_type, '')}"
    return attachment(content, name, document.media_type.value)


def ubl(visit: Visit) -> Response:
    """Return the document as UBL, when there is one."""
    with visit.services.store.read() as unit:
        document, _, _ = open_document(unit, visit.person, visit.path("document"), Right.DOWNLOAD)
    content = visit.services.ubl(document.id)
    if content is None:
        raise NotFound("no UBL", document_id=document.id)
    name = document.value(FieldName.INVOICE_NUMBER) or document.id
    return attachment(content, f"{name}.xml", "application/xml")


def searchable(visit: Visit) -> Response:
    """Return the document as a PDF whose words can be searched and copied."""
    with visit.services.store.read() as unit:
        document, _, _ = open_document(unit, visit.person, visit.path("document"), Right.DOWNLOAD)
    content = visit.services.searchable(document.id)
    if content is None:
        raise NotFound("nothing was read", document_id=document.id)
    name = document.filename.rpartition(".")[0] or document.filename or document.id
    return attachment(content, f"{name}.pdf", "application/pdf")


def attachment(content: bytes, filename: str, media_type: str) -> Response:
    """Return bytes that a browser stores and neither shows nor runs."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": content_disposition(filename),
            "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        },
    )


def content_disposition(filename: str) -> str:
    """Return the header that names a download: plain ASCII for old clients, UTF-8 beside it (RFC 6266, RFC 8187)."""
    bare = re.sub(r"[\x00-\x1f\x7f/\\]", "_", filename).strip(" .")[-150:] or "document"
    plain = re.sub(r"[^ !#$&+.0-9A-Z^_`a-z|~()\[\]{}@=,;'-]", "_", bare)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(bare, safe='', errors='replace')}"


async def static(request: Request) -> Response:
    """Return the style sheet, the script or the icon; the address changes with the content."""
    name = request.path_params["name"]
    if name not in static_files() or request.url.path != static_address(name):
        return Response(status_code=404)
    return Response(
        static_files()[name],
        media_type=_STATIC[name[name.rindex(".") :]],
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )
