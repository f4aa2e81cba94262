"""Issue date (BT-2) and due date (BT-9): every date on the page, told apart by its label and its place.

`03/04/26` is read by the language's order unless the document itself shows the other one (`03/20/2023`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from mailroom.extraction.beside import pair
from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.labels import Label
from mailroom.extraction.layout import Segment, below
from mailroom.extraction.numbers import quotes_original
from mailroom.extraction.payment_terms import ends_term, for_discount, says_when_to_pay, terms, was_paid
from mailroom.extraction.text import compact, fold, is_one_edit
from mailroom.languages import Language, reading_data

ISSUE = ("issue_date", "date")
DUE = ("due_date",)
_OTHER = ("delivery_date", "order_date", "other_date", "cash_discount")
_FIRST_YEAR, _LAST_YEAR = 1995, 2049

_SEP = r"\s{0,2}[./\-–,·]\s{0,2}"
_ISO = re.compile(rf"(?<!\d)((?:19|20)\d\d){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})(?!\d)")
_NUMERIC = re.compile(rf"(?<![\d.,/])(\d{{1,2}}){_SEP}(\d{{1,2}}){_SEP}'?((?:19|20)\d\d|\d\d)(?![\d/]|[.,]\d)")
_SMUDGED = re.compile(r"(?<!\d)(\d{1,2})[.:;,]\s?(\d{1,2})[.:;,]\s?(20\d\d)(?!\d)")  # `23:12;2025` on a picture
_SPACED = re.compile(r"(?<![\d.,])(\d{2}) (\d{2}) (20\d\d)(?!\d)")
# Of a till, on a picture that lost the stops: a time of day follows.
_RUN_TOGETHER = re.compile(r"(?<![\d.,/])(\d\d)[./\- ]?(\d\d)[./\- ]?((?:20)?\d\d)(?=\s{1,3}\d{1,2}[:.hu]\d\d(?!\d))")
# On a picture: `17/10/20 25`.
_SPLIT_YEAR = re.compile(r"(?<![\d.,/])(\d{1,2})([./-])(\d{1,2})\2(20 \d\d)(?![\d:.,hu/])")
_NOUGHT_IN_MONTH = re.compile(r"(?<!\d)0(?=[A-Za-z]{2}(?![A-Za-z]))|(?<=[A-Za-z])0(?=[A-Za-z])")  # `17-0CT-2025`
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|ère|e)?\s{0,2}[.\-/]?\s{0,2}(?:de |of )?([A-Za-zÀ-žșț]{3,12})"
    r"\s{0,2}[.\-/,+–—]?\s{0,2}(?:de )?'?((?:19|20)\d\d|\d\d)(?!\d)"
)
_MONTH_FIRST = re.compile(
    r"([A-Za-zÀ-žșț]{3,12})\.?\s{0,2}[\-/]?(\d{1,2})(?:st|nd|rd|th)?\s{0,2}[,.\-/]?\s{1,2}'?((?:19|20)\d\d)(?!\d)"
)
_ROMAN = re.compile(
    r"(?<![\d.,/])(\d{1,2})\s?[./\- ]\s?(VI{0,3}|I[VX]|XI{0,2}|I{1,3})\s?[./\- ]\s?((?:19|20)\d\d)(?!\d)"
)
_ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_COMPACT = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
# `7/10/2026` on a picture that took the strokes for ones, where a label calls it a day.
_ONES_FOR_STROKES = re.compile(r"(?<!\d)(\d{1,2})1(\d{1,2})1(20\d\d)(?!\d)")
_LEAST_OF_ONES = 9  # digits: `21112026` has no strokes
_LETTERS_IN_NUMBERS = str.maketrans("OoQDlI|SB", "000011158")


@cache
def _months() -> dict[str, int]:
    names: dict[str, int] = {}
    for language in Language:
        for number, forms in enumerate(reading_data(language)["months"], 1):
            for form in forms:
                names.setdefault(fold(form), number)
    return names


@cache
def _months_of(length: int) -> tuple[str, ...]:
    return tuple(name for name in _months() if len(name) == length and length >= 4)


@cache
def month_number(word: str) -> int | None:
    """Return the month that a word names in any of the languages, one wrong letter forgiven in long names."""
    key = fold(word).strip(".")
    known = _months()
    if key in known:
        return known[key]
    if len(key) < 4:
        return None
    near = {known[name] for n in (-1, 0, 1) for name in _months_of(len(key) + n) if is_one_edit(key, name)}
    return near.pop() if len(near) == 1 else None


def find_dates(sight: Sight, day_first: bool = True) -> list[Candidate]:
    """Return every date on the pages with its labels, in reading order."""
    raw = [hit for sheet in sight.sheets for segment in sheet.segments for hit in _in_segment(segment)]
    orders = [h[2] for h in raw if h[2][1]]
    month_first = any(a <= 12 < b and _date(y, a, b) for a, b, y in orders) and not any(a > 12 for a, _, _ in orders)
    found = []
    for segment, (start, end), (a, b, year), value in raw:
        day = value or _numeric(a, b, year, day_first=day_first and not month_first)
        if day:
            first, last = segment.span(start, end)
            text = segment.text[start:end]
            candidate = pair(sight, Candidate(day.isoformat(), segment, first, last, text, start=start))
            if not text.isdigit() or len(text) < _LEAST_OF_ONES or candidate.strength(*ISSUE, *DUE) >= _NAMED:
                found.append(candidate)
    return found + [pair(sight, broken) for sheet in sight.sheets for s in sheet.segments for broken in _broken(s)]


_NO_YEAR = re.compile(r"(?:\d{1,2}\.?\s{1,2}(?:de\s)?[^\W\d]{3,10}\.?|[^\W\d]{3,10}\.?\s\d{1,2},?)$")
_YEAR = re.compile(r"(?:19|20)\d\d")


def _broken(segment: Segment) -> Iterator[Candidate]:
    """Yield a date whose year stands on the next line of a narrow cell: `December 14,` / `2023`."""
    head = _NO_YEAR.search(segment.text) if segment.digits else None
    year, more = _year_under(segment) if head else ("", [])
    if head is None or not year:
        return
    text = f"{head[0]} {year}"
    for _, _, day in _matches(text, ocr=False):
        if day:
            first, last = segment.span(*head.span())
            yield Candidate(day.isoformat(), segment, first, last, text, more=more, start=head.start())
            return


def _year_under(segment: Segment) -> tuple[str, list[Segment]]:
    """Return the year on the next line, and that line if it is all there is on it."""
    under = below(segment, reach=1.7)
    if under is not None and _YEAR.fullmatch(under.text):
        return under.text, [under]
    rows = segment.sheet.rows
    following = rows[segment.row + 1][0] if segment.row + 1 < len(rows) else None
    if following is not None and _wraps(segment, following):
        return following.text, [following]
    if following is None or segment.place or len(segment.tokens) < _LINE_OF_TEXT:
        return "", []
    letter = segment.tokens[0].letter
    aligned = abs(following.x0 - segment.x0) < 2 * letter and following.y0 - segment.y1 < segment.sheet.line
    opening = _YEAR.match(following.text) if aligned else None
    return (opening[0], []) if opening and not following.text[4:5].isalnum() else ("", [])


def _wraps(segment: Segment, following: Segment) -> bool:
    """Say whether a till broke its line at the end of the paper: `BON 2205   za 26 apr`, alone under it `2025`."""
    last = segment.sheet.rows[segment.row][-1] is segment
    alone = len(segment.sheet.rows[following.row]) == 1 and _YEAR.fullmatch(following.text) is not None
    return last and alone and following.y0 - segment.y1 < segment.sheet.line


_LINE_OF_TEXT = 5
"""Words of a line, at least, after which a text goes on at the left of the next one."""


_Hit = tuple[Segment, tuple[int, int], tuple[int, int, int], date | None]


def _in_segment(segment: Segment) -> Iterator[_Hit]:
    """Yield dates of a segment; a purely numeric one stays open (a, b, year) until the order is known."""
    text = segment.text
    if not segment.digits:
        return
    taken: list[tuple[int, int]] = []
    for match, parts, value in _matches(text, segment.sheet.ocr):
        span = match.span()
        if (value or parts[1]) and not any(span[0] < e and s < span[1] for s, e in taken):
            taken.append(span)
            yield segment, span, parts, value


_Match = tuple[re.Match[str], tuple[int, int, int], date | None]
_NO_PARTS = (0, 0, 0)


def _matches(text: str, ocr: bool) -> Iterator[_Match]:
    yield from _in_figures(text.translate(_LETTERS_IN_NUMBERS) if ocr else text, ocr)
    for match in _ONES_FOR_STROKES.finditer(text) if ocr else ():
        yield match, _NO_PARTS, _with_ones(match[0])
    yield from _in_words(_NOUGHT_IN_MONTH.sub("O", text) if ocr else text)


def _in_figures(text: str, ocr: bool) -> Iterator[_Match]:
    for match in _ISO.finditer(text):
        yield match, _NO_PARTS, _date(int(match[1]), int(match[2]), int(match[3]))
    for match in _SPLIT_YEAR.finditer(text) if ocr else ():
        yield match, (int(match[1]), int(match[3]), int(match[4].replace(" ", ""))), None
    for pattern in (_NUMERIC, _SPACED, *((_SMUDGED, _RUN_TOGETHER) if ocr else ())):
        for match in pattern.finditer(text):
            yield match, (int(match[1]), int(match[2]), int(match[3])), None


def _in_words(text: str) -> Iterator[_Match]:
    for match, month in _named(_DAY_FIRST, 2, text):
        yield match, _NO_PARTS, _date(int(match[3]), month, int(match[1]))
    for match, month in _named(_MONTH_FIRST, 1, text):
        yield match, _NO_PARTS, _date(int(match[3]), month, int(match[2]))
    for match in _ROMAN.finditer(text):
        yield match, _NO_PARTS, _date(int(match[3]), _ROMAN_MONTHS.index(match[2]) + 1, int(match[1]))
    for match in _COMPACT.finditer(text):
        yield match, _NO_PARTS, _date(int(match[1]), int(match[2]), int(match[3]))


def _with_ones(digits: str) -> date | None:
    """Return the one day that the digits are if two ones in them are strokes."""
    splits = [(a, b) for a in (1, 2) for b in (1, 2) if a + b + 6 == len(digits) >= _LEAST_OF_ONES]
    parts = [(digits[:a], digits[a : a + 1], digits[a + 1 : a + 1 + b], digits[-5], digits[-4:]) for a, b in splits]
    days = [_date(int(y), int(m), int(d)) for d, one, m, other, y in parts if one == other == "1"]
    found = [day for day in days if day]
    return found[0] if len(found) == 1 else None


def _named(pattern: re.Pattern[str], group: int, text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield what has a month's name in its group; `74 due 20` must not hide the `20 August 2022` that it runs into."""
    match = pattern.search(text)
    while match:
        month = month_number(match[group])
        if month:
            yield match, month
        match = pattern.search(text, match.end() if month else match.start() + 1)


