"""Labels on a page: the words of `languages/<lang>/reading.toml`, found in all five languages at once.

A document is often not in one language only (an English invoice of a German company, a bilingual form), so that the
language never hides a label. A label's roles say what the value beside it is, wanted or not: a date beside
`Leverdatum` is a delivery date, and therefore not the issue date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mailroom.extraction.layout import Segment, Sheet, Token
from mailroom.extraction.text import blur, compact, shortened
from mailroom.languages import Language, reading_data

_PARTIES = frozenset({"seller", "buyer", "delivery_to"})
_FREE = _PARTIES | {"name"}
_PAID_FOR = ("invoice", "credit_note", "receipt")
_FUZZY_FROM = 8  # letters; in shorter words one wrong letter makes another word
_LONGEST = 9  # words of a label
_LONGEST_REMARK = 6  # words
_TWO = 2
_LONGEST_TWIN = 4  # words, of the first language of a caption in two
_BETWEEN = "%"
"""The key of a rate, which may stand inside a label: `Totaal incl. 21 % btw`. It begins and ends none."""
_FIGURE = re.compile(r"\(?\d{1,2}(?:[.,]\d{1,2})?")
_RATE = re.compile(rf"{_FIGURE.pattern}%")


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A label and where it stands: tokens `first` up to before `last` of its segment."""

    roles: frozenset[str]
    languages: frozenset[Language]
    segment: Segment
    first: int
    last: int
    exact: bool = True

    @property
    def tokens(self) -> list[Token]:
        return self.segment.tokens[self.first : self.last]

    @property
    def text(self) -> str:
        return self.segment.text[self.segment.starts[self.first] : self.segment.ends[self.last - 1]].rstrip(" :.")

    @property
    def x0(self) -> float:
        return self.segment.tokens[self.first].x0

    @property
    def x1(self) -> float:
        return self.segment.tokens[self.last - 1].x1

    @property
    def ends_segment(self) -> bool:
        return self.last == len(self.segment.tokens)

    @property
    def twin(self) -> bool:
        """Whether it is the second half of a caption in two languages: `Nabywca / Buyer`."""
        before = self.segment.tokens[max(0, self.first - 1)].text
        return 0 < self.first <= _LONGEST_TWIN and before.endswith("/") and self.ends_segment

    @property
    def alone(self) -> bool:
        return (self.first == 0 or self.twin) and self.ends_segment

    @property
    def bracketed(self) -> bool:
        """Whether it stands in brackets, as a remark on what is before it: `Totaal (incl. 21 % btw)`."""
        return self.segment.tokens[self.last - 1].text.rstrip(":.").endswith(")") or self.text.startswith("(")

    @property
    def after(self) -> int:
        """The token after the label and a remark in brackets on how to write its value: `Data (ziua, luna, anul):`."""
        tokens = self.segment.tokens
        if self.ends_segment or not tokens[self.last].text.startswith("("):
            return self.last
        closed = (i for i in range(self.last, min(len(tokens), self.last + _LONGEST_REMARK)) if ")" in tokens[i].text)
        return next(closed, self.last - 1) + 1

    @property
    def colon(self) -> bool:
        tokens, after = self.segment.tokens, self.after
        following = tokens[after].text if after < len(tokens) else ""
        return tokens[self.last - 1].text.endswith(":") or tokens[after - 1].text.endswith(":") or following[:1] == ":"


@dataclass(frozen=True, slots=True)
class _Entry:
    roles: frozenset[str]
    languages: frozenset[Language]


@dataclass(frozen=True, slots=True)
class _Book:
    entries: dict[str, _Entry]
    prefixes: frozenset[str]
    forgiven: tuple[str, ...]
    """The labels of which OCR may misread a letter."""


@cache
def _book() -> _Book:
    roles: dict[str, set[str]] = {}
    languages: dict[str, set[Language]] = {}
    for language in Language:
        for role, phrase in (*_spelled(language), *_combined(language)):
            key = blur(phrase)
            roles.setdefault(key, set()).add(role)
            languages.setdefault(key, set()).add(language)
        for phrase in (p for kind in ("reverse_charge", "exempt") for p in reading_data(language)["phrases"][kind]):
            # `Autoliquidation 0 %   0,00` is the VAT line, `Kadaster (geen btw)  144,50` an amount without it.
            roles.setdefault(blur(phrase), set()).update(("vat", "levy"))
            languages.setdefault(blur(phrase), set()).add(language)
        for role, kind in (("invoice_word", "invoice"), ("credit_word", "credit_note")):
            for phrase in reading_data(language)["document_types"][kind]:
                roles.setdefault(blur(phrase), set()).add(role)
                languages.setdefault(blur(phrase), set()).add(language)
    known = frozenset(roles)
    for language in Language:
        for key in map(blur, _numbered(language)):
            if key not in known:  # `Rekening nr.` is the number of an account
                roles.setdefault(key, set()).add("invoice_number")
                languages.setdefault(key, set()).add(language)
    entries = {k: _entry(frozenset(roles[k]), frozenset(languages[k])) for k in roles if k}
    prefixes = frozenset(k[:i] for k in entries for i in range(1, len(k) + 1))
    return _Book(entries, prefixes, tuple(k for k in entries if k in known and len(k) >= _FUZZY_FROM))


