"""A house on SQLite for every test of the steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from house_for_steps import TestHouse

from mailroom.store import Store


@pytest.fixture
def home(sqlite_store: Store, tmp_path: Path) -> TestHouse:
    """A house with one account, an owner and an import address."""
    return TestHouse(sqlite_store, tmp_path / "data")
