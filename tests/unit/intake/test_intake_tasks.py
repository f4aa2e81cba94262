from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest
from mails_intake import File, attached_mail, cid, html, mail, multipart, pdf, png, text, ubl, zipped

from mailroom.errors import ReaderCrashed
from mailroom.intake import TASK, apart_from_answer, sort_parts, take_apart, task

RAW = mail(
    multipart(html("<img src=cid:a@b>"), File(png(9, 9), extra=cid("a@b")), kind="related"),
    File(pdf(), name="factuur.pdf"),
    File(ubl(), name="factuur.xml"),
    attached_mail(mail(File(zipped(("b.pdf", pdf(2)))))),
)


def test_the_answer_of_the_task_rebuilds_the_same_value() -> None:
    answer, blobs = task({}, [RAW])
    rebuilt = apart_from_answer(json.loads(json.dumps(answer)), blobs)
    assert rebuilt == take_apart(RAW)
    assert sort_parts(rebuilt) == sort_parts(take_apart(RAW))


def test_the_task_is_found_under_its_name() -> None:
    module, _, name = TASK.partition(":")
    assert getattr(import_module(module), name) is task


def test_limits_travel_with_the_call() -> None:
    answer, blobs = task({"limits": {"max_message_bytes": 10}}, [mail(text())])
    assert apart_from_answer(answer, blobs).parts[0].problem == "too_large"


def _answer() -> dict[str, Any]:
    return json.loads(json.dumps(task({}, [RAW])[0]))


@pytest.mark.parametrize(
    "answer", [None, [], {}, {**_answer(), "more": 1}, {**_answer(), "stored": ["9"]}, {**_answer(), "parts": []}]
)
def test_an_answer_that_does_not_hold_is_a_crash_of_the_reader(answer: object) -> None:
    with pytest.raises(ReaderCrashed):
        apart_from_answer(answer, task({}, [RAW])[1])


def test_an_answer_with_a_part_twice_or_a_blob_too_few_is_a_crash_of_the_reader() -> None:
    answer, blobs = task({}, [RAW])
    with pytest.raises(ReaderCrashed):
        apart_from_answer(answer, blobs[1:])
    with pytest.raises(ReaderCrashed):
        apart_from_answer({**answer, "parts": [*answer["parts"], answer["parts"][0]]}, blobs)
