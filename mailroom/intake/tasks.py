"""Taking apart as a boxed task: bytes and JSON in, bytes and JSON out, so that a child process can be ended.

The child takes the mail apart; the parent believes only what validates as values and checks that the answer balances.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailroom.domain.message import HeaderView, Part
from mailroom.domain.value import Reason, Value
from mailroom.errors import ReaderCrashed
from mailroom.intake.keys import Keys
from mailroom.intake.limits import IntakeLimits
from mailroom.intake.parse import take_apart
from mailroom.intake.taken import BodyFound, Look, TakenApart

TASK = "mailroom.intake.tasks:task"
"""How the box names it."""

_REHEARSAL = b"""From: Seller <seller@example.com>\r
To: Buyer <buyer@example.com>\r
Subject: Invoice 1\r
Date: Thu, 01 Jan 2026 09:00:00 +0100\r
Message-ID: <1@example.com>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary=1\r
\r
--1\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
Invoice 1\r
--1\r
Content-Type: application/xml; name=1.xml\r
Content-Disposition: attachment; filename=1.xml\r
Content-Transfer-Encoding: base64\r
\r
PGE+MTwvYT4=\r
--1--\r
"""
"""A mail of our own, which the server takes apart so that its children find everything loaded and compiled."""

_BLOBS = 200


class Answer(Value):
    """What the child says about a mail; the blobs beside it are the contents of `stored`, in this order.

    A frame holds few blobs, and a mail may have a thousand parts: all beyond the first 200 are one blob together.
    """

    header: HeaderView
    parts: tuple[Part, ...]
    problems: tuple[Reason, ...]
    references_cid: tuple[str, ...]
    looks: dict[str, Look]
    stored: tuple[str, ...]
    body: BodyFound | None = None


def prepare_task(_wanted: object) -> None:
    """Load in the server what looks at pictures, so that a mail with a logo does not pay for it, and rehearse."""
    from PIL import Image

    Image.preinit()
    task({}, [_REHEARSAL])


def task(arguments: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Take `blobs[0]` apart. `arguments` may hold `limits` (`IntakeLimits`) and `keys` (`Keys`) as JSON."""
    limits, keys = arguments.get("limits", {}), arguments.get("keys", {})
    apart = take_apart(blobs[0], IntakeLimits.model_validate(limits), Keys.model_validate(keys))
    stored = tuple(path for path, content in apart.contents.items() if content)
    answer = Answer(
        header=apart.header,
        parts=apart.parts,
        problems=apart.problems,
        references_cid=tuple(sorted(apart.references_cid)),
        looks=apart.looks,
        stored=stored,
        body=apart.body,
    )
    contents = [apart.contents[path] for path in stored]
    rest = [b"".join(contents[_BLOBS:])] if len(contents) > _BLOBS else []
    return answer.model_dump(mode="json"), [*contents[:_BLOBS], *rest]


def _split(blobs: Sequence[bytes], sizes: Sequence[int]) -> list[bytes]:
    """Return one blob for each content again; nothing when the last one is not as long as all that it holds."""
    if len(sizes) <= _BLOBS:
        return list(blobs)
    if len(blobs) != _BLOBS + 1 or len(blobs[-1]) != sum(sizes[_BLOBS:]):
        return []
    whole, position = list(blobs[:_BLOBS]), 0
    for size in sizes[_BLOBS:]:
        whole.append(blobs[-1][position : position + size])
        position += size
    return whole


def apart_from_answer(answer: object, blobs: Sequence[bytes]) -> TakenApart:
    """Rebuild the value in the parent.

    Raises:
        ReaderCrashed: the answer is not of the agreed form, or its parts and bytes do not match.
    """
    try:
        known = Answer.model_validate(answer)
    except ValueError as error:
        raise ReaderCrashed("the answer of take_apart is not of the agreed form") from error
    sizes = {part.path: part.size for part in known.parts}
    if len(sizes) != len(known.parts) or not sizes.keys() >= set(known.stored):
        raise ReaderCrashed("the answer of take_apart does not balance")
    apart = _split(blobs, [sizes[path] for path in known.stored])
    if len(apart) != len(known.stored):
        raise ReaderCrashed("the answer of take_apart does not balance")
    contents = dict.fromkeys(sizes, b"")
    contents.update(zip(known.stored, apart, strict=True))
    return TakenApart(
        header=known.header,
        parts=known.parts,
        contents=contents,
        problems=known.problems,
        references_cid=frozenset(known.references_cid),
        looks=known.looks,
        body=known.body,
    )
