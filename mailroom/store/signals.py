"""Words from node to node, by PostgreSQL's LISTEN and NOTIFY: "something waits in this queue".

A word is only a hint that looking now is worth while. It is lost when nobody listens, where the connection broke, and
behind a pooler that hands each transaction to another connection; whoever waits for one looks by himself all the same.
SQLite has no such thing, and nothing is sent there.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, exc, text

from mailroom.log import get_logger

log = get_logger("signals")

CHANNEL = "mailroom"
LOOK_UP_SECONDS = 1.0
"""How long the end of a process may wait for the listener to notice it."""
AGAIN_AFTER_SECONDS = 5.0


def send(engine: Engine, word: str) -> None:
    """Tell every node that listens. A failure is only logged: the word is a hint."""
    if engine.dialect.name == "sqlite":
        return
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_notify(:channel, :word)"), {"channel": CHANNEL, "word": word})
    except exc.SQLAlchemyError as error:
        log.warning("signal_not_sent", error=str(error)[:300])


class Listener:
    """Hears what other nodes send, in a thread and on a connection of its own, which is made again when it breaks."""

    def __init__(self, engine: Engine, heard: Callable[[str], None]) -> None:
        """Listen from now on; on SQLite there is nothing to hear. `heard` is called in the listener's thread."""
        self._engine = engine
        self._heard = heard
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="signals", daemon=True)
        if engine.dialect.name != "sqlite":
            self._thread.start()

    def stop(self) -> None:
        """Hear nothing any more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2 * LOOK_UP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except Exception as error:
                if not self._stopping.is_set():
                    log.warning("signals_interrupted", error=str(error)[:300])
                self._stopping.wait(AGAIN_AFTER_SECONDS)

    def _listen(self) -> None:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()  # it waits for words as long as it lives: it is none of the pool's any more
        with contextlib.closing(connection):
            connection.autocommit = True
            connection.execute(f"LISTEN {CHANNEL}")
            while not self._stopping.is_set():
                for notice in connection.notifies(timeout=LOOK_UP_SECONDS):
                    self._heard(notice.payload)
