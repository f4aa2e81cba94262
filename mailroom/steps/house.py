"""What every step is given: the store, the rooms' doors and the clock. Made once, by app.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event

from mailroom.clock import Clock
from mailroom.config import Settings
from mailroom.deliveries import MailChannel, Vault
from mailroom.reading.box import Box
from mailroom.reading.read import Reader
from mailroom.store import Store
from mailroom.trust import Resolver


@dataclass(frozen=True)
class House:
    """The rooms of one process. `public_url` is where people reach the pages, without a slash at its end.

    `resolver` answers in the place of the DNS; None: the name servers of the settings. `leaving` is set when the
    process is about to end: a reader that stops from then on was stopped by that, not by its document.
    """

    settings: Settings
    store: Store
    box: Box
    reader: Reader
    mail: MailChannel
    vault: Vault
    clock: Clock
    public_url: str
    resolver: Resolver | None = None
    leaving: Event = field(default_factory=Event)
