"""The templates: escaped always, strict about names, compiled once."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from mailroom import __version__


@cache
def environment() -> Environment:
    """Return the one Jinja environment of the pages."""
    pages = Environment(
        loader=PackageLoader("mailroom.web", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    pages.globals.update(static=static_address, version=__version__)
    return pages


def render(template: str, **values: Any) -> str:
    """Return a page as HTML."""
    return environment().get_template(template).render(**values)


@cache
def static_files() -> dict[str, bytes]:
    """Return the style sheet, the script and the icon by name."""
    folder = files("mailroom.web").joinpath("static")
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}


@cache
def static_address(name: str) -> str:
    """Return the address of a static file, with its content in the name, so that browsers may keep it for ever."""
    return f"/static/{hashlib.sha256(static_files()[name]).hexdigest()[:12]}/{name}"
