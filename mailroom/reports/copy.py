"""The readable copy of an e-invoice: the model as HTML, and that as PDF, in the reader's language, marked as a copy.

Here and not in einvoice, because templates have their home in reports. It runs in the boxed child: every value was
written by a stranger. All of it is escaped and cut to a length, the number of lines is bounded, and the renderer may
open nothing: not a file, not an address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.util import find_spec

from jinja2 import Environment

from mailroom.einvoice import Invoice
from mailroom.einvoice.parts import Identifier
from mailroom.errors import MissingProgram
from mailroom.languages import Language, format_amount, format_date, format_number, term_name, text, word
from mailroom.reports.render import environment_of

MOST_LINES = 200
"""Lines that are shown; typesetting a line costs milliseconds, and nobody reads three thousand."""
_LONGEST_TEXT = 600
_LARGEST = Decimal("1e18")  # beyond it babel's rounding does not fit into 28 digits
REMEDY = "apt-get install libpango-1.0-0 libpangoft2-1.0-0"


def copy_html(invoice: Invoice, language: Language, *, xml: bytes) -> str:
    """Return an e-invoice as a page of HTML that needs nothing else."""
    kind = word(language, "document_type", "credit_note" if invoice.is_credit_note else "invoice")
    return _environment(language).get_template("copy/invoice.html").render(
        invoice=invoice,
        kind=kind,
        lines=invoice.lines[:MOST_LINES],
        more=max(0, len(invoice.lines) - MOST_LINES),
        totals=tuple(_totals(invoice)),
        payment=[(term, value) for term, value in _payment(invoice) if value],
        syntax=str(invoice.source.syntax).upper() if invoice.source else "",
        sha256=hashlib.sha256(xml).hexdigest(),
    )  # fmt: skip


def copy_pdf(html: str, *, archivable: bool = False) -> bytes:
    """Return a page of ours as PDF, `archivable` as PDF/A-3. The same page gives the same bytes.

    Raises:
        MissingProgram: WeasyPrint or the libraries of Pango are not installed.
    """
    if find_spec("weasyprint") is None:
        raise MissingProgram("PDF copies need: pip install weasyprint")
    try:
        import weasyprint
    except OSError as error:  # cffi does not find Pango
        raise MissingProgram(f"PDF copies need Pango: {REMEDY}") from error

    class Nothing(weasyprint.URLFetcher):  # type: ignore[misc]  # no types
        """Opens no address and no file."""

        def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002 - the library's signature
            raise ValueError(f"nothing is opened: {url[:100]}")

    pdf: bytes = weasyprint.HTML(string=html, url_fetcher=Nothing()).write_pdf(
        pdf_variant="pdf/a-3b" if archivable else None
    )
    return pdf


def can_make_pdf() -> bool:
    """Tell whether PDF copies can be made on this machine."""
    try:
        copy_pdf("<p>")
    except MissingProgram:
        return False
    return True


def _totals(invoice: Invoice) -> Iterator[tuple[str, Decimal | None]]:
    totals = invoice.totals
    yield "BT-106", totals.line_net
    yield "BT-107", totals.allowances
    yield "BT-108", totals.charges
    yield "BT-109", totals.net
    yield "BT-110", totals.vat
    yield "BT-112", totals.gross
    yield "BT-113", totals.prepaid
    yield "BT-114", totals.rounding
    yield "BT-115", totals.payable


def _payment(invoice: Invoice) -> Iterator[tuple[str, str]]:
    for means in invoice.payment_means[:10]:
        if means.account:
            yield "BT-84", " ".join(part for part in (means.account.id, means.account.name, means.account.bank) if part)
        yield "BT-91", means.debited_account
    yield "BT-83", invoice.payment_reference
    yield "BT-20", invoice.payment_terms


@cache
def _environment(language: Language) -> Environment:
    environment = environment_of(language).overlay(autoescape=True)
    environment.globals = {**environment.globals, "word": lambda group, code: word(language, group, code)}
    environment.filters = {
        **environment.filters,
        "cut": _cut,
        "date": lambda value: format_date(value, language) if isinstance(value, date) else "",
        "number": lambda value: _number(value, language),
        "rate": lambda value: f"{_number(value, language, decimals=0)} %" if value is not None else "",
        "money": lambda value, currency: _money(value, currency, language),
        "term": lambda term: term_name(language, term),
        "identifier": _identifier,
        "capitalised": lambda value: value[:1].upper() + value[1:],
        "t": lambda key: text(language, key),
    }
    return environment


def _cut(value: object) -> str:
    """Return a value in one paragraph, without signs that turn the direction of writing, and not too long."""
    plain = " ".join("".join(sign for sign in str(value) if sign.isprintable() or sign.isspace()).split())
    return plain if len(plain) <= _LONGEST_TEXT else f"{plain[:_LONGEST_TEXT]}…"


def _number(value: Decimal | None, language: Language, *, decimals: int = 2) -> str:
    if value is None:
        return ""
    if abs(value) >= _LARGEST:
        return format(value, "f")
    whole = decimals == 0 and value == value.to_integral_value()
    return format_number(value, language, decimals=0 if whole else decimals or 2)


def _money(value: Decimal, currency: str, language: Language) -> str:
    if abs(value) >= _LARGEST or not (len(currency) == 3 and currency.isalpha() and currency.isascii()):
        return f"{_cut(currency)} {_number(value, language)}"
    return format_amount(value, currency.upper(), language)


def _identifier(one: Identifier | None) -> str:
    if one is None:
        return ""
    return f"{one.scheme}:{one.value}" if one.scheme else one.value
