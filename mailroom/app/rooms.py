"""The rooms of one process, opened: the store, the spool, the box, and what every step is given.

Commands that only look or file something away need no more than this: neither the engine nor the pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from mailroom.app.admitting import admitted
from mailroom.app.box import open_box
from mailroom.app.recording import recorder
from mailroom.app.whereabouts import noted
from mailroom.clock import Clock, utc_now
from mailroom.config import Settings
from mailroom.deliveries import MailChannel, Vault
from mailroom.domain.account import Purpose
from mailroom.domain.message import Door, Envelope
from mailroom.gateways.admission import Recipient
from mailroom.gateways.loops import refuse_loop
from mailroom.gateways.upload import accept_files, accept_message, wrap
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
    url = public_url or settings.web.public_url or noted(settings.data) or f"http://{settings.web.listen}"
    return House(
        settings=settings,
        store=store,
        box=box,
        reader=Reader(box, settings.reading),
        mail=MailChannel(settings.mail, settings.data / "outgoing", mark=settings.smtp.import_domain),
        vault=Vault(Path(settings.archive.vault) if settings.archive.vault else settings.data / "vault"),
        clock=clock,
        public_url=url.rstrip("/"),
    )


def open_spool(settings: Settings) -> Spool:
    """Open the spool of the data folder."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return Spool(settings.data / "spool.sqlite")


def upload(  # noqa: PLR0913 each is a fact of its own, and all but the first four are named
    house: House,
    spool: Spool,
    account_id: str,
    user_id: str | None,
    files: Sequence[tuple[str, bytes]],
    *,
    door: Door = Door.UPLOAD,
    purpose: Purpose | None = None,
) -> list[str]:
    """Put files into the spool as if they had been mailed to the account; return the ids of their messages.

    A file that came before has the id that it had then.

    Raises:
        NotFound: the account has no address in use.
        AccountSuspended, QuotaReached: it takes nothing now.
        SpoolUnavailable: nothing was taken.
    """
    recipient = admit_upload(house, account_id, door, purpose)
    sender = ""
    if user_id:
        with house.store.read() as unit:
            sender = unit.users.get(user_id).email
    envelopes = accept_files(
        spool,
        account_id=account_id,
        recipient=recipient.address,
        door=door,
        files=files,
        uploaded_by=user_id,
        clock=house.clock,
        sender=sender,
    )
    raw = [wrap(name, content, recipient=recipient.address, sender=sender) for name, content in files]
    return first_ids(house, envelopes, raw)


def upload_mail(  # noqa: PLR0913 as above
    house: House,
    spool: Spool,
    account_id: str,
    user_id: str | None,
    raw: bytes,
    *,
    door: Door,
    purpose: Purpose | None = None,
    sender: str = "",
) -> str:
    """Put a mail into the spool as it is; return its id, of the first one where it came before.

    Raises:
        RoutingLoop: it is one that we have sent, or it goes round in circles; and what `upload` raises.
    """
    refuse_loop(raw, house.settings.smtp.import_domain)
    recipient = admit_upload(house, account_id, door, purpose)
    envelope = accept_message(
        spool,
        account_id=account_id,
        recipient=recipient.address,
        door=door,
        raw=raw,
        uploaded_by=user_id,
        clock=house.clock,
        sender=sender,
    )
    return first_ids(house, [envelope], [raw])[0]


def waits(spool: Spool, account_id: str, message_id: str) -> bool:
    """Whether a message of the account is still in the spool."""
    entry = spool.find(message_id)
    return entry is not None and entry.envelope.account_id == account_id


def admit_upload(house: House, account_id: str, door: Door, purpose: Purpose | None = None) -> Recipient:
    """Return the address that takes what somebody hands in who is known. Raises as `upload`."""
    return admitted(
        house.store,
        account_id=account_id,
        door=door,
        clock=house.clock,
        messages_per_day=house.settings.smtp.messages_per_day,
        record=recorder(house.store, house.clock),
        purpose=purpose,
    )


def first_ids(house: House, envelopes: Sequence[Envelope], contents: Sequence[bytes]) -> list[str]:
    """Return the id under which each message is known: the store's, where the same came before and has left the spool.

    Asked after the spool has taken it: what left the spool before that is in the store by then.
    """
    with house.store.read() as unit:
        known = [
            unit.messages.by_bytes(hashlib.sha256(raw).hexdigest(), envelope.recipient)
            for envelope, raw in zip(envelopes, contents, strict=True)
        ]
    return [message.id if message else envelope.id for message, envelope in zip(known, envelopes, strict=True)]
