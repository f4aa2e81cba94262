"""Mails taken apart: nothing crashes, nothing is without a verdict, no byte is lost; and what a mail costs.

`python benchmarks/mails.py [--cases DIR]` goes over the odd mails of the tests (tests/odd_mails.py), and
over every .eml file below DIR. Each is taken apart as in the boxed child; the answer is packed, unpacked and sorted as
in the daemon. CPU and memory are those of a fresh process that does both halves, so somewhat more than in service;
memory is the peak over what the process had before the mail came. Drawing a body and the scanner are not in it.
"""

from __future__ import annotations

import argparse
import base64
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from _daemon import ROOT, against, table

sys.path.insert(0, str(ROOT / "tests"))

from mails_intake import File, cid, gif, html, jpeg, mail, multipart, pdf, png, text
from odd_mails import MONSTERS, ODD

from mailroom.domain.message import Verdict
from mailroom.intake import apart_from_answer, reasons, sort_parts, task

CPU_AIM, MEMORY_AIM = 60.0, 150.0
NOT_OPENED = {reasons.TOO_DEEP, reasons.TOO_LARGE, reasons.TOO_MANY_PARTS}
TIMES = 5

PHOTOS = [
    (3_024, 4_032, True, 90_000),
    (4_032, 3_024, True, 90_000),
    (900, 1_600, True, 40_000),
    (1_200, 1_600, False, 60_000),
    (720, 1_280, False, 45_000),
    (600, 1_500, False, 40_000),
    (2_480, 3_508, False, 200_000),
    (1_080, 1_920, False, 80_000),
]
"""Receipts as phones and messengers send them: width, height, with a camera's marks, bytes."""
SCANS = [(1_240, 1_754, 60_000), (800, 1_200, 30_000), (1_700, 2_200, 60_000)]
LOGOS = [
    *[(120, 40, 0), (16, 16, 0), (64, 64, 100), (32, 32, 0), (300, 80, 900)],
    *[(600, 120, 4_000), (200, 200, 2_000), (1_200, 200, 9_000), (400, 100, 8_000), (250, 90, 5_000)],
]


