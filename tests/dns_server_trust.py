"""A tiny name server on loopback: UDP, a table, and the questions that it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@dataclass
class NameServer:
    """Answers from `records` ((name, kind) -> texts as in a zone file); names in `silent` get no answer at all."""

    port: int = 0
    records: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def txt(self, name: str, text: str) -> None:
        """Publish a text, in strings of at most 200 characters."""
        pieces = [text[start : start + 200] for start in range(0, len(text), 200)]
        self.records[name, "TXT"] = (" ".join(f'"{piece}"' for piece in pieces),)

    def answer(self, wire: bytes) -> bytes | None:
        """Return the answer to one question, or nothing."""
        query = dns.message.from_wire(wire)
        [question] = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if "*" in self.silent or any(name.endswith(one) for one in self.silent):
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if name in self.failing:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif (name, kind) in self.records:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *self.records[name, kind]))
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()


@contextmanager
def name_server() -> Iterator[NameServer]:
    """Run a name server on a free port of loopback."""
    served = NameServer()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        channel.settimeout(0.1)
        served.port = channel.getsockname()[1]
        ends = threading.Event()

        def serve() -> None:
            while not ends.is_set():
                try:
                    wire, peer = channel.recvfrom(4096)
                    reply = served.answer(wire)
                except (TimeoutError, dns.exception.DNSException):
                    continue
                if reply is not None:
                    channel.sendto(reply, peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield served
        finally:
            ends.set()
            thread.join()
