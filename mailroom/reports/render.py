"""From values to a mail: subject, plain text and HTML out of `templates/reports/<report>/`.

The templates travel inside the wheel (`mailroom/templates`) and stand beside the package in a source tree. A value that
a template asks for and does not get is an error, never an empty place; HTML is escaped always.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape

from mailroom.domain.report import ReportKind
from mailroom.languages import Language, format_amount, format_date, format_long_date, format_number, text

T = TypeVar("T")


@dataclass(frozen=True)
class Rendered:
    """A mail without its envelope."""

    subject: str
    text: str
    html: str


def render(kind: ReportKind, language: Language, values: Mapping[str, object]) -> Rendered:
    """Render a report in a language.

    Raises:
        jinja2.UndefinedError: a template asks for a value that is not there.
    """
    environment = environment_of(language)
    subject, plain, html = (
        environment.get_template(f"{kind.value}/{name}").render(values)
        for name in ("subject.txt", "body.txt", "body.html")
    )
    return Rendered(subject=" ".join(subject.split()), text=_tidy(plain), html=html.strip() + "\n")


def _tidy(plain: str) -> str:
    """Leave no spaces at the end of lines and at most one empty line between them."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", plain)).strip() + "\n"


@cache
def environment_of(language: Language) -> Environment:
    """Return the templates of a language."""
    # Autoescape goes by the name: text/plain with `&amp;` in it is read by people, too.
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["language"] = language.value
    environment.globals["t"] = lambda key, **values: text(language, key, **values)
    environment.filters["day"] = lambda value: format_date(_as(date, value), language)
    environment.filters["long_day"] = lambda value: format_long_date(_as(date, value), language)
    environment.filters["amount"] = lambda value, currency="": _amount(_as(Decimal, value), currency, language)
    return environment


def _as(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"a template formats {value!r} as {kind.__name__}")
    return value


def _amount(value: Decimal, currency: str, language: Language) -> str:
    return format_amount(value, currency, language) if currency else format_number(value, language)


def _template(name: str) -> str | None:
    """Find a template as package data, and in a source tree beside the package."""
    for root in (files("mailroom").joinpath("templates"), Path(__file__).parents[2] / "templates"):
        found = root.joinpath("reports", *name.split("/"))
        if found.is_file():
            return found.read_text("utf-8")
    return None