def _date(year: int, month: int, day: int) -> date | None:
    if year < 10:
        return None  # `11.14.00` is a time of day
    year += 2000 if year < 100 else 0
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _numeric(a: int, b: int, year: int, *, day_first: bool) -> date | None:
    if day_first:
        return _date(year, b, a) or _date(year, a, b)
    return _date(year, a, b) or _date(year, b, a)


_PAID_ON = 1.0


def surely(dates: list[Candidate]) -> list[Candidate]:
    """Leave out what only looks like a day: `Rechnung-Nr.: 20260318` is a number that a label calls one."""
    return [c for c in dates if not (_COMPACT.fullmatch(c.text) and c.strength(*_NUMBERING) >= _NAMED)]


def score_issue(
    dates: list[Candidate], sight: Sight, *, receipt: bool, corrected: Sequence[Candidate] = ()
) -> list[Candidate]:
    """Return the candidates for the issue date, best first, with points as score.

    `corrected` are the numbers of the invoices that a credit note corrects, beside which their days stand.
    """
    heads = Counter(id(b.label) for d in dates for b in d.beside if b.above)
    for found in dates:
        listed = any(heads[id(b.label)] >= _LISTED for b in found.beside if b.above)
        found.score = _issue_points(found, sight, receipt=receipt, listed=listed)
        found.score -= _CORRECTED * any(_day_of(found, number) for number in corrected)
    if not any(found.score > 0 for found in dates):
        for found in dates:  # what was paid at once is dated by its payment, where nothing else dates it
            found.score = _PAID_ON if found.strength(*_OTHER) >= _NAMED and was_paid(found) else found.score
    return sorted(dates, key=lambda c: -c.score)


