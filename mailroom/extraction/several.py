"""How many invoices are in one file: where one ends and the next begins, page by page; and which photos are one.

Pure. Each page is read as if it stood alone. A new number on a page with the head of an invoice, a first page of
several, and a sheet put between begin a new one; the same number, a later page of several, and a page without a head
go on. What points both ways is said to be unsure, for a person to answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mailroom.domain.document import DocumentType, Field, FieldName, Fields, number_key
from mailroom.domain.reading import Page, Reading
from mailroom.extraction.candidates import look
from mailroom.extraction.extract import extract
from mailroom.extraction.judge import Buyer

MOST_PAGES = 60
"""Pages of a file that are looked at one by one; longer files are left whole."""
_BOOKED = frozenset({DocumentType.INVOICE, DocumentType.CREDIT_NOTE, DocumentType.RECEIPT})
_SURE_NUMBER = 0.5
_SURE_TOTAL = 0.7
"""An amount of an item alone on its page is taken for a total with about a half."""
_SURE_TITLE = 0.5
_FEW_WORDS = 14

_PAGE_OF = re.compile(
    r"\b(?:page|pagin[aă]|pag|blz|bladzijde|blad|seite|blatt|feuillet|sheet|p)\b[.:]?\s*(?:nr\.?\s*)?(\d{1,3})\s*"
    r"(?:/|of|van|von|de|sur|din|op)\s*(\d{1,3})\b",
    re.IGNORECASE,
)
_BARE_PAGE_OF = re.compile(r"^\s*-?\s*(\d{1,2})\s*/\s*(\d{1,2})\s*-?\s*$", re.MULTILINE)
_SEPARATOR = re.compile(
    r"separator|separation (?:sheet|page)|separate here|scheidings(?:blad|pagina|vel)|trenn(?:blatt|seite)|"
    r"(?:feuille|page) de s[eé]paration|intercalaire|(?:foaie|pagin[aă]) (?:de )?separa(?:re|toare)|"
    r"patch ?(?:code|t)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sign:
    """What a page, or a photo, says of itself. `place` and `places` are those of `page 2 of 3`, 0 where unsaid.

    `seller` is his VAT id.
    """

    number: str = ""
    seller: str = ""
    iban: str = ""
    total: str = ""
    headed: bool = False
    receipt: bool = False
    place: int = 0
    places: int = 0
    words: int = 0
    separates: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is an invoice or a slip in itself: it says what it is, and what it comes to."""
        return bool(self.total) and (self.headed or self.receipt)


class Division(NamedTuple):
    """The pieces of a file as first and last page, and whether that is sure."""

    pieces: tuple[tuple[int, int], ...]
    sure: bool = True

    @property
    def pages(self) -> str:
        """The pieces in words: `1-2, 3`."""
        return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in self.pieces)


def divide(reading: Reading, buyer: Buyer) -> Division:
    """Say which pages of a PDF are an invoice each; one piece where it is one document.

    An e-invoice is one by its XML. Files over MOST_PAGES and those of which pages were left out stay whole.
    """
    whole = Division(((1, max(reading.page_count, 1)),))
    pages = reading.pages
    readable = len(pages) == reading.page_count and 1 < len(pages) <= MOST_PAGES
    if reading.structured or not readable or not _may_be_several(reading):
        return whole
    if _type(extract(reading, buyer).fields) in {DocumentType.STATEMENT, DocumentType.REMINDER}:
        return whole  # it lists invoices
    codes = {code.page for code in reading.barcodes}
    return divided([sign(page, buyer, coded=page.number in codes) for page in pages])


def _may_be_several(reading: Reading) -> bool:
    """Look cheaply: a second page that bears a number's label, counts from one again, or is a sheet put between."""
    for page in reading.pages[1:]:
        text = page.text()
        if len(page.words) < _FEW_WORDS and _SEPARATOR.search(text):
            return True
        place, places = _place(text)
        alone = reading.model_copy(update={"pages": (page,), "page_count": 1, "barcodes": ()})
        if (place == 1 and places) or (place < 2 and look(alone).every_label("invoice_number")):
            return True
        if place > 1 and look(alone).every_label("invoice_number") and places < reading.page_count:
            return True
    return False


def sign(page: Page, buyer: Buyer, *, coded: bool = False) -> Sign:
    """Return what one page says of itself."""
    text = page.text()
    if len(page.words) < _FEW_WORDS and (_SEPARATOR.search(text) or (coded and len(page.words) < 4)):
        return Sign(words=len(page.words), separates=True)
    alone = page.model_copy(update={"number": 1})
    reading = Reading(media_type="application/pdf", engine="", pages=(alone,), page_count=1)
    place, places = _place(text)
    return sign_of(extract(reading, buyer).fields, words=len(page.words), place=place, places=places)


