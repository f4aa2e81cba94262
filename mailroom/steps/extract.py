"""Extract: from what was seen to the fields, each with its evidence; then the seller, if the account knows it.

An e-invoice is compared with the page it came with, and with the account that received it.
"""

from __future__ import annotations

from mailroom.domain.document import FieldSource
from mailroom.domain.learned import Lessons
from mailroom.domain.reading import Reading
from mailroom.einvoice import reasons_outside
from mailroom.extraction import Buyer, Extraction, marks_of
from mailroom.log import get_logger
from mailroom.steps.house import House
from mailroom.steps.learning import lessons_of_seller, proved_domain
from mailroom.steps.read import joined
from mailroom.steps.second_opinion import look_twice

log = get_logger("extract")


def extract(house: House, document_id: str) -> int:
    """Store the fields and the seller; return how many fields have a value."""
    with house.store.read() as unit:
        document = unit.documents.get(document_id)
        account = unit.accounts.get(document.account_id)
        message = unit.messages.get(document.message_id)
        people = unit.users.members(account.id)
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading or ""))
    buyer = Buyer(name=account.name, vat_id=account.vat_id, names=account.names)
    domain = proved_domain(account, people, message)

    def lessons_for(found: Extraction) -> Lessons:
        if reading.structured:
            return {}
        return lessons_of_seller(house, account, marks_of(found.fields, reading, buyer, domain=domain))

    found, engine = look_twice(
        house.reader, lambda: house.store.blobs.get(document.sha256), reading, buyer, lessons_for
    )
    words = " ".join(page.text() for page in reading.pages)
    outside = reasons_outside(reading.structured, found.page, account=account, words=words)
    with house.store.unit() as unit:
        current = unit.documents.get(document_id)
        typed = {name: field for name, field in current.fields.items() if field.source is FieldSource.PERSON}
        fields = {**found.fields, **typed}  # what a person typed outlives a second reading
        values = {name: field.value for name, field in fields.items()}
        known = unit.sellers.recognise(account.id, marks_of(fields, reading, buyer, domain=domain))
        unit.lines.save(document_id, found.lines)
        unit.documents.save(
            current.model_copy(
                update={
                    "fields": fields,
                    "engine": engine,
                    "problems": joined(current.problems, found.problems, outside),
                    "seller_id": known.seller.id if known else None,
                }
            )
        )
    return sum(value is not None for value in values.values())
