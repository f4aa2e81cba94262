"""Words and their gathering into lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.reading.seen import Seen, from_tsv, in_lines, levelled, scaled, with_noughts


def lines(words: list[Seen]) -> list[str]:
    gathered: dict[int, list[str]] = {}
    for word in words:
        gathered.setdefault(word.line, []).append(word.text)
    return [" ".join(texts) for texts in gathered.values()]


def test_words_on_a_baseline_are_one_line_over_a_gap() -> None:
    words = [Seen("12,50", 400, 101, 440, 111), Seen("Total", 20, 100, 60, 112), Seen("Thanks", 20, 130, 80, 142)]
    assert lines(in_lines([word] for word in words)) == ["Total 12,50", "Thanks"]


def test_a_large_word_does_not_join_the_two_lines_beside_it() -> None:
    words = [Seen("INVOICE", 10, 100, 200, 140), Seen("Date", 300, 102, 330, 114), Seen("Due", 300, 124, 330, 136)]
    assert len(lines(in_lines([word] for word in words))) == 3


def test_two_words_on_one_spot_are_two_lines() -> None:
    words = [Seen("Havenweg", 10, 100, 90, 112), Seen("9711", 10, 105, 40, 117)]
    assert lines(in_lines([word] for word in words)) == ["Havenweg", "9711"]


def test_a_dash_stays_on_its_line() -> None:
    units = [[Seen("Ghent", 10, 100, 60, 112), Seen("-", 66, 105, 70, 107), Seen("Belgium", 76, 100, 140, 112)]]
    assert lines(in_lines(units)) == ["Ghent - Belgium"]


def test_text_that_climbs_the_margin_comes_last() -> None:
    words = [Seen("Printed", 2, 50, 12, 120), Seen("Invoice", 20, 100, 80, 112)]
    assert lines(in_lines([word] for word in words)) == ["Invoice", "Printed"]


coordinates = st.floats(0, 1000)
boxes = st.builds(
    lambda text, x, y, w, h: Seen(text, x, y, x + w, y + h),
    st.text("abc1,.-", min_size=1, max_size=6),
    coordinates,
    coordinates,
    st.floats(1, 300),
    st.floats(1, 60),
)


@given(st.lists(boxes, max_size=30))
def test_no_word_is_lost_and_line_numbers_follow_each_other(words: list[Seen]) -> None:
    gathered = in_lines([word] for word in words)
    assert sorted(word[:5] for word in gathered) == sorted(word[:5] for word in words)
    numbers = [word.line for word in gathered]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(len(set(numbers))))


def test_places_become_fractions_and_words_beside_the_page_go() -> None:
    words = [Seen("in", 50, 50, 150, 100), Seen("over", 150, 0, 250, 50), Seen("out", 300, 0, 400, 50)]
    assert [(w.text, w.x0, w.y0, w.x1, w.y1) for w in scaled(words, 200, 200)] == [
        ("in", 0.25, 0.25, 0.75, 0.5),
        ("over", 0.75, 0.0, 1.0, 0.25),
    ]


def test_turning_the_places_levels_a_sloping_line() -> None:
    # One degree down to the right: 17.5 units over a thousand.
    words = [Seen("left", 0, 491, 40, 501), Seen("right", 960, 508, 1000, 518)]
    left, right = levelled(words, 1.0, 1000, 1000)
    assert left.y0 == pytest.approx(right.y0, abs=0.5)


def test_the_table_of_tesseract_gives_lines_with_sure_words() -> None:
    table = "\n".join(
        [
            "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
            "1\t1\t0\t0\t0\t0\t0\t0\t1240\t1000\t-1\t",
            "5\t1\t1\t1\t1\t1\t10\t20\t30\t12\t96.5\tTotal",
            "5\t1\t1\t1\t1\t2\t50\t20\t30\t12\t-1\t ",
            "5\t1\t1\t1\t2\t1\t10\t40\t30\t12\t88\t12,50",
        ]
    )
    assert from_tsv(table) == [[Seen("Total", 10, 20, 40, 32, 0.965)], [Seen("12,50", 10, 40, 40, 52, 0.88)]]


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("SB/2026/o1/0447", "SB/2026/01/0447"),
        ("31oo0", "31000"),
        ("12.o3.2024,", "12.03.2024,"),
        ("o99530", "099530"),
        ("o2", "o2"),  # a name
        ("4o", "4o"),  # one digit proves nothing
        ("no12", "no12"),  # a word before a number
        ("A1o2", "A1o2"),
        ("to/2026", "to/2026"),
        ("2026/o/17", "2026/o/17"),
    ],
)
def test_a_nought_that_was_read_as_a_letter_is_mended_among_digits_only(read: str, printed: str) -> None:
    assert with_noughts(read) == printed
