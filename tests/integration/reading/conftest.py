"""Boxes whose readers misbehave when they are told to."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from faults import reader_misbehaves

from mailroom.config import BoxSettings
from mailroom.reading.box import Box

MISBEHAVING = {
    name: f"faults.reader_misbehaves:{name}" for name, value in vars(reader_misbehaves).items() if callable(value)
} | {"is_missing": "faults.reader_misbehaves:is_not_there"}


@pytest.fixture
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the boxes of a test a temporary folder that nobody else sweeps."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.fixture
def make_box(own_temporary_folder: Path) -> Iterator[Callable[..., Box]]:
    """Return a maker of boxes with limits of their own, for further `tasks` too."""
    assert own_temporary_folder.is_dir()
    boxes: list[Box] = []

    def make(tasks: Mapping[str, str] | None = None, **settings: Any) -> Box:
        limits = {"wall_seconds": 20, "cpu_seconds": 20, "memory_megabytes": 512, "idle_seconds": 30, **settings}
        boxes.append(Box(BoxSettings(**limits), {**MISBEHAVING, **(tasks or {})}))
        return boxes[-1]

    yield make
    for box in boxes:
        box.close()
