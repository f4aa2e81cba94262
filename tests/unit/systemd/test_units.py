"""The unit files: every role is run by one, all are boxed alike, the sockets have the names that the app knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[3] / "systemd"
SERVICES = sorted(file.name for file in UNITS.glob("*.service"))
SPLIT = [name for name in SERVICES if name != "mailroom.service"]
HARDENING = {
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "NoNewPrivileges=yes",
    "MemoryDenyWriteExecute=yes",
    "RestrictNamespaces=yes",
    "StateDirectory=mailroom",
    "User=mailroom",
    "Type=notify",
    "SystemCallArchitectures=native",
}


def lines(name: str) -> list[str]:
    return [line for line in (UNITS / name).read_text("utf-8").splitlines() if line and not line.startswith("#")]


def roles(name: str) -> list[str]:
    (start,) = (line for line in lines(name) if line.startswith("ExecStart="))
    found = re.search(r"--roles (\S+)$", start)
    assert found, start
    return found[1].split(",")


def test_the_split_units_run_what_the_whole_one_runs() -> None:
    assert sorted(role for name in SPLIT for role in roles(name)) == sorted(roles("mailroom.service"))
    assert sorted(roles("mailroom.service")) == ["sender", "smtp", "web", "worker"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_unit_is_boxed(name: str) -> None:
    assert set(lines(name)) >= HARDENING
    assert any(line.startswith("CapabilityBoundingSet=") for line in lines(name))


@pytest.mark.parametrize("name", SERVICES)
def test_every_unit_uses_the_installed_command_and_folders(name: str) -> None:
    (start,) = (line for line in lines(name) if line.startswith("ExecStart="))
    command = "/opt/mailroom/bin/mailroom --config /etc/mailroom/mailroom.toml --data /var/lib/mailroom run --roles "
    assert start.startswith(f"ExecStart={command}")


@pytest.mark.parametrize("name", SPLIT)
def test_the_whole_and_the_split_units_exclude_each_other(name: str) -> None:
    assert "Conflicts=mailroom.service" in lines(name)
    conflicts = " ".join(line for line in lines("mailroom.service") if line.startswith("Conflicts="))
    assert name in conflicts


@pytest.mark.parametrize("role", ["smtp", "web"])
def test_a_door_is_started_by_its_socket(role: str) -> None:
    assert f"FileDescriptorName={role}" in lines(f"mailroom-{role}.socket")
    assert f"Requires=mailroom-{role}.socket" in lines(f"mailroom-{role}.service")


@pytest.mark.parametrize("name", sorted(file.name for file in UNITS.glob("*.socket")))
def test_a_name_of_a_socket_is_given_once(name: str) -> None:
    """A door takes one socket of its name: a second ListenStream would be a queue that nobody looks at."""
    assert sum(line.startswith("ListenStream=") for line in lines(name)) == 1


def test_the_mail_door_is_handed_the_lmtp_socket_too() -> None:
    assert {"FileDescriptorName=lmtp", "Service=mailroom-smtp.service"} <= set(lines("mailroom-lmtp.socket"))


def test_only_the_doors_below_port_1024_are_given_a_capability() -> None:
    given = {name for name in SERVICES if any(line.startswith("AmbientCapabilities=") for line in lines(name))}
    assert given == {"mailroom.service"}
