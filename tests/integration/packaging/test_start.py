"""What a command loads before it works. Each was seen to double the time of `mailroom inbox` or `mailroom --help`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ENGINE_AND_PAGES = {"dbos", "starlette", "uvicorn", "aiosmtpd", "apscheduler", "jinja2", "mailroom.engine"}
READERS = {"tesserocr", "pypdfium2", "pytesseract", "pdf2image", "lxml", "PIL"}
OFTEN_UNUSED = {"structlog", "rich", "alembic", "babel", "psycopg"}
DATABASE = {"sqlalchemy", "mailroom.store"}
VALUES = {"pydantic", "mailroom.domain", "importlib.metadata"}


def loaded(tmp_path: Path, *arguments: str) -> set[str]:
    """Return the names of all modules that a command has imported when it ends."""
    command = ["-X", "importtime", "-m", "mailroom", "--data", str(tmp_path / "data"), *arguments]
    ended = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=120, check=True)
    return {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if line.startswith("import time:")}


def test_help_loads_neither_values_nor_rooms(tmp_path: Path) -> None:
    unwanted = ENGINE_AND_PAGES | READERS | OFTEN_UNUSED | DATABASE | VALUES
    assert loaded(tmp_path, "--help") & unwanted == set()


@pytest.mark.parametrize(
    "command", [("inbox", "--json"), ("ledger", "--json"), ("account", "list", "--json"), ("address", "list", "--json")]
)
def test_listing_loads_neither_the_engine_nor_the_pages_nor_a_reader(tmp_path: Path, command: tuple[str, ...]) -> None:
    loaded(tmp_path, *command)  # the first call makes the database and loads Alembic for it
    assert loaded(tmp_path, *command) & (ENGINE_AND_PAGES | READERS | OFTEN_UNUSED) == set()


def test_reading_files_loads_no_database(tmp_path: Path) -> None:
    assert loaded(tmp_path, "read", "--help") & (ENGINE_AND_PAGES | DATABASE) == set()
