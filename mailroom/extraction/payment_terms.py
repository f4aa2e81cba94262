"""Due dates in sentences: `please transfer 121.00 by 5 July`, `30 days after the invoice date`, `payable on receipt`.

A date in a sentence is a due date when the sentence speaks of paying and a word such as `by` leads to the date. Where
no date is printed, the term in days gives it from the issue date; such a date is derived and never quite sure. What a
clause says of a discount for early payment, or of a payment that came in, is no due date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.iban import holds_account
from mailroom.extraction.layout import Segment
from mailroom.extraction.text import fold
from mailroom.languages import Language, reading_data

_LONGEST_TERM = 180  # days
_DISCOUNT = re.compile(r"\d\s?%|skonto|escompte|discount|korting|reducere|scont\b")
_SENTENCE = re.compile(
    r";|\s[–—-]\s(?!\d)|(?<=[^\W\d]{3})(?<!dvs)(?<!incl)(?<!inkl)(?<!excl)[.!]\s+|(?<=[\d)])\.\s+(?=[^\W\d])"
)
_CLAUSE = re.compile(r"[,;|]\s+|\s[–—-]\s(?!\d)|\s+(?:oder|or|ou|of|sau|sinon|sonst|anders|altfel)\s+")
_LONGEST_TEXT = 240  # letters before and after a date that are of its sentence
_LONGEST_LEAD = 90  # letters from the beginning of a term to its day
_LONG_LINE = 8  # words: a shorter line is the last one of its text
_LONGEST_CAPTION = 5  # words: `Délai de paiement: 3/5/2026`
_LONGEST_REMARK = 8  # words: `Payable on receipt` stands alone, conditions of sale run on


@dataclass(slots=True)
class Term:
    """A term of payment: its days after the issue date, and where it is printed."""

    due: date
    at: Candidate


def _phrases(kind: str) -> list[str]:
    found = {fold(p) for language in Language for p in reading_data(language)["phrases"][kind]}
    return sorted(found, key=len, reverse=True)


def _any_of(phrases: list[str]) -> str:
    return "|".join(re.escape(p) for p in phrases)


@cache
def _paying() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{_any_of(_phrases('paying'))})")


@cache
def _leading() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{_any_of(_phrases('pay_until'))})[\s:]*$")


@cache
def _count_words() -> dict[str, int]:
    return {
        fold(word): int(days)
        for language in Language
        for days, words in reading_data(language)["days_in_words"].items()
        for word in words
    }


@cache
def _terms() -> re.Pattern[str]:
    words = _any_of(sorted(_count_words(), key=len, reverse=True))
    # `30`, `thirty`, `thirty (30)`, `30 (thirty)`
    count = rf"(?:\(?\d{{1,3}}\)?(?:\s\([a-z -]+\))?|(?:{words})(?:\s\(\d{{1,3}}\))?)"
    # The number stands once for all phrases that begin alike: with it in each, a search takes 13 times as long.
    endings: dict[str, list[str]] = {}
    for phrase in _phrases("due_days"):
        before, _, after = phrase.partition("{n}")
        endings.setdefault(re.escape(before), []).append(after)
    spelled = "|".join(f"{before}{count}(?:{_any_of(after)})" for before, after in endings.items())
    return re.compile(rf"(?<![a-z\d])(?:{spelled})(?![a-z])".replace(r"\ ", r"\s+"))


@cache
def _term_words() -> re.Pattern[str]:
    """Return a pattern of words of which each term has one: of every phrase the word that the most phrases share."""
    words = [re.findall(r"[a-z]+", phrase.replace("{n}", " ")) for phrase in _phrases("due_days")]
    counts = Counter(word for phrase in words for word in phrase)
    chosen = {max(phrase, key=lambda word: (counts[word], len(word))) for phrase in words}
    return re.compile(rf"(?<![a-z])(?:{_any_of(sorted(chosen))})(?![a-z])")


def _terms_in(text: str) -> Iterator[re.Match[str]]:
    """Yield the terms of a folded text. The pattern is large: a text without one of their words is not searched."""
    return _terms().finditer(text) if _term_words().search(text) else iter(())


def _days(words: str) -> int:
    """Return the days of a term, whose number it begins with, in figures or in words; a week has seven."""
    figures = re.search(r"\d+", words)
    count = int(figures[0]) if figures else next(n for word, n in _by_length() if re.search(rf"\b{word}\b", words))
    return 7 * count if _weeks().search(words) else count


@cache
def _weeks() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{_any_of(_phrases('weeks'))})(?![a-z])")


@cache
def _by_length() -> list[tuple[str, int]]:
    return sorted(_count_words().items(), key=lambda w: -len(w[0]))


@cache
def _leads_from_term() -> re.Pattern[str]:
    """What may stand between a term and its day: `30 days (by 5 July)`, `quinze jours, soit pour le 5 juillet`."""
    return re.compile(rf"(?:[\s:()=,\-–.]|(?:{_any_of(_phrases('pay_until') + _phrases('that_is'))})(?![a-z]))*$")


@cache
def _paid() -> re.Pattern[str]:
    # `To be paid on 3 April` is still to come.
    return re.compile(rf"(?<![a-z])(?<!be )(?<!etre )(?<!worden )(?:{_any_of(_phrases('paid'))})(?![a-z])")


@cache
def _in_full() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{_any_of(_phrases('without_discount'))})(?![a-z])")


def _piece(text: str, at: int, cut: re.Pattern[str]) -> str:
    """Return the piece of a text that holds a place, between two cuts."""
    start = max((m.end() for m in cut.finditer(text) if m.end() <= at), default=0)
    end = min((m.start() for m in cut.finditer(text) if m.start() > at), default=len(text))
    return text[start:end]


def for_discount(found: Candidate) -> bool:
    """Tell whether a date ends a discount: `2 % Skonto bis 3.4.2026`, but not `, netto bis 3.5.2026` after it."""
    text, at = _with_line_over(found)
    return _discounted(text, at)


def _discounted(text: str, at: int) -> bool:
    """Tell whether a place belongs to a discount: `8 Tage 2 % Skonto, 30 Tage netto` has one term of each kind."""
    if not _DISCOUNT.search(_piece(text, at, _SENTENCE)):
        return False
    clause = _in_full().sub(" ", _piece(text, at, _CLAUSE), 1)
    return clause == _piece(text, at, _CLAUSE) or _DISCOUNT.search(clause) is not None


def was_paid(found: Candidate) -> bool:
    """Tell whether a sentence says that the payment came in on a date: `Payment received on 3 April`."""
    text, at = _with_line_over(found)
    return _paid().search(_piece(text, at, _SENTENCE)) is not None


def ends_term(found: Candidate) -> bool:
    """Tell whether a term leads to a date: `30 dagen na factuurdatum: 3/5/2026`."""
    text, at = _with_line_over(found)
    before = text[max(0, at - _LONGEST_LEAD) : at]
    return any(_leads_from_term().match(before, m.end()) for m in _terms_in(before))


def terms(sight: Sight, issue: date) -> set[str]:
    """Return the days that the terms printed on the pages give from the issue date."""
    found = set()
    for sheet in sight.sheets:
        for segment in (s for s in sheet.segments if s.digits):
            text = _with_rest(segment)
            for match in _terms_in(text):
                if _of_paying(text, match, segment) and 0 < _days(match[0]) <= _LONGEST_TERM:
                    found.add(_due(issue, match[0], text).isoformat())
    return found


def _due(issue: date, words: str, text: str) -> date:
    due = issue + timedelta(days=_days(words))
    return due.replace(day=monthrange(due.year, due.month)[1]) if _month_end().search(text) else due


@cache
def _at_once() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{_any_of(_phrases('due_now'))})(?![a-z])")


@cache
def _month_end() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{_any_of(_phrases('month_end'))})(?![a-z])")


def says_when_to_pay(found: Candidate) -> bool:
    """Tell whether a date stands in a sentence that asks to pay, or announces a collection, by or on that day."""
    text, at = _with_line_over(found)
    if for_discount(found) or was_paid(found):
        return False
    if ends_term(found):
        return True
    # The small print goes on after it: `Orders before 10/07/2026.` under a sentence about paying is no due date.
    asks = (
        _paying().search(_piece(text, at, _SENTENCE)) is not None
        or _in_full().search(_piece(text, at, _CLAUSE)) is not None
    )
    caption = text[:at].rstrip().endswith(":") and len(text[:at].split()) <= _LONGEST_CAPTION
    leads = _leading().search(text[:at]) is not None
    return (asks and (caption or leads)) or (leads and _in_box_of_paying(found))


def _in_box_of_paying(found: Candidate) -> bool:
    """Tell whether `voor 4/3/2026` alone in its line stands under an amount and words of paying, as in a box."""
    segment = found.segment
    if found.first > _TWO or found.last < len(segment.tokens):
        return False
    amount = _segment_over(segment)
    words = _segment_over(amount) if amount else None
    box = [s for s in (amount, words) if s is not None]
    return any(s.digits for s in box) and any(_paying().search(fold(s.text)) for s in box)


_TWO = 2


def _segment_over(segment: Segment) -> Segment | None:
    """Return the segment of which this one is the next line in its column."""
    for row in reversed(segment.sheet.rows[max(0, segment.row - _ROWS_UP) : segment.row]):
        over = next((s for s in row if s.x0 < segment.x1 and s.x1 > segment.x0), None)
        if over is not None:
            near = segment.y0 - over.y1 < 2 * segment.sheet.line and len(over.tokens) <= _LONGEST_CAPTION
            return over if near else None
    return None


_ROWS_UP = 3


def _read_again(segment: Segment, text: str) -> str:
    """Return a line of a picture with the letters that were read as figures within a word: `v66r` is `voor`."""
    return _IN_WORD.sub(lambda m: "o" * len(m[0]), text) if segment.sheet.ocr else text


_IN_WORD = re.compile(r"(?<=[a-z])[06]+(?=[a-z])")


def _with_line_over(found: Candidate) -> tuple[str, int]:
    """Return the folded text that a date stands in, with the line that runs on into it, and the date's place."""
    segment = found.segment
    rows = segment.sheet.rows
    over = _runs_on(rows[segment.row - 1] if segment.row else [], segment, short=5) or _caption_left(found)
    under = _runs_on(rows[segment.row + 1] if segment.row + 1 < len(rows) else [], segment, short=0)
    if over[-1:].isdigit() and segment.text[:1].isupper() and _paying().search(fold(segment.text)):
        over = ""  # `3 % Skonto bei Zahlung bis 28.02.2026` / `Zahlbar bis 20.03.2026 netto`: two statements
    before = _read_again(segment, fold(segment.text[: found.start]))
    text = f"{over} {_read_again(segment, fold(segment.text))}" + (
        f" {under}" if len(segment.tokens) > _LONG_LINE else ""
    )
    at = len(over) + 1 + len(before)
    start = max(0, at - _LONGEST_TEXT)
    return text[start : at + _LONGEST_TEXT], at - start


