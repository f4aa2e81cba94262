"""Taking mails apart in the real boxed child: hostile ones within its limits, and answers of any number of parts."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from locked_intake import zip_with_aes
from mails_intake import File, mail, pdf, text
from odd_mails import MONSTERS

from mailroom.app.box import BOX_TASKS
from mailroom.config import BoxSettings
from mailroom.domain.message import Verdict
from mailroom.intake import Keys, TakenApart, apart_from_answer, sort_parts
from mailroom.reading.box import Box


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    """A box with a quarter of the memory that it usually has."""
    opened = Box(BoxSettings(wall_seconds=60, cpu_seconds=30, memory_megabytes=768), BOX_TASKS)
    yield opened
    opened.close()


def apart(box: Box, raw: bytes, **arguments: object) -> TakenApart:
    return apart_from_answer(*box.call("take_apart", dict(arguments), [raw]))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", MONSTERS)
def test_a_monster_is_bounded_and_every_part_of_it_has_a_verdict(box: Box, name: str) -> None:
    raw = MONSTERS[name]()
    began = time.monotonic()
    found = apart(box, raw)
    assert time.monotonic() - began < 30
    verdicts = sort_parts(found)
    assert len(verdicts) == len(found.parts) > 0
    assert apart(box, mail(text(), File(pdf(), "application/pdf", "f.pdf"))).parts, "the next mail is served"


@pytest.mark.parametrize("count", [1, 199, 200, 201, 999])
def test_a_mail_of_many_parts_comes_through_whole(box: Box, count: int) -> None:
    raw = mail(*[File(pdf(n), "application/pdf", f"{n}.pdf") for n in range(count)])
    found = apart(box, raw)
    assert [found.contents[part.path] for part in found.parts] == [pdf(n) for n in range(count)]
    assert {verdict.verdict for verdict in sort_parts(found)} == {Verdict.DOCUMENT}


def test_keys_travel_into_the_child(box: Box) -> None:
    raw = mail(text(), File(zip_with_aes("x", ("a.pdf", pdf())), name="a.zip"))
    assert apart(box, raw).parts[-1].problem == "password_missing"
    opened = apart(box, raw, keys=Keys(passwords=("x",)).model_dump(mode="json"))
    assert opened.contents["2.1"] == pdf()


def test_a_body_is_drawn_in_the_child(box: Box) -> None:
    arguments = {"charset": "", "media_type": "text/html", "pictures": [], "head": [["From", "a@b.example"]]}
    _, [made] = box.call("render_mail", arguments, [b"<p>Totaal 12,00</p>"], prepare=True)  # type: ignore[arg-type]
    assert made.startswith(b"%PDF")
