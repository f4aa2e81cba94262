"""The readable copy of an XML invoice: made in the boxed child, so that a person sees a page where there is none.

It is a help and never a condition: when it cannot be made (a library is missing, the child was ended), the document
goes on without a picture, and the log says why.
"""

from __future__ import annotations

from typing import NamedTuple

from mailroom.domain.message import MediaType
from mailroom.errors import MailroomError, ReaderCrashed
from mailroom.languages import Language
from mailroom.log import get_logger
from mailroom.reading.frames import JSON
from mailroom.steps.house import House

log = get_logger("readable")

_LARGEST = 20 << 20


class Copy(NamedTuple):
    """The PDF and a picture of every page."""

    pdf: bytes
    previews: list[bytes]


def readable_copy(house: House, document_id: str, xml: bytes, language: Language) -> Copy | None:
    """Return an XML invoice as pages in a language, or None when that is not possible here."""
    arguments: dict[str, JSON] = {"media_type": MediaType.XML.value, "language": language.value, "pdf": True}
    try:
        _, blobs = house.box.call("readable_copy", arguments, [xml], prepare=True)
        pdf = blobs[-1] if blobs else b""
        if not pdf.startswith(b"%PDF") or len(pdf) > _LARGEST:
            raise ReaderCrashed("the reader's answer is not in the agreed form")
        return Copy(pdf, house.reader.read(pdf, MediaType.PDF).previews)
    except MailroomError as cause:
        log.warning("copy_not_made", document=document_id, reason=cause.reason, detail=str(cause)[:500])
        return None
