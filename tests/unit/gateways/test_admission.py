"""Whether mail for an address is taken."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from mailroom.domain.message import Door
from mailroom.errors import (
    AccountSuspended,
    AddressRetired,
    NotForThisSender,
    QuotaReached,
    SenderBlocked,
    StorageUnavailable,
    UnknownRecipient,
)
from mailroom.gateways import addresses
from mailroom.gateways.addresses import AddressBook
from mailroom.gateways.admission import Recipient, Refusal, admit, check, is_listed, split

ACME = Recipient("acme@import.example", "a1", retired=False, suspended=False)


def find(local_part: str, domain: str) -> Recipient | None:
    retired, suspended = local_part in {"old", "both"}, local_part in {"late", "both"}
    if domain != "import.example" or local_part not in {"acme", "old", "late", "both"}:
        return None
    return Recipient(f"{local_part}@{domain}", "a1", retired, suspended)


@pytest.mark.parametrize(
    "address",
    [
        "acme@import.example",
        "ACME@Import.Example",
        '"acme"@import.example',
        "acme@import.example.",
        " acme@import.example ",
    ],
)
def test_an_address_is_found_however_it_is_written(address: str) -> None:
    assert admit(find, address) == ACME


@pytest.mark.parametrize(
    "address", ["", "acme", "@", "acme@", "@import.example", "acme@other.example", "x@import.example", "acme@a@b"]
)
def test_what_nobody_has_is_unknown(address: str) -> None:
    with pytest.raises(UnknownRecipient):
        admit(find, address)


def test_retired_and_suspended_are_told_apart_and_retired_is_stronger() -> None:
    with pytest.raises(AddressRetired):
        admit(find, "old@import.example")
    with pytest.raises(AccountSuspended):
        admit(find, "late@import.example")
    with pytest.raises(AddressRetired):
        admit(find, "both@import.example")


def test_an_address_is_split_at_the_last_at_sign_and_unquoted() -> None:
    assert split('"a@b\\"c"@X.example') == ('a@b"c', "x.example")


class Directory:
    """Answers while `down` is not set, and counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.down = False

    def __call__(self, local_part: str, domain: str) -> Recipient | None:
        self.asked += 1
        if self.down:
            raise StorageUnavailable("the database is down")
        return find(local_part, domain)


def test_a_busy_address_is_asked_for_once_and_unknown_ones_every_time() -> None:
    async def story() -> int:
        directory = Directory()
        book = AddressBook(directory)
        for _ in range(5):
            assert await book.admit("acme@import.example") == ACME
        for _ in range(2):
            with pytest.raises(UnknownRecipient):
                await book.admit("x@import.example")
        book.close()
        return directory.asked

    assert asyncio.run(story()) == 3


def test_known_addresses_are_taken_while_the_database_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        monkeypatch.setattr(addresses, "_FRESH_SECONDS", 0.0)
        directory = Directory()
        book = AddressBook(directory)
        await book.admit("acme@import.example")
        directory.down = True
        assert await book.admit("acme@import.example") == ACME
        with pytest.raises(StorageUnavailable):
            await book.admit("late@import.example")
        monkeypatch.setattr(addresses, "_STALE_SECONDS", 0.0)
        with pytest.raises(StorageUnavailable):
            await book.admit("acme@import.example")
        book.close()

    asyncio.run(story())


def test_an_address_that_vanished_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        monkeypatch.setattr(addresses, "_FRESH_SECONDS", 0.0)
        there = True
        book = AddressBook(lambda local_part, domain: find(local_part, domain) if there else None)
        await book.admit("acme@import.example")
        there = False
        with pytest.raises(UnknownRecipient):
            await book.admit("acme@import.example")
        book.close()

    asyncio.run(story())


def test_the_memory_of_addresses_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        monkeypatch.setattr(addresses, "_REMEMBERED", 3)
        book = AddressBook(lambda local_part, domain: Recipient(f"{local_part}@{domain}", "a", False, False))
        for number in range(10):
            await book.admit(f"r{number}@x.example")
        assert len(book._known) == 3
        book.close()

    asyncio.run(story())


@pytest.mark.parametrize("sender", ["spam@bad.example", "SPAM@Bad.Example", "x@worse.example"])
def test_a_blocked_sender_is_refused_and_a_person_who_is_known_is_not(sender: str) -> None:
    shop = replace(ACME, blocked=("Spam@bad.example", "@worse.example"))
    with pytest.raises(SenderBlocked):
        admit(lambda *_: shop, "acme@import.example", sender)
    assert admit(lambda *_: shop, "acme@import.example") == shop
    assert admit(lambda *_: shop, "acme@import.example", "good@bad.example") == shop


@pytest.mark.parametrize("sender", ["", "a@elsewhere.example", "a@sub.shop.example", "a@notshop.example"])
def test_a_restricted_address_takes_mail_of_listed_senders_only(sender: str) -> None:
    shop = replace(ACME, senders=("boss@acme.example", "@shop.example"))
    for listed in ("boss@ACME.example", "any@shop.example", "boss+caf_=docs=import.example@acme.example"):
        assert check(shop, listed) == shop
    with pytest.raises(NotForThisSender):
        check(shop, sender)


@pytest.mark.parametrize("sender", ["spam+1@x.example", "SPAM+@x.example", "spam@x.example"])
def test_a_detail_behind_a_plus_takes_nobody_off_a_list(sender: str) -> None:
    assert is_listed(sender, ("spam@x.example",))
    assert not is_listed(sender, ("spammer@x.example", "spam@y.example", "@y.example", "+1@x.example"))


def test_a_quota_that_is_reached_holds_back_everybody() -> None:
    full = replace(ACME, quota_reached=True)
    for sender in (None, "a@example.com"):
        with pytest.raises(QuotaReached):
            check(full, sender)


def test_a_refusal_of_a_known_address_is_written_down_and_that_of_an_unknown_one_is_not() -> None:
    written: list[Refusal] = []

    async def ask() -> None:
        book = AddressBook(find, written.append, Door.LMTP)
        for address, refused in (("old@import.example", AddressRetired), ("no@import.example", UnknownRecipient)):
            with pytest.raises(refused):
                await book.admit(address, "a@example.com", "192.0.2.1")
        await book.admit("acme@import.example", "a@example.com")
        await asyncio.to_thread(book._threads.shutdown, wait=True)

    asyncio.run(ask())
    assert written == [Refusal(Door.LMTP, "a1", "old@import.example", "address_retired", "a@example.com", "192.0.2.1")]
