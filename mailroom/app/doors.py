"""The doors of one process: which are open, where they listen, and how they close.

SMTP and LMTP run on the daemon's event loop, watched folders and mailboxes in threads. All put mail in the spool
and know nothing of what becomes of it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

from mailroom.app.admitting import find_account, find_recipient, unassigned_box
from mailroom.app.recording import recorder
from mailroom.app.rooms import upload, upload_mail
from mailroom.config import FolderSettings
from mailroom.domain.account import Purpose
from mailroom.domain.message import Door
from mailroom.errors import NotFound
from mailroom.gateways.folder import FolderDoor, Owner
from mailroom.gateways.imap import ImapDoor, Office
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
        self._folders: FolderDoor | None = None
        self._imap: ImapDoor | None = None

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

    def open_folders(self) -> None:
        """Begin to look into the watched folders, where the settings name any."""
        house = self._house
        if house.settings.folders:
            self._folders = FolderDoor(
                house.settings.folders,
                house.settings.smtp.max_message_bytes,
                self._owner,
                self._take_file,
                clock=house.clock,
            )
            self._folders.start()

    def open_mailboxes(self) -> None:
        """Begin to collect mail out of mailboxes, where the settings name any."""
        house = self._house
        if house.settings.imap:
            limit, domain = house.settings.smtp.messages_per_day, house.settings.smtp.import_domain
            office = Office(
                import_domain=domain,
                max_bytes=house.settings.smtp.max_message_bytes,
                find=self._find,
                of_account=find_account(house.store, limit, house.clock),
                unassigned=unassigned_box(house.store, domain, house.clock),
                record=self._record,
            )
            self._imap = ImapDoor(
                house.settings.imap, self._spool, office, house.settings.data / "collectors", house.clock
            )
            self._imap.start()

    def close_mailboxes(self) -> None:
        """End collecting; it may begin again."""
        imap, self._imap = self._imap, None
        if imap is not None:
            imap.stop()

    def _owner(self, wanted: str) -> Owner | None:
        with self._house.store.read() as unit:
            try:
                account = unit.accounts.find(wanted)
            except NotFound:
                return None
        return Owner(account.id, account.language, account.time_zone)

    def _take_file(self, settings: FolderSettings, account_id: str, name: str, content: bytes) -> str:
        purpose = Purpose(settings.purpose) if settings.purpose else None
        house, spool, door = self._house, self._spool, Door.FOLDER
        if name.lower().endswith(".eml"):
            return upload_mail(house, spool, account_id, None, content, door=door, purpose=purpose)
        return upload(house, spool, account_id, None, [(name, content)], door=door, purpose=purpose)[0]

    async def close(self) -> None:
        """Take nothing more; let what is on its way finish for a moment."""
        for door in (self._smtp, self._lmtp):
            if door is not None:
                await door.stop()
        for thread in (self._imap, self._folders):
            if thread is not None:
                await asyncio.to_thread(thread.stop)
        self._smtp = self._lmtp = self._imap = self._folders = None
