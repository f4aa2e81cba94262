"""Invoice number (BT-1): words with digits, told apart from the many other numbers of a page by their labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache

from mailroom.domain.document import DocumentType
from mailroom.extraction.beside import pair
from mailroom.extraction.candidates import Beside, Candidate, Sight
from mailroom.extraction.labels import Label
from mailroom.extraction.layout import Segment, Token
from mailroom.extraction.parties import is_street
from mailroom.extraction.slip_numbers import (
    BY_TRANSACTION,
    NUMBER_WORDS,
    is_of_till,
    names_of_slips,
    slip_points,
)
from mailroom.extraction.text import blur, compact
from mailroom.languages import Language, reading_data

ROLES = ("invoice_number", "number", "invoice_word", "credit_word")
_OTHERS = ("order_number", "customer_number", "delivery_number", "contract_number", "other_number", "not_invoice",
           "iban", "bic", "vat_id", "buyer_vat_id", "tax_number", "enterprise_number")  # fmt: skip

_OTHER_ROLES = frozenset(_OTHERS)
_NUMBER = re.compile(r"^[#(]?(?=[^\d]*\d)[A-Za-z0-9][\w./\-–#&]*\)?$")
_PREFIX = re.compile(r"^[A-Z]{1,5}[./\-]?$")
_NOT_NUMBER = re.compile(
    r"%|@|^\+|www\.|^\d{1,2}[./\-]\d{1,2}[./\-](?:1[89]|20)\d\d$|^\d{1,2}:\d\d|^\d{1,3}(?:[.,']\d{3})*[.,]\d{2}$|^\d+[.,]\d$|^\d+x$|^[xX]\d+$|€|\$|£"
    r"|^\d{1,3}(?:d?e|st?e|er|[eè]re|[eè]me|st|nd|rd|th|ter|-lea|-a)$"
    r"|^(?:\d{1,2}(?:[hu:.](?:\d\d)?)?-)?\d{1,2}[hu](?:\d\d)?(?:-\d{1,2}[hu](?:\d\d)?)?$"  # `13h30`, `8u30-16u30`
)
_IN_THOUSANDS = re.compile(r"^\d{1,3}(?:['’]\d{3})+$")  # `Rechnung Nr. 61'204` of a Swiss garage
_GROUP = re.compile(r"^(?:\d{2,}[.,;]?|[A-Z]?\d+[A-Z]?|\d{2,}-\d{2,})$")
_MOST_GROUPS = 5
_GROUP_GAP = 1.7  # widths of a letter
_JOIN = re.compile(r"^[/\-–.][\w/.\-]*$|^[\d/.\-–]*[/\-–]$")

_OF_DOCUMENTS = frozenset({"issue_date", "date", "due_date", "customer_number"})
"""Captions beside which `Nr.` is that of the document."""

Used = Collection[tuple[int, int]]
"""Words that are already a date, an IBAN or a VAT id: (id of the segment, place of the token)."""


def used_tokens(*groups: list[Candidate]) -> set[tuple[int, int]]:
    """Return the words of these candidates."""
    taken = {(id(c.segment), i) for group in groups for c in group for i in range(c.first, c.last)}
    return taken | {(id(s), i) for group in groups for c in group for s in c.more for i in range(len(s.tokens))}


def find_numbers(sight: Sight, used: Used) -> list[Candidate]:
    """Return everything that may be a document's number, with its labels."""
    return [c for sheet in sight.sheets for s in sheet.segments for c in _in_segment(sight, s, used)]


def _in_segment(sight: Sight, segment: Segment, used: Used) -> Iterator[Candidate]:
    if not segment.digits:
        return
    labels = [label for label in sight.labels_in(segment) if not _is_series(sight, label)]
    labelled = {i for label in labels for i in range(label.first, label.last)}
    at = 0
    while at < len(segment.tokens):
        if (id(segment), at) in used or at in labelled or not _opens(segment, at, labelled):
            at += 1
            continue
        first, last = _extended(segment, at, used, labelled)
        number = _grouped(sight, segment, (first, last), used, labelled) or _candidate(sight, segment, first, last)
        if any(c.isdigit() for c in number.value):
            yield number
        at = number.last


