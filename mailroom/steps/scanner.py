"""The virus scanner: ClamAV's clamd over TCP or a Unix socket, by its INSTREAM command (clamd(8)).

Off unless configured. What holds after a crash: nothing; the mail is scanned again. It never decides over a mail: the
step says what follows from its word. A scanner that does not answer is a passing failure and is tried again.
"""

from __future__ import annotations

import re
import socket
import struct
from contextlib import suppress
from typing import NamedTuple

from mailroom.config import ScannerSettings
from mailroom.domain.value import Reason
from mailroom.errors import ScannerUnavailable

_CHUNK = 1 << 18
_LONGEST_ANSWER = 4_096


class Scanned(NamedTuple):
    """The scanner's word: the name of what it found, or empty; `whole` is False when the mail was too large for it."""

    found: str = ""
    whole: bool = True

    @property
    def reason(self) -> Reason | None:
        """What people are told; None when there is nothing to tell."""
        if self.found:
            return Reason(code="virus_found", facts={"name": self.found})
        return None if self.whole else Reason(code="not_scanned")


def scan(settings: ScannerSettings, content: bytes) -> Scanned:
    """Have the bytes of a mail looked at.

    Raises:
        ScannerUnavailable: it cannot be reached, does not answer in time, or says something else.
    """
    try:
        with _connect(settings) as channel:
            answer = _ask(channel, content)
    except OSError as error:
        raise ScannerUnavailable(f"clamd at {settings.address}: {error}") from error
    found = re.fullmatch(r"stream: (.{1,200}) FOUND", answer)
    if found:
        return Scanned(re.sub(r"[^\w.:()/+-]", "_", found[1]))
    if answer == "stream: OK":
        return Scanned()
    if "size limit exceeded" in answer:
        return Scanned(whole=False)
    raise ScannerUnavailable(f"clamd at {settings.address} answered {answer[:200]!r}")


def _connect(settings: ScannerSettings) -> socket.socket:
    kind, _, path = settings.address.partition(":")
    if kind == "unix":
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        channel.settimeout(settings.timeout_seconds)
        try:
            channel.connect(path)
        except OSError:
            channel.close()
            raise
        return channel
    host, _, port = settings.address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), settings.timeout_seconds)


def _ask(channel: socket.socket, content: bytes) -> str:
    """Send the bytes in chunks, each behind its length, and an empty one; return the answer, which a NUL ends."""
    with suppress(BrokenPipeError, ConnectionResetError):  # it stops listening beyond its limit, and says so
        channel.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            chunk = content[start : start + _CHUNK]
            channel.sendall(struct.pack("!I", len(chunk)) + chunk)
        channel.sendall(struct.pack("!I", 0))
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        more = channel.recv(_LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
