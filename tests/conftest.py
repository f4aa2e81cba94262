"""What every test may ask for; the fixtures stand in files of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog

# `mailroom`, and `faults` and `fixtures_...` beside this file: importmode=importlib adds no folder by itself.
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

# A busy machine is no fault of the code, and the same tests run on every machine. `--hypothesis-profile=explore` looks
# for cases that nobody has seen yet.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("same")

pytest_plugins = [
    "fixtures_daemon",
    "fixtures_dovecot",
    "fixtures_postgres",
    "fixtures_s3",
    "fixtures_store",
    "token_server",
]


@pytest.fixture(autouse=True)
def logs_of_this_test_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a command said of logs in one test (`log.set_up`) does not hold in the next one of the same process."""
    from mailroom import log

    monkeypatch.setattr(log, "output", type(log.output)())
    yield
    structlog.reset_defaults()
