"""Draw: the readable copy of an XML invoice, made in the boxed child, so that a person sees a page where there is none.

The last step of a document, after the decision: laying out a page costs more than all the reading of an XML invoice,
and nobody shall wait for it. It is a help and never a condition: when it cannot be made (a library is missing, the
child was ended), the document stays without a picture, and the log says why.
"""

from __future__ import annotations

from typing import NamedTuple

from mailroom.domain.message import MediaType
from mailroom.domain.reading import Reading
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


def draw(house: House, document_id: str) -> bool:
    """Store the copy of an XML invoice in the account's language, with its page pictures; False when there is none."""
    with house.store.read() as unit:
        document = unit.documents.get(document_id)
        language = unit.accounts.get(document.account_id).language
    if document.media_type is not MediaType.XML or not document.reading:
        return False
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading))
    if not reading.syntax or reading.readable_copy:
        return bool(reading.readable_copy)
    copy = readable_copy(house, document_id, house.store.blobs.get(document.sha256), language)
    if copy is None:
        return False
    drawn = reading.model_copy(update={"readable_copy": house.store.blobs.put(copy.pdf)})
    previews = [house.store.blobs.put(picture) for picture in copy.previews]
    sha256 = house.store.blobs.put(drawn.model_dump_json().encode())
    with house.store.unit() as unit:
        unit.documents.illustrate(document_id, reading=sha256, previews=previews)
    return True


def readable_copy(house: House, document_id: str, xml: bytes, language: Language) -> Copy | None:
    """Return an XML invoice as pages in a language, or None when that is not possible here."""
    arguments: dict[str, JSON] = {"media_type": MediaType.XML.value, "language": language.value, "pdf": True}
    try:
        _, blobs = house.box.call("readable_copy", arguments, [xml], prepare=language.value)
        pdf = blobs[-1] if blobs else b""
        if not pdf.startswith(b"%PDF") or len(pdf) > _LARGEST:
            raise ReaderCrashed("the reader's answer is not in the agreed form")
        return Copy(pdf, house.reader.read(pdf, MediaType.PDF).previews)
    except MailroomError as cause:
        log.warning("copy_not_made", document=document_id, reason=cause.reason, detail=str(cause)[:500])
        return None
