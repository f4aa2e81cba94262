"""`mailroom account api-key`: the keys with which programs hand documents in."""

from __future__ import annotations

import click

from mailroom.cli.output import Session, as_json, print_json, print_table
from mailroom.domain.account import ApiKey
from mailroom.errors import NotFound


@click.group("api-key")
def api_key() -> None:
    """Keys with which programs hand in documents of a company."""


@api_key.command("add")
@click.argument("wanted", metavar="ACCOUNT")
@click.option("--name", default="", help="Which program uses it.")
@as_json
@click.pass_obj
def add_key(session: Session, wanted: str, name: str, as_json: bool) -> None:
    """Make a key and show it. It is shown this once: only its hash is kept."""
    row = session.account(wanted)
    with session.store.unit() as unit:
        key, secret = unit.api_keys.issue(row.id, name, session.clock())
        unit.events.add("api_key_added", account_id=row.id, subject=key.id, actor="operator", at=session.clock())
    if as_json:
        print_json([{**key.model_dump(mode="json"), "key": secret}])
        return
    click.echo(f"Key  {secret}")
    click.echo(f"Id   {key.id}  (to revoke it; the key itself is not shown again)")


@api_key.command("list")
@click.argument("wanted", metavar="ACCOUNT")
@as_json
@click.pass_obj
def list_keys(session: Session, wanted: str, as_json: bool) -> None:
    """List the keys of a company."""
    keys = _keys(session, wanted)
    if as_json:
        print_json(key.model_dump(mode="json") for key in keys)
        return
    print_table(
        ["id", "name", "since", "revoked"],
        [
            [key.id, key.name, f"{key.created_at:%Y-%m-%d}", f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""]
            for key in keys
        ],
        empty="No API key.",
    )


@api_key.command("revoke")
@click.argument("wanted", metavar="ACCOUNT")
@click.argument("key_id", metavar="ID")
@click.pass_obj
def revoke_key(session: Session, wanted: str, key_id: str) -> None:
    """Take a key out of use, at once and for good."""
    key = next((key for key in _keys(session, wanted) if key.id == key_id), None)
    if key is None:
        raise NotFound(f"no API key {key_id} of {wanted}; mailroom account api-key list {wanted} shows them")
    with session.store.unit() as unit:
        unit.api_keys.revoke(key.id, session.clock())
        unit.events.add(
            "api_key_revoked", account_id=key.account_id, subject=key.id, actor="operator", at=session.clock()
        )
    click.echo(f"{key.id} is revoked.")


def _keys(session: Session, wanted: str) -> list[ApiKey]:
    row = session.account(wanted)
    with session.store.read() as unit:
        return unit.api_keys.of(row.id)
