"""What an e-invoice costs: CPU milliseconds of reading, checking and writing, memory of the largest, factur-x beside.

The invoices are generated (tests/invoices_einvoice.py), the same for the same seed. Everything but the official
verdict runs in this process, as it does in the boxed child; of the verdict the CPU of its worker counts.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

from _daemon import ROOT, against, table

sys.path.insert(0, str(ROOT / "tests"))

from invoices_einvoice import make_invoice

from mailroom.einvoice import check, header_fields, read_invoice, to_cii, to_ubl, write_ubl
from mailroom.einvoice.official import Official
from mailroom.einvoice.official_rules import known_rules
from mailroom.languages import Language
from mailroom.reports.copy import copy_html, copy_pdf

DOCUMENTS = 60
AIMS = {"read UBL": 5.0, "read CII": 5.0, "own checks": 3.0, "readable PDF": 700.0, "official verdict, warm": 20.0}
MEMORY_AIM = 200.0
LARGE = {
    "nothing (the imports)": "",
    "3,000 lines": "invoice.model_copy(update={'lines': invoice.lines[:1] * 3000})",
    "an attachment of 20 MB": "invoice.model_copy(update={'attachments': (SupportingDocument("
    "filename='a.pdf', media_type='application/pdf', content=bytes(20 << 20)),)})",
}


def cpu_of(work: Callable[[bytes], object], contents: Iterable[bytes]) -> float:
    """Return the CPU milliseconds for each document."""
    waiting = list(contents)
    work(waiting[0])  # imports and tables
    began = time.process_time()
    for content in waiting:
        work(content)
    return (time.process_time() - began) * 1000 / len(waiting)


def large(expression: str) -> tuple[float, float]:
    """Return the MB and the CPU seconds of a process that reads, checks and writes a large invoice."""
    making = (
        "import sys; sys.path.insert(0, 'tests'); from random import Random;"
        "from invoices_einvoice import make_invoice;"
        "from mailroom.einvoice.parts import SupportingDocument; from mailroom.einvoice import write_ubl;"
        f"invoice = make_invoice(Random(3)); sys.stdout.buffer.write(write_ubl({expression or 'invoice'}))"
    )
    content = subprocess.run([sys.executable, "-c", making], cwd=ROOT, check=True, capture_output=True).stdout
    using = (
        "import resource, sys; from mailroom.einvoice import *; i = read_invoice(sys.stdin.buffer.read());"
        "check(i); header_fields(i); to_ubl(i); used = resource.getrusage(resource.RUSAGE_SELF);"
        # Not ru_maxrss: that of the process that started this one stays in it.
        "peak = [line for line in open('/proc/self/status') if line.startswith('VmHWM')][0];"
        "print(int(peak.split()[1]) / 1024, used.ru_utime + used.ru_stime)"
    )
    done = subprocess.run([sys.executable, "-c", using], cwd=ROOT, check=True, capture_output=True, input=content)
    megabytes, seconds = map(float, done.stdout.split())
    return megabytes, seconds


def spent_by(pid: int) -> float:
    """Return the CPU seconds of another process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def held_to_xsd(content: bytes) -> None:
    """Let factur-x hold a CII to its XSD."""
    import facturx

    facturx.xml_check_xsd(content, flavor="factur-x", level="en16931")


def parsed(content: bytes) -> None:
    """Let factur-x read an invoice."""
    from facturx.parse_xml import parse_ubl_cii_xml

    parse_ubl_cii_xml(content)


def main() -> None:
    """Measure and print."""
    invoices = [make_invoice(Random(seed)) for seed in range(DOCUMENTS)]
    ubl, cii = [write_ubl(one) for one in invoices], [to_cii(one) for one in invoices]
    held = {content: read_invoice(content) for content in ubl}
    spent = {
        "read UBL": cpu_of(lambda content: header_fields(read_invoice(content)), ubl),
        "read CII": cpu_of(lambda content: header_fields(read_invoice(content)), cii),
        "own checks": cpu_of(lambda content: check(held[content]), ubl),
        "write Peppol UBL": cpu_of(lambda content: to_ubl(held[content]), ubl),
        "write CII": cpu_of(lambda content: to_cii(held[content]), ubl),
        "CII read, checked, written as UBL": cpu_of(_turned, cii),
        "readable PDF": cpu_of(lambda content: copy_pdf(copy_html(held[content], Language.NL, xml=content)), ubl[:8]),
        "factur-x: read CII": cpu_of(parsed, cii),
        "factur-x: read UBL": cpu_of(parsed, ubl),
        "factur-x: XSD of a CII": cpu_of(held_to_xsd, cii),
    }
    with Official(known_rules(Path("no-release-installed"))) as official:
        official.verdict(ubl[0])
        worker = official._worker
        assert worker
        began = spent_by(worker.pid)
        for content in ubl:
            official.verdict(content)
        spent["official verdict, warm"] = (spent_by(worker.pid) - began) * 1000 / len(ubl)
    base = spent["factur-x: read CII"]
    rows = [
        [name, f"{ms:.2f}", f"{ms / base:.2f}", against(ms, AIMS[name], " ms") if name in AIMS else ""]
        for name, ms in spent.items()
    ]
    table("E-invoices, a document", ["", "ms", "of factur-x", "aim"], rows)
    rows = []
    for name, expression in LARGE.items():
        megabytes, seconds = large(expression)
        rows.append([name, f"{megabytes:.0f}", f"{seconds:.2f}", against(megabytes, MEMORY_AIM, " MB")])
    table("Read, checked and written as UBL, one process", ["", "MB", "CPU s", "aim"], rows)
    print(f"this process at its largest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _turned(content: bytes) -> bytes:
    invoice = read_invoice(content)
    check(invoice)
    return to_ubl(invoice)


if __name__ == "__main__":
    main()
