"""The vault: a folder tree that the accountant's programs already know (DESIGN 4.10).

    <VAT number> / <client name> / Accounts Payable | Accounts Receivable
        / Transfer, Enriched_transfer, Enriched_archived, Error, Enriched_error

Folders that somebody removed are made again when they are touched. A file is known by its content, not by its name:
handing over the same bytes again changes nothing, wherever in the tree the accountant moved them under their name;
other bytes under a taken name get a name of their own. After a crash a file is there wholly or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from mailroom.deliveries import disk
from mailroom.deliveries.names import safe_name, with_mark
from mailroom.deliveries.protocol import Parcel
from mailroom.domain.account import Account, Purpose
from mailroom.domain.delivery import Attachment, ChannelName
from mailroom.domain.document import Document
from mailroom.errors import DeliveryRejected, StorageUnavailable

STAGES = ("Transfer", "Enriched_transfer", "Enriched_archived", "Error", "Enriched_error")


class Ledger(StrEnum):
    """The two halves of a client's tree."""

    PAYABLE = "Accounts Payable"
    RECEIVABLE = "Accounts Receivable"


class Vault:
    """The channel into the folder tree under `root`."""

    name = ChannelName.VAULT

    def __init__(self, root: Path) -> None:
        self._root = root

    def deliver(self, parcel: Parcel) -> str:
        """Put the parcel's files into the tree and return where they are, relative to the root."""
        if parcel.account is None or parcel.document is None:
            raise DeliveryRejected("the vault takes documents only")
        ledger = Ledger.RECEIVABLE if parcel.purpose is Purpose.SALES else Ledger.PAYABLE
        return ", ".join(self.put(parcel.account, parcel.document, parcel.files, ledger=ledger))

    def put(
        self, account: Account, document: Document, files: Sequence[Attachment], *, ledger: Ledger = Ledger.PAYABLE
    ) -> list[str]:
        """Put a document's files into the client's `Transfer` folder. When this returns, they survive a power cut.

        Returns:
            Where each file is, relative to the root; for one that was there before, where it is now.

        Raises:
            StorageUnavailable: full or failing disk, no permission, or a name in the way; nothing half-written is left.
        """
        with disk.storage(self._root):
            half = self._heal(account) / ledger.value
            disk.sweep(half / STAGES[0])
            # A document without a number and a name has at least its own mark.
            otherwise = document.id
            return [self._place(half, file, otherwise) for file in files]

    def _heal(self, account: Account) -> Path:
        """Make every folder of a client that is not there, and return the client's folder."""
        # Without a VAT number the account's id keeps two clients of one name apart.
        number = safe_name(account.vat_id, otherwise=safe_name(account.id))
        client = self._root / number / safe_name(account.name, otherwise=safe_name(account.id))
        for ledger in Ledger:
            for stage in STAGES:
                disk.make_folder(client / ledger.value / stage)
        self._keep_inside(client)
        return client

    def _keep_inside(self, client: Path) -> None:
        """Refuse a tree in which somebody put a link that leads out of the vault."""
        root = self._root.resolve()
        for ledger in Ledger:
            for stage in STAGES:
                if not (client / ledger.value / stage).resolve().is_relative_to(root):
                    raise StorageUnavailable(f"{client}: {ledger.value}/{stage} leads out of the vault")

    def _place(self, half: Path, file: Attachment, otherwise: str) -> str:
        name = safe_name(file.filename, otherwise=otherwise)
        marked = with_mark(name, hashlib.sha256(file.content).hexdigest()[:8])
        there = _ensure(half, name, file.content)
        if not _holds(there, file.content):
            # Under its marked name it is ours, even when the accountant's program has written into it since.
            there = _ensure(half, marked, file.content)
        return self._shown(there)

    def _shown(self, file: Path) -> str:
        return file.relative_to(self._root).as_posix()


def _ensure(half: Path, name: str, content: bytes) -> Path:
    """Return the file of this name in any of the stages; where there is none, make it in the first."""
    there = _find(half, name)
    if there is not None:
        return there
    wanted = half / STAGES[0] / name
    disk.create(wanted, content)  # when another process took the name just now, the caller looks at its bytes
    return wanted


def _find(half: Path, name: str) -> Path | None:
    """Find a file of this name in any of the stages: the accountant's programs move it on."""
    for stage in STAGES:
        candidate = half / stage / name
        if candidate.exists() or candidate.is_symlink():
            return candidate
    return None


def _holds(file: Path, content: bytes) -> bool:
    """Tell whether a file has exactly these bytes; a link or a folder never has."""
    if file.is_symlink() or not file.is_file() or file.stat().st_size != len(content):
        return False
    return file.read_bytes() == content
