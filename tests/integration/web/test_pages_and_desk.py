"""The pages over the desk as the application gives it to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from lxml import html
from web_browser import Browser, read
from web_house import House

from mailroom.domain.account import Role
from mailroom.domain.answer import Question
from mailroom.domain.document import DocumentState, FieldName
from mailroom.domain.message import MediaType, SenderProof, SenderVerdict
from mailroom.extraction import missing
from mailroom.languages import Language
from mailroom.steps.desk import Desk

N = FieldName
Open = Callable[..., Browser]


@pytest.fixture
def real(house: House) -> House:
    """Return the mailroom with the application's desk and its idea of what is missing."""
    rooms = SimpleNamespace(store=house.store, clock=house.clock, settings=house.settings)
    house.services = replace(house.services, desk=Desk(cast(Any, rooms)), missing=missing)
    return house


@pytest.fixture
def gap(real: House, bakery: SimpleNamespace) -> str:
    values = {N.TOTAL_AMOUNT: None, N.PAYABLE_AMOUNT: None}
    return real.add(bakery.account, DocumentState.INCOMPLETE, values=values, filename="gap.pdf").id


def test_a_gap_is_filled_accepted_taken_back_refused_and_opened_again(
    real: House, bakery: SimpleNamespace, gap: str, open_browser: Open
) -> None:
    with real.store.unit() as unit:
        unit.users.update(bakery.owner.model_copy(update={"language": Language.NL}))
    browser, address = open_browser(bakery.owner.email), f"/documents/{gap}"
    page = browser.submit(browser.get(address), f"{address}/fields", {"field.total_amount": "1.234,81"})
    assert page.status_code == 200
    document = real.document(gap)
    assert (document.state, document.value(N.TOTAL_AMOUNT)) == (DocumentState.TO_ACCEPT, "1234.81")
    assert document.completed_by_hand
    page = browser.submit(page, f"{address}/accept")
    assert real.document(gap).state is DocumentState.ACCEPTED
    assert "Aanvaard door een persoon." in read(page)
    page = browser.submit(page, f"{address}/undo")
    assert real.document(gap).state is DocumentState.TO_ACCEPT
    page = browser.submit(page, f"{address}/refuse", {"reason": "Niet besteld"})
    assert "Geweigerd door een persoon: ‘Niet besteld’" in read(page)
    page = browser.submit(page, f"{address}/undo")
    assert real.document(gap).state is DocumentState.TO_ACCEPT
    told = html.fromstring(page.content).xpath("//ol[@class='history']/li")
    assert len(told) > 5
    assert all("Els Peeters" in read_of(line) for line in told[-4:])


def read_of(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_one_press_fills_in_and_accepts(real: House, bakery: SimpleNamespace, gap: str, open_browser: Open) -> None:
    browser, address = open_browser(bakery.owner.email), f"/documents/{gap}"
    browser.submit(browser.get(address), f"{address}/accept", {"field.total_amount": "1,234.81"})
    assert real.document(gap).state is DocumentState.ACCEPTED


@pytest.mark.parametrize(
    "pair", [("total_amount", "a lot"), ("issue_date", "yesterday"), ("iban", "BE00 1234"), ("currency", "goats")]
)
def test_what_is_no_value_of_its_field_is_explained_at_the_field(
    real: House, bakery: SimpleNamespace, gap: str, open_browser: Open, pair: tuple[str, str]
) -> None:
    browser, address = open_browser(bakery.owner.email), f"/documents/{gap}"
    field, typed = pair
    page = browser.submit(browser.get(address), f"{address}/fields", {f"field.{field}": typed})
    assert page.status_code == 422
    assert html.fromstring(page.content).xpath("//input[@aria-invalid]/@value") == [typed]
    assert real.document(gap).version == 1


def test_emptying_a_field_takes_its_value_away(real: House, bakery: SimpleNamespace, open_browser: Open) -> None:
    browser, address = open_browser(bakery.owner.email), f"/documents/{bakery.document.id}"
    browser.submit(browser.get(address), f"{address}/fields", {"field.iban": "", "field.seller_name": ""})
    document = real.document(bakery.document.id)
    assert (document.value(N.IBAN), document.value(N.SELLER_NAME)) == (None, None)
    assert document.state is DocumentState.INCOMPLETE


def test_a_validator_fills_in_and_cannot_accept(
    real: House, bakery: SimpleNamespace, gap: str, open_browser: Open
) -> None:
    with (
        real.store.unit() as unit
    ):  # even where the account accepts by itself, a hand that typed means a hand that accepts
        proof = SenderProof(verdict=SenderVerdict.VERIFIED, identity="facturen@leverancier.example")
        message = unit.messages.get(real.document(gap).message_id)
        unit.messages.update(message.model_copy(update={"sender": proof}))
        trust = {"auto_accept": True, "trusted_senders": (proof.identity,)}
        unit.accounts.update(bakery.account.model_copy(update=trust))
    browser = open_browser(real.user("v@korenaar.example", Role.VALIDATOR, bakery.account).email)
    address = f"/documents/{gap}"
    browser.submit(browser.get(address), f"{address}/fields", {"field.total_amount": "1234.81"})
    assert real.document(gap).state is DocumentState.TO_ACCEPT
    assert "/accept" not in browser.get(address).text


def test_photos_are_put_together_on_the_page(real: House, bakery: SimpleNamespace, open_browser: Open) -> None:
    def add(name: str, days: int, kind: MediaType = MediaType.JPEG) -> str:
        return real.add(bakery.account, filename=name, age=timedelta(days=days), media_type=kind).id

    late, one, early = add("late.jpg", 1), add("one.jpg", 2), add("early.heic", 3, MediaType.HEIC)
    add("old.jpg", 30)
    add("file.pdf", 2, MediaType.PDF)
    browser, address = open_browser(bakery.owner.email), f"/documents/{one}"
    page = browser.get(address)
    form = html.fromstring(page.content).xpath(f"//form[@action='{address}/join']")[0]
    assert form.xpath(".//input[@name='page']/@value") == [early, one, late], "in the order in which they came"
    nothing = browser.submit(page, f"{address}/join")
    assert real.document(one).state is DocumentState.TO_ACCEPT
    assert "Nothing was changed" in read(nothing)
    browser.submit(page, f"{address}/join", cast(Any, {"page": [early, one]}))
    assert real.document(one).state is DocumentState.READING
    assert real.changed == [one]
    with real.store.read() as unit:
        said = unit.answers.find(bakery.account.id, Question.DIVISION, f"pages:{one}")
    assert said == f"{early} {one}"


def test_who_may_not_decide_puts_nothing_together(real: House, bakery: SimpleNamespace, open_browser: Open) -> None:
    real.user("validator@example.com", Role.VALIDATOR, bakery.account)
    one = real.add(bakery.account, filename="one.jpg", media_type=MediaType.JPEG).id
    real.add(bakery.account, filename="two.jpg", media_type=MediaType.JPEG)
    browser = open_browser("validator@example.com")
    assert "/join" not in browser.get(f"/documents/{one}").text
