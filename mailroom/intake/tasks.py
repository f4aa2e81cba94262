"""Taking apart as a boxed task: bytes and JSON in, bytes and JSON out, so that a child process can be ended.

The child takes the mail apart; the parent believes only what validates as values and checks that the answer balances.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailroom.domain.message import HeaderView, Part
from mailroom.domain.value import Reason, Value
from mailroom.errors import ReaderCrashed
from mailroom.intake.limits import IntakeLimits
from mailroom.intake.parse import take_apart
from mailroom.intake.taken import Look, TakenApart

TASK = "mailroom.intake.tasks:task"
"""How the box names it."""


class Answer(Value):
    """What the child says about a mail; the blobs beside it are the contents of `stored`, in this order."""

    header: HeaderView
    parts: tuple[Part, ...]
    problems: tuple[Reason, ...]
    references_cid: tuple[str, ...]
    looks: dict[str, Look]
    stored: tuple[str, ...]


def task(arguments: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Take `blobs[0]` apart. `arguments["limits"]` may hold `IntakeLimits` as JSON."""
    apart = take_apart(blobs[0], IntakeLimits.model_validate(arguments.get("limits", {})))
    stored = tuple(path for path, content in apart.contents.items() if content)
    answer = Answer(
        header=apart.header,
        parts=apart.parts,
        problems=apart.problems,
        references_cid=tuple(sorted(apart.references_cid)),
        looks=apart.looks,
        stored=stored,
    )
    return answer.model_dump(mode="json"), [apart.contents[path] for path in stored]


def apart_from_answer(answer: object, blobs: Sequence[bytes]) -> TakenApart:
    """Rebuild the value in the parent.

    Raises:
        ReaderCrashed: the answer is not of the agreed form, or its parts and bytes do not match.
    """
    try:
        known = Answer.model_validate(answer)
    except ValueError as error:
        raise ReaderCrashed("the answer of take_apart is not of the agreed form") from error
    paths = {part.path for part in known.parts}
    if len(paths) != len(known.parts) or len(known.stored) != len(blobs) or not paths.issuperset(known.stored):
        raise ReaderCrashed("the answer of take_apart does not balance")
    contents = dict.fromkeys((part.path for part in known.parts), b"")
    contents.update(zip(known.stored, blobs, strict=True))
    return TakenApart(
        header=known.header,
        parts=known.parts,
        contents=contents,
        problems=known.problems,
        references_cid=frozenset(known.references_cid),
        looks=known.looks,
    )
