"""The time, handed in so that tests can turn it.

Instants are aware and in UTC; invoice dates are plain `date`s and have no zone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)
