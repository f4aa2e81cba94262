"""Asks who has an address, in a thread, and remembers the answer for a moment.

The memory has a second use: while the main database is down, mail for addresses that were known before is still taken
(DESIGN section 4.1). It is lost with the process; then unknown addresses get a temporary refusal and their mail comes
again.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from mailroom.domain.message import Door
from mailroom.errors import MailroomError, UnknownRecipient
from mailroom.gateways.admission import FindRecipient, Recipient, RecordRefusal, Refusal, check, look_up, split
from mailroom.log import get_logger

ADDRESS_FROM_MEMORY = "address_from_memory"

_FRESH_SECONDS = 2.0
"""So long a retired address may still be taken; so rarely is the database asked while one sender is busy."""

_STALE_SECONDS = 86_400.0
"""So long a remembered answer serves while the database does not answer."""

_REMEMBERED = 100_000

log = get_logger("gateways")


class _Known(NamedTuple):
    recipient: Recipient
    at: float


class AddressBook:
    """Admission for a door that runs on an event loop."""

    def __init__(self, find: FindRecipient, record: RecordRefusal | None = None, door: Door = Door.SMTP) -> None:
        self._find = find
        self._record = record
        self._door = door
        self._known: dict[tuple[str, str], _Known] = {}
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="admission")

    async def admit(self, address: str, sender: str | None = None, peer: str = "") -> Recipient:
        """Return who gets mail for this address; raises as `admission.admit` does, or what the look-up raises."""
        key = split(address)
        known = self._known.get(key)
        now = time.monotonic()
        if known is None or now - known.at > _FRESH_SECONDS:
            known = await self._ask(key, address, known)
        try:
            return check(known.recipient, sender)
        except MailroomError as error:
            if self._record is not None:
                whose = known.recipient
                refusal = Refusal(self._door, whose.account_id, whose.address, error.reason, sender or "", peer)
                asyncio.get_running_loop().run_in_executor(self._threads, self._record, refusal)
            raise

    async def _ask(self, key: tuple[str, str], address: str, known: _Known | None) -> _Known:
        loop = asyncio.get_running_loop()
        try:
            recipient = await loop.run_in_executor(self._threads, look_up, self._find, address)
        except UnknownRecipient:
            self._known.pop(key, None)
            raise
        except Exception as error:
            if known is None or time.monotonic() - known.at > _STALE_SECONDS:
                raise
            log.warning(ADDRESS_FROM_MEMORY, account_id=known.recipient.account_id, error=repr(error))
            return known
        if len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known.pop(key, None)  # so that the first one in the dictionary is the oldest
        self._known[key] = _Known(recipient, time.monotonic())
        return self._known[key]

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
