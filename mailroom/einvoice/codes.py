"""The code lists that invoices use, as sets of codes. `codes.toml` holds them, with their release."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _all() -> dict[str, frozenset[str]]:
    source = files(__package__).joinpath("codes.toml").read_text("utf-8")
    return {name: frozenset(codes.split()) for name, codes in tomllib.loads(source).items()}


def codes(name: str) -> frozenset[str]:
    """Return the code list of that name."""
    return _all()[name]