def _caption_left(found: Candidate) -> str:
    """Return the words of the cell left of a date that fills its own: `Betaal dit bedrag voor` | `3/5/2026`."""
    if found.first or not found.segment.place:
        return ""
    left = found.segment.sheet.rows[found.segment.row][found.segment.place - 1]
    return "" if left.digits or len(left.tokens) > _LONG_LINE else fold(left.text)


def _runs_on(row: list[Segment], segment: Segment, *, short: int) -> str:
    """Return the line over or under another of one text: it begins at the same place, and is longer than `short`."""
    aligned = [s for s in row if abs(s.x0 - segment.x0) < 2 * segment.tokens[0].letter and len(s.tokens) > short]
    near = bool(aligned) and max(segment.y0 - aligned[0].y1, aligned[0].y0 - segment.y1) < segment.sheet.line
    return fold(aligned[0].text) if near else ""


def gives_credit(sight: Sight) -> bool:
    """Tell whether the pages print a term of payment in days, whatever the issue date is."""
    return bool(terms(sight, date(2000, 1, 1)))


def term(sight: Sight, issue: date) -> Term | None:
    """Return the due date that a term in days, or `on receipt`, gives from the issue date."""
    for sheet in sight.sheets:
        for segment in sheet.segments:
            found = _in_segment(segment, issue)
            if found:
                return found
    return None


