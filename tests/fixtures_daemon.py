"""A real daemon in a process of its own, and what a person or a mail server does to it from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
READY_SECONDS = 30.0
PATIENCE_SECONDS = 90.0


@dataclass
class Installation:
    """A data folder and a configuration, and the daemon on it while one runs."""

    data: Path
    config: Path
    process: subprocess.Popen[str] | None = None
    smtp: str = ""
    lmtp: str = ""
    web: str = ""
    log: list[str] = field(default_factory=list)
    greeted: list[float] = field(default_factory=list)
    """Seconds from the last start until each address was printed, in their order."""
    _reader: threading.Thread = field(default_factory=threading.Thread)

    def command(
        self, *arguments: str, check: bool = True, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `mailroom ...` and return what it printed."""
        done = subprocess.run(
            [*self._mailroom(), *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=self._env(),
            input=stdin,
        )
        if check and done.returncode:
            raise AssertionError(f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    def json(self, *arguments: str, check: bool = True) -> list[dict[str, Any]]:
        """Run `mailroom ... --json` and return its lines."""
        return [json.loads(line) for line in self.command(*arguments, "--json", check=check).stdout.splitlines()]

    def start(
        self, *, script: str = "", roles: str = "smtp,worker,web,sender", env: dict[str, str] | None = None
    ) -> None:
        """Start the daemon on free ports and wait until it answers. `script`: a double of tests/faults instead."""
        begin = [sys.executable, str(HERE / "faults" / script)] if script else [sys.executable, "-m", "mailroom"]
        options = ["--data", str(self.data), "--config", str(self.config)]
        began = time.monotonic()
        self.greeted.clear()
        self.process = subprocess.Popen(
            [*begin, *options, "run", "--smtp", "127.0.0.1:0", "--web", "127.0.0.1:0", "--roles", roles],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**self._env(), **(env or {})},
        )
        self._reader = threading.Thread(target=self._keep_log, args=(self.process,), daemon=True)
        self._reader.start()
        assert self.process.stdout is not None
        expected = {"smtp", "web"} & set(roles.split(","))
        if "smtp" in expected and "[lmtp]" in self.config.read_text("utf-8"):
            expected.add("lmtp")
        for _ in expected:
            line = self.process.stdout.readline()
            found = re.match(r"(smtp|lmtp|web) (.+)", line)
            if not found:
                self.process.wait(timeout=READY_SECONDS)
                time.sleep(0.2)
                raise AssertionError(f"the daemon did not start: {line!r}\n" + "".join(self.log[-50:]))
            setattr(self, found[1], found[2])
            self.greeted.append(time.monotonic() - began)

    def stop(self) -> int:
        """End the daemon as systemd does and return its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self) -> int:
        """End the daemon with SIGKILL."""
        assert self.process is not None
        self.process.kill()
        return self._ended()

    def wait_for_death(self) -> int:
        """Wait until the daemon ended by itself."""
        assert self.process is not None
        return self._ended(PATIENCE_SECONDS)

    def send(self, mail: EmailMessage | bytes, *recipients: str) -> None:
        """Send a mail through the SMTP door; raises what smtplib raises."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=SMTP)
        host, _, port = self.smtp.rpartition(":")
        with smtplib.SMTP(host, int(port), timeout=90) as client:
            client.sendmail("supplier@example.com", list(recipients), raw)

    def wait(self, look: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
        """Wait until `look` gives something true and return it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.2)
        raise AssertionError("it did not happen in time; the log ends with:\n" + "".join(self.log[-40:]))

    def decided(self, number: int = 1) -> list[dict[str, Any]]:
        """Wait until so many documents are there and none is being read; return all of them."""

        def look() -> list[dict[str, Any]]:
            rows = self.json("inbox", "--all")
            done = len(rows) >= number and all(row["state"] != "reading" for row in rows)
            return rows if done else []

        found: list[dict[str, Any]] = self.wait(look)
        return found

    def _mailroom(self) -> list[str]:
        return [sys.executable, "-m", "mailroom", "--data", str(self.data), "--config", str(self.config)]

    def _env(self) -> dict[str, str]:
        path = os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH"))))
        return {**os.environ, "PYTHONPATH": path, "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}

    def _keep_log(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr as stderr:
            self.log.extend(iter(stderr.readline, ""))

    def _ended(self, seconds: float = 40) -> int:
        assert self.process is not None
        status = self.process.wait(timeout=seconds)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._reader.join(timeout=5)
        self.process = None
        return status


@pytest.fixture
def new_installation(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Make installations; whatever still runs at the end is killed."""
    made: list[Installation] = []

    def make(config: str = "", name: str = "data") -> Installation:
        file = tmp_path / f"{name}.toml"
        file.write_text(config, "utf-8")
        made.append(Installation(tmp_path / name, file))
        return made[-1]

    yield make
    for each in made:
        if each.process is not None:
            each.kill()


@pytest.fixture
def installation(new_installation: Callable[..., Installation]) -> Installation:
    """An installation on embedded defaults."""
    return new_installation()


@pytest.fixture
def demo_mail() -> Callable[[str, str], EmailMessage]:
    """Return a maker of one of the demo's mails by its name, for a recipient."""
    from email import message_from_bytes, policy

    from mailroom.cli.demo_mails import demo_mails

    def make(wanted: str, recipient: str) -> EmailMessage:
        raw = next(raw for what, raw in demo_mails(recipient) if wanted in what)
        made = message_from_bytes(raw, policy=policy.SMTP)
        assert isinstance(made, EmailMessage)
        return made

    return make
