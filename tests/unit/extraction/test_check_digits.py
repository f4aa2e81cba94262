"""Check digits prove a value: a right one passes, one wrong digit does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages_extraction import read, values

from mailroom.extraction.iban import is_iban, mended
from mailroom.extraction.identifiers import check_digits
from mailroom.extraction.payment_reference import belgian, belgian_form

VAT_IDS = [
    "ATU13585627", "BE0403170701", "BG175074752", "CHE116281710", "CY10259033P", "CZ25123891", "DE136695976",
    "DK13585628", "EE100931558", "EL094259216", "ESB58378431", "EU372001951", "FI20774740", "FR40303265045",
    "GB980780684", "HR33392005961", "HU12892312", "IE6388047V", "IT00743110157", "LT119511515", "LU15027442",
    "LV40003521600", "MT11679112", "NL004495445B01", "NO995525828MVA", "PL8567346215", "PT501964843", "RO18547290",
    "SE123456789701", "SI50223054", "SK2022749619",
]  # fmt: skip
IBANS = ["BE68539007547034", "NL91ABNA0417164300", "FR1420041010050500013M02606", "DE89370400440532013000",
         "LU280019400644750000",
         "RO49AAAA1B31007593840000", "GB29NWBK60161331926819", "CH9300762011623852957"]  # fmt: skip


@pytest.mark.parametrize("vat_id", VAT_IDS)
def test_a_vat_id_of_every_country_is_proved(vat_id: str) -> None:
    assert check_digits(vat_id)


@pytest.mark.parametrize("vat_id", [v for v in VAT_IDS if v[:2] not in {"CZ", "LT", "ES", "EU"}])
def test_a_vat_id_with_another_last_digit_is_not(vat_id: str) -> None:
    digits = [i for i, c in enumerate(vat_id) if c.isdigit()]
    at = digits[-1] if vat_id[:2] not in {"NL", "SE"} else digits[-4]
    wrong = vat_id[:at] + str((int(vat_id[at]) + 1) % 10) + vat_id[at + 1 :]
    assert not check_digits(wrong)


@pytest.mark.parametrize("vat_id", VAT_IDS)
def test_a_vat_id_is_found_on_a_page_with_spaces_in_it(vat_id: str) -> None:
    prefix = 3 if vat_id.startswith("CHE") else 2
    spaced = f"{vat_id[:prefix]} {vat_id[prefix : prefix + 3]} {vat_id[prefix + 3 :]}"
    assert values(read(f"VAT number: {spaced}\n"))["seller_vat_id"] == vat_id


@pytest.mark.parametrize("iban", IBANS)
@given(st.data())
def test_one_wrong_sign_makes_no_iban(iban: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(2, len(iban) - 1))
    wrong = data.draw(st.sampled_from([c for c in "0123456789" if c != iban[at]]))
    assert is_iban(iban)
    if iban[at].isdigit():
        assert not is_iban(iban[:at] + wrong + iban[at + 1 :])


@pytest.mark.parametrize("iban", [i for i in IBANS if not i.startswith("RO")])  # its accounts may hold letters
def test_an_iban_with_letters_for_digits_is_mended(iban: str) -> None:
    spoiled = iban[:2] + iban[2:].replace("0", "O").replace("1", "I") if iban[:2] in {"BE", "DE"} else iban
    assert mended(spoiled) == iban


@given(st.integers(0, 9_999_999_999))
def test_a_belgian_communication_is_proved_by_its_last_two_digits(number: int) -> None:
    rest = number % 97 or 97
    digits = f"{number:010d}{rest:02d}"
    assert belgian(digits)
    assert not belgian(f"{number:010d}{(rest % 97) + 1:02d}") or rest == 97
    assert belgian_form(digits).strip("+").replace("/", "") == digits


@given(st.integers(1, 9_999_999_999))
def test_a_belgian_communication_is_found_however_it_is_set(number: int) -> None:
    digits = f"{number:010d}{number % 97 or 97:02d}"
    drawing = f"Mededeling: ***{digits[:3]}/{digits[3:7]}/{digits[7:]}***\n"
    assert values(read(drawing))["payment_reference"] == belgian_form(digits)


def test_a_creditor_reference_is_proved() -> None:
    assert values(read("Payment reference: RF18 5390 0754 7034\n"))["payment_reference"] == "RF18539007547034"
