"""What all commands share: the opened rooms, tables for people, one JSON object a line for scripts."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import click

from mailroom.clock import utc_now
from mailroom.config import Settings
from mailroom.domain.account import Account, User
from mailroom.domain.document import Document
from mailroom.domain.line import Lines
from mailroom.domain.value import Reason
from mailroom.errors import NotFound
from mailroom.languages import Language
from mailroom.languages import reason_text as sentence

if TYPE_CHECKING:
    from rich.console import Console

    from mailroom.steps.house import House
    from mailroom.store import Store

WIDE = 160
ID = re.compile(r"[0-9a-z]{26}")

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


class Session:
    """One run of the command: its settings, and the rooms that it opens when they are first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = utc_now
        self.language = terminal_language(os.environ)
        self._closing: list[Callable[[], None]] = []

    @cached_property
    def store(self) -> Store:
        """The rows and the bytes, brought up to date: all that a command needs that only looks."""
        from mailroom.store import open_store

        store = open_store(self.settings.store, self.settings.data, clock=self.clock)
        self._closing.append(store.close)
        store.migrate()
        return store

    @cached_property
    def house(self) -> House:
        """The store and the rooms that work. It costs another third to load."""
        from mailroom.app import open_house

        house = open_house(self.settings, self.clock, store=self.store)
        self._closing.append(house.box.close)
        return house

    def close(self) -> None:
        """Close what was opened."""
        for close in reversed(self._closing):
            close()
        self._closing.clear()

    def account(self, wanted: str) -> Account:
        """Return the account with this id, name or VAT id.

        Raises:
            NotFound: naming the accounts that there are.
        """
        with self.store.read() as unit:
            try:
                return unit.accounts.find(wanted)
            except NotFound as error:
                if "several" in error.facts:
                    raise
                names = [account.name for account in unit.accounts.all()]
                more = f" and {len(names) - 10} more: mailroom account list" if len(names) > 10 else ""
                known = ", ".join(names[:10]) + more
                hint = f"there are: {known}" if known else "there is none yet: mailroom account add NAME --owner EMAIL"
                raise NotFound(f"{error}; {hint}") from error

    def nothing(self, words: str) -> str:
        """Return what an empty list says; without any company also the folder: `--data` may have been forgotten."""
        with self.store.read() as unit:
            if unit.accounts.page(limit=1):
                return words
        folder = self.settings.data.resolve()
        return f"{words} There is no company in {folder}: name another folder with --data, or mailroom account add."

    def actor(self, email: str | None) -> User:
        """Return the person in whose name a command acts; without one, the operator at the terminal."""
        if email is None:
            return User(id="operator", email="operator@localhost", is_operator=True, created_at=self.clock())
        with self.store.read() as unit:
            user = unit.users.by_email(email)
        if user is None:
            raise NotFound(f"no user {email}")
        return user


def terminal_language(environment: Mapping[str, str]) -> Language:
    """Return the language of the terminal (LC_ALL, LC_MESSAGES, LANG), else English."""
    wanted = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    try:
        return Language(wanted[:2].lower())
    except ValueError:
        return Language.EN


def console(*, stderr: bool = False) -> Console:
    """Return a terminal to draw tables and progress on; into a file or a pipe, lines are wide."""
    from rich.console import Console

    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, width=None if is_terminal else WIDE)


def print_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print one JSON object a line."""
    for row in rows:
        line = json.dumps(row, ensure_ascii=False, default=str)
        if not _is_unicode(line):  # a file name that is no UTF-8
            line = json.dumps(row, default=str)
        click.echo(line)


def _is_unicode(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", empty: str = "") -> None:
    """Print a table, or the sentence `empty` when it has no rows."""
    from rich.table import Table
    from rich.text import Text

    lines = list(rows)
    if not lines:
        click.echo(empty)
        return
    table = Table(
        title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0)
    )
    for number, column in enumerate(columns):
        # Ids and import addresses are there to be copied: they stay in one piece, and the others give way.
        whole = column == "address" or all(ID.fullmatch(line[number]) for line in lines)
        justify: Literal["left", "right"] = "right" if column in {"total", "size"} else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=whole)
    for line in lines:
        table.add_row(*(Text(plain(cell)) for cell in line))
    console().print(table)


def plain(words: str) -> str:
    """Return foreign words without the signs that would move the cursor or paint the terminal."""
    return "".join(sign if sign >= " " and not "\x7f" <= sign <= "\x9f" else " " for sign in words)


def reason_text(reason: Reason, language: Language) -> str:
    """Return a reason as a sentence; field names in it are translated too."""
    return sentence(language, reason.code, reason.facts)


def reasons_json(reasons: Iterable[Reason], language: Language) -> list[dict[str, Any]]:
    """Return reasons for scripts: the stable code, its facts and the sentence."""
    return [{"code": reason.code, **reason.facts, "text": reason_text(reason, language)} for reason in reasons]


def fields_json(document: Document) -> dict[str, Any]:
    """Return the fields for scripts."""
    fields: dict[str, Any] = document.model_dump(mode="json", include={"fields"})["fields"]
    return fields


def lines_json(lines: Lines) -> dict[str, Any]:
    """Return the lines of a document for scripts, as `mailroom read --json` does."""
    return {
        "lines": [item.model_dump(mode="json") for item in lines.items],
        "lines_status": lines.status.value,
        "lines_by_hand": lines.by_hand,
    }


def document_json(document: Document, account: str, language: Language) -> dict[str, Any]:
    """Return a document for scripts (`mailroom inbox --json`, `mailroom document show --json`)."""
    return {
        "id": document.id,
        "account": document.account_id,
        "account_name": account,
        "state": document.state.value,
        "reasons": reasons_json(document.reasons, language),
        "fields": fields_json(document),
        "filename": document.filename,
        "media_type": document.media_type.value,
        "sha256": document.sha256,
        "message": document.message_id,
        "part_path": document.part_path,
        "pages": document.page_count,
        "engine": document.engine,
        "problems": reasons_json(document.problems, language),
        "completed_by_hand": document.completed_by_hand,
        "accounting_status": document.accounting_status.value,
        "payment_status": document.payment_status.value,
        "belongs_to": document.belongs_to,
        "bond": document.bond.value if document.bond else None,
        "made_from": document.made_from,
        "version": document.version,
        "created_at": document.created_at.isoformat(),
        "archive_at": document.archive_at.isoformat() if document.archive_at else None,
    }
