"""The wheel brings everything along: whoever installs it needs no source tree and no particular folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NEEDED = {
    "texts of the languages": ("mailroom/languages/nl/web.toml", "mailroom/languages/ro/reading.toml"),
    "migrations": ("mailroom/store/migrations/env.py", "mailroom/store/migrations/versions/"),
    "pages": ("mailroom/web/pages/inbox.html", "mailroom/web/pages/document.html"),
    "what the pages load": ("mailroom/web/static/",),
    "reports": (
        "mailroom/templates/reports/action_required/body.html",
        "mailroom/templates/reports/action_required/subject.txt",
    ),
    "configuration": ("mailroom/defaults/mailroom.toml",),
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel without network, from a copy: a build in the tree would race with the other tests."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in ("mailroom", "templates", "config"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    environment = {**os.environ, "PIP_NO_INDEX": "1"}
    subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True, timeout=120)
    return next(folder.glob("mailroom-*.whl"))


@pytest.fixture(scope="module")
def inside(wheel: Path) -> set[str]:
    """Return the names of all files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("kind", sorted(NEEDED))
def test_each_kind_of_file_travels_inside(inside: set[str], kind: str) -> None:
    for part in NEEDED[kind]:
        assert any(part in name for name in inside), f"no {part} in the wheel"


def test_every_file_of_the_package_is_in_the_wheel_and_nothing_else(inside: set[str]) -> None:
    package = {str(file.relative_to(ROOT)) for file in _files(ROOT / "mailroom")}
    forced = {f"mailroom/{file.relative_to(ROOT)}" for file in _files(ROOT / "templates")}
    forced.add("mailroom/defaults/mailroom.toml")
    assert {name for name in inside if not name.startswith("mailroom-")} == package | forced


def test_bytes_are_those_of_the_source_tree(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read("mailroom/defaults/mailroom.toml")
        assert packed == (ROOT / "config" / "mailroom.toml").read_bytes()
        for file in _files(ROOT / "templates"):
            assert archive.read(f"mailroom/{file.relative_to(ROOT)}") == file.read_bytes(), file.name


def test_the_wheel_names_its_licence_its_command_and_its_requirements(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        said = {Path(name).name: archive.read(name) for name in archive.namelist() if ".dist-info/" in name}
    about = message_from_bytes(said["METADATA"])
    assert about["License-Expression"] == "Apache-2.0"
    assert "mailroom = mailroom.cli:main" in said["entry_points.txt"].decode()
    assert any(line.startswith("dbos<4,>=3.4") for line in about.get_all("Requires-Dist", []))


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
