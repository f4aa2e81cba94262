"""The searchable copy of a document, made when somebody asks for it: it is as large as the original and easily made.

No step of a story: nothing waits for it and nothing of it is stored.
"""

from __future__ import annotations

from mailroom.domain.message import MediaType
from mailroom.domain.reading import PageSource, Reading
from mailroom.steps.house import House


def searchable_copy(house: House, document_id: str) -> bytes | None:
    """Return a PDF in which every word that was read can be searched; None for what was never read.

    A PDF with a text of its own is its own copy, and an XML invoice has its readable one.

    Raises:
        NotFound: no such document.
        Unreadable, ReaderStopped: it could be read once, and cannot now.
    """
    with house.store.read() as unit:
        document = unit.documents.get(document_id)
    if not document.reading:
        return None
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading))
    if reading.readable_copy:
        return house.store.blobs.get(reading.readable_copy)
    original = house.store.blobs.get(document.sha256)
    if any(page.source is PageSource.OCR for page in reading.pages):
        return house.reader.searchable(original, reading)
    return original if document.media_type is MediaType.PDF else None
