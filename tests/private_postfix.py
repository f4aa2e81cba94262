"""A Postfix of our own: all of it below one folder; the system's is not touched.

Only root can start it: its master changes to the user `postfix`.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ADVICE = "Postfix is not installed; the tests need it: scripts/setup test, or apt-get install postfix"

_OTHER = Path("/usr/sbin/sendmail")

_MASTER = """\
127.0.0.1:{port} inet n - n - 120 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
local unix - n n - - local
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running server."""

    folder: Path
    port: int

    @property
    def master(self) -> int:
        """Return the process id of its master."""
        return int((self.folder / "queue/pid/master.pid").read_text())

    @property
    def log(self) -> str:
        """Return what it has logged so far."""
        return (self.folder / "maillog").read_text("utf-8", "replace")

    def queue(self) -> dict[str, str]:
        """Return why each recipient that is still waiting waits."""
        said = subprocess.run(
            ["postqueue", "-c", str(self.folder / "config"), "-j"], capture_output=True, text=True, check=True
        )
        entries: list[dict[str, Any]] = [json.loads(line) for line in said.stdout.splitlines()]
        waiting = (recipient for entry in entries for recipient in entry["recipients"])
        return {recipient["address"]: recipient.get("delay_reason", "") for recipient in waiting}

    def flush(self) -> None:
        """Let it try everything again, now."""
        subprocess.run(["postfix", "-c", str(self.folder / "config"), "flush"], check=True, capture_output=True)


def why_not() -> str:
    """Return why a Postfix cannot be started here, or nothing."""
    if not shutil.which("postfix", path=_path()):
        return "another mail server is installed, in whose place Postfix would come" if _OTHER.exists() else ADVICE
    return "" if os.geteuid() == 0 else "only root can start a Postfix: its master changes to the user postfix"


@contextmanager
def running_postfix(folder: Path, settings: Mapping[str, object]) -> Iterator[Postfix]:
    """Run a server below an empty folder that the user `postfix` may enter; these settings come before the usual."""
    os.environ["PATH"] = _path()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    for name in ("config", "data", "queue"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    folder.chmod(0o755)
    all_settings = {
        "compatibility_level": "3.6",
        "queue_directory": folder / "queue",
        "data_directory": folder / "data",
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "myhostname": "mx.example",
        "local_recipient_maps": "",
        "smtpd_relay_restrictions": "permit",
        "smtpd_client_connection_count_limit": "0",
        "smtpd_peername_lookup": "no",
        "default_process_limit": "120",
        "maillog_file": folder / "maillog",
        "maillog_file_prefixes": folder,
        "smtputf8_enable": "no",
        "alternate_config_directories": "",
        "multi_instance_enable": "yes",
        "syslog_name": "private",
        "alias_maps": "",
        **settings,
    }
    (folder / "config/main.cf").write_text("".join(f"{key} = {value}\n" for key, value in all_settings.items()))
    (folder / "config/master.cf").write_text(_MASTER.format(port=port))
    command = ["postfix", "-c", str(folder / "config")]
    subprocess.run([*command, "start"], check=True, capture_output=True)
    try:
        _wait_for(port)
        yield Postfix(folder, port)
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True)


def _path() -> str:
    return os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))


def _wait_for(port: int) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as sock:
            if sock.recv(3) == b"220":
                return
        time.sleep(0.1)
    raise RuntimeError("Postfix did not start")
