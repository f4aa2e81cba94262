"""A clamd that says what a test wants: the INSTREAM command of clamd(8) on a TCP or Unix socket."""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path
from types import TracebackType


class ClamdSpeaks:
    """Answers each scan: what holds `VIRUS` is found, more than `limit` bytes are too many; `says` replaces it all."""

    def __init__(self, path: Path | None = None, *, limit: int = 1 << 20, says: bytes | None = None) -> None:
        self.limit, self.says = limit, says
        self.scanned: list[bytes] = []
        self._listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self._listener.bind(str(path) if path else ("127.0.0.1", 0))
        self._listener.listen()
        self.address = f"unix:{path}" if path else f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> ClamdSpeaks:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                channel, _ = self._listener.accept()
            except OSError:
                return
            with channel:
                self._answer(channel)

    def _answer(self, channel: socket.socket) -> None:
        stream = channel.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            content += stream.read(size)
            if len(content) > self.limit:
                channel.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.scanned.append(content)
        found = b"stream: Own.Test FOUND\0" if b"VIRUS" in content else b"stream: OK\0"
        channel.sendall(found if self.says is None else self.says)
