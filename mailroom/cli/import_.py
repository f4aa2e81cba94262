"""`mailroom import`: files and mails go through the spool, as if they had come in by a door."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from mailroom.app import open_spool, upload, upload_mail
from mailroom.cli.output import Session, as_json, console, print_json
from mailroom.domain.message import Door
from mailroom.errors import MailroomError
from mailroom.spool import Spool

MAIL_SUFFIXES = frozenset({".eml"})


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--account", "wanted", required=True, metavar="ACCOUNT", help="Whose documents they are.")
@click.option("--as", "actor", metavar="EMAIL", help="In whose name; a listed person is proof of origin.")
@as_json
@click.pass_obj
def import_files(session: Session, paths: tuple[Path, ...], wanted: str, actor: str | None, as_json: bool) -> None:
    """Take in files, mails (.eml) and folders of them. The running daemon reads them, or the next one.

    The same file twice is one document. Exit status 1 when a file could not be taken.
    """
    account = session.account(wanted)
    user_id = session.actor(actor).id if actor else None
    spool = open_spool(session.settings)
    failed = 0
    try:
        files = list(_files(paths))
        for file in _progress(files):
            row: dict[str, object] = {"file": str(file), "message": None, "problem": None}
            try:
                row["message"] = _take(session, spool, account.id, user_id, file)
            except (MailroomError, OSError) as error:
                failed += 1
                row["problem"] = str(error)
            if as_json:
                print_json([row])
            elif row["problem"]:
                click.secho(f"{file}: {row['problem']}", fg="red", err=True)
    finally:
        spool.close()
    if not as_json:
        click.echo(f"{len(files) - failed} of {len(files)} in the spool of {account.name}.")
    if failed:
        sys.exit(1)


def _take(session: Session, spool: Spool, account_id: str, user_id: str | None, file: Path) -> str:
    content = file.read_bytes()
    if file.suffix.lower() in MAIL_SUFFIXES:
        return upload_mail(session.house, spool, account_id, user_id, content, door=Door.COMMAND)
    return upload(session.house, spool, account_id, user_id, [(file.name, content)], door=Door.COMMAND)[0]


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        else:
            yield path


def _progress(files: list[Path]) -> Iterator[Path]:
    if len(files) < 10 or not sys.stderr.isatty():
        yield from files
        return
    from rich.progress import track

    yield from track(files, description="importing", console=console(stderr=True), transient=True)
