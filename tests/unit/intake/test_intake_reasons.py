from __future__ import annotations

import re
from pathlib import Path

import mailroom.intake
from mailroom.intake import reasons

FOLDER = Path(mailroom.intake.__file__).parent
CONSTANTS = {name: value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}


def test_every_reason_has_a_meaning_and_every_meaning_a_reason() -> None:
    assert set(CONSTANTS.values()) == set(reasons.MEANINGS)
    assert len(set(CONSTANTS.values())) == len(CONSTANTS)


def test_codes_are_snake_case_and_meanings_are_sentences() -> None:
    for code, meaning in reasons.MEANINGS.items():
        assert re.fullmatch(r"[a-z]+(?:_[a-z]+)*", code)
        assert re.fullmatch(r"[A-Z].*\.", meaning)


def test_every_reason_is_given_somewhere() -> None:
    source = "".join(file.read_text("utf-8") for file in FOLDER.glob("*.py") if file.name != "reasons.py")
    assert {name for name in CONSTANTS if f"reasons.{name}" not in source} == set()
