"""`mailroom unassigned`: collected mail of which no header said whose it is. For operators only."""

from __future__ import annotations

import click

from mailroom.app import open_spool, upload_mail
from mailroom.cli.output import Session, as_json, print_json, print_table
from mailroom.domain.account import UNASSIGNED
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.message import Message
from mailroom.errors import NotFound, WrongState
from mailroom.steps.desk import REFUSABLE, Desk
from mailroom.store import Unit
from mailroom.store.messages import ASSIGNED


@click.group()
def unassigned() -> None:
    """Collected mail of which nobody knows whose it is: list, assign."""


@unassigned.command("list")
@as_json
@click.pass_obj
def list_unassigned(session: Session, as_json: bool) -> None:
    """List the mails that wait to be assigned, newest first."""
    with session.store.read() as unit:
        waiting = unit.messages.unassigned()
    if as_json:
        print_json(message.model_dump(mode="json") for message in waiting)
        return
    print_table(
        ["message", "received", "from", "subject"],
        [
            [
                message.id,
                f"{message.received_at:%Y-%m-%d %H:%M}",
                next(iter(message.header.from_addresses), message.envelope_sender),
                message.header.subject,
            ]
            for message in waiting
        ],
        empty="No mail waits to be assigned.",
    )


@unassigned.command()
@click.argument("message_id", metavar="MESSAGE")
@click.argument("wanted", metavar="ACCOUNT")
@click.pass_obj
def assign(session: Session, message_id: str, wanted: str) -> None:
    """Give a mail to a company: it comes in there as if it had been collected for it.

    The mail stays where it is as well; what it had become there is refused.
    """
    row = session.account(wanted)
    house = session.house
    with session.store.read() as unit:
        message = unit.messages.get(message_id)
        if message.account_id != UNASSIGNED or row.id == UNASSIGNED:
            raise NotFound(f"no unassigned mail {message_id}; mailroom unassigned list shows them")
        documents = _documents(unit, message)
    if any(document.state is DocumentState.READING for document in documents):
        raise WrongState("it is being read at this moment; try again in a minute")
    spool = open_spool(session.settings)
    try:
        raw = house.store.blobs.get(message.sha256)
        new = upload_mail(house, spool, row.id, None, raw, door=message.door, sender=message.envelope_sender)
    finally:
        spool.close()
    for document in documents:
        if document.state in REFUSABLE:
            Desk(house).refuse(session.actor(None), document.id, document.version, f"assigned to {row.name}")
    with session.store.unit() as unit:
        facts = {"account": row.id, "message": new}
        unit.events.add(
            ASSIGNED, account_id=UNASSIGNED, subject=message.id, actor="operator", facts=facts, at=session.clock()
        )
    click.echo(f"{message.id} is mail of {row.name} now, as {new}.")


def _documents(unit: Unit, message: Message) -> list[Document]:
    ids = dict.fromkeys(part.document_id for part in unit.parts.of(message.id) if part.document_id)
    return [document for document in map(unit.documents.get, ids) if document.message_id == message.id]
