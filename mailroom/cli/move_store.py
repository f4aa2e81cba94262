"""`mailroom move-store`: everything to another database or another place for the bytes, checked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailroom import config
from mailroom.cli.output import Session, as_json, console, print_json
from mailroom.errors import WrongState
from mailroom.store import GONE_AFTER, open_blobs, open_store
from mailroom.store.move import Mark, Progress, move_blobs, move_rows, unfinished

if TYPE_CHECKING:
    from rich.progress import TaskID


@click.command("move-store")
@click.argument("target", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option(
    "--begin-again",
    is_flag=True,
    help="Move although the engine has unfinished stories; after the move they begin again from their first step.",
)
@as_json
@click.pass_obj
def move_store(session: Session, target: Path, begin_again: bool, as_json: bool) -> None:
    """Move the rows and the bytes to where the configuration file TARGET keeps them ([store] of it).

    The daemon must be ended, the target empty. Only what differs is moved; the source stays as it is. When it is broken
    off, the same command goes on. After it, start the daemon with TARGET; the data folder stays the same.
    """
    from mailroom.app.entrance import ROLES, only_one

    here, there = session.settings.store, config.load(target, data=session.settings.data).store
    data = session.settings.data
    rows, blobs = here.database != there.database, here.blobs != there.blobs
    if not rows and not blobs:
        raise WrongState(f"{target} keeps everything where it is now: nothing to move")
    with only_one(data, frozenset(ROLES)), _progress() as progress:
        _demand_rest(session, begin_again=begin_again)
        mark = Mark(data)
        resumed = mark.begin(there)
        store = open_store(there, data)
        try:
            moved_rows = move_rows(session.store.engine, store.engine, progress, resumed=resumed) if rows else {}
            source = open_blobs(here, data)
            moved_blobs = move_blobs(source, store.blobs, progress, resumed=resumed) if blobs else 0
        except WrongState:
            if not resumed:
                mark.end()
            raise
        finally:
            store.close()
        mark.end()
    if as_json:
        print_json([{"target": str(target), "rows": moved_rows, "blobs": moved_blobs, "resumed": resumed}])
        return
    counted = ", ".join(f"{count} {name}" for name, count in moved_rows.items() if count)
    click.echo(f"Moved and compared: {counted or 'no rows'}; {moved_blobs} blobs.")
    click.echo(f"Now start the daemon with --config {target} (and the same --data). The old store was not changed.")


def _demand_rest(session: Session, *, begin_again: bool) -> None:
    """Refuse while anybody works. Raises WrongState."""
    with session.store.read() as unit:
        now = unit.nodes.now()
        alive = [
            node.id
            for node in unit.nodes.all()
            if node.left_at is None and (now - node.last_seen).total_seconds() < GONE_AFTER
        ]
    if alive:
        raise WrongState(f"nodes still run on this database: {', '.join(alive)}; end them first")
    left = unfinished(session.store.engine)
    if left and not begin_again:
        raise WrongState(
            f"{left} stories are unfinished: start the daemon, wait until mailroom inbox --all shows nothing that is "
            "being read, and end it; or use --begin-again"
        )


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show how far it is on standard error, when that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.progress import Progress as Bar

    with Bar(console=console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield show
