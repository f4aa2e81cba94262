"""The lines of a document as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from mailroom.domain.document import Document, FieldName
from mailroom.domain.line import LineItem, Lines
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
