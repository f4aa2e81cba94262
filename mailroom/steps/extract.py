"""Extract: from what was seen to the fields, each with its evidence; then the seller, if the account knows it.

An e-invoice is compared with the page it came with, and with the account that received it.
"""

from __future__ import annotations

from mailroom.domain.document import FieldName, FieldSource
from mailroom.domain.reading import Reading
from mailroom.einvoice import reasons_outside
from mailroom.extraction import Buyer
from mailroom.log import get_logger
from mailroom.steps.house import House
from mailroom.steps.read import joined
from mailroom.steps.second_opinion import look_twice

log = get_logger("extract")


def extract(house: House, document_id: str) -> int:
    """Store the fields and the seller; return how many fields have a value."""
    with house.store.read() as unit:
        document = unit.documents.get(document_id)
        account = unit.accounts.get(document.account_id)
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading or ""))
    buyer = Buyer(name=account.name, vat_id=account.vat_id, names=account.names)
    found, engine = look_twice(house.reader, lambda: house.store.blobs.get(document.sha256), reading, buyer)
    words = " ".join(page.text() for page in reading.pages)
    outside = reasons_outside(reading.structured, found.page, account=account, words=words)
    with house.store.unit() as unit:
        current = unit.documents.get(document_id)
        typed = {name: field for name, field in current.fields.items() if field.source is FieldSource.PERSON}
        fields = {**found.fields, **typed}  # what a person typed outlives a second reading
        values = {name: field.value for name, field in fields.items()}
        seller = unit.sellers.match(
            account.id,
            values.get(FieldName.SELLER_VAT_ID) or "",
            values.get(FieldName.IBAN) or "",
            values.get(FieldName.SELLER_NAME) or "",
        )
        unit.lines.save(document_id, found.lines)
        unit.documents.save(
            current.model_copy(
                update={
                    "fields": fields,
                    "engine": engine,
                    "problems": joined(current.problems, found.problems, outside),
                    "seller_id": seller.id if seller else None,
                }
            )
        )
    return sum(value is not None for value in values.values())
