"""What runs in the boxed child on behalf of a step: foreign XML is never parsed in the daemon itself."""

from __future__ import annotations

from typing import Any

from mailroom.domain.message import MediaType
from mailroom.einvoice import embedded_invoice, read_invoice
from mailroom.einvoice import to_ubl as write_ubl
from mailroom.errors import UnknownXml


def to_ubl(arguments: dict[str, Any], blobs: list[bytes]) -> tuple[Any, list[bytes]]:
    """Read the e-invoice, or the one inside a PDF, and write it as UBL."""
    content: bytes | None = blobs[0]
    if arguments["media_type"] == MediaType.PDF:
        content = embedded_invoice(blobs[0])
    if content is None:
        raise UnknownXml("the PDF holds no e-invoice")
    return None, [write_ubl(read_invoice(content))]
