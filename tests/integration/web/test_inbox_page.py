from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from lxml import html
from web_browser import Browser, read
from web_house import House

from mailroom.domain.account import Membership, Role
from mailroom.domain.document import BESIDE, DocumentState, FieldName
from mailroom.domain.value import Reason
from mailroom.store.tables import NODES
from mailroom.web.inbox import PAGE

Open = Callable[..., Browser]


def test_the_inbox_shows_who_what_when_how_much_and_why(open_browser: Open, bakery: SimpleNamespace) -> None:
    browser = open_browser(bakery.owner.email)
    row = html.fromstring(browser.get(f"/accounts/{bakery.account.id}/inbox").content).xpath("//a[@data-row]")[0]
    said = " ".join(row.text_content().split())
    for part in ("Meelhandel Van Damme bv", "F2026-0417", "14 Nov 2026", "€1,234.81", "To accept", "3 hours ago"):
        assert part in said
    assert "Waits for your acceptance." in said


def test_each_tab_holds_its_states_and_says_how_many(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    for state in DocumentState:
        house.add(bakery.account, state, filename=state.value, values={FieldName.SELLER_NAME: None})
    browser = open_browser(bakery.owner.email)
    at = f"/accounts/{bakery.account.id}/inbox"

    def names(tab: str) -> set[str]:
        return set(html.fromstring(browser.get(f"{at}?tab={tab}").content).xpath("//a[@data-row]//strong/text()"))

    assert names("needs_you") >= {"incomplete", "to_accept", "held", "unreadable"}
    assert names("accepted") == {"accepted"}
    assert names("archived") == {"archived"}
    assert names("refused") == {"refused"}
    assert names("underway") == {"reading", "needs_attention"}
    # A form or a copy of another document stands beside that one, not in the list.
    assert names("all") >= {state.value for state in frozenset(DocumentState) - BESIDE}
    assert not names("all") & {state.value for state in BESIDE}
    tree = html.fromstring(browser.get(at).content)
    counts = [int(n) for n in tree.xpath("//nav[@class='tabs']//span[@class='count']/text()")]
    assert counts == [5, 1, 1, 1, 2, 10]


def test_a_tab_with_more_than_is_counted_says_that_there_are_more(
    open_browser: Open, house: House, bakery: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailroom.web.inbox.COUNTED", 2)
    for number in range(4):
        house.add(bakery.account, DocumentState.ARCHIVED, filename=f"{number}.pdf")
    for number in range(2):
        house.add(bakery.account, DocumentState.REFUSED, filename=f"refused {number}.pdf")
    tree = html.fromstring(open_browser(bakery.owner.email).get(f"/accounts/{bakery.account.id}/inbox").content)
    assert tree.xpath("//nav[@class='tabs']//span[@class='count']/text()") == ["1", "0", "2+", "2", "2+"]


def test_searching_finds_in_the_tab_and_points_to_the_ledger(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    house.add(bakery.account, values={FieldName.SELLER_NAME: "Proximus"}, filename="p.pdf")
    browser = open_browser(bakery.owner.email)
    at = f"/accounts/{bakery.account.id}"
    found = read(browser.get(f"{at}/inbox?q=proximus"))
    assert "Proximus" in found
    assert "Van Damme" not in found
    nothing = browser.get(f"{at}/inbox", params={"q": "no such & thing"})
    link = html.fromstring(nothing.content).xpath("//a[contains(@href,'/ledger?q=')]/@href")[0]
    assert browser.get(link).url.params["q"] == "no such & thing"


def test_a_search_stays_when_another_tab_is_opened(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    kept = {FieldName.SELLER_NAME: "Proximus"}
    house.add(bakery.account, state=DocumentState.ARCHIVED, values=kept, filename="p.pdf")
    browser = open_browser(bakery.owner.email)
    at = f"/accounts/{bakery.account.id}/inbox"
    nothing = browser.get(at, params={"q": "proximus"})
    assert "Nothing found" in read(nothing)
    tree = html.fromstring(nothing.content)
    for link in (
        *tree.xpath("//nav[@class='tabs']/a[contains(@href, 'archived')]/@href"),
        *tree.xpath("//main//a[text()='Search all documents']/@href"),
    ):
        assert "Proximus" in read(browser.get(f"{at}{link}"))
    everywhere = browser.get(at, params={"q": "no such thing", "tab": "all"})
    assert "Search all documents" not in read(everywhere)


def test_who_keeps_many_accounts_finds_those_with_work_first_and_can_search(open_browser: Open, house: House) -> None:
    accounts = [house.account(f"Klant {number:02}") for number in range(13)]
    accountant = house.user("a@kantoor.example", Role.ACCOUNTANT, accounts[0])
    with house.store.unit() as unit:
        for account in accounts[1:]:
            unit.users.join(Membership(user_id=accountant.id, account_id=account.id, role=Role.ACCOUNTANT))
    house.add(accounts[7])
    browser = open_browser(accountant.email)
    page = browser.get("/accounts")
    names = html.fromstring(page.content).xpath("//ul[@class='cards']//strong/text()")
    assert names[:3] == ["Klant 07", "Klant 00", "Klant 01"]
    found = browser.get("/accounts", params={"q": "klant 11"})
    assert html.fromstring(found.content).xpath("//ul[@class='cards']//strong/text()") == ["Klant 11"]


def test_an_empty_inbox_says_where_to_send_mail(open_browser: Open, house: House) -> None:
    account = house.account("Nieuw bv")
    owner, address = house.user("n@nieuw.example", Role.OWNER, account), house.address(account)
    page = open_browser(owner.email).get(f"/accounts/{account.id}/inbox")
    assert address.address in read(page)
    assert "Forward" in read(page)
    assert html.fromstring(page.content).xpath(f"//a[@href='mailto:{address.address}']")


def test_a_long_inbox_is_leafed_through(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    for number in range(PAGE):
        house.add(bakery.account, filename=f"{number}", pages=0, age=timedelta(hours=4 + number))
    browser = open_browser(bakery.owner.email)
    at = f"/accounts/{bakery.account.id}/inbox"
    first = browser.get(at)
    tree = html.fromstring(first.content)
    assert len(tree.xpath("//a[@data-row]")) == PAGE
    assert not tree.xpath("//a[@rel='prev']")
    second = browser.get(f"{at}{tree.xpath('//a[@rel=$n]/@href', n='next')[0]}")
    tree = html.fromstring(second.content)
    assert len(tree.xpath("//a[@data-row]")) == 1
    assert tree.xpath("//a[@rel='prev']")
    assert not tree.xpath("//a[@rel='next']")
    for odd in ("0", "-3", "x", "9999999", "٣"):
        assert browser.get(f"{at}?page={odd}").status_code == 200


def test_a_page_that_has_run_empty_leads_to_the_first(open_browser: Open, bakery: SimpleNamespace) -> None:
    page = open_browser(bakery.owner.email).get(f"/accounts/{bakery.account.id}/inbox?tab=needs_you&page=2")
    assert "page" not in page.url.params
    assert "Van Damme" in read(page)


def test_the_operator_sees_what_was_given_up_on_in_all_accounts(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    garage = house.account("Garage Peeters")
    parked = house.add(garage, DocumentState.NEEDS_ATTENTION, reasons=(Reason(code="reader_timed_out"),))
    operator = house.user("op@mailroom.example", Role.OPERATOR)
    browser = open_browser(operator.email)
    assert "1 document could not be processed" in read(browser.get("/accounts"))
    page = browser.get("/attention")
    assert "Garage Peeters" in read(page)
    assert "Reading took too long" in read(page)
    assert browser.get(f"/documents/{parked.id}").status_code == 200


def test_the_ledger_names_every_part_with_its_reason(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    house.add(bakery.account, filename="tweede.pdf", subject="Tweede")
    browser = open_browser(bakery.owner.email)
    at = f"/accounts/{bakery.account.id}/ledger"
    said = read(browser.get(at))
    for part in ("factuur.pdf", "tweede.pdf", "logo.png", "ignored", "only decorates the mail"):
        assert part in said
    found = browser.get(f"{at}?q=tweede")
    assert "tweede.pdf" in read(found)
    assert "factuur.pdf" not in read(found)
    assert "did not reach your import address" in read(browser.get(f"{at}?q=zzz"))


def test_the_digest_can_be_seen_before_it_goes_out(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    browser = open_browser(bakery.owner.email)
    at = f"/accounts/{bakery.account.id}/report"
    assert "nothing to say" in read(browser.get(at))
    assert browser.get(f"{at}/mail").status_code == 404
    house.mail = SimpleNamespace(subject="Te doen", text="Dag <b>Els</b>", html="<b>Dag</b>")
    assert "Dag <b>Els</b>" in read(browser.get(at))
    assert browser.get(f"{at}/mail").text == "<b>Dag</b>"


def test_the_operator_sees_the_nodes_and_how_long_ago_they_were_heard(open_browser: Open, house: House) -> None:
    with house.store.unit() as unit:
        for node, in_spool in (("here/worker", 0), ("lost/smtp", 2)):
            unit.nodes.beat(node, host="h", data="/d", in_spool=in_spool)
        long_ago = {"last_seen": unit.nodes.now() - timedelta(hours=2)}
        unit.session.execute(NODES.update().where(NODES.c.id == "lost/smtp").values(long_ago))
    operator = house.user("op@korenaar.example", Role.OPERATOR)
    items = html.fromstring(open_browser(operator.email).get("/attention").content).xpath("//section[@id='nodes']//li")
    alive, lost = (" ".join(item.text_content().split()) for item in items)
    assert alive.startswith("here/worker works")
    assert lost.startswith("lost/smtp is gone; it was last heard 2 hours ago.")
    assert "2 messages" in lost
