"""What an operator or an owner does with mails: give one that belongs to nobody to its company, put one by, run one
again. The pages and the command line share it. Each act can be done twice; nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Callable

from mailroom.app.rooms import upload_mail
from mailroom.domain.account import UNASSIGNED, User
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.message import Message, MessageState
from mailroom.errors import NotAllowed, NotFound, WrongState
from mailroom.spool import Spool, SpoolEntry
from mailroom.steps.desk import REFUSABLE, Desk
from mailroom.steps.house import House
from mailroom.steps.replay import note_replay
from mailroom.store import Unit
from mailroom.store.messages import ASSIGNED, DISMISSED

LONGEST_REASON = 500


class Office:
    """The acts on mails, for people who were let in by the caller. `begin`: begin a story, once for its words."""

    def __init__(self, house: House, spool: Spool, begin: Callable[[str, str], None]) -> None:
        self._house = house
        self._spool = spool
        self._begin = begin

    def assign(self, user: User, message_id: str, account_id: str) -> str:
        """Give a mail of the unassigned box to a company; return the id that it has there.

        It comes in there as if it had been collected for it. What it had become in the box is refused.

        Raises:
            NotFound: no such mail in the box, no such account, or one without an address in use.
            WrongState: it is being read at this moment.
            NotAllowed: the user is no operator.
            AccountSuspended, QuotaReached, SpoolUnavailable: nothing was done.
        """
        message, documents = self._of_nobody(user, message_id)
        with self._house.store.read() as unit:
            account = unit.accounts.get(account_id)
        if account.id == UNASSIGNED:
            raise NotFound("the box itself is no company")
        raw = self._house.store.blobs.get(message.sha256)
        new = upload_mail(
            self._house, self._spool, account.id, None, raw, door=message.door, sender=message.envelope_sender
        )
        self._refuse(user, documents, f"assigned to {account.name}")
        self._note(ASSIGNED, message, user, {"account": account.id, "message": new})
        return new

    def dismiss(self, user: User, message_id: str, reason: str) -> None:
        """Put a mail of the unassigned box by, with a reason. It stays and can still be assigned.

        Raises:
            NotFound, WrongState, NotAllowed: as `assign`; WrongState also without a reason.
        """
        words = " ".join(reason.split())[:LONGEST_REASON]
        if not words:
            raise WrongState("a reason is needed")
        message, documents = self._of_nobody(user, message_id)
        self._refuse(user, documents, words)
        self._note(DISMISSED, message, user, {"reason": words})

    def replay(self, user: User, message_id: str) -> None:
        """Have a mail run again from its raw bytes, in the background.

        Raises:
            NotFound: no such mail.
            WrongState: it is being taken apart at this moment.
        """
        with self._house.store.unit() as unit:
            message = unit.messages.get(message_id)
            if message.state is MessageState.STORED:
                raise WrongState(f"mail {message_id} is being taken apart", state=message.state.value)
            note_replay(unit, self._house, message, user.id)
        self._begin(message_id, f"at{self._house.clock():%Y%m%d%H%M%S}")

    def in_spool(self, limit: int) -> tuple[int, int, list[SpoolEntry]]:
        """Return how many mails wait in this machine's spool, how many were tried in vain, and some of those."""
        waiting, stuck = self._spool.counts()
        entries = [entry for entry in self._spool.entries(1000) if entry.attempts] if stuck else []
        return waiting, stuck, entries[:limit]

    def _of_nobody(self, user: User, message_id: str) -> tuple[Message, list[Document]]:
        if not user.is_operator:
            raise NotAllowed("only operators see the unassigned box")
        with self._house.store.read() as unit:
            message = unit.messages.get(message_id)
            if message.account_id != UNASSIGNED:
                raise NotFound(f"no unassigned mail {message_id}; mailroom unassigned list shows them")
            documents = _documents(unit, message)
        if any(document.state is DocumentState.READING for document in documents):
            raise WrongState("it is being read at this moment; try again in a minute", state="reading")
        return message, documents

    def _refuse(self, user: User, documents: list[Document], words: str) -> None:
        desk = Desk(self._house)
        for document in documents:
            if document.state in REFUSABLE:
                desk.refuse(user, document.id, document.version, words)

    def _note(self, event: str, message: Message, user: User, facts: dict[str, str]) -> None:
        with self._house.store.unit() as unit:
            unit.events.add(
                event,
                account_id=UNASSIGNED,
                subject=message.id,
                actor=user.id,
                facts=facts,
                at=self._house.clock(),
            )


def _documents(unit: Unit, message: Message) -> list[Document]:
    ids = dict.fromkeys(part.document_id for part in unit.parts.of(message.id) if part.document_id)
    return [document for document in map(unit.documents.get, ids) if document.message_id == message.id]
