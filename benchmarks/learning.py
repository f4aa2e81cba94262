"""What one correction teaches, and how many lines of tables are right.

`python benchmarks/learning.py [--sellers 60] [--scans 12] [--cases DIR]`: every generated seller sends three invoices.
A person corrects the first; the others are read without and with what that taught, through the real store and its
recognition of sellers. `--cases` scores the lines of the folders in DIR (`input.*`, `truth.json`): a list in `lines`,
or their number in `extra.lines`; and learning where several documents are of one `cluster`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from _daemon import ROOT, table

sys.path.insert(0, str(ROOT))

from _sellers import Item, Maker, scanned

from mailroom.app import open_box
from mailroom.config import Settings
from mailroom.domain.account import Account, Seller
from mailroom.domain.document import Field, FieldName, FieldSource
from mailroom.domain.learned import Lessons
from mailroom.domain.line import LineStatus
from mailroom.domain.reading import Reading
from mailroom.domain.value import new_id
from mailroom.extraction import Buyer, Extraction, extract, lessons_of, marks_of, merged
from mailroom.extraction.text import compact
from mailroom.intake import detect
from mailroom.reading.read import Reader
from mailroom.store import Store, open_store

KEY = ("seller_vat_id", "invoice_number", "issue_date", "total_amount")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
OWN = Buyer(name="Bakkerij De Korenbloem BV", vat_id="BE0662918487")
NAMES = {"supplier_name": "seller_name", "supplier_vat_id": "seller_vat_id", "net": "net_amount", "vat": "vat_amount",
         "total": "total_amount"}  # fmt: skip


@dataclass
class Score:
    """Counts of one column of the table."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    said: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    documents: int = 0
    whole: int = 0

    def add(self, truth: Mapping[str, str | None], found: Extraction) -> list[str]:
        """Count a document; return the key fields that are wrong."""
        wrong = []
        self.documents += 1
        for name in KEY:
            expected = truth.get(name)
            value = found.fields[FieldName(name)].value
            self.said[name] += expected is not None
            self.found[name] += value is not None
            good = expected is not None and value is not None and same(name, value, expected)
            self.right[name] += good
            if expected is not None and not good:
                wrong.append(name)
        self.whole += not wrong
        return wrong

    def f1(self, names: Iterable[str] = KEY) -> float:
        """Return F1 over fields."""
        right = sum(self.right[n] for n in names)
        return 2 * right / max(1, sum(self.found[n] + self.said[n] for n in names))


def same(name: str, value: str, expected: str) -> bool:
    """Say whether two values are the same."""
    if name.endswith("amount"):
        return abs(Decimal(value)) == abs(Decimal(expected))
    return compact(value) == compact(expected)


