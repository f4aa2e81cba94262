"""The lines of a document as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from mailroom.domain.document import Document, FieldName
from mailroom.domain.line import LineItem, Lines
from mailroom.domain.line_sums import said_of, sums_of
from mailroom.web.words import FAIRLY_SURE, Words

_MOST = 200
"""Lines that a page shows; the rest is in the original."""


@dataclass(frozen=True)
class LineView:
    """One line in the reader's words. `how` is quantity and price, `gross` says that the amount includes VAT."""

    description: str
    how: str
    rate: str
    amount: str
    gross: bool
    unsure: bool
    page: int | None


def line_views(lines: Lines, document: Document, words: Words) -> list[LineView]:
    """Return the lines in the reader's number style."""
    currency = document.value(FieldName.CURRENCY)
    return [_view(item, currency, words) for item in lines.items[:_MOST]]


@dataclass(frozen=True)
class SumView:
    """What the lines come to beside what the document says, in the reader's words. `verdict` is empty when equal."""

    label: str
    lines: str
    said: str
    verdict: str


def sum_views(lines: Lines, document: Document, words: Words) -> list[SumView]:
    """Return net amount, VAT and total of the lines, as far as they say them, beside those of the document."""
    mine, said = sums_of(lines.items), said_of(document.fields)
    total = mine.total
    if total is None and mine.net is not None and mine.vat is not None:
        total = mine.net + mine.vat
    currency = document.value(FieldName.CURRENCY)
    rows = (
        (FieldName.NET_AMOUNT, mine.net, said.net),
        (FieldName.VAT_AMOUNT, mine.vat, said.vat),
        (FieldName.TOTAL_AMOUNT, total, said.total),
    )
    return [_sum_view(name, here, there, currency, words) for name, here, there in rows if here is not None]


def _sum_view(name: FieldName, mine: Decimal, said: Decimal | None, currency: str | None, words: Words) -> SumView:
    verdict = ""
    if said is not None and abs(mine) != abs(said):
        difference = words.amount(str(abs(abs(mine) - abs(said))), currency)
        which = "more" if abs(mine) > abs(said) else "less"
        verdict = words.t(f"web.lines.sums.{which}", difference=difference)
    return SumView(
        label=words.named("field", name.value),
        lines=words.amount(str(mine), currency),
        said=words.amount(str(said), currency) if said is not None else "",
        verdict=verdict,
    )


def _view(item: LineItem, currency: str | None, words: Words) -> LineView:
    gross = item.net_amount is None and item.gross_amount is not None
    return LineView(
        description=item.description,
        how=_how(item, words),
        rate=words.t("web.lines.rate", rate=words.plain(item.vat_rate)) if item.vat_rate is not None else "",
        amount=words.amount(item.gross_amount if gross else item.net_amount, currency),
        gross=gross,
        unsure=item.confidence < FAIRLY_SURE,
        page=item.page,
    )


def _how(item: LineItem, words: Words) -> str:
    if item.quantity is None:
        return ""
    unit = f" {item.unit}" if item.unit and item.unit != "C62" else ""
    many = f"{words.plain(item.quantity)}{unit}"
    price = f" × {words.number(item.unit_price)}" if item.unit_price is not None else ""
    off = f" − {words.plain(item.discount)} %" if item.discount is not None else ""
    return f"{many}{price}{off}"
