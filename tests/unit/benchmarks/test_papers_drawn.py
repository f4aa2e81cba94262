"""The papers that the benchmark draws: the same seed gives the same paper, and what is true stands on it."""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path

import pytest
from stdnum import iban

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))

from papers.families import FAMILIES
from papers.make import draw, truth_of
from papers.others import KINDS
from papers.slips import SLIPS

from mailroom.extraction.identifiers import check_digits

EVERY = [*FAMILIES, *SLIPS, *KINDS["en"]]


@pytest.mark.parametrize("family", EVERY)
def test_the_same_seed_draws_the_same_paper(family: str) -> None:
    first, second = draw((family, 3, 1)), draw((family, 3, 1))
    assert first[1] == second[1]
    assert first[1] != draw((family, 3, 2))[1]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("number", range(3))
def test_what_is_true_is_printed(family: str, number: int) -> None:
    made, page, _ = draw((family, 3, number))
    words = html.unescape(re.sub(r"<[^>]+>", " ", page))
    fields = truth_of(made, family, "x", "digital")["fields"]
    squeezed = re.sub(r"\W", "", words)
    assert made.number in words
    assert made.seller.name in words
    for name in ("supplier_vat_id", "iban"):
        assert fields[name] is None or fields[name] in squeezed


@pytest.mark.parametrize("family", FAMILIES)
def test_ids_and_sums_hold(family: str) -> None:
    made, _, _ = draw((family, 4, 0))
    assert not made.seller.vat_id or check_digits(made.seller.vat_id)
    assert not made.seller.iban or iban.is_valid(made.seller.iban, check_country=False)
    assert made.net + made.vat == made.total
    assert made.payable == made.total - made.prepaid
