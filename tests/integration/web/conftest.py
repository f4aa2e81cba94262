"""What the tests of the pages start from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from web_browser import Browser
from web_house import NOW, House
from web_papers import WAITS

from mailroom.config import Settings, StoreSettings, WebSettings
from mailroom.domain.account import Role
from mailroom.store import open_store


@pytest.fixture
def house(tmp_path: Path, migrated_sqlite: Path) -> Iterator[House]:
    """Return a mailroom with nothing in it."""
    shutil.copy(migrated_sqlite, tmp_path)
    settings = Settings(data=tmp_path, web=WebSettings(max_upload_bytes=200_000))
    store = open_store(StoreSettings(), tmp_path, clock=lambda: NOW)
    yield House(store, settings)
    store.close()


@pytest.fixture
def open_browser(house: House) -> Iterator[Callable[..., Browser]]:
    """Return a function that opens a browser; all are closed at the end."""
    opened: list[Browser] = []

    def open_one(email: str = "", **more: Any) -> Browser:
        browser = Browser(house, **more)
        opened.append(browser)
        if email:
            browser.log_in(email)
        return browser

    yield open_one
    for browser in opened:
        browser.close()


@pytest.fixture
def bakery(house: House) -> SimpleNamespace:
    """Return an account with an owner, an address and a document that waits to be accepted."""
    account = house.account()
    return SimpleNamespace(
        account=account,
        owner=house.user("els@korenaar.example", Role.OWNER, account, name="Els Peeters"),
        address=house.address(account),
        document=house.add(account, reasons=WAITS),
    )
