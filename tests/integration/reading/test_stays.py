"""A child of the box that stays for one question: it is asked once, and whatever becomes of it, nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import forged_papers as forged
import papers_reading as papers
import pytest
from waiting import is_gone, until

from mailroom import errors
from mailroom.config import ReadingSettings
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Reading
from mailroom.extraction import Buyer, extract, money_spots
from mailroom.reading import frames, stays
from mailroom.reading.box import Box
from mailroom.reading.read import TASKS, Place, Reader


@pytest.fixture
def box(make_box: Callable[..., Box]) -> Box:
    return make_box(TASKS)


@pytest.fixture
def long_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no child go by itself while a test looks at it."""
    monkeypatch.setattr(stays, "SECONDS", 60.0)


def begin(box: Box, name: str = "a", blob: bytes = b"document") -> int:
    """Have a child stay under a name; return its process number."""
    answer, _ = box.call("stays", {}, [blob], stays_as=name)
    return int(cast(dict[str, Any], answer)["pid"])


@pytest.mark.usefixtures("long_stays")
def test_the_child_that_stayed_answers_of_its_own_document_and_ends(box: Box) -> None:
    pid = begin(box)
    assert not is_gone(pid)
    assert box.ask("a", {"task": "echo"}) == ({"task": "echo"}, [b"document"])
    until(lambda: is_gone(pid))
    assert box.ask("a", {"task": "echo"}) is None


def test_a_child_that_nobody_wants_to_ask_does_not_stay(box: Box) -> None:
    answer, _ = box.call("stays", {}, [b"document"])
    pid = int(cast(dict[str, Any], answer)["pid"])
    until(lambda: is_gone(pid))
    assert box.ask("", {"task": "echo"}) is None


def test_a_task_that_has_no_more_to_tell_does_not_stay(box: Box) -> None:
    assert box.call("echo", {"n": 1}, stays_as="a")[0] == {"n": 1}
    assert box.ask("a", {"task": "echo"}) is None


def test_a_child_that_nobody_asks_goes_by_itself(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stays, "SECONDS", 0.2)
    pid = begin(box)
    until(lambda: is_gone(pid))
    assert box.ask("a", {"task": "echo"}) is None
    assert box.call("echo", {"still": "here"})[0] == {"still": "here"}


@pytest.mark.usefixtures("long_stays")
def test_a_child_that_dies_in_between_is_no_answer(box: Box) -> None:
    pid = begin(box)
    os.kill(pid, signal.SIGKILL)
    until(lambda: is_gone(pid))
    assert box.ask("a", {"task": "echo"}) is None
    assert box.call("echo", {"still": "here"})[0] == {"still": "here"}


@pytest.mark.usefixtures("long_stays")
@pytest.mark.parametrize("task", ["crashes", "leaves", "fails", "talks_garbage", "answers_deep_json"])
def test_a_child_that_fails_at_the_question_is_no_answer(box: Box, task: str) -> None:
    pid = begin(box)
    assert box.ask("a", {"task": task}) is None
    until(lambda: is_gone(pid))


@pytest.mark.usefixtures("long_stays")
def test_an_error_of_ours_at_the_question_is_raised(box: Box) -> None:
    begin(box)
    with pytest.raises(errors.PasswordProtected, match="wants a password"):
        box.ask("a", {"task": "refuses"})


@pytest.mark.usefixtures("long_stays")
@pytest.mark.parametrize(
    ("task", "limits"),
    [("loops", {"cpu_seconds": 1}), ("sleeps", {"wall_seconds": 1}), ("eats_memory", {"memory_megabytes": 256})],
)
def test_the_limits_of_the_call_hold_for_the_question(
    make_box: Callable[..., Box], task: str, limits: dict[str, Any]
) -> None:
    box = make_box(TASKS, **limits)
    pid = begin(box)
    assert box.ask("a", {"task": task}) is None
    until(lambda: is_gone(pid))


@pytest.mark.usefixtures("long_stays")
def test_a_child_that_waits_is_ended_when_the_time_of_its_call_is_over(make_box: Callable[..., Box]) -> None:
    pid = begin(make_box(TASKS, wall_seconds=0.5))
    until(lambda: is_gone(pid))


@pytest.mark.usefixtures("long_stays")
def test_the_walls_still_stand_at_the_question(box: Box) -> None:
    begin(box)
    answered = box.ask("a", {"task": "shows_walls"})
    assert answered is not None
    walls = cast(dict[str, Any], answered[0])
    rows = {row[:25].strip(): row[25:].split() for row in str(walls["limits"]).splitlines()}
    assert rows["Max cpu time"][:2] == ["20", "21"]
    assert rows["Max address space"][0] != "unlimited"
    assert "NoNewPrivs:\t1" in str(walls["status"])
    assert walls["handles"] <= 5


