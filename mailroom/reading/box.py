"""The box: foreign bytes are read in a child process that can be killed and can do little else.

`Box.call` hands a task to the warm server (box_server.py), which forks a limited child; what comes back is bounded,
checked JSON and blobs. The server is started on first use, ends when idle, and is started again when it died. A child
may stay for a moment, to be asked once more of the same document (stays.py). What holds after a crash: nothing. A call
has no lasting effect, whoever dies; the engine calls again.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import mailroom
from mailroom.config import BoxSettings
from mailroom.errors import ReaderCrashed, ReaderOutOfMemory, ReaderStopped, ReaderTimedOut
from mailroom.reading import frames, scratch, stays
from mailroom.reading.frames import JSON
from mailroom.reading.outcome import Ended, error_from_json, why_stopped

ANSWER_BOUNDS = frames.Bounds()
_GRACE_SECONDS = 30.0
"""Beyond the time-out that the server itself keeps: starting a cold server on a busy machine, and its report."""
_STATUS_BYTES = 1 << 16
_ATTEMPTS = 3


class _NotStarted(Exception):
    """The server went away before it forked: the call had no effect and may be made again."""


class _Request(NamedTuple):
    """What a child is given, and the name under which it may stay."""

    arguments: dict[str, JSON]
    blobs: Sequence[bytes]
    stays_as: str


class _Server:
    """One warm server process, as the daemon sees it."""

    def __init__(self, settings: BoxSettings, warm: Sequence[str]) -> None:
        scratch.sweep()
        self.calls: set[int] = set()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        options = json.dumps({"idle_seconds": settings.idle_seconds, "warm": list(warm)})
        command = [sys.executable, "-P", "-m", "mailroom.reading.box_server", str(theirs.fileno()), options]
        with theirs:
            self.process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the daemon, which closes the box in order
            )
        self._watcher = threading.Thread(target=self._watch, name="box-watcher", daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        """Wait for the server's end, so that no zombie stays, and end what it left."""
        self.process.wait()
        self._control.close()
        for pid in tuple(self.calls):
            _end_group(pid)
        scratch.sweep()

    def ask(self, message: dict[str, Any], handles: Sequence[int]) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(message).encode("ascii")], handles)
        except OSError as error:
            raise _NotStarted from error

    def end(self) -> None:
        """Let the server end its calls and itself; kill it when it does not."""
        self._control.close()
        self._watcher.join(_GRACE_SECONDS / 6)
        if self.process.poll() is None:
            self.kill()

    def kill(self) -> None:
        self.process.kill()
        self._watcher.join(_GRACE_SECONDS / 6)


def _end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    """Return the server's environment: our own import path, one thread in every numeric library, no secrets."""
    kept = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    package = str(Path(mailroom.__file__).parent.parent)
    path = [package, *(entry for entry in sys.path if entry and entry != package)]
    threads = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    # Large pages, where the kernel gives them to who asks: a scanned page touches 17,000 small ones for the first time.
    memory = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    # Else pydantic reads what every installed package says of itself, to look for plugins: an eighth of a cold start.
    no_plugins = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
    return {**environment, **threads, **memory, **no_plugins, "PYTHONPATH": os.pathsep.join(path)}


