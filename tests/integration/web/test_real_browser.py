"""The ledger, the upload and the lines in a real browser: search, filter, open a mail, run it again, correct lines, by
keyboard and without scripts.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from chromium import Chromium
from web_house import CHEAP, PASSWORD, House

from mailroom.config import WebSettings
from mailroom.domain.account import Role
from mailroom.domain.line import LineItem, Lines, LineStatus
from mailroom.web import WebDoor, create_app

Show = Callable[..., Chromium]


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """Serve the pages on a free port and return where they are."""
    loop = asyncio.new_event_loop()
    door = WebDoor(create_app(house.services, password_cost=CHEAP), WebSettings(listen="127.0.0.1:0"))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    host, port = asyncio.run_coroutine_threadsafe(door.start(), loop).result(30)
    yield f"http://{host}:{port}"
    asyncio.run_coroutine_threadsafe(door.stop(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def show(address: str) -> Iterator[Show]:
    """Return a function that opens a browser and logs a person in."""
    opened: list[Chromium] = []

    def open_one(email: str, **more: Any) -> Chromium:
        browser = Chromium(**more)
        opened.append(browser)
        browser.go(f"{address}/log-in")
        browser.js(f"document.getElementById('email').value = '{email}'")
        browser.js(f"document.getElementById('password').value = '{PASSWORD}'")
        browser.leave("document.querySelector('main form button').click()")
        return browser

    yield open_one
    for browser in opened:
        browser.close()


@pytest.mark.timeout(300)
def test_a_lost_invoice_is_found_and_its_mail_run_again_by_keyboard(
    show: Show, address: str, house: House, bakery: SimpleNamespace
) -> None:
    house.add(bakery.account, subject="Order 4711 of the shop", filename="order.pdf")
    browser = show(bakery.owner.email)
    browser.go(f"{address}/accounts/{bakery.account.id}/ledger")
    assert "Uw factuur" in browser.text()
    assert "Order 4711" in browser.text()

    browser.press("/")  # to the search field
    assert browser.js("document.activeElement.id") == "q"
    browser.type("4711 shop")
    browser.js("window.before = true")
    browser.press("Enter")
    browser.wait("!window.before && document.readyState === 'complete'")
    assert "Order 4711" in browser.text()
    assert "Uw factuur" not in browser.text()

    browser.js("document.activeElement.blur()")
    browser.press("j")  # to the first mail
    assert browser.js("document.activeElement.textContent") == "Order 4711 of the shop"
    browser.js("window.before = true")
    browser.press("Enter")
    browser.wait("!window.before && document.readyState === 'complete'")
    assert "/messages/" in browser.js("location.pathname")
    assert "This file is read as a document." in browser.text()

    message_id = browser.js("location.pathname").rpartition("/")[2]
    browser.leave("document.querySelector('form[action$=\"/replay\"] button').click()")
    assert "The mail is being run again." in browser.text()
    assert house.office.replayed == [message_id]


@pytest.mark.timeout(300)
def test_the_ledger_is_filtered_by_verdict_and_part_and_says_when_nothing_fits(
    show: Show, address: str, house: House, bakery: SimpleNamespace
) -> None:
    browser = show(bakery.owner.email)
    browser.go(f"{address}/accounts/{bakery.account.id}/ledger")
    browser.js("document.querySelector('.finder details').open = true")
    browser.js("document.querySelector('[name=verdict]').value = 'ignored'")
    browser.leave("document.querySelector('.finder-acts button').click()")
    browser.leave("document.querySelector('.tabs a:last-child').click()")  # by part
    assert "logo.png" in browser.text()
    assert "factuur.pdf" not in browser.text()
    assert browser.js("document.querySelector('[name=verdict]').value") == "ignored"
    browser.js("document.querySelector('[name=since]').value = '2026-11-22'")
    browser.leave("document.querySelector('.finder-acts button').click()")
    assert "Nothing found." in browser.text()
    browser.leave("document.querySelector('.finder-acts a').click()")
    assert "factuur.pdf" in browser.text()


@pytest.mark.timeout(300)
def test_nothing_of_a_raw_mail_is_drawn_or_run(show: Show, address: str, house: House, bakery: SimpleNamespace) -> None:
    raw = b"Subject: x\r\n\r\n</pre><img src=/healthz onerror=window.bad=1><script>window.bad=1</script>"
    raw += b"\x1b[31m\xe2\x80\xae"  # paints a terminal, turns the text round
    sha256 = house.store.blobs.put(raw)
    document = house.document(bakery.document.id)
    with house.store.unit() as unit:
        mail = unit.messages.get(document.message_id)
        unit.messages.update(mail.model_copy(update={"sha256": sha256, "size": len(raw)}))
    browser = show(bakery.owner.email)
    browser.go(f"{address}/messages/{document.message_id}")
    browser.js("document.querySelector('#raw details').open = true")
    shown = browser.js("document.querySelector('pre.raw').textContent")
    assert "<script>window.bad=1</script>" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert browser.js("window.bad === undefined && document.querySelectorAll('pre img, pre script').length === 0")


@pytest.mark.timeout(300)
def test_files_are_sent_one_by_one_and_each_problem_is_said_beside_its_file(
    show: Show, address: str, house: House, bakery: SimpleNamespace, tmp_path: Path
) -> None:
    contents = {"a.pdf": b"%PDF-1.7 a", "leeg.pdf": b"", "te groot.pdf": b"x" * 250_000, "b.jpg": b"\xff\xd8\xffb"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    browser = show(bakery.owner.email)
    browser.go(f"{address}/accounts/{bakery.account.id}/upload")
    browser.choose_files("#files", *(tmp_path / name for name in contents))
    browser.wait("document.querySelectorAll('#sending li').length === 4")
    lines = browser.js("[...document.querySelectorAll('#sending li')].map(one => one.innerText)")
    assert [("not sent" in line) for line in lines] == [False, True, True, False]
    assert "200 kB" in lines[2]
    browser.js("document.querySelector('#upload button').click()")
    browser.wait("!document.getElementById('results').hidden")
    assert [name for _, _, files in house.uploads for name, _ in files] == ["a.pdf", "b.jpg"]
    assert browser.text().count("safely in") == 2
    browser.leave("document.getElementById('results').click()")
    assert "Your files are safely in." in browser.text()


@pytest.mark.timeout(300)
def test_the_pages_fit_a_phone(show: Show, address: str, house: House, bakery: SimpleNamespace) -> None:
    operator = house.user("op@mailroom.example", Role.OPERATOR)
    browser = show(operator.email)
    browser.ask("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
    account = f"/accounts/{bakery.account.id}"
    pages = (f"{account}/ledger", f"{account}/ledger?view=part", f"{account}/ways", f"{account}/ways/refused")
    mail = f"/messages/{house.document(bakery.document.id).message_id}"
    for page in (*pages, mail, "/unassigned", "/attention", "/verdicts", f"{account}/upload"):
        browser.go(address + page)
        assert browser.js("document.documentElement.scrollWidth") <= 390, page


@pytest.mark.timeout(300)
def test_lines_are_corrected_added_and_removed_by_keyboard(
    show: Show, address: str, house: House, bakery: SimpleNamespace
) -> None:
    items = tuple(LineItem(description=word, net_amount="10.00", vat_rate="6") for word in ("One", "Two"))
    with house.store.unit() as unit:
        unit.lines.save(bakery.document.id, Lines(items=items, status=LineStatus.DIFFER))
    browser = show(bakery.owner.email)
    browser.go(f"{address}/documents/{bakery.document.id}")
    browser.press("l")
    browser.wait("location.pathname.endsWith('/lines') && document.readyState === 'complete'")
    assert browser.js("document.activeElement.value") == "One"
    browser.press("Enter")  # a line below the first
    assert browser.js("document.querySelectorAll('.line-rows > li').length") == 3
    browser.type("Bread")
    for words in ("3", "", "1.25"):  # Tab through quantity, unit and price
        browser.press("Tab")
        browser.type(words)
    browser.js("document.activeElement.dispatchEvent(new Event('change', {bubbles: true}))")
    browser.wait("document.getElementById('sums').textContent.includes('23.75')")  # worked out by the server
    browser.js(
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'ArrowUp', bubbles: true, cancelable: true}))"
    )
    assert browser.js("document.activeElement.name") == "line.0.unit_price"
    browser.js(
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Delete', altKey: true, bubbles: true, cancelable: true}))"
    )
    assert browser.js("document.activeElement.value") == "Bread"
    browser.leave(
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true}))"
    )
    with house.store.read() as unit:
        found = unit.lines.of(bakery.document.id)
    assert [(one.description, one.quantity, one.net_amount) for one in found.items] == [
        ("Bread", "3", "3.75"),
        ("Two", None, "10.00"),
    ]


@pytest.mark.timeout(300)
def test_the_keyboard_stands_where_something_is_to_be_typed(show: Show, address: str, bakery: SimpleNamespace) -> None:
    browser = show(bakery.owner.email)
    browser.go(f"{address}/documents/{bakery.document.id}")
    browser.js("document.getElementById('in-total_amount').value = 'much'")
    browser.leave("document.querySelector('.acts .main').click()")
    assert "Nothing was saved yet" in browser.text()
    assert browser.js("document.activeElement.id") == "in-total_amount"

    browser.js("document.querySelector('.acts a[href=\"#refuse\"]').click()")
    browser.wait("document.activeElement.id === 'reason'")


@pytest.mark.timeout(300)
def test_a_phone_shows_the_open_page_in_its_head_and_reasons_over_its_whole_width(
    show: Show, address: str, bakery: SimpleNamespace
) -> None:
    browser = show(bakery.owner.email, width=390, height=844)
    browser.go(f"{address}/accounts/{bakery.account.id}/settings")
    inside = "(it => [it.left, it.right])(document.querySelector('nav.main [aria-current]').getBoundingClientRect())"
    left, right = browser.js(inside)
    assert 0 <= left < right <= 390
    account, own = (
        browser.js(f"document.querySelector('.top {name}').getBoundingClientRect().top")
        for name in (".account", ".mine")
    )
    assert abs(account - own) < 20  # in one row

    browser.go(f"{address}/accounts/{bakery.account.id}/inbox")
    assert browser.js("document.querySelector('.row .what').getBoundingClientRect().width") > 300
    assert browser.js("document.documentElement.scrollWidth") == 390
