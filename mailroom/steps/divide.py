"""Divide: a PDF with several invoices becomes a document each; photos that are pages of one invoice become one.

The original is kept and set aside, the pieces name it. What was read of the whole is read of the pieces, so that no
page is read twice. Everything is written in one transaction: a run that was cut off before it begins anew, one that
was cut off after it finds the pieces.
"""

from __future__ import annotations

from mailroom.domain.decision import Decision
from mailroom.domain.document import PHOTOS, Bond, Document, DocumentState
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Page, Reading
from mailroom.domain.value import Reason, new_id
from mailroom.errors import MailroomError, ReaderStopped
from mailroom.log import get_logger
from mailroom.reading.frames import JSON
from mailroom.steps.decide import RULES, apply_decision
from mailroom.steps.house import House
from mailroom.steps.photos import first_page, pages_of
from mailroom.steps.read import joined
from mailroom.steps.together import DIVIDING, SEVERAL
from mailroom.store import Unit

log = get_logger("divide")

Piece = tuple[int, int]


def divide(house: House, document_id: str) -> list[str]:
    """Do what `extract` found to be needed; return the ids of the documents that were made and begin now."""
    with house.store.read() as unit:
        document = unit.documents.get(document_id)
    if document.state is not DocumentState.READING:  # an earlier run was cut off after its commit
        with house.store.read() as unit:
            return [made.id for made in _made_with(unit, document) if made.state is DocumentState.READING]
    try:
        return _join(house, document) if document.media_type in PHOTOS else _split(house, document)
    except ReaderStopped:
        if house.leaving.is_set():
            raise
        log.warning("not_divided", document=document_id)
        return []
    except MailroomError as cause:
        if cause.reason not in {"damaged", "password_protected"}:
            raise
        log.warning("not_divided", document=document_id, reason=cause.reason)
        return []


def _made_with(unit: Unit, document: Document) -> list[Document]:
    if document.bond is Bond.DIVIDED:
        return unit.documents.made_of(document.id)
    return [unit.documents.get(document.belongs_to)] if document.bond is Bond.PAGE and document.belongs_to else []


# -- one file, several invoices ----------------------------------------------------------------------------------------


def pieces_told(document: Document, code: str) -> list[Piece]:
    """Return the pieces that a problem of the document names: `1-2, 3`."""
    told = next((problem.facts["pages"] for problem in document.problems if problem.code == code), "")
    pieces = []
    for piece in told.split(", ") if told else ():
        first, _, last = piece.partition("-")
        pieces.append((int(first), int(last or first)))
    return pieces


def _split(house: House, document: Document) -> list[str]:
    pieces = pieces_told(document, SEVERAL)
    if len(pieces) < 2 or not document.reading:
        return []
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading))
    wanted: list[JSON] = [[first, last] for first, last in pieces]
    _, files = house.box.call("cut_pages", {"pieces": wanted}, [house.store.blobs.get(document.sha256)])
    made = [_piece(house, document, reading, place, content) for place, content in zip(pieces, files, strict=True)]
    with house.store.unit() as unit:
        current = unit.documents.get(document.id)
        if current.state is not DocumentState.READING:
            return []
        known = {(old.first_page, old.last_page): old for old in unit.documents.made_of(document.id)}
        ids = [
            _begin(unit, piece, known.get(place), [reading.pages[n - 1].text() for n in range(place[0], place[1] + 1)])
            for piece, place in zip(made, pieces, strict=True)
        ]
        why = Reason(code="was_divided", facts={"count": str(len(pieces))})
        aside = Decision(state=DocumentState.SET_ASIDE, rule="was_divided", reasons=(why,))
        kept = tuple(problem for problem in current.problems if problem.code not in DIVIDING)
        whole = current.model_copy(update={"bond": Bond.DIVIDED, "problems": kept})
        apply_decision(unit, house, whole, aside, actor=RULES)
    log.info("document_divided", document=document.id, pieces=len(pieces))
    return [piece for piece in ids if piece]


def _begin(unit: Unit, piece: Document, known: Document | None, texts: list[str]) -> str:
    """Store a piece, or take up the one that was made of these pages before; nothing for bytes that are there."""
    if known is not None:
        again = {"state": DocumentState.READING, "belongs_to": None, "bond": None, "reasons": ()}
        return unit.documents.save(known.model_copy(update=again)).id
    stored, created = unit.documents.add(piece)
    if created:
        unit.documents.keep_words(stored.id, texts)
    return stored.id if created else ""


