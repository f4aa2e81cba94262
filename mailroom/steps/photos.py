"""Which photos are the pages of one invoice: of one mail, of several mails of one sender, or because a person says so.

It looks and says; divide.py does it. Photos of one mail follow each other unless something speaks against it. Those of
several mails are receipts of their own unless the pages themselves say that they follow each other, and only mails of a
sender proved alike count: nobody adds a page to what another one sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mailroom.domain.answer import Question
from mailroom.domain.document import MOST_PHOTOS, PHOTOS, Document, DocumentState
from mailroom.domain.message import Message
from mailroom.domain.reading import Page, Reading
from mailroom.extraction.several import Sign, follows, goes_on, place_of, sign_of, together
from mailroom.steps.house import House
from mailroom.steps.together import pages_subject, photos_subject
from mailroom.store import Unit

NEAR = timedelta(minutes=30)
"""Mails of one sender that came within so long of each other may hold the pages of one invoice."""


@dataclass
class _Run:
    """Photos that follow each other, with what the first of them says and what all say together."""

    photos: list[Document]
    first: Sign
    whole: Sign


def has_company(unit: Unit, document: Document) -> bool:
    """Say whether a document is a photo that may be a page of an invoice with others."""
    if document.media_type not in PHOTOS or document.made_from is not None:
        return False
    if pages_told(unit, document):
        return True
    near = _mails_near(unit, unit.messages.get(document.message_id))
    return unit.documents.has_others(document, [mail.id for mail in near])


def pages_of(unit: Unit, house: House, document: Document) -> list[Document]:
    """Return the photos that are one invoice with this one, in the order of its pages; fewer than two: it is alone."""
    if told := pages_told(unit, document):
        return told
    return next((run.photos for run in _runs(house, _photos(unit, document)) if _holds(run, document)), [])


def pages_told(unit: Unit, document: Document) -> list[Document]:
    """Return the photos of which a person said that they are one invoice with this one; none when one is settled."""
    said = unit.answers.find(document.account_id, Question.DIVISION, pages_subject(document))
    photos = [unit.documents.get(page) for page in (said or "").split()]
    return photos if all(photo.may_be_page for photo in photos) else []


def _photos(unit: Unit, document: Document) -> list[Document]:
    """Return the photos that came with this one or near it, in their order; none when a neighbour is not read yet,
    or people keep them apart.
    """
    message = unit.messages.get(document.message_id)
    said = unit.answers.find(document.account_id, Question.DIVISION, photos_subject(message.sender.identity))
    if said == "split":
        return []
    came = unit.documents.of_messages([mail.id for mail in _mails_near(unit, message)])
    found = {mail: [one for one in documents if _is_free(one)] for mail, documents in came.items()}
    if any(one.state is DocumentState.READING and not one.fields for one in found[message.id]):
        return []
    ordered = {mail: sorted(photos, key=lambda one: _in_order(one.part_path)) for mail, photos in found.items()}
    everything = [one for photos in ordered.values() for one in photos if one.fields]
    near = everything if len(everything) <= MOST_PHOTOS else ordered[message.id]
    return near if len(near) <= MOST_PHOTOS else []


def _is_free(document: Document) -> bool:
    return document.may_be_page and document.decided_by is None


def _mails_near(unit: Unit, message: Message) -> list[Message]:
    """Return the mails of its sender that came about then, itself among them, the oldest first."""
    return unit.messages.near(message, within=NEAR, at_most=MOST_PHOTOS) if message.sender.identity else [message]


def _in_order(path: str) -> list[int]:
    return [int(number) if number.isdigit() else 0 for number in path.split(".")]


def _runs(house: House, photos: list[Document]) -> list[_Run]:
    """Return the photos as runs of pages that follow each other."""
    runs: list[_Run] = []
    for photo in photos:
        found = _sign(house, photo)
        before = next((run for run in reversed(runs) if _next_of(run, photo, found, last=run is runs[-1])), None)
        after = next((run for run in runs if _elsewhere(run, photo) and follows(found, run.first)), None)
        if before is not None:
            before.photos.append(photo)
            before.whole = together(before.whole, found)
        elif after is not None:  # mails overtake each other
            after.photos.insert(0, photo)
            after.first, after.whole = found, together(found, after.whole)
        else:
            runs.append(_Run([photo], found, found))
    return runs


def _next_of(run: _Run, photo: Document, found: Sign, *, last: bool) -> bool:
    if run.photos[-1].message_id == photo.message_id:
        return last and goes_on(run.whole, found)
    return follows(run.whole, found)


def _elsewhere(run: _Run, photo: Document) -> bool:
    return run.photos[0].message_id != photo.message_id


def _holds(run: _Run, document: Document) -> bool:
    return any(photo.id == document.id for photo in run.photos)


def _sign(house: House, photo: Document) -> Sign:
    page = first_page(house, photo)
    place, places = place_of(page) if page else (0, 0)
    return sign_of(photo.fields, words=len(page.words) if page else 0, place=place, places=places)


def first_page(house: House, photo: Document) -> Page | None:
    """Return what was read of a photo."""
    if not photo.reading:
        return None
    pages = Reading.model_validate_json(house.store.blobs.get(photo.reading)).pages
    return pages[0] if pages else None
