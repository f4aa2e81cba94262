"""What an account remembers of pictures: what people said of them, and in how many of its mails each came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailroom.domain.message import Part
from mailroom.intake.likeness import alike

DOCUMENT, DECORATION = "document", "decoration"
OFTEN = 3
"""Other mails from which on a picture that could be a logo is one."""


@dataclass(frozen=True)
class Memory:
    """`said` by SHA-256, `looks` by likeness (the newest first), `seen` other mails by SHA-256 or likeness."""

    said: Mapping[str, str] = field(default_factory=dict)
    looks: tuple[tuple[str, str], ...] = ()
    seen: Mapping[str, int] = field(default_factory=dict)

    def verdict(self, part: Part) -> str:
        """Return what a person said of these bytes, else of a picture like this one, else nothing."""
        if part.sha256 in self.said:
            return self.said[part.sha256]
        if not part.likeness:
            return ""
        return next((answer for look, answer in self.looks if alike(look, part.likeness)), "")

    def times(self, part: Part) -> int:
        """Return in how many other mails of the account the picture came."""
        return max(self.seen.get(part.sha256, 0), self.seen.get(part.likeness, 0) if part.likeness else 0)


NOTHING = Memory()
