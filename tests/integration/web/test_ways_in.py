"""The ways in: addresses, senders, keys and what was refused, as an owner handles them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest
from lxml import html
from web_browser import Browser, read
from web_house import NOW, House

from mailroom.domain.account import ApiKey, ImportAddress, Role
from mailroom.domain.ledger import RefusedMail
from mailroom.domain.message import Door

Open = Callable[..., Browser]


@pytest.fixture
def els(open_browser: Open, bakery: SimpleNamespace) -> Browser:
    return open_browser(bakery.owner.email)


def act(browser: Browser, account_id: str, which: str, /, **typed: str) -> httpx.Response:
    at = f"/accounts/{account_id}/ways"
    return browser.submit(browser.get(at), f"{at}/{which}", typed)


def addresses(house: House, account_id: str) -> list[ImportAddress]:
    with house.store.read() as unit:
        return unit.addresses.of(account_id)


def keys(house: House, account_id: str) -> list[ApiKey]:
    with house.store.read() as unit:
        return unit.api_keys.of(account_id)


def test_addresses_are_made_replaced_retired_and_reused(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    account = bakery.account.id
    assert "The new address is in use." in read(act(els, account, "new-address", purpose="sales"))
    act(els, account, "replace-address")
    assert [a.purpose for a in addresses(house, account)] == ["purchases", "sales", "purchases"]
    assert addresses(house, account)[0].replaced_by == addresses(house, account)[2].id
    assert "2 addresses out of use" in read(act(els, account, "retire-address"))
    act(els, account, "reinstate-address")
    assert [a.retired_at is None for a in addresses(house, account)].count(True) == 2
    with house.store.read() as unit:
        made = [event for event in unit.events.of(account) if event.name.startswith("address_")]
    assert [event.name for event in made][-1] == "address_reinstated"
    assert {event.actor for event in made} == {bakery.owner.id}


def test_an_address_is_restricted_to_listed_senders_and_opened_again(
    els: Browser, house: House, bakery: SimpleNamespace
) -> None:
    page = act(els, bakery.account.id, "restrict-address", senders="Boss@Acme.example\n@shop.example")
    assert "Takes mail only from: boss@acme.example, @shop.example" in read(page)
    assert addresses(house, bakery.account.id)[0].senders == ("boss@acme.example", "@shop.example")
    act(els, bakery.account.id, "restrict-address", senders="")
    assert addresses(house, bakery.account.id)[0].senders == ()
    page = act(els, bakery.account.id, "restrict-address", senders="nobody")
    assert (page.status_code, addresses(house, bakery.account.id)[0].senders) == (422, ())


def test_senders_are_blocked(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    act(els, bakery.account.id, "block", blocked_senders="@Spam.example\nbot@x.example\nbot@x.example")
    with house.store.read() as unit:
        assert unit.accounts.get(bakery.account.id).blocked_senders == ("@spam.example", "bot@x.example")


@pytest.mark.parametrize("typed", ["els@korenaar.example", "@korenaar.example"])
def test_nobody_shuts_the_door_on_himself(els: Browser, house: House, bakery: SimpleNamespace, typed: str) -> None:
    page = act(els, bakery.account.id, "block", blocked_senders=f"@spam.example\n{typed}")
    assert page.status_code == 422
    assert f"“{typed}” would also block somebody of this account" in read(page)
    assert "@spam.example" in page.text  # what was typed is not lost
    with house.store.read() as unit:
        assert unit.accounts.get(bakery.account.id).blocked_senders == ()


def test_a_trusted_sender_is_not_blocked_as_well(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    trusting = bakery.account.model_copy(update={"trusted_senders": ("a@b.example",)})
    with house.store.unit() as unit:
        unit.accounts.update(trusting)
    page = act(els, bakery.account.id, "block", blocked_senders="a@b.example")
    assert "is one of your trusted senders" in read(page)


def test_a_key_is_shown_once_and_works_until_it_is_revoked(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    assert "No program has a key yet." in read(els.get(f"/accounts/{bakery.account.id}/ways"))
    page = act(els, bakery.account.id, "new-key", name="kassa <1>")
    (secret,) = html.fromstring(page.content).xpath("//input[@id='secret']/@value")
    assert page.headers["cache-control"] == "no-store"
    with house.store.read() as unit:
        found = unit.api_keys.find(secret)
    assert found is not None
    assert (found.account_id, found.name) == (bakery.account.id, "kassa <1>")
    again = els.get(f"/accounts/{bakery.account.id}/ways")
    assert "kassa <1>" in read(again)
    assert secret not in again.text
    assert secret not in house.dump()
    page = act(els, bakery.account.id, "revoke-key")
    assert "The key no longer works." in read(page)
    assert "1 revoked key" in read(page)
    with house.store.read() as unit:
        assert unit.api_keys.find(secret) is None
        assert [event.name for event in unit.events.of(bakery.account.id)] == ["api_key_added", "api_key_revoked"]


def test_what_belongs_to_another_account_is_not_found(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    other = house.account("Elsewhere")
    address = house.address(other)
    with house.store.unit() as unit:
        key, _ = unit.api_keys.issue(other.id, "till", NOW)
    assert act(els, bakery.account.id, "retire-address", address=address.id).status_code == 404
    act(els, bakery.account.id, "new-key", name="mine")
    assert act(els, bakery.account.id, "revoke-key", key=key.id).status_code == 404
    assert addresses(house, other.id)[0].retired_at is None
    assert keys(house, other.id)[0].revoked_at is None


def test_the_days_count_stands_beside_its_limit(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    at = f"/accounts/{bakery.account.id}/ways"
    assert "1 mail came in today. There is no limit." in read(els.get(at))
    with house.store.unit() as unit:
        unit.accounts.update(bakery.account.model_copy(update={"messages_per_day": 40, "suspended": True}))
    page = read(els.get(at))
    assert "1 mail of the 40 that may come in today." in page
    assert "This account is suspended" in page


def test_refused_mail_is_shown_with_its_reason_and_found(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    at = f"/accounts/{bakery.account.id}/ways"
    assert "Nothing was refused." in read(els.get(at))
    with house.store.unit() as unit:
        for number in range(60):
            unit.refusals.note(
                RefusedMail(
                    account_id=bakery.account.id,
                    address=bakery.address.address,
                    reason="sender_blocked",
                    sender=f"bot{number}@<b>spam.example",
                    door=Door.SMTP,
                    peer="192.0.2.7",
                    first_at=NOW,
                    last_at=NOW - timedelta(minutes=number),
                    times=number + 1,
                )
            )
    assert "bot4@<b>spam.example" in read(els.get(at))
    assert "bot5@" not in read(els.get(at))
    first = els.get(f"{at}/refused")
    (older,) = html.fromstring(first.content).xpath("//a[@rel='next']/@href")
    assert "This company takes no mail from this sender." in read(first)
    assert "bot50@" not in read(first)
    assert "bot50@" in read(els.get(f"{at}/refused{older}"))
    found = read(els.get(f"{at}/refused?q=BOT17"))
    assert "18 times" in found
    assert "bot18@" not in found
    assert "Nothing found for “nobody”" in read(els.get(f"{at}/refused?q=nobody"))
    other = house.user("o@elsewhere.example", Role.OWNER, house.account("Elsewhere"))
    assert other.id != bakery.owner.id
    assert els.get(f"/accounts/{bakery.account.id}/ways/nonsense").status_code in (404, 405)
