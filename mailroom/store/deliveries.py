"""Deliveries."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.domain.delivery import Delivery


class Deliveries:
    """Deliveries in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def plan(self, delivery: Delivery) -> bool:
        """Store a delivery. False: its key is there already."""
        raise NotImplementedError

    def get(self, delivery_id: str) -> Delivery:
        """Return the delivery. Raises NotFound."""
        raise NotImplementedError

    def pending(self) -> list[Delivery]:
        """Return what is to be handed over, oldest first."""
        raise NotImplementedError

    def save(self, delivery: Delivery) -> None:
        """Store how far a delivery is. Raises NotFound."""
        raise NotImplementedError

    def of(self, document_id: str) -> list[Delivery]:
        """Return the deliveries of a document, oldest first."""
        raise NotImplementedError
