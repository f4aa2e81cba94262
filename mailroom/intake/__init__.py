"""Intake: a mail is taken apart, and every part gets exactly one verdict.

The step after the store and before reading. Pure: bytes and values in, values out; after a crash it is simply done
again from the raw bytes, with the same outcome. It reads no document and decides nothing about one.
"""

from mailroom.intake.grouping import sort_parts
from mailroom.intake.keys import Keys, spellings
from mailroom.intake.limits import IntakeLimits
from mailroom.intake.media_type import detect
from mailroom.intake.memory import Memory
from mailroom.intake.parse import take_apart
from mailroom.intake.story import with_page
from mailroom.intake.taken import BodyFound, Look, TakenApart
from mailroom.intake.tasks import TASK, apart_from_answer, task

__all__ = [
    "TASK",
    "BodyFound",
    "IntakeLimits",
    "Keys",
    "Look",
    "Memory",
    "TakenApart",
    "apart_from_answer",
    "detect",
    "sort_parts",
    "spellings",
    "take_apart",
    "task",
    "with_page",
]
