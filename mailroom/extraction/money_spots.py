"""Which places of a text layer are compared with the picture of their page: those on which money depends. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailroom.domain.document import FieldName, Fields, Region
from mailroom.domain.reading import Page, PageSource, Reading, Word

MONEY_FIELDS = (FieldName.IBAN, FieldName.PAYABLE_AMOUNT, FieldName.TOTAL_AMOUNT, FieldName.PAYMENT_REFERENCE)
"""What an accountant pays, to whom and with which reference: the order in which a person is told."""
_LETTERS_ACROSS = 3


@dataclass(frozen=True, slots=True)
class MoneySpot:
    """The words of a text layer from which a field's value was taken, in one line of the page."""

    field: FieldName
    page: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """Return the words as they stand."""
        return " ".join(word.text for word in self.words)


def money_spots(reading: Reading, fields: Fields) -> list[MoneySpot]:
    """Return where the text layer says what is to be paid; a place that two fields share is named once."""
    pages = {page.number: page for page in reading.pages if page.source is PageSource.TEXT_LAYER}
    found: dict[tuple[int, tuple[Word, ...]], MoneySpot] = {}
    for name in MONEY_FIELDS:
        field = fields.get(name)
        if field is None or field.value is None:
            continue
        for evidence in field.evidence:
            page = pages.get(evidence.page or 0)
            if page is None or evidence.region is None or evidence.proof == "payment_code":
                continue
            for words in _lines(page, evidence.region, (evidence.text, field.value)):
                found.setdefault((page.number, words), MoneySpot(name, page.number, words))
            break  # the place that the value was taken from; the others only support it
    return list(found.values())


def _lines(page: Page, region: Region, said: Sequence[str]) -> Iterator[tuple[Word, ...]]:
    """Yield the words of a region that are of the value, line by line; not those that climb the edge of the paper."""
    x0, y0, x1, y1 = region
    inside: dict[int, list[Word]] = {}
    for word in page.words:
        if x0 <= (word.x0 + word.x1) / 2 <= x1 and y0 <= (word.y0 + word.y1) / 2 <= y1:
            inside.setdefault(word.line, []).append(word)
    for words in inside.values():
        told = tuple(word for word in words if _digits(word.text))
        across = all(len(w.text) < _LETTERS_ACROSS or _wide(page, w) for w in words)
        if told and across and any(_digits("".join(w.text for w in told)) in _digits(one) for one in said):
            yield tuple(w for w in words if _digits(w.text) or w.text in "".join(said))  # no label, no currency


def _wide(page: Page, word: Word) -> bool:
    return (word.y1 - word.y0) * page.height <= 1.8 * (word.x1 - word.x0) * page.width


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())
