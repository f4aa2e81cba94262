"""The story of a document, told by a double that records which steps it runs and answers for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mailroom.workflow import Kind, document_found


class Told:
    """Runs nothing: each step's answer is given."""

    def __init__(self, **answers: object) -> None:
        self.answers: dict[str, object] = {"extract": False, "decide": "to_accept", "draw": True, **answers}
        self.steps: list[str] = []

    def __call__(self, step: Callable[..., Any], item_id: str, /) -> Any:
        self.steps.append(step.__name__)
        return self.answers[step.__name__]

    def begin(self, kind: Kind, item_id: str, /) -> None:
        self.steps.append(f"{kind} {item_id}")


@pytest.mark.parametrize(
    ("seen", "steps"),
    [
        ("pages", ["read", "extract", "decide"]),
        ("data", ["read", "extract", "decide", "draw"]),
        (True, ["read", "extract", "decide", "draw"]),  # recorded by an earlier version, whose stories all drew
        ("", ["read"]),
        (False, ["read"]),  # recorded by an earlier version
    ],
)
def test_only_what_has_no_page_is_drawn(seen: object, steps: list[str]) -> None:
    told = Told(read=seen)
    document_found(told, "d")
    assert told.steps == steps


def test_a_file_that_has_to_be_divided_begins_its_pieces() -> None:
    told = Told(read="pages", extract=True, divide=["p1", "p2"])
    document_found(told, "d")
    assert told.steps == ["read", "extract", "divide", "document p1", "document p2", "decide"]
