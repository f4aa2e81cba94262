"""What encrypted things are tried with: the passwords and the identities (certificate and key) of one account.

Suppliers protect invoices with what the customer knows: his VAT id or enterprise number in some spelling, or a client
number. The other passwords are those that an owner keeps (steps/keys.py reads them out of the store).
"""

from __future__ import annotations

import re

from pydantic import Field

from mailroom.domain.value import Value


class Keys(Value):
    """What may open an encrypted file. `identities` are PEM texts, each a certificate and its private key."""

    passwords: tuple[str, ...] = Field((), repr=False, max_length=500)
    identities: tuple[str, ...] = Field((), repr=False)


NONE = Keys()


def spellings(vat_id: str) -> tuple[str, ...]:
    """Return how a VAT id or enterprise number is typed as a password: with its country and without, with dots and
    without, in small letters.

    Belgian numbers are also known as ten digits or as nine, Romanian ones without `RO`, French ones as the SIREN.
    """
    plain = re.sub(r"[^A-Za-z0-9]", "", vat_id).upper()
    if len(plain) < 5:
        return ()
    country, number = (plain[:2], plain[2:]) if plain[:2].isalpha() else ("", plain)
    forms = [plain, number, f"{country} {number}", vat_id.strip()]
    if country == "BE" and len(number) == 10:
        dotted = f"{number[:4]}.{number[4:7]}.{number[7:]}"
        forms += [dotted, f"BE{dotted}", f"BE {dotted}", number[1:]]
    if country == "FR" and len(number) == 11:
        forms.append(number[2:])
    if country == "NL" and "B" in number:
        forms.append(number.partition("B")[0])
    forms += [form.lower() for form in forms]
    return tuple(dict.fromkeys(form for form in forms if len(form) >= 5))
