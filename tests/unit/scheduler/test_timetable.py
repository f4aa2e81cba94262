"""The timetable: exactly one period for each local day or week, whatever the clocks of the world do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.domain.report import Frequency, Timetable
from mailroom.scheduler import period_of

BRUSSELS = "Europe/Brussels"


def daily(hour: int = 7, zone: str = BRUSSELS) -> Timetable:
    return Timetable(zone, Frequency.DAILY, hour, 0)


def weekly(weekday: int = 0, hour: int = 7, zone: str = BRUSSELS) -> Timetable:
    return Timetable(zone, Frequency.WEEKLY, hour, weekday)


def local(text: str, zone: str = BRUSSELS, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "period"),
    [
        ("2026-11-21 06:59:59", "2026-11-20"),  # yesterday's: already sent, or caught up now
        ("2026-11-21 07:00:00", "2026-11-21"),
        ("2026-11-21 23:59:59", "2026-11-21"),
        ("2026-11-22 00:00:00", "2026-11-21"),
    ],
)
def test_a_day_is_due_from_its_hour_until_the_next_one_is(now: str, period: str) -> None:
    assert period_of(daily(), local(now)) == period


@pytest.mark.parametrize(
    ("now", "period"),
    [
        ("2026-11-16 06:59:59", "2026-W46"),
        ("2026-11-16 07:00:00", "2026-W47"),  # a Monday
        ("2026-11-22 23:00:00", "2026-W47"),
        ("2027-01-01 12:00:00", "2026-W53"),  # the first days of a year may belong to the last week of the old one
        ("2027-01-04 07:00:00", "2027-W01"),
    ],
)
def test_a_week_is_due_from_its_weekday_and_hour(now: str, period: str) -> None:
    assert period_of(weekly(), local(now)) == period


def test_a_week_that_falls_due_on_sunday_keeps_its_own_number() -> None:
    sunday = weekly(weekday=6, hour=23)
    assert period_of(sunday, local("2026-11-22 22:59")) == "2026-W46"
    assert period_of(sunday, local("2026-11-22 23:00")) == "2026-W47"
    assert period_of(sunday, local("2026-11-23 09:00")) == "2026-W47"  # caught up on Monday


def test_after_a_weeks_downtime_one_period_is_caught_up() -> None:
    asked = [local("2026-11-21 09:00") + timedelta(minutes=n) for n in range(120)]
    assert {period_of(daily(), now) for now in asked} == {"2026-11-21"}


def test_what_fell_due_before_the_subscription_began_is_not_caught_up() -> None:
    began = local("2026-11-21 15:00")
    assert period_of(daily(), local("2026-11-21 15:01"), since=began) is None
    assert period_of(daily(), local("2026-11-22 07:00"), since=began) == "2026-11-22"


@pytest.mark.parametrize("hour", [2, 3])
def test_an_hour_that_summer_time_skips_is_due_once_when_the_clock_has_jumped(hour: int) -> None:
    # In Brussels 2027-03-28 has no time from 02:00 to 03:00: after 01:59:59 comes 03:00:00.
    assert period_of(daily(hour), local("2027-03-28 01:59:59")) == "2027-03-27"
    assert period_of(daily(hour), local("2027-03-28 03:00:00")) == "2027-03-28"


def test_an_hour_that_comes_twice_is_one_period() -> None:
    # In Brussels 2026-10-25 has the time from 02:00 to 03:00 twice.
    assert period_of(daily(2), local("2026-10-25 01:59:59")) == "2026-10-24"
    assert period_of(daily(2), local("2026-10-25 02:00:00", fold=0)) == "2026-10-25"
    assert period_of(daily(2), local("2026-10-25 02:30:00", fold=1)) == "2026-10-25"


def test_a_day_that_a_zone_never_had_is_no_period() -> None:
    seen = {period_of(daily(zone="Pacific/Apia"), local("2011-12-28 00:00") + timedelta(hours=n)) for n in range(120)}
    assert "2011-12-29" in seen
    assert "2011-12-31" in seen
    assert "2011-12-30" not in seen


ZONES = [
    BRUSSELS,
    "Europe/Bucharest",
    "Europe/London",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "UTC",
]

INSTANTS = st.integers(0, 12 * 365 * 24 * 60).map(lambda n: datetime(2016, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 23),
    st.dates(date(2016, 1, 1), date(2028, 1, 1)),
    st.integers(5, 90),
)
def test_every_local_day_falls_due_exactly_once_and_in_order(zone: str, hour: int, start: date, minutes: int) -> None:
    begin = datetime(start.year, start.month, start.day, tzinfo=UTC)
    ticks = [begin + timedelta(minutes=n * minutes) for n in range(20 * 24 * 60 // minutes)]
    periods = [period_of(daily(hour, zone), now) for now in ticks]
    changes = [one for one, before in zip(periods, [None, *periods], strict=False) if one != before]
    days = [date.fromisoformat(period or "") for period in changes]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert len(days) >= 19


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 23),
    st.integers(0, 6),
    INSTANTS,
)
def test_every_week_falls_due_exactly_once(zone: str, hour: int, weekday: int, start: datetime) -> None:
    periods = [period_of(weekly(weekday, hour, zone), start + timedelta(hours=n)) for n in range(24 * 7 * 8)]
    changes = [one for one, before in zip(periods, [None, *periods], strict=False) if one != before]
    assert len(set(changes)) == len(changes)
    assert len(changes) in {8, 9}
