"""What `mailroom doctor` has found out about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "error"]
MARKS: dict[Level, str] = {"ok": "[green]✓[/green]", "warning": "[yellow]![/yellow]", "error": "[red]✗[/red]"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    level: Level
    words: str
    remedy: str = ""
