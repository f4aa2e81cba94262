"""Reading: what is right, what is sure, what it costs, on papers that the repository draws or on a folder of cases.

`python benchmarks/reading.py [--each 1] [--seed 99]` draws every layout of `papers/` anew (the seed is used by nothing
else) and reads it; `--cases DIR` takes a folder of cases instead (a folder each, with `input.*` and `truth.json`).
`--engines` compares tesserocr + pypdfium2 with pytesseract + pdf2image on the demo's documents instead.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from email import message_from_bytes
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import tesserocr
from _daemon import ROOT, cpu_of, median, others_cpu, table, tree

sys.path.insert(0, str(ROOT))

from _reading_tables import Outcome, Split, show_accuracy, show_cost, show_split, show_trust, show_types
from papers.cases import Case, cases_of
from papers.make import make

from mailroom.app import open_box
from mailroom.cli.demo_mails import demo_mails
from mailroom.config import ReadingSettings, Settings
from mailroom.domain.reading import PageSource
from mailroom.errors import MailroomError
from mailroom.extraction import Extraction, extract, surer, wants_second_opinion
from mailroom.intake import detect
from mailroom.reading.box import Box
from mailroom.reading.ocr_tesserocr import tessdata
from mailroom.reading.read import Reader
from mailroom.steps.text_and_picture import differences

os.environ["OMP_THREAD_LIMIT"] = "1"
FAST = ReadingSettings(ocr="tesserocr", render="pypdfium2")
PORTABLE = ReadingSettings(ocr="pytesseract", render="pdf2image")
KINDS = {"digital PDF": "Dutch", "scanned PDF": "scanned", "photo": "photo"}


def documents() -> dict[str, bytes]:
    """Return the demo's documents by kind."""
    found = {}
    for what, raw in demo_mails("bench@import.example"):
        for kind, word in KINDS.items():
            if word in what:
                parts = message_from_bytes(raw).walk()
                found[kind] = next(part.get_payload(decode=True) for part in parts if part.get_filename())
    return {kind: content for kind, content in found.items() if isinstance(content, bytes)}


def spent(reader: Reader, content: bytes) -> float:
    """Return the CPU seconds of this process and the box for one reading."""
    before = sum(cpu_of(pid) for pid in tree(os.getpid()))
    reader.read(content, detect(content))
    return sum(cpu_of(pid) for pid in tree(os.getpid())) - before


def engines(times: int) -> None:
    """Compare the two ways of reading, by turns, with a warm box."""
    box = open_box(Settings())
    try:
        fast, portable = Reader(box, FAST), Reader(box, PORTABLE)
        rows = []
        for kind, content in sorted(documents().items()):
            spent(fast, content), spent(portable, content)  # the first call loads what later ones find
            pairs = [(spent(fast, content), spent(portable, content)) for _ in range(times)]
            quick, slow = median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])
            rows.append([kind, f"{quick:.2f}", f"{slow:.2f}", f"{slow / max(quick, 0.005):.1f} ×"])
    finally:
        box.close()
    columns = ["one page", "tesserocr + pypdfium2", "pytesseract + pdf2image", "ratio"]
    table(
        "CPU seconds of reading", columns, rows, f"Median of {times}, by turns; the kernel counts in steps of 0.01 s."
    )


def read_case(reader: Reader, case: Case) -> Outcome | None:
    """Read a case as the workflow does, counting the CPU of every process; None when it cannot be read."""
    content = case.file.read_bytes()
    others, started = others_cpu(), time.process_time()
    try:
        reading = reader.read(content, detect(content)).reading
        began = time.process_time()
        found: Extraction = extract(reading, case.buyer)
        own = time.process_time() - began
        second = reader.read_again(content, reading) if wants_second_opinion(reading, found) else None
    except MailroomError as error:
        print(f"{case.ident}: {error.reason}", file=sys.stderr)
        return None
    if second is not None:
        found = surer(found, extract(second, case.buyer))
    cpu = time.process_time() - started
    cpu += others_cpu() - others
    ocr = sum(page.source is PageSource.OCR for page in reading.pages)
    twice = 0 if second is None else sum("rapidocr" in page.engine for page in second.pages)
    return Outcome(case, found.fields, max(1, len(reading.pages)), cpu, own, twice, ocr)