def with_pdf(size: int) -> bytes:
    """Return a mail of about this many bytes with one PDF."""
    noise = base64.b64encode(bytes(n * 7 % 251 for n in range(1_009)))
    content = pdf() + noise * (size * 3 // 4 // len(noise))
    return mail(text(), File(content, "application/pdf", "factuur.pdf"))


COSTS: dict[str, Callable[[], bytes]] = {
    "a mail with a PDF of 2 MB": lambda: with_pdf(2_800_000),
    "a mail of 25 MB": lambda: with_pdf(25_000_000),
    **MONSTERS,
}


def balance(raw: bytes) -> tuple[int, int, int]:
    """Return how many parts a mail has, how many of them lack a verdict, and the bytes that are nowhere."""
    apart = apart_from_answer(*task({}, [raw]))
    verdicts = {verdict.path: verdict for verdict in sort_parts(apart)}
    lost = 0
    for part in apart.parts:
        verdict = verdicts.get(part.path)
        content = apart.contents[part.path]
        kept = (len(content), sha256(content).hexdigest()) == (part.size, part.sha256)
        opened = verdict is not None and verdict.verdict is Verdict.CONTAINER
        named = verdict is not None and verdict.verdict is Verdict.REFUSED and verdict.reason.code in NOT_OPENED
        lost += 0 if kept or opened or named else part.size
    return len(apart.parts), len(apart.parts) - len(verdicts), lost


def pictures() -> Iterator[tuple[bool, bytes]]:
    """Yield (is it a document?, a mail with it): receipts of phones and scanners, and what decorates mails."""
    documents = [jpeg(*size, camera=camera, size=weight) for *size, camera, weight in PHOTOS]
    documents += [png(*size, noise=noise) for *size, noise in SCANS]
    clutter = [png(*size, noise=noise) for *size, noise in LOGOS]
    clutter += [gif(1, 1), gif(2, 2), jpeg(180, 60, size=4_000), jpeg(640, 160, size=20_000)]
    for is_document, files in ((True, documents), (False, clutter)):
        for content in files:
            attached = File(content, "application/octet-stream", "IMG_1.bin")
            inline = File(content, "image/jpeg", "image001.jpg", "inline", cid("p@x"))
            shown = multipart(html("<img src='cid:p@x'>"), inline, kind="related")
            yield is_document, mail(text(), attached)
            yield is_document, mail(shown)
            yield is_document, mail(shown, File(pdf(), "application/pdf", "factuur.pdf"))


def decoration() -> list[str]:
    """Return how many mails with pictures there are, and how many were judged wrongly in each direction."""
    count = wrong_documents = wrong_clutter = 0
    for is_document, raw in pictures():
        apart = apart_from_answer(*task({}, [raw]))
        found = {verdict.path: verdict.verdict for verdict in sort_parts(apart)}
        [path] = [part.path for part in apart.parts if part.width]
        count += 1
        wrong_documents += not is_document and found[path] is Verdict.DOCUMENT
        wrong_clutter += is_document and found[path] is not Verdict.DOCUMENT
    return [str(count), str(wrong_documents), str(wrong_clutter)]


def over(mails: dict[str, bytes]) -> list[str]:
    """Return the row of a set of mails."""
    parts = without = lost = crashes = 0
    began = time.process_time()
    for name, raw in mails.items():
        try:
            found = balance(raw)
        except Exception as error:
            crashes += 1
            print(f"{name}: {error!r}", file=sys.stderr)
            continue
        parts, without, lost = parts + found[0], without + found[1], lost + found[2]
    spent = (time.process_time() - began) * 1000 / max(len(mails), 1)
    return [str(len(mails)), str(parts), str(crashes), str(without), str(lost), f"{spent:.1f}"]


def cost(name: str) -> None:
    """Print CPU milliseconds and peak megabytes of one mail, in this process, which does nothing else."""
    raw = COSTS[name]()
    balance(mail(text(), File(pdf(), "application/pdf", "f.pdf")))  # imports and tables
    Path("/proc/self/clear_refs").write_text("5")
    before, began = _resident("VmRSS"), time.process_time()
    balance(raw)
    spent = time.process_time() - began
    times = TIMES if spent < 0.5 else 1
    began = time.process_time()
    for _ in range(times - 1):
        balance(raw)
    spent = (spent + time.process_time() - began) / times
    print(len(raw) / 1e6, spent * 1000, _resident("VmHWM") - before)


def _resident(key: str) -> float:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:")) / 1024


def costs() -> list[list[str]]:
    """Return the rows of what single mails cost, each in a process of its own."""
    rows = []
    for name in COSTS:
        command = [sys.executable, __file__, "--cost", name]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        size, spent, memory = map(float, done.stdout.split())
        aim = against(spent, CPU_AIM, " ms") if "2 MB" in name else against(memory, MEMORY_AIM, " MB")
        rows.append([name, f"{size:.1f}", f"{spent:.0f}", f"{memory:.0f}", aim])
    return rows


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=Path, help="folder with .eml files")
    options.add_argument("--cost", help=argparse.SUPPRESS)
    wanted = options.parse_args()
    if wanted.cost:
        cost(wanted.cost)
        return
    rows = [["odd mails by code", *over(ODD)]]
    rows.append(["hostile mails by code", *over({name: make() for name, make in MONSTERS.items()})])
    if wanted.cases:
        files = {str(file): file.read_bytes() for file in sorted(wanted.cases.rglob("*.eml"))}
        rows.append([str(wanted.cases.name), *over(files)])
    columns = ["mails", "count", "parts", "crashes", "without verdict", "bytes lost", "CPU ms each"]
    table("Mails taken apart", columns, rows)
    table(
        "Pictures in mails: attached, in the text, and in the text beside a PDF",
        ["", "mails", "decoration as document", "document as decoration"],
        [["receipts and clutter", *decoration()]],
    )
    table("One mail in a fresh process, before reading", ["mail", "MB", "CPU ms", "MB over idle", "aim"], costs())


if __name__ == "__main__":
    main()
