"""The readable copy: complete, in five languages, marked as a copy, and harmless whatever the invoice says."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from random import Random

import pypdf
import pypdfium2
import pytest
from click.testing import CliRunner
from invoices_einvoice import make_invoice

from mailroom.cli import main
from mailroom.einvoice import Invoice, embedded_invoice, read_invoice, to_ubl
from mailroom.einvoice.parts import Note
from mailroom.languages import Language, text
from mailroom.reports.copy import MOST_LINES, copy_html, copy_pdf

XML = to_ubl(make_invoice(Random(7)))
INVOICE = read_invoice(XML)


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)
    finally:
        document.close()


@pytest.mark.parametrize("language", Language)
def test_the_copy_says_in_each_language_that_it_is_one_and_leaves_no_key_open(language: Language) -> None:
    html = copy_html(INVOICE, language, xml=XML)
    assert text(language, "einvoice.copy.mark") in html
    assert INVOICE.number in html
    for left in ("{n}", "einvoice.", "BT-", "BG-", "None", "words."):
        assert left not in html, left


def test_the_pdf_shows_number_parties_total_and_account_and_is_the_same_each_time() -> None:
    html = copy_html(INVOICE, Language.EN, xml=XML)
    pdf = copy_pdf(html)
    said = words_of(pdf)
    account = INVOICE.payment_means[0].account
    assert INVOICE.totals.payable is not None
    assert account is not None
    for value in (
        INVOICE.number,
        INVOICE.seller.name,
        INVOICE.buyer.name,
        account.id,
        f"{INVOICE.totals.payable:,.2f}",
    ):
        assert " ".join(value.split()) in said
    assert copy_pdf(html) == pdf


def test_what_a_stranger_writes_is_shown_and_never_obeyed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the operator's secret")
    attack = f'<img src="file://{secret}"><link rel="attachment" href="file://{secret}"><script>x</script>{{{{ 7*7 }}}}'
    invoice = INVOICE.model_copy(update={"number": attack, "notes": (Note(text=attack + "\u202e" + "x" * 100_000),)})
    html = copy_html(invoice, Language.EN, xml=XML)
    assert "<img" not in html
    assert "<script" not in html
    assert "\u202e" not in html
    assert len(html) < 30_000
    assert "secret.txt" in words_of(copy_pdf(html)).replace(" ", "")
    raw = copy_pdf(f'<img src="file://{secret}"><a href="x">y</a><link rel=attachment href="file://{secret}">')
    assert b"EmbeddedFile" not in raw


@pytest.mark.parametrize("amount", [Decimal("1e29"), Decimal("-0.001"), Decimal(0)])
def test_an_odd_invoice_has_a_copy_too(amount: Decimal) -> None:
    line = INVOICE.lines[0].model_copy(update={"net": amount, "quantity": amount, "vat_rate": amount})
    for odd in (Invoice(), Invoice(currency="<b>", totals=INVOICE.totals.model_copy(update={"payable": amount}))):
        assert copy_html(odd.model_copy(update={"lines": (line,)}), Language.DE, xml=b"")


def test_of_very_many_lines_the_first_are_shown_and_the_rest_counted() -> None:
    invoice = INVOICE.model_copy(update={"lines": INVOICE.lines[:1] * (MOST_LINES + 5)})
    assert text(Language.NL, "einvoice.copy.more_lines", n=5) in copy_html(invoice, Language.NL, xml=XML)


def test_the_command_line_writes_pdf_and_html_out_of_the_box(tmp_path: Path) -> None:
    file = tmp_path / "in.xml"
    file.write_bytes(XML)
    run = CliRunner()
    command = ["--data", str(tmp_path / "data"), "einvoice", "render", str(file), "--language", "nl", "--output"]
    for name, start in (("copy.pdf", b"%PDF"), ("copy.html", b"<!doctype html>")):
        done = run.invoke(main, [*command, str(tmp_path / name)])
        assert done.exit_code == 0, done.output
        assert (tmp_path / name).read_bytes().startswith(start)
    file.write_bytes(b"<note/>")
    assert run.invoke(main, [*command, str(tmp_path / "x.pdf")]).exit_code == 1


def test_an_invoice_becomes_a_factur_x_pdf_that_is_archivable_and_holds_it(tmp_path: Path) -> None:
    file, out = tmp_path / "in.xml", tmp_path / "out.pdf"
    file.write_bytes(XML)
    data = ["--data", str(tmp_path / "data"), "einvoice"]
    done = CliRunner().invoke(main, [*data, "convert", "--to", "facturx", "--output", str(out), str(file)])
    assert done.exit_code == 0, done.output
    pdf = out.read_bytes()
    inside = embedded_invoice(pdf)
    assert inside is not None
    held = read_invoice(inside)
    assert (held.number, held.totals.payable) == (INVOICE.number, INVOICE.totals.payable)
    assert INVOICE.number in words_of(pdf)
    assert b"/AFRelationship" in pdf
    assert b"/OutputIntents" in pdf
    for mark in (b"<pdfaid:part>3</pdfaid:part>", b"<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>"):
        assert mark in xmp_of(pdf)
    # A PDF that holds an invoice keeps its pages.
    again = tmp_path / "again.pdf"
    done = CliRunner().invoke(main, [*data, "convert", "--to", "facturx", "--output", str(again), str(out)])
    assert done.exit_code == 0, done.output
    assert words_of(again.read_bytes()) == words_of(pdf)
    assert embedded_invoice(again.read_bytes()) is not None


def xmp_of(pdf: bytes) -> bytes:
    """Return the metadata that the catalogue names; an older one may still lie in the file."""
    found: bytes = pypdf.PdfReader(io.BytesIO(pdf)).xmp_metadata.stream.get_data()  # type: ignore[union-attr]  # is there
    return found
