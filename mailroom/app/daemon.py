"""The daemon: how the rooms of a process are joined, and how it starts and ends.

One process with all roles needs nothing but the data folder. The same roles run apart by settings: `smtp` (takes mail),
`worker` (reads and decides), `web` (shows), `sender` (the clock's deliveries). Whatever accepts mail also moves it on
from its own spool. Ending is clean on SIGTERM and SIGINT; a SIGKILL costs nothing that was acknowledged.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from mailroom.app import whereabouts
from mailroom.app.admitting import find_recipient
from mailroom.app.doors import Doors
from mailroom.app.entrance import ROLES, Addresses, Entrance, Role
from mailroom.app.nodes import Heartbeat
from mailroom.app.office import Office
from mailroom.app.recording import recorder
from mailroom.app.rooms import open_house, upload, waits
from mailroom.clock import Clock, utc_now
from mailroom.config import Settings
from mailroom.domain.document import DocumentState
from mailroom.domain.message import Door, Envelope
from mailroom.engine import OUT, QUEUE, AfterStep, Engine, Outside
from mailroom.errors import BadConfiguration, SpoolUnavailable
from mailroom.extraction import missing, typed_lines
from mailroom.listening import bind
from mailroom.log import get_logger
from mailroom.scheduler.clock import ClockTick
from mailroom.scheduler.mover import Mover
from mailroom.scheduler.rounds import Rounds
from mailroom.spool import Spool
from mailroom.steps.alternatives import alternatives
from mailroom.steps.arrive import store_message
from mailroom.steps.desk import Desk
from mailroom.steps.house import House
from mailroom.steps.report import preview
from mailroom.steps.searchable import searchable_copy
from mailroom.steps.unlocked import waits_for_key
from mailroom.store import Store
from mailroom.store.move import MARK
from mailroom.web.app import create_app
from mailroom.web.server import WebDoor
from mailroom.web.services import WebServices

log = get_logger("app")

TICK_SECONDS = 5.0
PATIENCE_SECONDS = 20


class Daemon:
    """One process with some or all roles."""

    def __init__(
        self,
        settings: Settings,
        roles: Sequence[Role] = ROLES,
        *,
        clock: Clock = utc_now,
        after_step: AfterStep | None = None,
        entrance: Entrance | None = None,
    ) -> None:
        """Make ready. `entrance`: of the same settings and roles, which may be open already."""
        self._settings = settings
        self._roles = frozenset(roles)
        self._clock = clock
        self._after_step = after_step
        self._closing: list[tuple[str, Callable[[], None]]] = []
        self._stopping = asyncio.Event()
        self._heartbeat: Heartbeat | None = None
        self._entrance = entrance or Entrance(settings, self._roles, clock)
        self._doors: Doors | None = None
        self._web: WebDoor | None = None

    async def run(self, announce: Callable[[Addresses], None]) -> None:
        """Start, announce the addresses, wait for `stop` or a signal, and end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        await self._entrance.open()
        self._on_end("spool", self._entrance.spool.close)
        try:
            refuse_half_moved(self._settings.data)
            announce(await self._start())
            _tell_systemd("READY=1")
            await self._wait()
        finally:
            _tell_systemd("STOPPING=1")
            await self._end()
            self._entrance.leave()

    def stop(self) -> None:
        """Ask the daemon to end. May be called from its loop only."""
        self._stopping.set()

    async def _start(self) -> Addresses:
        settings, opened = self._settings, self._entrance.addresses
        web_socket = self._entrance.inherited.get("web")
        if "web" in self._roles and web_socket is None:
            web_socket = bind(settings.web.listen, section="web")
        web_address = "{}:{}".format(*web_socket.getsockname()[:2]) if web_socket else ""
        # A process without the web role does not know the port that was chosen; it names the one of the settings.
        here = f"http://{web_address}" if web_address else ""
        url = settings.web.public_url or here
        # In threads, because the doors for mail are open; and DBOS refuses to list and register on a running loop.
        house = await asyncio.to_thread(open_house, settings, self._clock, public_url=url)
        self._on_end("store", house.store.close)
        self._on_end("box", house.box.close)
        note = recorder(house.store, self._clock)
        self._entrance.admit_by(find_recipient(house.store, settings.smtp.messages_per_day, self._clock), note)
        spool = self._spool = self._entrance.spool
        if shares_server(house.store):
            self._start_heartbeat(house, spool)
        starter = await asyncio.to_thread(self._start_engine, house)
        self._start_mover(house, spool, starter)
        self._doors = Doors(house, spool)
        if "sender" in self._roles:
            self._doors.open_folders()
            self._collect(self._doors)
        if web_socket is not None and "web" in self._roles:
            await self._start_web(house, spool, starter, web_socket)
            whereabouts.note(settings.data, here)
            self._on_end("address of the pages", lambda: whereabouts.forget(settings.data))
        log.info("started", roles=sorted(self._roles), smtp=opened.smtp, lmtp=opened.lmtp, web=web_address)
        return replace(opened, web=f"http://{web_address}" if "web" in self._roles else "")

    def _start_engine(self, house: House) -> Engine | Outside:
        if not self._roles & {"worker", "sender"}:
            outside = Outside(house.store.engine)
            self._on_end("engine", outside.stop)
            return outside
        node = node_name(self._settings, self._roles)
        engine = Engine(
            house,
            node=node,
            workers=self._settings.engine.workers or os.cpu_count() or 1,
            polls=self._roles != frozenset(ROLES),
            serves=queues_of(self._roles) if self._heartbeat else (),
            heir_of=lambda other: is_heir(other, node, shared=self._heartbeat is not None),
            after_step=self._after_step,
        )
        engine.launch()
        self._on_end("engine", lambda: engine.stop(PATIENCE_SECONDS))
        rounds = Rounds(house.store, engine, self._clock, self._settings.engine.keep_days)
        clock = ClockTick(self._in_turn(rounds.tick), TICK_SECONDS)
        clock.start()
        self._on_end("clock", clock.stop)
        if self._heartbeat is not None:
            self._heartbeat.inherit_through(engine)
        return engine

    def _start_heartbeat(self, house: House, spool: Spool) -> None:
        """Say that this node lives. It goes on until the engine has ended: before that, nothing may be taken over."""
        node = node_name(self._settings, self._roles)
        self._heartbeat = Heartbeat(house.store, node, str(self._settings.data), lambda: spool.counts()[0])
        self._heartbeat.start()
        self._on_end("heartbeat", self._heartbeat.stop)

    def _in_turn(self, tick: Callable[[], None]) -> Callable[[], None]:
        """Let the clock's rounds be walked by one node at a time."""
        heartbeat = self._heartbeat
        if heartbeat is None:
            return tick
        heartbeat.wants("clock")
        return lambda: tick() if heartbeat.has("clock") else None

    def _collect(self, doors: Doors) -> None:
        """Collect out of mailboxes, on one node at a time."""
        if self._heartbeat is None:
            doors.open_mailboxes()
        elif self._settings.imap:
            self._heartbeat.while_held("mailboxes", doors.open_mailboxes, doors.close_mailboxes)

    def _start_mover(self, house: House, spool: Spool, starter: Engine | Outside) -> None:
        def arrive(envelope: Envelope, content: bytes) -> None:
            starter.start("message", store_message(house, envelope, content))

        mover = Mover(spool, arrive, self._clock)
        mover.start()
        self._on_end("mover", mover.stop)

    async def _start_web(self, house: House, spool: Spool, starter: Engine | Outside, sock: socket.socket) -> None:
        def changed(document_id: str) -> None:
            with house.store.read() as unit:
                document = unit.documents.get(document_id)
            again = f"v{document.version}"
            if document.state is DocumentState.READING and waits_for_key(document):
                starter.start("message", document.message_id, again=again)
            elif document.state is DocumentState.READING:
                starter.start("document", document_id, again=again)

        def ubl(document_id: str) -> bytes | None:
            with house.store.read() as unit:
                document = unit.documents.get(document_id)
            return house.store.blobs.get(document.ubl) if document.ubl else None

        services = WebServices(
            store=house.store,
            settings=self._settings,
            clock=self._clock,
            desk=Desk(house),
            office=Office(house, spool, lambda message_id, again: starter.start("replay", message_id, again=again)),
            upload=lambda account_id, user_id, files: upload(house, spool, account_id, user_id, files),
            take_in=lambda account_id, files, purpose: upload(
                house, spool, account_id, None, files, door=Door.API, purpose=purpose
            ),
            waits=lambda account_id, message_id: waits(spool, account_id, message_id),
            changed=changed,
            missing=missing,
            typed_lines=typed_lines,
            ubl=ubl,
            alternatives=lambda document: alternatives(house, document),
            searchable=lambda document_id: searchable_copy(house, document_id),
            preview=lambda account, language: preview(house, account, language),
        )
        self._web = WebDoor(create_app(services), self._settings.web, sock=sock)
        await self._web.start()

    async def _wait(self) -> None:
        while not self._stopping.is_set():
            try:
                await asyncio.wait_for(self._stopping.wait(), timeout=1.0)
            except TimeoutError:
                if self._spool.broken:
                    # A failed sync is never tried again on the same state: end, and be started afresh.
                    raise SpoolUnavailable("a sync of the spool failed; the process ends to be started again") from None

    async def _end(self) -> None:
        """Doors first, so that nothing new comes in; then what works; the store last."""
        await self._entrance.close()
        if self._heartbeat is not None:
            await asyncio.to_thread(self._heartbeat.rest)
        if self._doors is not None:
            await self._doors.close()
        if self._web is not None:
            await self._web.stop()
        for name, close in reversed(self._closing):
            try:
                await asyncio.to_thread(close)
            except Exception:
                log.exception("could_not_close", room=name)
        log.info("stopped")

    def _on_end(self, name: str, close: Callable[[], None]) -> None:
        self._closing.append((name, close))


