"""How fast the SMTP door takes mail that is safe on the disk, beside Debian's Postfix.

`python benchmarks/accept.py [--messages 2000] [--quick]` starts the door on a new spool, and a Postfix of its own
(queue folder, port and configuration below a temporary folder) when Postfix is installed and we are root. Both only
accept: Postfix puts the mail on hold, nobody empties the spool. The client is Postfix's smtp-source; without it a small
one in Python, whose figures cannot be compared. CPU seconds are those of all processes of the server, not the client.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "tests")]

from private_postfix import running_postfix, why_not  # noqa: E402 it lies beside the tests

_TICKS = os.sysconf("SC_CLK_TCK")
_LONGEST = 120.0
"""Seconds of one case; more means that something is broken."""

_RECIPIENT = "acme@import.example"


@dataclass(frozen=True)
class Case:
    size: int
    sessions: int
    one_connection: bool

    def __str__(self) -> str:
        connections = "many" if self.one_connection else "one"
        return f"{self.size // 1000:>3} KB  {self.sessions:>3} sessions  {connections:>4} a connection"


@dataclass(frozen=True)
class Figures:
    per_second: float
    cpu_per_thousand: float
    memory_mb: float


# -- the servers ------------------------------------------------------------------------------------------------------


def serve(folder: Path) -> None:
    """Run the door alone, in this process, until SIGTERM; print its port."""
    from mailroom.clock import utc_now
    from mailroom.config import SmtpSettings
    from mailroom.gateways.admission import Recipient
    from mailroom.gateways.smtp import SmtpDoor
    from mailroom.log import set_up
    from mailroom.spool import Spool

    async def run() -> None:
        spool = Spool(folder / "spool.sqlite")
        known = Recipient(_RECIPIENT, "a1", retired=False, suspended=False)
        door = SmtpDoor(SmtpSettings(listen="127.0.0.1:0"), spool, lambda _local, _domain: known, utc_now)
        end = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
        print(json.dumps({"port": (await door.start())[1]}), flush=True)
        await end.wait()
        await door.stop()
        print(json.dumps({"kept": spool.counts()[0]}), flush=True)
        spool.close()

    set_up()
    asyncio.run(run())


@contextmanager
def mailroom_door(folder: Path) -> Iterator[tuple[int, int]]:
    """Start the door in a process of its own; give its port and process id."""
    with (folder / "log").open("w") as log:
        child = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(folder)], stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert child.stdout is not None
    try:
        yield json.loads(child.stdout.readline())["port"], child.pid
    finally:
        child.terminate()
        child.wait(60)
        child.stdout.close()


@contextmanager
def postfix(folder: Path) -> Iterator[tuple[int, int]]:
    """Start a Postfix of our own that puts everything on hold; give its port and the id of its master."""
    settings = {
        "mydestination": "import.example",
        "smtpd_recipient_restrictions": "check_recipient_access static:HOLD, reject_unauth_destination",
    }
    with running_postfix(folder, settings) as server:
        yield server.port, server.master


# -- the clients ------------------------------------------------------------------------------------------------------


def send(case: Case, port: int, messages: int) -> None:
    """Send the messages; smtp-source when it is there."""
    if shutil.which("smtp-source"):
        command = ["smtp-source", "-s", str(case.sessions), "-m", str(messages), "-l", str(case.size)]
        command += ["-d"] if case.one_connection else []
        command += ["-f", "sup@plier.example", "-t", _RECIPIENT, f"inet:127.0.0.1:{port}"]
        subprocess.run(command, check=True, timeout=_LONGEST)
        return
    body = (b"x" * 70 + b"\r\n") * (case.size // 72)
    threads = [
        threading.Thread(target=_send_some, args=(case, port, body, range(start, messages, case.sessions)))
        for start in range(case.sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _send_some(case: Case, port: int, body: bytes, numbers: range) -> None:
    client: smtplib.SMTP | None = None
    for number in numbers:
        client = client or smtplib.SMTP("127.0.0.1", port, "bench.example")
        client.sendmail("sup@plier.example", [_RECIPIENT], b"Message-ID: <%d@bench>\r\n\r\n" % number + body)
        if not case.one_connection:
            client.quit()
            client = None
    if client:
        client.quit()


def _send_large(port: int, body: memoryview, number: int) -> None:
    """Send one mail; all clients share its body. smtp-source would send one mail after the other."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        commands = f"EHLO bench\r\nMAIL FROM:<>\r\nRCPT TO:<{_RECIPIENT}>\r\nDATA\r\nSubject: {number}\r\n\r\n"
        client.sendall(commands.encode())
        client.sendall(body)
        client.sendall(b".\r\nQUIT\r\n")
        while client.recv(4_096):
            pass


