"""CPU seconds of reading: tesserocr + pypdfium2 against pytesseract + pdf2image, in one run, in the same box.

`python benchmarks/reading.py [--times 3]` reads the demo's digital PDF, scanned PDF and photo with both, by turns, with
a warm box; previews are included.
"""

from __future__ import annotations

import argparse
import sys
from email import message_from_bytes

from _daemon import ROOT, cpu_of, median, table, tree

sys.path.insert(0, str(ROOT))

import os

from mailroom.app import open_box
from mailroom.cli.demo_mails import demo_mails
from mailroom.config import ReadingSettings, Settings
from mailroom.intake import detect
from mailroom.reading.read import Reader

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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args().times
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


if __name__ == "__main__":
    main()
