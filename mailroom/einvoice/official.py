"""The official verdict on an e-invoice: XSD and Schematron, run by one worker process.

The worker (official_worker.py) has one thread and walls of its own, is started on the first question, ends after some
hundred documents or when it is no longer wanted, and may die without harm: the next question starts another. Neither
saxonche nor factur-x is ever imported here. What holds after a crash: nothing; a verdict is asked for again.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError

import mailroom
from mailroom.domain.value import Value
from mailroom.einvoice.findings import Severity
from mailroom.einvoice.official_rules import RuleFile
from mailroom.errors import MissingProgram, ReaderCrashed, ReaderTimedOut

RECYCLE_AFTER = 500
"""Documents of one worker: its memory grows by what Saxon keeps of each."""
_LONGEST_ANSWER = 8 << 20


class OfficialFinding(Value):
    """A rule that failed. `text` is the official one, in the language of the rules; `file` names the rule file."""

    rule: str
    severity: Severity
    place: str
    text: str
    file: str


class Verdict(Value):
    """What the official rules say. `rules` name every file that was asked, with version and hash; `problem` says why
    a document could not be judged.
    """

    rules: tuple[str, ...]
    findings: tuple[OfficialFinding, ...]
    problem: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether rules were asked and nothing fatal was found."""
        return bool(self.rules) and not any(one.severity is Severity.FATAL for one in self.findings)


class Official:
    """Asks the worker. Thread-safe: one question at a time."""

    def __init__(self, rules: Sequence[RuleFile], *, seconds: float = 60, recycle_after: int = RECYCLE_AFTER) -> None:
        """Take the rule files (`known_rules`), and the longest time for one document.

        Raises:
            MissingProgram: the package saxonche is not installed.
        """
        if find_spec("saxonche") is None:
            raise MissingProgram('official rules need the packages of: pip install "mailroom[official]"')
        self._rules = json.dumps([{**rule.model_dump(mode="json"), "title": rule.title} for rule in rules])
        self._seconds, self._recycle_after = seconds, recycle_after
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._asked = 0

    def verdict(self, content: bytes) -> Verdict:
        """Return the verdict on one XML invoice (UBL or CII, also inside an SBDH).

        Raises:
            ReaderTimedOut, ReaderCrashed: the worker gave no answer; another one is started for the next document.
        """
        with self._lock:
            if self._worker is None or self._worker.poll() is not None or self._asked >= self._recycle_after:
                self._end()
                self._worker = self._start()
            self._asked += 1
            try:
                answer = _ask(self._worker, content, self._seconds)
                return Verdict.model_validate_json(answer)
            except (OSError, ValidationError) as error:
                said = self._end()
                raise ReaderCrashed(f"the worker of the official rules ended: {said or error}") from error
            except ReaderTimedOut:
                self._end()
                raise

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._end()

    def __enter__(self) -> Official:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self._asked = 0
        package = str(Path(mailroom.__file__).parent.parent)
        # Each document may use its whole time; what a worker adds up to is bounded by how many it may see.
        cpu_seconds = int(self._seconds) * self._recycle_after + 60
        path = os.pathsep.join([package, *(entry for entry in sys.path if entry and entry != package)])
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "mailroom.einvoice.official_worker", self._rules, str(cpu_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
        )

    def _end(self) -> str:
        worker, self._worker = self._worker, None
        if worker is None:
            return ""
        worker.kill()
        for pipe in (worker.stdin, worker.stdout):
            if pipe:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        return f"exit status {worker.wait()}"


def _ask(worker: subprocess.Popen[bytes], content: bytes, seconds: float) -> bytes:
    """Send one document and return the line that comes back."""
    assert worker.stdin is not None and worker.stdout is not None  # noqa: S101, PT018 - both are pipes, see _start
    deadline = time.monotonic() + seconds
    worker.stdin.write(b"%d\n%b" % (len(content), content))
    worker.stdin.flush()
    answer = b""
    with selectors.DefaultSelector() as ready:
        ready.register(worker.stdout, selectors.EVENT_READ)
        while not answer.endswith(b"\n"):
            if not ready.select(max(0.0, deadline - time.monotonic())):
                raise ReaderTimedOut(f"the official rules took more than {seconds:.0f} s")
            chunk = os.read(worker.stdout.fileno(), 1 << 16)
            if not chunk or len(answer) > _LONGEST_ANSWER:
                raise BrokenPipeError("no whole answer")
            answer += chunk
    return answer
