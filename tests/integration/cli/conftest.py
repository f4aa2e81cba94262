"""The command line in this process, on a data folder of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result
from store_values import NOON

from mailroom.cli import main
from mailroom.config import StoreSettings
from mailroom.domain.account import Account, Purpose
from mailroom.domain.value import new_id
from mailroom.store import Store, open_store


@dataclass
class Terminal:
    """`mailroom ...` as somebody types it; never a traceback."""

    data: Path
    env: dict[str, str]

    def __call__(self, *arguments: str, status: int = 0, stdin: str | None = None) -> Result:
        """Run a command that must end with `status`, in words and not with a traceback."""
        done = CliRunner().invoke(main, ["--data", str(self.data), *arguments], input=stdin, env=self.env)
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.exit_code == status, f"{arguments} ended with {done.exit_code}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str, status: int = 0, stdin: str | None = None) -> list[dict[str, Any]]:
        """Run a command with `--json`; every line of its output is one object."""
        done = self(*arguments, "--json", status=status, stdin=stdin)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert all(isinstance(row, dict) for row in rows)
        return rows


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in English on an empty data folder."""
    env = {"LANG": "C.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "MAILROOM_CONFIG": "", "MAILROOM_DATA": ""}
    yield Terminal(tmp_path / "data", env)
    structlog.reset_defaults()


@pytest.fixture
def rows(terminal: Terminal) -> Iterator[Store]:
    """The store behind the terminal."""
    store = open_store(StoreSettings(), terminal.data)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def company(rows: Store) -> Callable[..., Account]:
    """Put companies with an import address into the store."""

    def make(name: str = "Bakkerij De Korenbloem BV", **more: Any) -> Account:
        account = Account(id=new_id(), name=name, created_at=NOON, **more)
        with rows.unit() as unit:
            unit.accounts.add(account)
            unit.addresses.issue(account.id, "import.example", Purpose.PURCHASES, NOON)
        return account

    return make
