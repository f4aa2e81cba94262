"""Archive: the undo window is over. The document becomes UBL, its seller is remembered, and it is handed over.

The original bytes stay for ever under their hash. The UBL of a UBL invoice is the original itself, unless a person
changed a field; every other document is converted, in the boxed child where foreign XML has to be read again. What
Peppol demands and the document does not say is never made up: the event `ubl_made` names it.
"""

from __future__ import annotations

from typing import NamedTuple

from mailroom.deliveries import plan_for_document
from mailroom.domain.account import Account, Seller
from mailroom.domain.document import Document, DocumentState, Field, FieldName, FieldSource
from mailroom.domain.line import Lines
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Reading
from mailroom.domain.value import new_id
from mailroom.einvoice import Invoice, from_fields, gaps, to_ubl, with_original
from mailroom.errors import PermanentFailure, ReaderCrashed, ReaderStopped
from mailroom.log import get_logger
from mailroom.steps.house import House
from mailroom.steps.learning import proved_domain, teach_confirmation
from mailroom.store import Unit

log = get_logger("archive")


_MOST_TERMS = 40


class _Made(NamedTuple):
    """A document as UBL. `lacks` are the terms that Peppol demands and it does not say; None for one that came so."""

    content: bytes
    lacks: tuple[str, ...] | None = None


def convert(house: House, document_id: str) -> bool:
    """Make the UBL and set the document archived; False when it was taken back or accepted anew meanwhile."""
    with house.store.read() as unit:
        document = unit.documents.get(document_id)
        account = unit.accounts.get(document.account_id)
        lines = unit.lines.of(document_id)
        known = _seller_of(unit, document)
    if document.state is DocumentState.ARCHIVED:
        return True
    if document.state is not DocumentState.ACCEPTED:
        return False
    try:
        made = _ubl_of(house, _with_master_data(document, known), account, lines)
    except ReaderStopped as stopped:
        if house.leaving.is_set():
            raise
        with house.store.unit() as unit:
            attempts = unit.documents.begin_attempt(document_id)
        if attempts < house.settings.engine.max_attempts:
            raise
        log.warning("ubl_not_made", document=document_id, reason=stopped.reason, detail=str(stopped))
        made = None
    sha256 = house.store.blobs.put(made.content) if made else None
    with house.store.unit() as unit:
        current = unit.documents.get(document_id)
        if current.state is not DocumentState.ACCEPTED or current.version != document.version:
            return False  # accepted anew by a clock that differs, with values of its own: the round comes back for it
        seller = _remember_seller(unit, current)
        if seller is not None and current.media_type is not MediaType.XML:
            teach_confirmation(unit, house, current, seller)
        unit.documents.save(
            current.model_copy(
                update={
                    "state": DocumentState.ARCHIVED,
                    "ubl": sha256,
                    "seller_id": seller,
                    "archive_at": None,
                    "attempts": 0,
                    "reasons": (),
                }
            )
        )
        if made and made.lacks is not None:
            unit.events.add(
                "ubl_made",
                account_id=account.id,
                subject=document_id,
                actor="archive",
                facts={"terms": ",".join(made.lacks)} if made.lacks else {},
                at=house.clock(),
            )
        unit.events.add(
            "document_archived",
            account_id=account.id,
            subject=document_id,
            actor="archive",
            facts={"ubl": "yes" if sha256 else "no"},
            at=house.clock(),
        )
    log.info("document_archived", document=document_id, ubl=bool(sha256))
    return True


def plan_deliveries(house: House, document_id: str) -> list[str]:
    """Store what has to be handed over and return the ids of the deliveries."""
    with house.store.unit() as unit:
        document = unit.documents.get(document_id)
        account = unit.accounts.get(document.account_id)
        for delivery in plan_for_document(account, document, house.clock()):
            unit.deliveries.plan(delivery)
        return [delivery.id for delivery in unit.deliveries.of(document_id)]


def _ubl_of(house: House, document: Document, account: Account, lines: Lines) -> _Made | None:
    """Return the document as UBL, or None when it lacks what UBL demands; the cause goes into the log."""
    try:
        if document.reading and not document.completed_by_hand:
            reading = Reading.model_validate_json(house.store.blobs.get(document.reading))
            if reading.syntax == "ubl" and document.media_type is MediaType.XML:
                return _Made(house.store.blobs.get(document.sha256))
            if reading.syntax:
                return _converted(house, document, reading)
        invoice = from_fields(document.fields, account=account, lines=lines)
        return _Made(to_ubl(_with_original(house, document, invoice)), gaps(invoice))
    except PermanentFailure as cause:
        log.warning("ubl_not_made", document=document.id, reason=cause.reason, detail=str(cause))
        return None


def _with_original(house: House, document: Document, invoice: Invoice) -> Invoice:
    """Return the invoice with what the document came as, so that who gets the UBL alone sees it."""
    if document.media_type is MediaType.XML:
        return invoice
    content = house.store.blobs.get(document.sha256)
    return with_original(invoice, content, media_type=document.media_type.value, filename=document.filename)


def _converted(house: House, document: Document, reading: Reading) -> _Made:
    blobs = [house.store.blobs.get(document.sha256)]
    name = document.filename
    if document.media_type is MediaType.XML and reading.readable_copy:
        blobs.append(house.store.blobs.get(reading.readable_copy))
        name = f"{name.rpartition('.')[0] or name}.pdf"
    answer, blobs = house.box.call("to_ubl", {"media_type": document.media_type.value, "filename": name}, blobs)
    told = answer.get("lacks") if isinstance(answer, dict) else None
    if len(blobs) != 1 or not isinstance(told, list):
        raise ReaderCrashed("the reader's answer is not in the agreed form")
    return _Made(blobs[0], tuple(str(term)[:20] for term in told[:_MOST_TERMS]))


def _seller_of(unit: Unit, document: Document) -> Seller | None:
    values = (document.value(name) for name in (FieldName.SELLER_VAT_ID, FieldName.IBAN, FieldName.SELLER_NAME))
    return unit.sellers.match(document.account_id, *values)


def _with_master_data(document: Document, seller: Seller | None) -> Document:
    """Return the document with what is known of its seller and the page does not say: his name and his VAT number."""
    held = {FieldName.SELLER_NAME: seller.name, FieldName.SELLER_VAT_ID: seller.vat_id} if seller else {}
    more = {
        name: Field(value=value, confidence=1.0, source=FieldSource.SELLER)
        for name, value in held.items()
        if value and not document.value(name)
    }
    return document.model_copy(update={"fields": {**document.fields, **more}}) if more else document


def _remember_seller(unit: Unit, document: Document) -> str | None:
    """Remember whom the document is from and the IBAN that was accepted; only now, so that an undo leaves no trace."""
    vat_id = document.value(FieldName.SELLER_VAT_ID) or ""
    name = document.value(FieldName.SELLER_NAME) or ""
    iban = document.value(FieldName.IBAN) or ""
    if not (vat_id or name):
        return None
    known = _seller_of(unit, document)
    seller = known or Seller(id=new_id(), account_id=document.account_id)
    ibans = tuple(dict.fromkeys((*seller.ibans, iban))) if iban else seller.ibans
    saved = unit.sellers.save(
        seller.model_copy(
            update={
                "name": seller.name or name,
                "vat_id": seller.vat_id or vat_id,
                "ibans": ibans,
                "documents": seller.documents + 1,
            }
        )
    )
    message = unit.messages.get(document.message_id)
    account = unit.accounts.get(document.account_id)
    domain = proved_domain(account, unit.users.members(account.id), message)
    if domain:
        unit.sellers.add_domain(saved, domain)
    return saved.id
