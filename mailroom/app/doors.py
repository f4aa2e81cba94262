"""The doors of one process: which are open, where they listen, and how they close.

SMTP and LMTP run on the daemon's event loop. All of them put mail in the spool and know nothing of what becomes of it.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping

from mailroom.app.admitting import find_recipient, recorder
from mailroom.gateways.lmtp import LmtpDoor
from mailroom.gateways.smtp import SmtpDoor
from mailroom.spool import Spool
from mailroom.steps.house import House


class Doors:
    """Opened one by one by the daemon, closed all at once before anything else ends."""

    def __init__(self, house: House, spool: Spool) -> None:
        self._house = house
        self._spool = spool
        self._find = find_recipient(house.store, house.settings.smtp.messages_per_day, house.clock)
        self._record = recorder(house.store, house.clock)
        self._smtp: SmtpDoor | None = None
        self._lmtp: LmtpDoor | None = None

    async def open_smtp(self, inherited: Mapping[str, socket.socket]) -> str:
        """Listen for SMTP and return HOST:PORT.

        Raises:
            BadConfiguration: the address cannot be had, or a setting cannot be used.
        """
        house = self._house
        sock = inherited.get("smtp")
        self._smtp = SmtpDoor(house.settings.smtp, self._spool, self._find, house.clock, sock=sock, record=self._record)
        return "{}:{}".format(*await self._smtp.start())

    async def open_lmtp(self, inherited: Mapping[str, socket.socket]) -> str:
        """Listen for LMTP where the settings or systemd ask for it; return the address, or nothing.

        Raises:
            BadConfiguration: the address cannot be had.
        """
        house, sock = self._house, inherited.get("lmtp")
        if not house.settings.lmtp.listen and sock is None:
            return ""
        self._lmtp = LmtpDoor(
            house.settings.lmtp,
            house.settings.smtp,
            self._spool,
            self._find,
            clock=house.clock,
            sock=sock,
            record=self._record,
        )
        return await self._lmtp.start()

    async def close(self) -> None:
        """Take nothing more; let what is on its way finish for a moment."""
        for door in (self._smtp, self._lmtp):
            if door is not None:
                await door.stop()
        self._smtp = self._lmtp = None
