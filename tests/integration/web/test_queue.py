"""The validator's page: what is to be completed over all accounts that let him, and nothing else of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

from lxml import html
from web_browser import Browser
from web_house import House

from mailroom.domain.account import Membership, Role, User
from mailroom.domain.document import Document, DocumentState, FieldName

Open = Callable[..., Browser]


def titles(browser: Browser) -> list[str]:
    return [str(found) for found in html.fromstring(browser.get("/to-complete").content).xpath("//a[@data-row]/@href")]


def of(documents: list[Document]) -> list[str]:
    return [f"/documents/{document.id}" for document in documents]


def join(house: House, user: User, account_id: str, role: Role) -> None:
    with house.store.unit() as unit:
        unit.users.join(Membership(user_id=user.id, account_id=account_id, role=role))


def lacking(house: House, account: object, name: str, hours: int) -> Document:
    more = {"values": {FieldName.TOTAL_AMOUNT: None}, "age": timedelta(hours=hours)}
    return house.add(account, DocumentState.INCOMPLETE, filename=name, **more)  # type: ignore[arg-type]


def test_a_validator_sees_what_is_to_complete_in_all_his_accounts_oldest_first(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    butcher, stranger = house.account("Slagerij Worst"), house.account("Not Mine")
    validator = house.user("nakijker@example.com", Role.VALIDATOR, bakery.account)
    join(house, validator, butcher.id, Role.VALIDATOR)
    late, early = lacking(house, bakery.account, "late.pdf", 1), lacking(house, butcher, "early.pdf", 9)
    lacking(house, stranger, "not-mine.pdf", 20)
    house.add(butcher, DocumentState.TO_ACCEPT, filename="ready.pdf")
    browser = open_browser(validator.email)
    assert browser.ask("GET", "/", follow=False).headers["location"] == "/to-complete"
    assert titles(browser) == of([early, late])
    page = browser.get("/to-complete").text
    assert "Slagerij Worst" in page
    assert "Not Mine" not in page


def test_after_one_document_the_next_of_another_account_follows(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    butcher = house.account("Slagerij Worst")
    validator = house.user("nakijker@example.com", Role.VALIDATOR, bakery.account)
    join(house, validator, butcher.id, Role.VALIDATOR)
    first, second = lacking(house, bakery.account, "a.pdf", 5), lacking(house, butcher, "b.pdf", 2)
    browser = open_browser(validator.email)
    page = html.fromstring(browser.get(f"/documents/{first.id}").content)
    assert page.xpath("//a[@data-key='n']/@href") == of([second])
    assert page.xpath("//nav[@class='mine']/a/@href")[0] == "/to-complete"


def test_who_completes_for_nobody_has_no_such_page(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    accountant = house.user("boekhouder@example.com", Role.ACCOUNTANT, bakery.account)
    assert open_browser(accountant.email).get("/to-complete").status_code == 404


def test_an_owner_of_several_companies_has_the_page_too_and_an_empty_one_says_so(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    browser = open_browser(bakery.owner.email)
    assert titles(browser) == []
    assert "Nothing to complete" in browser.get("/to-complete").text
    mine = lacking(house, bakery.account, "mine.pdf", 1)
    assert titles(browser) == of([mine])
