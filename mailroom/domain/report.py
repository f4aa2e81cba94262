"""Reports: who gets which, how often, and the run for one account and period."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from mailroom.domain.value import Value
from mailroom.languages import Language


class ReportKind(StrEnum):
    """The reports; each has a folder under `templates/reports` and a file in `mailroom/reports`."""

    ACTION_REQUIRED = "action_required"


class Frequency(StrEnum):
    """How often a report is due."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Subscription(Value):
    """One person's wish for a report. `hour` is local to the account's zone; `weekday` 0 is Monday."""

    id: str
    account_id: str
    kind: ReportKind
    frequency: Frequency
    recipient: str
    language: Language
    hour: int = 7
    weekday: int = 0


class Timetable(NamedTuple):
    """When a report is due. Many subscriptions share one."""

    time_zone: str
    frequency: Frequency
    hour: int
    weekday: int


class RunState(StrEnum):
    """How far a report run is."""

    DUE = "due"
    SENT = "sent"
    NOTHING_TO_SAY = "nothing_to_say"
    FAILED = "failed"


class ReportRun(Value):
    """One report for one subscription and period. `period` is `2026-11-21` or `2026-W47`; the key is unique."""

    id: str
    subscription_id: str
    account_id: str
    kind: ReportKind
    period: str
    state: RunState
    created_at: datetime
