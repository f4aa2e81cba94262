from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from lxml import html
from web_browser import Browser
from web_house import House

from mailroom.domain.account import Role
from mailroom.domain.document import DocumentState

Open = Callable[..., Browser]
PAGES = ("inbox", "ledger", "upload", "report", "ways", "settings")
SEEN = {
    Role.OWNER: set(PAGES),
    Role.OPERATOR: set(PAGES),
    Role.MEMBER: set(PAGES) - {"settings", "ways"},
    Role.ACCOUNTANT: {"inbox", "ledger"},
    Role.VALIDATOR: {"inbox"},
}
DONE = {
    Role.OWNER: {"fields", "accept", "refuse", "take_back"},
    Role.OPERATOR: {"fields", "accept", "refuse", "take_back"},
    Role.MEMBER: {"fields", "accept", "refuse", "take_back"},
    Role.ACCOUNTANT: set(),
    Role.VALIDATOR: {"fields"},
}


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_its_pages_and_finds_no_others(
    open_browser: Open, house: House, bakery: SimpleNamespace, role: Role
) -> None:
    user = house.user(f"{role}@korenaar.example", role, bakery.account)
    browser = open_browser(user.email)
    at = f"/accounts/{bakery.account.id}"
    assert {name for name in PAGES if browser.get(f"{at}/{name}").status_code == 200} == SEEN[role]
    links = html.fromstring(browser.get(f"{at}/inbox").content).xpath("//nav[@class='main']/a/@href")
    assert {link.rpartition("/")[2] for link in links} == SEEN[role]


@pytest.mark.parametrize("role", Role)
def test_a_role_gets_the_buttons_that_it_may_press_and_no_others_work(
    open_browser: Open, house: House, bakery: SimpleNamespace, role: Role
) -> None:
    user = house.user(f"{role}@korenaar.example", role, bakery.account)
    browser = open_browser(user.email)
    at = f"/documents/{bakery.document.id}"
    tree = html.fromstring(browser.get(at).content)
    shown = {address.rpartition("/")[2] for address in tree.xpath("//main//form/@action|//main//button/@formaction")}
    assert shown == DONE[role]
    token = tree.xpath("//input[@name='csrf']/@value")[0]
    for act in {"fields", "accept", "refuse", "undo"} - DONE[role] - {"undo"}:
        data = {"csrf": token, "version": "1", "reason": "x", "field.iban": ""}
        assert browser.ask("POST", f"{at}/{act}", data=data).status_code == 404
    assert house.document(bakery.document.id).version == 1


@pytest.mark.parametrize(("role", "status"), [(Role.ACCOUNTANT, 200), (Role.VALIDATOR, 404), (Role.MEMBER, 200)])
def test_downloads_are_for_those_who_keep_the_books(
    open_browser: Open, house: House, bakery: SimpleNamespace, role: Role, status: int
) -> None:
    browser = open_browser(house.user(f"{role}@korenaar.example", role, bakery.account).email)
    at = f"/documents/{bakery.document.id}"
    assert browser.get(f"{at}/original").status_code == status
    assert ("/original" in browser.get(at).text) == (status == 200)
    assert browser.get(f"{at}/pages/1").status_code == 200


def test_a_validator_can_have_a_document_read_again(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    browser = open_browser(house.user("v@korenaar.example", Role.VALIDATOR, bakery.account).email)
    parked = house.add(bakery.account, DocumentState.UNREADABLE, filename="p.pdf", pages=0)
    browser.submit(browser.get(f"/documents/{parked.id}"), f"/documents/{parked.id}/retry")
    assert house.document(parked.id).state is DocumentState.READING


def test_who_left_the_account_finds_nothing_any_more(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    house.user("other@korenaar.example", Role.OWNER, bakery.account)
    browser = open_browser(bakery.owner.email)
    with house.store.unit() as unit:
        unit.users.take_out(bakery.owner.id, bakery.account.id)
    assert browser.get(f"/accounts/{bakery.account.id}/inbox").status_code == 404
    assert browser.get(f"/documents/{bakery.document.id}").status_code == 404
