"""Where the pages of the daemon are: it writes that into the data folder, and commands print links that lead there.

`mailroom run --web HOST:PORT`, port 0 and a socket of systemd all make another address than the one in the settings.
What a killed daemon left is written over by the next; until then its links lead to where nobody answers, as any would.
"""

from __future__ import annotations

from pathlib import Path

NAME = ".web.address"


def note(data: Path, address: str) -> None:
    """Write down where the pages answer from now on. A folder that cannot be written to is the daemon's to report."""
    (data / NAME).write_text(address, encoding="ascii")


def forget(data: Path) -> None:
    """Say that the pages have ended."""
    (data / NAME).unlink(missing_ok=True)


def noted(data: Path) -> str:
    """Return the address of the pages, or nothing where no daemon has shown any."""
    try:
        return (data / NAME).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):  # never started here, or not ours to read
        return ""
