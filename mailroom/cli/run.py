"""`mailroom run`: the daemon."""

from __future__ import annotations

import asyncio
from typing import cast

import click

from mailroom.cli.output import Session


@click.command()
@click.option("--smtp", metavar="HOST:PORT", help="Where to take mail; port 0 takes a free one.")
@click.option("--web", metavar="HOST:PORT", help="Where to show the pages; port 0 takes a free one.")
@click.option("--roles", default="smtp,worker,web,sender", show_default=True, help="Which parts run in this process.")
@click.pass_obj
def run(session: Session, smtp: str | None, web: str | None, roles: str) -> None:
    """Start the daemon. It runs until SIGTERM or Ctrl-C; both end it cleanly.

    The addresses are printed when they answer: `smtp HOST:PORT`, `lmtp ADDRESS` and `web http://HOST:PORT`.
    """
    from mailroom.app import ROLES, Addresses, Daemon, Role

    wanted = [name.strip() for name in roles.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in ROLES]
    if unknown or not wanted:
        raise click.BadParameter(
            f"unknown role {', '.join(unknown) or '(none)'}; there are {', '.join(ROLES)}", param_hint="--roles"
        )
    settings = session.settings
    changes = {
        "smtp": settings.smtp.model_copy(update={"listen": smtp} if smtp else {}),
        "web": settings.web.model_copy(update={"listen": web} if web else {}),
    }

    def announce(addresses: Addresses) -> None:
        if addresses.smtp:
            click.echo(f"smtp {addresses.smtp}")
        if addresses.lmtp:
            click.echo(f"lmtp {addresses.lmtp}")
        if addresses.web:
            click.echo(f"web {addresses.web}")

    async def daemon() -> None:
        await Daemon(settings.model_copy(update=changes), cast(list[Role], wanted)).run(announce)

    asyncio.run(daemon())