_CORRECTED = 7.0


def _day_of(found: Candidate, number: Candidate) -> bool:
    """Say whether a day is that of a number: right of it, in its line or in the next cell of its row."""
    if (found.page, found.segment.row) != (number.page, number.segment.row):
        return False
    words = [t for s in found.segment.sheet.rows[found.segment.row] for t in s.tokens if number.x1 <= t.x0 < found.x0]
    return number.x1 <= found.x0 and len(words) <= _TO_ITS_DAY and not any(c.isdigit() for t in words for c in t.text)


_TO_ITS_DAY = 4  # words: `RE-1039 vom 03.02.2026`, `FA003377, date de facture : 24/06/2026`
_LISTED = 3
"""Days under one header are those of a list: of journeys, of payments."""


def _issue_points(found: Candidate, sight: Sight, *, receipt: bool, listed: bool) -> float:
    points = -1.0
    of_item = listed or _of_item(found, sight)
    named = found.strength("issue_date") * (0.2 if of_item else 1.0)
    points += 6.0 * named + _date_word(found) * (named < 0.5 and not of_item)
    small = _small_word(found, sight) or (receipt and _led_by_small_word(found))
    other = found.strength("due_date", *_OTHER) * (named < 0.6 and not small)
    if receipt and found.best(("order_date",)):
        other = 0.0  # a ticket is paid when it is ordered: `Besteld op 27/11/2025`, to travel later
    # A slip tells when it was printed, even where it calls that the departure: `Plecare 05.02.2026  08:10`.
    points -= (2.0 if receipt and _has_time(found) else 5.0) * other
    points -= 6.0 * ends_term(found) + 4.0 * quotes_original(found, sight)
    points += 2.5 if _dateline(found) or _under_title(found, sight) else 0.0
    points += 2.5 * _beside_number(found, sight)
    points -= 0.8 * found.strength(
        "order_number", "delivery_number", "contract_number", "customer_number", "other_number"
    )
    points += 1.0 if found.page == 1 else -0.8
    points += 0.8 * (1 - found.y0) if found.page == 1 else 0.0
    points += 2.0 if receipt and _has_time(found) else 0.0
    points -= 1.2 if _COMPACT.fullmatch(found.text) and not found.strength("issue_date", "date") else 0.0
    points -= 1.0 if _in_sentence(found) else 0.0
    points -= 1.0 if _in_range(found) else 0.0
    points -= 3.0 if found.segment.sheet.ocr and _torn(found) else 0.0
    return points


