"""What the operator looks after: mail that belongs to nobody, and whatever does not go on by itself."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from mailroom.domain.document import DocumentState
from mailroom.domain.ledger import LedgerMail
from mailroom.domain.message import MessageState
from mailroom.errors import NotFound
from mailroom.web.inbox import row
from mailroom.web.ledger import mail_in_words
from mailroom.web.nodes import told_of_nodes
from mailroom.web.visit import Visit

SHOWN = 100
IN_DOUBT_FOR = timedelta(days=2)


def show_unassigned(visit: Visit) -> Response:
    """Show the mails that no header gave to a company, or those that were put by."""
    _operators_only(visit)
    dismissed = visit.query("view") == "dismissed"
    with visit.services.store.read() as unit:
        waiting, put_by = unit.messages.unassigned(), unit.messages.unassigned(dismissed=True)
        shown = (put_by if dismissed else waiting)[:SHOWN]
        lines = unit.parts.of_all([message.id for message in shown])
        reasons = {
            message.id: event.facts.get("reason", "")
            for message in (shown if dismissed else ())
            for event in unit.events.of(message.id)
            if event.name == "message_dismissed"
        }
    mails = [
        mail_in_words(LedgerMail(message=message, parts=tuple(lines.get(message.id, ()))), visit.words)
        for message in shown
    ]
    return visit.page(
        "unassigned.html",
        mails=mails,
        reasons=reasons,
        counts={"waiting": len(waiting), "dismissed": len(put_by)},
        view="dismissed" if dismissed else "waiting",
        notice=visit.done,
        here="unassigned",
    )


def show_attention(visit: Visit) -> Response:
    """Show what was given up on or stands still, in all accounts, with counts."""
    _operators_only(visit)
    in_spool, stuck, entries = visit.services.office.in_spool(SHOWN)
    with visit.services.store.read() as unit:
        parked = unit.documents.listed(None, {DocumentState.NEEDS_ATTENTION}, limit=SHOWN)
        documents = unit.documents.counts_of(DocumentState.NEEDS_ATTENTION)
        ids = unit.messages.in_state(MessageState.NEEDS_ATTENTION)
        mails = [unit.messages.get(message_id) for message_id in ids[:SHOWN]]
        failed = unit.deliveries.failed()
        counts = {
            "spool": in_spool,
            "mails": len(ids),
            "documents": documents,
            "deliveries": len(failed),
            "unassigned": len(unit.messages.unassigned()),
            "in_doubt": len(unit.messages.in_doubt(visit.now - IN_DOUBT_FOR)),
        }
        owners = {document.account_id for document in parked} | {mail.account_id for mail in mails}
        owners |= {delivery.account_id for delivery in failed[:SHOWN]}
        names = {account_id: unit.accounts.get(account_id).name for account_id in owners}
        nodes = told_of_nodes(unit, visit.words)
    return visit.page(
        "attention.html",
        nodes=nodes,
        counts=counts,
        stuck=stuck,
        entries=[
            (
                entry.envelope.recipient,
                visit.words.instant(entry.envelope.received_at),
                entry.attempts,
                entry.last_error,
            )
            for entry in entries
        ],
        rows=[row(document, visit.words, names[document.account_id]) for document in parked],
        mails=[(names[mail.account_id], mail_in_words(LedgerMail(message=mail), visit.words)) for mail in mails],
        failed=[(names[one.account_id], one.channel.value, one.target, one.detail) for one in failed[:SHOWN]],
        here="attention",
    )


def _operators_only(visit: Visit) -> None:
    if not visit.person.is_operator:
        raise NotFound("operators only")
