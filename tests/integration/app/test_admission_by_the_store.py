"""Admission as the store answers it: lists of senders, the limit of a day, and what is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store_values import NOON, message, with_account

from mailroom.app.admitting import admitted, find_account, find_recipient
from mailroom.app.recording import NEW_SENDERS, recorder
from mailroom.domain.account import Purpose
from mailroom.domain.message import Door
from mailroom.errors import AccountSuspended, NotFound, QuotaReached
from mailroom.gateways.admission import Refusal
from mailroom.store import Store

BRUSSELS_MIDNIGHT = NOON.replace(hour=23, minute=0, second=0, microsecond=0) - timedelta(days=1)


def test_what_a_door_must_know_of_an_address_comes_with_it(sqlite_store: Store) -> None:
    account = with_account(sqlite_store, blocked_senders=("@spam.example",), messages_per_day=0)
    with sqlite_store.unit() as unit:
        address = unit.addresses.issue(account.id, "import.example", Purpose.PURCHASES, NOON)
        unit.addresses.restrict(address.id, ("boss@acme.example",))
    found = find_recipient(sqlite_store)(address.local_part, "import.example")
    assert found is not None
    assert (found.blocked, found.senders, found.quota_reached) == (("@spam.example",), ("boss@acme.example",), False)


@pytest.mark.parametrize(("own", "general", "reached"), [(2, 0, True), (3, 1, False), (0, 2, True), (0, 0, False)])
def test_the_day_of_a_limit_begins_at_midnight_of_the_account(
    sqlite_store: Store, own: int, general: int, reached: bool
) -> None:
    account = with_account(sqlite_store, messages_per_day=own)
    with sqlite_store.unit() as unit:
        address = unit.addresses.issue(account.id, "import.example", Purpose.PURCHASES, NOON)
        for seconds in (-1, 0, 5):  # the first one is of yesterday
            received = BRUSSELS_MIDNIGHT + timedelta(seconds=seconds)
            unit.messages.add(message(account.id, received_at=received))
    found = find_recipient(sqlite_store, general, lambda: NOON)(address.local_part, "import.example")
    assert found is not None
    assert found.quota_reached is reached


def test_what_has_no_purpose_is_a_purchase_where_it_can_be(sqlite_store: Store) -> None:
    """The oldest address may be one for sales: what a person uploads is not a sale for that."""
    account = with_account(sqlite_store)
    with sqlite_store.unit() as unit:
        sales = unit.addresses.issue(account.id, "import.example", Purpose.SALES, NOON)
    find = find_account(sqlite_store)
    assert find(account.id, "").address == sales.address
    with sqlite_store.unit() as unit:
        purchases = unit.addresses.issue(account.id, "import.example", Purpose.PURCHASES, NOON + timedelta(days=1))
    assert find(account.id, "").address == purchases.address
    assert find(account.id, "sales").address == sales.address
    with pytest.raises(NotFound, match="other"):
        find(account.id, "other")


def test_files_go_to_the_address_of_their_purpose_and_a_refusal_is_noted(sqlite_store: Store) -> None:
    account = with_account(sqlite_store)
    with sqlite_store.unit() as unit:
        unit.addresses.issue(account.id, "import.example", Purpose.PURCHASES, NOON)
        sales = unit.addresses.issue(account.id, "import.example", Purpose.SALES, NOON)

    def admit(purpose: Purpose, per_day: int = 0) -> str:
        return admitted(
            sqlite_store,
            account_id=account.id,
            door=Door.FOLDER,
            clock=lambda: NOON,
            messages_per_day=per_day,
            record=recorder(sqlite_store, lambda: NOON),
            purpose=purpose,
        ).address

    assert admit(Purpose.SALES) == sales.address
    with pytest.raises(NotFound, match="other"):
        admit(Purpose.OTHER)
    with sqlite_store.unit() as unit:
        unit.accounts.update(account.model_copy(update={"suspended": True}))
    with pytest.raises(AccountSuspended):
        admit(Purpose.SALES)
    with sqlite_store.unit() as unit:
        unit.accounts.update(account.model_copy(update={"messages_per_day": 1}))
        unit.messages.add(message(account.id, received_at=NOON))
    with pytest.raises(QuotaReached):
        admit(Purpose.SALES)
    with sqlite_store.read() as unit:
        refused = unit.refusals.of(account.id)
    assert [(row.address, row.reason) for row in refused] == [
        (sales.address, "quota_reached"),
        (sales.address, "account_suspended"),
    ]


def refusal(sender: str = "a@b.example", account: str = "a1", **more: str) -> Refusal:
    return Refusal(Door.SMTP, account, "old@import.example", "address_retired", sender, **more)


def test_a_client_that_tries_again_and_again_is_written_every_ten_minutes_and_counted(sqlite_store: Store) -> None:
    now = NOON
    record = recorder(sqlite_store, lambda: now)
    written = []
    for minutes in (0, 1, 9, 11, 12):
        now = NOON + timedelta(minutes=minutes)
        record(refusal(peer=f"192.0.2.{minutes}"))
        with sqlite_store.read() as unit:
            (row,) = unit.refusals.of("a1")
        written.append((row.times, row.last_at, row.peer))
    first, last = (1, NOON, "192.0.2.0"), (4, NOON + timedelta(minutes=11), "192.0.2.11")
    assert written == [first, first, first, last, last]
    assert row.first_at == NOON


def test_a_flood_of_new_senders_is_summed_up_and_hides_no_other_account(sqlite_store: Store) -> None:
    record = recorder(sqlite_store, lambda: NOON)
    for number in range(500):
        record(refusal(f"bot{number}@spam.example"))
    record(refusal("supplier@shop.example", "a2"))
    with sqlite_store.read() as unit:
        rows = unit.refusals.of("a1", limit=1000)
        other = unit.refusals.of("a2")
    assert len(rows) == NEW_SENDERS + 1
    assert [row.sender for row in rows if not row.sender] == [""]
    assert [row.sender for row in other] == ["supplier@shop.example"]


def test_a_store_that_does_not_answer_holds_up_no_refusal(sqlite_store: Store) -> None:
    with sqlite_store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE refusals")
    recorder(sqlite_store)(refusal(""))
