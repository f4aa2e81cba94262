"""Extract: from what was seen to the fields, each with its evidence; then the seller, if the account knows it.

An e-invoice is compared with the page it came with, and with the account that received it; the text layer of a page
with its picture.
"""

from __future__ import annotations

from mailroom.domain.account import Purpose
from mailroom.domain.answer import Question
from mailroom.domain.document import Document, FieldSource
from mailroom.domain.learned import Lessons
from mailroom.domain.line_sums import compared
from mailroom.domain.reading import Reading
from mailroom.domain.value import Reason
from mailroom.einvoice import reasons_outside
from mailroom.extraction import Buyer, Extraction, marks_of, several
from mailroom.log import get_logger
from mailroom.steps.house import House
from mailroom.steps.learning import lessons_of_seller, proved_domain
from mailroom.steps.photos import has_company
from mailroom.steps.purpose import purpose_of
from mailroom.steps.read import joined
from mailroom.steps.second_opinion import look_twice
from mailroom.steps.text_and_picture import OURS, differences
from mailroom.steps.together import ASKED, DIVIDING, SEVERAL, files_subject
from mailroom.store import Unit

log = get_logger("extract")


def extract(house: House, document_id: str) -> bool:
    """Store the fields and the seller; return whether it has to be divided, or looked at with its neighbours."""
    with house.store.read() as unit:
        document = unit.documents.get(document_id)
        account = unit.accounts.get(document.account_id)
        message = unit.messages.get(document.message_id)
        people = unit.users.members(account.id)
        buys = purpose_of(unit, message) is not Purpose.SALES
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading or ""))
    buyer = Buyer(name=account.name, vat_id=account.vat_id, names=account.names) if buys else Buyer()
    domain = proved_domain(account, people, message)

    def lessons_for(found: Extraction) -> Lessons:
        if reading.structured:
            return {}
        return lessons_of_seller(house, account, marks_of(found.fields, reading, buyer, domain=domain))

    def original() -> bytes:
        return house.store.blobs.get(document.sha256)

    found, engine = look_twice(house.reader, original, reading, buyer, lessons_for)
    seen = differences(house.reader, original, reading, found)
    words = " ".join(page.text() for page in reading.pages)
    division = several.divide(reading, buyer) if document.made_from is None else several.Division(((1, 1),))
    outside = reasons_outside(reading.structured, found.page, account=account if buys else None, words=words)
    sha256 = _with_page(house, document.reading or "", reading, found)
    with house.store.unit() as unit:
        current = unit.documents.get(document_id)
        typed = {name: field for name, field in current.fields.items() if field.source is FieldSource.PERSON}
        fields = {**found.fields, **typed}  # what a person typed outlives a second reading
        known = unit.sellers.recognise(account.id, marks_of(fields, reading, buyer, domain=domain))
        lines = unit.lines.of(document_id)
        unit.lines.save(document_id, compared(lines, fields) if lines.by_hand else found.lines)
        told = _told(unit, current, division)
        kept = tuple(problem for problem in current.problems if problem.code not in DIVIDING | OURS)
        unit.documents.save(
            current.model_copy(
                update={
                    "fields": fields,
                    "engine": engine,
                    "reading": sha256,
                    "problems": joined(kept, found.problems, outside, seen, told),
                    "seller_id": known.seller.id if known else None,
                }
            )
        )
        company = has_company(unit, document)
    return company or any(problem.code == SEVERAL for problem in told)


def _told(unit: Unit, document: Document, division: several.Division) -> tuple[Reason, ...]:
    """Return how a file is to be divided as a problem: a sure division, a question, or what a person said of it."""
    if len(division.pieces) < 2:
        return ()
    sender = unit.messages.get(document.message_id).sender.identity
    said = ""
    for subject in (document.id, files_subject(sender)):
        said = said or unit.answers.find(document.account_id, Question.DIVISION, subject)
    if said == "whole" and (
        not division.sure or unit.answers.find(document.account_id, Question.DIVISION, document.id)
    ):
        return ()
    code = SEVERAL if division.sure or said == "split" else ASKED
    return (Reason(code=code, facts={"pages": division.pages}),)


def _with_page(house: House, sha256: str, reading: Reading, found: Extraction) -> str:
    """Keep what the pages say beside the e-invoice inside their PDF, for a person to compare; return the reading."""
    on_page = {name: field.value for name, field in found.page.items() if field.value} if reading.structured else {}
    if not on_page or on_page == reading.on_page:
        return sha256
    return house.store.blobs.put(reading.model_copy(update={"on_page": on_page}).model_dump_json().encode())
