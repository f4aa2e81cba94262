"""The desk's acts on the lines of a document: a person corrects them, or takes them again as they were read.

As with the fields, what a person typed has to be accepted by a person, and no later reading takes its place. The lines
of an e-invoice are those of its XML and are not changed: what is handed over would say something else than the seller.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailroom.domain.document import AMOUNT_FIELDS, Document, FieldName
from mailroom.domain.line import Lines, LineStatus, TypedLines
from mailroom.domain.line_sums import compared
from mailroom.domain.reading import Reading
from mailroom.errors import LinesOfEInvoice
from mailroom.extraction import lines_on, same_lines, typed_lines
from mailroom.languages import Language
from mailroom.steps.decide import decide_in
from mailroom.steps.house import House
from mailroom.store import Unit

_SURE = 0.7
"""Below this the page marks a line as not sure."""


def correct_lines(
    unit: Unit, house: House, document: Document, typed: TypedLines, *, language: Language, actor: str
) -> Document:
    """Put the lines that a person typed in the place of those that are there, and decide again.

    Raises:
        InvalidValue: a value is not of its form; `facts` say which `field` of which `line`.
        LinesOfEInvoice: they are those of an XML.
    """
    _refuse_einvoice(document)
    before = unit.lines.of(document.id)
    lines = typed_lines(typed, before, document.fields, language)
    doubted = any(item.confidence < _SURE for item in before.items)  # left as they were: the person says they are right
    if same_lines(lines, before) and not doubted:
        return document
    return _keep(unit, house, document, lines, event="lines_corrected", actor=actor)


def read_lines(unit: Unit, house: House, document: Document, *, actor: str) -> Document:
    """Take the lines again as the page shows them, compared with the fields as they are now, and decide again.

    Raises:
        LinesOfEInvoice: they are those of an XML.
        StorageUnavailable: the reading cannot be got.
    """
    _refuse_einvoice(document)
    lines = _as_read(house, document)
    if lines == unit.lines.of(document.id):
        return document
    return _keep(unit, house, document, lines, event="lines_as_read", actor=actor)


def compare_lines(unit: Unit, house: House, document: Document, changed: Iterable[FieldName]) -> None:
    """Compare the lines with amounts that a person has just changed; which rows are lines may follow from them."""
    if AMOUNT_FIELDS.isdisjoint(changed) or document.is_einvoice:
        return
    lines = compared(unit.lines.of(document.id), document.fields)
    if not lines.by_hand and lines.status is not LineStatus.ADD_UP:
        again = _as_read(house, document)
        lines = again if again.status is LineStatus.ADD_UP else lines
    unit.lines.save(document.id, lines)


def _as_read(house: House, document: Document) -> Lines:
    if not document.reading:
        return Lines()
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading))
    return lines_on(reading, document.fields)


def _keep(unit: Unit, house: House, document: Document, lines: Lines, *, event: str, actor: str) -> Document:
    unit.lines.save(document.id, lines)
    unit.events.add(
        event,
        account_id=document.account_id,
        subject=document.id,
        actor=actor,
        facts={"lines": str(len(lines.items)), "status": lines.status.value},
        at=house.clock(),
    )
    touched = document.model_copy(update={"completed_by_hand": True})
    return decide_in(unit, house, touched, actor=actor)


def _refuse_einvoice(document: Document) -> None:
    if document.is_einvoice:
        raise LinesOfEInvoice(f"the lines of document {document.id} are those of its XML")
