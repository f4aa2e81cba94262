"""The DNS as dnspython asks it, with a fuse: a resolver that is silent is not asked again for a minute.

Names that never exist in the public DNS (RFC 2606, RFC 6761) are answered here, without asking anybody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailroom.config import TrustSettings
from mailroom.log import get_logger
from mailroom.trust.dns import Kind, Trouble

if TYPE_CHECKING:
    from dns.resolver import Resolver as DnsPython

log = get_logger("trust")

SPECIAL = ("example", "invalid", "test", "localhost", "example.com", "example.net", "example.org")
SILENT_SECONDS = 60.0
PROBE_SHARE = 0.25
"""Of the time for a question, kept to ask whether anybody is there when it was not answered."""
REMEMBERED = 1000


class DnsResolver:
    """Answers from name servers; `servers` are `HOST` or `HOST:PORT`, none: those of the system."""

    def __init__(self, servers: Sequence[str] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._servers = tuple(servers)
        self._clock = clock
        self._silent_until = 0.0
        self._lock = threading.Lock()
        self._made: DnsPython | None = None

    def look_up(self, name: str, kind: Kind, seconds: float) -> tuple[str, ...]:
        """Return the records of a name. Raises Trouble."""
        if is_special(name) or not name.isascii():  # a name in the DNS is ASCII; what else is written is none
            return ()
        if self._clock() < self._silent_until:
            raise Trouble("the resolver was silent a moment ago")
        import dns.exception  # the first question loads dnspython, about 15 MB: a machine that never asks goes without
        import dns.resolver

        try:
            return self._ask(name, kind, seconds * (1 - PROBE_SHARE))
        except dns.resolver.NXDOMAIN:
            return ()
        except dns.exception.Timeout as error:
            self._notice(seconds * PROBE_SHARE)
            raise Trouble(f"no answer for {name} {kind}") from error
        except (dns.exception.SyntaxError, dns.exception.FormError, UnicodeError, ValueError):
            return ()  # no name, or an answer that no one can read
        except (dns.exception.DNSException, OSError) as error:  # SERVFAIL, REFUSED, no server configured
            raise Trouble(f"{type(error).__name__} for {name} {kind}") from error

    def _ask(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
        # The final point: never the machine's search list, which would ask for other names than those written.
        answer = self._dnspython().resolve(f"{name}.", kind, lifetime=seconds, search=False, raise_on_no_answer=False)
        return tuple(_as_text(record, kind) for record in answer.rrset or ())

    def _notice(self, seconds: float) -> None:
        """Find out whether the resolver is silent or only the asked domain's servers; nobody may close it for all."""
        import dns.exception

        try:
            self._dnspython().resolve(".", "NS", lifetime=seconds, search=False, raise_on_no_answer=False)
        except dns.exception.Timeout:
            self._silent_until = self._clock() + SILENT_SECONDS
            log.warning("resolver_silent", seconds=SILENT_SECONDS)
        except (dns.exception.DNSException, OSError):
            pass  # it spoke

    def _dnspython(self) -> DnsPython:
        import dns.nameserver
        import dns.resolver

        with self._lock:
            if self._made is None:
                made = dns.resolver.Resolver(configure=not self._servers)
                if self._servers:
                    made.nameservers = [dns.nameserver.Do53Nameserver(*_host_and_port(one)) for one in self._servers]
                made.cache = dns.resolver.LRUCache(REMEMBERED)
                self._made = made
            return self._made


@lru_cache(maxsize=8)
def resolver_for(settings: TrustSettings) -> DnsResolver:
    """Return this process's resolver: one, so that all mails share what is remembered, the silence too."""
    return DnsResolver(settings.resolver)


def is_special(name: str) -> bool:
    """Tell whether a name is in a domain that the public DNS never has."""
    lower = name.rstrip(".").lower()
    return any(lower == special or lower.endswith(f".{special}") for special in SPECIAL)


def _as_text(record: Any, kind: str) -> str:
    if kind == "TXT":
        return b"".join(record.strings).decode("latin-1")
    if kind == "MX":
        return f"{record.preference} {record.exchange.to_text(omit_final_dot=True)}"
    if kind == "PTR":
        return str(record.target.to_text(omit_final_dot=True))
    return str(record.address)


def _host_and_port(server: str) -> tuple[str, int]:
    """Split `1.2.3.4`, `1.2.3.4:53`, `::1` or `[::1]:53`."""
    if server.startswith("["):
        host, _, port = server[1:].partition("]")
        return host, int(port.lstrip(":") or 53)
    if server.count(":") == 1:
        host, _, port = server.partition(":")
        return host, int(port)
    return server, 53
