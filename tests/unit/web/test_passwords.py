from __future__ import annotations

import pytest

from mailroom.web.passwords import DEFAULT, LONGEST, Cost, hash_password, outdated, verify

CHEAP = Cost(n=16, r=1, p=1)


def test_a_password_fits_its_own_hash_and_no_other() -> None:
    stored = hash_password("geheim genoeg", CHEAP)
    assert verify("geheim genoeg", stored, CHEAP)
    assert not verify("geheim genoeG", stored, CHEAP)
    assert not verify("", stored, CHEAP)


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("geheim genoeg", CHEAP) != hash_password("geheim genoeg", CHEAP)


def test_the_hash_keeps_its_own_parameters_when_the_cost_rises() -> None:
    stored = hash_password("geheim genoeg", CHEAP)
    dearer = Cost(n=32, r=1, p=1)
    assert verify("geheim genoeg", stored, dearer)
    assert outdated(stored, dearer)
    assert not outdated(stored, CHEAP)


def test_an_unknown_user_is_refused_after_the_same_work() -> None:
    assert not verify("anything", None, CHEAP)


@pytest.mark.parametrize("password", ["é🔑ß șț ñ", "x" * LONGEST, "a b", "\ud800"])
def test_any_text_can_be_a_password(password: str) -> None:
    assert verify(password, hash_password(password, CHEAP), CHEAP)


def test_what_is_longer_than_the_longest_is_never_right() -> None:
    stored = hash_password("x" * LONGEST, CHEAP)
    assert not verify("x" * (LONGEST + 1), stored, CHEAP)
    assert not verify("x" * 1_000_000, stored, CHEAP)


def test_the_default_cost_is_no_less_than_owasp_asks() -> None:
    assert DEFAULT.n >= 2**14
    assert DEFAULT.n * DEFAULT.r * DEFAULT.p >= 2**14 * 8 * 5
    assert verify("geheim genoeg", hash_password("geheim genoeg"))
