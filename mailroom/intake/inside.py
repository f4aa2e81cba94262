"""What comes out of a container, and the word for one that stays shut."""

from __future__ import annotations

from typing import NamedTuple


class Inside(NamedTuple):
    """A file out of a message or a container, before anything is known of it but what its wrapping said.

    `text` says that it stands where a mail has its text. `holds` are the files of an embedded mail that was opened
    together with the container around it.
    """

    content: bytes
    filename: str = ""
    declared_type: str = ""
    content_id: str = ""
    inline: bool = False
    text: bool = False
    charset: str = ""
    problem: str = ""
    holds: tuple[Inside, ...] | None = None


class Shut(Exception):
    """The container stays shut; `reason` is the reason code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
