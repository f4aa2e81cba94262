"""Mail that was not let in: found by its account, and bounded whatever strangers do."""

from __future__ import annotations

from datetime import timedelta

from store_values import NOON, later

from mailroom.domain.ledger import RefusedMail
from mailroom.domain.message import Door
from mailroom.store import Store
from mailroom.store.refusals import KEPT, NEW_A_DAY


def refused(**more: object) -> RefusedMail:
    told: dict[str, object] = {
        "account_id": "a1",
        "address": "old@import.example",
        "reason": "address_retired",
        "sender": "Shop@Seller.example",
        "door": Door.SMTP,
        "peer": "192.0.2.7",
        "first_at": NOON,
        "last_at": NOON,
    }
    return RefusedMail.model_validate(told | more)


def test_the_same_refusal_again_is_counted(store: Store) -> None:
    with store.unit() as unit:
        unit.refusals.note(refused())
        unit.refusals.note(refused(first_at=later(5), last_at=later(5), times=3, peer="192.0.2.8", door=Door.LMTP))
    with store.read() as unit:
        assert unit.refusals.of("a1") == [refused(last_at=later(5), times=4, peer="192.0.2.8", door=Door.LMTP)]


def test_an_owner_finds_his_refusals_the_latest_first(store: Store) -> None:
    with store.unit() as unit:
        unit.refusals.note(refused(last_at=later(1)))
        unit.refusals.note(refused(reason="sender_blocked", last_at=later(2)))
        unit.refusals.note(refused(address="new@import.example", sender="100%@x_y.example", last_at=later(3)))
        unit.refusals.note(refused(account_id="a2"))
    with store.read() as unit:
        assert [row.last_at for row in unit.refusals.of("a1")] == [later(3), later(2), later(1)]
        assert [row.last_at for row in unit.refusals.of("a1", "shop OLD@")] == [later(2), later(1)]
        assert [row.last_at for row in unit.refusals.of("a1", "% _")] == [later(3)]
        assert [row.last_at for row in unit.refusals.of("a1", before=later(2))] == [later(1)]
        assert unit.refusals.of("a1", "nobody") == []


def test_too_many_new_senders_in_a_day_are_summed_up(store: Store) -> None:
    with store.unit() as unit:
        for number in range(NEW_A_DAY + 30):
            unit.refusals.note(refused(sender=f"bot{number}@spam.example", last_at=later(number / 100)))
        unit.refusals.note(refused(sender="known@spam.example", account_id="a2"))
    with store.read() as unit:
        rows = unit.refusals.of("a1", limit=1000)
        assert len(rows) == NEW_A_DAY + 1
        assert [row.times for row in rows if not row.sender] == [30]
        assert len(unit.refusals.of("a2")) == 1


def test_what_is_old_is_forgotten(store: Store) -> None:
    with store.unit() as unit:
        unit.refusals.note(refused())
        unit.refusals.note(refused(sender="other@x.example", last_at=NOON + KEPT + timedelta(seconds=1)))
    with store.read() as unit:
        assert [row.sender for row in unit.refusals.of("a1")] == ["other@x.example"]
