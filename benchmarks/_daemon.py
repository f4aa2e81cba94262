"""What the benchmarks share: a real daemon in a temporary folder, the CPU and memory of a process tree, one table.

CPU seconds are those of the daemon and of everything that it started, also of children that ended meanwhile: each
process' own time and that of the children that it has waited for, summed over the tree (proc(5)). The kernel counts in
steps of 10 ms a process, so what is short is done several times and divided.
"""

from __future__ import annotations

import json
import os
import re
import signal
import smtplib
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
MEGABYTE = 1 << 20


@dataclass
class Daemon:
    """`mailroom run` on free ports. `banner` and `page` are the seconds from its start until each was there."""

    data: Path
    config: str = ""
    smtp: str = ""
    web: str = ""
    banner: float = 0.0
    page: float = 0.0
    log: list[str] = field(default_factory=list)

    def __enter__(self) -> Daemon:
        self.data.mkdir(parents=True, exist_ok=True)
        self.settings.write_text(self.config, "utf-8")
        command = [sys.executable, "-m", "mailroom", "--data", str(self.data), "--config", str(self.settings), "run"]
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, "--smtp", "127.0.0.1:0", "--web", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        threading.Thread(target=lambda: self.log.extend(self.process.stderr or ()), daemon=True).start()
        assert self.process.stdout is not None
        while not self.web:
            name, _, address = self.process.stdout.readline().strip().partition(" ")
            if not name:
                raise SystemExit("the daemon did not start:\n" + "".join(self.log[-20:]))
            setattr(self, name, address)
        self.banner = time.perf_counter() - began
        with urllib.request.urlopen(f"{self.web}/log-in", timeout=30) as answer:
            answer.read()
        self.page = time.perf_counter() - began
        return self

    def __exit__(self, *failure: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)

    @property
    def settings(self) -> Path:
        """The file with the daemon's settings."""
        return self.data.with_suffix(".toml")

    def send(self, raw: bytes, recipient: str) -> float:
        """Send a mail; return the instant at which it was accepted (250)."""
        host, _, port = self.smtp.rpartition(":")
        with smtplib.SMTP(host, int(port), timeout=60) as client:
            client.sendmail("supplier@example.com", [recipient], raw)
            return time.perf_counter()

    def cpu(self) -> float:
        """Return the CPU seconds of the whole tree so far."""
        return sum(cpu_of(pid) for pid in tree(self.process.pid))

    def memory(self) -> tuple[float, float, int]:
        """Return RSS and PSS in MB, summed over the tree, and the number of processes."""
        found = [memory_of(pid) for pid in tree(self.process.pid)]
        return sum(rss for rss, _ in found), sum(pss for _, pss in found), len(found)


def mailroom(data: Path, *arguments: str, settings: Path | None = None) -> str:
    """Run a command and return what it printed."""
    config = ["--config", str(settings)] if settings else []
    command = [sys.executable, "-m", "mailroom", "--data", str(data), *config, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def new_account(data: Path, settings: Path | None = None) -> str:
    """Make the demo's company and return its import address."""
    from mailroom.cli.demo_mails import DEMO_COMPANY, DEMO_VAT_ID

    # Each mail of a benchmark goes to a company of its own, all called alike.
    told = ("--vat-id", DEMO_VAT_ID, "--same-vat-id", "--owner", "owner@example.com", "--language", "nl", "--json")
    address: str = json.loads(mailroom(data, "account", "add", DEMO_COMPANY, *told, settings=settings))[
        "import_address"
    ]
    return address


def tree(root: int) -> list[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process and of its children that ended."""
    stat = _stat(pid)
    return sum(int(ticks) for ticks in stat[11:15]) / TICKS if stat else 0.0


def others_cpu() -> float:
    """Return the CPU seconds of every process but this one. Looking for them takes 5 ms, which are not theirs."""
    return sum(cpu_of(pid) for pid in tree(os.getpid())[1:])


def memory_of(pid: int) -> tuple[float, float]:
    """Return RSS and PSS of a process in MB."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0.0, 0.0
    rss, pss = (re.search(rf"^{name}:\s+(\d+)", rollup, re.MULTILINE) for name in ("Rss", "Pss"))
    return (int(rss[1]) * 1024 / MEGABYTE, int(pss[1]) * 1024 / MEGABYTE) if rss and pss else (0.0, 0.0)


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *notes: str) -> None:
    """Print a table; the first column is text, the others are figures."""
    widths = [max(len(row[at]) for row in [columns, *rows]) for at in range(len(columns))]
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"\n{title}   ({os.cpu_count()} cores, load {load})")
    for row in [columns, *rows]:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        print("  ".join(cells).rstrip())
    for note in notes:
        print(note)


def against(value: float, aim: float, unit: str = "") -> str:
    """Return the aim with a mark: reached, or by what factor it was missed."""
    return f"< {aim:g}{unit} ✓" if value < aim else f"< {aim:g}{unit} × {value / aim:.1f}"
