"""How long a mail server waits for its greeting, and for its 250, after the daemon was killed with SIGKILL.

`python benchmarks/restart.py [--times 11]`: one installation with all roles on embedded defaults. Each time a client
sends mail after mail until the kill; then the daemon is started again on the same port, and the seconds run from the
start of the process. In the end every acknowledged mail must be there, once.
"""

from __future__ import annotations

import argparse
import json
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from _daemon import ROOT, Daemon, against, mailroom, median, new_account, table

AIM = 1.0
DRAIN_SECONDS = 120.0
MAIL = "From: supplier@example.com\r\nSubject: {subject}\r\n\r\nThe invoice comes by post.\r\n"


def send_until_killed(port: int, recipient: str, name: str, acknowledged: list[str]) -> None:
    """Send mail after mail, each with a subject of its own, until the connection breaks."""
    with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        for number in range(10_000):
            subject = f"{name}-{number}"
            client.sendmail("supplier@example.com", [recipient], MAIL.format(subject=subject))
            acknowledged.append(subject)


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
    greetings, accepted, acknowledged = [], [], []
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
                greeting, first = restart(daemon, port, recipient, f"after-{kill}")
                acknowledged.append(f"after-{kill}")
                greetings.append(greeting)
                accepted.append(first)
            lost, doubled = _missing(data, acknowledged)
    rows = [
        ["greeting (220)", f"{median(greetings):.2f}", f"{max(greetings):.2f}", against(median(greetings), AIM, " s")],
        ["first mail kept (250)", f"{median(accepted):.2f}", f"{max(accepted):.2f}", ""],
    ]
    table(
        f"Seconds after SIGKILL, {times} times",
        ["", "median", "worst", "aim"],
        rows,
        f"{len(acknowledged)} mails acknowledged, {lost} lost, {doubled} doubled",
    )


def _missing(data: Path, acknowledged: list[str]) -> tuple[int, int]:
    """Return how many acknowledged mails are not in the ledger, once it has all or no more come, and how many twice."""
    end, found = time.monotonic() + DRAIN_SECONDS, []
    while time.monotonic() < end:
        lines = [json.loads(line) for line in mailroom(data, "ledger", "--json").splitlines()]
        found = [subject for subject, _ in {(line["subject"], line["mail"]) for line in lines}]
        if set(acknowledged) <= set(found):
            break
        time.sleep(1)
    return len(set(acknowledged) - set(found)), len(found) - len(set(found))


if __name__ == "__main__":
    main()
