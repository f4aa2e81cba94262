"""The box's warm server: `python -m mailroom.reading.box_server`, started by `Box`, never by hand.

It has imported what the tasks need and forks one child for each call, so that a call costs milliseconds. It is
single-threaded: a fork of a process with threads is not safe. It reads no foreign byte itself; a child talks with the
daemon over a channel of its own, and the server only starts it, ends it in time, and says how it ended. A child whose
task has more to tell may wait for one question (stays.py), within the same limits.

What holds after a crash: the server ends when the daemon does (end of file on the control channel) or when nothing was
asked for `idle_seconds`; its children die with it, and their programs with their process group.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from mailroom.errors import MailroomError
from mailroom.reading import frames, limits, scratch
from mailroom.reading.frames import JSON, Blob
from mailroom.reading.outcome import Ended, error_as_json

REQUEST_BOUNDS = frames.Bounds(blob_bytes=1 << 30)
QUESTION_BOUNDS = frames.Bounds(json_bytes=1 << 20, blobs=0)
"""Of what a child that stays is asked: it never sees another document."""
_CONTROL_BYTES = 1 << 16
_STDERR_TAIL = 2000

More = Callable[[dict[str, JSON]], tuple[JSON, list[bytes]]]
"""Answers one more question of what the task was given."""
Task = Callable[[dict[str, JSON], list[bytes]], "tuple[JSON, Sequence[Blob]] | tuple[JSON, Sequence[Blob], More]"]


@dataclass
class Running:
    """One child at work."""

    deadline: float
    status: int
    stderr: int
    timed_out: bool = False


class Server:
    """Takes calls from the control channel until it is closed or idle."""

    def __init__(self, control: socket.socket, idle_seconds: float) -> None:
        self._control = control
        self._idle_seconds = idle_seconds
        self._running: dict[int, Running] = {}
        self._known: dict[str, Task] = {}
        self._prepared: set[str] = set()
        self._scratch = scratch.make()
        self._own_memory = 0
        self._wake, wake_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, so that the wake-up pipe is written
        signal.signal(signal.SIGTERM, self._end_now)

    def serve(self) -> None:
        """Work until there is nothing more to do."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._control, selectors.EVENT_READ)
            waiting.register(self._wake, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in waiting.select(self._patience())]
                if self._wake in ready:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._wake, 4096)
                self._reap()
                self._end_late_ones()
                if self._control in ready and not self._take_call():
                    break
                if not ready and not self._running:
                    break
        self._end_all()

    def _patience(self) -> float:
        if not self._running:
            return self._idle_seconds
        return max(0.0, min(call.deadline for call in self._running.values()) - time.monotonic()) + 0.001

    def _take_call(self) -> bool:
        message, handles, _, _ = socket.recv_fds(self._control, _CONTROL_BYTES, 2)
        if not message:
            return False
        call = json.loads(message)
        channel, status = handles
        try:
            task = self._task(call["task"], call["prepare"])
            self._start(task, call, channel, status)
        except Exception as error:  # a fault of ours or a full process table: said to the daemon, the server lives on
            text = "".join(traceback.format_exception(error))[-_STDERR_TAIL:]
            _report(status, "ended", Ended(exit_code=1, stderr=text).as_json())
            os.close(status)
        finally:
            os.close(channel)
        return True

    def _task(self, name: str, prepare: JSON) -> Task:
        """Import a task and have ready what `prepare_<function>` of its module wants, once for each argument."""
        module_name, _, function = name.partition(":")
        if name not in self._known:
            self._known[name] = getattr(importlib.import_module(module_name), function)
        wish = json.dumps([name, prepare])
        if prepare is not None and wish not in self._prepared:
            module = sys.modules[module_name]
            self._prepared.add(wish)
            try:
                getattr(module, f"prepare_{function}")(prepare)
            except MailroomError:
                pass  # the child meets the same error and says so in its answer
            except Exception:  # it saves time and is no condition: the child does without
                traceback.print_exc()
            gc.collect()
            gc.freeze()  # else the collector writes to every page and nothing stays shared with the children
        return self._known[name]

    def _start(self, task: Task, call: dict[str, Any], channel: int, status: int) -> None:
        stderr = os.memfd_create("stderr", os.MFD_CLOEXEC)
        self._own_memory = _resident_bytes()
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            _be_child(task, call, channel, stderr, scratch_root=self._scratch, server=server)
        with contextlib.suppress(OSError):  # the child does the same; whoever comes first
            os.setpgid(pid, pid)
        self._running[pid] = Running(time.monotonic() + call["wall_seconds"], status, stderr)
        _report(status, "started", pid)

    def _reap(self) -> None:
        """Report every child that has ended, and leave nothing of its group."""
        while self._running:
            seen = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if seen is None:
                return
            if seen.si_pid in self._running:
                _kill_group(seen.si_pid)  # before it is reaped: until then its number cannot be another's
            _, state, used = os.wait4(seen.si_pid, 0)
            if seen.si_pid in self._running:
                self._ended(seen.si_pid, state, used)

    def _ended(self, pid: int, state: int, used: resource.struct_rusage) -> None:
        call = self._running.pop(pid)
        self._kill_strays()
        scratch.remove(self._scratch / str(pid))
        ended = Ended(
            exit_code=os.waitstatus_to_exitcode(state),
            timed_out=call.timed_out,
            cpu_seconds=used.ru_utime + used.ru_stime,
            memory_bytes=max(0, used.ru_maxrss * 1024 - self._own_memory),
            stderr=_tail(call.stderr),
        )
        _report(call.status, "ended", ended.as_json())
        os.close(call.status)
        os.close(call.stderr)

    def _kill_strays(self) -> None:
        """End programs that left their group: as orphans they became children of this process."""
        try:
            children = limits.read_proc(f"/proc/self/task/{os.getpid()}/children").split()
        except OSError:  # a kernel without this list: the group was killed, which is all that an honest program needs
            return
        for child in map(int, children):
            if child not in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)

    def _end_late_ones(self) -> None:
        now = time.monotonic()
        for pid, call in self._running.items():
            if now >= call.deadline and not call.timed_out:
                call.timed_out = True
                _kill_group(pid)

    def _end_all(self) -> None:
        for pid in self._running:
            _kill_group(pid)
        while self._running:
            signal.sigtimedwait([], 0.001)
            self._reap()
        scratch.remove(self._scratch)

    def _end_now(self, *_: object) -> NoReturn:
        self._end_all()
        os._exit(0)


