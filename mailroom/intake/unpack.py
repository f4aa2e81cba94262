"""Which files are containers, and how each kind is opened. One level at a time: the walk in parse.py goes on.

An opener takes bytes and limits and returns what is inside, or raises `Shut` with the reason why it stays shut.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mailroom.domain.message import MediaType
from mailroom.intake import reasons
from mailroom.intake.enveloped import open_enveloped
from mailroom.intake.inside import Inside
from mailroom.intake.keys import Keys
from mailroom.intake.limits import IntakeLimits
from mailroom.intake.media_type import is_enveloped, is_outlook
from mailroom.intake.outlook import open_msg
from mailroom.intake.signed import is_signed, open_signed
from mailroom.intake.tnef import open_tnef
from mailroom.intake.zip_archive import is_locked, open_zip


class Opener(NamedTuple):
    """A way to open a container, and the reason code that the opened container has."""

    reason: str
    open: Callable[[bytes, IntakeLimits], list[Inside]]


_ZIP = Opener(reasons.ARCHIVE, open_zip)
_TNEF = Opener(reasons.OUTLOOK_CONTAINER, open_tnef)
_MSG = Opener(reasons.OUTLOOK_CONTAINER, open_msg)
_SIGNED = Opener(reasons.SIGNED_CONTAINER, open_signed)


def opener_for(content: bytes, media_type: MediaType, keys: Keys) -> Opener | None:
    """Return how to open a file, with the account's keys where it is locked, or None when it is no container."""
    if media_type is MediaType.ZIP and is_locked(content):
        return Opener(reasons.UNLOCKED, lambda raw, limits: open_zip(raw, limits, keys))
    if media_type is MediaType.SIGNATURE and is_enveloped(content):
        return Opener(reasons.UNLOCKED, lambda raw, _limits: open_enveloped(raw, keys))
    if media_type is MediaType.SIGNATURE:
        return _SIGNED if is_signed(content) else None
    if media_type is MediaType.MESSAGE:
        return _MSG if is_outlook(content) else None
    return {MediaType.ZIP: _ZIP, MediaType.TNEF: _TNEF}.get(media_type)
