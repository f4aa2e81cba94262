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
    from mailroom import app
    from mailroom.app import ROLES, Addresses, Entrance, Role

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

    told: set[str] = set()

    def announce(addresses: Addresses) -> None:
        named = (("smtp", addresses.smtp), ("lmtp", addresses.lmtp), ("web", addresses.web))
        for name, address in named:
            if address and name not in told:
                click.echo(f"{name} {address}")
                told.add(name)

    async def daemon() -> None:
        chosen, parts = settings.model_copy(update=changes), cast(list[Role], wanted)
        entrance = Entrance(chosen, frozenset(parts))
        announce(await entrance.open())
        # The doors for mail are open: what takes long to load is loaded beside them.
        rooms = await asyncio.to_thread(getattr, app, "Daemon")
        await rooms(chosen, parts, entrance=entrance).run(announce)

    asyncio.run(daemon())
