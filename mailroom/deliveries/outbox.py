"""What has to be handed over for a document, and when a failed hand-over is tried again.

Pure. The keys of the deliveries are fixed by what they are about, so planning twice plans nothing twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailroom.domain.account import Account
from mailroom.domain.delivery import ChannelName, Delivery
from mailroom.domain.document import Document
from mailroom.domain.value import new_id

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
"""Soon at first, for a relay that restarts or refuses strangers once; then over a long week-end."""


def plan_for_document(account: Account, document: Document, at: datetime) -> tuple[Delivery, ...]:
    """Return the deliveries of an archived document: always the vault, and mail where the accountant gets mail."""
    targets = [(ChannelName.VAULT, account.id)]
    if account.accountant_email:
        targets.append((ChannelName.MAIL, account.accountant_email))
    return tuple(
        Delivery(
            id=new_id(),
            key=f"{channel.value}:{document.id}:{target.casefold()}",
            account_id=account.id,
            document_id=document.id,
            channel=channel,
            target=target,
            created_at=at,
        )
        for channel, target in targets
    )


def retry_after(attempts: int) -> timedelta | None:
    """Return how long to wait after the attempt with this number (1 is the first); None: give up and ask a person."""
    if attempts < 1:
        return timedelta(0)
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None
