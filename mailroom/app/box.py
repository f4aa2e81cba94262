"""The box of this application: every task that foreign bytes are given to. `mailroom read` needs no more than this."""

from __future__ import annotations

from mailroom.config import Settings
from mailroom.intake import TASK as INTAKE_TASK
from mailroom.reading.box import Box
from mailroom.reading.pieces import TASKS as PIECE_TASKS
from mailroom.reading.read import TASKS as READER_TASKS
from mailroom.steps.boxed import TASKS as STEP_TASKS

BOX_TASKS = {**READER_TASKS, **PIECE_TASKS, "take_apart": INTAKE_TASK, **STEP_TASKS}


def open_box(settings: Settings) -> Box:
    """Return the box with every task that foreign bytes are given to."""
    return Box(settings.box, BOX_TASKS)
