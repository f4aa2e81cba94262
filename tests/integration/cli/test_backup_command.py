"""`mailroom backup`: the words and the exit status."""

from __future__ import annotations

from pathlib import Path


def test_a_backup_is_made_checked_and_found_damaged(terminal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "copy"
    assert "nothing to back up" in terminal("backup", str(target), status=2).stderr
    assert terminal.json("backup", str(target), "--check", status=1) == [
        {"target": str(target), "wrong": [f"{target}: there is no backup here"]}
    ]
    terminal("account", "add", "One", "--owner", "a@b.example")
    [made] = terminal.json("backup", str(target))
    assert (made["target"], made["accounts"], made["blobs"], made["new_blobs"]) == (str(target), 1, 0, 0)
    assert terminal("backup", str(target), "--check").stdout == f"{target} is whole.\n"
    assert terminal.json("backup", str(target), "--check") == [{"target": str(target), "wrong": []}]
    (target / "mailroom.sqlite").write_bytes(b"no database" * 100)
    failed = terminal("backup", str(target), "--check", status=1)
    assert "file is not a database" in failed.stderr
    assert "lies inside the data folder" in terminal("backup", str(terminal.data / "copy"), status=2).stderr


def test_a_restored_backup_works_from_its_own_folder(terminal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    [row] = terminal.json("account", "add", "One", "--owner", "a@b.example")
    target = tmp_path / "copy"
    terminal("backup", str(target))
    terminal.data = target
    [listed] = terminal.json("account", "list")
    assert listed["id"] == row["id"]
