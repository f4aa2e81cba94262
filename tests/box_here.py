"""A box without a child: the reading tasks run in this process, so that nothing has to be forked."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from mailroom.reading.read import TASKS


class BoxHere:
    """Runs the reading tasks here, and remembers which; `failing` is raised where a task of that name is asked for."""

    def __init__(self, failing: dict[str, Exception] | None = None) -> None:
        self.tasks: list[str] = []
        self._failing = failing or {}

    def call(self, task: str, arguments: dict[str, Any], blobs: Sequence[bytes] = (), **_how: Any) -> Any:
        self.tasks.append(task)
        if task in self._failing:
            raise self._failing[task]
        module, _, function = TASKS[task].partition(":")
        return getattr(import_module(module), function)(arguments, list(blobs))[:2]

    def ask(self, *_: Any) -> None:
        """Stand in for a box whose children never stay."""

    def another(self, *_: Any, **__: Any) -> BoxHere:
        """Stand in for a box with other limits, too."""
        return self