def _torn(found: Candidate) -> bool:
    """`16.06. 6.06.2025`: a picture gave the day twice, once whole and once without its beginning."""
    return _FRAGMENT.search(found.segment.text[: found.start]) is not None


_FRAGMENT = re.compile(r"\d[./-]\s?\d{1,2}[./-]?\s*$")


def _of_item(found: Candidate, sight: Sight) -> bool:
    """`Datum | Leistung | Menge`: a column of the item table."""
    above = next((b.label for b in found.beside if b.above), None)
    return above is not None and any(a.roles & _ITEM_COLUMNS for a in sight.labels_of(above.segment) if a is not above)


_ITEM_COLUMNS = frozenset({"description", "quantity", "unit_price"})


def _small_word(found: Candidate, sight: Sight) -> bool:
    """`FACTURE 26-00412   du 03.04.26`: the small word leads from the number to its day, not to a period."""
    beside = found.best(("other_date",))
    return beside is not None and len(beside.label.text) <= _SMALL and _beside_number(found, sight)


def _led_by_small_word(found: Candidate) -> bool:
    """`Ticket 0311 du 03/09/2025`: on a slip no small word leads to a period."""
    beside = found.best(("other_date",))
    return beside is not None and len(beside.label.text) <= _SMALL and not beside.above


_SMALL = 4  # letters


