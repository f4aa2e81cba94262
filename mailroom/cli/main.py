"""The command `mailroom` and its global options. Each command's module is imported only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from mailroom.errors import MailroomError

# Else pydantic reads what every installed package says of itself, to look for plugins, before a command does anything.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

COMMANDS = {
    "run": ("mailroom.cli.run", "run", "Start the daemon: take mail, read, decide, show, send."),
    "account": ("mailroom.cli.account", "account", "Companies, their people and their settings."),
    "address": ("mailroom.cli.address", "address", "Import addresses: list, new, retire, replace, restrict."),
    "inbox": ("mailroom.cli.inbox", "inbox", "The documents that wait for somebody, or all of them."),
    "document": ("mailroom.cli.document", "document", "One document: show, fill in, accept, refuse, undo, download."),
    "ledger": (
        "mailroom.cli.ledger",
        "ledger",
        "Every part of every mail, its verdict; take one back, run a mail again.",
    ),
    "read": ("mailroom.cli.read", "read", "Read files and print their fields, without storing anything."),
    "import": ("mailroom.cli.import_", "import_files", "Take in files, mails and mailboxes as if they had been sent."),
    "unassigned": (
        "mailroom.cli.unassigned",
        "unassigned",
        "Collected mail of which nobody knows whose it is: list, assign, dismiss.",
    ),
    "einvoice": ("mailroom.cli.einvoice", "einvoice", "E-invoices: show, check, convert."),
    "rules": ("mailroom.cli.rules", "rules", "What is accepted by itself, and why a document was or was not."),
    "report": ("mailroom.cli.report", "report", "Digest mails: preview, subscribe, list."),
    "doctor": ("mailroom.cli.doctor", "doctor", "What is missing on this machine, and what needs attention."),
    "move-store": (
        "mailroom.cli.move_store",
        "move_store",
        "Move everything to another database and another place for the bytes.",
    ),
    "backup": ("mailroom.cli.backup", "backup", "Copy everything to another folder, and check such a copy."),
    "demo": ("mailroom.cli.demo", "demo", "Show the main job on five mails made for it (what `make run` does)."),
}


class _Commands(click.Group):
    """Loads a command's module on first use: `mailroom --help` costs no imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, _, words) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MailroomError as error:
            click.secho(f"mailroom: {error}", fg="red", err=True)
            sys.exit(2)


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        import mailroom

        click.echo(f"mailroom, version {mailroom.__version__}")
        ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Data folder (default ./data).")
@click.option("--config", "config_file", type=click.Path(dir_okay=False, path_type=Path), help="Configuration file.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show it.")
@click.pass_context
def main(ctx: click.Context, data: Path | None, config_file: Path | None) -> None:
    """Mailroom: every attachment of every mail read, checked and handed to the accountant."""
    # Not at the top: they are half of `mailroom --help`, which gets by without them (pydantic, 60 ms).
    from mailroom import config, log
    from mailroom.cli.output import Session

    settings = config.load(config_file, data=data)
    # Commands are for people: what a library or a room has to say below a warning goes into the daemon's log only.
    log.set_up("warning" if ctx.invoked_subcommand != "run" else settings.log.level, settings.log.format)
    ctx.obj = Session(settings)
    ctx.call_on_close(ctx.obj.close)
