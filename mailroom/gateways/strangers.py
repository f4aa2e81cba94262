"""What is remembered of the peers of a door: how many connections each has, and who is shut out for a while.

In memory only: after a restart everybody gets a new chance.
"""

from __future__ import annotations

import ipaddress
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable

_REMEMBERED = 100_000

UNIX = "unix"
"""What the peer of a Unix socket is called."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Peers:
    """Counts connections per address and shuts out who probes for addresses. Listed networks are left alone."""

    def __init__(
        self, *, trusted: Iterable[str], shut_out_seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._trusted = networks(trusted)
        self._shut_out_seconds = shut_out_seconds
        self._monotonic = monotonic
        self._connections: Counter[str] = Counter()
        self._shut_out: dict[str, float] = {}

    def connect(self, peer: str) -> None:
        """Count a connection."""
        self._connections[peer] += 1

    def disconnect(self, peer: str) -> None:
        """Count a connection less."""
        self._connections[peer] -= 1
        if self._connections[peer] <= 0:
            del self._connections[peer]

    def connections(self, peer: str) -> int:
        """Return how many connections the peer has."""
        return self._connections[peer]

    def is_trusted(self, peer: str) -> bool:
        """Whether the peer is one of ours: a front server, which passes on the mistakes of many strangers.

        Whoever may open our Unix socket is.
        """
        return peer == UNIX or is_within(peer, self._trusted)

    def shut_out(self, peer: str) -> None:
        """Refuse the peer's connections for a while."""
        if len(self._shut_out) >= _REMEMBERED:
            self._shut_out.pop(next(iter(self._shut_out)))
        self._shut_out[peer] = self._monotonic() + self._shut_out_seconds

    def is_shut_out(self, peer: str) -> bool:
        """Whether the peer's connections are refused now."""
        until = self._shut_out.get(peer)
        if until is None:
            return False
        if self._monotonic() < until:
            return True
        del self._shut_out[peer]
        return False


def networks(listed: Iterable[str]) -> tuple[Network, ...]:
    """Return addresses and networks ("10.0.0.0/8") as values. Raises ValueError."""
    return tuple(ipaddress.ip_network(each, strict=False) for each in listed)


def is_within(peer: str, listed: Collection[Network]) -> bool:
    """Whether the peer's address lies in one of the networks."""
    if not listed:
        return False
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in listed)


def address_of(peername: object) -> str:
    """Return the bare address of a transport's peer: IPv4 also where it comes mapped into IPv6."""
    if not isinstance(peername, tuple) or not peername:
        return UNIX
    peer = str(peername[0]).partition("%")[0]
    return peer.removeprefix("::ffff:") if "." in peer else peer
