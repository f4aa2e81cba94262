"""`mailroom demo`: the main job on five mails made for it, through the real doors. `make run` calls it.

It starts the whole daemon on the data folder, sends the mails through its own SMTP door, shows what became of every
part, the inbox, the digest that would go out and the address of the pages, and then keeps running. A second run finds
everything there and adds nothing.
"""

from __future__ import annotations

import asyncio
import email
import smtplib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailroom.app import Addresses, Daemon
from mailroom.cli.account import SIGN_IN_DAYS, person
from mailroom.cli.demo_mails import DEMO_COMPANY, DEMO_VAT_ID, demo_mails
from mailroom.cli.inbox import inbox_row
from mailroom.cli.output import Session, console, reason_text
from mailroom.config import Settings
from mailroom.domain.account import Account, Membership, Purpose, Role, User
from mailroom.domain.document import DocumentState
from mailroom.domain.message import LedgerEntry
from mailroom.domain.report import Frequency, ReportKind, Subscription
from mailroom.domain.value import new_id
from mailroom.errors import BadConfiguration, MailroomError, NotFound
from mailroom.languages import Language, text
from mailroom.listening import bind
from mailroom.steps.house import House
from mailroom.steps.report import preview

OWNER = "demo@korenbloem.example"
PATIENCE_SECONDS = 120.0


@click.command()
@click.option("--once", is_flag=True, help="End after the show instead of keeping the daemon running.")
@click.pass_obj
def demo(session: Session, once: bool) -> None:
    """Show the main job on five mails made for it, then keep running until Ctrl-C."""
    settings = _free_ports(session.settings)
    out = console()

    async def show() -> None:
        daemon = Daemon(settings)
        shown: list[asyncio.Task[None]] = []

        def announce(addresses: Addresses) -> None:
            shown.append(asyncio.create_task(_show(session, addresses, out, daemon, once=once)))

        await daemon.run(announce)
        for task in shown:
            if not task.done():
                task.cancel()
            elif task.exception():
                raise task.exception() or NotFound()

    asyncio.run(show())
    out.print("\nEnded. Everything is kept in", str(settings.data))


async def _show(session: Session, addresses: Addresses, out: Console, daemon: Daemon, *, once: bool) -> None:
    try:
        await asyncio.to_thread(_play, session, addresses, out)
    except (MailroomError, OSError, smtplib.SMTPException) as error:
        out.print(f"[red]The demo stopped: {error}[/red]")
        daemon.stop()
        raise
    if once:
        daemon.stop()
    else:
        out.print("The daemon keeps running: forward it a mail, or open the page. [bold]Ctrl-C[/bold] ends it.")


def _play(session: Session, addresses: Addresses, out: Console) -> None:
    # The port may have been chosen at the start: the links in the digest lead to these pages.
    house = replace(session.house, public_url=session.settings.web.public_url or addresses.web)
    account, address, user = _company(house, session)
    out.print(f"\n[bold]{account.name}[/bold] receives at [bold]{address}[/bold]\n", soft_wrap=True)
    _send_all(house, session.settings.data / "demo", addresses.smtp, address, out)
    _show_parts(house, account, session.language, out)
    _show_inbox(house, account, session.language, out)
    _show_digest(house, account, out)
    with house.store.unit() as unit:
        token = unit.sessions.issue_sign_in(user.id, house.clock() + timedelta(days=SIGN_IN_DAYS))
    out.print(f"\n[bold]Pages[/bold]    {addresses.web}/sign-in/{token}", soft_wrap=True)
    out.print(f"[bold]SMTP[/bold]     {addresses.smtp}  (mail to {address})", soft_wrap=True)
    out.print(f"[bold]Vault[/bold]    {session.settings.data / 'vault'}", soft_wrap=True)


def _company(house: House, session: Session) -> tuple[Account, str, User]:
    """Return the demo company, made at the first run."""
    with house.store.unit() as unit:
        try:
            account = unit.accounts.find(DEMO_VAT_ID)
        except NotFound:
            account = Account(
                id=new_id(), name=DEMO_COMPANY, vat_id=DEMO_VAT_ID, language=Language.NL, created_at=house.clock()
            )
            unit.accounts.add(account)
            unit.addresses.issue(account.id, house.settings.smtp.import_domain, Purpose.PURCHASES, house.clock())
            user = person(unit, session, OWNER, account.language)
            unit.users.join(Membership(user_id=user.id, account_id=account.id, role=Role.OWNER))
            unit.reports.subscribe(
                Subscription(
                    id=new_id(),
                    account_id=account.id,
                    kind=ReportKind.ACTION_REQUIRED,
                    frequency=Frequency.DAILY,
                    recipient=OWNER,
                    language=account.language,
                )
            )
        user = person(unit, session, OWNER, account.language)
        address = next(each for each in unit.addresses.of(account.id) if each.retired_at is None)
    return account, address.address, user


