"""Check digits of the identifiers on an invoice. Every function takes the bare form and says yes or no."""

from __future__ import annotations

import re

from stdnum import iban as _iban
from stdnum import iso11649, luhn
from stdnum.exceptions import ValidationError


def iban(text: str) -> bool:
    """ISO 13616: length of the country and remainder 1 modulo 97."""
    # check_country=False: with it, stdnum refuses Belgian accounts of banks that its list does not have yet.
    return bool(_iban.is_valid(text, check_country=False))


def enterprise_number(text: str) -> bool:
    """Belgian enterprise number (ICD 0208): ten digits, the last two are 97 minus the first eight modulo 97."""
    found = re.fullmatch(r"(?:BE)?([01][0-9]{7})([0-9]{2})", text)
    return found is not None and 97 - int(found[1]) % 97 == int(found[2])


def gln(text: str) -> bool:
    """GS1 key (ICD 0088): weights 3 and 1 from the right, remainder 0 modulo 10."""
    if not re.fullmatch(r"[0-9]{2,35}", text):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text))) % 10 == 0


_OGM = re.compile(r"(?:[+]{3}|[*]{3})?\s*([0-9]{3})\s*/?\s*([0-9]{4})\s*/?\s*([0-9]{5})\s*(?:[+]{3}|[*]{3})?")


def ogm(text: str) -> bool:
    """Belgian structured communication: twelve digits, the last two are the first ten modulo 97, 97 for 0."""
    found = _OGM.fullmatch(text.strip())
    if not found:
        return False
    number = "".join(found.groups())
    return (int(number[:10]) % 97 or 97) == int(number[10:])


def looks_like_ogm(text: str) -> bool:
    """Say whether it is written as a structured communication, right or wrong."""
    return bool(_OGM.fullmatch(text.strip())) and bool(re.search(r"[+*/]", text))


def creditor_reference(text: str) -> bool:
    """ISO 11649: RF, two check digits, up to 21 characters, remainder 1 modulo 97."""
    return bool(iso11649.is_valid(text))


def looks_like_creditor_reference(text: str) -> bool:
    """Say whether it is written as a creditor reference, right or wrong."""
    return bool(re.fullmatch(r"RF[0-9]{2}[0-9A-Z ]{1,25}", text.strip()))


def normal_reference(text: str) -> str:
    """Return a payment reference in normal form: `+++123/4567/89012+++`, `RF18539007547034`, others as they are."""
    found = _OGM.fullmatch(text.strip())
    if found and (looks_like_ogm(text) or ogm(text)):
        return f"+++{found[1]}/{found[2]}/{found[3]}+++"
    if looks_like_creditor_reference(text):
        return text.replace(" ", "")
    return text


def vat_id(text: str) -> bool | None:
    """Check the VAT id of an EU member, the United Kingdom, Norway or Switzerland; None for another country."""
    from stdnum.eu import vat as eu_vat  # loads the module of each country on first use

    try:
        country = text[:2]
        if country == "BE" and not text[2:3].isdigit():
            return False
        if country in {"NO", "CH", "GB"}:
            return _neighbour(text)
        if country.lower() not in {*eu_vat.MEMBER_STATES, "el", "xi"}:
            return None
        return bool(eu_vat.is_valid(text))
    except ValidationError:
        return False


def _neighbour(text: str) -> bool:
    from stdnum.ch import vat as ch_vat
    from stdnum.gb import vat as gb_vat
    from stdnum.no import mva

    module = {"NO": mva, "CH": ch_vat, "GB": gb_vat}[text[:2]]
    # Switzerland's word for the tax is part of the number for stdnum, and not for mailroom.
    return bool(module.is_valid(f"{text}MWST" if text[:2] == "CH" and text[-1:].isdigit() else text))


def luhn_digits(text: str) -> bool:
    """Swedish organisation number (ICD 0007) and others: the Luhn remainder is 0."""
    return text.isdigit() and bool(luhn.is_valid(text))


def norwegian(text: str) -> bool:
    """Norwegian organisation number (ICD 0192): nine digits, weights 3 2 7 6 5 4 3 2, remainder modulo 11."""
    if not re.fullmatch(r"[0-9]{9}", text) or int(text) == 0:
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(text, (3, 2, 7, 6, 5, 4, 3, 2), strict=False))
    return (11 - weighted % 11) % 11 == int(text[8])


def australian(text: str) -> bool:
    """Australian business number (ICD 0151): eleven digits, weighted sum with the first less one, modulo 89."""
    if not re.fullmatch(r"[0-9]{11}", text):
        return False
    weights = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
    return (sum(int(d) * w for d, w in zip(text, weights, strict=True)) - 10) % 89 == 0


def greek(text: str) -> bool:
    """Greek tax number: nine digits, the first eight weigh 256 to 2, remainder modulo 11 modulo 10 is the last."""
    if not re.fullmatch(r"[0-9]{9,}", text):
        return False
    return sum(int(digit) << (8 - place) for place, digit in enumerate(text[:8])) % 11 % 10 == int(text[8])


_ITALIAN = re.compile(r"[A-Za-z]{6}[0-9]{2}[A-Za-z][0-9]{2}.{3}[0-9][A-Za-z]")


def italian_tax_code(text: str) -> bool:
    """Form of a Codice Fiscale: sixteen characters of a person, or eleven digits of a company."""
    return bool(_ITALIAN.fullmatch(text) or re.fullmatch(r"[0-9]{11}", text))


def iban_remainder(text: str) -> bool:
    """ISO 13616 without the length of the country, as the German rules check it: remainder 1 modulo 97."""
    bare = re.sub(r"\s", "", text)
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{0,30}", bare):
        return False
    return int("".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])) % 97 == 1