# -- measuring --------------------------------------------------------------------------------------------------------


def cpu_seconds(pid: int) -> float:
    """Return what the process, its living and its ended children have used."""
    total = sum(_ticks(pid, (13, 14, 15, 16)))
    for child in _children(pid):
        total += sum(_ticks(child, (13, 14, 15, 16)))
    return total / _TICKS


def memory_mb(pid: int) -> float:
    """Return the largest resident size of the process so far, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _ticks(pid: int, fields: tuple[int, ...]) -> list[int]:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return [0]
    values = stat.rpartition(")")[2].split()
    return [int(values[field - 2]) for field in fields]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(each) for each in (task / "children").read_text().split()]
    return found


def measure(case: Case, port: int, pid: int, messages: int) -> Figures:
    send(case, port, min(200, messages))  # so that processes, caches and files are there
    before, began = cpu_seconds(pid), time.monotonic()
    send(case, port, messages)
    elapsed = time.monotonic() - began
    time.sleep(0.3)
    used = cpu_seconds(pid) - before
    return Figures(messages / elapsed, used * 1000 / messages, memory_mb(pid))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=2000, help="messages of a case (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="two cases only")
    parser.add_argument("--folder", type=Path, help="where the queues are made; it must be on a real disk")
    parser.add_argument("--large", action="store_true", help="only the memory of 100 sessions with 25 MB each")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
        return
    if arguments.large:
        _print_large(arguments.folder)
        return
    cases = [Case(size, sessions, one) for size in (5_000, 60_000) for sessions in (20, 100) for one in (False, True)]
    cases = cases[1:6:4] if arguments.quick else cases
    beside = not why_not()
    if not beside:
        print(f"Only mailroom is measured, without smtp-source by a slower client: {why_not()}.")
    print(f"{arguments.messages} messages a case; CPU s for 1,000 messages; durable before the answer\n")
    print(f"{'':<40}{'mailroom':>18}{'postfix':>20}{'CPU':>8}{'speed':>8}")
    print(f"{'':<40}{'msg/s':>9}{'CPU s':>9}{'msg/s':>11}{'CPU s':>9}{'ratio':>8}{'ratio':>8}")
    for case in cases:
        ours = _run(case, mailroom_door, arguments.folder, arguments.messages)
        line = f"{case!s:<40}{ours.per_second:>9.0f}{ours.cpu_per_thousand:>9.2f}"
        if beside:
            theirs = _run(case, postfix, arguments.folder, arguments.messages)
            line += f"{theirs.per_second:>11.0f}{theirs.cpu_per_thousand:>9.2f}"
            line += (
                f"{ours.cpu_per_thousand / theirs.cpu_per_thousand:>8.2f}{ours.per_second / theirs.per_second:>8.2f}"
            )
        print(f"{line}   {ours.memory_mb:.0f} MB", flush=True)
    if not arguments.quick:
        _print_large(arguments.folder)


def _print_large(folder: Path | None) -> None:
    """Let 100 sessions send 25 MB each at once: memory has to stay flat."""
    with tempfile.TemporaryDirectory(dir=folder) as made, mailroom_door(Path(made)) as (port, pid):
        began = time.monotonic()
        body = memoryview((b"x" * 76 + b"\r\n") * (25_000_000 // 78))
        threads = [threading.Thread(target=_send_large, args=(port, body, number)) for number in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(
            f"\n100 sessions with 25 MB each: {memory_mb(pid):.0f} MB of memory at most, "
            f"{cpu_seconds(pid):.1f} CPU s, {time.monotonic() - began:.0f} s, {_kept(Path(made))} kept"
        )


def _kept(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "spool.sqlite")) as connection:
        return int(connection.execute("SELECT count(*) FROM entry").fetchone()[0])


def _run(
    case: Case, server: Callable[[Path], AbstractContextManager[tuple[int, int]]], folder: Path | None, messages: int
) -> Figures:
    with (
        tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as made,
        server(Path(made)) as (port, pid),
    ):
        return measure(case, port, pid, messages)


if __name__ == "__main__":
    main()
