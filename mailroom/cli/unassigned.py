"""`mailroom unassigned`: collected mail of which no header said whose it is. For operators only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from mailroom.app import Office, open_spool
from mailroom.cli.output import Session, as_json, print_json, print_table


@click.group()
def unassigned() -> None:
    """Collected mail of which nobody knows whose it is: list, assign, dismiss."""


@unassigned.command("list")
@click.option("--dismissed", is_flag=True, help="Those that were put by.")
@as_json
@click.pass_obj
def list_unassigned(session: Session, dismissed: bool, as_json: bool) -> None:
    """List the mails that wait to be assigned, newest first."""
    with session.store.read() as unit:
        waiting = unit.messages.unassigned(dismissed=dismissed)
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
        empty="No mail was put by." if dismissed else "No mail waits to be assigned.",
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
    with _office(session) as office:
        new = office.assign(session.actor(None), message_id, row.id)
    click.echo(f"{message_id} is mail of {row.name} now, as {new}.")


@unassigned.command()
@click.argument("message_id", metavar="MESSAGE")
@click.option("--reason", required=True, help="Why it is nobody's; kept with the mail.")
@click.pass_obj
def dismiss(session: Session, message_id: str, reason: str) -> None:
    """Put a mail by that is for no company. It is not deleted, and can still be assigned."""
    with _office(session) as office:
        office.dismiss(session.actor(None), message_id, reason)
    click.echo(f"{message_id} is put by; mailroom unassigned list --dismissed shows it.")


@contextmanager
def _office(session: Session) -> Iterator[Office]:
    spool = open_spool(session.settings)
    try:
        yield Office(session.house, spool, lambda _message_id, _again: None)
    finally:
        spool.close()
