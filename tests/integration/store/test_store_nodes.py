"""Nodes in the database: who lives, who has which duty, what was taken over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from mailroom.store import GONE_AFTER, Store
from mailroom.store.tables import LEASES, NODES, TAKE_OVERS

HERE = {"host": "here", "data": "/data"}


def beat(store: Store, node: str, in_spool: int = 0) -> None:
    with store.unit() as unit:
        unit.nodes.beat(node, **HERE, in_spool=in_spool)


def let_pass(store: Store, node: str, **length: float) -> None:
    """Let a node be silent for so long."""
    with store.unit() as unit:
        earlier = {"last_seen": unit.nodes.now() - timedelta(**length)}
        unit.session.execute(NODES.update().where(NODES.c.id == node).values(earlier))


def gone(store: Store) -> list[str]:
    with store.unit() as unit:
        return [node.id for node in unit.nodes.gone(GONE_AFTER)]


def test_a_node_is_known_by_its_name_and_its_roles_are_in_it(store: Store) -> None:
    beat(store, "host:/data/smtp+web", in_spool=3)
    beat(store, "host:/data/smtp+web", in_spool=2)
    with store.read() as unit:
        [node] = unit.nodes.all()
    assert (node.roles, node.host, node.data, node.in_spool, node.left_at) == ("smtp+web", "here", "/data", 2, None)
    assert node.started_at <= node.last_seen


def test_a_node_is_gone_after_some_silence_or_when_it_said_so_and_back_with_its_next_beat(store: Store) -> None:
    for node in ("silent/worker", "alive/worker", "ended/worker"):
        beat(store, node)
    let_pass(store, "silent/worker", seconds=GONE_AFTER + 1)
    let_pass(store, "alive/worker", seconds=GONE_AFTER - 3)
    with store.unit() as unit:
        unit.nodes.leave("ended/worker", in_spool=0)
    assert gone(store) == ["ended/worker", "silent/worker"]
    beat(store, "silent/worker")
    beat(store, "ended/worker")
    assert gone(store) == []


@pytest.mark.postgres
def test_what_one_node_is_busy_taking_over_is_left_out_for_others(postgres_store: Store) -> None:
    beat(postgres_store, "dead/worker")
    let_pass(postgres_store, "dead/worker", seconds=60)
    with postgres_store.unit() as first, postgres_store.unit() as second:
        assert [node.id for node in first.nodes.gone(GONE_AFTER)] == ["dead/worker"]
        assert second.nodes.gone(GONE_AFTER) == []


def test_a_node_with_work_that_never_beat_is_given_its_time(store: Store) -> None:
    beat(store, "known/worker")
    let_pass(store, "known/worker", seconds=60)
    with store.unit() as unit:
        unit.nodes.notice({"known/worker", "older:/data/worker"})
    assert gone(store) == ["known/worker"]
    let_pass(store, "older:/data/worker", seconds=60)
    assert gone(store) == ["known/worker", "older:/data/worker"]


def test_a_duty_has_one_holder_until_it_expires_or_he_leaves(store: Store) -> None:
    def hold(node: str) -> bool:
        with store.unit() as unit:
            return unit.nodes.hold("clock", node, 10)

    assert [hold(node) for node in ("a", "b", "a")] == [True, False, True]
    with store.unit() as unit:
        assert unit.nodes.duties() == {"clock": "a"}
        unit.session.execute(LEASES.update().values(expires_at=unit.nodes.now() - timedelta(seconds=1)))
    assert [hold(node) for node in ("b", "a")] == [True, False]
    with store.unit() as unit:
        unit.nodes.leave("b", in_spool=0)
    assert hold("a")


def test_take_overs_are_counted_for_each_story(store: Store) -> None:
    with store.unit() as unit:
        assert [unit.nodes.count_take_over(story, "dead") for story in ("document:a", "document:b")] == [1, 1]
    with store.unit() as unit:
        assert unit.nodes.count_take_over("document:a", "dead too") == 2


def test_what_is_long_gone_is_forgotten_but_never_a_spool_with_mail(store: Store) -> None:
    for node, waiting in (("empty/smtp", 0), ("full/smtp", 1), ("young/smtp", 0)):
        beat(store, node, in_spool=waiting)
        let_pass(store, node, days=1 if node.startswith("young") else 8)
    with store.unit() as unit:
        unit.nodes.count_take_over("document:old", "x")
        unit.session.execute(TAKE_OVERS.update().values(at=unit.nodes.now() - timedelta(days=8)))
        unit.nodes.count_take_over("document:new", "x")
        unit.nodes.forget(7)
    with store.read() as unit:
        assert [node.id for node in unit.nodes.all()] == ["full/smtp", "young/smtp"]
        assert unit.session.execute(text("SELECT story FROM take_overs")).scalars().all() == ["document:new"]
