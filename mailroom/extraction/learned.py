"""Learning: what a person said of one document, as lessons; and lessons as evidence on the next one. Pure.

A lesson points at a place, a label and a form. What stands there on the new page is read as any other value: it must
parse, its check digits must hold, an amount must fit the others. A lesson holds no number, date or amount that it
could copy, and no account number: a changed IBAN is read as the changed one that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from mailroom.domain.document import AMOUNT_FIELDS, DATE_FIELDS, Field, FieldName, Fields, FieldSource
from mailroom.domain.learned import CONSTANT, LEARNABLE, Lesson, Lessons, Side, Spot
from mailroom.domain.reading import Reading
from mailroom.extraction.candidates import Sight, evidence, look, source_of
from mailroom.extraction.spots import Place, collapsed, places, same_label, shape_of
from mailroom.extraction.text import compact
from mailroom.languages import Language, reading_data

_MOST_SPOTS = 4
_SHAPED = frozenset({FieldName.INVOICE_NUMBER, FieldName.PAYMENT_REFERENCE})
_KEPT_SOURCES = frozenset({FieldSource.XML, FieldSource.BARCODE, FieldSource.PERSON})
_ENOUGH = 3.5
_LEAD = 0.8
_SURE = 0.85
_SURE_OF_PLACE = 5.0
"""Points of a label with a place or a form, when both agree."""
_MOST_DAYS = 120


# -- teaching -------------------------------------------------------------------------------------------------------


def lessons_of(
    reading: Reading, fields: Fields, names: Iterable[FieldName], read: Mapping[FieldName, str | None]
) -> list[Lesson]:
    """Return what a document teaches of the named fields, whose values in `fields` a person vouches for.

    `read` is what the machine had made of them before. A field whose value does not stand on the pages teaches its
    constant value, if it has one, and else nothing.
    """
    sight = look(reading)
    see = _seen(sight)
    found = (_lesson(see, name, fields, read.get(name)) for name in names if name in LEARNABLE)
    return [lesson for lesson in found if lesson.spots or lesson.value or lesson.shapes]


_See = Callable[[FieldName, Iterable[int]], list[Place]]


def _seen(sight: Sight) -> _See:
    """Return `places` with a memory: all amounts stand in one list, and all dates."""
    known: dict[tuple[object, tuple[int, ...]], list[Place]] = {}

    def see(name: FieldName, windows: Iterable[int]) -> list[Place]:
        sizes = tuple(sorted(windows)) if name in _SHAPED else ()
        kind = "amount" if name in AMOUNT_FIELDS else "date" if name in DATE_FIELDS else name
        if (kind, sizes) not in known:
            known[kind, sizes] = places(sight, name, sizes)
        return known[kind, sizes]

    return see


def _lesson(see: _See, name: FieldName, fields: Fields, read: str | None) -> Lesson:
    said = fields.get(name)
    value = said.value if said else None
    if value is None:
        return Lesson(field=name)
    if name is FieldName.DOCUMENT_TYPE:  # an invoice that was taken for a receipt; a credit note stays one
        return Lesson(field=name, value=value, shapes=(read,)) if read and read != value else Lesson(field=name)
    if name in (FieldName.SELLER_NAME, FieldName.CURRENCY):
        return Lesson(field=name, value=value)
    here = [p for p in see(name, (len(value.split()),)) if _same(name, p.value, value)]
    best = sorted(here, key=_telling)[:2]
    spots = tuple(place.spot for place in best)
    shapes = {shape_of(p.printed if name in _SHAPED else p.value) for p in best} if name in _SHAPED else set()
    shapes |= {p.order for p in best if p.order}
    constant = ""
    if name is FieldName.SELLER_VAT_ID:
        constant = value
    elif name is FieldName.DUE_DATE and not spots:
        constant = _days(fields)
    return Lesson(field=name, spots=spots, shapes=tuple(sorted(shapes)), value=constant)


def _telling(place: Place) -> tuple[int, int, float]:
    """Sort places by how well they can be found again: a label on the left, one above, none; the first page first."""
    return (0 if place.left else 1 if place.above else 2, place.at.page, place.at.y0)


def _same(name: FieldName, a: str, b: str) -> bool:
    if name in AMOUNT_FIELDS:
        return abs(Decimal(a)) == abs(Decimal(b))
    return a == b or (bool(compact(a)) and compact(a) == compact(b))


def _days(fields: Fields) -> str:
    issued, due = fields.get(FieldName.ISSUE_DATE), fields.get(FieldName.DUE_DATE)
    if not (issued and issued.value and due and due.value):
        return ""
    days = (date.fromisoformat(due.value) - date.fromisoformat(issued.value)).days
    return str(days) if 0 <= days <= _MOST_DAYS else ""


def merged(old: Lesson, new: Lesson) -> Lesson:
    """Return both lessons as one, the newer first."""
    spots = list(new.spots)
    spots += [spot for spot in old.spots if not any(_alike(spot, other) for other in spots)]
    shapes = tuple(dict.fromkeys((*new.shapes, *old.shapes)))[:_MOST_SPOTS]
    return old.model_copy(
        update={"spots": tuple(spots[:_MOST_SPOTS]), "shapes": shapes, "value": new.value or old.value}
    )


def _alike(a: Spot, b: Spot) -> bool:
    return a.label == b.label and a.side is b.side and a.page == b.page and abs(a.y - b.y) < 0.03


def shareable(lesson: Lesson) -> Lesson:
    """Return what of a lesson another company may see: places, forms without letters, and labels out of dictionaries.

    Never a value; a label that holds a word which no language's labels know is left out.
    """
    known = _label_words()
    spots = tuple(
        spot if all(word in known for word in map(compact, spot.label.split()) if word)
        else spot.model_copy(update={"label": "", "side": Side.NONE})
        for spot in lesson.spots
    )  # fmt: skip
    shapes = tuple(
        shape if shape in ("dmy", "mdy") else "".join("A" if c.isalpha() else c for c in shape)
        for shape in lesson.shapes
        if lesson.field is not FieldName.DOCUMENT_TYPE
    )
    return Lesson(field=lesson.field, spots=spots, shapes=shapes)


def _label_words() -> frozenset[str]:
    return frozenset(
        compact(word)
        for language in Language
        for phrases in reading_data(language)["labels"].values()
        for phrase in phrases
        for word in phrase.split()
    )


# -- applying -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scored:
    place: Place
    score: float


def apply(fields: Fields, reading: Reading, lessons: Lessons) -> Fields:
    """Return the fields with what the lessons find on the pages. What an e-invoice or a payment code says stays."""
    wanted = {name: lesson for name, lesson in lessons.items() if fields[name].source not in _KEPT_SOURCES}
    if not wanted:
        return fields
    result = dict(fields)
    sight = look(reading)
    see = _seen(sight)
    for name in LEARNABLE:  # in this order: the due date asks for the issue date, the amounts for each other
        lesson = wanted.get(name)
        if lesson is None:
            continue
        found = _from_spots(see, name, lesson, result) if lesson.spots else None
        if found is None and lesson.value and name in CONSTANT:
            found = _from_value(name, lesson, result)
        if found is not None:
            result[name] = found
    return result


def _from_spots(see: _See, name: FieldName, lesson: Lesson, fields: Fields) -> Field | None:
    windows = {len(shape.split()) for shape in lesson.shapes}
    ranked = sorted(
        (_Scored(place, _score(place, name, lesson)) for place in see(name, windows)),
        key=lambda s: -s.score,
    )
    ranked = [s for s in ranked if _possible(name, s.place, fields)]
    if not ranked or ranked[0].score < _ENOUGH:
        return None
    best = ranked[0]
    rival = next((s.score for s in ranked[1:] if not _same(name, s.place.value, best.place.value)), -9.0)
    if best.score - rival < _LEAD:
        return None
    if _believed(name, best, fields) or (name in AMOUNT_FIELDS and _better_proved(name, best, fields)):
        return None
    return _as_field(name, best, fields)


def _believed(name: FieldName, best: _Scored, fields: Fields) -> bool:
    """Say whether what was read stays: it was read surely, and not all of the lesson speaks for another value."""
    known = fields[name]
    if known.value is None or _same(name, known.value, best.place.value):
        return False
    return known.confidence >= _SURE and best.score < _SURE_OF_PLACE


def _better_proved(name: FieldName, best: _Scored, fields: Fields) -> bool:
    """Say whether the amount that was read adds up with the others, and the one at the learned place does not.

    On a picture the proof wins: a digit at the learned place was misread. Exact words win over it at their very place.
    """
    known = fields[name].value
    if known is None or _same(name, known, best.place.value) or not _adds_up(name, known, fields):
        return False
    sure_of_place = best.score >= _SURE_OF_PLACE and not best.place.at.segment.sheet.ocr
    return not _adds_up(name, best.place.value, fields) and not sure_of_place


def _score(place: Place, name: FieldName, lesson: Lesson) -> float:
    points = max(_points(place, spot) for spot in lesson.spots)
    if name in _SHAPED:
        return points + _shape_points(place.printed, lesson.shapes)
    orders = [shape for shape in lesson.shapes if shape in ("dmy", "mdy")]
    if place.order and orders and place.order not in orders:
        return points - 2.0
    if place.order == "mdy" and not orders:
        return points - 2.0  # only a lesson makes the month come first
    return points + 1.0


def _points(place: Place, spot: Spot) -> float:
    sheet = place.at.segment.sheet
    here = place.left if spot.side is Side.LEFT else place.above
    points = 0.0
    if spot.side is Side.NONE:
        points += 0.5 if not (place.left or place.above) else 0.0
    elif same_label(here, spot.label, ocr=sheet.ocr):
        points += 3.0 if spot.side is Side.LEFT else 2.6
    else:
        points -= 0.3 if sheet.ocr else 1.0  # on a picture the label may be what was misread
    if place.at.page != (place.pages if spot.page == -1 else spot.page):
        return points - 0.5
    x0, y0, x1, y1 = sheet.region(place.at.tokens)
    across, down = min(abs(x0 - spot.x0), abs(x1 - spot.x1)), abs((y0 + y1) / 2 - spot.y)
    if across < 0.02 and down < 0.015:
        return points + 2.0
    return points + (0.9 if across < 0.03 else 0.0) + (0.3 if down < 0.03 else 0.0)


def _shape_points(printed: str, shapes: Iterable[str]) -> float:
    shape = shape_of(printed)
    bare = "".join("A" if c.isalpha() else c for c in shape)
    known = list(shapes)
    if shape in known or bare in known:
        return 2.0
    alike = [one for one in known if collapsed(one) in (collapsed(shape), collapsed(bare))]
    if not alike:
        return -1.5
    return 1.2 if any(abs(len(one) - len(shape)) <= 1 for one in alike) else 0.2


def _possible(name: FieldName, place: Place, fields: Fields) -> bool:
    """Say whether a value can be right beside the others."""
    if name is FieldName.DUE_DATE:
        issued = fields[FieldName.ISSUE_DATE].value
        return not issued or issued <= place.value
    if name in (FieldName.NET_AMOUNT, FieldName.VAT_AMOUNT):
        total = fields[FieldName.TOTAL_AMOUNT].value
        return total is None or abs(Decimal(place.value)) <= abs(Decimal(total))
    return True


def _as_field(name: FieldName, best: _Scored, fields: Fields) -> Field:
    place, known = best.place, fields[name]
    sure = place.at.mostly_sure if place.at.segment.sheet.ocr else 1.0
    seen = evidence(place.at).model_copy(update={"text": place.printed, "label": place.left or place.above})
    said = seen.model_copy(update={"proof": "learned"})
    value = place.at.value if name not in AMOUNT_FIELDS and not place.order and place.at.value else place.value
    if known.value is not None and _same(name, known.value, value):
        confidence = 1 - (1 - known.confidence) * (1 - 0.6 * sure)
        more = known.evidence if any(e.proof == "learned" for e in known.evidence) else (*known.evidence, said)
        return known.model_copy(update={"confidence": round(max(known.confidence, confidence), 4), "evidence": more})
    confidence = min(0.97, 0.8 + 0.04 * best.score) * sure
    if name in AMOUNT_FIELDS and not _adds_up(name, value, fields):
        confidence = min(confidence, 0.9)
    return Field(value=value, confidence=round(confidence, 4), source=source_of(place.at), evidence=(said,))


def _adds_up(name: FieldName, value: str, fields: Fields) -> bool:
    """Say whether net + VAT = total holds with an amount in the place of the one that was found."""
    parts = [FieldName.NET_AMOUNT, FieldName.VAT_AMOUNT, FieldName.TOTAL_AMOUNT]
    if name not in parts:
        return False
    said = [value if part is name else fields[part].value for part in parts]
    if any(one is None for one in said):
        return False
    net, vat, total = (Decimal(one or "0") for one in said)
    return net + vat == total


def _from_value(name: FieldName, lesson: Lesson, fields: Fields) -> Field | None:
    """Return what never changes with a seller; a page that surely says otherwise is believed."""
    known = fields[name]
    if name is FieldName.DOCUMENT_TYPE:
        taken_for = known.value in lesson.shapes
        return _constant(lesson.value, 0.9) if taken_for else None
    if name is FieldName.SELLER_NAME:
        return known if known.value == lesson.value and known.confidence > 0.97 else _constant(lesson.value, 0.97)
    if name is FieldName.SELLER_VAT_ID:
        proved = known.value is not None and any(e.proof == "check_digits" for e in known.evidence)
        return None if proved else _constant(lesson.value, 0.9)
    if name is FieldName.CURRENCY:
        return None if known.value is not None and known.confidence >= 0.8 else _constant(lesson.value, 0.9)
    return _due(lesson, fields)


def _due(lesson: Lesson, fields: Fields) -> Field | None:
    """Return the due date by the seller's term, where the page says none."""
    issued, known = fields[FieldName.ISSUE_DATE], fields[FieldName.DUE_DATE]
    if known.value is not None or issued.value is None or not lesson.value.isdigit():
        return None
    due = date.fromisoformat(issued.value) + timedelta(days=int(lesson.value))
    return _constant(due.isoformat(), round(0.9 * issued.confidence, 4))


def _constant(value: str, confidence: float) -> Field:
    return Field(value=value, confidence=confidence, source=FieldSource.SELLER)
