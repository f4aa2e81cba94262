"""Report: what needs doing is put into words for one subscriber, or nothing is said when nothing needs doing."""

from __future__ import annotations

from mailroom.domain.account import Account
from mailroom.domain.delivery import ChannelName, Delivery, OutgoingMail
from mailroom.domain.document import WAITING_FOR_PERSON
from mailroom.domain.report import ReportKind, RunState
from mailroom.domain.value import new_id
from mailroom.languages import Language
from mailroom.log import get_logger
from mailroom.reports import Rendered, action_required, render
from mailroom.steps.house import House

log = get_logger("report")

MOST_LINES = 500  # a digest longer than this is read by nobody; the page shows the rest


def compose_report(house: House, run_id: str) -> list[str]:
    """Render the report of one run; return the ids of its deliveries, none when there is nothing to say."""
    with house.store.read() as unit:
        run = unit.reports.run(run_id)
        subscription = unit.reports.subscription(run.subscription_id)
        account = unit.accounts.get(run.account_id)
    if run.state is not RunState.DUE:
        return []
    rendered = preview(house, account, subscription.language, kind=run.kind)
    if rendered is None:
        with house.store.unit() as unit:
            unit.reports.save_run(run.model_copy(update={"state": RunState.NOTHING_TO_SAY}))
        log.info("report_has_nothing_to_say", run=run_id)
        return []
    domain = house.settings.mail.sender.rpartition("@")[2]
    mail = OutgoingMail(
        message_id=f"<report.{run.id}@{domain}>",
        recipient=subscription.recipient,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        language=subscription.language.value,
        unsubscribe=f"{house.public_url}/accounts/{account.id}/settings",
    )
    content = house.store.blobs.put(mail.model_dump_json().encode())
    delivery = Delivery(
        id=new_id(),
        key=f"report:{run.id}",
        account_id=account.id,
        report_run_id=run.id,
        content=content,
        channel=ChannelName.MAIL,
        target=subscription.recipient,
        created_at=house.clock(),
    )
    with house.store.unit() as unit:
        unit.deliveries.plan(delivery)
        return [planned.id for planned in unit.deliveries.of_run(run.id)]


def preview(
    house: House, account: Account, language: Language, *, kind: ReportKind = ReportKind.ACTION_REQUIRED
) -> Rendered | None:
    """Return the report as it would go out now, or None when there is nothing to say."""
    with house.store.read() as unit:
        documents = unit.documents.listed(account.id, WAITING_FOR_PERSON, limit=MOST_LINES)
    values = action_required(account, documents, language=language, public_url=house.public_url, now=house.clock())
    return render(kind, language, values) if values is not None else None
