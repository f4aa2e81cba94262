"""How often a photo is given to the engine: every pass costs seconds."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from PIL import Image

from mailroom.reading import ocr
from mailroom.reading.seen import Seen

TALL, WIDE = (20.0, 200.0), (200.0, 20.0)
"""Width and height of a word on a page that lies on its side, and of one on a page that is upright."""


def page_of(shape: tuple[float, float], confidence: float) -> list[list[Seen]]:
    wide, high = shape
    return [[Seen("Totaal", 40.0, 40 + 60.0 * row, 40 + wide, 40 + 60.0 * row + high, confidence)] for row in range(5)]


@dataclass
class EngineThatReadsOnePageOnly:
    """Reads one kind of page as it stands, and says how a page must be turned."""

    standing: list[list[Seen]]
    turned: list[list[Seen]] = field(default_factory=list)
    must_turn: int = 0
    passes: list[str] = field(default_factory=list)
    name: str = "double"

    def read(self, picture: Image.Image, languages: str, dpi: int, *, one_block: bool = False) -> list[list[Seen]]:
        was_turned = "turn" in self.passes
        self.passes.append("block" if one_block else "page")
        return self.turned if was_turned else self.standing

    def turn(self, picture: Image.Image) -> int:
        self.passes.append("turn")
        return self.must_turn

    def installed(self) -> frozenset[str]:
        return frozenset({"nld"})


def passes_over_a_photo(engine: EngineThatReadsOnePageOnly) -> list[str]:
    ocr.read(ocr.photographed(Image.new("L", (600, 600), 255), 200), engine, "nld", 94)
    return engine.passes


def test_a_photo_on_its_side_is_turned_before_it_is_read_as_one_block() -> None:
    engine = EngineThatReadsOnePageOnly(page_of(TALL, 0.9), page_of(WIDE, 0.9), must_turn=90)
    assert passes_over_a_photo(engine) == ["page", "turn", "page", "block"]  # the last for few letters, now upright


@pytest.mark.parametrize(
    ("standing", "passes"),
    [
        pytest.param(page_of(WIDE, 0.4), ["page", "block", "turn"], id="doubtful"),
        pytest.param([], ["page", "block"], id="nothing found"),
    ],
)
def test_an_upright_photo_that_is_read_doubtfully_is_read_as_one_block(
    standing: list[list[Seen]], passes: list[str]
) -> None:
    assert passes_over_a_photo(EngineThatReadsOnePageOnly(standing)) == passes