def _send_all(house: House, folder: Path, smtp: str, address: str, out: Console) -> None:
    """Send the mails that the store does not have yet, one after the other, and wait for each."""
    with house.store.read() as unit:
        known = {entry.message_id for entry in unit.parts.ledger()}
    kept = sorted(folder.glob("*.eml"))
    if len(kept) < 5 or address.encode() not in kept[0].read_bytes():
        folder.mkdir(parents=True, exist_ok=True)
        for number, (what, raw) in enumerate(demo_mails(address), 1):
            (folder / f"{number} {what}.eml").write_bytes(raw)
        kept = sorted(folder.glob("*.eml"))
    for number, file in enumerate(kept, 1):
        raw = file.read_bytes()
        message_id = str(email.message_from_bytes(raw)["Message-ID"])
        what = file.stem.partition(" ")[2]
        if message_id in known:
            out.print(
                f"[green]✓[/green] mail {number} of {len(kept)}: {what} [dim]– already here, not sent again[/dim]"
            )
            continue
        with out.status(f"mail {number} of {len(kept)}: {what} …"):
            began = time.perf_counter()
            _send(smtp, address, raw)
            accepted = time.perf_counter()
            entries = _wait(partial(_decided, house, message_id))
            done = time.perf_counter()
        spent = f"250 after {(accepted - began) * 1000:.0f} ms, {len(entries)} parts done {done - accepted:.1f} s later"
        out.print(f"[green]✓[/green] mail {number} of {len(kept)}: {what} [dim]– {spent}[/dim]", soft_wrap=True)


def _send(smtp: str, address: str, raw: bytes) -> None:
    host, _, port = smtp.rpartition(":")
    with smtplib.SMTP(host.strip("[]"), int(port), timeout=30) as client:
        client.sendmail("demo@example.com", [address], raw)


def _decided(house: House, message_id: str) -> list[LedgerEntry]:
    """Return the parts of a mail once none of its documents is being read any more."""
    with house.store.read() as unit:
        entries = list(unit.parts.ledger(None, message_id))
        documents = [unit.documents.get(entry.document_id) for entry in entries if entry.document_id]
    return [] if any(document.state is DocumentState.READING for document in documents) else entries


def _wait(look: Callable[[], list[LedgerEntry]]) -> list[LedgerEntry]:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise BadConfiguration(f"a mail was not dealt with in {PATIENCE_SECONDS:.0f} s; see the log above")


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=f"\n{title}",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="dim",
    )
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column == "total" else "left")
    return table


def _show_parts(house: House, account: Account, language: Language, out: Console) -> None:
    table = _table("What became of every part", "mail", "part", "file", "verdict", "why")
    with house.store.read() as unit:
        entries = sorted(unit.parts.ledger(account.id), key=lambda entry: (entry.received_at, entry.mail, entry.path))
    for entry in entries:
        table.add_row(
            entry.subject[:28],
            entry.path,
            Text(entry.filename or entry.media_type.value),
            text(language, f"verdict.{entry.verdict.value}"),
            Text(reason_text(entry.reason, language)),
        )
    out.print(table)


def _show_inbox(house: House, account: Account, language: Language, out: Console) -> None:
    table = _table("The inbox", "seller", "number", "date", "total", "state", "why")
    with house.store.read() as unit:
        documents = unit.documents.listed(account.id)
    for document in documents:
        table.add_row(*(Text(cell) for cell in inbox_row(document, "", language)[2:]))
    out.print(table)


def _show_digest(house: House, account: Account, out: Console) -> None:
    rendered = preview(house, account, account.language)
    if rendered is None:
        out.print("\n[bold]The digest mail[/bold]: nothing needs to be done, so none would go out.")
        return
    out.print("\n[bold]The digest mail that would go out[/bold]")
    out.print(Text(f"To: {OWNER}\nSubject: {rendered.subject}\n\n{rendered.text.strip()}", style="dim"), soft_wrap=True)


def _free_ports(settings: Settings) -> Settings:
    """Return the settings with port 0 where the usual port is taken: the demo must not fail for another program."""
    changes: dict[str, object] = {}
    if not _is_free(settings.smtp.listen):
        changes["smtp"] = settings.smtp.model_copy(update={"listen": "127.0.0.1:0"})
    if not _is_free(settings.web.listen):
        changes["web"] = settings.web.model_copy(update={"listen": "127.0.0.1:0"})
    return settings.model_copy(update=changes)


def _is_free(address: str) -> bool:
    try:
        bind(address).close()
    except BadConfiguration:
        return False
    return True
