"""How a boxed call ended, and which error that is. Pure: the server reports facts, this page judges them."""

from __future__ import annotations

import signal
from dataclasses import dataclass, fields

from mailroom import errors
from mailroom.errors import MailroomError, ReaderCrashed, ReaderOutOfMemory, ReaderStopped, ReaderTimedOut
from mailroom.reading.frames import JSON

_MEMORY_SIGNS = ("bad_alloc", "MemoryError", "out of memory", "Cannot allocate memory", "Out of memory")
_LONGEST_TEXT = 4000
_MOST_FACTS = 16


@dataclass(frozen=True)
class Ended:
    """What the server saw of one child. `exit_code` is negative for a signal, as in `subprocess`."""

    exit_code: int
    timed_out: bool = False
    cpu_seconds: float = 0.0
    memory_bytes: int = 0
    """Largest resident memory beyond what the server itself had."""
    stderr: str = ""

    def as_json(self) -> dict[str, JSON]:
        """Return it as the server sends it."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, document: dict[str, JSON]) -> Ended:
        """Take what `as_json` made; the server is our own, so that a wrong key is a fault of ours."""
        return cls(**{f.name: document[f.name] for f in fields(cls)})  # type: ignore[arg-type]  # our own server


def why_stopped(ended: Ended, *, cpu_limit: int, memory_limit: int, detail: str = "") -> ReaderStopped:
    """Return the error for a child that gave no answer."""
    number = -ended.exit_code
    said = f"{detail}\n{ended.stderr}".strip()[-_LONGEST_TEXT:]
    facts: dict[str, str | int] = {"exit_code": ended.exit_code, "cpu_milliseconds": int(ended.cpu_seconds * 1000)}
    if ended.timed_out or number == signal.SIGXCPU or (number == signal.SIGKILL and ended.cpu_seconds >= cpu_limit):
        return ReaderTimedOut(f"the reader took too long: {said}", **facts)
    # Libraries that cannot get memory abort in many ways; half of the limit in use tells those from other crashes.
    starved = ended.exit_code != 0 and ended.memory_bytes >= memory_limit // 2
    if starved or any(sign in ended.stderr for sign in _MEMORY_SIGNS):
        return ReaderOutOfMemory(f"the reader wanted more memory than it may have: {said}", **facts)
    return ReaderCrashed(f"the reader ended without an answer ({_how(ended.exit_code)}): {said}", **facts)


def _how(exit_code: int) -> str:
    try:
        return signal.Signals(-exit_code).name if exit_code < 0 else f"exit status {exit_code}"
    except ValueError:
        return f"signal {-exit_code}"


def error_as_json(error: MailroomError) -> dict[str, JSON]:
    """Return an error of ours as the child sends it."""
    facts: dict[str, JSON] = dict(error.facts.items())
    return {"class": type(error).__name__, "message": str(error), "facts": facts}


def error_from_json(document: JSON) -> MailroomError:
    """Return the error that a child raised; a child is not trusted, so every length is cut.

    An error that we do not know by name is a `ReaderCrashed` with the child's text for the operator's log.
    """
    if not isinstance(document, dict):
        return ReaderCrashed("the reader's answer is no error")
    known = getattr(errors, str(document.get("class")), None)
    message = str(document.get("message", ""))[:_LONGEST_TEXT]
    if not (isinstance(known, type) and issubclass(known, MailroomError)):
        return ReaderCrashed(f"the reader failed: {message}")
    given = document.get("facts")
    pairs = list(given.items())[:_MOST_FACTS] if isinstance(given, dict) else []
    facts = {key[:100]: v if isinstance(v, int) else str(v)[:500] for key, v in pairs if key not in ("self", "message")}
    return known(message, **facts)
