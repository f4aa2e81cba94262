"""Deliver: one thing over one channel, tried again with growing waits by the engine.

The channels make a second try harmless: the vault knows files by their content, a mail keeps its Message-ID.
"""

from __future__ import annotations

from mailroom.deliveries import document_mail, file_name
from mailroom.domain.account import Account
from mailroom.domain.delivery import Attachment, ChannelName, Delivery, DeliveryState, OutgoingMail
from mailroom.domain.document import AccountingStatus, Document
from mailroom.domain.report import RunState
from mailroom.errors import NotFound
from mailroom.log import get_logger
from mailroom.steps.house import House

log = get_logger("deliver")


def deliver(house: House, delivery_id: str) -> str:
    """Hand one delivery over and note it; return the channel's own word for it."""
    with house.store.read() as unit:
        delivery = unit.deliveries.get(delivery_id)
    if delivery.state is DeliveryState.DELIVERED:
        return delivery.detail
    detail = _hand_over(house, delivery)
    with house.store.unit() as unit:
        now = house.clock()
        unit.deliveries.save(
            delivery.model_copy(
                update={
                    "state": DeliveryState.DELIVERED,
                    "detail": detail,
                    "delivered_at": now,
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


def _hand_over(house: House, delivery: Delivery) -> str:
    if delivery.content:
        return house.mail.send(OutgoingMail.model_validate_json(house.store.blobs.get(delivery.content)))
    if delivery.document_id is None:
        raise NotFound(f"delivery {delivery.id} has neither content nor document")
    with house.store.read() as unit:
        document = unit.documents.get(delivery.document_id)
        account = unit.accounts.get(document.account_id)
    files = _files(house, document)
    if delivery.channel is ChannelName.VAULT:
        return ", ".join(house.vault.put(account, document, files))
    return house.mail.send(_mail(house, delivery, account, document, files))


def _files(house: House, document: Document) -> list[Attachment]:
    original = Attachment(
        filename=file_name(document),
        media_type=document.media_type.value,
        content=house.store.blobs.get(document.sha256),
    )
    if not document.ubl or document.ubl == document.sha256:
        return [original]
    ubl = Attachment(
        filename=f"{original.filename.rsplit('.', 1)[0]}.ubl.xml",
        media_type="application/xml",
        content=house.store.blobs.get(document.ubl),
    )
    return [original, ubl]


def _mail(
    house: House, delivery: Delivery, account: Account, document: Document, files: list[Attachment]
) -> OutgoingMail:
    domain = house.settings.mail.sender.rpartition("@")[2]
    return document_mail(
        account,
        document,
        files,
        recipient=delivery.target,
        message_id=f"<{delivery.id}@{domain}>",
        public_url=house.public_url,
    )
