"""Replay: a mail is taken apart and sorted once more, from the raw bytes that are kept for ever.

Nothing is doubled: the same part of the same mail is the same document, and a document that is there stays as it is,
with everything that was typed and decided; only one that is new is read. The proof of the sender stays that of the
day on which the mail came, because keys in the DNS change. Where nothing was learned since, the ledger's lines are the
same. A crash in between leaves the mail to the clock, which takes it apart again.
"""

from __future__ import annotations

from mailroom.domain.document import DocumentState
from mailroom.domain.ledger import Replay
from mailroom.domain.message import LedgerEntry, Message, MessageState
from mailroom.errors import WrongState
from mailroom.log import get_logger
from mailroom.steps.house import House
from mailroom.steps.sort import sort
from mailroom.store import Unit

log = get_logger("replay")

REPLAYED = "message_replayed"


def sort_again(house: House, message_id: str) -> list[str]:
    """Sort a mail again and return the ids of the documents that have to be read."""
    return list(replay(house, message_id, "").to_read)


def replay(house: House, message_id: str, actor: str) -> Replay:
    """Sort a mail again and return what its ledger said before and says now.

    Raises:
        NotFound: there is no such mail.
        WrongState: it is being taken apart at this moment, or could not be and was laid before the operator.
    """
    with house.store.unit() as unit:
        message = unit.messages.get(message_id)
        if message.state is MessageState.STORED:
            raise WrongState(f"mail {message_id} is being taken apart at this moment", state=message.state.value)
        before = tuple(unit.parts.of(message_id))
        _begin(unit, house, message, actor)
    sort(house, message_id)
    with house.store.read() as unit:
        if unit.messages.get(message_id).state is not MessageState.SORTED:
            raise WrongState(f"mail {message_id} could not be taken apart; mailroom doctor says why")
        after = tuple(unit.parts.of(message_id))
        known = {line.document_id for line in before}
        to_read = tuple(name for name in _named(after) if _is_new(unit, name))
    result = Replay(
        message_id=message_id,
        before=before,
        after=after,
        new=tuple(name for name in _named(after) if name not in known),
        to_read=to_read,
    )
    log.info("message_replayed", message=message_id, same=result.is_same, new=len(result.new))
    return result


def _begin(unit: Unit, house: House, message: Message, actor: str) -> None:
    unit.messages.update(message.model_copy(update={"state": MessageState.STORED, "reasons": (), "attempts": 0}))
    if actor:
        note_replay(unit, house, message, actor)


def note_replay(unit: Unit, house: House, message: Message, actor: str) -> None:
    """Write down who had the mail run again."""
    unit.events.add(REPLAYED, account_id=message.account_id, subject=message.id, actor=actor, at=house.clock())


def _named(lines: tuple[LedgerEntry, ...]) -> list[str]:
    return list(dict.fromkeys(line.document_id for line in lines if line.document_id))


def _is_new(unit: Unit, document_id: str) -> bool:
    return unit.documents.get(document_id).state is DocumentState.READING
