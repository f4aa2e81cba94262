"""By what a seller can be recognised: VAT id, IBAN, enterprise numbers on the pages, name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import luhn

from mailroom.domain.account import SellerMarks
from mailroom.domain.document import FieldName, Fields
from mailroom.domain.reading import Reading
from mailroom.extraction.identifiers import check_digits
from mailroom.extraction.judge import Buyer
from mailroom.extraction.text import compact

_MOST_TEXT = 60_000
_BELGIAN = re.compile(r"(?<![\w.])[01]\d{3}[. ]?\d{3}[. ]?\d{3}(?![\w])")
_SIREN = re.compile(r"(?<![\w.,])(\d{3})[ .]?(\d{3})[ .]?(\d{3})(?:[ .]?\d{5})?(?![\w]|[.,]\d)")
_ROMANIAN = re.compile(r"(?i)\b(?:CUI|CIF|C\.U\.I\.|C\.I\.F\.)[ :.]{0,3}(?:RO ?)?(\d{4,10})\b")
_MOST = 40


def marks_of(fields: Fields, reading: Reading, buyer: Buyer, *, domain: str = "") -> SellerMarks:
    """Return the marks of the seller. Enterprise numbers are looked for only where no VAT id was found.

    `domain` is that of the proved sender, empty for none.
    """
    values = {name: field.value or "" for name, field in fields.items()}
    vat_id = values.get(FieldName.SELLER_VAT_ID, "")
    others: tuple[str, ...] = ()
    if not vat_id:
        text = "\n".join(page.text() for page in reading.pages)[:_MOST_TEXT]
        own = compact(buyer.vat_id)
        others = tuple(dict.fromkeys(v for v in _enterprise_numbers(text) if compact(v) != own))[:_MOST]
    return SellerMarks(
        vat_id=vat_id,
        iban=values.get(FieldName.IBAN, ""),
        other_vat_ids=others,
        domain=domain,
        name=values.get(FieldName.SELLER_NAME, ""),
    )


def _enterprise_numbers(text: str) -> Iterator[str]:
    """Yield the VAT ids that belong to enterprise numbers: Belgian ones, SIREN and SIRET, the Romanian CUI."""
    for match in _BELGIAN.finditer(text):
        vat_id = "BE" + re.sub(r"\D", "", match[0])
        if check_digits(vat_id):
            yield vat_id
    for match in _SIREN.finditer(text):
        siren = "".join(match.groups())
        if luhn.is_valid(siren):
            yield f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"
    for match in _ROMANIAN.finditer(text):
        if check_digits(f"RO{match[1]}"):
            yield f"RO{match[1]}"