class _Status:
    """The server's word on one call: `started`, then `ended`."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._buffer = b""

    def next(self, key: str) -> JSON:
        """Return the next word. Raises EOFError when the server is gone, KeyError when it says another word."""
        while b"\n" not in self._buffer:
            chunk = self._channel.recv(_STATUS_BYTES)
            if not chunk:
                raise EOFError
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        word = json.loads(line)
        if key not in word:
            raise KeyError(f"{word}"[:_STATUS_BYTES])
        said: JSON = word[key]
        return said


class Box:
    """Calls tasks by name, each in a child of its own. Thread-safe; a call blocks its thread only."""

    def __init__(self, settings: BoxSettings, tasks: Mapping[str, str], warm: Sequence[str] = ()) -> None:
        """Take the limits, the tasks (name -> `module:function`) and the modules that the server imports at once."""
        self._settings = settings
        self._tasks = dict(tasks)
        self._warm = tuple(warm)
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._others: list[Box] = []
        self._stays = stays.Stays()

    def another(self, tasks: Mapping[str, str]) -> Box:
        """Return a box with the same limits and a server of its own, for what is too heavy to stay with the others.

        It is closed with this one.
        """
        other = Box(self._settings, tasks)
        self._others.append(other)
        return other

    def call(
        self,
        task: str,
        arguments: dict[str, JSON],
        blobs: Sequence[bytes] = (),
        *,
        prepare: JSON = None,
        stays_as: str = "",
    ) -> tuple[JSON, list[bytes]]:
        """Run a task in a child and return its answer.

        `prepare` is for `prepare_<function>` beside the task's function: the server calls it once before it forks,
        so that what is costly to set up is there in every child. It must not come from foreign bytes. A child whose
        task has more to tell of the same blobs stays for a moment, to be asked (`ask`) under the name of `stays_as`.

        Raises:
            ReaderTimedOut, ReaderOutOfMemory, ReaderCrashed: the child gave no answer.
            MailroomError: what the task raised.
        """
        message = {
            "task": self._tasks[task],
            "prepare": prepare,
            "wall_seconds": self._settings.wall_seconds,
            "cpu_seconds": self._settings.cpu_seconds,
            "memory_bytes": self._settings.memory_megabytes << 20,
            "stay_seconds": stays.SECONDS if stays_as else 0,
        }
        request = _Request(arguments, blobs, stays_as)
        for _ in range(_ATTEMPTS):
            server = self._warm_server()
            try:
                return self._call(server, message, request)
            except _NotStarted:
                self._forget(server)
        raise ReaderCrashed("the box's server does not start; its own message is on standard error")

    def ask(self, name: str, arguments: dict[str, JSON]) -> tuple[JSON, list[bytes]] | None:
        """Ask the child that stayed under this name once more. It ends with that.

        None where no child answers, for whatever reason: a call then says what is to be said.

        Raises:
            MailroomError: what the task raised.
        """
        channel = self._stays.take(name)
        if channel is None:
            return None
        with channel:
            try:
                answer, received, _ = _exchange(channel, arguments, ())
                return None if answer is None else _judge(answer, received)
            except (TimeoutError, ReaderStopped):
                return None

    def close(self) -> None:
        """End the server and what it runs. The next call would start a new one."""
        self._stays.close()
        with self._lock:
            server, self._server = self._server, None
        if server:
            server.end()
        for other in self._others:
            other.close()

    def _warm_server(self) -> _Server:
        with self._lock:
            if self._server is None or self._server.process.returncode is not None:
                self._server = _Server(self._settings, self._warm)
            return self._server

    def _forget(self, server: _Server) -> None:
        with self._lock:
            if self._server is server:
                self._server = None
        server.end()

    def _call(self, server: _Server, message: dict[str, Any], request: _Request) -> tuple[JSON, list[bytes]]:
        mine, childs = socket.socketpair()
        report, servers = socket.socketpair()
        with mine, report:
            with childs, servers:
                server.ask(message, [childs.fileno(), servers.fileno()])
            deadline = time.monotonic() + self._settings.wall_seconds + _GRACE_SECONDS
            frames.give_up_after(mine, self._settings.wall_seconds + _GRACE_SECONDS)
            report.settimeout(self._settings.wall_seconds + _GRACE_SECONDS)
            try:
                return self._converse(server, _Status(report), mine, request)
            except TimeoutError as error:
                server.kill()
                late = time.monotonic() - deadline
                raise ReaderTimedOut(f"the box's server did not answer in time ({late:+.0f} s)") from error

    def _converse(
        self, server: _Server, status: _Status, channel: socket.socket, request: _Request
    ) -> tuple[JSON, list[bytes]]:
        pid = _started(status)
        server.calls.add(pid)
        try:
            answer, received, detail = _exchange(channel, request.arguments, request.blobs)
            if request.stays_as and isinstance(answer, dict) and answer.keys() == {"stays"}:
                self._stays.keep(request.stays_as, channel.dup())
                return answer["stays"], received
            ended = _ended(status)
        except BaseException:
            # No server that answers: whoever of the watcher and this thread comes first ends the child's programs.
            _end_group(pid)
            raise
        finally:
            server.calls.discard(pid)
        if ended.exit_code != 0 or answer is None:
            raise self._stopped(ended, detail)
        return _judge(answer, received)

    def _stopped(self, ended: Ended, detail: str) -> ReaderStopped:
        limit = self._settings.memory_megabytes << 20
        return why_stopped(ended, cpu_limit=self._settings.cpu_seconds, memory_limit=limit, detail=detail)


def _judge(answer: JSON, blobs: list[bytes]) -> tuple[JSON, list[bytes]]:
    if isinstance(answer, dict) and len(answer) == 1:
        if "ok" in answer:
            return answer["ok"], blobs
        if "memory" in answer:
            raise ReaderOutOfMemory("the reader wanted more memory than it may have")
        if "error" in answer:
            raise error_from_json(answer["error"])
    raise ReaderCrashed("the reader's answer is not in the agreed form")


def _started(status: _Status) -> int:
    try:
        pid = status.next("started")
    except EOFError as error:
        raise _NotStarted from error
    except KeyError as error:
        raise ReaderCrashed(f"the box's server could not start the task: {error.args[0]}") from error
    if not isinstance(pid, int) or pid <= 1:
        raise ReaderCrashed("the box's server gave no process number")
    return pid


def _ended(status: _Status) -> Ended:
    try:
        word = status.next("ended")
    except (EOFError, KeyError) as error:
        raise ReaderCrashed("the box's server was ended while it worked") from error
    if not isinstance(word, dict):
        raise ReaderCrashed("the box's server gave no report")
    return Ended.from_json(word)


def _exchange(
    channel: socket.socket, arguments: dict[str, JSON], blobs: Sequence[bytes]
) -> tuple[JSON, list[bytes], str]:
    """Send the request and return the child's answer, its blobs, and what was wrong when there is no answer."""
    try:
        frames.send(channel, arguments, blobs)
        answer, received = frames.receive(channel, ANSWER_BOUNDS)
    except (frames.BadFrame, BrokenPipeError, ConnectionResetError) as error:
        # An honest child has ended by now; one that goes on talking into a closed channel ends with it.
        with contextlib.suppress(OSError):
            channel.shutdown(socket.SHUT_RDWR)
        return None, [], str(error)
    return answer, received, ""
