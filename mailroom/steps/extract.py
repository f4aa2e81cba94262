"""Extract: from what was seen to the fields, each with its evidence; then the seller, if the account knows it."""

from __future__ import annotations

from mailroom.domain.document import FieldName
from mailroom.domain.reading import Reading
from mailroom.extraction import Buyer
from mailroom.extraction import extract as extract_fields
from mailroom.log import get_logger
from mailroom.steps.house import House

log = get_logger("extract")


def extract(house: House, document_id: str) -> int:
    """Store the fields and the seller; return how many fields have a value."""
    with house.store.read() as unit:
        document = unit.documents.get(document_id)
        account = unit.accounts.get(document.account_id)
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading or ""))
    found = extract_fields(reading, Buyer(name=account.name, vat_id=account.vat_id, names=account.names))
    values = {name: field.value for name, field in found.fields.items()}
    with house.store.unit() as unit:
        current = unit.documents.get(document_id)
        seller = unit.sellers.match(
            account.id,
            values.get(FieldName.SELLER_VAT_ID) or "",
            values.get(FieldName.IBAN) or "",
            values.get(FieldName.SELLER_NAME) or "",
        )
        unit.documents.save(
            current.model_copy(
                update={
                    "fields": found.fields,
                    "problems": (*reading.problems, *found.problems),
                    "seller_id": seller.id if seller else None,
                }
            )
        )
    return sum(value is not None for value in values.values())
