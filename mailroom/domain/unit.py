"""Units of quantity as people print them, and their codes (UN/ECE Recommendation 20, BT-130)."""

from __future__ import annotations

_CODES = {
    "C62": "st stk stck stuck stück stuks stuk pc pce pcs piece pieces pièce pièces ea each unit units unité unités un "
    "buc bucata bucati bucăți eenheid einheit u pk ex",
    "HUR": "h hr hrs hour hours uur uren std stunde stunden heure heures ora ore oră",
    "DAY": "day days dag dagen tag tage jour jours j zi zile d",
    "MON": "month months maand maanden mnd monat monate mois luna luni lună mth",
    "ANN": "year years jaar jahr jahre an ans année années ani",
    "KGM": "kg kilo kgs kilogram",
    "GRM": "g gr gram",
    "TNE": "t ton tonne tonnes",
    "LTR": "l lt ltr liter litre litres liters",
    "MTR": "m mtr meter metre mètre mètres lm",
    "MTK": "m2 m²",
    "MTQ": "m3 m³",
    "KMT": "km",
    "KWH": "kwh",
    "MWH": "mwh",
    "XPK": "pak pack packs pakket paket pakete paquet paquets pachet vpe",
    "XBX": "box boxes doos dozen karton kartons carton cartons cutie kist",
    "SET": "set sets jeu",
    "LS": "forfait pauschal pauschale psch ff lumpsum",
}
CODES: dict[str, str] = {word: code for code, words in _CODES.items() for word in words.split()}


def _plain(unit: str) -> str:
    return unit.strip("().,: ").casefold()


def is_unit(word: str) -> bool:
    """Say whether a word is a unit: `Std.`, `pcs`, `m²`."""
    if len(word.strip("().,:")) == 1 and not word.islower():
        return False  # a letter behind an amount names a rate, not a unit
    return _plain(word) in CODES


def unit_code(unit: str) -> str:
    """Return the code of a unit; `C62` (one) for what is not known."""
    return unit if unit in _CODES else CODES.get(_plain(unit), "C62")
