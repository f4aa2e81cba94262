from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from golden.make_mails import MAILS

from mailroom.intake import sort_parts, take_apart

FOLDER = Path(__file__).parent
NAMES = sorted(file.stem for file in FOLDER.glob("*.eml"))


def seen(raw: bytes) -> dict[str, Any]:
    apart = take_apart(raw)
    parts: dict[str, dict[str, str]] = {}
    for part, verdict in zip(apart.parts, sort_parts(apart), strict=True):
        found = {"type": part.media_type.value, "verdict": verdict.verdict.value, "reason": verdict.reason.code}
        named = {"name": part.filename, "of": verdict.related_path or ""}
        parts[part.path] = found | {key: value for key, value in named.items() if value}
    problems = {"problems": [reason.code for reason in apart.problems]} if apart.problems else {}
    told: dict[str, Any] = {"body": f"{apart.body.path} {apart.body.code}"} if apart.body else {}
    if apart.header.original:
        told["first_sender"] = apart.header.original.sender_address
    return problems | told | {"part": parts}


@pytest.mark.parametrize("name", NAMES)
def test_each_golden_mail_gets_the_verdicts_that_a_bookkeeper_expects(name: str) -> None:
    expected = tomllib.loads((FOLDER / f"{name}.expected.toml").read_text("utf-8"))
    assert seen((FOLDER / f"{name}.eml").read_bytes()) == expected


def test_the_golden_mails_are_those_of_the_code() -> None:
    assert sorted(MAILS) == NAMES
    for name, raw in MAILS.items():
        assert (FOLDER / f"{name}.eml").read_bytes() == raw, "run python tests/golden/make_mails.py"
