"""A wrong name server or network is told when the configuration is read, not when a mail comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailroom.config import load
from mailroom.errors import BadConfiguration


@pytest.mark.parametrize(
    "line",
    [
        'trusted_peers = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1", "unix"]',
        'resolver = ["127.0.0.1", "127.0.0.1:5353", "::1", "[::1]:53"]',
        'check = "off"',
    ],
)
def test_addresses_and_networks_are_taken(tmp_path: Path, line: str) -> None:
    file = tmp_path / "mailroom.toml"
    file.write_text(f"[trust]\n{line}\n", "utf-8")
    assert load(file).trust


@pytest.mark.parametrize(
    "line",
    [
        'trusted_peers = ["10.0.0/8"]',
        'trusted_peers = ["mx.example.com"]',
        'resolver = ["dns.example.com"]',
        'resolver = ["127.0.0.1:"]',
        'resolver = [""]',
        "timeout_seconds = 0",
        'check = "yes"',
    ],
)
def test_what_is_none_is_an_error_that_names_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "mailroom.toml"
    file.write_text(f"[trust]\n{line}\n", "utf-8")
    with pytest.raises(BadConfiguration, match=r"mailroom.toml:2: trust\."):
        load(file)
