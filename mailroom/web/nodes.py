"""The nodes that share the database, each in a sentence for the operator."""

from __future__ import annotations

from datetime import datetime

from mailroom.domain.node import Node
from mailroom.store import GONE_AFTER, Unit
from mailroom.web.words import Words


def told_of_nodes(unit: Unit, words: Words) -> list[str]:
    """Say of each node how it is, when it was last heard, and what only it can pass on."""
    now = unit.nodes.now()
    return [
        words.t(_life(node, now), node=node.id, age=words.age(words.now - (now - node.last_seen)))
        + (" " + words.t("web.nodes.in_spool", n=node.in_spool) if node.in_spool else "")
        for node in unit.nodes.all()
    ]


def _life(node: Node, now: datetime) -> str:
    """Return the key of the sentence for how a node is."""
    if node.left_at is not None:
        return "web.nodes.ended"
    return "web.nodes.gone" if (now - node.last_seen).total_seconds() > GONE_AFTER else "web.nodes.alive"
