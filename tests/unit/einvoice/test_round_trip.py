"""What is written can be read back, term for term, and breaks no rule."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from invoices_einvoice import make_invoice
from strategies_einvoice import invoices

from mailroom.einvoice import Severity, check, peppol_form, read_invoice, to_ubl, write_cii, write_ubl
from mailroom.einvoice.model import Invoice

seeds = st.integers(0, 1_000_000)
# Whole models are large: making one smaller after it failed would take minutes.
whole_models = settings(
    deadline=None, max_examples=40, phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def made(seed: int) -> Invoice:
    return make_invoice(Random(seed))


@given(seeds)
@settings(deadline=None, max_examples=40)
def test_ubl_gives_the_model_back(seed: int) -> None:
    invoice = made(seed)
    assert read_invoice(write_ubl(invoice)).terms() == invoice


@given(seeds)
@settings(deadline=None, max_examples=40)
def test_cii_gives_the_model_back(seed: int) -> None:
    invoice = made(seed)
    means = tuple(  # CII has no network of a card; everything else is shared
        one.model_copy(update={"card": one.card.model_copy(update={"network": ""})}) if one.card else one
        for one in invoice.payment_means
    )
    invoice = invoice.model_copy(update={"payment_means": means})
    assert read_invoice(write_cii(invoice)).terms() == invoice


@given(seeds)
@settings(deadline=None, max_examples=40)
def test_an_invoice_in_peppol_form_is_written_as_it_is(seed: int) -> None:
    invoice = made(seed)
    form = peppol_form(invoice)
    assert read_invoice(to_ubl(invoice)).terms() == form
    assert peppol_form(form) == form
    assert form.totals == invoice.totals


@given(seeds)
@settings(deadline=None, max_examples=40)
def test_what_is_written_breaks_no_rule(seed: int) -> None:
    written = read_invoice(to_ubl(made(seed)))
    assert [finding for finding in check(written, as_peppol=True) if finding.severity is Severity.FATAL] == []


@given(seeds)
@settings(deadline=None, max_examples=20)
def test_every_value_of_our_own_files_is_mapped(seed: int) -> None:
    for content in (write_ubl(made(seed)), write_cii(made(seed))):
        source = read_invoice(content).source
        assert source is not None
        assert source.unmapped == ()
        assert source.leaves > 40


@given(invoices)
@whole_models
def test_any_model_goes_through_ubl_and_back(invoice: Invoice) -> None:
    assert read_invoice(write_ubl(invoice)).terms() == invoice


@given(invoices)
@whole_models
def test_any_model_goes_through_cii_and_back_but_for_what_is_of_ubl_alone(invoice: Invoice) -> None:
    invoice = invoice.model_copy(update={"third_party": ()})
    assert read_invoice(write_cii(invoice)).terms() == invoice


@given(invoices)
@whole_models
def test_any_model_can_be_checked_and_written_for_peppol(invoice: Invoice) -> None:
    check(invoice)
    written = read_invoice(to_ubl(invoice))
    assert written.totals.payable in {invoice.totals.payable, *({written.totals.payable} - {None})}
    assert peppol_form(peppol_form(invoice)) == peppol_form(invoice)
