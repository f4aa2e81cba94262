"""A house on SQLite for every test of the steps."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from box_here import BoxHere
from house_for_steps import TestHouse

from mailroom.config import ReadingSettings
from mailroom.reading.box import Box
from mailroom.reading.read import Reader
from mailroom.store import Store


@pytest.fixture
def home(sqlite_store: Store, tmp_path: Path) -> TestHouse:
    """A house with one account, an owner and an import address."""
    return TestHouse(sqlite_store, tmp_path / "data")


@pytest.fixture
def reading_home(home: TestHouse) -> TestHouse:
    """A house whose reader really reads."""
    object.__setattr__(home.house, "reader", Reader(cast(Box, BoxHere()), ReadingSettings()))
    return home
