"""What several readings of a place in a picture say of the text that stands there."""

from __future__ import annotations

import pytest

from mailroom.reading.agreement import Glimpse, Verdict, judge, stands_in

SAID = "BE68 5390 0754 7034"


def glimpses(*readings: tuple[str, float]) -> list[Glimpse]:
    return [Glimpse(text, confidence) for text, confidence in readings]


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (SAID, "IBAN: BE68 5390 0754 7034 |"),  # with what stands round it
        (SAID, "BE6853900754 7034"),  # spaces are nobody's
        ("NL50INGB0683251309", "NLSOINGB0683251309"),  # letters that look like digits
        ("1.250,00", "€1.250,00"),
        ("VF0004170", "VFQ004170"),
    ],
)
def test_one_reading_that_agrees_is_enough(said: str, seen: str) -> None:
    readings = glimpses(("9.999,99", 0.95), ("9.999,99", 0.95), (seen, 0.1))
    assert judge(said, readings, ink=40) == (Verdict.SAME, said)


def test_two_sure_readings_that_say_the_same_say_something_else() -> None:
    readings = glimpses(("1.350,00", 0.9), ("1.350,00", 0.93), ("1.85", 0.4))
    assert judge("1.250,00", readings, ink=40) == (Verdict.OTHER, "1.350,00")


@pytest.mark.parametrize(
    "readings",
    [
        [("1.350,00", 0.9), ("1.850,00", 0.9), ("1.350,00", 0.9)],  # they contradict each other
        [("1.350,00", 0.79), ("1.350,00", 0.79), ("1.350,00", 0.79)],  # none is sure
        [("1.350,00", 0.99), ("", 0.0), ("", 0.0)],  # one alone
        [("", 0.0), ("", 0.0), ("", 0.0)],  # ink that is no letter
        [("ab", 0.9), ("ab", 0.9), ("ab", 0.9)],  # hardly a word
    ],
)
def test_where_the_readings_are_not_sure_nobody_is_accused(readings: list[tuple[str, float]]) -> None:
    assert judge("1.250,00", glimpses(*readings), ink=40)[0] is Verdict.UNSURE


@pytest.mark.parametrize(
    ("readings", "shown"),
    [
        (["BE71 0961 2345 6769", "| BE7109612345 6769"], "BE71 0961 2345 6769"),
        (["BE71 O961 2345 6769", "IBAN BE71 096I 2345 6769"], "BE71 0961 2345 6769"),  # letters for digits
        ([": DE89370400440532013000", ": DE89370400440532013000"], "DE89 3704 0044 0532 0130 00"),  # of another country
    ],
)
def test_two_readings_of_one_valid_account_need_not_be_sure(readings: list[str], shown: str) -> None:
    unsure = glimpses(*((text, 0.4) for text in readings), ("BE71 1", 0.9))
    assert judge(SAID, unsure, ink=40) == (Verdict.OTHER, shown)


@pytest.mark.parametrize(
    "readings",
    [
        ["BE71 0961 2345 6769", "BE71 0961 2345 6768", ""],  # one alone
        ["BE71 0961 2345 6768"] * 3,  # no account: the check digits are wrong
        ["BE68 5390 0754 703", "BE68 5390 0754 70"] * 2,  # cut
    ],
)
def test_what_is_no_valid_account_twice_accuses_nobody(readings: list[str]) -> None:
    assert judge(SAID, glimpses(*((text, 0.4) for text in readings)), ink=40)[0] is Verdict.UNSURE


def test_a_number_that_may_be_cut_at_the_edge_accuses_nobody() -> None:
    whole = glimpses(("250,00", 0.9), ("250,00", 0.9), ("250,00", 0.9))
    assert judge("1.250,00", whole, ink=40)[0] is Verdict.OTHER
    assert judge("1.250,00", [one._replace(cut=True) for one in whole], ink=40)[0] is Verdict.UNSURE


@pytest.mark.parametrize(
    ("readings", "ink"),
    [
        ([("1.250,00", 0.9)] * 3, 2.0),  # OCR reads what people do not see
        ([("", 0.0)] * 3, 8.0),  # the grain of a scan
        ([("Description", 0.9)] * 3, 40.0),  # words of something else
    ],
)
def test_a_place_without_a_digit_does_not_show_the_value(readings: list[tuple[str, float]], ink: float) -> None:
    assert judge("1.250,00", glimpses(*readings), ink=ink) == (Verdict.ABSENT, "")


@pytest.mark.parametrize(
    ("said", "line", "stands"),
    [
        (SAID, ["IBAN", "BE68", "5390", "0754", "7034"], True),
        (SAID, ["IBAN", "BE68", "5390", "0754", "7O34"], True),  # misread as a letter
        (SAID, ["IBAN", "BE68", "5390", "0754", "7634"], True),  # one misread digit in fourteen
        (SAID, ["IBAN", "BE71", "0961", "2345", "6769"], False),
        ("50,00", ["Total", "150,00"], False),  # part of another amount
        ("50,00", ["Total", "50,00"], True),
        ("50,00", ["Total", "60,00"], False),
        ("+++090/9337/55493+++", ["+++090/9337/55498+++"], True),
    ],
)
def test_a_value_is_looked_for_on_the_whole_page(said: str, line: list[str], stands: bool) -> None:
    assert stands_in(said, [["Invoice", "2026-1"], line], misread=2 if len(said) > 15 else 0) is stands


def test_without_leave_to_misread_every_digit_counts() -> None:
    assert not stands_in(SAID, [["BE68", "5390", "0754", "7634"]])
    assert stands_in(SAID, [["IBAN", "BE68", "5390", "0754", "7034", "BIC"]])
