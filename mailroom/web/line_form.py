"""The form in which the lines of a document are corrected: what stands in it, and what was typed into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.datastructures import FormData

from mailroom.domain.line import LineItem, Lines, TypedLine, TypedLines
from mailroom.errors import InvalidValue
from mailroom.web.words import Words

TYPED = ("description", "quantity", "unit", "unit_price", "discount", "vat_rate", "amount")
LONGEST = {"description": 300, "unit": 20}
_LONGEST_NUMBER = 30
FIELDS_OF_A_LINE = len(TYPED) + 2
_PERCENTAGES = frozenset({"discount", "vat_rate"})


@dataclass(frozen=True)
class Row:
    """A line of the form. `wrong` names the cell that was not understood, `error` says why."""

    key: str
    cells: dict[str, str]
    place: int | None = None
    wrong: str = ""
    error: str = ""


def rows_of(lines: Lines, words: Words) -> list[Row]:
    """Return the lines as they are typed, in the reader's number style."""
    return [
        Row(str(place), _cells(item, words, gross=lines.gross), place=place) for place, item in enumerate(lines.items)
    ]


def _cells(item: LineItem, words: Words, *, gross: bool) -> dict[str, str]:
    return {
        "description": item.description,
        "quantity": words.typed(item.quantity),
        "unit": "" if item.unit == "C62" else item.unit,
        "unit_price": words.number(item.unit_price),
        "discount": words.typed(item.discount),
        "vat_rate": words.typed(item.vat_rate),
        "amount": words.number(item.gross_amount if gross else item.net_amount),
    }


def rows_typed(form: FormData) -> list[Row]:
    """Return the lines of a form that was sent, in their order on the page; what is too long is cut."""
    rows = []
    for key in form.getlist("row"):
        if not isinstance(key, str) or not key.isalnum() or len(key) > 12:
            continue
        cells = {name: _text(form, f"line.{key}.{name}")[: LONGEST.get(name, _LONGEST_NUMBER)] for name in TYPED}
        place = _text(form, f"line.{key}.place")
        rows.append(Row(key, cells, place=int(place) if place.isascii() and place.isdigit() else None))
    return rows


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip().replace("\x00", "") if isinstance(value, str) else ""


def typed_of(rows: Sequence[Row], *, gross: bool) -> TypedLines:
    """Return the rows as what was typed."""
    return TypedLines(rows=tuple(TypedLine(**row.cells, place=row.place) for row in rows), gross=gross)


def blank(rows: Sequence[Row]) -> Row:
    """Return a line to type into, with a key of its own."""
    taken = {row.key for row in rows}
    key = next(f"b{number}" for number in range(len(rows) + 1) if f"b{number}" not in taken)
    return Row(key, dict.fromkeys(TYPED, ""))


def marked(rows: Sequence[Row], error: InvalidValue, words: Words) -> list[Row]:
    """Return the rows with the cell that was not understood, and why."""
    wrong, line = str(error.facts.get("field", "")), int(error.facts.get("line", 0))
    kind = "percentage" if wrong in _PERCENTAGES else wrong if wrong in {"amount", "unit"} else "number"
    example = words.number("1234.5")
    return [
        replace(row, wrong=wrong, error=words.t(f"web.lines.wrong.{kind}", example=example)) if number == line else row
        for number, row in enumerate(rows, 1)
    ]
