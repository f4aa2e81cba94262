"""Whose is a mail that lies in a mailbox? What its header says of the envelope that it came in. Pure.

Only headers that the operator named are believed: anybody can write a Delivered-To, but the server that took the mail
in writes its own above it, and the first address that is one of ours counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_MOST_HEADER_BYTES = 256 * 1024
_MOST_VALUES = 50
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\]+@[A-Za-z0-9.\-]+")


def candidates(raw: bytes, headers: Sequence[str], import_domain: str) -> list[str]:
    """Return the addresses that the headers name, in order, each once.

    After each address with a plus stands what follows the plus, at the import domain.
    """
    wanted = {name.lower().rstrip(":") for name in headers}
    found: dict[str, None] = {}
    values = (value for name, value in _fields(raw) if name in wanted)
    for value, _ in zip(values, range(_MOST_VALUES), strict=False):
        for address in _ADDRESS.findall(value):
            found[address] = None
            _, plus, detail = address.rpartition("@")[0].partition("+")
            if plus and detail:
                found[f"{detail}@{import_domain}"] = None
    return list(found)


def return_path(raw: bytes) -> str:
    """Return the envelope's sender as the server noted it on delivery (RFC 5321 section 4.4); empty when it did not."""
    value = next((value for name, value in _fields(raw) if name == "return-path"), "")
    found = _ADDRESS.search(value)
    return found[0] if found else ""


def _fields(raw: bytes) -> Iterator[tuple[str, str]]:
    """Give the header's fields from the top, unfolded, names in lower case."""
    head = re.split(rb"\r?\n\r?\n", raw[:_MOST_HEADER_BYTES], maxsplit=1)[0]
    for field in re.split(rb"\r?\n(?![ \t])", head):
        name, colon, value = field.partition(b":")
        if colon:
            unfolded = re.sub(r"\r?\n[ \t]+", " ", value.decode("utf-8", "replace"))
            yield name.decode("ascii", "replace").strip().lower(), unfolded.strip()
