"""What a document is in its mail, by what stands on it: an invoice, or what goes along with one.

Pure. A number with a total under the title of an invoice makes an invoice, whatever the file is called. Terms and
conditions, time sheets, work reports, packing lists and pictures without words go along; reminders and statements are
papers of their own.
"""

from __future__ import annotations

import re
from enum import StrEnum

from mailroom.domain.document import DocumentType, FieldName, Fields
from mailroom.domain.reading import Reading
from mailroom.extraction.text import blur

_BOOKED = frozenset({DocumentType.INVOICE, DocumentType.CREDIT_NOTE, DocumentType.RECEIPT})
_ALONG = frozenset({DocumentType.ORDER, DocumentType.QUOTE, DocumentType.DELIVERY_NOTE, DocumentType.CONTRACT})
_OWN = frozenset({DocumentType.REMINDER, DocumentType.STATEMENT})
_SURE = 0.6
_FEW_WORDS = 8
_HEAD_WORDS = 60

# Titles in the five languages, without spaces and accents, as `blur` gives them.
_TITLES = (
    "algemenevoorwaarden|verkoopsvoorwaarden|verkoopvoorwaarden|leveringsvoorwaarden|betalingsvoorwaarden|urenstaat|"
    "urenregistratie|urenoverzicht|werkbon|werkrapport|prestatiestaat|pakbon|meetstaat|vorderingsstaat|"
    "conditionsgenerales|conditionsdevente|feuilledetemps|relevedheures|feuilledheures|rapportdintervention|"
    "bondetravail|rapportdetravail|bordereaudelivraison|etatdavancement|allgemeinegeschaftsbedingungen|"
    "allgemeinegeschaeftsbedingungen|verkaufsbedingungen|lieferbedingungen|zahlungsbedingungen|stundenzettel|"
    "stundennachweis|leistungsnachweis|tatigkeitsnachweis|arbeitsbericht|servicebericht|montagebericht|aufmass|"
    "packliste|widerrufsbelehrung|datenschutzerklarung|termsandconditions|termsofsale|termsofservice|"
    "generalconditions|timesheet|timerecord|workreport|servicereport|jobsheet|packinglist|packingslip|privacypolicy|"
    "termenisiconditii|conditiigenerale|foaiedepontaj|fisadepontaj|raportdelucru|raportdeactivitate|procesverbal|"
    "listadecolisaj|situatiedelucrari"
)
_TITLE = re.compile("|".join(blur(title) for title in _TITLES.split("|")))
_LEGAL = re.compile(
    r"aansprakelijk|overmacht|bevoegde rechtbank|eigendomsvoorbehoud|toepasselijk recht|"
    r"responsabilit|force majeure|tribuna(?:l|ux) comp[eé]tent|r[eé]serve de propri[eé]t|droit applicable|"
    r"haftung|h[oö]here gewalt|gerichtsstand|eigentumsvorbehalt|anwendbares recht|"
    r"liabilit|jurisdiction|retention of title|governing law|shall not be|"
    r"r[aă]spundere|for[tț][aă] major[aă]|instan[tț]a competent[aă]|legea aplicabil[aă]",
    re.IGNORECASE,
)


class Role(StrEnum):
    """What a document is in its mail."""

    INVOICE = "invoice"
    ALONG = "along"
    OWN = "own"


def role(reading: Reading | None, fields: Fields) -> Role:
    """Say what a document is in its mail. Without a reading (nothing could be read) it goes along."""
    if reading is not None and reading.structured:
        return Role.INVOICE
    kind, titled = _kind(fields)
    named_along = _title_of_an_appendix(reading)  # before the kind: a French `relevé d'heures` is no statement
    if kind in _OWN and not named_along:
        return Role.OWN
    has_number, has_total = _has(fields, FieldName.INVOICE_NUMBER), _has(fields, FieldName.TOTAL_AMOUNT)
    text = "\n".join(page.text() for page in reading.pages) if reading else ""
    if len(text.split()) < _FEW_WORDS:
        return Role.ALONG
    headed = kind in _BOOKED and titled
    if headed and has_total and (has_number or kind == DocumentType.RECEIPT) and not named_along:
        return Role.INVOICE
    if named_along or kind in _ALONG or len(set(map(str.lower, _LEGAL.findall(text)))) >= 3:
        return Role.ALONG
    # An invoice that was badly read still has two of the three; what has none of them is no invoice.
    return Role.INVOICE if headed + has_number + has_total >= 2 or kind == DocumentType.RECEIPT else Role.ALONG


def _title_of_an_appendix(reading: Reading | None) -> bool:
    """Look at the head of the first page; a sentence that mentions the terms stands lower, or is longer."""
    if reading is None or not reading.pages:
        return False
    seen = 0
    for line in reading.pages[0].text().split("\n"):
        words = line.split()
        seen += len(words)
        if seen > _HEAD_WORDS:
            return False
        key = blur(line)
        if len(words) <= 8 and len(key) < 60 and _TITLE.search(key):
            return True
    return False


def _kind(fields: Fields) -> tuple[str, bool]:
    kind = fields.get(FieldName.DOCUMENT_TYPE)
    return (kind.value or "", bool(kind.evidence)) if kind else ("", False)


def _has(fields: Fields, name: FieldName) -> bool:
    field = fields.get(name)
    return field is not None and field.value is not None and field.confidence >= _SURE
