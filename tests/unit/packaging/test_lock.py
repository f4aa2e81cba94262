"""The lock files (build, run, test): everything pinned and hashed, no registry named, nothing forgotten."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
LOCKS = [ROOT / "requirements" / name for name in ("build.txt", "run.txt", "test.txt")]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")


def pins(lock: Path) -> dict[str, tuple[str, int]]:
    """Return each package of a lock file with its version and the number of its hashes."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in lock.read_text("utf-8").splitlines():
        if pinned := PIN.match(line):
            name = canonicalize_name(pinned[1])
            found[name] = (pinned[2], 0)
        elif "--hash=sha256:" in line:
            found[name] = (found[name][0], found[name][1] + 1)
    return found


def project() -> dict[str, list[str]]:
    """Return the requirements for running, for tests and for the build."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    run = read["project"]["dependencies"] + [
        line for lines in read["project"]["optional-dependencies"].values() for line in lines
    ]
    return {
        "build.txt": read["build-system"]["requires"],
        "run.txt": run,
        "test.txt": [*run, *read["dependency-groups"]["dev"]],
    }


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_hashes(lock: Path) -> None:
    found = pins(lock)
    assert found
    assert [name for name, (_, hashes) in found.items() if hashes == 0] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_registry_and_no_folder_is_named(lock: Path) -> None:
    assert re.findall(r"https?://\S+|file:\S+|--(?:extra-)?index-url\S*|--find-links\S*", lock.read_text("utf-8")) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_locked_in_a_version_that_it_allows(lock: Path) -> None:
    found = pins(lock)
    for line in project()[lock.name]:
        wanted = Requirement(line)
        version, _ = found.get(canonicalize_name(wanted.name), ("", 0))
        assert version, f"{wanted.name} is not in {lock.name}: make lock"
        assert wanted.specifier.contains(version, prereleases=True), f"{wanted} but {version} in {lock.name}: make lock"


def test_what_is_built_from_source_finds_its_tools_locked() -> None:
    # dkimpy and pyspf have no wheel; scripts/setup builds them without isolation.
    assert {"setuptools", "wheel", "hatchling", "editables"} <= pins(LOCKS[0]).keys()


def test_tests_run_on_the_versions_that_run_for_people() -> None:
    _, run, test = (pins(lock) for lock in LOCKS)
    assert {name: version for name, (version, _) in run.items() if test.get(name, ("", 0))[0] != version} == {}


@pytest.mark.parametrize("script", ["setup", "install"])
def test_scripts_can_be_run(script: str) -> None:
    assert (
        ROOT / "scripts" / script
    ).stat().st_mode & 0o111 == 0o111  # a commit once took it away: make run ended at once
