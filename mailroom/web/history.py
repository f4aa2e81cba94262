"""The history of a document in words: the decisions on it and the events of its way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mailroom.domain.document import Document
from mailroom.domain.event import Event
from mailroom.domain.value import Reason
from mailroom.errors import NotFound
from mailroom.web.words import Words

if TYPE_CHECKING:
    from mailroom.store import Unit


@dataclass(frozen=True)
class Line:
    """One line of the history."""

    at: datetime
    when: str
    who: str
    what: str
    why: tuple[str, ...] = ()


def history(unit: Unit, document: Document, words: Words) -> list[Line]:
    """Return what happened to a document, oldest first."""
    names: dict[str, str] = {}
    decisions = unit.decisions.of(document.id)
    # A decision is stored with an event of the same instant; the decision says more.
    told = {(record.at, f"document_{record.decision.state.value}") for record in decisions}
    lines = [
        Line(
            at=event.at,
            when=words.instant(event.at),
            who=_who(unit, event.actor, names, words),
            what=words.named("web.event", event.name),
            why=_why(event, words),
        )
        for event in unit.events.of(document.id)
        if (event.at, event.name) not in told
    ]
    # After the events: what was filled in at the same instant is what was decided on.
    lines += [
        Line(
            at=record.at,
            when=words.instant(record.at),
            who=_who(unit, record.actor, names, words),
            what=words.t("web.history.decided", state=words.named("state", record.decision.state.value)),
            why=tuple(words.reason(reason) for reason in record.decision.reasons),
        )
        for record in decisions
    ]
    return sorted(lines, key=lambda line: line.at)


def _why(event: Event, words: Words) -> tuple[str, ...]:
    """Return what Peppol demands and the UBL does not say; other events say all in their name."""
    lacks = event.name == "ubl_made" and "terms" in event.facts
    return (words.reason(Reason(code="ubl_lacks", facts=event.facts)),) if lacks else ()


def names_of(unit: Unit, actors: Iterable[str], words: Words) -> dict[str, str]:
    """Return who each actor of an event is: a person's name, or what part of mailroom it was."""
    names: dict[str, str] = {}
    return {actor: _who(unit, actor, names, words) for actor in actors}


def _who(unit: Unit, actor: str, names: dict[str, str], words: Words) -> str:
    """Return a person's name, or what part of mailroom it was."""
    if actor not in names:
        names[actor] = _name(unit, actor, words) if actor else words.t("web.actor.mailroom")
    return names[actor]


def _name(unit: Unit, actor: str, words: Words) -> str:
    try:
        user = unit.users.get(actor)
    except NotFound:
        return words.t("web.actor.rules") if actor == "rules" else words.t("web.actor.mailroom")
    return user.name or user.email
