"""The rooms of one process, opened: the store, the spool, the box, and what every step is given.

Commands that only look or file something away need no more than this: neither the engine nor the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from mailroom.app.box import open_box
from mailroom.clock import Clock, utc_now
from mailroom.config import Settings
from mailroom.deliveries import MailChannel, Vault
from mailroom.domain.message import Door
from mailroom.errors import NotFound
from mailroom.gateways.admission import Recipient
from mailroom.gateways.upload import accept_files
from mailroom.reading.read import Reader
from mailroom.spool import Spool
from mailroom.steps.house import House
from mailroom.store import Store, open_store


def open_house(
    settings: Settings, clock: Clock = utc_now, *, public_url: str = "", store: Store | None = None
) -> House:
    """Open the rooms of one process, and the store where the caller has none. The database is brought up to date.

    Raises:
        StorageUnavailable: the data folder or the database cannot be used.
    """
    if store is None:
        store = open_store(settings.store, settings.data)
        store.migrate()
    box = open_box(settings)
    url = public_url or settings.web.public_url or f"http://{settings.web.listen}"
    return House(
        settings=settings,
        store=store,
        box=box,
        reader=Reader(box, settings.reading),
        mail=MailChannel(settings.mail, settings.data / "outgoing"),
        vault=Vault(Path(settings.archive.vault) if settings.archive.vault else settings.data / "vault"),
        clock=clock,
        public_url=url.rstrip("/"),
    )


def open_spool(settings: Settings) -> Spool:
    """Open the spool of the data folder."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return Spool(settings.data / "spool.sqlite")


def find_recipient(store: Store) -> Callable[[str, str], Recipient | None]:
    """Return the look-up that the doors ask: whose address is this?"""

    def find(local_part: str, domain: str) -> Recipient | None:
        with store.read() as unit:
            address = unit.addresses.find(local_part, domain)
            if address is None:
                return None
            account = unit.accounts.get(address.account_id)
        return Recipient(
            address=address.address,
            account_id=account.id,
            retired=address.retired_at is not None,
            suspended=account.suspended,
        )

    return find


def upload(
    house: House,
    spool: Spool,
    account_id: str,
    user_id: str | None,
    files: Sequence[tuple[str, bytes]],
    *,
    door: Door = Door.UPLOAD,
) -> list[str]:
    """Put files into the spool as if they had been mailed to the account; return the ids of the messages.

    Raises:
        NotFound: the account has no address in use.
        SpoolUnavailable: nothing was taken.
    """
    with house.store.read() as unit:
        in_use = [address for address in unit.addresses.of(account_id) if address.retired_at is None]
        sender = unit.users.get(user_id).email if user_id else ""
    if not in_use:
        raise NotFound(f"account {account_id} has no import address in use", account=account_id)
    envelopes = accept_files(
        spool,
        account_id=account_id,
        recipient=in_use[0].address,
        door=door,
        files=files,
        uploaded_by=user_id,
        clock=house.clock,
        sender=sender,
    )
    return [envelope.id for envelope in envelopes]
