"""Which period of a report is due. Pure: a timetable and an instant in, the key of a period out.

A period is a local day (`2026-11-21`) or an ISO week (`2026-W47`), and it is due from its local hour on until the next
one is due. So an hour that the summer time skips is due when the clock has jumped over it, an hour that comes twice is
one period all the same, and after a week's downtime the one period that is due now is caught up, not seven.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mailroom.domain.report import Frequency, Timetable


def period_of(timetable: Timetable, now: datetime, *, since: datetime | None = None) -> str | None:
    """Return the key of the period that is due at `now`, else None.

    Args:
        timetable: its zone is the account's, an IANA name such as `Europe/Brussels`.
        since: periods that fell due before this instant are not caught up (the subscription's beginning, say).

    Raises:
        ZoneInfoNotFoundError: there is no such zone.
    """
    zone = ZoneInfo(timetable.time_zone)
    today = now.astimezone(zone).date()
    # A zone may jump over a whole day (Samoa, 2011-12-30), and no weekly day lies further back than 13.
    for back in range(14):
        day = today - timedelta(days=back)
        if not _is_due_on(timetable, day):
            continue
        instant = _instant(day, timetable.hour, zone)
        if instant is not None and instant <= now:
            return None if since is not None and instant < since else _key(timetable, day)
    return None


def _is_due_on(timetable: Timetable, day: date) -> bool:
    return timetable.frequency is Frequency.DAILY or day.weekday() == timetable.weekday


def _instant(day: date, hour: int, zone: ZoneInfo) -> datetime | None:
    """Return the instant of a local hour, in UTC; None for a day that the zone never had.

    `fold=0`: the first of two, when the hour comes twice; for an hour that is skipped the offset before the jump, which
    gives the same instant of the wall clock after it.
    """
    instant = datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
    return instant if instant.astimezone(zone).date() == day else None


def _key(timetable: Timetable, day: date) -> str:
    if timetable.frequency is Frequency.DAILY:
        return day.isoformat()
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