def _be_child(
    task: Task, call: dict[str, Any], channel: int, stderr: int, *, scratch_root: Path, server: int
) -> NoReturn:
    """Run one task behind the limits and end. Nothing of the server is used after this."""
    code = 70
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.dup2(stderr, 2)
        walls = limits.Limits(cpu_seconds=call["cpu_seconds"], memory_bytes=call["memory_bytes"])
        limits.enter(walls, keep=[channel], scratch=scratch_root / str(os.getpid()), parent=server)
        os.environ["TMPDIR"] = str(Path.cwd())
        _answer(task, socket.socket(fileno=channel), call["stay_seconds"])
        code = 0
    except BaseException:  # whatever it is, a child must never return into the server's loop
        with contextlib.suppress(BaseException):
            traceback.print_exc()
            sys.stderr.flush()
    finally:
        os._exit(code)


def _answer(task: Task, channel: socket.socket, stay_seconds: float) -> None:
    arguments, blobs = frames.receive(channel, REQUEST_BOUNDS)
    answer, out, more = _tried(task, _object(arguments), blobs)
    del blobs
    if not (more and stay_seconds):
        frames.send(channel, answer, out)
        return
    frames.send(channel, {"stays": answer["ok"]}, out)
    del out
    frames.give_up_after(channel, stay_seconds)
    try:
        question, _ = frames.receive(channel, QUESTION_BOUNDS)
    except (frames.BadFrame, ConnectionResetError, TimeoutError):
        return  # nobody asks: the channel was closed, or it is time to go
    answer, out, _ = _tried(more, _object(question))
    frames.send(channel, answer, out)


def _tried(work: Callable[..., Any], *given: Any) -> tuple[dict[str, JSON], Sequence[Blob], More | None]:
    """Return what was worked out, or what kept it from it, as it is sent; and what could still be asked."""
    answer: dict[str, JSON]
    try:
        result, out, *more = work(*given)
        return {"ok": result}, out, more[0] if more else None
    except MemoryError:
        answer = {"memory": True}
    except MailroomError as error:
        answer = {"error": error_as_json(error)}
    except Exception as error:  # any library's own error: bounded text for the operator's log
        text = "".join(traceback.format_exception(error))[-4000:]
        answer = {"error": {"class": "", "message": text, "facts": {}}}
    return answer, (), None


def _object(arguments: JSON) -> dict[str, JSON]:
    return arguments if isinstance(arguments, dict) else {}


def _report(status: int, key: str, value: JSON) -> None:
    with contextlib.suppress(OSError):  # the daemon is gone or no longer interested
        os.write(status, json.dumps({key: value}).encode("ascii") + b"\n")


def _kill_group(pid: int) -> None:
    for end in (os.killpg, os.kill):  # the second for a child that is not yet the leader of its group
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)


def _tail(handle: int) -> str:
    size = os.fstat(handle).st_size
    return os.pread(handle, _STDERR_TAIL, max(0, size - _STDERR_TAIL)).decode("utf-8", "replace") if size else ""


def _resident_bytes() -> int:
    return limits.memory_pages()[1] * resource.getpagesize()


def main(arguments: Sequence[str]) -> None:
    """Serve on the control channel whose number is the first argument; the second is a JSON object of settings."""
    control = socket.socket(fileno=int(arguments[0]))
    settings = json.loads(arguments[1])
    control.set_inheritable(False)
    limits.become_reaper()
    for module in settings["warm"]:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    Server(control, settings["idle_seconds"]).serve()


if __name__ == "__main__":
    main(sys.argv[1:])
