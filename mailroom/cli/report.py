"""`mailroom report`: the digest mails."""

from __future__ import annotations

from pathlib import Path

import click

from mailroom.cli.account import LANGUAGES
from mailroom.cli.output import Session, as_json, print_json, print_table
from mailroom.domain.report import Frequency, ReportKind, Subscription
from mailroom.domain.value import new_id
from mailroom.languages import Language
from mailroom.steps.report import preview as compose


@click.group()
def report() -> None:
    """Digest mails: preview, subscribe, list."""


@report.command()
@click.argument("wanted", metavar="ACCOUNT")
@click.option("--language", type=LANGUAGES, help="Another language than the account's.")
@click.option(
    "--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write the HTML part there."
)
@as_json
@click.pass_obj
def preview(session: Session, wanted: str, language: str | None, html_file: Path | None, as_json: bool) -> None:
    """Show the digest as it would go out now. Nothing is sent."""
    account = session.account(wanted)
    rendered = compose(session.house, account, Language(language) if language else account.language)
    if rendered is None:
        if as_json:
            print_json([{"account": account.id, "nothing_to_say": True}])
        else:
            click.echo(f"Nothing needs to be done for {account.name}: no mail would go out.")
        return
    if html_file:
        html_file.write_text(rendered.html, "utf-8")
    if as_json:
        print_json([{"account": account.id, "subject": rendered.subject, "text": rendered.text, "html": rendered.html}])
        return
    click.secho(rendered.subject, bold=True)
    click.echo()
    click.echo(rendered.text)


@report.command()
@click.argument("wanted", metavar="ACCOUNT")
@click.argument("email")
@click.option("--weekly", is_flag=True, help="Once a week instead of daily.")
@click.option("--weekday", type=click.IntRange(0, 6), default=0, show_default=True, help="0 is Monday.")
@click.option("--hour", type=click.IntRange(0, 23), default=7, show_default=True, help="Local hour.")
@click.option("--language", type=LANGUAGES, help="Another language than the account's.")
@click.pass_obj
def subscribe(
    session: Session, wanted: str, email: str, weekly: bool, weekday: int, hour: int, language: str | None
) -> None:
    """Send somebody the digest of what needs doing."""
    account = session.account(wanted)
    wish = Subscription(
        id=new_id(),
        account_id=account.id,
        kind=ReportKind.ACTION_REQUIRED,
        frequency=Frequency.WEEKLY if weekly else Frequency.DAILY,
        recipient=email,
        language=Language(language) if language else account.language,
        hour=hour,
        weekday=weekday,
    )
    with session.store.unit() as unit:
        unit.reports.subscribe(wish)
    click.echo(f"{email} hears of {account.name} {'weekly' if weekly else 'daily'} at {hour}:00. ({wish.id})")


@report.command()
@click.argument("subscription_id", metavar="SUBSCRIPTION")
@click.pass_obj
def unsubscribe(session: Session, subscription_id: str) -> None:
    """End a subscription."""
    with session.store.unit() as unit:
        unit.reports.unsubscribe(subscription_id)
    click.echo("Ended.")


@report.command("list")
@as_json
@click.pass_obj
def list_reports(session: Session, as_json: bool) -> None:
    """List the subscriptions."""
    with session.store.read() as unit:
        rows = unit.reports.subscriptions()
        names = {row.id: row.name for row in unit.accounts.all()}
    if as_json:
        print_json(row.model_dump(mode="json") for row in rows)
        return
    print_table(
        ["subscription", "account", "report", "how often", "hour", "to", "language"],
        [
            [
                row.id,
                names.get(row.account_id, row.account_id),
                row.kind.value,
                row.frequency.value,
                f"{row.hour}:00",
                row.recipient,
                row.language.value,
            ]
            for row in rows
        ],
        empty="Nobody has subscribed.",
    )
