"""Read: the boxed child sees the pages or the XML; what it saw is stored beside the original.

A document that ends its reader is tried a bounded number of times, also across restarts of the daemon, then it waits
for the operator. One that holds nothing readable becomes `unreadable`, with the cause in words.
"""

from __future__ import annotations

from typing import Literal

from mailroom.domain.document import Document, DocumentState
from mailroom.domain.message import MediaType
from mailroom.domain.value import Reason
from mailroom.errors import ReaderStopped, Unreadable
from mailroom.log import get_logger
from mailroom.reading.read import ReadResult
from mailroom.steps.decide import release_renditions
from mailroom.steps.house import House
from mailroom.steps.park import park_document
from mailroom.steps.photos import pages_told
from mailroom.steps.unlocked import waits_for_key

log = get_logger("read")

TASKS = frozenset({"invoice_behind_link", "forwarding_confirmation"})
"""Problems of a mail that is drawn for a person and is no document to be read: it says what is to be done elsewhere."""


Seen = Literal["pages", "data", ""]
"""What was read: pages that people see, or data that they do not; nothing when it goes no further by itself."""


def read(house: House, document_id: str) -> Seen:
    """Store the reading and the page pictures, and return what was seen."""
    with house.store.unit() as unit:
        document = unit.documents.get(document_id)
        if document.state is not DocumentState.READING or waits_for_key(document):
            return ""  # a locked file: taking its mail apart again opens it, or says that it stays shut
        if document.reading and (document.made_from or _was_asked(document) or pages_told(unit, document)):
            return "pages"  # they were read with the whole, or before a person was asked or said what belongs together
        attempts = unit.documents.begin_attempt(document_id)
    if attempts > house.settings.engine.max_attempts:
        park_document(house, document_id, "reader_stopped")
        return ""
    try:
        content = house.store.blobs.get(document.sha256)
        result = house.reader.read(content, document.media_type, document.filename)
        _keep(house, document_id, result)
        task = next((problem for problem in document.problems if problem.code in TASKS), None)
        if task is not None:
            _set_unreadable(house, document_id, task)
            return ""
    except ReaderStopped as stopped:
        if house.leaving.is_set():
            _end_attempt(house, document_id)
            raise
        if attempts < house.settings.engine.max_attempts:
            raise
        park_document(house, document_id, stopped.reason)
        return ""
    except Unreadable as cause:
        facts = {name: str(fact) for name, fact in cause.facts.items()}
        _set_unreadable(house, document_id, Reason(code=cause.reason, facts=facts))
        return ""
    except Exception:
        _end_attempt(house, document_id)
        raise
    return "data" if document.media_type is MediaType.XML else "pages"


def _was_asked(document: Document) -> bool:
    return any(problem.code == "perhaps_several" for problem in document.problems)


def _end_attempt(house: House, document_id: str) -> None:
    """Take back the count of a run that ended by itself: a full disk is not the document's fault."""
    with house.store.unit() as unit:
        document = unit.documents.get(document_id)
        unit.documents.save(document.model_copy(update={"attempts": max(document.attempts - 1, 0)}))


def _keep(house: House, document_id: str, result: ReadResult) -> None:
    reading = result.reading
    reading_sha256 = house.store.blobs.put(reading.model_dump_json().encode())
    previews = tuple(house.store.blobs.put(picture) for picture in result.previews)
    with house.store.unit() as unit:
        document = unit.documents.get(document_id)
        unit.documents.keep_words(document_id, (page.text() for page in reading.pages))
        unit.documents.save(
            document.model_copy(
                update={
                    "reading": reading_sha256,
                    "previews": previews,
                    "page_count": reading.page_count,
                    "engine": reading.engine,
                    "problems": joined(document.problems, reading.problems),
                    "attempts": 0,
                }
            )
        )
    log.info("document_read", document=document_id, engine=reading.engine, pages=reading.page_count)


def joined(*several: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Return all problems in their order, each once."""
    found: list[Reason] = []
    for problem in (each for reasons in several for each in reasons):
        if problem not in found:
            found.append(problem)
    return tuple(found)


def _set_unreadable(house: House, document_id: str, reason: Reason) -> None:
    with house.store.unit() as unit:
        document = unit.documents.get(document_id)
        unit.documents.save(
            document.model_copy(update={"state": DocumentState.UNREADABLE, "reasons": (reason,), "attempts": 0})
        )
        unit.events.add(
            "document_unreadable",
            account_id=document.account_id,
            subject=document_id,
            actor="read",
            facts={"reason": reason.code},
            at=house.clock(),
        )
        release_renditions(unit, house, document_id)
    log.info("document_unreadable", document=document_id, reason=reason.code)