def _date_word(found: Candidate) -> float:
    """`Datum` says more than a small word (`vom`, `le`, `din`) that may stand before any date."""
    beside = found.best(("date",))
    if beside is None:
        return 0.0
    weight = 3.5 if len(compact(beside.label.text)) > 3 or beside.label.colon or beside.label.alone else 1.5
    return weight * beside.strength


def _beside_number(found: Candidate, sight: Sight) -> bool:
    """`Rechnung Nr. 12 vom 3.4.2026`: the date of the number to its left."""
    for label in sight.labels_of(found.segment):
        if label.first > _INTO_SENTENCE and label.roles <= {"invoice_word"}:
            continue  # `Cet avoir annule la facture FA001904 du 11/12/2025`
        if label.roles & {"invoice_number", "invoice_word", "number", "credit_word"} and label.x1 <= found.x0:
            row = found.segment.sheet.rows[found.segment.row]
            words = [t for s in row for t in s.tokens if label.x1 <= t.x0 < found.x0]
            if 1 <= len(words) <= 5 and any(sum(c.isdigit() for c in t.text) >= 3 for t in words):
                return True
    return found.first <= 1 and _under_number(found, sight)


_INTO_SENTENCE = 2  # words before a word for an invoice that names this one


def _under_number(found: Candidate, sight: Sight) -> bool:
    """The line over it in its column ends with the number: `Rechnung Nr. 12` / `vom 3.4.2026`."""
    beside = found.best(("date", "other_date"))
    if found.beside and (
        beside is None or not ("date" in beside.label.roles or len(beside.label.text) <= _SMALL) or beside.above
    ):
        return False
    if not found.beside and len(found.segment.tokens) > found.last - found.first:
        return False  # without a word that leads to it, it is alone in its line
    x0 = beside.label.x0 if beside else found.x0
    rows = found.segment.sheet.rows
    row = rows[found.segment.row - 1] if found.segment.row else []
    over = [s for s in row if s.x0 < found.x1 and s.x1 > x0]
    labelled = any(a.roles & _NUMBERING or _is_titled(a, sight) for s in over for a in sight.labels_in(s))
    near = bool(over) and found.y0 - over[0].y1 < 1.5 * found.segment.sheet.line
    return labelled and near and over[-1].tokens[-1].text[-1:].isdigit()


def _is_titled(label: Label, sight: Sight) -> bool:
    """`FACTUUR` over `Nr. 26/118`: a bare `Nr.` under the title is that of the document."""
    segment = label.segment
    if "number" not in label.roles or label.first or not segment.row:
        return False
    over = (s for s in segment.sheet.rows[segment.row - 1] if s.x0 < segment.x1 and s.x1 > segment.x0)
    return any(a.roles & _NUMBERING for s in over for a in sight.labels_in(s))


_NUMBERING = frozenset({"invoice_number", "invoice_word", "credit_word"})


def _under_title(found: Candidate, sight: Sight) -> bool:
    """`AVOIR` / `09/07/2026` / `#AV000214`: a day alone in its line right under the title, alone in its own."""
    segment = found.segment
    if found.beside or not segment.row or len(segment.tokens) > found.last - found.first or found.page > 1:
        return False
    over = [s for s in segment.sheet.rows[segment.row - 1] if s.x0 < segment.x1 and s.x1 > segment.x0]
    titles = [a for s in over for a in sight.labels_in(s) if a.alone and a.roles & _TITLES]
    return bool(titles) and segment.y0 - over[-1].y1 < 1.5 * segment.sheet.line


_TITLES = frozenset({"invoice_word", "credit_word"})


def _has_time(found: Candidate) -> bool:
    row = found.segment.sheet.rows[found.segment.row]
    return any(re.search(r"\b\d{1,2}:\d\d", t.text) for s in row for t in s.tokens)


_PLACE = re.compile(r"^[^\W\d][^\d,:;]{1,30},\s(?:le|den|am|de|the|on|la|li)?\s?$", re.IGNORECASE)


def _dateline(found: Candidate) -> bool:
    """`Namur, le 12 mai 2026`: the head of a letter, alone in its line."""
    text = found.segment.text
    alone = not text[found.start + len(found.text) :].strip(" .")
    before = text[: found.start]
    if found.segment.place:
        left = found.segment.sheet.rows[found.segment.row][found.segment.place - 1]
        before = f"{left.text} {before}" if left.text.endswith(",") else before
    return alone and found.page == 1 and _PLACE.match(before) is not None