def _candidate(sight: Sight, segment: Segment, first: int, last: int) -> Candidate:
    text = segment.text[segment.starts[first] : segment.ends[last - 1]]
    value = re.sub(r"\s+", " ", text).strip(" #()[].,;:")
    return pair(sight, Candidate(value, segment, first, last, text, start=segment.starts[first]))


def _grouped(sight: Sight, segment: Segment, span: tuple[int, int], used: Used, labelled: set[int]) -> Candidate | None:
    """Return a number printed in groups, `2026 1104 88215`: they fill their cell, and a label calls them a number."""
    tokens, (first, end) = segment.tokens, span
    last = end
    while (
        last < len(tokens)
        and last - first < _MOST_GROUPS
        and last not in labelled
        and (id(segment), last) not in used
        and (_GROUP.match(tokens[last].text) or _joins(tokens, last))
        and tokens[last].gap < _GROUP_GAP
    ):
        last += 1
    ends = last == len(tokens) or last in labelled or not tokens[last].text[-1:].isalnum()
    if last == end or not ends or not tokens[end - 1].text[-1:].isdigit():
        return None
    found = _candidate(sight, segment, first, last)
    return found if found.strength(*ROLES, *_OTHERS) >= 0.6 else None


def _joins(tokens: list[Token], at: int) -> bool:
    """`2026 04 17 / 3`: a stroke between two groups."""
    return tokens[at].text in {"/", "-"} and at + 1 < len(tokens) and tokens[at + 1].text.isdigit()


def _opens(segment: Segment, at: int, labelled: set[int]) -> bool:
    """Say whether a number may begin here; `HP /2026/00371` goes on after a stray space."""
    text = segment.text[segment.starts[at] : segment.ends[at]]
    if text[:1] in "/-" and at and at - 1 not in labelled and _PREFIX.match(segment.tokens[at - 1].text):
        return _is_number(text[1:])
    return _is_number(text)


def _is_number(text: str) -> bool:
    plain = text.strip(",;:.")
    return bool(_NUMBER.match(plain) or _IN_THOUSANDS.match(plain)) and not _NOT_NUMBER.search(plain)


def _extended(segment: Segment, at: int, used: Used, labelled: set[int]) -> tuple[int, int]:
    """Take a prefix (`FA 2024/5095`) and what is joined by a slash or dash (`2024 / 12`) into the number."""
    tokens = segment.tokens
    first, last = at, at + 1
    prefix = at - 1
    if at == _AFTER_SERIES and not labelled & {0, 1} and _SERIES.match(segment.text) and _is_prefix(tokens[0].text):
        first = 0
    elif prefix >= 0 and prefix not in labelled and _is_prefix(tokens[prefix].text) and tokens[at].gap < 2:
        first = prefix
    while last < len(tokens) and last not in labelled and (id(segment), last) not in used:
        joined = _JOIN.match(tokens[last].text) or (_JOIN.match(tokens[last - 1].text) and _goes_on(tokens, last))
        digits = tokens[last].text.isdigit() and tokens[last - 1].text[-1:].isdigit() and last == len(tokens) - 1
        if not (joined or (digits and tokens[last].gap < 1.3 and at > 0 and (at - 1 in labelled))):
            break
        last += 1
    while last - first > 1 and tokens[last - 1].text in _STROKES:
        last -= 1  # `n° 2026-118 - bordereau 14`
    return first, last


def _is_series(sight: Sight, label: Label) -> bool:
    """`Invoice: CB 118.204`: after a caption for the number, a short label in capitals is the number's own prefix.

    So it is under a caption: `Series / No.` over `CCI / 26-3390`.
    """
    segment, at = label.segment, label.first
    words = [t.text for t in label.tokens if t.text not in _STROKES]
    if len(words) != 1 or label.last >= len(segment.tokens) or not _is_prefix(words[0]):
        return False
    if at == 0 and _SERIES.match(segment.text) and _under_caption(sight, segment):
        return True
    before = [a for a in sight.labels_of(segment) if a.x1 <= label.x0]
    if label.last - at != 1:
        return False
    follows = bool(before) and (before[-1].last == at if before[-1].segment is segment else at == 0)
    named = follows and before[-1].roles & {"invoice_number", "invoice_word", "credit_word"} and before[-1].colon
    return bool(named) and segment.tokens[at + 1].text[:1].isdigit()