def _piece(house: House, document: Document, reading: Reading, place: Piece, content: bytes) -> Document:
    first, last = place
    pages = tuple(page for page in reading.pages if first <= page.number <= last)
    codes = [code for code in reading.barcodes if first <= code.page <= last]
    own = reading.model_copy(
        update={
            "pages": tuple(page.model_copy(update={"number": page.number - first + 1}) for page in pages),
            "page_count": len(pages),
            "barcodes": tuple(code.model_copy(update={"page": code.page - first + 1}) for code in codes),
        }
    )
    stem = document.filename.rsplit(".", 1)[0] or "document"
    return _made(
        house,
        document,
        own,
        content=content,
        part_path=f"{document.part_path}:{first}-{last}",
        filename=f"{stem} p{first}{f'-{last}' if last > first else ''}.pdf",
        previews=document.previews[first - 1 : last],
        first_page=first,
        last_page=last,
    )


def _made(house: House, document: Document, reading: Reading, *, content: bytes, **known: object) -> Document:
    """Return a document that was made of another one, with what was read of it."""
    now = house.clock()
    told: dict[str, object] = {
        "id": new_id(),
        "account_id": document.account_id,
        "message_id": document.message_id,
        "made_from": document.id,
        "sha256": house.store.blobs.put(content),
        "size": len(content),
        "media_type": MediaType.PDF,
        "reading": house.store.blobs.put(reading.model_dump_json().encode()),
        "page_count": reading.page_count,
        "engine": reading.engine,
        "problems": reading.problems,
        "created_at": now,
        "updated_at": now,
    }
    return Document.model_validate(told | known)


# -- several photos, one invoice ---------------------------------------------------------------------------------------


def _join(house: House, document: Document) -> list[str]:
    """Put the photos together that are pages of the invoice that this one is part of."""
    with house.store.read() as unit:
        photos = pages_of(unit, house, document)
    if len(photos) < 2:
        return []
    contents = [house.store.blobs.get(photo.sha256) for photo in photos]
    kinds: list[JSON] = [photo.media_type.value for photo in photos]
    bounded: dict[str, JSON] = {"media_types": kinds, "max_megapixels": house.settings.reading.max_megapixels}
    _, [content] = house.box.call("join_pictures", bounded, contents)
    whole = _joined(house, photos, content)
    with house.store.unit() as unit:
        unit.documents.keep_others_waiting(document.account_id)
        if [photo.id for photo in pages_of(unit, house, document)] != [photo.id for photo in photos]:
            return []  # somebody else was quicker, or a person has begun
        stored, created = unit.documents.add(whole)
        if not created:
            return []
        unit.documents.keep_words(stored.id, [page.text() for photo in photos if (page := first_page(house, photo))])
        for photo in photos:
            current = unit.documents.get(photo.id)
            bond = {"belongs_to": stored.id, "bond": Bond.PAGE}
            aside = Decision(state=DocumentState.SET_ASIDE, rule="page_of", reasons=(Reason(code="page_of"),))
            apply_decision(unit, house, current.model_copy(update=bond), aside, actor=RULES)
        unit.events.add(
            "document_joined",
            account_id=stored.account_id,
            subject=stored.id,
            actor="divide",
            facts={"pictures": str(len(photos))},
            at=house.clock(),
        )
    log.info("photos_joined", document=stored.id, photos=len(photos))
    return [stored.id]


def _joined(house: House, photos: list[Document], content: bytes) -> Document:
    readings = [Reading.model_validate_json(house.store.blobs.get(photo.reading or "")) for photo in photos]
    pages: list[Page] = []
    codes = []
    for reading in readings:
        codes += [code.model_copy(update={"page": code.page + len(pages)}) for code in reading.barcodes]
        pages += [page.model_copy(update={"number": len(pages) + n}) for n, page in enumerate(reading.pages, 1)]
    whole = Reading(
        media_type=MediaType.PDF,
        engine=readings[0].engine,
        pages=tuple(pages),
        page_count=len(pages),
        barcodes=tuple(codes),
        problems=joined(*(reading.problems for reading in readings)),
    )
    first = photos[0]
    return _made(
        house,
        first,
        whole,
        content=content,
        part_path="+".join(photo.part_path for photo in photos if photo.message_id == first.message_id),
        filename=f"{first.filename.rsplit('.', 1)[0] or 'photos'} ({len(photos)}).pdf",
        previews=tuple(preview for photo in photos for preview in photo.previews),
    )
