"""Mail that goes round in circles: it has passed too many servers, or it is our own and came back.

What mailroom sends carries the name of its import domain in a header of its own. An accountant's mailbox that forwards
everything to the import address would else turn each delivery into the next document. Another installation's mark is
no loop: one company's mailroom may deliver to another's.
"""

from __future__ import annotations

import re

from mailroom.domain.delivery import LOOP_HEADER
from mailroom.errors import RoutingLoop

HEADER_BYTES = 256 * 1024
"""Where the fields are looked for: they stand at the top."""

_HOPS = 50
"""Received fields that a mail may have; RFC 5321 section 6.3 asks for 100 at least, mail of suppliers has under 15."""

_FIELD = re.compile(rb"^(?:received[ \t]*:|%b[ \t]*:\s*(\S+))" % LOOP_HEADER.encode(), re.IGNORECASE | re.MULTILINE)


def is_loop(header: bytes, mark: str) -> bool:
    """Tell whether a mail with this header goes round. `mark` is what our own mails carry; empty: no such mails."""
    ours, hops = mark.lower().encode(), 0
    for field in _FIELD.finditer(header):
        if field[1] is None:
            hops += 1
        elif ours and field[1].lower() == ours:
            return True
    return hops > _HOPS


def refuse_loop(raw: bytes, mark: str) -> None:
    """Refuse a whole mail that goes round. Raises RoutingLoop."""
    if raw.startswith((b"\r\n", b"\n")):  # no header at all
        return
    head = raw[:HEADER_BYTES]
    end = min((at for at in (head.find(b"\r\n\r\n"), head.find(b"\n\n")) if at >= 0), default=len(head))
    if is_loop(head[: end + 1], mark):
        raise RoutingLoop("the mail is our own, or has passed too many servers")