def sign_of(fields: Fields, *, words: int, place: int = 0, places: int = 0) -> Sign:
    """Return what the fields of one page say."""
    kind = fields.get(FieldName.DOCUMENT_TYPE)
    titled = kind is not None and _type(fields) in _BOOKED and bool(kind.evidence) and kind.confidence >= _SURE_TITLE
    return Sign(
        number=number_key(_sure(fields, FieldName.INVOICE_NUMBER)),
        seller=_sure(fields, FieldName.SELLER_VAT_ID),
        iban=_sure(fields, FieldName.IBAN),
        total=_sure(fields, FieldName.TOTAL_AMOUNT, _SURE_TOTAL),
        headed=titled,
        receipt=_type(fields) == DocumentType.RECEIPT,
        place=place,
        places=places,
        words=words,
    )


def place_of(page: Page) -> tuple[int, int]:
    """Return what a page says of its place: (2, 3) for `page 2 of 3`, zeros where it says nothing."""
    return _place(page.text())


def divided(signs: Sequence[Sign]) -> Division:
    """Return the pieces that pages with these signs make. Sheets put between belong to none."""
    pieces: list[list[int]] = []
    sure, begins = True, True
    current = Sign()
    for number, found in enumerate(signs, 1):
        if found.separates:
            begins = True
            continue
        starts, certain = (True, True) if begins else _starts(current, signs[number - 2], found)
        if starts:
            pieces.append([number, number])
            current = found
            sure = sure and certain
        else:
            pieces[-1][1] = number
            current = together(current, found)
        begins = False
    if not pieces:
        return Division(((1, len(signs)),))
    return Division(tuple((first, last) for first, last in pieces), sure)


def _starts(current: Sign, before: Sign, found: Sign) -> tuple[bool, bool]:
    """Say whether a page begins a new invoice, and whether that is sure."""
    if found.number and found.number == current.number:
        return False, True
    other = bool(found.number and current.number)
    complete = found.headed and bool(found.total)
    if found.place > 1:  # counts on: only a whole other invoice, stamped by a scanner, speaks against it
        goes_on = found.place == before.place + 1 and found.places == before.places
        return (other and complete, False) if goes_on else (other and complete, True)
    if found.place == 1:
        return (True, True) if other or complete or current.number else (found.headed, False)
    if other:
        return (True, True) if complete else (found.headed or bool(found.total), False)
    elsewhere = _other_seller(current, found)
    if complete and current.total and (elsewhere or found.receipt):
        return True, elsewhere
    return found.headed and bool(found.total and current.total and current.number), False


def goes_on(current: Sign, found: Sign) -> bool:
    """Say whether a photo is the next page of the one before: no number of its own, and no whole invoice in itself."""
    if found.words < _FEW_WORDS or found.separates or not (current.number or current.headed):
        return False
    if found.number:
        return found.number == current.number
    if found.place > 1:
        return found.place == (current.place or 1) + 1 or current.place == 0
    if found.place == 1 or _other_seller(current, found):
        return False
    return not found.is_whole and not (current.total and found.total and found.total != current.total)


def follows(current: Sign, found: Sign) -> bool:
    """Say whether a photo that came apart is the next page: both count, or bear one number and one has the total.

    Stricter than `goes_on`: photos that come one by one are invoices of their own, as a rule.
    """
    if not goes_on(current, found) or _other_seller(current, found):
        return False
    if found.place > 1:
        return found.place == current.place + 1 and found.places == current.places
    return bool(found.number) and not current.total and not found.is_whole


def together(current: Sign, found: Sign) -> Sign:
    """Return what pages that follow each other say; `found` is the later one, and its total the whole's."""
    return Sign(
        number=current.number or found.number,
        seller=current.seller or found.seller,
        iban=current.iban or found.iban,
        total=found.total or current.total,
        headed=current.headed or found.headed,
        receipt=current.receipt,
        place=found.place,
        places=found.places,
        words=current.words + found.words,
    )


def _other_seller(one: Sign, other: Sign) -> bool:
    """Say whether two pages are of different sellers, by their VAT ids or, where one has none, by their accounts."""
    if one.seller and other.seller:
        return one.seller != other.seller
    return bool(one.iban and other.iban) and one.iban != other.iban


def _place(text: str) -> tuple[int, int]:
    for match in (_PAGE_OF.search(text), _BARE_PAGE_OF.search(text)):
        if match and 0 < int(match[1]) <= int(match[2]):
            return int(match[1]), int(match[2])
    return 0, 0


def _type(fields: Fields) -> str:
    kind = fields.get(FieldName.DOCUMENT_TYPE)
    return kind.value or "" if kind else ""


def _sure(fields: Fields, name: FieldName, least: float = _SURE_NUMBER) -> str:
    field: Field | None = fields.get(name)
    return field.value or "" if field and field.confidence >= least else ""