def _with_rest(segment: Segment) -> str:
    """Return the folded text of a line, and of the next where it ends within a term: `binnen de 3` / `weken`."""
    text = fold(segment.text)
    if not _BROKEN.search(text):
        return text
    rows = segment.sheet.rows
    return f"{text} {_runs_on(rows[segment.row + 1] if segment.row + 1 < len(rows) else [], segment, short=0)}"


_BROKEN = re.compile(r"[a-z]{2,}\s\(?\d{1,3}\)?$")


def _in_segment(segment: Segment, issue: date) -> Term | None:
    text = _with_rest(segment)
    match = next((m for m in _terms_in(text) if not _discounted(text, m.start())), None)
    if match and _of_paying(text, match, segment):
        if not 0 < _days(match[0]) <= _LONGEST_TERM:
            return None
        return Term(_due(issue, match[0], text), _candidate(segment, match))
    if _DISCOUNT.search(text):
        return None
    match = _at_once().search(text) if len(segment.tokens) <= _LONGEST_REMARK else None
    return Term(issue, _candidate(segment, match)) if match else None


def _of_paying(text: str, match: re.Match[str], segment: Segment) -> bool:
    """Tell whether a term is one of payment: its sentence or caption speaks of paying, or it is called net."""
    net = _in_full().search(_piece(text, match.start(), _CLAUSE))
    if net is not None or _paying().search(text) is not None or _labelled(segment):
        return True
    if _month_end().search(text, match.start(), match.end() + _LONGEST_LEAD):
        return True  # nothing else runs to the end of a month
    # `Graag binnen 8 dagen na factuurdatum op BE81 ...`: what runs from the invoice's date and names an account, or
    # stands alone, is a term of payment; complaints within 8 days say more, and no account.
    invoice = _invoice_words().search(text, match.start())
    if invoice is None:
        return False
    rest = text[: match.start()] + text[max(match.end(), invoice.end()) :]
    return re.search(r"[a-z]{3}", rest) is None or holds_account(segment)


@cache
def _invoice_words() -> re.Pattern[str]:
    named = (reading_data(language) for language in Language)
    words = {fold(w) for data in named for w in (*data["document_types"]["invoice"], *data["labels"]["issue_date"])}
    return re.compile(_any_of(sorted(words, key=len, reverse=True)))


def _labelled(segment: Segment) -> bool:
    """Tell whether the cell to the left is about paying: `Zahlungsziel` | `14 Tage netto`."""
    row = segment.sheet.rows[segment.row]
    return segment.place > 0 and _paying().search(fold(row[segment.place - 1].text)) is not None


def _candidate(segment: Segment, match: re.Match[str]) -> Candidate:
    # Folding `ß` moves the places of what follows, and a term may go on in the next line.
    start, end = match.span() if len(fold(segment.text)) == len(segment.text) else (0, len(segment.text))
    end = min(end, len(segment.text))
    first, last = segment.span(start, end)
    return Candidate("", segment, first, last, segment.text[start:end], start=start)
