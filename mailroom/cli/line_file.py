"""Lines of an invoice in a file that a person or a program wrote: JSON as `--json` prints it, or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import click

from mailroom.domain.line import TypedLine, TypedLines
from mailroom.languages import Language

LINE_COLUMNS = (
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount",
    "vat_rate",
    "net_amount",
    "gross_amount",
)
_ALSO_PRINTED = frozenset({"confidence", "page", "box"})
_MOST_CHARACTERS = 4_000_000


def read_lines_file(file: TextIO, language: Language, *, gross: bool) -> tuple[TypedLines, Language]:
    """Return the lines of a file, and the language in which its numbers are written.

    Raises:
        click.BadParameter: it is neither, or a column has another name; the message says what was found.
    """
    content = file.read(_MOST_CHARACTERS + 1)
    if len(content) > _MOST_CHARACTERS:
        raise click.BadParameter(f"the file has more than {_MOST_CHARACTERS} characters")
    if content.lstrip().startswith(("{", "[")):
        rows, language = _from_json(content), Language.EN  # JSON has a point before the decimals
        gross = gross or (bool(rows) and all(row.get("gross_amount") is not None for row in rows))
    else:
        rows = _from_csv(content)
        gross = gross or (bool(rows) and "gross_amount" in rows[0] and "net_amount" not in rows[0])
    return TypedLines(
        rows=tuple(_typed(row, number, gross=gross) for number, row in enumerate(rows, 1)), gross=gross
    ), language


def _from_json(content: str) -> Sequence[Mapping[str, Any]]:
    """Read a list of lines, one line a row, or what `mailroom document lines --json` printed."""
    try:
        said = json.loads(content)
    except json.JSONDecodeError:
        said = _rows_of_json(content)
    if isinstance(said, dict):
        said = said["lines"] if isinstance(said.get("lines"), list) else [said]
    if not isinstance(said, list) or not all(isinstance(row, dict) for row in said):
        raise click.BadParameter("the JSON is no list of lines")
    return said


def _rows_of_json(content: str) -> list[Any]:
    try:
        return [json.loads(row) for row in content.splitlines() if row.strip()]
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"no JSON: {error}") from error


def _from_csv(content: str) -> Sequence[Mapping[str, Any]]:
    first = content.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return list(csv.DictReader(io.StringIO(content), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise click.BadParameter(f"no CSV: {error}") from error


def _typed(row: Mapping[str, Any], number: int, *, gross: bool) -> TypedLine:
    unknown = [str(name) for name in row if name not in (*LINE_COLUMNS, *_ALSO_PRINTED)]
    if unknown:
        names = ", ".join(LINE_COLUMNS)
        raise click.BadParameter(f"line {number}: {', '.join(unknown)} is no column; they are: {names}")
    for name, value in row.items():
        if name in LINE_COLUMNS and not isinstance(value, str | int | float | None):
            raise click.BadParameter(f"line {number}: {name} is no text and no number")
    said = {name: "" if row.get(name) is None else str(row[name]) for name in LINE_COLUMNS}
    amount = said.pop("gross_amount" if gross else "net_amount")
    said.pop("net_amount" if gross else "gross_amount")
    return TypedLine(**said, amount=amount)