@pytest.mark.usefixtures("long_stays")
def test_a_child_that_stays_takes_no_second_document(box: Box) -> None:
    pid = begin(box)
    channel = box._stays.take("a")
    assert channel is not None
    with channel:
        frames.send(channel, {"task": "echo"}, [b"another document"])
        with pytest.raises((frames.BadFrame, ConnectionResetError)):
            frames.receive(channel, frames.Bounds())
    until(lambda: is_gone(pid))


@pytest.mark.usefixtures("long_stays")
def test_only_so_many_children_wait_and_the_oldest_goes(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stays, "MOST", 2)
    first, *others = [begin(box, name, name.encode()) for name in ("a", "b", "c")]
    until(lambda: is_gone(first))
    assert not any(map(is_gone, others))
    assert box.ask("a", {"task": "echo"}) is None
    assert box.ask("c", {"task": "echo"}) == ({"task": "echo"}, [b"c"])
    assert box.ask("b", {"task": "echo"}) == ({"task": "echo"}, [b"b"])


@pytest.mark.usefixtures("long_stays")
def test_the_same_document_read_again_has_one_child_that_waits(box: Box) -> None:
    first, second = begin(box), begin(box)
    until(lambda: is_gone(first))
    assert not is_gone(second)


@pytest.mark.usefixtures("long_stays")
def test_who_waits_ends_with_the_box(box: Box, tmp_path: Path) -> None:
    pid = begin(box)
    box.close()
    until(lambda: is_gone(pid))
    assert list(tmp_path.glob("mailroom-box-*")) == []
    assert box.ask("a", {"task": "echo"}) is None


@pytest.mark.usefixtures("long_stays")
def test_who_waits_ends_with_the_server_that_is_killed(box: Box) -> None:
    pid = begin(box)
    assert box._server is not None
    os.kill(box._server.process.pid, signal.SIGKILL)
    until(lambda: is_gone(pid))
    assert box.ask("a", {"task": "echo"}) is None
    assert box.call("echo", {"n": 2})[0] == {"n": 2}


def reader(box: Box, **settings: Any) -> Reader:
    return Reader(box, ReadingSettings(second_opinion="off", **settings))


def spots_of(reading: Reading) -> list[Place]:
    return [(spot.page, spot.words) for spot in money_spots(reading, extract(reading, Buyer()).fields)]


def forged_scan(by: Reader) -> bytes:
    """Return a page whose hidden text says another account than its picture."""
    honest = papers.text_pdf(papers.PAGE)
    seen = by.read(honest, MediaType.PDF).reading.pages
    return forged.layered(forged.drawn(honest), forged.with_words(seen, {"NL91": "NL51", "1643": "4976", "00": "33"}))


@pytest.mark.usefixtures("long_stays")
def test_the_child_that_read_a_pdf_tells_the_same_of_its_picture_as_a_new_one(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = reader(box)
    for content in (papers.text_pdf(papers.PAGE), forged_scan(by)):
        spots = spots_of(by.read(content, MediaType.PDF).reading)
        with monkeypatch.context() as without:
            without.setattr(box, "call", None)
            stayed = by.doubtful(content, spots)
        assert stayed == by.doubtful(content, spots)  # of a child of its own: the first one is gone
    assert any(stayed)


@pytest.mark.usefixtures("long_stays")
def test_the_picture_is_looked_at_by_a_new_child_when_the_reader_died_in_between(box: Box) -> None:
    by = reader(box)
    content = forged_scan(by)
    spots = spots_of(by.read(content, MediaType.PDF).reading)
    assert box._server is not None
    children = Path(f"/proc/{box._server.process.pid}/task/{box._server.process.pid}/children").read_text("ascii")
    for pid in map(int, children.split()):
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: is_gone(pid))
    assert any(by.doubtful(content, spots))


@pytest.mark.parametrize("compare", ["off", "always"])
def test_no_reader_stays_where_nobody_will_look(box: Box, compare: str) -> None:
    content = papers.text_pdf(papers.PAGE)
    reader(box, compare_picture=compare).read(content, MediaType.PDF)
    assert not box._stays._channels


def test_no_reader_stays_for_a_page_that_ocr_has_to_read_first(box: Box) -> None:
    reader(box).read(papers.scanned_pdf(papers.drawn()), MediaType.PDF)
    assert not box._stays._channels