class SplitReaders(NamedTuple):
    """The reader as it is, and with less and less to do. Only the first one's children stay to be asked."""

    whole: Reader
    uncompared: Reader
    bare: Reader

    @classmethod
    def of(cls, box: Box) -> SplitReaders:
        """Make the three over one box."""
        off = ReadingSettings(compare_picture="off")
        return cls(Reader(box, ReadingSettings()), Reader(box, off), Reader(box, off, previews=False))


def split_of(readers: SplitReaders, cases: Sequence[Case]) -> Split:
    """Return what each part of reading digital papers costs: the text and all fields, the preview, the comparison.

    A paper goes through all parts before the next one, so that all meet the same load; the CPU of other processes is
    counted in steps of 10 ms, so that only the sums say something. The comparison is asked of the child that has read,
    so that it has no part of its own: it is what the whole costs more than without it.
    """
    spent_on = Split()
    for case in cases:
        content = case.file.read_bytes()
        kind = detect(content)
        with spent_on.part("text"):
            reading = readers.bare.read(content, kind).reading
        with spent_on.part("fields"):
            found = extract(reading, case.buyer)
        with spent_on.part("with preview"):
            readers.uncompared.read(content, kind)
        with spent_on.part("with comparison"):
            readers.whole.read(content, kind)
            differences(readers.whole, lambda content=content: content, reading, found)
        spent_on.pages += max(1, len(reading.pages))
    return spent_on


def raw_tesserocr(case: Case) -> list[float]:
    """Return the CPU seconds of tesserocr alone for each page of a scan, drawn at 200 dpi beforehand."""
    document, engine = pypdfium2.PdfDocument(case.file.read_bytes()), _bare_engine()
    spent_on = []
    for page in document:
        picture = page.render(scale=ReadingSettings().dpi / 72, grayscale=True).to_pil()
        began = time.process_time()
        engine.SetImage(picture)
        engine.Recognize()
        spent_on.append(time.process_time() - began)
    return spent_on


@cache
def _bare_engine() -> tesserocr.PyTessBaseAPI:
    return tesserocr.PyTessBaseAPI(path=f"{tessdata()}/", lang=ReadingSettings().languages)


def peak_memory() -> dict[str, float]:
    """Return the highest resident size of each kind of server under this one, in MB; the children are not seen."""
    found: dict[str, float] = {}
    for pid in tree(os.getpid())[1:]:
        try:
            status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
            libraries = Path(f"/proc/{pid}/maps").read_text("utf-8", "replace")
        except OSError:
            continue
        peak = re.search(r"VmHWM:\s+(\d+)", status)
        name = "photo engine's server" if "onnxruntime" in libraries else "reader's server"
        found[name] = max(found.get(name, 0.0), int(peak[1]) / 1024 if peak else 0.0)
    return found


def accuracy(folder: Path) -> None:
    """Read all cases of a folder, one after the other, and print the tables."""
    cases = list(cases_of(folder))
    box: Box = open_box(Settings())
    try:
        reader = Reader(box, ReadingSettings())
        outcomes, raw = [], []
        for case in cases:
            if (outcome := read_case(reader, case)) is not None:
                outcomes.append(outcome)
            if case.group.endswith("scan"):  # by turns, so that both meet the same load
                raw += raw_tesserocr(case)
        memory = peak_memory()
        digital = [o.case for o in outcomes if o.case.group.endswith("digital") and not o.ocr]
        readers = SplitReaders.of(box)
        split_of(readers, digital[:1])  # the first call of each kind loads what later ones find
        split = split_of(readers, digital)
    finally:
        box.close()
    print(f"\n{len(outcomes)} of {len(cases)} cases read; {len({c.cluster for c in cases})} layouts or suppliers")
    show_accuracy(outcomes)
    show_trust(outcomes)
    show_types(outcomes)
    show_cost(outcomes, raw, memory)
    show_split(split)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path, help="a folder of cases instead of papers drawn anew")
    parser.add_argument("--each", type=int, default=1, help="papers of each layout")
    parser.add_argument("--seed", type=int, default=99)
    parser.add_argument("--engines", action="store_true", help="compare the two ways of reading")
    parser.add_argument("--times", type=int, default=3, help="turns of --engines")
    given = parser.parse_args()
    if given.engines:
        engines(given.times)
    elif given.cases:
        accuracy(given.cases)
    else:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), given.seed, given.each)
            accuracy(Path(folder))


if __name__ == "__main__":
    main()
