"""`mailroom backup`: a copy of everything, and the check of such a copy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from mailroom.cli.output import Session, as_json, console, print_json
from mailroom.store.backup import Progress, back_up
from mailroom.store.backup import check as check_backup


@click.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Copy nothing; check the copy that is there.")
@as_json
@click.pass_obj
def backup(session: Session, target: Path, only_check: bool, as_json: bool) -> None:
    """Copy everything into the folder TARGET while the daemon runs; a second backup there copies only what is new.

    To restore, start the daemon with --data TARGET (or with a copy of it). With PostgreSQL the rows are not copied
    here: run pg_dump first, then this.
    """
    with _progress("checking" if only_check else "copying") as progress:
        if only_check:
            wrong = check_backup(target, progress)
        else:
            copied = back_up(session.settings.data, target, progress, settings=session.settings.store)
    if only_check:
        if as_json:
            print_json([{"target": str(target), "wrong": wrong}])
        for line in wrong:
            click.secho(line, fg="red", err=True)
        if wrong:
            sys.exit(1)
        if not as_json:
            click.echo(f"{target} is whole.")
        return
    if as_json:
        print_json([{"target": str(target), "blobs": copied.blobs, "new_blobs": copied.new_blobs, **copied.rows}])
        return
    rows = ", ".join(f"{count} {name}" for name, count in copied.rows.items())
    click.echo(f"{target}: {rows}; {copied.blobs} blobs, {copied.new_blobs} of them new.")


@contextmanager
def _progress(words: str) -> Iterator[Progress]:
    """Show how far it is on standard error, when that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.progress import Progress as Bar

    with Bar(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
