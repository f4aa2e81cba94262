"""The sign of fraud: text layers that say something else than their picture are found, honest ones are not accused.

`python benchmarks/text_and_picture.py [--each 2] [--seed 41] [--cases DIR]` takes digital papers (drawn ones, or those
of a folder of cases), and makes of each: a scan with an honest hidden text; a scan whose hidden text says another
account and other amounts (clean, and as an office scans); the paper with patches pasted over what is to be paid. A
forged paper counts when what was forged was taken for a field; a value that stands in plain sight elsewhere is no miss
of a white patch. `--show` names what was accused or missed.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from _daemon import ROOT, cpu_of, table, tree

sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests"))

import forged_papers
from papers.cases import cases_of
from papers.families import FAMILIES
from papers.make import draw
from papers.printing import as_digital
from PIL import Image, ImageFilter

from mailroom.app import open_box
from mailroom.config import Settings
from mailroom.domain.message import MediaType
from mailroom.domain.reading import PageSource, Reading
from mailroom.errors import MailroomError
from mailroom.extraction import Buyer, Extraction, MoneySpot, extract, money_spots
from mailroom.extraction.money_spots import MONEY_FIELDS
from mailroom.reading.read import Reader
from mailroom.steps.text_and_picture import differences

os.environ["OMP_THREAD_LIMIT"] = "1"
Kind = str


def papers(asked: argparse.Namespace) -> Iterator[tuple[str, bytes, Buyer]]:
    """Yield digital papers by name."""
    if asked.cases:
        for case in cases_of(asked.cases):
            if case.file.suffix == ".pdf" and "scan" not in case.group:
                yield case.ident, case.file.read_bytes(), case.buyer
        return
    for family in FAMILIES:
        for number in range(asked.each):
            made, page, _ = draw((family, asked.seed, number))
            yield f"{family}-{number}", as_digital(page), Buyer(name=made.buyer.name, vat_id=made.buyer.vat_id or "")


def scanned(pictures: list[Image.Image], chance: random.Random) -> list[Image.Image]:
    """Return pages as an office scans them: grain, paler, not quite sharp; straight, as the hidden words stand."""
    import numpy as np

    done = []
    for picture in pictures:
        noise = np.random.default_rng(chance.randrange(10**9)).normal(0, chance.uniform(3, 14), picture.size[::-1])
        pale = chance.choice([0, 0, 30, 60])
        grey = np.clip(np.asarray(picture, dtype=float) * (255 - pale) / 255 + pale + noise, 0, 255)
        done.append(Image.fromarray(grey.astype("uint8")).filter(ImageFilter.GaussianBlur(chance.uniform(0.2, 0.8))))
    return done


class Bench:
    """Counts what became of each kind of paper."""

    def __init__(self, reader: Reader, *, show: bool) -> None:
        self._reader, self._show = reader, show
        self.papers: Counter[Kind] = Counter()
        self.told: Counter[Kind] = Counter()
        self.fields: Counter[tuple[Kind, str]] = Counter()
        self.found: Counter[tuple[Kind, str]] = Counter()
        self.cpu: dict[Kind, list[float]] = defaultdict(list)

    def read(self, content: bytes, buyer: Buyer) -> tuple[Reading, Extraction, list[MoneySpot]] | None:
        """Return the fields of a paper and the places in its text layer."""
        try:
            reading = self._reader.read(content, MediaType.PDF).reading
        except MailroomError:
            return None
        found = extract(reading, buyer)
        return reading, found, money_spots(reading, found.fields)

    def compared(self, kind: Kind, name: str, content: bytes, buyer: Buyer, *, forged: Collection[str] = ()) -> None:
        """Read a paper, compare it and count; `forged` are words that its picture does not show where they stand."""
        read = self.read(content, buyer)
        if read is None or not read[2]:
            return
        reading, found, spots = read
        wrong = {spot.field for spot in spots if any(word.text in forged for word in spot.words)}
        if forged and not wrong:  # what was forged was not taken for a value
            return
        before = _cpu()
        told = differences(self._reader, lambda: content, reading, found)
        self.cpu[kind].append(_cpu() - before)
        self.papers[kind] += 1
        self.told[kind] += bool(told)
        accused = {reason.facts["field"] for reason in told}
        for field in wrong:
            self.fields[kind, field] += 1
            self.found[kind, field] += field in accused
        if self._show and bool(told) != bool(forged):
            print(kind, name, [(s.field.value, s.text) for s in spots], [reason.facts for reason in told])

    def rows(self) -> list[list[str]]:
        """Return the table."""
        rows = []
        for kind, count in self.papers.items():
            of = [
                f"{self.found[kind, name]} of {self.fields[kind, name]}" if self.fields[kind, name] else ""
                for name in MONEY_FIELDS
            ]
            cost = self.cpu[kind]
            rows.append([kind, str(count), str(self.told[kind]), *of, f"{1000 * sum(cost) / len(cost):.0f}"])
        return rows


def _cpu() -> float:
    return sum(cpu_of(pid) for pid in tree(os.getpid()))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--seed", type=int, default=41)
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--digital", action="store_true", help="honest digital papers only")
    asked = parser.parse_args()
    box = open_box(Settings())
    try:
        bench = Bench(Reader(box, Settings().reading), show=asked.show)
        for name, content, buyer in papers(asked):
            bench.compared("digital, honest", name, content, buyer)
            read = bench.read(content, buyer)
            if asked.digital or read is None or not read[2]:
                continue
            reading, _, spots = read
            pages = reading.pages
            if any(page.source is not PageSource.TEXT_LAYER for page in pages) or len(pages) > 3:
                continue
            pictures = forged_papers.drawn(content)
            if len(pictures) != len(pages):
                continue
            dirty, other = scanned(pictures, random.Random(name)), forged_papers.other_words(spots)
            hidden = forged_papers.layered(dirty, pages, quality=60)
            bench.compared("scan with hidden text, honest", name, hidden, buyer)
            lies = forged_papers.with_words(pages, other)
            for kind, shown in (("clean scan, forged text", pictures), ("office scan, forged text", dirty)):
                hidden = forged_papers.layered(shown, lies, quality=60)
                bench.compared(kind, name, hidden, buyer, forged=other.values())
            covered = {word.text for spot in spots for word in spot.words}
            for kind, text in (("patch with other digits", forged_papers.other_text), ("white patch", None)):
                bench.compared(kind, name, forged_papers.pasted(content, spots, text), buyer, forged=covered)
    finally:
        box.close()
    columns = ["papers", "n", "held", "IBAN", "payable", "total", "reference", "CPU ms"]
    table("Text layer and picture", columns, bench.rows())


if __name__ == "__main__":
    main()
