"""Documents as lines of a list: a few columns and the shown values, without the rest of the wide JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, func
from sqlalchemy.orm import Session

from mailroom.domain.document import LISTED_FIELDS, ListedDocument
from mailroom.store.rows import value_of
from mailroom.store.tables import DOCUMENTS

_PLAIN = tuple(DOCUMENTS.c[name] for name in ListedDocument.model_fields if name != "values")
# Many paths give an array, as JSON: a value that is no Unicode (half a surrogate pair) stays escaped in it.
_TAKEN_OUT = func.json_extract(DOCUMENTS.c.fields, *(f"$.{name}.value" for name in LISTED_FIELDS), type_=JSON)


def columns(session: Session) -> Iterable[ColumnElement[Any]]:
    """Return what `lines` needs of a document."""
    # PostgreSQL's own operators refuse all of a JSON in which one text is no Unicode, and with it the whole list.
    taken = _TAKEN_OUT if session.get_bind().dialect.name == "sqlite" else DOCUMENTS.c.fields
    return (*_PLAIN, taken.label("shown"))


def lines(session: Session, query: Select[Any]) -> list[ListedDocument]:
    """Return the lines that a query of `columns` finds."""
    rows = session.execute(query).mappings()
    return [value_of(ListedDocument, row, values=_values(row["shown"])) for row in rows]


def _values(shown: list[str | None] | dict[str, Any]) -> list[str | None]:
    if isinstance(shown, list):
        return shown
    return [shown[name]["value"] if name in shown else None for name in LISTED_FIELDS]