class School:
    """A store in which sellers are recognised and taught, as in the product."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.account = Account(id=new_id(), name=OWN.name, vat_id=OWN.vat_id, created_at=NOW)
        with store.unit() as unit:
            unit.accounts.add(self.account)

    def correct(self, reading: Reading, found: Extraction, truth: Mapping[str, str | None]) -> None:
        """Do what a person does: type what is wrong, confirm the rest, accept; then the document is archived."""
        said = {FieldName(n): v for n, v in truth.items() if v is not None}
        fields = {n: Field(value=v, confidence=1, source=FieldSource.PERSON) for n, v in said.items()}
        read = {name: one.value for name, one in found.fields.items()}
        lessons = lessons_of(reading, fields, said, read)
        iban = truth.get("iban") or ""
        with self.store.unit() as unit:
            seller = unit.sellers.match(self.account.id, truth.get("seller_vat_id"), iban, truth.get("seller_name"))
            seller = seller or unit.sellers.save(
                Seller(
                    id=new_id(),
                    account_id=self.account.id,
                    name=truth.get("seller_name") or "",
                    vat_id=truth.get("seller_vat_id") or "",
                    ibans=(iban,) if iban else (),
                    documents=1,
                )
            )
            unit.learned.teach(seller, lessons, document_id=new_id(), actor="bench", at=NOW, merge=merged)

    def lessons(self, reading: Reading, found: Extraction, buyer: Buyer) -> Lessons:
        """Return what was taught of the seller that a document names."""
        with self.store.read() as unit:
            known = unit.sellers.recognise(self.account.id, marks_of(found.fields, reading, buyer))
            return {lesson.field: lesson for lesson in unit.learned.of(known.seller.id)} if known else {}


def read(reader: Reader, content: bytes, name: str = "f.pdf") -> Reading:
    """Read a file in the box."""
    return reader.read(content, detect(content, name), name).reading


def learn(
    groups: Iterator[list[tuple[Reading, Mapping[str, str | None], Buyer]]], school: School, errors: list[str]
) -> tuple[Score, Score, float]:
    """Teach on the first document of each group; return the scores of the others before and after, and ms a page."""
    before, after, spent = Score(), Score(), 0.0
    for group in groups:
        for number, (reading, truth, buyer) in enumerate(group):
            found = extract(reading, buyer)
            if number == 0:
                school.correct(reading, found, truth)
                continue
            before.add(truth, found)
            lessons = school.lessons(reading, found, buyer)
            began = time.process_time()
            informed = extract(reading, buyer, lessons)
            spent += time.process_time() - began
            wrong = after.add(truth, informed)
            errors += [f"{name}: {informed.fields[FieldName(name)].value!r} for {truth[name]!r}" for name in wrong]
    return before, after, 1000 * spent / max(1, after.documents)


def generated(reader: Reader, sellers: int, *, scan: bool) -> Iterator[list[tuple[Reading, dict[str, str], Buyer]]]:
    """Yield the readings of each seller's three invoices."""
    for seed in range(sellers):
        maker = Maker.of(seed)
        papers = [maker.paper(number) for number in range(3)]
        contents = [scanned(p.content, seed) if scan else p.content for p in papers]
        yield [(read(reader, c), p.truth, OWN) for c, p in zip(contents, papers, strict=True)]


def right_lines(found: Extraction, truth: list[Item]) -> tuple[int, int, int]:
    """Return how many lines are found (amount), right in everything, and how many there are."""
    left = list(found.lines.items)
    amounts = whole = 0
    for item in truth:
        match = next((one for one in left if one.net_amount and Decimal(one.net_amount) == item.net), None)
        if match is None:
            continue
        left.remove(match)
        amounts += 1
        words = compact(f"{item.description} {item.more}")
        numbers = Decimal(match.quantity or 0) == item.quantity and Decimal(match.unit_price or 0) == item.price
        whole += numbers and compact(match.description) == words and Decimal(match.vat_rate or -1) == item.rate
    return amounts, whole, len(truth)


def show_learning(title: str, before: Score, after: Score, ms: float) -> None:
    """Print one table."""
    rows = [[n, f"{before.f1([n]):.3f}", f"{after.f1([n]):.3f}"] for n in KEY]
    rows.append(["all key fields (F1)", f"{before.f1():.3f}", f"{after.f1():.3f}"])
    share = [f"{100 * s.whole / max(1, s.documents):.1f} %" for s in (before, after)]
    rows.append(["documents with all four right", *share])
    note = f"{after.documents} documents; {ms:.1f} ms CPU a document with lessons, all fields and lines."
    table(title, ["field", "before", "after one correction"], rows, note)


def show_lines(title: str, counts: list[tuple[int, int, int]], fits: int) -> None:
    """Print the lines' table."""
    found, right, there = (sum(c[i] for c in counts) for i in range(3))
    rows = [[str(there), f"{100 * found / max(1, there):.1f} %", f"{100 * right / max(1, there):.1f} %",
             f"{100 * fits / max(1, len(counts)):.1f} %"]]  # fmt: skip
    head = ["lines", "found (amount)", "right in everything", "documents that add up"]
    table(title, head, rows, "Everything: description, quantity, unit price, VAT rate, net amount.")


