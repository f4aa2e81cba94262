"""The step that turns a reading into fields: this page names the parts of the work in their order.

Pure: the same reading and buyer give the same fields. What an e-invoice says wins with certainty; words of the pages
fill only what it leaves out. Every field is in the result, with `None` and the probability of its absence when it was
looked for in vain.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mailroom.domain.document import AMOUNT_FIELDS, DocumentType, Evidence, Field, FieldName, Fields, FieldSource
from mailroom.domain.learned import Lessons
from mailroom.domain.line import Lines
from mailroom.domain.reading import Reading, StructuredValue
from mailroom.domain.value import Reason
from mailroom.extraction.barcodes import Said, payment_codes
from mailroom.extraction.candidates import look
from mailroom.extraction.confidence_weights import ABSENT
from mailroom.extraction.judge import Buyer, Page, read_page
from mailroom.extraction.language import language_of
from mailroom.extraction.learned import apply
from mailroom.extraction.lines import find_lines


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a document says: every field, its language (ISO 639-1), and what a person should know of the doubts.

    `page` is what the pages say by themselves, where an e-invoice speaks for them in `fields`.
    """

    fields: Fields
    language: str
    problems: tuple[Reason, ...] = ()
    page: Fields = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)


def extract(reading: Reading, buyer: Buyer, learned: Lessons | None = None) -> Extraction:
    """Return the fields of a document with their evidence and probability.

    `learned` is what people taught of the seller's documents: evidence like any other.
    """
    found = _extract(reading, buyer)
    return informed(found, reading, learned) if learned else found


def informed(found: Extraction, reading: Reading, learned: Lessons) -> Extraction:
    """Return an extraction with what the lessons find on the same pages."""
    fields = apply(found.fields, reading, learned)
    if all(fields[name].value == found.fields[name].value for name in AMOUNT_FIELDS):
        return replace(found, fields=fields)
    return replace(found, fields=fields, lines=lines_on(reading, fields))


def lines_on(reading: Reading, fields: Fields) -> Lines:
    """Return the lines that a reading shows, compared with these fields."""
    return reading.lines or find_lines(look(reading), fields)


def _extract(reading: Reading, buyer: Buyer) -> Extraction:
    sight = look(reading)
    language, _ = language_of(sight)
    page = read_page(sight, buyer, language) if any(s.rows for s in sight.sheets) else Page({})
    fields = _complete(page.fields)
    fields = _from_codes(fields, payment_codes(reading.barcodes))
    fields = _from_xml(fields, reading.structured)
    problems = () if reading.structured else page.problems
    lines = reading.lines or find_lines(sight, fields)
    return Extraction(fields, language.value, problems, page.fields, lines)


def _complete(fields: Fields) -> Fields:
    """Add what was not found, as looked for and absent."""
    absent = {name: Field(value=None, confidence=ABSENT[name], source=FieldSource.DERIVED) for name in FieldName}
    unknown = Field(value=DocumentType.OTHER.value, confidence=0.3, source=FieldSource.DERIVED)
    return absent | {FieldName.DOCUMENT_TYPE: unknown} | fields


def _from_codes(fields: Fields, said: Said) -> Fields:
    """A payment code agrees with the words, or it is taken where they say nothing or less surely something else."""
    result = dict(fields)
    for name, (value, barcode) in said.items():
        evidence = Evidence(text=value, page=barcode.page, region=barcode.region, proof="payment_code")
        known = fields[name]
        if known.value == value:
            result[name] = known.model_copy(
                update={"confidence": max(known.confidence, 0.995), "evidence": (*known.evidence, evidence)}
            )
        elif name in _SURE_BY_CODE or known.value is None or known.confidence < 0.6:
            confidence = 0.99 if name in _SURE_BY_CODE else 0.9
            result[name] = Field(value=value, confidence=confidence, source=FieldSource.BARCODE, evidence=(evidence,))
    return result


_SURE_BY_CODE = frozenset({FieldName.IBAN, FieldName.PAYMENT_REFERENCE, FieldName.PAYABLE_AMOUNT})


def _from_xml(fields: Fields, structured: dict[FieldName, StructuredValue]) -> Fields:
    """What the XML of an e-invoice says is so; the same words on the page stay as evidence of their place."""
    result = dict(fields)
    for name, said in structured.items():
        seen = fields[name].evidence if fields[name].value == said.value else ()
        evidence = Evidence(text=said.value, path=said.path, label=said.term, proof="structured")
        result[name] = Field(value=said.value, confidence=1.0, source=FieldSource.XML, evidence=(evidence, *seen))
    return result
