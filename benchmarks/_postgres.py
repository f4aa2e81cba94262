"""A throw-away PostgreSQL for the benchmarks, set as a small server would be: 512 MB of shared buffers, durable."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

SETTINGS = (
    "shared_buffers=512MB",
    "effective_cache_size=4GB",
    "random_page_cost=1.1",  # a solid-state disk
    "max_wal_size=4GB",
    "max_connections=40",
)


@contextlib.contextmanager
def running(folder: Path | None = None) -> Iterator[str]:
    """Run a server for as long as the block lasts and yield the URL of its database.

    A folder that is given is kept, with what is in it, for the next run.
    """
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: int(found.parts[-2]), default=None)
    if programs is None:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql")
    place = folder or Path(tempfile.mkdtemp(prefix="mailroom-pg-"))
    place.mkdir(parents=True, exist_ok=True)
    prefix: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        user = pwd.getpwnam("postgres")
        prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]
        os.chown(place, user.pw_uid, user.pw_gid)
    data, port = place / "data", _free_port()
    fresh = not data.exists()
    if fresh:
        _run([*prefix, str(programs / "initdb"), "-D", str(data), "-U", "mailroom", "-A", "trust", "-E", "UTF8"])
    options = " ".join(f"-c {setting}" for setting in SETTINGS)
    options += f" -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories="
    control = [*prefix, str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "120"]
    _run([*control, "-o", options, "-l", str(place / "log"), "start"])
    try:
        if fresh:
            create = ["createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "mailroom", "mailroom"]
            _run([str(programs / create[0]), *create[1:]])
        yield f"postgresql+psycopg://mailroom@127.0.0.1:{port}/mailroom"
    finally:
        _run([*control, "-m", "fast", "stop"])
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: list[str]) -> None:
    # Not captured: the server keeps its standard output, and a pipe would be waited for as long as it lives.
    done = subprocess.run(
        command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} {command[-1]} failed: {' '.join(command)}")
