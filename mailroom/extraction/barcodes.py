"""Payment codes on a page: the EPC QR code (EPC069-12) and the Swiss QR bill say surely what the words say too."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from mailroom.domain.document import FieldName
from mailroom.domain.reading import Barcode
from mailroom.extraction.iban import is_iban
from mailroom.extraction.payment_reference import belgian, belgian_form

Said = dict[FieldName, tuple[str, Barcode]]


def payment_codes(barcodes: tuple[Barcode, ...]) -> Said:
    """Return what the payment codes among the barcodes say of the fields."""
    said: Said = {}
    for barcode in barcodes:
        lines = [line.strip() for line in barcode.text.replace("\r\n", "\n").split("\n")]
        values = _epc(lines) if lines[0] == "BCD" else _swiss(lines) if lines[0] == "SPC" else {}
        for name, value in values.items():
            said.setdefault(name, (value, barcode))
    return said


def _epc(lines: list[str]) -> dict[FieldName, str]:
    """BCD, version, character set, SCT, BIC, name, IBAN, amount, purpose, reference, text."""
    lines = lines + [""] * (11 - len(lines))
    values = _account(lines[6], lines[5])
    amount = re.fullmatch(r"([A-Z]{3})(\d+(?:\.\d{1,2})?)", lines[7])
    if amount:
        values |= _money(amount[2], amount[1])
    reference = lines[9] or lines[10]
    if reference:
        values[FieldName.PAYMENT_REFERENCE] = _reference(reference)
    return values


def _swiss(lines: list[str]) -> dict[FieldName, str]:
    """Swiss Implementation Guidelines QR-bill 2.3: IBAN 4th, creditor's name 6th, amount 19th, reference 29th line."""
    lines = lines + [""] * (32 - len(lines))
    values = _account(lines[3], lines[5])
    values |= _money(lines[18], lines[19])
    if lines[28]:
        values[FieldName.PAYMENT_REFERENCE] = lines[28]
    return values


def _account(iban: str, name: str) -> dict[FieldName, str]:
    values = {}
    plain = iban.replace(" ", "").upper()
    if is_iban(plain):
        values[FieldName.IBAN] = plain
    if name:
        values[FieldName.SELLER_NAME] = name
    return values


def _money(amount: str, currency: str) -> dict[FieldName, str]:
    try:
        value = Decimal(amount)
    except InvalidOperation:
        return {}
    values = {FieldName.PAYABLE_AMOUNT: f"{value:.2f}"} if value > 0 else {}
    if re.fullmatch(r"[A-Z]{3}", currency):
        values[FieldName.CURRENCY] = currency
    return values


def _reference(text: str) -> str:
    digits = re.sub(r"[+*/ ]", "", text)
    return belgian_form(digits) if re.fullmatch(r"\d{12}", digits) and belgian(digits) else text