def _in_sentence(found: Candidate) -> bool:
    return len(found.segment.tokens) > 8


def _in_range(found: Candidate) -> bool:
    """`01.01.2026 - 31.01.2026` is a period."""
    text = found.segment.text
    after = text[found.start + len(found.text) :].lstrip()
    before = text[: found.start].rstrip()
    return bool(re.match(rf"{_TO}\W*\d", after)) or bool(re.search(rf"\d\W*{_TO}$", before))


_TO = r"(?:-|–|au|tot(?: en met)?|bis(?: zum)?|to|t/m|until|till|jusqu'au|p[ăa]n[ăa](?: la)?)"


def _for_discount(found: Candidate, sight: Sight) -> bool:
    """`2 % Skonto bei Zahlung bis 3.4.2026` says when the discount ends, not when the invoice is due."""
    left = [a for a in sight.labels_of(found.segment) if a.roles & {"cash_discount", "discount"} and a.x0 < found.x0]
    return for_discount(found) or any(a.segment is not found.segment for a in left)


_WITHOUT_YEAR = re.compile(
    r"(?<![\d.,/])(\d{1,2})(?:\s?[./]\s?(\d{1,2})\.?|(?:\.|st|nd|rd|th|er)?\s(?:de |of )?([^\W\d]{3,10})(?!\w)\.?)"
    r"(?![\d/]|\.\s{0,2}(?:19|20)\d\d|[.,]\d|\s{0,2}(?:19|20)\d\d|\s?[%€$£])"
)
_LONGEST_WAIT = 200  # days


def due_without_year(sight: Sight, issue: date) -> Candidate | None:
    """Return the day of `Bitte zahlen Sie bis zum 25.02.`: its year is that of the first such day after the issue."""
    for sheet in sight.sheets:
        for segment in (s for s in sheet.segments if s.digits):
            for match in _WITHOUT_YEAR.finditer(segment.text):
                month = int(match[2]) if match[2] else month_number(match[3])
                days = (_date(year, month, int(match[1])) for year in (issue.year, issue.year + 1)) if month else ()
                day = next((d for d in days if d and 0 <= (d - issue).days <= _LONGEST_WAIT), None)
                if day is None:
                    continue
                first, last = segment.span(*match.span())
                found = Candidate(day.isoformat(), segment, first, last, match[0], start=match.start())
                if says_when_to_pay(found) or pair(sight, found).strength("due_date") >= _NAMED:
                    return found
    return None


_NAMED = 0.8


def score_due(dates: list[Candidate], sight: Sight, issue: str | None) -> list[Candidate]:
    """Return the candidates for the due date, best first; only a label or a sentence about paying makes one."""
    agreed = terms(sight, date.fromisoformat(issue)) if issue else set()
    for found in dates:
        asked = says_when_to_pay(found) and not _called_otherwise(found)
        points = -4.0 + max(8.0 * found.strength("due_date"), 6.4 * asked)
        points += (2.0 if points > 0 else 5.5) * (found.value in agreed)
        points -= 5.0 * _for_discount(found, sight) + 6.0 * was_paid(found)
        named = found.strength("due_date") >= 0.6 or asked
        points -= 4.0 * found.strength("issue_date", *_OTHER) * (not named)
        points -= 4.0 * (_in_range(found) and found.strength("due_date") < 0.6)  # `closed from 3 until 10 August`
        if issue:
            points += 0.8 if found.value > issue else (0.0 if found.value == issue else -3.0)
            points -= 2.0 if found.value[:4] > str(int(issue[:4]) + 1) else 0.0
        found.score = points
    return sorted(dates, key=lambda c: -c.score)


def _called_otherwise(found: Candidate) -> bool:
    """`Next payment: 3 May 2026`: its caption, and no word of a sentence, says that it is another day."""
    beside = found.best(_OTHER)
    if beside is None or beside.strength < _SURE:
        return False
    return beside.label.first == 0 and beside.label.colon and len(beside.label.text) > _SMALL


_SURE = 0.9
