"""The doors that fetch: watched folders and mailboxes, each in threads of its own.

Like the doors for mail, which are at the entrance, they put what they take in the spool and know nothing of what
becomes of it.
"""

from __future__ import annotations

import asyncio

from mailroom.app.admitting import find_account, find_recipient, unassigned_box
from mailroom.app.recording import recorder
from mailroom.app.rooms import upload, upload_mail
from mailroom.config import FolderSettings
from mailroom.domain.account import Purpose
from mailroom.domain.message import Door
from mailroom.errors import NotFound
from mailroom.gateways.folder import FolderDoor, Owner
from mailroom.gateways.imap import ImapDoor, Office
from mailroom.spool import Spool
from mailroom.steps.house import House


class Doors:
    """Opened one by one by the daemon, closed all at once before anything else ends."""

    def __init__(self, house: House, spool: Spool) -> None:
        self._house = house
        self._spool = spool
        self._find = find_recipient(house.store, house.settings.smtp.messages_per_day, house.clock)
        self._record = recorder(house.store, house.clock)
        self._folders: FolderDoor | None = None
        self._imap: ImapDoor | None = None

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
        for thread in (self._imap, self._folders):
            if thread is not None:
                await asyncio.to_thread(thread.stop)
        self._imap = self._folders = None
