"""Tasks of the box that do what hostile documents make readers do."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mailroom.errors import PasswordProtected, UnknownXml
from mailroom.reading.frames import JSON

Answer = tuple[JSON, list[bytes]]


def echo(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    return arguments, blobs


def loops(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    while True:
        pass


def sleeps(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    time.sleep(600)
    return None, []


def eats_memory(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    eaten = []
    while True:
        eaten.append(bytearray(b"x" * 10_000_000))


def aborts_for_memory(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def is_killed(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    os.kill(os.getpid(), signal.SIGKILL)
    return None, []


def crashes(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    os.kill(os.getpid(), signal.SIGSEGV)
    return None, []


def leaves(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    os._exit(0)


def talks_garbage(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    for handle in range(3, 64):
        try:
            os.write(handle, b"\xff" * 4096)
        except OSError:
            continue
    os._exit(0)


def answers_deep_json(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    text = b"[" * 200_000
    for handle in range(3, 64):
        try:
            os.write(handle, len(text).to_bytes(4, "big") + bytes(4) + text)
        except OSError:
            continue
    os._exit(0)


def refuses(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    raise PasswordProtected("wants a password", page=3)


def fails(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    raise ZeroDivisionError("a fault of a library")


def prepare_needs_setting_up(argument: JSON) -> None:
    os.environ["SET_UP"] = f"{argument} in {os.getpid()}"


def needs_setting_up(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    return [os.environ["SET_UP"], os.getppid()], []


def prepare_cannot_be_set_up(argument: JSON) -> None:
    raise UnknownXml("the server must live on")


def cannot_be_set_up(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    raise UnknownXml("the child says it")


def prepare_is_set_up_badly(argument: JSON) -> None:
    raise ZeroDivisionError("a fault of a library while it is prepared")


def is_set_up_badly(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    return "does without", []


def litters(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Leave a file, a program in the group, and one that left the group; say where and which."""
    Path("litter").write_bytes(b"x" * 1000)
    inside = subprocess.Popen(["sleep", "600"])
    outside = subprocess.Popen(["sleep", "600"], start_new_session=True)
    return {"folder": str(Path.cwd()), "pids": [inside.pid, outside.pid]}, []


def shows_walls(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Say what the walls leave: limits, open files, privileges."""
    limits = Path("/proc/self/limits").read_text("ascii")
    status = Path("/proc/self/status").read_text("ascii")
    handles = sorted(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208 - numbers, not paths
    return {"limits": limits, "status": status, "handles": len(handles), "group": os.getpgid(0) == os.getpid()}, []


def writes_a_large_file(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    with Path("large").open("wb") as file:
        file.writelines(bytes(1 << 20) for _ in range(400))
    return None, []


def starts_sleep_and_waits(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Start a program, tell its number over a socket of the test, then wait for it."""
    child = subprocess.Popen(["sleep", "600"])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
        teller.sendto(f"{os.getpid()} {child.pid}".encode(), arguments["tell"])
    child.wait()
    return None, []


def stays(arguments: dict[str, Any], blobs: list[bytes]) -> tuple[JSON, list[bytes], Callable[..., Answer]]:
    """Say which child it is, and do what is asked of it afterwards: another of these tasks, with the same blobs."""
    return {"pid": os.getpid()}, [], lambda question: globals()[question["task"]](question, blobs)
