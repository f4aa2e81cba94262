"""Deliver: one thing over one channel. What a channel does not take now is tried again by the clock, for days.

The channels make a second try harmless: the vault knows files by their content, a mail keeps its Message-ID.
"""

from __future__ import annotations

from mailroom.deliveries import Channel, Parcel, document_mail, file_name, retry_after
from mailroom.domain.delivery import Attachment, ChannelName, Delivery, DeliveryState, OutgoingMail
from mailroom.domain.document import BESIDE, AccountingStatus, Bond, Document
from mailroom.domain.message import ENDINGS, MediaType
from mailroom.domain.reading import Reading
from mailroom.domain.report import RunState
from mailroom.errors import DeliveryRejected, MailroomError, NotFound, TemporaryFailure
from mailroom.log import get_logger
from mailroom.steps.house import House
from mailroom.steps.park import give_up_report
from mailroom.steps.purpose import purpose_of

log = get_logger("deliver")

MOST_BESIDE, MOST_BESIDE_BYTES = 10, 10 << 20
"""Appendices that are handed over with a document; the others stay on its page."""


def deliver(house: House, delivery_id: str) -> str:
    """Hand one delivery over and note it; return the channel's own word for it."""
    with house.store.read() as unit:
        delivery = unit.deliveries.get(delivery_id)
    if delivery.state is DeliveryState.DELIVERED:
        return delivery.detail
    try:
        detail = _hand_over(house, delivery)
    except (TemporaryFailure, DeliveryRejected) as failure:
        return _note_failure(house, delivery, failure)
    with house.store.unit() as unit:
        now = house.clock()
        unit.deliveries.save(
            delivery.model_copy(
                update={
                    "state": DeliveryState.DELIVERED,
                    "detail": detail,
                    "delivered_at": now,
                    "next_attempt_at": None,
                    "attempts": delivery.attempts + 1,
                }
            )
        )
        if delivery.report_run_id:
            run = unit.reports.run(delivery.report_run_id)
            unit.reports.save_run(run.model_copy(update={"state": RunState.SENT}))
        if delivery.document_id:
            document = unit.documents.get(delivery.document_id)
            if document.accounting_status is AccountingStatus.NOT_SENT:
                unit.documents.save(document.model_copy(update={"accounting_status": AccountingStatus.SENT}))
        unit.events.add(
            "delivered",
            account_id=delivery.account_id,
            subject=delivery.document_id or delivery.id,
            actor="deliver",
            facts={"channel": delivery.channel.value, "target": delivery.target},
            at=now,
        )
    log.info("delivered", delivery=delivery_id, channel=delivery.channel.value)
    return detail


def _note_failure(house: House, delivery: Delivery, failure: MailroomError) -> str:
    """Plan the next try, or give up after a final no or the last try; a person then sees it with its reason."""
    attempts = delivery.attempts + 1
    wait = None if isinstance(failure, DeliveryRejected) else retry_after(attempts)
    now = house.clock()
    state = DeliveryState.FAILED if wait is None else DeliveryState.PENDING
    with house.store.unit() as unit:
        unit.deliveries.save(
            delivery.model_copy(
                update={
                    "state": state,
                    "detail": str(failure)[:500],
                    "attempts": attempts,
                    "next_attempt_at": now + wait if wait else None,
                }
            )
        )
        if state is DeliveryState.FAILED:
            give_up_report(unit, delivery)
            unit.events.add(
                "delivery_failed",
                account_id=delivery.account_id,
                subject=delivery.document_id or delivery.id,
                actor="deliver",
                facts={"channel": delivery.channel.value, "reason": failure.reason},
                at=now,
            )
    log.warning("delivery_not_taken", delivery=delivery.id, attempts=attempts, gives_up=wait is None, why=str(failure))
    return failure.reason


def _hand_over(house: House, delivery: Delivery) -> str:
    channels: dict[ChannelName, Channel] = {channel.name: channel for channel in (house.vault, house.mail)}
    return channels[delivery.channel].deliver(_parcel(house, delivery))


def _parcel(house: House, delivery: Delivery) -> Parcel:
    """Put together what goes out: a mail that is ready, or a document with its files and a mail about it."""
    if delivery.content:
        return Parcel(mail=OutgoingMail.model_validate_json(house.store.blobs.get(delivery.content)))
    if delivery.document_id is None:
        raise NotFound(f"delivery {delivery.id} has neither content nor document")
    with house.store.read() as unit:
        document = unit.documents.get(delivery.document_id)
        account = unit.accounts.get(document.account_id)
        purpose = purpose_of(unit, unit.messages.get(document.message_id))
    files = _files(house, document)
    domain = house.settings.mail.sender.rpartition("@")[2]
    mail = document_mail(
        account,
        document,
        files,
        recipient=delivery.target,
        message_id=f"<{delivery.id}@{domain}>",
        public_url=house.public_url,
    )
    return Parcel(account=account, document=document, purpose=purpose, files=tuple(files), mail=mail)


def _files(house: House, document: Document) -> list[Attachment]:
    original = Attachment(
        filename=file_name(document),
        media_type=document.media_type.value,
        content=house.store.blobs.get(document.sha256),
    )
    stem = original.filename.rsplit(".", 1)[0]
    files = [original]
    if document.ubl and document.ubl != document.sha256:
        ubl = house.store.blobs.get(document.ubl)
        files.append(Attachment(filename=f"{stem}.ubl.xml", media_type="application/xml", content=ubl))
    if copy := _readable_copy(house, document):
        files.append(Attachment(filename=f"{stem}.copy.pdf", media_type="application/pdf", content=copy))
    return [*files, *_beside(house, document, stem)]


def _beside(house: House, document: Document, stem: str) -> list[Attachment]:
    """Return what goes along with a document: its appendices, and the page of an e-invoice; bounded for the mail."""
    with house.store.read() as unit:
        members = unit.documents.belonging_to(document.id)
    along = [one for one in members if one.state in BESIDE and _goes_along(document, one)]
    found: list[Attachment] = []
    room = MOST_BESIDE_BYTES
    for number, one in enumerate(along[:MOST_BESIDE], 1):
        if one.size > room:
            continue
        room -= one.size
        name = f"{stem}.{one.bond}-{number}{ENDINGS.get(one.media_type, '')}"
        content = house.store.blobs.get(one.sha256)
        found.append(Attachment(filename=name, media_type=one.media_type.value, content=content))
    return found


def _goes_along(document: Document, member: Document) -> bool:
    page = member.bond is Bond.RENDITION and document.media_type is MediaType.XML
    return member.bond is Bond.APPENDIX or (page and member.media_type is not MediaType.XML)


def _readable_copy(house: House, document: Document) -> bytes | None:
    """Return the pages that show an XML invoice to people, as they were made when it was read."""
    if document.media_type is not MediaType.XML or not document.reading:
        return None
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading))
    return house.store.blobs.get(reading.readable_copy) if reading.readable_copy else None
