"""How long a mail server waits for its greeting, and for its 250, after the daemon was killed with SIGKILL.

`python benchmarks/restart.py [--times 11]`: one installation with all roles on embedded defaults. Each time a client
sends ten mails a second until the kill; then the daemon is started again on the same port, and the seconds run from the
start of the process. In the end every acknowledged mail must be there, once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import smtplib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from _daemon import ROOT, Daemon, against, mailroom, median, new_account, table

AIM = 1.0
PAUSE_SECONDS = 0.1
"""Between two mails: a backlog of thousands would measure how fast they are sorted."""

MAIL = "From: supplier@example.com\r\nSubject: {subject}\r\n\r\nThe invoice comes by post.\r\n"


def send_until_killed(port: int, recipient: str, name: str, acknowledged: list[str]) -> None:
    """Send mail after mail, each with a subject of its own, until the connection breaks."""
    with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        for number in range(10_000):
            subject = f"{name}-{number}"
            client.sendmail("supplier@example.com", [recipient], MAIL.format(subject=subject))
            acknowledged.append(subject)
            time.sleep(PAUSE_SECONDS)


def first_greeting(port: int, began: float) -> float:
    """Return the seconds until a client that tries again and again has read 220."""
    while time.perf_counter() - began < 60:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 30) as client:
            if client.recv(3) == b"220":
                return time.perf_counter() - began
        time.sleep(0.005)
    raise SystemExit("no greeting in a minute")


def restart(daemon: Daemon, port: int, recipient: str, subject: str) -> tuple[float, float]:
    """Start the killed daemon again; return the seconds to its greeting and to the first 250 after DATA."""
    file = daemon.data.with_suffix(".toml")
    command = [sys.executable, "-m", "mailroom", "--data", str(daemon.data), "--config", str(file), "run"]
    began = time.perf_counter()
    daemon.process = subprocess.Popen(
        [*command, "--smtp", f"127.0.0.1:{port}", "--web", "127.0.0.1:0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    greeting = first_greeting(port, began)
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.sendmail("supplier@example.com", [recipient], MAIL.format(subject=subject))
    return greeting, time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=11, help="kills (default: %(default)s)")
    times = parser.parse_args().times
    greetings, accepted, bare, acknowledged = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="mailroom-bench-") as folder:
        data = Path(folder) / "data"
        recipient = new_account(data)
        with Daemon(data) as daemon:
            port = int(daemon.smtp.rpartition(":")[2])
            for kill in range(times):
                sender = threading.Thread(
                    target=send_until_killed, args=(port, recipient, f"before-{kill}", acknowledged), daemon=True
                )
                sender.start()
                time.sleep(1.0)
                daemon.process.kill()
                daemon.process.wait()
                sender.join()
                bare.append(bare_start())
                greeting, first = restart(daemon, port, recipient, f"after-{kill}")
                acknowledged.append(f"after-{kill}")
                greetings.append(greeting)
                accepted.append(first)
            lost, doubled = _missing(data, recipient, acknowledged)
    rows = [
        ["greeting (220)", f"{median(greetings):.2f}", f"{max(greetings):.2f}", against(median(greetings), AIM, " s")],
        ["python -c pass, just before", f"{median(bare):.2f}", f"{max(bare):.2f}", ""],
        ["first mail kept (250)", f"{median(accepted):.2f}", f"{max(accepted):.2f}", ""],
    ]
    table(
        f"Seconds after SIGKILL, {times} times",
        ["", "median", "worst", "aim"],
        rows,
        f"{len(acknowledged)} mails acknowledged, {lost} lost, {doubled} doubled",
    )


def _missing(data: Path, recipient: str, acknowledged: list[str]) -> tuple[int, int]:
    """Return how many acknowledged mails are neither in the store nor in the spool, and how many are there twice."""
    from mailroom.config import StoreSettings
    from mailroom.store import open_store

    hashes = {hashlib.sha256(MAIL.format(subject=subject).encode()).hexdigest() for subject in acknowledged}
    store = open_store(StoreSettings(), data)
    with closing(sqlite3.connect(data / "spool.sqlite")) as spool, store.read() as unit:
        waiting = {row[0] for row in spool.execute("SELECT sha256 FROM entry")}
        lost = sum(each not in waiting and unit.messages.by_bytes(each, recipient) is None for each in hashes)
    store.close()
    lines = [json.loads(line) for line in mailroom(data, "ledger", "--json").splitlines()]
    found = [subject for subject, _ in {(line["subject"], line["mail"]) for line in lines}]
    return lost, len(found) - len(set(found))


def bare_start() -> float:
    """Return the seconds that an empty Python needs now: it tells a busy machine from a slow start."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