_SERIES = re.compile(r"[A-Z]{1,5} [/–-] \d[\d-]+(?!\S)")
"""A number after its series: `CCI / 26-3390`."""


def _under_caption(sight: Sight, segment: Segment) -> bool:
    row = segment.sheet.rows[segment.row - 1] if segment.row else []
    over = (a for s in row if s.x0 < segment.x1 and s.x1 > segment.x0 for a in sight.labels_in(s))
    return any(a.alone and "invoice_number" in a.roles for a in over)


def _is_prefix(word: str) -> bool:
    """`FA 2024/5095` has a prefix, `Facture N. 2/26-0118` and `BON 118204` only say that a number follows."""
    says = compact(word) in NUMBER_WORDS or blur(word) in names_of_slips()
    return _PREFIX.match(word) is not None and not says


def _goes_on(tokens: list[Token], at: int) -> bool:
    """`R-2026-0041 / 2` goes on after the stroke; `R-2026-0041 / Kalibrierung` says what the invoice is for."""
    lone = tokens[at - 1].text in _STROKES
    return not lone or any(c.isdigit() for c in tokens[at].text) or _PREFIX.match(tokens[at].text) is not None


_STROKES = frozenset("/-–")
_AFTER_SERIES = 2  # tokens


def score_numbers(
    numbers: list[Candidate],
    *,
    kind: DocumentType,
    references: list[Candidate],
    headers: set[tuple[int, int]],
    sight: Sight,
) -> list[Candidate]:
    """Return the candidates for the invoice number, best first."""
    credit, slip = kind is DocumentType.CREDIT_NOTE, kind is DocumentType.RECEIPT
    counts = Counter(compact(c.value) for c in numbers)
    long_keys = [key for key in counts if len(key) > 4]
    quoted = {compact(c.value) for c in references}
    for number in numbers:
        number.beside = [b for b in number.beside if not _heads_items(b, number, headers, sight)]
        number.score = _label_points(number, sight, credit=credit) + _form_points(number)
        number.score += slip_points(number) if slip else 0.0
        key = compact(number.value)
        number.score -= 6.0 * _is_pair(number.value, counts)
        if number.score > 1.5:
            number.score += 0.5 * min(counts[key] - 1, 2) + 0.8 * (key in quoted and counts[key] > 1)
            number.score += 1.2 * any(key.startswith(other) and key != other for other in long_keys)
    if credit:
        for number in _invoices_beside(numbers):
            number.score -= _CORRECTED
    if not any(number.score > 0 for number in numbers):
        for number in numbers:
            number.score = max(number.score, _reference_points(number), BY_TRANSACTION * (slip and is_of_till(number)))
    return sorted(numbers, key=lambda c: -c.score)


_CORRECTED = 5.0


def _invoices_beside(numbers: list[Candidate]) -> list[Candidate]:
    """`AVOIR #AV000214`, `Numéro de facture #FA003377`: a credit note with a number of its own quotes the invoice's."""
    own = [n for n in numbers if n.score > _WELL_NAMED and (n.strength("credit_word") >= _BESIDE or _of_credit(n))]
    if not own:
        return []
    best = max(own, key=lambda n: n.score)
    return [n for n in numbers if _says(n, "invoice") and not _of_credit(n) and compact(n.value) != compact(best.value)]


_WELL_NAMED = 2.0


def _of_credit(number: Candidate) -> bool:
    """Say whether its label says that it numbers a credit note; `Creditfactuurnummer` speaks of an invoice too."""
    return _says(number, "credit_note")


def corrected(ranked: list[Candidate], sight: Sight) -> list[Candidate]:
    """Return the numbers of the invoices that a credit note corrects; the best of the ranked ones is its own."""
    others = [n for n in ranked[1:] if compact(n.value) != compact(ranked[0].value)]
    quoted = _invoices_beside(ranked)
    return [n for n in others if n in quoted or quotes_original(n, sight)]


