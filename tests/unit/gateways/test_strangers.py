"""What is remembered of peers."""

from __future__ import annotations

import pytest

from mailroom.gateways.strangers import Peers, address_of


def test_a_peer_is_shut_out_for_the_time_that_is_set() -> None:
    now = [100.0]
    peers = Peers(trusted=(), shut_out_seconds=60, monotonic=lambda: now[0])
    peers.shut_out("192.0.2.1")
    assert peers.is_shut_out("192.0.2.1")
    assert not peers.is_shut_out("192.0.2.2")
    now[0] = 159.9
    assert peers.is_shut_out("192.0.2.1")
    now[0] = 160
    assert not peers.is_shut_out("192.0.2.1")


def test_connections_are_counted_by_address_and_forgotten() -> None:
    peers = Peers(trusted=(), shut_out_seconds=60)
    peers.connect("a")
    peers.connect("a")
    assert (peers.connections("a"), peers.connections("b")) == (2, 0)
    peers.disconnect("a")
    peers.disconnect("a")
    assert not peers._connections


def test_guesses_are_counted_over_all_connections_and_forgotten() -> None:
    now = [100.0]
    peers = Peers(trusted=(), shut_out_seconds=60, monotonic=lambda: now[0])
    assert [peers.guess("192.0.2.1") for _ in range(3)] == [1, 2, 3]
    assert peers.guess("192.0.2.2") == 1
    now[0] = 160.0
    assert peers.guess("192.0.2.1") == 4
    now[0] = 160.1  # counted from the first one
    assert peers.guess("192.0.2.1") == 1


def test_the_addresses_of_one_network_of_ipv6_are_one_peer() -> None:
    """A provider gives each customer 64 bits at least: an address for each connection costs nothing."""
    peers = Peers(trusted=(), shut_out_seconds=60)
    peers.connect("2001:db8:0:1::1")
    peers.connect("2001:db8:0:1:ffff::2")
    peers.connect("2001:db8:0:2::1")
    assert peers.connections("2001:db8:0:1::3") == 2
    peers.guess("2001:db8:0:1::1")
    assert peers.guess("2001:db8:0:1::2") == 2
    peers.shut_out("2001:db8:0:1::1")
    assert peers.is_shut_out("2001:db8:0:1::9")
    assert not peers.is_shut_out("2001:db8:0:2::1")
    for peer in ("2001:db8:0:1::5", "2001:db8:0:1::6", "2001:db8:0:2::5"):
        peers.disconnect(peer)
    assert not peers._connections


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [("127.0.0.1", True), ("10.1.2.3", True), ("127.0.0.2", False), ("::1", True), ("unix", True), ("rubbish", False)],
)
def test_listed_networks_and_unix_sockets_are_ours(peer: str, trusted: bool) -> None:
    assert Peers(trusted=("127.0.0.1", "10.0.0.0/8", "::1"), shut_out_seconds=1).is_trusted(peer) is trusted


@pytest.mark.parametrize(
    ("peername", "address"),
    [(("192.0.2.1", 5), "192.0.2.1"), (("::ffff:192.0.2.1", 5, 0, 0), "192.0.2.1"),
     (("fe80::1%eth0", 5, 0, 2), "fe80::1"),
     ("", "unix"), (None, "unix")],
)  # fmt: skip
def test_the_address_of_a_peer_has_one_form(peername: object, address: str) -> None:
    assert address_of(peername) == address
