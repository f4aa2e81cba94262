"""Every piece of text that may be the name of a company: the parts of a line, names over two lines, legal forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.currency import code_of
from mailroom.extraction.labels import Label
from mailroom.extraction.layout import Segment, below
from mailroom.extraction.text import blur, compact, fold, is_one_edit
from mailroom.languages import Language, reading_data

_CUT = re.compile(
    r"\s*[·•|¦]\s*|\s+[-–—]\s+|\s{0,2},\s{1,2}|\s{3,}|;|:\s{1,2}"
    r"|\s(?:is (?:een|a)|est (?:une?|le)|ist eine?|este (?:o|un))?\s?(?:handelsnaam|merk|trading name"
    r"|brand|nom commercial|marque|marke|geschäftsbezeichnung|marcă)(?:naam)?\s(?:van|of|de|der|von|du|a)\s",
    re.IGNORECASE,
)
_REGISTER = re.compile(
    r"\s*\(?\b(?:co\.?\s*(?:reg|no)\.?[ :]*)?\d{4,}[- ]?[A-Z]?\)?$|\s*\([^)]*\d{4}[^)]*\)?$", re.IGNORECASE
)


_FOUR_DIGITS = re.compile(r"\d{4}")
"""Without them there is no register number to look for."""
_CAPITAL = re.compile(
    r"\s(?:au capital|à capital|capital social|with registered|registered (?:in|office)|met (?:maatschappelijke )?zetel"
    r"|sitz (?:der|in)|société (?:anonyme|par actions)|dont le siège|siège social|trading as"
    r"|is (?:ingeschreven|geregistreerd|registered|incorporated|a company)|ingeschreven (?:in|bij|onder)|gevestigd te"
    r"|ist (?:ein|im|beim|unter|in)|eingetragen (?:im|beim|in|unter)|vertreten durch|est (?:inscrite?|immatriculée?)"
    r"|inscrite? (?:au|à|sous)|immatriculée? (?:au|à|sous)|représentée? par|represented by|vertegenwoordigd door"
    r"|registered (?:no|number|as|at|under|with)|este (?:înregistrată|inregistrata|înmatriculată|o societate)"
    r"|înregistrată (?:la|în)|reprezentată (?:de|prin))\b.*$",
    re.IGNORECASE,
)
"""What the law wants beside a name and is no part of it: `Free SAS au capital de 3.441.812 Euros`."""


_OF_LAW = re.compile(
    r"\b((?:N\.?V|S\.?A|B\.?V|B\.?V\.?B\.?A|S\.?R\.?L|CV|CVBA|S\.?C|S\.?C\.?R\.?L|VZW|ASBL)\.?)"
    r",? \(?(?:van publiek ?recht|naar publiek ?recht|de droit public|met sociaal oogmerk|à finalité sociale)\b.*$",
    re.IGNORECASE,
)
"""Which law a company is of: `Telgo Belgium NV van publiek recht`."""


@cache
def _forms() -> list[str]:
    """Return the legal forms of all languages, in an order that is the same in every process."""
    return sorted({form for language in Language for form in reading_data(language)["legal_forms"]})


@cache
def legal_forms() -> re.Pattern[str]:
    """Return a pattern for a legal form as a word of its own."""
    spelled = sorted(_forms(), key=len, reverse=True)
    patterns = []
    for form in spelled:
        plain = re.escape(form).replace(r"\ ", r"\s*")
        # Short forms are words of other languages in small letters: `sa`, `as`, `se`, `cv`.
        patterns.append(f"(?i:{plain})" if len(compact(form)) >= 4 else plain)
    # `Handelsges.m.b.H.`, `Vertriebsgesellschaft mbH`: the form is the end of a longer word.
    patterns.append(r"(?i:[a-zäöü]{3,20}(?:ges\.|gesellschaft) ?m\. ?b\. ?h\.?|[a-zäöü]{3,20}gesellschaft mbh)")
    return re.compile(rf"(?<![\w.])(?:{'|'.join(patterns)})(?![\w])")


@lru_cache(maxsize=4096)
def has_form(name: str) -> bool:
    """Say whether a legal form stands in a name."""
    return legal_forms().search(name) is not None


def follows_form(name: Candidate) -> bool:
    """Say whether a name stands in quotes after its legal form: `SRL «Verlinden, Notaire»`."""
    before = name.segment.text[: name.start].rstrip()
    return before[-1:] in _OPENING and len(before) > 1 and has_form(before) and _only_forms(before[:-1])


_OPENING = frozenset('«“„"‹')


def without_form(name: str, instead: str = "") -> str:
    """Return a name with `instead` in the place of its legal form. Most have none, which is known of them by then."""
    return legal_forms().sub(instead, name) if has_form(name) else name


def share_a_word(name: str, other: str) -> bool:
    """Say whether two names have a telling word in common, whatever their legal forms: `Hotel am Domplatz`."""
    return not _telling(name).isdisjoint(_telling(other))


@lru_cache(maxsize=4096)
def _telling(name: str) -> frozenset[str]:
    return frozenset(_TELLING_WORD.findall(fold(without_form(name, " "))))


_TELLING_WORD = re.compile(r"[a-z]{5,}")


def find_names(sight: Sight) -> list[Candidate]:
    """Return every piece of text that may be a name: the parts of each line, up to a separator."""
    found = [c for sheet in sight.sheets for segment in sheet.segments for c in _pieces(sight, segment)]
    names = [name for name in found if not _named_under_trade(sight, name)]
    return names + [joined for name in found if (joined := _continued(sight, name))]


def _continued(sight: Sight, name: Candidate) -> Candidate | None:
    """Join a name that runs over two lines: announced by a label, or with the legal form on a line of its own."""
    if _only_forms(name.value):
        return _with_lines_over(sight, name)
    spread = _spread_after(sight, name)
    if spread:
        return _joined(name, *spread, first=name.segment)
    large = _second_large_line(sight, name) or _named_under_trade(sight, name)
    if large:
        return _joined(name, large, first=name.segment)
    if name.first == 0 and (first := _first_of_two_said_twice(name)):
        return _joined(name, first, first=first)
    if name.last < len(name.segment.tokens) or not _announced(sight, name):
        return None
    over, under = _line_over(name.segment), below(name.segment, reach=_reach(name.segment, _NEXT_LINE))
    if over and over.place == 0 and _continues(sight, over, name):
        return _joined(name, over, first=over)
    if under and under.place == 0 and _continues(sight, under, name) and not has_form(name.value):
        return _joined(name, under, first=name.segment)
    return None


def _with_lines_over(sight: Sight, form: Candidate) -> Candidate | None:
    """Join a legal form that stands alone with the line over it, and the one over that where they are one sign."""
    over = _line_over(form.segment)
    if over is None or sight.labels_of(over) or _spelled_out(form.value):
        return None
    sign = _line_over(over)
    whole = [sign] if sign and _is_sign_of_two(sight, sign, over) else []
    return _joined(form, *whole, over, first=whole[0] if whole else over)


def _first_of_two_said_twice(name: Candidate) -> Segment | None:
    """Return `Van Landeghem` over `Advocaten BV`, where the sign says the two lines too, one under the other."""
    plain = fold(without_form(name.value)).strip()
    if not has_form(name.value) or not plain or len(plain.split()) > _WORDS_UNDER:
        return None
    over = _line_over(name.segment)
    if over is None or over.digits or len(over.tokens) > _SHORT_LINE or has_form(over.text):
        return None
    others = (s for s in over.sheet.segments if s is not over and fold(s.text) == fold(over.text))
    unders = (under for s in others if (under := below(s, reach=_reach(s, _UNDER_LABEL))))
    return over if any(fold(under.text) == plain for under in unders) else None


_SHORT_LINE = 4  # words
_WORDS_UNDER = 2


def _second_large_line(sight: Sight, name: Candidate) -> Segment | None:
    """Return the second line of a sign in large type at the top: `AU VIEUX` / `TONNEAU`."""
    segment, line = name.segment, name.segment.sheet.line
    if name.first or name.last < len(segment.tokens) or name.page != 1 or segment.height < _SIGN * line:
        return None
    under = below(segment, reach=2.5)
    return under if under and not has_form(name.value) and _is_sign_of_two(sight, segment, under) else None


def _is_sign_of_two(sight: Sight, first: Segment, second: Segment) -> bool:
    """Say whether two lines of a few words at the top are alike in their large type."""
    large = first.height >= _SIGN * first.sheet.line and first.y0 < _HEAD_OF_PAGE
    wordy = len(second.tokens) <= _FEW and not second.digits and not sight.labels_in(second)
    same = 0.85 < second.height / first.height < 1.18 and second.place == first.place
    return large and wordy and same and len(first.tokens) <= _FEW


_FEW = 3
_HEAD_OF_PAGE = 0.2


def _named_under_trade(sight: Sight, name: Candidate) -> Segment | None:
    """Return the second line of a sign whose first says no more than the trade: `SLAGERIJ` / `Van de Velde-Luyckx`.

    Or of which the second goes on with a small word: `Waldschenke` / `zum Goldenen Reh GmbH`.
    """
    segment = name.segment
    whole = name.first == 0 and name.last == len(segment.tokens) and segment.place == 0
    if not whole or name.page != 1 or segment.row > _ROWS_OF_SIGN or has_form(name.value):
        return None
    rows = segment.sheet.rows
    under = rows[segment.row + 1][0] if segment.row + 1 < len(rows) else None
    if under is None or under.digits or len(under.tokens) > _WORDS_OF_SIGN or sight.labels_in(under):
        return None
    if any(has_form(s.text) for row in rows[under.row + 1 : under.row + _COMPANY_UNDER] for s in row):
        return None  # the company that runs the shop
    near = under.y0 - segment.y1 < _GAP_OF_SIGN * max(segment.height, under.height)
    first, second = segment.text.strip(" .-*"), under.tokens[0].text
    goes_on = second in _phrases("goes_on") and len(segment.tokens) == 1
    return under if near and (fold(first) in _folded("trade") or goes_on) and len(rows[under.row]) == 1 else None


_ROWS_OF_SIGN = 3
_WORDS_OF_SIGN = 5
_GAP_OF_SIGN = 1.2
_COMPANY_UNDER = 3


@cache
def _phrases(kind: str) -> frozenset[str]:
    return frozenset(p for language in Language for p in reading_data(language)["phrases"][kind])


@cache
def _folded(kind: str) -> frozenset[str]:
    return frozenset(map(fold, _phrases(kind)))


def _only_forms(text: str) -> bool:
    """Say whether a line holds nothing but legal forms and where they hold: `CO. (M) SDN BHD`."""
    return not _PLACE.sub("", without_form(text)).strip(" .()")


def _spelled_out(form: str) -> bool:
    """Say whether a legal form is spelled out on a line of its own: it tells what the company is."""
    return len(form) >= _LONG_FORM and not any(word.isupper() for word in form.split())


_LONG_FORM = 18
_PLACE = re.compile(r"\([A-Z]{1,2}\)|\bCO\.?(?!\w)")
_SIGN = 1.35
"""How much larger than the usual line the type of a sign is."""


def _announced(sight: Sight, name: Candidate) -> bool:
    place = name.segment.place
    left = [a for a in sight.labels_of(name.segment) if a.x1 <= name.x0 and a.segment.place >= place - 1]
    if left:
        return bool(left[-1].roles & {"name", "seller", "account_holder"})
    reach = _reach(name.segment, _UNDER_LABEL)
    return any(a.alone and below(a.segment, reach) is name.segment for a in sight.every_label("seller"))


def _continues(sight: Sight, line: Segment, name: Candidate) -> bool:
    aligned = abs(line.x0 - name.x0) <= line.tokens[0].letter * (2 if line.sheet.ocr else 1)
    formed = has_form(f"{line.text} {name.value}")
    return aligned and formed and not any(c.isdigit() for c in line.text) and not sight.labels_in(line)


def _line_over(segment: Segment) -> Segment | None:
    """Return the segment of which this one is the next line."""
    for row in reversed(segment.sheet.rows[max(0, segment.row - 3) : segment.row]):
        for other in row:
            if below(other, reach=_reach(other, _NEXT_LINE)) is segment:
                return other
    return None


def _reach(segment: Segment, heights: float) -> float:
    """Return how far below a line another may stand, of as many heights of type, in heights of its letters.

    A text layer says how high the type is; OCR draws its boxes close round the letters, two thirds as high.
    """
    return heights * 1.5 if segment.sheet.ocr else heights


_NEXT_LINE = 1.6
_UNDER_LABEL = 2.6


def _spread_after(sight: Sight, name: Candidate) -> list[Segment]:
    """Return the cells up to a legal form that go on a name a printer spread over its line: `HASPENGOUW`  `CV`."""
    row, left = name.segment.sheet.rows[name.segment.row], name.segment
    before = row[left.place - 1] if left.place else None
    if name.last < len(left.tokens) or (before and _goes_on(sight, before, left)):
        return []
    parts: list[Segment] = []
    for right in row[left.place + 1 :]:
        if not _goes_on(sight, left, right):
            break
        parts.append(right)
        if _only_forms(right.text):
            return parts
        left = right
    return []


def _goes_on(sight: Sight, left: Segment, right: Segment) -> bool:
    """Say whether a cell may go on the name in the cell left of it."""
    if right.x0 - left.x1 > _SPREAD * left.tokens[-1].letter:
        return False
    words = (left, right)
    return not any(s.digits or s.text.endswith(":") or any(a.alone for a in sight.labels_in(s)) for s in words)


_SPREAD = 7.0
"""Widths of a letter between the words of a name, at most."""


def _joined(name: Candidate, *others: Segment, first: Segment) -> Candidate:
    texts = [other.text for other in others]
    parts = (*texts, name.value) if first is others[0] else (name.value, *texts)
    value = " ".join(_tidy(part) for part in parts)
    return Candidate(value, name.segment, name.first, name.last, value, more=list(others), start=name.start)


def _pieces(sight: Sight, segment: Segment) -> Iterator[Candidate]:
    start = 0
    labels = sight.labels_in(segment)
    if any(a.roles & _PARTIES and a.alone for a in labels):
        return  # `Nabywca / Buyer` announces a name and is none
    opening = next((a for a in labels if a.first == 0 and a.colon), None)
    if opening:
        start = segment.ends[opening.last - 1]
    quoted = _QUOTED.search(segment.text, start)
    if quoted and _only_forms(segment.text[start : quoted.start()]):
        first, last = segment.span(*quoted.span(1))
        yield Candidate(quoted[1].strip(), segment, first, last, quoted[1].strip(), start=quoted.start(1))
        return
    text = segment.text
    numbered = [segment.starts[a.first] for a in labels if _opens_number(a)]
    for piece in _split(text, start):
        begin, end = piece
        named = _CAPITAL.search(text, begin, end)
        end = named.start() if named else min((at for at in numbered if begin < at < end), default=end)
        begin += _monogram(text[begin:end])
        value = _tidy(text[begin:end])
        value = _mended_form(_ORNAMENT.sub("", value)) if segment.sheet.ocr else value
        if _like_a_name(value):
            first, last = segment.span(begin, end)
            yield Candidate(value, segment, first, last, value, start=begin)


_QUOTED = re.compile(r"[«“„\"‹]\s?([^«»“”„\"‹›]{3,60}?)\s?[»”“\"›]")
"""`Société à responsabilité limitée «Verlinden, Notaire»`: the name after its form, whatever stands in the quotes."""
_ORNAMENT = re.compile(r"^(?:[oO0°] )+(?=\S{3})|(?<=\S{3})(?: [oO0°])+$")
"""Rings and bubbles of a logo, read as letters."""
_PARTIES = frozenset({"seller", "buyer", "delivery_to"})
_NUMBERS = frozenset({"vat_id", "enterprise_number", "tax_number", "iban", "bic", "other_number"})


def _opens_number(label: Label) -> bool:
    """`Glas BV N° d'entreprise 0524.673.790`: a number follows a label within a line, so that the name ends before."""
    rest = label.segment.tokens[label.last : label.last + 3]
    if label.first < 2 or not any(c.isdigit() for t in rest for c in t.text):
        return False
    formed = legal_forms().search(label.segment.text[: label.segment.starts[label.first]])
    return bool(label.roles & _NUMBERS) or ("vat" in label.roles and formed is not None)


def _monogram(text: str) -> int:
    """Return how long the initials in a box before a name are: `P  ParkeerPunt`, `GS Garage Smets`."""
    found = _INITIALS.match(text)
    if found is None:
        return 0
    words = [w for w in text[found.end() :].split() if w[:1].isalpha()]
    initials = "".join(w[0] for w in words[: len(found[1])])
    return found.end() if initials.upper() == found[1] and len(words[0]) > len(found[1]) else 0


_INITIALS = re.compile(r"\s*([A-Z]{1,3})\s+(?=[^\W\d])")


def _tidy(text: str) -> str:
    """Drop a register number after the name and whatever is not part of it at its ends."""
    value = _OF_LAW.sub(r"\1", _CAPITAL.sub("", re.sub(r"\s+", " ", text))).strip(" :,;-–*\"'„“”>")
    return _REGISTER.sub("", value).strip(" :,;-–*\"'„“”>") if _FOUR_DIGITS.search(value) else value


@cache
def _long_forms() -> dict[str, str]:
    return {compact(form): form for form in _forms() if len(compact(form)) >= 6}


@cache
def _forms_of(length: int) -> tuple[str, ...]:
    """Return the long forms that one letter may tell from a word of this length."""
    return tuple(key for key in _long_forms() if abs(len(key) - length) <= 1)


@cache
def _blurred_forms() -> dict[str, list[str]]:
    """Return the spellings of each form that OCR may misread: `SARL`, `S.à r.l.`, `Sàrl` are one to it."""
    forms: dict[str, list[str]] = {}
    for form in _forms():
        if len(compact(form)) >= 4 and set("olisb") & set(compact(form)):
            forms.setdefault(blur(form), []).append(form)
    return forms


def _likest(spellings: Sequence[str], printed: str) -> str:
    """Return the spelling that differs least from what was printed; nothing where there is none."""

    def distance(form: str) -> tuple[int, int]:
        return abs(len(form) - len(printed)), sum(a != b for a, b in zip(form, printed, strict=False))

    return min(spellings, key=distance, default="")


def _mended_form(value: str) -> str:
    """Put right one letter that OCR misread in a legal form of some length: `SDN BHO`."""
    words = value.split()
    for count in (1, 2, 3):
        tail = compact(" ".join(words[-count:]))
        if tail in _long_forms():
            return value
        spelled = _likest(_blurred_forms().get(blur(tail), ()), " ".join(words[-count:]))
        if spelled and len(words) > count and tail != compact(spelled):
            return " ".join([*words[:-count], spelled])  # `Sp. z 0.0.`
        if len(words) <= count or len(tail) < 6:
            continue
        form = next((_long_forms()[key] for key in _forms_of(len(tail)) if is_one_edit(tail, key)), None)
        if form:
            return " ".join([*words[:-count], form.upper() if value.isupper() else form])
    return value


def _split(text: str, start: int) -> Iterator[tuple[int, int]]:
    at = start
    for match in _CUT.finditer(text, start):
        if match.start() > at:
            yield at, match.start()
        at = match.end()
    if at < len(text):
        yield at, len(text)
    if at > start and legal_forms().search(text[-12:]):
        listed = "," in text and not any(c.isdigit() for c in text)
        if listed or _OF_TWO.fullmatch(text, start):
            yield start, len(text)


_OF_TWO = re.compile(r"\s*[A-ZÀ-Ý][^\W\d]+(?: [A-ZÀ-Ý][\w.&]*){0,2} [-–] [A-ZÀ-Ý][^\W\d]+(?: [A-ZÀ-Ý][\w.&/]*){1,3}\s*")
"""`BRANDSTOFFEN MERTENS - DE WIT NV`: two names and a legal form may be one name."""


@cache
def _courtesy() -> re.Pattern[str]:
    """Return a pattern of the thanks and wishes of till slips, and of what a printer says of itself."""
    phrases = {fold(p) for language in Language for p in reading_data(language)["phrases"]["courtesy"]}
    said = "|".join(re.escape(p) for p in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"\W*(?:{said})(?![a-z])|pcl ?xl\b|(?:subsystem|operator|position) ?:|.*\billegaloperator")


_CAPTION = re.compile(r"(?:^|\s|-)(?:reg|no|nr|number|nummer|num[ée]ro|n°|id|idnr)\.?$", re.IGNORECASE)
"""The last word of what announces a number and names nobody: `Company Reg.`"""


def _like_a_name(value: str) -> bool:
    letters = sum(map(str.isalpha, value))
    if letters < 3 or not 3 <= len(value) <= 80 or value.count(" ") > 9:
        return False
    if letters < 0.55 * len(value.replace(" ", "")) or _NO_NAME.search(value):
        return False
    key = fold(value)
    return not (_CAPTION.search(value) or _courtesy().match(key) or code_of(value.strip("[]()")) or _for_other(key))


def _for_other(key: str) -> bool:
    return any(key.startswith(f"{said} ") for said in _folded("on_behalf"))


_NO_NAME = re.compile(r"@|www\.|https?:|%")
