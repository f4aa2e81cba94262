"""One daemon for each role of a data folder, and who goes on with whose work."""

from __future__ import annotations

import asyncio
import smtplib
import socket
from pathlib import Path

import pytest

from mailroom.app.daemon import is_heir, node_name
from mailroom.app.entrance import ROLES, Entrance, Role, is_running, only_one
from mailroom.config import EngineSettings, LmtpSettings, Settings, SmtpSettings
from mailroom.errors import BadConfiguration
from mailroom.gateways.admission import Recipient

ALL: frozenset[Role] = frozenset(ROLES)
HERE = socket.gethostname()


def test_a_second_process_with_a_role_that_is_taken_is_told_which(tmp_path: Path) -> None:
    with (
        only_one(tmp_path, frozenset({"smtp", "worker"})),
        pytest.raises(BadConfiguration, match="already runs the role worker on"),
        only_one(tmp_path, frozenset({"worker", "web"})),
    ):
        pytest.fail("the role was given out twice")


def test_roles_apart_share_a_data_folder(tmp_path: Path) -> None:
    with only_one(tmp_path, frozenset({"smtp"})), only_one(tmp_path, frozenset({"worker", "sender"})):
        pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_processes_that_take_mail_alone_share_port_and_spool(tmp_path: Path) -> None:
    port = free_port()
    listen = f"127.0.0.1:{port}"
    smtp = SmtpSettings(listen=listen, reuse_port=True)
    settings = Settings(data=tmp_path, smtp=smtp, lmtp=LmtpSettings(listen=f"127.0.0.1:{free_port()}"))

    def find(local_part: str, domain: str) -> Recipient:
        return Recipient(f"{local_part}@{domain}", "acme", retired=False, suspended=False)

    def send(number: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.sendmail("a@b.example", ["acme@import.example"], f"Subject: {number}\r\n\r\nx")

    async def both() -> tuple[int, int, int]:
        first, second = (Entrance(settings, frozenset({"smtp"})) for _ in range(2))
        served = [0, 0]
        for number, entrance in enumerate((first, second)):
            await entrance.open()

            def asked(local_part: str, domain: str, number: int = number) -> Recipient:
                served[number] += 1
                return find(local_part, domain)

            entrance.admit_by(asked, lambda _: None)
        for number in range(40):
            await asyncio.to_thread(send, number)
        waiting = first.spool.counts()[0]
        for entrance in (first, second):
            await entrance.close()
            entrance.spool.close()
            entrance.leave()
        return served[0], served[1], waiting

    one, other, waiting = asyncio.run(both())
    assert one > 0
    assert other > 0
    assert waiting == 40


def test_the_port_is_shared_by_the_role_smtp_alone_and_only_by_setting(tmp_path: Path) -> None:
    """A daemon with all roles looks for work in its own process only: it would not see what another moved on."""
    with only_one(tmp_path, frozenset({"smtp"}), together=True):
        with only_one(tmp_path, frozenset({"smtp"}), together=True), only_one(tmp_path, ALL - {"smtp"}):
            assert is_running(tmp_path, "smtp")
        for roles in (frozenset[Role]({"smtp"}), ALL):
            with pytest.raises(BadConfiguration, match="role smtp"), only_one(tmp_path, roles):
                pytest.fail("the role was given out twice")
    assert not is_running(tmp_path, "smtp")


def test_a_role_is_free_again_when_its_process_has_ended(tmp_path: Path) -> None:
    for _ in range(2):
        with only_one(tmp_path, ALL):
            pass


def test_a_data_folder_that_cannot_be_used_is_named_with_a_remedy(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    with pytest.raises(BadConfiguration, match=r"data folder .*file/data: .*; make it writable .* choose --data"):
        only_one(file / "data", ALL).__enter__()


@pytest.mark.parametrize(
    ("other", "roles", "shared", "expected"),
    [
        ("n/sender+smtp+web+worker", {"worker"}, False, True),  # all in one before, apart now
        ("n/sender", set(ROLES), False, True),  # apart before, all in one now
        ("n/worker", {"sender"}, False, False),  # the worker lives beside us
        (
            "elsewhere/sender+smtp+web+worker",
            set(ROLES),
            False,
            True,
        ),  # a data folder that was moved, or a restored backup
        (f"{HERE}/worker", set(ROLES), False, True),  # a name as an earlier version made it
        ("elsewhere/sender+smtp+web+worker", set(ROLES), True, False),  # another node on the same PostgreSQL
        ("n/worker", set(ROLES), True, True),
        ("no-such-form", set(ROLES), False, False),
    ],
)
def test_work_is_inherited_from_processes_that_cannot_live(
    other: str, roles: set[Role], shared: bool, expected: bool
) -> None:
    node = node_name(Settings(engine=EngineSettings(node="n")), frozenset(roles))
    assert is_heir(other, node, shared=shared) is expected


def test_a_node_is_named_after_its_machine_and_its_data_folder() -> None:
    assert node_name(Settings(data=Path("/srv/a")), frozenset({"web", "smtp"})) == f"{HERE}:/srv/a/smtp+web"
