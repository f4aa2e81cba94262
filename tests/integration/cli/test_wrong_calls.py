"""Wrong calls: exit status 2, one clear sentence, and nothing stored."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailroom.app.entrance import only_one
from mailroom.cli.main import COMMANDS
from mailroom.domain.account import Account

Company = Callable[..., Account]
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("BE0662918488", "is no VAT id of the EU"),  # one digit off
        ("0662918487", "lacks its country, such as BE0662918487"),
        ("GB123456789", "is no VAT id of the EU"),
        ("XX1", "is no VAT id of the EU"),
        ("BE", "is no VAT id of the EU"),
    ],
)
def test_a_wrong_vat_id_adds_no_company(terminal, typed: str, words: str) -> None:  # type: ignore[no-untyped-def]
    failed = terminal("account", "add", "X", "--vat-id", typed, "--owner", "els@example.com", status=2)
    assert words in " ".join(failed.stderr.split())
    assert terminal.json("account", "list") == []


@pytest.mark.parametrize("email", ["els", "@", "els@", "@example.com", ""])
def test_a_wrong_owner_adds_no_company(terminal, email: str) -> None:  # type: ignore[no-untyped-def]
    failed = terminal("account", "add", "X", "--owner", email, status=2)
    assert "is no e-mail address" in failed.stderr
    assert terminal.json("account", "list") == []


def test_a_wrong_time_zone_adds_no_company(terminal) -> None:  # type: ignore[no-untyped-def]
    for zone in ("Mars/Olympus", "../../etc/passwd", ""):
        failed = terminal("account", "add", "X", "--owner", "a@b.example", "--time-zone", zone, status=2)
        assert "is no time zone, such as Europe/Brussels" in " ".join(failed.stderr.split())


@pytest.mark.parametrize(
    "call",
    [
        ("document", "show", "nothing"),
        ("document", "accept", "nothing"),
        ("document", "retry", "nothing"),
        ("document", "download", "nothing"),
        ("rules", "explain", "nothing"),
        ("report", "unsubscribe", "nothing"),
        ("address", "retire", "nobody@import.localhost"),
        ("address", "retire", "nobody"),
        ("report", "preview", "nobody"),
        ("account", "set", "nobody", "--suspend"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_said_in_one_line(terminal, call: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    failed = terminal(*call, status=2)
    assert failed.stdout == ""
    assert failed.stderr.startswith("mailroom: no ")
    assert len(failed.stderr.splitlines()) == 1


@pytest.mark.parametrize("roles", ["smtp,wurker", "", ",", "all"])
def test_an_unknown_role_is_told_with_those_that_there_are(terminal, roles: str) -> None:  # type: ignore[no-untyped-def]
    failed = terminal("run", "--roles", roles, status=2)
    assert "there are smtp, worker, web, sender" in " ".join(failed.stderr.split())


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:99999", "127.0.0.1:", "no.such.host.invalid:25"])
@pytest.mark.parametrize("door", ["smtp", "web"])
def test_an_address_that_is_none_is_named(terminal, door: str, address: str) -> None:  # type: ignore[no-untyped-def]
    failed = terminal("run", f"--{door}", address, "--roles", door, status=2)
    said = failed.stderr.splitlines()[-1]
    assert said.startswith("mailroom: ")
    assert address in said


@pytest.mark.parametrize("door", ["smtp", "web"])
def test_a_port_that_is_taken_is_named(terminal, door: str) -> None:  # type: ignore[no-untyped-def]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        failed = terminal("run", f"--{door}", address, "--roles", door, status=2)
    last = failed.stderr.splitlines()[-1]
    assert last.startswith("mailroom: ")
    assert address in last
    assert "another program has it" in last


def test_a_second_daemon_on_the_folder_is_told_what_to_do(terminal) -> None:  # type: ignore[no-untyped-def]
    with only_one(terminal.data, frozenset({"worker"})):
        failed = terminal("run", "--smtp", "127.0.0.1:0", "--web", "127.0.0.1:0", status=2)
    assert f"another mailroom already runs the role worker on {terminal.data}" in failed.stderr
    assert "choose --data" in failed.stderr


def test_a_data_folder_that_cannot_be_is_named(terminal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "file"
    file.write_text("no folder")
    terminal.data = file / "data"
    run = ("run", "--smtp", "127.0.0.1:0", "--web", "127.0.0.1:0")
    for command in (("inbox",), run, ("account", "add", "X", "--owner", "a@b.example")):
        failed = terminal(*command, status=2)
        assert str(terminal.data) in failed.stderr
    terminal("doctor", status=1)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(terminal, command: str) -> None:  # type: ignore[no-untyped-def]
    said = terminal(command, "--help").stdout
    assert "Usage:" in said
    for inner in re.findall(r"^  ([a-z][a-z-]+)  ", said.partition("Commands:")[2], re.MULTILINE):
        assert "Usage:" in terminal(command, inner, "--help").stdout


def test_every_command_is_named_in_the_help(terminal) -> None:  # type: ignore[no-untyped-def]
    said = terminal("--help").stdout
    assert all(re.search(rf"^  {name} ", said, re.MULTILINE) for name in COMMANDS)
    assert not terminal.data.exists(), "help touches nothing"


def test_a_bad_configuration_ends_every_command_with_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "mailroom.toml"
    file.write_text("[smtp]\nlissen = 'x'\n")
    command = [sys.executable, "-m", "mailroom", "--config", str(file), "inbox"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"mailroom: {file}:2: unknown key smtp.lissen; config/mailroom.toml lists every key\n"
