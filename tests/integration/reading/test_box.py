"""The box with real processes: every way in which a reader can misbehave, and what is left afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from waiting import is_gone, until

from mailroom import errors
from mailroom.reading.box import Box

pytestmark = pytest.mark.usefixtures("own_temporary_folder")


def server_pid(box: Box) -> int:
    assert box._server is not None
    return box._server.process.pid


def test_arguments_and_blobs_come_back_as_they_went(make_box: Callable[..., Box]) -> None:
    blobs = [b"", b"\0\xff" * 1_000_000]
    answer, received = make_box().call("echo", {"name": "Carpați", "number": [1, 2.5, None, True]}, blobs)
    assert answer == {"name": "Carpați", "number": [1, 2.5, None, True]}
    assert received == blobs


def test_many_calls_at_a_time_each_get_their_own_answer(make_box: Callable[..., Box]) -> None:
    box = make_box()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: box.call("echo", {"n": n}, [bytes([n])])[1][0][0], range(64)))
    assert answers == list(range(64))


@pytest.mark.parametrize(
    ("task", "settings", "error"),
    [
        ("loops", {"cpu_seconds": 1}, errors.ReaderTimedOut),
        ("loops", {"wall_seconds": 0.5}, errors.ReaderTimedOut),
        ("sleeps", {"wall_seconds": 0.5}, errors.ReaderTimedOut),
        ("eats_memory", {"memory_megabytes": 256}, errors.ReaderOutOfMemory),
        ("aborts_for_memory", {}, errors.ReaderOutOfMemory),
        ("is_killed", {}, errors.ReaderCrashed),
        ("crashes", {}, errors.ReaderCrashed),
        ("leaves", {}, errors.ReaderCrashed),
        ("talks_garbage", {}, errors.ReaderCrashed),
        ("answers_deep_json", {}, errors.ReaderCrashed),
        ("fails", {}, errors.ReaderCrashed),
        ("is_missing", {}, errors.ReaderCrashed),
        ("refuses", {}, errors.PasswordProtected),
        ("cannot_be_set_up", {}, errors.UnknownXml),
    ],
)
def test_each_way_to_end_has_its_error_and_the_next_call_works(
    make_box: Callable[..., Box], task: str, settings: dict[str, Any], error: type[errors.MailroomError]
) -> None:
    box = make_box(**settings)
    with pytest.raises(errors.MailroomError) as caught:
        box.call(task, {}, prepare="x" if task == "cannot_be_set_up" else None)
    assert type(caught.value) is error
    assert box.call("echo", {"still": "here"})[0] == {"still": "here"}


def test_an_error_of_ours_keeps_its_message_and_facts(make_box: Callable[..., Box]) -> None:
    with pytest.raises(errors.PasswordProtected, match="wants a password") as caught:
        make_box().call("refuses", {})
    assert caught.value.facts == {"page": 3}


def test_a_library_s_own_error_is_in_the_message_for_the_log(make_box: Callable[..., Box]) -> None:
    with pytest.raises(errors.ReaderCrashed, match="a fault of a library"):
        make_box().call("fails", {})


def test_what_is_prepared_is_made_once_in_the_server(make_box: Callable[..., Box]) -> None:
    box = make_box()
    answers = [box.call("needs_setting_up", {}, prepare="five languages")[0] for _ in range(3)]
    assert answers == [[f"five languages in {server_pid(box)}", server_pid(box)]] * 3


def test_what_cannot_be_prepared_is_said_and_the_child_does_without(
    make_box: Callable[..., Box], capfd: pytest.CaptureFixture[str]
) -> None:
    box = make_box()
    assert [box.call("is_set_up_badly", {}, prepare=True)[0] for _ in range(2)] == ["does without"] * 2
    assert capfd.readouterr().err.count("Traceback") == 1


def test_a_child_has_its_walls(make_box: Callable[..., Box]) -> None:
    walls = make_box(cpu_seconds=7).call("shows_walls", {})[0]
    assert isinstance(walls, dict)
    rows = {row[:25].strip(): row[25:].split() for row in str(walls["limits"]).splitlines()}
    assert rows["Max cpu time"][:2] == ["7", "8"]
    assert rows["Max core file size"][0] == "0"
    assert rows["Max open files"][0] == "64"
    assert rows["Max address space"][0] != "unlimited"
    assert "NoNewPrivs:\t1" in str(walls["status"])
    assert walls["group"] is True
    assert walls["handles"] <= 5  # three standard ones, the channel, and the folder that is being listed


def test_a_file_beyond_the_limit_ends_the_call(make_box: Callable[..., Box]) -> None:
    with pytest.raises(errors.ReaderStopped):
        make_box().call("writes_a_large_file", {})


def test_nothing_of_a_call_stays_behind(make_box: Callable[..., Box], own_temporary_folder: Path) -> None:
    box = make_box()
    left = box.call("litters", {})[0]
    assert isinstance(left, dict)
    pids = left["pids"]
    assert isinstance(pids, list)
    assert not Path(str(left["folder"])).exists()
    until(lambda: all(is_gone(int(str(pid))) for pid in pids))
    box.close()
    assert list(own_temporary_folder.glob("mailroom-box-*")) == []


def test_an_idle_server_ends_and_leaves_no_zombie(make_box: Callable[..., Box], own_temporary_folder: Path) -> None:
    box = make_box(idle_seconds=0.2)
    box.call("echo", {})
    first = server_pid(box)
    until(lambda: not Path(f"/proc/{first}").exists())
    until(lambda: not list(own_temporary_folder.glob("mailroom-box-*")))
    assert box.call("echo", {"n": 1})[0] == {"n": 1}
    assert server_pid(box) != first


def test_a_killed_server_is_started_again(make_box: Callable[..., Box]) -> None:
    box = make_box()
    box.call("echo", {})
    os.kill(server_pid(box), signal.SIGKILL)
    assert box.call("echo", {"n": 2})[0] == {"n": 2}


def test_a_server_killed_at_work_takes_the_reader_and_its_programs_with_it(
    make_box: Callable[..., Box], own_temporary_folder: Path
) -> None:
    box = make_box()
    box.call("echo", {})
    with ThreadPoolExecutor(1) as pool:
        running, pids = _started_program(box, pool, own_temporary_folder)
        os.kill(server_pid(box), signal.SIGKILL)
        with pytest.raises(errors.ReaderCrashed):
            running.result(20)
    until(lambda: all(map(is_gone, pids)))
    until(lambda: not list(own_temporary_folder.glob("mailroom-box-*")))


def test_a_time_out_ends_the_programs_of_the_reader(make_box: Callable[..., Box], own_temporary_folder: Path) -> None:
    box = make_box(wall_seconds=1.5)
    with ThreadPoolExecutor(1) as pool:
        running, pids = _started_program(box, pool, own_temporary_folder)
        with pytest.raises(errors.ReaderTimedOut):
            running.result(20)
    until(lambda: all(map(is_gone, pids)))


def _started_program(box: Box, pool: ThreadPoolExecutor, folder: Path) -> tuple[Any, list[int]]:
    address = str(folder / "tell")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address)
        ear.settimeout(20)
        running = pool.submit(box.call, "starts_sleep_and_waits", {"tell": address})
        return running, [int(number) for number in ear.recv(100).split()]


DAEMON = """
import sys, tempfile
sys.path[:0] = {path!r}
from mailroom.config import BoxSettings
from mailroom.reading.box import Box
box = Box(BoxSettings(), {{"wait": "faults.reader_misbehaves:starts_sleep_and_waits"}})
box.call("wait", {{"tell": {tell!r}}})
"""


def test_a_killed_daemon_leaves_no_process_and_no_file(own_temporary_folder: Path) -> None:
    address = str(own_temporary_folder / "tell")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address)
        ear.settimeout(30)
        program = DAEMON.format(path=[entry for entry in sys.path if entry], tell=address)
        with subprocess.Popen([sys.executable, "-c", program]) as daemon:
            pids = [int(number) for number in ear.recv(100).split()]
            server = int(Path(f"/proc/{pids[0]}/stat").read_text("ascii").rpartition(")")[2].split()[1])
            daemon.kill()
    until(lambda: all(map(is_gone, [*pids, server])))
    until(lambda: not list(own_temporary_folder.glob("mailroom-box-*")))


def test_a_call_costs_milliseconds(make_box: Callable[..., Box]) -> None:
    box = make_box()
    box.call("echo", {})
    start = time.process_time()
    for _ in range(20):
        box.call("echo", {}, [bytes(100_000)])
    assert (time.process_time() - start) / 20 < 0.02  # the daemon's own share; 0.7 ms where nothing else runs
