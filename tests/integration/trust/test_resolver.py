"""The resolver against a name server on loopback: answers, absences, failures, and the fuse for a silent one."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from dns_server_trust import NameServer, name_server
from signing_trust import judged, mail, rsa, signed

from mailroom.config import TrustSettings
from mailroom.domain.message import SenderVerdict
from mailroom.trust import Trouble, resolver_for
from mailroom.trust.resolver import SILENT_SECONDS, DnsResolver


class Hands:
    """A clock that a test turns."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server() as made:
        yield made


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def resolver(server: NameServer, hands: Hands) -> DnsResolver:
    return DnsResolver((f"127.0.0.1:{server.port}",), hands)


def test_records_come_as_text(server: NameServer, resolver: DnsResolver) -> None:
    server.records = {
        ("shop.be", "A"): ("192.0.2.7",),
        ("shop.be", "AAAA"): ("2001:db8::7",),
        ("shop.be", "MX"): ("10 mx.shop.be.",),
        ("7.2.0.192.in-addr.arpa", "PTR"): ("mx.shop.be.",),
    }
    server.txt("shop.be", "v=DKIM1; " + "x" * 400)
    assert resolver.look_up("shop.be", "TXT", 5) == ("v=DKIM1; " + "x" * 400,)
    assert resolver.look_up("shop.be", "A", 5) == ("192.0.2.7",)
    assert resolver.look_up("shop.be", "AAAA", 5) == ("2001:db8::7",)
    assert resolver.look_up("shop.be", "MX", 5) == ("10 mx.shop.be",)
    assert resolver.look_up("7.2.0.192.in-addr.arpa", "PTR", 5) == ("mx.shop.be",)


@pytest.mark.parametrize("name", ["gone.be", "shop.be", "a..be", "x" * 70 + ".be", "\udcff.be", "a\\.be"])
def test_what_is_not_there_and_what_is_no_name_are_empty(server: NameServer, resolver: DnsResolver, name: str) -> None:
    server.records = {("shop.be", "A"): ("192.0.2.7",)}
    assert resolver.look_up(name, "TXT", 5) == ()


def test_a_failure_of_the_server_is_trouble(server: NameServer, resolver: DnsResolver) -> None:
    server.failing = {"shop.be"}
    with pytest.raises(Trouble):
        resolver.look_up("shop.be", "TXT", 5)


@pytest.mark.parametrize(
    "name", ["shop.example", "example", "_dmarc.example.com", "x.EXAMPLE.org.", "a.test", "b.invalid", "localhost"]
)
def test_names_that_never_exist_are_not_asked_for(server: NameServer, resolver: DnsResolver, name: str) -> None:
    assert resolver.look_up(name, "TXT", 5) == ()
    assert server.asked == []


def test_a_silent_resolver_is_left_alone_for_a_minute(server: NameServer, resolver: DnsResolver, hands: Hands) -> None:
    server.silent = {"*"}
    server.txt("shop.be", "here")
    began = time.monotonic()
    with pytest.raises(Trouble):
        resolver.look_up("shop.be", "TXT", 0.8)
    assert time.monotonic() - began < 3
    asked = len(server.asked)
    server.silent = set()
    for n in range(50):
        with pytest.raises(Trouble):
            resolver.look_up(f"shop{n}.be", "TXT", 5)
    assert len(server.asked) == asked
    hands.now += SILENT_SECONDS + 1
    assert resolver.look_up("shop.be", "TXT", 5) == ("here",)


def test_a_domain_whose_servers_are_silent_does_not_close_the_resolver_for_others(
    server: NameServer, resolver: DnsResolver
) -> None:
    server.silent = {"evil.com"}
    server.txt("shop.be", "here")
    with pytest.raises(Trouble):
        resolver.look_up("evil.com", "TXT", 0.8)
    assert resolver.look_up("shop.be", "TXT", 5) == ("here",)


def test_a_port_where_nobody_listens_is_trouble_at_once_or_soon() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        port = channel.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(Trouble):
        DnsResolver((f"127.0.0.1:{port}",)).look_up("shop.be", "TXT", 1)
    assert time.monotonic() - began < 4


def test_the_checks_of_one_mail_wait_no_longer_than_the_settings_say(server: NameServer) -> None:
    server.silent = {"*"}
    settings = TrustSettings(resolver=(f"127.0.0.1:{server.port}",), timeout_seconds=1)
    raw = signed(signed(signed(mail(), selector="a"), selector="b"), "mail.shop.be", selector="c")
    began = time.monotonic()
    for _ in range(5):
        assert judged(raw, resolver_for(settings), settings).verdict is SenderVerdict.UNKNOWN
    assert time.monotonic() - began < 3, "the first waits, the others know"


def test_a_signed_mail_is_proved_over_the_wire(server: NameServer) -> None:
    server.txt("sel._domainkey.shop.be", rsa(2048).record)
    settings = TrustSettings(resolver=(f"127.0.0.1:{server.port}",))
    proof = judged(signed(mail(), key=rsa(2048)), resolver_for(settings), settings)
    assert (proof.verdict, proof.identity) == (SenderVerdict.VERIFIED, "billing@shop.be")
