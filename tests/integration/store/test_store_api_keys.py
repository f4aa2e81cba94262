from __future__ import annotations

from datetime import timedelta

import pytest
from store_values import NOON, later, message, with_account

from mailroom.domain.account import ApiAnswer, Purpose
from mailroom.domain.value import new_id
from mailroom.errors import NotFound
from mailroom.store import Store


def test_an_api_key_opens_its_account_until_it_is_revoked(store: Store) -> None:
    owner = with_account(store)
    with store.unit() as unit:
        key, secret = unit.api_keys.issue(owner.id, "scanner", NOON)
        other, _ = unit.api_keys.issue(owner.id, "shop", later(1))
    with store.unit() as unit:
        assert unit.api_keys.find(secret) == key
        assert unit.api_keys.find(secret + "x") is None
        assert unit.api_keys.revoke(key.id, later(2)).revoked_at == later(2)
        assert unit.api_keys.revoke(key.id, later(3)).revoked_at == later(2)
        assert unit.api_keys.find(secret) is None
        assert [each.id for each in unit.api_keys.of(owner.id)] == [key.id, other.id]
        with pytest.raises(NotFound):
            unit.api_keys.revoke(new_id(), NOON)


def test_the_database_does_not_hold_the_key_itself(store: Store) -> None:
    owner = with_account(store)
    with store.unit() as unit:
        _, secret = unit.api_keys.issue(owner.id, "scanner", NOON)
        row = unit.session.connection().exec_driver_sql("SELECT * FROM api_keys").one()
    assert secret not in str(row)


def test_an_answer_is_kept_once_for_its_account_and_forgotten_after_a_month(store: Store) -> None:
    owner, other = with_account(store), with_account(store, vat_id="")
    first = ApiAnswer(account_id=owner.id, key="k", fingerprint="a", created_at=NOON, answer={"files": [1]})
    with store.unit() as unit:
        assert unit.api_keys.keep_answer(first)
        assert not unit.api_keys.keep_answer(first.model_copy(update={"fingerprint": "b"}))
        assert unit.api_keys.answer(owner.id, "k") == first
        assert unit.api_keys.answer(other.id, "k") is None
        much_later = first.model_copy(update={"key": "l", "created_at": NOON + timedelta(days=31)})
        assert unit.api_keys.keep_answer(much_later)
        assert unit.api_keys.answer(owner.id, "k") is None


def test_an_address_keeps_its_list_of_senders_also_when_it_is_replaced(store: Store) -> None:
    owner = with_account(store)
    with store.unit() as unit:
        address = unit.addresses.issue(owner.id, "import.example", Purpose.PURCHASES, NOON)
        assert unit.addresses.restrict(address.id, ("@shop.example",)).senders == ("@shop.example",)
        assert unit.addresses.replace(address.id, later(1)).senders == ("@shop.example",)


def test_the_messages_of_a_day_are_counted_for_one_account(store: Store) -> None:
    owner, other = with_account(store), with_account(store, vat_id="")
    with store.unit() as unit:
        for minutes in (-1, 0, 1, 2):
            unit.messages.add(message(owner.id, received_at=later(minutes)))
        unit.messages.add(message(other.id, received_at=later(1)))
        assert unit.messages.count_since(owner.id, NOON, 100) == 3
        assert unit.messages.count_since(owner.id, NOON, 2) == 2
