"""`mailroom doctor` on the doors: what would keep mail out is found before a sender finds it."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mailroom.app.entrance import is_running, only_one

NOW = dt.datetime.now(dt.UTC)


def certificate(folder: Path, *names: str, days: float = 90) -> tuple[Path, Path]:
    """Write a certificate for these names that runs out in so many days, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mx")])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=100))
        .not_valid_after(NOW + dt.timedelta(days=days, hours=1))
    )
    if names:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    folder.mkdir(exist_ok=True)
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    secret.chmod(0o600)
    return chain, secret


def look(terminal: Any, tmp_path: Path, check: str, status: int = 0, **sections: str) -> list[dict[str, Any]]:
    """Return what doctor says of one thing, with these lines in the configuration."""
    lines = {"smtp": 'listen = "127.0.0.1:0"', "web": 'listen = "127.0.0.1:0"'} | sections
    file = tmp_path / "mailroom.toml"
    tables = (f"[[{name}]]" if name in {"imap", "folders"} else f"[{name}]" for name in lines)
    file.write_text("".join(f"{table}\n{said}\n" for table, said in zip(tables, lines.values(), strict=True)))
    said = terminal("--config", str(file), "doctor", "--json", status=status).stdout
    return [row for row in map(json.loads, said.splitlines()) if row["check"] == check]


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    """A port of another program."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def smtp(chain: Path, key: Path, hostname: str = "mx.example") -> str:
    return f'listen = "127.0.0.1:0"\nhostname = "{hostname}"\ntls_certificate = "{chain}"\ntls_key = "{key}"'


@pytest.mark.parametrize(
    ("names", "days", "level", "words"),
    [
        (["mx.example"], 90, "ok", "for mx.example, until"),
        (["*.example"], 90, "ok", "for *.example"),
        (["mx.example"], 13, "warning", "runs out soon"),
        (["mx.example"], -1, "error", "has run out"),
        (["www.example"], 90, "warning", "not for smtp.hostname mx.example"),
        (["*.mx.example"], 90, "warning", "not for smtp.hostname"),
        ([], 90, "warning", "no name"),
    ],
)
def test_a_certificate_is_looked_at(
    terminal: Any, tmp_path: Path, names: list[str], days: float, *, level: str, words: str
) -> None:
    chain, key = certificate(tmp_path / "tls", *names, days=days)
    [row] = look(terminal, tmp_path, "certificate", int(level == "error"), smtp=smtp(chain, key))
    assert (row["level"], bool(row["remedy"])) == (level, level != "ok")
    assert words in row["words"]


def test_a_certificate_that_is_missing_or_of_another_key_is_an_error(terminal: Any, tmp_path: Path) -> None:
    chain, _ = certificate(tmp_path / "one", "mx.example")
    _, other = certificate(tmp_path / "two", "mx.example")
    for key, file in ((other, chain), (other, tmp_path / "none.pem")):
        [row] = look(terminal, tmp_path, "certificate", 1, smtp=smtp(file, key))
        assert (row["level"], str(file) in row["words"]) == ("error", True)


def test_a_key_that_everybody_can_read_and_no_certificate_at_all_are_warned_of(terminal: Any, tmp_path: Path) -> None:
    chain, key = certificate(tmp_path / "tls", "mx.example")
    key.chmod(0o644)
    _, row = look(terminal, tmp_path, "certificate", smtp=smtp(chain, key))
    assert (row["level"], row["remedy"]) == ("warning", "chmod o-r")
    [row] = look(terminal, tmp_path, "certificate", smtp='listen = "0.0.0.0:0"')
    assert "unencrypted" in row["words"]
    assert look(terminal, tmp_path, "certificate") == []


def test_a_port_of_another_program_is_an_error_and_a_free_one_is_not(
    terminal: Any, tmp_path: Path, taken: socket.socket
) -> None:
    port = taken.getsockname()[1]
    [row] = look(terminal, tmp_path, "port", 1, web=f'listen = "127.0.0.1:{port}"')
    assert row["level"] == "error"
    assert f"web.listen 127.0.0.1:{port} is in use" in row["words"]
    [row] = look(terminal, tmp_path, "port", 1, smtp='listen = "192.0.2.1:2525"')
    assert "smtp.listen" in row["words"]
    taken.close()
    [row] = look(terminal, tmp_path, "port", web=f'listen = "127.0.0.1:{port}"')
    assert (row["level"], "is free" in row["words"]) == ("ok", True)


@pytest.mark.parametrize(("said", "level"), [(b"220 mx.example ESMTP\r\n", "ok"), (b"421 4.3.2 no\r\n", "warning")])
def test_a_daemon_that_runs_is_asked_for_its_greeting(
    terminal: Any, tmp_path: Path, taken: socket.socket, said: bytes, level: str
) -> None:
    def greet() -> None:
        client, _ = taken.accept()
        with client:
            client.sendall(said)

    port = taken.getsockname()[1]
    greeting = threading.Thread(target=greet)
    greeting.start()
    with only_one(terminal.data, frozenset({"smtp"})):
        [row] = look(terminal, tmp_path, "port", smtp=f'listen = "127.0.0.1:{port}"')
    greeting.join(10)
    assert (row["level"], said.decode().strip() in row["words"]) == (level, True)
    assert not is_running(terminal.data, "smtp")


def test_a_daemon_that_listens_elsewhere_is_no_error(terminal: Any, tmp_path: Path, taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    taken.close()
    with only_one(terminal.data, frozenset({"smtp"})):
        [row] = look(terminal, tmp_path, "port", smtp=f'listen = "127.0.0.1:{port}"')
    assert (row["level"], "another address" in row["words"]) == ("ok", True)


def test_mailboxes_and_folders_that_cannot_work_are_named(terminal: Any, tmp_path: Path) -> None:
    terminal("account", "add", "Bakker", "--owner", "els@example.com")
    password = tmp_path / "password"
    imap = f'host = "imap.example"\nuser = "in@example"\npassword_file = "{password}"\naccount = "Bakker"'
    [row] = look(terminal, tmp_path, "mailbox", 1, imap=imap)
    assert f"{password} cannot be read" in row["words"]
    password.write_text("\n")
    assert "is empty" in look(terminal, tmp_path, "mailbox", 1, imap=imap)[0]["words"]
    password.write_text("secret\n")
    assert look(terminal, tmp_path, "mailbox", imap=imap)[0]["level"] == "ok"
    [row] = look(terminal, tmp_path, "mailbox", 1, imap=imap.replace("Bakker", "Nobody"))
    assert "no account Nobody" in row["words"]
    token = imap.replace(f'password_file = "{password}"', 'oauth2 = { provider = "google", client_id = "x" }')
    [row] = look(terminal, tmp_path, "mailbox", 1, imap=token)
    assert row["remedy"] == "mailroom account mailbox sign-in in@example"
    folder = f'path = "{tmp_path / "scans"}"\naccount = "Bakker"'
    assert "mkdir" in look(terminal, tmp_path, "folder", 1, folders=folder)[0]["remedy"]
    (tmp_path / "scans").mkdir()
    assert look(terminal, tmp_path, "folder", folders=folder)[0]["level"] == "ok"
    [row] = look(terminal, tmp_path, "folder", 1, folders=folder.replace("Bakker", "Nobody"))
    assert "no account Nobody" in row["words"]
