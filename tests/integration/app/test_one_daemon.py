"""One daemon for each role of a data folder, and who goes on with whose work."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mailroom.app.daemon import is_heir, node_name
from mailroom.app.entrance import ROLES, Role, only_one
from mailroom.config import EngineSettings, Settings
from mailroom.errors import BadConfiguration

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
