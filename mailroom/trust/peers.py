"""The word of our own front servers: Authentication-Results (RFC 8601), and who is such a server.

A header counts when the peer that brought the mail is configured and the authserv-id is exactly the configured one.
Only the topmost counts: a front server puts its own above whatever the sender wrote, and should take forged ones away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

from mailroom.trust.header import Header

RESULT_BYTES = 16 << 10
RESULTS = 50

_NOT_SAID = re.compile(r"\([^()]*\)")


class Result(NamedTuple):
    """One method's result: `dkim`, `pass`, {"header.d": "shop.be"}."""

    method: str
    result: str
    said: dict[str, str]


def client_of(peer: str) -> IPv4Address | IPv6Address | None:
    """Return the peer's address, or None for what is none (a Unix socket)."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_one_of(peer: str, configured: Sequence[str]) -> bool:
    """Tell whether a peer is in one of the networks, or is called exactly so."""
    client = client_of(peer)
    for entry in configured:
        if entry == peer:
            return True
        try:
            network = ip_network(entry, strict=False)
        except ValueError:
            continue
        if client is not None and client.version == network.version and client in network:
            return True
    return False


def results(header: Header, authserv_id: str) -> list[Result]:
    """Return what the topmost Authentication-Results of this id says."""
    for field in header.all(b"authentication-results"):
        if len(field.value) > RESULT_BYTES:
            continue
        server, found = read_results(field.value.decode("ascii", "replace"))
        if authserv_id and server == authserv_id:
            return found
    return []


def read_results(value: str) -> tuple[str, list[Result]]:
    """Return who says it, and what, of the value of a field."""
    server, _, rest = _plain(value).partition(";")
    said = [found for part in rest.split(";")[:RESULTS] if (found := _result(part))]
    return next(iter(server.split()), ""), said


def _plain(text: str) -> str:
    """Return the text unfolded, without comments; a quoted string loses what could be taken for something else."""
    plain = re.sub(r'"([^"]*)"', lambda found: re.sub(r"[^A-Za-z0-9@._=+-]", "_", found[1]), " ".join(text.split()))
    for _ in range(10):  # comments nest
        plain, changed = _NOT_SAID.subn(" ", plain)
        if not changed:
            break
    return plain


def _result(part: str) -> Result | None:
    words = re.sub(r"\s*([=/])\s*", r"\1", part).split()
    if not words:
        return None
    method, equals, result = words[0].partition("=")
    said = dict(word.lower().split("=", 1) for word in words[1:] if "=" in word)
    return Result(method.partition("/")[0].lower(), result.lower(), said) if equals else None