def _is_pair(value: str, counts: Counter[str]) -> bool:
    """`118204 / LF2601-30077` are two numbers where each stands alone elsewhere: the customer's and the invoice's."""
    parts = [compact(part) for part in value.split(" / ")]
    return len(parts) > 1 and all(len(part) >= _FEW and counts[part] for part in parts)


def _reference_points(number: Candidate) -> float:
    """Where nothing else numbers the paper, its bare `Réf.` or `Our reference` does; never `Your reference`."""
    beside = number.best(("reference",))
    if beside is None or beside.strength < _BESIDE or number.page > 1 or sum(c.isdigit() for c in number.value) < _FEW:
        return 0.0
    label = beside.label
    qualified = label.first > 0 and any(c.isalpha() for c in label.segment.tokens[label.first - 1].text)
    return 0.0 if qualified else 1.6 * beside.strength + 0.4 * (number.y0 < 0.45)


def by_reference(number: Candidate) -> bool:
    """Say whether only a bare reference speaks for a number."""
    return number.strength("reference") >= _BESIDE and number.strength(*ROLES) < _BESIDE


_BESIDE = 0.6
_FEW = 3  # digits


def _heads_items(beside: Beside, number: Candidate, headers: set[tuple[int, int]], sight: Sight) -> bool:
    """A header of the item table, or a lone `#` or `Nr` over a column, numbers the lines; not so `Nr. | Datum`."""
    if not beside.above:
        return False
    if any(a.roles & _OF_DOCUMENTS for a in sight.labels_of(beside.label.segment)):
        return False
    return (number.page, beside.label.segment.row) in headers or (
        beside.label.roles <= {"number", "line_amount"} and len(beside.label.text) <= 3 and beside.label.alone
    )


def _label_points(number: Candidate, sight: Sight, *, credit: bool) -> float:
    points = (
        -2.0 + 6.5 * number.strength("invoice_number") + 0.4 * _says(number, "credit_note" if credit else "invoice")
    )
    if number.strength("invoice_number") < 0.5:
        titled = number.strength("number") > 0.5 and _titled(number, sight)
        points += (4.0 if titled or not _qualified(number) else 1.0) * number.strength("number") + 2.0 * titled
        points += (1.0 if credit else _title_weight(number)) * number.strength("invoice_word")
        points += 4.5 * number.strength("credit_word")
        points -= 4.0 * _numbers_else(number, sight)
        points -= 3.0 * number.strength("issue_date", "due_date", "delivery_date", "order_date", "other_date")
        points -= 3.0 * number.strength("net", "vat", "total", "payable", "sum", "subtotal")
    return points - 7.0 * (points > 0 and quotes_original(number, sight))


def _says(number: Candidate, kind: str) -> bool:
    """`Invoice number` says more than `Receipt number` on an invoice, and `Creditnota nr.` on a credit note."""
    beside = number.best(("invoice_number",))
    return beside is not None and any(word in blur(beside.label.text) for word in _words_for(kind))


@cache
def _words_for(kind: str) -> tuple[str, ...]:
    phrases = (p for language in Language for p in reading_data(language)["document_types"][kind])
    return tuple({blur(p) for p in phrases if " " not in p and len(p) > _FEW})


def _numbers_else(number: Candidate, sight: Sight) -> float:
    """Return how strongly a label numbers something else; `Rekening 26/04` is a bill, though accounts are called so."""
    bill = {"invoice_word"} if number.value.replace("-", "").isdigit() else {"invoice_word", "number"}
    others = (b for b in number.beside if b.label.roles & _OTHER_ROLES and not b.label.roles & bill)
    return max((b.strength for b in others if not _of_a_bill(b.label, number, sight)), default=0.0)


def _of_a_bill(label: Label, number: Candidate, sight: Sight) -> bool:
    """`Rekeningnr. 261188` numbers the bill where another label calls it that, `Datum rekening`, `Schoolrekening`."""
    if not label.roles >= {"iban", "number"} or sum(c.isdigit() for c in number.value) > _LONGEST_OF_BILL:
        return False
    word = _NUMBER_ENDING.sub("", blur(label.text))
    bills = (a for row in sight.labels[0].values() for a in row if a.roles & {"invoice_word", "issue_date"})
    return any(a is not label and word in blur(a.text) for a in bills)


