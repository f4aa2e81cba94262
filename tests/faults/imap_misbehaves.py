"""An IMAP server that misbehaves in a way that is asked for: it dies in IDLE, lies about sizes, stops in the middle."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass, field
from typing import BinaryIO, cast


@dataclass
class ImapServer:
    """One mailbox with mails by their numbers. Its ways:

    dies_in_idle: closes the connection as soon as somebody idles. says_too_little / announces: the size that it tells,
    and the length that it announces before a mail. stops_in_mail: breaks off in the middle of a mail so many times.
    without_idle, without_keywords: lacks them.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    dies_in_idle: bool = False
    says_too_little: int | None = None
    announces: int | None = None
    stops_in_mail: int = 0
    without_idle: bool = False
    without_keywords: bool = False
    connections: int = 0
    commands: list[str] = field(default_factory=list)
    marked: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._clients: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up on everybody."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        for client in self._clients:
            client.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._clients.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, client.makefile("rwb") as file:
                stream = cast(BinaryIO, file)
                self._say(stream, "* OK ready")
                for line in iter(file.readline, b""):
                    tag, _, command = line.decode().strip().partition(" ")
                    self.commands.append(command)
                    if not self._answer(stream, tag, command):
                        return
        except (OSError, ValueError):
            return

    def _answer(self, file: BinaryIO, tag: str, command: str) -> bool:
        """Answer one command; False to hang up."""
        word = command.upper()
        if word.startswith("IDLE"):
            if self.dies_in_idle:
                return False
            self._say(file, "+ idling")
            file.readline()  # DONE
        elif word.startswith("CAPABILITY"):
            self._say(file, "* CAPABILITY IMAP4rev1 MOVE" + ("" if self.without_idle else " IDLE"))
        elif word.startswith("SELECT"):
            flags = "\\Seen" if self.without_keywords else "\\Seen \\*"
            self._say(
                file, f"* {len(self.mails)} EXISTS", "* OK [UIDVALIDITY 7] x", f"* OK [PERMANENTFLAGS ({flags})] x"
            )
        elif word.startswith("UID SEARCH"):
            hidden = self.marked if "UNKEYWORD" in word else set()
            self._say(file, " ".join(["* SEARCH", *(str(uid) for uid in sorted(self.mails) if uid not in hidden)]))
        elif word.startswith("UID FETCH"):
            return self._fetch(file, tag, command)
        elif word.startswith("UID STORE"):
            self.marked.add(int(command.split()[2]))
        self._say(file, f"{tag} OK done")
        return True

    def _fetch(self, file: BinaryIO, tag: str, command: str) -> bool:
        uids = [int(uid) for uid in re.findall(r"\d+", command.split()[2])]
        for number, uid in enumerate(sorted(uids), 1):
            mail = self.mails[uid]
            if "SIZE" in command:
                size = len(mail) if self.says_too_little is None else self.says_too_little
                self._say(file, f"* {number} FETCH (UID {uid} RFC822.SIZE {size})")
                continue
            length = len(mail) if self.announces is None else self.announces
            self._say(file, f"* {number} FETCH (UID {uid} BODY[] {{{length}}}")
            if self.stops_in_mail:
                self.stops_in_mail -= 1
                self._write(file, mail[: len(mail) // 2])
                return False
            self._write(file, mail + b")\r\n")
        self._say(file, f"{tag} OK done")
        return True

    def _say(self, file: BinaryIO, *lines: str) -> None:
        self._write(file, "".join(f"{line}\r\n" for line in lines).encode())

    def _write(self, file: BinaryIO, content: bytes) -> None:
        file.write(content)
        file.flush()
