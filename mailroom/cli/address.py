"""`mailroom address`: where a company's mail goes."""

from __future__ import annotations

import click

from mailroom.cli.output import Session, as_json, print_json, print_table, reason_text
from mailroom.cli.senders import SENDER
from mailroom.domain.account import ImportAddress, Purpose
from mailroom.domain.value import Reason
from mailroom.errors import NotFound
from mailroom.store import Unit


@click.group()
def address() -> None:
    """Import addresses: list, new, retire, reinstate, replace, restrict; and what they refused."""


@address.command("list")
@click.argument("wanted", metavar="[ACCOUNT]", required=False)
@as_json
@click.pass_obj
def list_addresses(session: Session, wanted: str | None, as_json: bool) -> None:
    """List the import addresses of one company, or of all."""
    accounts = [session.account(wanted)] if wanted else None
    with session.store.read() as unit:
        found = [(row, each) for row in accounts or unit.accounts.all() for each in unit.addresses.of(row.id)]
    if as_json:
        print_json({**each.model_dump(mode="json"), "address": each.address} for _, each in found)
        return
    print_table(
        ["account", "address", "purpose", "senders", "since", "retired"],
        [
            [
                row.name,
                each.address,
                each.purpose.value,
                ", ".join(each.senders) or "anybody",
                f"{each.created_at:%Y-%m-%d}",
                f"{each.retired_at:%Y-%m-%d}" if each.retired_at else "",
            ]
            for row, each in found
        ],
        empty="No import address.",
    )


@address.command()
@click.argument("wanted", metavar="ACCOUNT")
@click.option(
    "--purpose",
    type=click.Choice([purpose.value for purpose in Purpose]),
    default="purchases",
    show_default=True,
    help="What it takes in.",
)
@as_json
@click.pass_obj
def new(session: Session, wanted: str, purpose: str, as_json: bool) -> None:
    """Give a company one more import address."""
    row = session.account(wanted)
    with session.store.unit() as unit:
        made = unit.addresses.issue(row.id, session.settings.smtp.import_domain, Purpose(purpose), session.clock())
        _note(unit, session, "address_issued", made)
    _show(made, as_json)


@address.command()
@click.argument("wanted", metavar="ADDRESS")
@click.pass_obj
def retire(session: Session, wanted: str) -> None:
    """Take an address out of use. It is kept and never given out again; mail to it is refused with a hint."""
    known = _find(session, wanted)
    with session.store.unit() as unit:
        unit.addresses.retire(known.id, session.clock())
        _note(unit, session, "address_retired", known)
    click.echo(f"{known.address} is retired; mailroom address reinstate takes it into use again.")


@address.command()
@click.argument("wanted", metavar="ADDRESS")
@click.pass_obj
def reinstate(session: Session, wanted: str) -> None:
    """Take a retired address into use again, for the company that had it."""
    known = _find(session, wanted)
    with session.store.unit() as unit:
        unit.addresses.reinstate(known.id)
        _note(unit, session, "address_reinstated", known)
    click.echo(f"{known.address} takes mail again.")


@address.command()
@click.argument("wanted", metavar="ADDRESS")
@as_json
@click.pass_obj
def replace(session: Session, wanted: str, as_json: bool) -> None:
    """Retire an address and give out a new one in its place."""
    known = _find(session, wanted)
    with session.store.unit() as unit:
        made = unit.addresses.replace(known.id, session.clock())
        _note(unit, session, "address_replaced", known, by=made.id)
    _show(made, as_json)


@address.command()
@click.argument("wanted", metavar="ADDRESS")
@click.option(
    "--sender", "senders", multiple=True, type=SENDER, metavar="SENDER", help="Who may write to it; also a @domain."
)
@click.option("--anybody", is_flag=True, help="Take mail of everybody again.")
@click.pass_obj
def restrict(session: Session, wanted: str, senders: tuple[str, ...], anybody: bool) -> None:
    """Let an address take mail of listed senders only. The list given here takes the place of the one before."""
    if bool(senders) == anybody:
        raise click.UsageError("Name the senders with --sender, or say --anybody.")
    known = _find(session, wanted)
    with session.store.unit() as unit:
        unit.addresses.restrict(known.id, senders)
        _note(unit, session, "address_restricted", known, senders=", ".join(senders))
    click.echo(f"{known.address} takes mail of {', '.join(senders) or 'everybody'}.")


@address.command()
@click.argument("wanted", metavar="[ACCOUNT]", required=False)
@click.option("--search", default="", metavar="WORDS", help="Only with these words in address, sender or peer.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="Of each company.")
@as_json
@click.pass_obj
def refused(session: Session, wanted: str | None, search: str, limit: int, as_json: bool) -> None:
    """List mail that known addresses did not take, and why, the latest first; kept for 90 days.

    What was sent to an address of nobody stands in the daemon's log only: recipient_refused.
    """
    with session.store.read() as unit:
        rows = [session.account(wanted)] if wanted else unit.accounts.all()
        found = [(row, each) for row in rows for each in unit.refusals.of(row.id, search, limit=limit)]
    said = [reason_text(Reason(code=each.reason), session.language) for _, each in found]
    if as_json:
        print_json(
            {**each.model_dump(mode="json"), "reason_text": text} for (_, each), text in zip(found, said, strict=True)
        )
        return
    print_table(
        ["last", "times", "account", "address", "sender", "door", "why"],
        [
            [
                f"{each.last_at:%Y-%m-%d %H:%M}",
                str(each.times),
                row.name,
                each.address,
                each.sender or "(none, or many)",
                each.door.value,
                text,
            ]
            for (row, each), text in zip(found, said, strict=True)
        ],
        empty="No mail was refused.",
    )


def _note(unit: Unit, session: Session, event: str, changed: ImportAddress, **facts: str) -> None:
    unit.events.add(
        event,
        account_id=changed.account_id,
        subject=changed.account_id,
        actor="operator",
        facts={"address": changed.id, **facts},
        at=session.clock(),
    )


def _find(session: Session, wanted: str) -> ImportAddress:
    local_part, _, domain = wanted.rpartition("@")
    with session.store.read() as unit:
        known = unit.addresses.find(local_part, domain)
    if known is None:
        raise NotFound(f"no import address {wanted}; mailroom address list shows them")
    return known


def _show(made: ImportAddress, as_json: bool) -> None:
    if as_json:
        print_json([{**made.model_dump(mode="json"), "address": made.address}])
    else:
        click.echo(made.address)
