"""Children of the box that stay for a moment after their answer, so that one can be asked once more of its document.

The daemon's side: the open channels by name. A fork and a PDF that is opened again cost more than most questions of a
document that has just been read. It is the same child under the same limits, it has seen no other document, and it is
gone after the question, after `SECONDS`, or when the channel is closed, whichever comes first.

What holds after a crash: nothing. When the child is gone, whoever asks makes a call of its own.
"""

from __future__ import annotations

import socket
import threading
import time

SECONDS = 2.0
"""How long a child waits for the question. Extraction, which finds it, takes milliseconds."""
MOST = 8
"""Children that wait at a time, each with its document in memory; the oldest gives way."""


class Stays:
    """The children that wait, by the name under which each can be asked. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channels: dict[str, tuple[float, socket.socket]] = {}

    def keep(self, name: str, channel: socket.socket) -> None:
        """Take the channel to a child that waits, and end those that are too old or too many."""
        now = time.monotonic()
        ended: list[socket.socket] = []
        with self._lock:
            for other, (kept, old) in [*self._channels.items()]:  # the oldest first
                if other == name or now - kept > SECONDS or len(self._channels) >= MOST:
                    del self._channels[other]
                    ended.append(old)
            self._channels[name] = now, channel
        for old in ended:
            old.close()

    def take(self, name: str) -> socket.socket | None:
        """Hand out the channel to a child, which is the caller's to close; None where there is none."""
        with self._lock:
            return self._channels.pop(name, (0.0, None))[1]

    def close(self) -> None:
        """End all."""
        with self._lock:
            ended = [channel for _, channel in self._channels.values()]
            self._channels.clear()
        for channel in ended:
            channel.close()
