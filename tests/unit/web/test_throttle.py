from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailroom.web.throttle import FOR_ADDRESS, FOR_PERSON, FOR_PERSON_AT_ADDRESS, WINDOW, Throttle


class Hands:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def fail(throttle: Throttle, times: int, person: str = "els@x.example", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        throttle.failed(person, address)


def test_the_last_allowed_failure_does_not_yet_stop_and_the_next_does() -> None:
    throttle = Throttle(Hands())
    fail(throttle, FOR_PERSON_AT_ADDRESS - 1)
    assert throttle.wait("els@x.example", "192.0.2.1") == 0
    fail(throttle, 1)
    assert throttle.wait("els@x.example", "192.0.2.1") == WINDOW.total_seconds()


def test_waiting_ends_when_the_first_failure_is_long_enough_ago() -> None:
    clock = Hands()
    throttle = Throttle(clock)
    fail(throttle, FOR_PERSON_AT_ADDRESS)
    clock.now += WINDOW - timedelta(seconds=1)
    assert throttle.wait("els@x.example", "192.0.2.1") == 1
    clock.now += timedelta(seconds=1)
    assert throttle.wait("els@x.example", "192.0.2.1") == 0


def test_somebody_elsewhere_is_not_locked_out_by_a_guesser() -> None:
    throttle = Throttle(Hands())
    fail(throttle, FOR_PERSON_AT_ADDRESS)
    assert throttle.wait("els@x.example", "192.0.2.2") == 0


def test_the_same_person_in_other_letters_is_the_same_person() -> None:
    throttle = Throttle(Hands())
    fail(throttle, FOR_PERSON_AT_ADDRESS)
    assert throttle.wait(" ELS@X.example ", "192.0.2.1") > 0


def test_one_address_cannot_try_many_people() -> None:
    throttle = Throttle(Hands())
    for number in range(FOR_ADDRESS):
        throttle.failed(f"p{number}@x.example", "192.0.2.1")
    assert throttle.wait("new@x.example", "192.0.2.1") > 0


def test_many_addresses_cannot_try_one_person_for_ever() -> None:
    throttle = Throttle(Hands())
    for number in range(FOR_PERSON):
        throttle.failed("els@x.example", f"2001:db8::{number:x}")
    assert throttle.wait("els@x.example", "2001:db8::ffff") > 0


def test_success_forgets_what_went_before() -> None:
    throttle = Throttle(Hands())
    fail(throttle, FOR_PERSON_AT_ADDRESS)
    throttle.succeeded("els@x.example", "192.0.2.1")
    assert throttle.wait("els@x.example", "192.0.2.1") == 0


def test_memory_stays_bounded() -> None:
    throttle = Throttle(Hands())
    for number in range(21_000):
        throttle.failed("", f"a{number}")
    assert len(throttle._failures) <= 20_000
