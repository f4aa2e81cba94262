"""What a command costs before it does anything: CPU seconds of Python's start and the imports, the best of five.

The ratio is to `import sqlalchemy.orm` in the same run, which nothing that asks the database can do without: it tells
a slow machine from a slow command.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from _daemon import ROOT, against, mailroom, table

TIMES = 5
COMMANDS: tuple[tuple[str, float | None], ...] = (
    ("--help", 0.15),
    ("--version", None),
    ("inbox --json", 0.7),
    ("ledger --json", 0.7),
    ("read --help", None),
    ("doctor", None),
)


def cpu(*command: str) -> float:
    """Return the least CPU seconds of a command."""
    found = []
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def main() -> None:
    """Measure and print."""
    bare, database = cpu("-c", "pass"), cpu("-c", "import sqlalchemy.orm")
    rows = [["python -c pass", f"{bare:.3f}", f"{bare / database:.2f}", ""]]
    rows.append(["python -c 'import sqlalchemy.orm'", f"{database:.3f}", "1.00", ""])
    with tempfile.TemporaryDirectory(prefix="mailroom-bench-") as folder:
        data = Path(folder) / "data"
        mailroom(data, "inbox", "--json")  # makes the database
        for arguments, aim in COMMANDS:
            spent = cpu("-m", "mailroom", "--data", str(data), *arguments.split())
            shown = against(spent, aim, " s") if aim else ""
            rows.append([f"mailroom {arguments}", f"{spent:.3f}", f"{spent / database:.2f}", shown])
    table("Start of commands", ["", "CPU s", "ratio", "aim"], rows)


if __name__ == "__main__":
    main()