_LONGEST_OF_BILL = 10  # digits: a bank account has more
_NUMBER_ENDING = re.compile(rf"(?:{blur('nr')}|{blur('nummer')}|{blur('no')})$")


def _qualified(number: Candidate) -> bool:
    """`A/C No.`: a word before the little word that is no label says that it numbers something else."""
    beside = number.best(("number",))
    return beside is not None and beside.label.first > 0 and beside.label.roles <= {"number"}


def _title_weight(number: Candidate) -> float:
    """A title or column header `Factuur` names the number; a small caption may name the invoice that is corrected."""
    beside = number.best(("invoice_word",))
    if beside is None:
        return 0.0
    large = max(t.y1 - t.y0 for t in beside.label.tokens) > 1.2 * number.segment.sheet.line
    return 4.5 if large or beside.above or beside.label.segment is number.segment else 3.6


def _titled(number: Candidate, sight: Sight) -> bool:
    """`Rechnung (380) Nr. 12`: the title stands before the little word."""
    roles = {"invoice_word", "credit_word", "invoice_number"}
    return any(a.roles & roles and a.x0 < number.x0 for a in sight.labels_of(number.segment))


def _form_points(number: Candidate) -> float:
    value = number.value
    digits = sum(c.isdigit() for c in value)
    points = 0.4 if number.page == 1 else -0.6
    points += 0.4 * (number.y0 < 0.45)
    points -= 1.5 * (digits < 3) + 1.0 * (len(value) > 24)
    points -= 2.5 if re.fullmatch(r"(?:[A-Z]+ )?(?:19|20)\d\d", value) else 0.0
    points -= 1.5 * number.text.startswith("(")
    points -= 1.0 if len(number.segment.tokens) - (number.last - number.first) > 6 else 0.0
    points += 0.5 * (digits >= 4) + 3.0 * _in_title(number, digits)
    return points - 4.0 * _begins_address(number) - 5.0 * _in_street(number)


def _in_title(number: Candidate, digits: int) -> bool:
    """A line in large type that ends with a number, whatever the word before is: `Kreditbeleg 00055568`."""
    tokens, line = number.segment.tokens, number.segment.sheet.line
    large = min(t.y1 - t.y0 for t in number.tokens) > _TITLE * line
    ends = number.last == len(tokens) and 0 < number.first <= 2 and tokens[0].text[:1].isalpha()
    return large and ends and digits >= 4 and number.page == 1 and number.y0 < 0.5 and not number.beside


_TITLE = 1.35
"""How much larger than the usual line the type of a title is."""


def _in_street(number: Candidate) -> bool:
    """`Str. Libertății nr. 141` has a house number."""
    return number.strength("invoice_number") < 0.5 and is_street(number.segment.text)


def _begins_address(number: Candidate) -> bool:
    """`3511 LX Utrecht`, `75011 Paris`: a short number that a town follows."""
    rest = [t.text for t in number.segment.tokens[number.last :]]
    town = any(len(w) > 3 and w[0].isupper() and w.isalpha() for w in rest)
    return number.first == 0 and number.value.isdigit() and len(number.value) <= 5 and town


def quotes_original(number: Candidate, sight: Sight) -> bool:
    """Say whether the words before it speak of the invoice that a credit note corrects."""
    row = number.segment.sheet.rows[number.segment.row]
    before = blur(" ".join(s.text for s in row[: number.segment.place]) + " " + number.segment.text[: number.start])
    plain = [a for a in sight.labels_of(number.segment) if a.roles & {"invoice_number", "credit_word"}]
    if any(blur(a.text) == before for a in plain):
        return False
    return before.endswith(_originals()) or any(p in before for p in _originals() if len(p) > _WHOLE)


_WHOLE = 12
"""Letters of a phrase that is taken for one wherever it stands."""


@cache
def _originals() -> tuple[str, ...]:
    return tuple(blur(p) for language in Language for p in reading_data(language)["phrases"]["original_invoice"])
