"""Write cases: `python -m papers.make OUT [--seed 5] [--each 3]` inside `benchmarks`; a folder a case.

A folder holds `input.pdf` or `input.jpg` and `truth.json`. What is printed and could be read is the truth; what stands
nowhere is null; what only follows from a sentence (`within 30 days`) is not scored.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

from .facts import Facts, facts
from .families import FAMILIES
from .forms import style_of
from .others import KINDS, other
from .pieces import Paper
from .printing import as_digital, as_photo, as_scan
from .slips import SLIPS, slip_facts

Job = tuple[str, int, int]
"""Family (or kind of document), seed, number."""


def truth_of(made: Facts, family: str, ident: str, variant: str) -> dict[str, Any]:
    """Return what a right reading finds, in the form of the cases."""
    known = made.facts
    net, vat, total = (
        Decimal(known.get(k, v)) for k, v in (("net", made.net), ("vat", made.vat), ("total", made.total))
    )
    fields = {
        "supplier_name": made.seller.name, "supplier_vat_id": known.get("seller_vat"), "iban": known.get("iban"), "invoice_number": made.number,
        "issue_date": made.issue.isoformat(), "due_date": known.get("due"), "currency": made.currency,
        "net": str(net), "vat": str(vat), "total": str(total),
    }  # fmt: skip
    skipped = ["due_date"] if "due_words" in known and "due" not in known else []
    alternatives: dict[str, list[str]] = {"supplier_name": [made.seller.brand]} if made.kind == "receipt" else {}
    if made.kind == "receipt":
        skipped += ["invoice_number", "currency", "net", "vat", "iban", "supplier_vat_id", "due_date"]
    if made.seller.country == "CH":
        alternatives["supplier_vat_id"] = [made.seller.vat_id.removesuffix("MWST")]
    if made.kind not in {"invoice", "credit_note", "receipt"}:
        skipped = [name for name in fields if name not in {"supplier_name", "issue_date"}]
    if made.seller.country == "US":
        skipped += ["vat", "net"]
    return {
        "id": ident, "group": f"{'slip' if made.kind == 'receipt' else 'paper' if made.kind in {'invoice', 'credit_note'} else 'other'}-{variant}",
        "variant": variant, "source": f"papers:{ident}", "pages": 1, "cluster": family, "split": "dev", "fields": fields,
        "not_scored": sorted(set(skipped)), "alternatives": alternatives,
        "extra": {"doc_type": made.kind, "language": made.language, "country": made.seller.country, "payable": str(made.payable), "supplier": made.seller.name,
                  "customer_name": made.buyer.name, "customer_vat_id": made.buyer.vat_id or None},
    }  # fmt: skip


def draw(job: Job) -> tuple[Facts, str, random.Random]:
    """Return the facts and the page of a job; the same job gives the same page."""
    family, seed, number = job
    rng = random.Random(f"{family}-{seed}-{number}")
    if family in SLIPS:
        made, style = slip_facts(rng)
        return made, SLIPS[family](Paper(made, style, rng)), rng
    if family in KINDS["en"]:
        language = sorted(KINDS)[number % len(KINDS)]
        country = {"en": "GB", "nl": "NL", "fr": "FR", "de": "DE", "ro": "RO"}[language]
        made = facts(rng, country=country, language=language)
        made.prepaid, made.kind = Decimal(0), family
        return made, other(Paper(made, style_of(made, rng), rng), family), rng
    kind = "credit_note" if rng.random() < 0.12 else "invoice"
    country = {"two_parties": "RO", "slip_below": rng.choice(["GB", "IE"]), "din": rng.choice(["DE", "DE", "AT"])}.get(
        family, ""
    )
    made = facts(rng, kind, country=country if rng.random() < 0.8 else "")
    return made, FAMILIES[family](Paper(made, style_of(made, rng), rng)), rng


def write(out: Path, job: Job, variants: tuple[str, ...]) -> list[str]:
    """Write a job's cases and return their names."""
    if not variants:
        return []
    made, page, rng = draw(job)
    pdf = as_digital(page)
    names = []
    for variant in variants:
        ident = f"{job[0]}-{job[1]}-{job[2]}-{variant}"
        folder = out / ident
        folder.mkdir(parents=True, exist_ok=True)
        content = {"digital": lambda: pdf, "scan": lambda: as_scan(pdf, rng), "photo": lambda: as_photo(pdf, rng)}[
            variant
        ]()
        (folder / ("input.jpg" if variant == "photo" else "input.pdf")).write_bytes(content)
        (folder / "truth.json").write_text(
            json.dumps(truth_of(made, job[0], ident, variant), indent=1, ensure_ascii=False)
        )
        names.append(ident)
    return names


def jobs(seed: int, each: int) -> Iterator[tuple[Job, tuple[str, ...]]]:
    """Yield the whole set: every family digital, every third scanned, every fourth photographed; slips as photos, half as PDF too."""
    for family in FAMILIES:
        for n in range(each):
            yield (
                (family, seed, n),
                ("digital", *(("scan",) if n % 3 == 0 else ()), *(("photo",) if n % 4 == 1 else ())),
            )
    for slip in SLIPS:
        for n in range(2 * each):
            yield (slip, seed, n), ("photo", *(("digital",) if n % 2 else ()))
    for kind in KINDS["en"]:
        for n in range(5 * ((each + 2) // 3)):
            yield (kind, seed, n), ("digital",)


def make(out: Path, seed: int, each: int, only: str = "", variant: str = "") -> int:
    """Write all cases on two cores; return how many."""
    work = [
        (out, job, tuple(v for v in variants if variant in v)) for job, variants in jobs(seed, each) if only in job[0]
    ]
    with ProcessPoolExecutor(2) as pool:
        return sum(len(names) for names in pool.map(write, *zip(*work, strict=True)))


def main() -> None:
    """Write the cases that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--each", type=int, default=3, help="papers of each layout")
    parser.add_argument("--only", default="", help="only layouts whose name contains this")
    parser.add_argument("--variant", default="", choices=["", "digital", "scan", "photo"])
    given = parser.parse_args()
    print(make(given.out, given.seed, given.each, given.only, given.variant), "cases in", given.out)


if __name__ == "__main__":
    main()
