"""Whatever comes in, the answer is an invoice or one of our own errors; whatever the model holds can be written."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from invoices_einvoice import make_invoice
from pydantic import BaseModel

from mailroom.einvoice import check, gaps, header_fields, read_invoice, recognise, show_rows, to_cii, to_ubl, write_ubl
from mailroom.einvoice.model import Invoice
from mailroom.errors import MailroomError

SAMPLES = [writer(make_invoice(Random(seed))) for seed in range(6) for writer in (write_ubl, to_cii)]
PIECES = [
    b"<",
    b">",
    b"</",
    b"&",
    b"&lt;",
    b"\x00",
    b"\xff",
    b"<!--",
    b"<![CDATA[",
    b"<!DOCTYPE a>",
    b"9" * 60,
    b"-",
    b".",
]


def use_everything(invoice: Invoice) -> None:
    header_fields(invoice)
    check(invoice, as_peppol=True)
    show_rows(invoice)
    gaps(invoice)
    read_invoice(to_ubl(invoice))
    read_invoice(to_cii(invoice))


@given(
    st.integers(0, len(SAMPLES) - 1),
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 40), st.sampled_from(PIECES)), max_size=4),
)
@settings(deadline=None, max_examples=150)
def test_mutated_xml_gives_an_invoice_or_an_error_of_ours(number: int, changes: list[tuple[int, int, bytes]]) -> None:
    content = SAMPLES[number]
    for percent, length, piece in changes:
        place = len(content) * percent // 100
        content = content[:place] + piece + content[place + length :]
    try:
        invoice = read_invoice(content)
    except MailroomError:
        return
    use_everything(invoice)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_give_an_error_of_ours(content: bytes) -> None:
    assert recognise(content) is None
    try:
        read_invoice(content)
    except MailroomError:
        return
    raise AssertionError("no invoice has 300 random bytes")


def damaged(value: Any, random: Random) -> Any:
    """Return a model with one value in it replaced."""
    name = random.choice([field for field in type(value).model_fields if field != "source"])
    held = getattr(value, name)
    changed: Any = held
    if isinstance(held, BaseModel) and random.random() < 0.8:
        changed = damaged(held, random)
    elif isinstance(held, tuple) and held and isinstance(held[0], BaseModel):
        changed = random.choice(((), held + held, (damaged(held[0], random), *held[1:])))
    elif isinstance(held, Decimal):
        changed = random.choice((None, -held, Decimal("1e20"), Decimal("0.00001"), Decimal(0)))
    elif isinstance(held, str):
        changed = random.choice(("", "x" * 2_000, "\x00\x1f\ud800", " ", "S", "O", "58", "BE0000000000", "]]>&<"))
    elif held is not None:
        changed = type(value).model_fields[name].default
    return value.model_copy(update={name: changed})


@given(st.integers(0, 1_000_000))
@settings(deadline=None, max_examples=150)
def test_any_model_can_be_checked_shown_and_written(seed: int) -> None:
    random = Random(seed)
    invoice = make_invoice(random)
    for _ in range(random.randint(1, 6)):
        invoice = damaged(invoice, random)
    use_everything(invoice)


def test_an_empty_model_can_be_written_and_says_what_is_missing() -> None:
    use_everything(Invoice())
    assert {"BT-1", "BT-2", "BT-27", "BT-34", "BT-44", "BT-49", "BG-25"} <= set(gaps(Invoice()))
