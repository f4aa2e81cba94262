"""Messages."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.domain.message import Message, MessageState


class Messages:
    """Messages in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, message: Message) -> bool:
        """Store a message. False: this id or this (sha256, recipient) is there already."""
        raise NotImplementedError

    def get(self, message_id: str) -> Message:
        """Return the message. Raises NotFound."""
        raise NotImplementedError

    def by_bytes(self, sha256: str, recipient: str) -> Message | None:
        """Return the message with these bytes for this recipient."""
        raise NotImplementedError

    def update(self, message: Message) -> None:
        """Replace the values of a message. Raises NotFound."""
        raise NotImplementedError

    def in_state(self, state: MessageState) -> list[str]:
        """Return the ids of the messages in a state, oldest first."""
        raise NotImplementedError