def node_name(settings: Settings, roles: frozenset[Role]) -> str:
    """Return the name under which this process finds its own unfinished work again."""
    name = settings.engine.node or f"{socket.gethostname()}:{settings.data}"
    return f"{name}/{'+'.join(sorted(roles))}"


def is_heir(other: str, node: str, *, shared: bool) -> bool:
    """Tell whether another process's work is ours to go on with: it had a role that we now hold the lock of.

    So work goes on when the roles are parted otherwise than before and, where the database is in the data folder, when
    that folder was moved to another machine. In a database that nodes share, another node's work is its own until it
    falls silent (nodes.py).
    """
    (theirs, _, their_roles), (ours, _, our_roles) = other.rpartition("/"), node.rpartition("/")
    return (not shared or theirs == ours) and not set(our_roles.split("+")).isdisjoint(their_roles.split("+"))


def refuse_half_moved(data: Path) -> None:
    """Raise BadConfiguration while a move to another store is half done: which of the two is whole is not known."""
    if (data / MARK).exists():
        raise BadConfiguration(
            f"a move is half done: call mailroom move-store again, or remove {data / MARK} to go on with the old store"
        )


def queues_of(roles: frozenset[Role]) -> tuple[str, ...]:
    """Return the queues that a node takes work from, among nodes that share it."""
    return (*((QUEUE,) if "worker" in roles else ()), *((OUT,) if "sender" in roles else ()))


def shares_server(store: Store) -> bool:
    """Tell whether other nodes can reach the database: it has a server of its own."""
    return store.engine.dialect.name != "sqlite"


def _tell_systemd(state: str) -> None:
    """Tell the service manager how we are (sd_notify(3)); nothing where there is none."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall(state.encode())
