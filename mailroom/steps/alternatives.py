"""What else the pages say: shown to a person who completes a document, thought out when he looks.

No step of a story: nothing of it is stored, and it decides nothing.
"""

from __future__ import annotations

from mailroom.domain.document import Alternative, Alternatives, Document
from mailroom.domain.reading import Reading
from mailroom.extraction import Buyer, explain
from mailroom.steps.house import House


def alternatives(house: House, document: Document) -> Alternatives:
    """Return for each field the values that stood for choice on the pages, the likeliest first; about 20 ms.

    Raises:
        StorageUnavailable: the reading cannot be got.
    """
    if not document.reading:
        return {}
    with house.store.read() as unit:
        account = unit.accounts.get(document.account_id)
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading))
    found = explain(reading, Buyer(name=account.name, vat_id=account.vat_id, names=account.names))
    proportions = {page.number: page.height / page.width for page in reading.pages if page.width > 0 < page.height}
    return {
        name: tuple(
            Alternative(value=one.value, evidence=one.evidence, proportion=proportions.get(one.evidence.page or 1, 1.4))
            for one in contenders
        )
        for name, contenders in found.items()
    }
