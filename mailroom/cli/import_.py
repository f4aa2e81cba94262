"""`mailroom import`: files, mails and whole mailboxes go through the spool, as if they had come in by a door."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from mailroom.app import open_spool, upload, upload_mail
from mailroom.cli.output import Session, as_json, console, print_json
from mailroom.domain.account import Purpose
from mailroom.domain.message import Door
from mailroom.errors import MailroomError
from mailroom.spool import Spool

MAIL_SUFFIXES = frozenset({".eml"})


@dataclass(frozen=True)
class Item:
    """One file, or one mail of a mailbox. `place` says where it lies."""

    place: str
    name: str
    is_mail: bool
    read: Callable[[], bytes]


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--account", "wanted", required=True, metavar="ACCOUNT", help="Whose documents they are.")
@click.option(
    "--purpose",
    type=click.Choice([purpose.value for purpose in Purpose]),
    help="What they are: to which of its addresses they go. Without it: purchases.",
)
@click.option("--as", "actor", metavar="EMAIL", help="In whose name; a listed person is proof of origin.")
@as_json
@click.pass_obj
def import_files(
    session: Session, paths: tuple[Path, ...], wanted: str, purpose: str | None, actor: str | None, as_json: bool
) -> None:
    """Take in files, mails (.eml), mailboxes (mbox, Maildir) and folders of them.

    The running daemon reads them, or the next one. The same file twice is one document. Exit status 1 when something
    could not be taken.
    """
    account = session.account(wanted)
    user_id = session.actor(actor).id if actor else None
    spool = open_spool(session.settings)
    take = partial(_take, session, spool, account.id, user_id=user_id, purpose=Purpose(purpose) if purpose else None)
    failed = 0
    try:
        items = [item for path in paths for item in _items(path)]
        for item in _progress(items):
            row: dict[str, object] = {"file": item.place, "message": None, "problem": None}
            try:
                row["message"] = take(item)
            except (MailroomError, OSError) as error:
                failed += 1
                row["problem"] = str(error)
            if as_json:
                print_json([row])
            elif row["problem"]:
                click.secho(f"{item.place}: {row['problem']}", fg="red", err=True)
    finally:
        spool.close()
    if not as_json:
        click.echo(f"{len(items) - failed} of {len(items)} in the spool of {account.name}.")
    if failed:
        sys.exit(1)


def _take(
    session: Session, spool: Spool, account_id: str, item: Item, *, user_id: str | None, purpose: Purpose | None
) -> str:
    content = item.read()
    if item.is_mail:
        return upload_mail(session.house, spool, account_id, user_id, content, door=Door.COMMAND, purpose=purpose)
    return upload(
        session.house, spool, account_id, user_id, [(item.name, content)], door=Door.COMMAND, purpose=purpose
    )[0]


def _items(path: Path, inside: frozenset[Path] = frozenset()) -> Iterator[Item]:
    """Give what lies at a path: the mails of a mailbox, a file, or all of that in a folder and the folders in it.

    A link that leads back to a folder in which it lies (`inside`) is left out.
    """
    if path.is_dir():
        real = path.resolve()
        if real not in inside:
            yield from _items_in(path, inside | {real})
    elif _is_mbox(path):
        for number, (start, end) in enumerate(_mails_of(path), 1):
            yield Item(f"{path}, mail {number}", path.name, True, partial(_piece, path, start, end))
    elif path.is_file():
        yield Item(str(path), path.name, path.suffix.lower() in MAIL_SUFFIXES, path.read_bytes)


def _items_in(path: Path, inside: frozenset[Path]) -> Iterator[Item]:
    if _is_maildir(path):
        for file in sorted(file for part in ("cur", "new") for file in (path / part).iterdir() if file.is_file()):
            yield Item(str(file), file.name, True, file.read_bytes)
        for folder in sorted(inner for inner in path.iterdir() if inner.is_dir() and _is_maildir(inner)):
            yield from _items(folder, inside)  # Maildir++ keeps its folders as .Name beside cur and new
    else:
        for inner in sorted(inner for inner in path.iterdir() if not inner.name.startswith(".")):
            yield from _items(inner, inside)


def _is_maildir(folder: Path) -> bool:
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def _is_mbox(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(5) == b"From "


def _mails_of(mbox: Path) -> Iterator[tuple[int, int]]:
    """Give where each mail of an mbox begins and ends, without its `From ` line. The file is only read."""
    start, position, after_blank = -1, 0, True
    with mbox.open("rb") as file:
        for line in file:
            if after_blank and line.startswith(b"From "):
                if start >= 0:
                    yield start, position
                start = position + len(line)
            position += len(line)
            after_blank = line in {b"\n", b"\r\n"}
    if start >= 0:
        yield start, position


def _piece(file: Path, start: int, end: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(start)
        return opened.read(end - start)


def _progress(items: list[Item]) -> Iterator[Item]:
    if len(items) < 10 or not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import track

    yield from track(items, description="importing", console=console(stderr=True), transient=True)
