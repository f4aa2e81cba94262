"""What every channel can do: take one parcel, or say why not.

To add a channel: its name in `domain/delivery.py`, a file here with a class that fits `Channel`, a row in
`outbox.plan_for_document`, and its line in the contract suite `tests/contracts/test_channels.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mailroom.domain.account import Account, Purpose
from mailroom.domain.delivery import Attachment, ChannelName, OutgoingMail
from mailroom.domain.document import Document


@dataclass(frozen=True)
class Parcel:
    """One hand-over with everything in it: a document with its files, or a mail that is ready to go.

    `purpose` says whether the document is a purchase or a sale.
    """

    account: Account | None = None
    document: Document | None = None
    purpose: Purpose = Purpose.PURCHASES
    files: tuple[Attachment, ...] = ()
    mail: OutgoingMail | None = None


class Channel(Protocol):
    """A way out. A second `deliver` of the same parcel leaves what one would have left."""

    name: ChannelName

    def deliver(self, parcel: Parcel) -> str:
        """Hand the parcel over and return the other side's word for it.

        Raises:
            TemporaryFailure: (`DeliveryFailed`, `StorageUnavailable`) try again later.
            DeliveryRejected: the other side said a final no.
        """
        ...
