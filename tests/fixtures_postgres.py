"""A throw-away PostgreSQL: started when the first test asks, one for each xdist worker, gone at the end.

No server installed is a failure with the name of the package, never a skip.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

ADVICE = "PostgreSQL is not installed; the tests need it: apt-get install postgresql (Debian 12: postgresql-15)"


class Cluster:
    """A running cluster in a folder of its own, on a unix socket and a loopback port."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._numbers = count(1)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://mailroom@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template1") -> str:
        """Make a database and return its name."""
        name = f"d{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Drop a database with whatever is still connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Let the superuser do something."""
        address = f"host={self.folder} port={self.port} user=mailroom dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())


def server_programs() -> Path:
    """Return the folder of initdb and pg_ctl, the newest version's; fail with advice when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    pytest.fail(ADVICE, pytrace=False)


def _as_server() -> tuple[list[str], int | None]:
    """Return the words that go before a command, and the user: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return [], None
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        pytest.fail("running as root, and there is no system user postgres; " + ADVICE, pytrace=False)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"], user.pw_uid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{command[-1]}: {done.stdout}{done.stderr}", pytrace=False)


def _start(programs: Path, prefix: list[str], folder: Path) -> int:
    """Start the server and return its port; another process may take a free port first, so try a few."""
    log = folder / "log"
    for _ in range(5):
        port = _free_port()
        settings = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off "
            "-c synchronous_commit=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=16MB "
            "-c autovacuum=off"
        )
        command = [*prefix, str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w", "-t", "60", "-o", settings]
        # The server keeps its standard output: with a pipe, run() would wait for as long as it lives.
        done = subprocess.run(
            [*command, "-l", str(log), "start"],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode == 0:
            return port
    pytest.fail("PostgreSQL did not start:\n" + log.read_text("utf-8", "replace")[-2000:], pytrace=False)


@contextlib.contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Run a cluster for as long as the block lasts."""
    programs = server_programs()
    prefix, owner = _as_server()
    # A short path: a unix socket's name has at most 107 bytes, and pytest's folders are too long.
    folder = Path(tempfile.mkdtemp(prefix="mailroom-pg-"))
    try:
        if owner is not None:
            os.chown(folder, owner, -1)
        data = str(folder / "data")
        initdb = [
            str(programs / "initdb"),
            "-U",
            "mailroom",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
            "-D",
            data,
        ]
        _run([*prefix, *initdb])
        port = _start(programs, prefix, folder)
        try:
            yield Cluster(folder, port)
        finally:
            _run([*prefix, str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A throw-away PostgreSQL server."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def new_postgres(postgres_cluster: Cluster) -> Iterator[Callable[[], str]]:
    """Make empty databases; call it for the URL of one. They are dropped after the test."""
    made: list[str] = []

    def make() -> str:
        made.append(postgres_cluster.create())
        return postgres_cluster.url(made[-1])

    yield make
    for name in made:
        postgres_cluster.drop(name)


@pytest.fixture
def postgres_url(new_postgres: Callable[[], str]) -> str:
    """The SQLAlchemy URL of an empty PostgreSQL database."""
    return new_postgres()
