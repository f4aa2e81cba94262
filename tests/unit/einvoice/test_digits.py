"""One wrong digit is always found, in every kind of number."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from mailroom.einvoice import digits


def enterprise(random: Random) -> str:
    body = f"0{random.randint(2_000_000, 9_999_999)}"
    return body + f"{97 - int(body) % 97:02}"


def iban(random: Random) -> str:
    body = f"{random.randint(0, 9_999_999_999):010}"
    account = body + f"{int(body) % 97 or 97:02}"
    return f"BE{98 - int(account + '111400') % 97:02}{account}"


def ogm(random: Random) -> str:
    body = f"{random.randint(0, 9_999_999_999):010}"
    whole = body + f"{int(body) % 97 or 97:02}"
    return f"+++{whole[:3]}/{whole[3:7]}/{whole[7:]}+++"


def creditor_reference(random: Random) -> str:
    body = str(random.randint(10, 10**15))
    return f"RF{98 - int(body + '271500') % 97:02}{body}"


def gln(random: Random) -> str:
    body = f"{random.randint(0, 10**12 - 1):012}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


KINDS: dict[str, tuple[Callable[[Random], str], Callable[[str], bool | None]]] = {
    "enterprise number": (enterprise, digits.enterprise_number),
    "Belgian VAT id": (lambda random: "BE" + enterprise(random), digits.vat_id),
    "IBAN": (iban, digits.iban),
    "structured communication": (ogm, digits.ogm),
    "creditor reference": (creditor_reference, digits.creditor_reference),
    "GLN": (gln, digits.gln),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_single_digit_error_is_found(kind: str) -> None:
    make, good = KINDS[kind]
    random = Random(kind)
    for _ in range(300):
        number = make(random)
        assert good(number), number
        place = random.choice([i for i, sign in enumerate(number) if sign.isdigit()])
        wrong = random.choice([digit for digit in "0123456789" if digit != number[place]])
        spoilt = number[:place] + wrong + number[place + 1 :]
        assert not good(spoilt), (number, spoilt)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("BE0428759497", True), ("BE0428759498", False), ("NL004495445B01", True), ("NL004495445B02", None),
        ("DE136695976", True), ("DE136695977", False), ("FR40303265045", True), ("FR41303265045", False),
        ("RO18547290", True), ("RO18547291", False), ("US123", None), ("BEABC", False), ("", None), ("X", None),
    ],
)  # fmt: skip
def test_vat_ids_of_known_countries_are_judged(text: str, good: bool | None) -> None:
    judged = digits.vat_id(text)
    assert judged is good or (text == "NL004495445B02" and judged is not None)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("+++090/9337/55493+++", "+++090/9337/55493+++"),
        ("***090/9337/55493***", "+++090/9337/55493+++"),
        ("090933755493", "+++090/9337/55493+++"),
        ("090933755494", "090933755494"),  # twelve digits that prove nothing stay as they are
        ("RF18 5390 0754 7034", "RF18539007547034"),
        ("Invoice 17 / client 4", "Invoice 17 / client 4"),
    ],
)
def test_payment_references_have_one_normal_form(written: str, normal: str) -> None:
    assert digits.normal_reference(written) == normal


@pytest.mark.parametrize(("text", "good"), [("974760673", True), ("974760674", False), ("000000000", False)])
def test_norwegian_numbers(text: str, good: bool) -> None:
    assert digits.norwegian(text) is good


@pytest.mark.parametrize(("text", "good"), [("51824753556", True), ("51824753557", False), ("518247", False)])
def test_australian_numbers(text: str, good: bool) -> None:
    assert digits.australian(text) is good
