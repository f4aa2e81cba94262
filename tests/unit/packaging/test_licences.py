"""Nothing that mailroom needs at run time may be under the GPL or the AGPL; the LGPL is fine."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]

READ_BY_HAND = {
    # Names whose metadata says nothing a test can read, with what their licence file says.
    "imapclient": "BSD-3-Clause",
    "pyphen": "MPL-1.1",  # one of three to choose from; the others are GPL and LGPL
    "saxonche": "MPL-2.0",
}
FORBIDDEN = re.compile(r"\b(A?GPL)|Affero|GNU General Public", re.IGNORECASE)
LESSER = re.compile(r"Lesser General Public|\bLGPL", re.IGNORECASE)


def closure() -> list[str]:
    """Return the names of all that mailroom requires, however indirectly; those of extras where they are installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for lines in project.get("optional-dependencies", {}).values() for line in lines]
    waiting = [Requirement(line) for line in project["dependencies"]]
    waiting += [wanted for wanted in map(Requirement, extras) if is_installed(wanted.name)]
    found: dict[str, None] = {}
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        wished = {"", *wanted.extras}
        if name in found and wished == {""}:
            continue
        found[name] = None
        further = [Requirement(line) for line in distribution(name).requires or []]
        waiting += [
            each
            for each in further
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in wished)
        ]
    return sorted(found)


def is_installed(name: str) -> bool:
    """Return whether a package is there."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def licences_of(package: Distribution) -> list[str]:
    """Return every word of a package's metadata on its licence: expression, classifiers, first line of the field."""
    about = package.metadata
    said = [*about.get_all("License-Expression", [])]
    said += [line for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    said += [field.strip().splitlines()[0] for field in about.get_all("License", []) if field.strip()]
    return said


def is_forbidden(said: list[str]) -> bool:
    """Return whether any word names the GPL or the AGPL; a choice of licences is to be read by hand."""
    return any(FORBIDDEN.search(LESSER.sub("", word)) for word in said)


@pytest.mark.parametrize("name", closure())
def test_each_requirement_is_free_of_the_gpl(name: str) -> None:
    said = [READ_BY_HAND[name]] if name in READ_BY_HAND else licences_of(distribution(name))
    assert said, f"{name} does not say its licence; read it and note it in READ_BY_HAND"
    assert not is_forbidden(said), f"{name}: {said}"


@pytest.mark.parametrize(
    ("said", "forbidden"),
    [
        (["GPL-3.0-or-later"], True),
        (["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"], True),
        (["License :: OSI Approved :: GNU Affero General Public License v3"], True),
        (["AGPL-3.0"], True),
        (["LGPL-2.1-or-later"], False),
        (["License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"], False),
        (["MIT"], False),
    ],
)
def test_lesser_is_told_from_general(said: list[str], forbidden: bool) -> None:
    assert is_forbidden(said) is forbidden
