"""Readings drawn with a typewriter: a page is a text, each letter as wide as the next, columns parted by spaces."""

from __future__ import annotations

import re
from textwrap import dedent

from mailroom.domain.document import DocumentType, FieldName, Region
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Barcode, Page, PageSource, Reading, StructuredValue, Word
from mailroom.extraction import Buyer, Extraction, extract

COLUMNS, LINES = 100, 70


def page(drawing: str, *, number: int = 1, ocr: bool = False, slant: float = 0.0, sure: float = 0.95) -> Page:
    """Return a page with the words where they stand in the drawing.

    A line that begins with `!` is in large type. `slant` lets the lines fall from left to right, as on a photo.
    """
    words = []
    for at, line in enumerate(dedent(drawing).strip("\n").split("\n")):
        large = line.startswith("!")
        for match in re.finditer(r"\S+", line.replace("!", " ", 1) if large else line):
            x0, x1 = (0.05 + 0.9 * place / COLUMNS for place in match.span())
            top = 0.04 + at * 0.92 / LINES + slant * x0
            height = (1.6 if large else 0.8) * 0.92 / LINES
            words.append(Word(match[0], x0, top, x1, top + height, sure if ocr else 1.0, at))
    source = PageSource.OCR if ocr else PageSource.TEXT_LAYER
    return Page(number=number, width=595, height=842, source=source, words=tuple(words))


def reading(
    *drawings: str,
    ocr: bool = False,
    slant: float = 0.0,
    barcodes: tuple[tuple[str, str], ...] = (),
    structured: dict[FieldName, StructuredValue] | None = None,
) -> Reading:
    """Return a reading of drawn pages."""
    pages = tuple(page(d, number=i, ocr=ocr, slant=slant) for i, d in enumerate(drawings, 1))
    region: Region = (0.1, 0.8, 0.2, 0.9)
    return Reading(
        media_type=MediaType.PDF,
        engine="typewriter",
        pages=pages,
        page_count=len(pages),
        barcodes=tuple(Barcode(page=1, symbology=kind, text=text, region=region) for kind, text in barcodes),
        structured=structured or {},
    )


def read(*drawings: str, buyer: Buyer | None = None, ocr: bool = False, slant: float = 0.0) -> Extraction:
    """Extract from drawn pages."""
    return extract(reading(*drawings, ocr=ocr, slant=slant), buyer or Buyer())


def values(found: Extraction) -> dict[str, str | None]:
    """Return the values by the fields' names."""
    return {name.value: field.value for name, field in found.fields.items()}


def kind_of(drawing: str) -> DocumentType:
    """Return the type of a drawn page."""
    return DocumentType(values(read(drawing))["document_type"] or "other")


HEADS = {
    "nl": (
        "Timmerwerken Ghys BV",
        "BTW BE 0403.170.701",
        "FACTUUR",
        "Factuurnummer: 2026-0417",
        "Factuurdatum: 03/04/2026",
    ),
    "fr": (
        "Menuiserie Lambot SRL",
        "TVA BE 0403.170.701",
        "FACTURE",
        "N° de facture: 2026-0417",
        "Date de facture: 03/04/2026",
    ),
    "de": (
        "Tischlerei Ahrens GmbH",
        "USt-IdNr. DE136695976",
        "RECHNUNG",
        "Rechnungs-Nr.: 2026-0417",
        "Rechnungsdatum: 03.04.2026",
    ),
    "en": ("Harper Joinery Ltd", "VAT GB 707 6177 69", "INVOICE", "Invoice no.: 2026-0417", "Invoice date: 03/04/2026"),
    "ro": ("TAMPLARIE NORD SRL", "CIF RO38328529", "FACTURA", "Nr. factura: 2026-0417", "Data emiterii: 03.04.2026"),
}
SUMS = {
    "nl": ("Totaal excl. btw   1.000,00", "Btw 21%              210,00", "Totaal incl. btw   1.210,00 EUR"),
    "fr": ("Total HTVA         1.000,00", "TVA 21%              210,00", "Total TVAC         1.210,00 EUR"),
    "de": ("Nettobetrag        1.000,00", "MwSt. 21%            210,00", "Gesamtbetrag       1.210,00 EUR"),
    "en": ("Net total          1,000.00", "VAT 21%              210.00", "Total incl. VAT    1,210.00 EUR"),
    "ro": ("Total fara TVA     1.000,00", "TVA 21%              210,00", "Total de plata     1.210,00 RON"),
}


def said(
    language: str,
    *,
    number: str | None = None,
    date: str | None = None,
    due: str = "",
    sums: str | None = None,
    foot: str = "",
) -> dict[str, str | None]:
    """Return what is read from an invoice of which these lines are replaced."""
    seller, vat_id, title, its_number, its_date = HEADS[language]
    lines = [seller, "Kerkstraat 12", "9000 Gent", vat_id, "", f"!{title}", ""]
    lines += [*(number or its_number).split("\n"), its_date if date is None else date, due, ""]
    lines += [*(sums.split("\n") if sums else SUMS[language]), "", *foot.split("\n")]
    return values(read("\n".join(line if line.startswith("!") else f"  {line}" for line in lines)))


SELLER = """
    !Timmerwerken Ghys BV
    Kerkstraat 12
    9000 Gent
    BTW BE 0403.170.701
"""
OF_A_HUNDRED = """
    Totaal excl. btw     100,00 EUR
    Btw 21 %              21,00 EUR
    Totaal incl. btw     121,00 EUR
"""


def saying(lines: str, *, head: str = SELLER, sums: str = OF_A_HUNDRED, foot: str = "") -> dict[str, str | None]:
    """Return what is read from an invoice with these lines over its sums, and a foot under them."""
    indented = ("\n".join(f"    {line}" for line in part.strip().split("\n")) for part in (lines, foot))
    over, under = indented
    return values(read(f"{head}\n{over}\n{sums}\n{under}"))


METER = """
        PARKING STADSHAL
        Beheer: Mobipark NV
        06.02.2026 09:02
        {rows}
"""
