"""Extract: from what was seen to the fields, each with its evidence; then the seller, if the account knows it."""

from __future__ import annotations

from mailroom.domain.document import FieldName, FieldSource
from mailroom.domain.reading import Reading
from mailroom.extraction import Buyer
from mailroom.extraction import extract as extract_fields
from mailroom.log import get_logger
from mailroom.steps.house import House
from mailroom.steps.read import joined

log = get_logger("extract")


def extract(house: House, document_id: str) -> int:
    """Store the fields and the seller; return how many fields have a value."""
    with house.store.read() as unit:
        document = unit.documents.get(document_id)
        account = unit.accounts.get(document.account_id)
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading or ""))
    found = extract_fields(reading, Buyer(name=account.name, vat_id=account.vat_id, names=account.names))
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
        unit.documents.save(
            current.model_copy(
                update={
                    "fields": fields,
                    "problems": joined(current.problems, found.problems),
                    "seller_id": seller.id if seller else None,
                }
            )
        )
    return sum(value is not None for value in values.values())