@cache
def _entry(roles: frozenset[str], languages: frozenset[Language]) -> _Entry:
    """Return the one entry of these roles and languages: thousands of labels share a few hundred."""
    return _Entry(roles, languages)


def _spelled(language: Language) -> Iterator[tuple[str, str]]:
    for role, phrases in reading_data(language)["labels"].items():
        for phrase in phrases:
            yield role, phrase


def _combined(language: Language) -> Iterator[tuple[str, str]]:
    """Yield the labels that are made of two parts: every first part with every second."""
    for role, pairs in reading_data(language)["combine"].items():
        for firsts, seconds in pairs:
            for first in firsts:
                for second in seconds:
                    yield role, f"{first} {second}"


def _numbered(language: Language) -> Iterator[str]:
    """Yield the titles of what is paid with the words for a number: `Schlussrechnung Nr.`, `Quittungsnummer`."""
    data = reading_data(language)
    titles = (title for kind in _PAID_FOR for title in data["document_types"][kind])
    return (f"{title} {word}" for title in titles for word in data["phrases"]["numbered"])


@cache
def _fuzzy_book() -> dict[str, str]:
    return {short: k for k in _book().forgiven for short in shortened(k)}


def find_labels(sheet: Sheet) -> dict[int, list[Label]]:
    """Return the labels of a page by row, from left to right; of overlapping ones the longest."""
    return {index: [label for segment in row for label in _in_segment(segment)] for index, row in enumerate(sheet.rows)}


def _in_segment(segment: Segment) -> Iterator[Label]:
    keys = _keys(segment)
    at = 0
    while at < len(keys):
        found = _exact(keys, at) or _in_two_languages(segment, at) or (_fuzzy(keys, at) if segment.sheet.ocr else None)
        label = found and _label(segment, at, found)
        if label:
            yield label
            at = label.last
        else:
            at += 1


def _keys(segment: Segment) -> list[str]:
    """Return what of each word is compared."""
    keys = [blur(token.text) for token in segment.tokens]
    if "%" in segment.text:
        for at, token in enumerate(segment.tokens):
            if token.text == "%" and at and _FIGURE.fullmatch(segment.tokens[at - 1].text):
                keys[at - 1] = keys[at] = _BETWEEN
            elif _RATE.fullmatch(token.text):
                keys[at] = _BETWEEN
    return keys


def _exact(keys: list[str], at: int) -> tuple[int, _Entry, bool] | None:
    book = _book()
    key, best = "", None
    for last in range(at, min(len(keys), at + 2 * _LONGEST)):
        if keys[last] == _BETWEEN and key:
            continue
        key += keys[last]
        if key not in book.prefixes:
            break
        entry = book.entries.get(key)
        if entry and keys[at]:
            best = (last + 1, entry, True)
    return best


def _in_two_languages(segment: Segment, at: int) -> tuple[int, _Entry, bool] | None:
    """`BTW/TVA`, `NR/NO`: one word in two languages is the label that both are."""
    if "/" not in segment.tokens[at].text:
        return None
    halves = [blur(half) for half in segment.tokens[at].text.strip("():").split("/")]
    known = [entry for half in halves if len(half) > 1 and (entry := _book().entries.get(half))]
    if len(halves) != _TWO or len(known) != _TWO:
        return None
    roles = known[0].roles & known[1].roles
    return (at + 1, _Entry(roles, known[0].languages | known[1].languages), True) if roles else None


def _fuzzy(keys: list[str], at: int) -> tuple[int, _Entry, bool] | None:
    book, fuzzy = _book(), _fuzzy_book()
    key, best = "", None
    for last in range(at, min(len(keys), at + 4)):
        key += keys[last]
        if len(key) < _FUZZY_FROM - 1 or not keys[last] or not keys[at]:
            continue
        hit = next((fuzzy[s] for s in shortened(key) if s in fuzzy), None)
        if hit:
            best = (last + 1, book.entries[hit], False)
    return best


def _label(segment: Segment, at: int, found: tuple[int, _Entry, bool]) -> Label | None:
    last, entry, exact = found
    label = Label(entry.roles, entry.languages, segment, at, last, exact)
    roles = entry.roles
    if roles & _FREE and not _stands_free(label):
        roles = roles - _FREE
    # `Pharmacie de la Poste`: small words count as a caption only before a figure.
    if roles <= {"date", "other_date"} and len(compact(label.text)) <= 4 and not _before_digits(label):
        return None
    return Label(roles, entry.languages, segment, at, last, exact) if roles else None


def _stands_free(label: Label) -> bool:
    """A party's label opens its line: `an` inside a sentence names nobody, nor does a stray letter of OCR."""
    if len(label.text) <= 2 and label.segment.sheet.ocr and not label.colon:
        return False
    return (label.first == 0 or label.twin) and (label.ends_segment or label.colon)


def _before_digits(label: Label) -> bool:
    """`le`, `du`, `vom`, `Data` count where a value may follow: before a digit, at the end, or before a colon."""
    if label.after == len(label.segment.tokens) or label.colon:
        return True
    return label.segment.tokens[label.after].text[:1].isdigit()
