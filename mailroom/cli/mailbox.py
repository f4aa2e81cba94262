"""`mailroom account mailbox`: the mailboxes out of which mail is collected, and signing in to them."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mailroom.cli.output import Session, as_json, print_json, print_table
from mailroom.config import ImapSettings, OAuthSettings
from mailroom.errors import NotFound


@click.group("mailbox")
def mailbox() -> None:
    """Mailboxes out of which mail is collected ([[imap]] of the configuration): list, sign in."""


@mailbox.command("list")
@as_json
@click.pass_obj
def list_mailboxes(session: Session, as_json: bool) -> None:
    """List the mailboxes and how each is logged in to."""
    rows = [_row(session, settings) for settings in session.settings.imap]
    if as_json:
        print_json(rows)
        return
    print_table(
        ["user", "host", "folder", "account", "log-in"],
        [[row["user"], row["host"], row["folder"], row["account"], row["log_in"]] for row in rows],
        empty="No mailbox: the configuration has no [[imap]] table.",
    )


def _row(session: Session, settings: ImapSettings) -> dict[str, str]:
    from mailroom.gateways.oauth import Tokens

    log_in = "password"
    if settings.oauth2:
        signed_in = Tokens(settings.oauth2, _folder(session), user=settings.user).is_signed_in
        log_in = "oauth2" if signed_in else "oauth2, not signed in yet"
    return {
        "user": settings.user,
        "host": settings.host,
        "folder": settings.folder,
        "account": settings.account,
        "log_in": log_in,
    }


@mailbox.command("sign-in")
@click.argument("user")
@click.option("--browser", is_flag=True, help="Sign in in a browser of this machine, not with a code on any device.")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port to which that browser comes back.")
@click.option("--paste", is_flag=True, help="The browser is elsewhere: paste the address at which it ends.")
@click.option("--check/--no-check", default=True, show_default=True, help="Open the mailbox with it.")
@click.pass_obj
def sign_in(session: Session, user: str, browser: bool, port: int, paste: bool, check: bool) -> None:
    """Sign in to a mailbox of Microsoft 365, Google or another provider with OAuth2.

    USER as in the configuration. The daemon need not be restarted: it looks again within a minute or two.
    """
    from mailroom.gateways.oauth import Tokens

    settings = next((each for each in session.settings.imap if each.user == user and each.oauth2), None)
    if settings is None or settings.oauth2 is None:
        raise NotFound(f"no [[imap]] table with user {user} and oauth2; mailroom account mailbox list shows them")
    folder = _folder(session)
    tokens = Tokens(settings.oauth2, folder, user=user)
    tokens.keep(_in_browser(settings.oauth2, port, paste=paste) if browser or paste else _with_code(settings.oauth2))
    _give_to_daemon(folder)
    click.echo(f"Signed in as {user}; the token is kept in {folder}, for the daemon alone.")
    if check:
        from mailroom.gateways.imap_mailbox import FAILURES, LoginRefused, Mailbox

        try:
            Mailbox(settings, session.settings.smtp.max_message_bytes, tokens).close()
        except (LoginRefused, *FAILURES) as error:
            raise click.ClickException(f"the mailbox does not open with it: {error}") from error
        finally:
            _give_to_daemon(folder)
        click.echo(f"{settings.host} opens {settings.folder}.")


def _with_code(settings: OAuthSettings) -> str:
    from mailroom.gateways.oauth_sign_in import sign_in_elsewhere

    def tell(page: str, code: str) -> None:
        click.echo(f"Open {page} on any device and type the code {code}")

    return sign_in_elsewhere(settings, tell)


def _in_browser(settings: OAuthSettings, port: int, *, paste: bool) -> str:
    from mailroom.gateways.oauth_sign_in import BrowserSignIn

    signing_in = BrowserSignIn(settings, port)
    try:
        click.echo(f"Open this address in a browser and sign in:\n{signing_in.page}")
        if paste:
            click.echo("It ends on a page that cannot be shown. Paste that page's address here.")
            return signing_in.pasted(click.prompt("Address", hide_input=True))
        click.echo(f"It comes back to port {signing_in.port} of this machine (from afar: --paste).")
        return signing_in.wait()
    finally:
        signing_in.close()


def _folder(session: Session) -> Path:
    return session.settings.data / "collectors"


def _give_to_daemon(folder: Path) -> None:
    """Let the daemon's user read what root has written: he owns the data folder."""
    if os.geteuid() == 0:
        owner = folder.parent.stat()
        for path in (folder, *folder.glob("*.token")):
            os.chown(path, owner.st_uid, owner.st_gid)
