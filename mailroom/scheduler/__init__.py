"""The clock: which report is due when, and a tick that asks. It knows no database; a run's unique key prevents doubles.

After a crash nothing is lost: the tick asks again, and the run's unique key (subscription, period) says what is done.
"""

from mailroom.scheduler.clock import ClockTick
from mailroom.scheduler.timetable import period_of

__all__ = ["ClockTick", "period_of"]
