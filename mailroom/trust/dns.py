"""What this room asks of the DNS, and how long it may take for one mail.

An empty answer is an answer: there is no such name, or nothing of that kind. `Trouble` is none: ask again later.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, Protocol

Kind = Literal["TXT", "A", "AAAA", "MX", "PTR"]

MOST_QUESTIONS = 60
"""Of one mail. Twenty signatures, DMARC, and what SPF may ask (RFC 7208 section 4.6.4) stay below it."""


class Trouble(Exception):
    """The DNS gives no answer at present; nothing is known."""


class Resolver(Protocol):
    """Where answers come from."""

    def look_up(self, name: str, kind: Kind, seconds: float) -> tuple[str, ...]:
        """Return the records, as text: TXT joined (one character a byte), MX as `preference host`.

        Raises:
            Trouble: no answer within `seconds`, or a failure that may pass.
        """
        ...


class Questions:
    """The questions about one mail: each asked once, all of them within `seconds`."""

    def __init__(self, resolver: Resolver, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._resolver = resolver
        self._clock = clock
        self._end = clock() + seconds
        # Two silent names must not eat what all others need.
        self._at_most = seconds / 2
        self._known: dict[tuple[str, Kind], tuple[str, ...] | Trouble] = {}

    def ask(self, name: str, kind: Kind) -> tuple[str, ...]:
        """Return the records of a name. Raises Trouble."""
        key = (name.rstrip(".").lower(), kind)
        if key not in self._known:
            self._known[key] = self._look_up(*key)
        answer = self._known[key]
        if isinstance(answer, Trouble):
            raise Trouble(*answer.args)
        return answer

    def _look_up(self, name: str, kind: Kind) -> tuple[str, ...] | Trouble:
        left = self._end - self._clock()
        if left <= 0 or len(self._known) >= MOST_QUESTIONS:
            return Trouble("out of time" if left <= 0 else "too many questions")
        try:
            return self._resolver.look_up(name, kind, min(left, self._at_most))
        except Trouble as trouble:
            return trouble
