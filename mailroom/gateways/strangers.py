"""What is remembered of the peers of a door: connections, guesses at addresses, and who is shut out for a while.

What counts as one peer is an IPv4 address, or an IPv6 network of 64 bits: whoever has one of its addresses has all of
them. In memory only: after a restart everybody gets a new chance.
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
        self._guesses: dict[str, tuple[int, float]] = {}

    def connect(self, peer: str) -> None:
        """Count a connection."""
        self._connections[_host(peer)] += 1

    def disconnect(self, peer: str) -> None:
        """Count a connection less."""
        host = _host(peer)
        self._connections[host] -= 1
        if self._connections[host] <= 0:
            del self._connections[host]

    def connections(self, peer: str) -> int:
        """Return how many connections the peer has."""
        return self._connections[_host(peer)]

    def is_trusted(self, peer: str) -> bool:
        """Whether the peer is one of ours: a front server, which passes on the mistakes of many strangers.

        Whoever may open our Unix socket is.
        """
        return peer == UNIX or is_within(peer, self._trusted)

    def guess(self, peer: str) -> int:
        """Count an address that nobody has, over all connections of the peer; return how many it asked for lately.

        They are forgotten after `shut_out_seconds`, counted from the first.
        """
        host, now = _host(peer), self._monotonic()
        guesses, since = self._guesses.get(host, (0, now))
        if now - since > self._shut_out_seconds:
            guesses, since = 0, now
        if host not in self._guesses and len(self._guesses) >= _REMEMBERED:
            self._guesses.pop(next(iter(self._guesses)))
        self._guesses[host] = guesses + 1, since
        return guesses + 1

    def shut_out(self, peer: str) -> None:
        """Refuse the peer's connections for a while."""
        if len(self._shut_out) >= _REMEMBERED:
            self._shut_out.pop(next(iter(self._shut_out)))
        self._shut_out[_host(peer)] = self._monotonic() + self._shut_out_seconds

    def is_shut_out(self, peer: str) -> bool:
        """Whether the peer's connections are refused now."""
        host = _host(peer)
        until = self._shut_out.get(host)
        if until is None:
            return False
        if self._monotonic() < until:
            return True
        del self._shut_out[host]
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


def _host(peer: str) -> str:
    """Return what is counted as one: of an IPv6 address the network that a provider gives to one customer at least."""
    if ":" not in peer:
        return peer
    return str(ipaddress.ip_network((peer, 64), strict=False))


def address_of(peername: object) -> str:
    """Return the bare address of a transport's peer: IPv4 also where it comes mapped into IPv6."""
    if not isinstance(peername, tuple) or not peername:
        return UNIX
    peer = str(peername[0]).partition("%")[0]
    return peer.removeprefix("::ffff:") if "." in peer else peer
