"""Park: an item whose story cannot go on keeps its place, shows its reason and waits for a person."""

from __future__ import annotations

from mailroom.domain.delivery import Delivery, DeliveryState
from mailroom.domain.document import DocumentState
from mailroom.domain.message import MessageState
from mailroom.domain.report import RunState
from mailroom.domain.value import Reason
from mailroom.steps.house import House
from mailroom.store import Unit


def park_message(house: House, message_id: str, reason: str) -> None:
    """Lay a message before the operator. Its bytes stay where they are."""
    with house.store.unit() as unit:
        message = unit.messages.get(message_id)
        unit.messages.update(
            message.model_copy(update={"state": MessageState.NEEDS_ATTENTION, "reasons": (Reason(code=reason),)})
        )
        unit.events.add(
            "message_parked",
            account_id=message.account_id,
            subject=message_id,
            actor="engine",
            facts={"reason": reason},
            at=house.clock(),
        )


def park_document(house: House, document_id: str, reason: str) -> None:
    """Lay a document before the operator."""
    with house.store.unit() as unit:
        document = unit.documents.get(document_id)
        unit.documents.save(
            document.model_copy(update={"state": DocumentState.NEEDS_ATTENTION, "reasons": (Reason(code=reason),)})
        )
        unit.events.add(
            "document_parked",
            account_id=document.account_id,
            subject=document_id,
            actor="engine",
            facts={"reason": reason},
            at=house.clock(),
        )


def park_delivery(house: House, delivery_id: str, reason: str) -> None:
    """Give a delivery up; it is shown with its reason and can be begun again."""
    with house.store.unit() as unit:
        delivery = unit.deliveries.get(delivery_id)
        failed = {"state": DeliveryState.FAILED, "detail": reason, "attempts": delivery.attempts + 1}
        unit.deliveries.save(delivery.model_copy(update=failed))
        give_up_report(unit, delivery)
        unit.events.add(
            "delivery_failed",
            account_id=delivery.account_id,
            subject=delivery.document_id or delivery_id,
            actor="engine",
            facts={"reason": reason, "channel": delivery.channel.value},
            at=house.clock(),
        )


def give_up_report(unit: Unit, delivery: Delivery) -> None:
    """Note on the report run, where the delivery is one's mail, that it does not go out."""
    if delivery.report_run_id:
        run = unit.reports.run(delivery.report_run_id)
        unit.reports.save_run(run.model_copy(update={"state": RunState.FAILED}))


def park_report(house: House, run_id: str, reason: str) -> None:
    """Give a report run up."""
    with house.store.unit() as unit:
        run = unit.reports.run(run_id)
        unit.reports.save_run(run.model_copy(update={"state": RunState.FAILED}))
        unit.events.add(
            "report_failed",
            account_id=run.account_id,
            subject=run_id,
            actor="engine",
            facts={"reason": reason},
            at=house.clock(),
        )