def cases(folder: Path, reader: Reader, school: School) -> None:
    """Score a folder of cases."""
    groups: dict[tuple[str, str], list[tuple[Reading, dict[str, str | None], Buyer]]] = defaultdict(list)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    exact: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    fits: dict[str, int] = defaultdict(int)
    for case in sorted(path.parent for path in folder.glob("*/truth.json")):
        said = json.loads((case / "truth.json").read_text("utf-8"))
        source = next(path for path in case.iterdir() if path.name.startswith("input"))
        extra = said.get("extra", {})
        buyer = Buyer(
            name=(extra.get("customer_name") or "").split("\n")[-1],
            vat_id=re.sub(r"[^0-9A-Z]", "", extra.get("customer_vat_id") or ""),
        )
        reading = read(reader, source.read_bytes(), source.name)
        found = extract(reading, buyer)
        group = str(said.get("group", "all"))
        truth = {NAMES.get(n, n): v for n, v in said.get("fields", {}).items() if n not in said.get("not_scored", [])}
        if said.get("cluster"):
            groups[group, str(said["cluster"])].append((reading, truth, buyer))
        lines = said.get("lines", extra.get("lines"))
        if isinstance(lines, list):
            exact[group].append(right_lines(found, [_item(line) for line in lines]))
            fits[group] += found.lines.status is LineStatus.ADD_UP
        elif isinstance(lines, int):
            good = found.lines.status is LineStatus.ADD_UP
            row = counts[group]
            row[0] += 1
            row[1] += lines
            row[2] += lines if good and len(found.lines.items) == lines else 0
            row[3] += good
    for group, got in exact.items():
        show_lines(f"Lines, {group}", got, fits[group])
    if counts:
        rows = [
            [g, str(n), str(there), f"{100 * right / max(1, there):.1f} %", f"{100 * good / n:.1f} %"]
            for g, (n, there, right, good) in sorted(counts.items())
        ]
        note = "The truth tells only how many lines there are: right are those of documents with that many that add up."
        table("Lines by number", ["group", "documents", "lines", "right", "add up"], rows, note)
    for wanted in ("digital", "scan"):
        same_seller = [g for (name, _), g in groups.items() if name.endswith(wanted) and len(g) > 1]
        if same_seller:
            show_learning(f"Cases of one seller, {wanted}", *learn(iter(same_seller), school, []))


def _item(line: dict[str, Any]) -> Item:
    rate = line.get("vat_rate")
    return Item(
        str(line.get("description", "")),
        Decimal(str(line.get("quantity") or 0)),
        Decimal(str(line.get("unit_price") or 0)),
        Decimal(str(rate if rate is not None else -1)),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sellers", type=int, default=60)
    parser.add_argument("--scans", type=int, default=12, help="sellers whose invoices are scanned, too")
    parser.add_argument("--errors", action="store_true", help="name what is wrong after the correction")
    parser.add_argument("--cases", type=Path)
    asked = parser.parse_args()
    settings = Settings()
    box = open_box(settings)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(settings.store, Path(folder))
        store.migrate()
        try:
            reader = Reader(box, settings.reading)
            if asked.cases:
                cases(asked.cases, reader, School(store))
                return
            for scan, sellers in ((False, asked.sellers), (True, asked.scans)):
                if sellers:
                    _measure(reader, School(store), sellers, scan=scan, show_errors=asked.errors)
        finally:
            store.close()
            box.close()


def _measure(reader: Reader, school: School, sellers: int, *, scan: bool, show_errors: bool) -> None:
    kind, errors = "scanned" if scan else "digital", []
    groups = list(generated(reader, sellers, scan=scan))
    before, after, ms = learn(iter(groups), school, errors)
    show_learning(f"Learning, {kind}: {sellers} generated sellers", before, after, ms)
    found = [(extract(r, b), Maker.of(s).paper(n).lines) for s, g in enumerate(groups) for n, (r, _, b) in enumerate(g)]
    fits = sum(one.lines.status is LineStatus.ADD_UP for one, _ in found)
    show_lines(f"Lines, {kind}", [right_lines(one, truth) for one, truth in found], fits)
    if show_errors:
        print("\n".join(sorted(errors)))


if __name__ == "__main__":
    main()
