"""A throw-away Dovecot on loopback: started when the first test asks, one for each xdist worker, gone at the end.

No server installed is a failure with the name of the package, never a skip.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

ADVICE = "Dovecot is not installed; the tests need it: apt-get install dovecot-imapd"
PASSWORD = "correct-horse-battery"
ODD_USER, ODD_PASSWORD = "odd@mail.example", "Wärme-für-ños€"

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
mail_location = maildir:{folder}/mail/%u
mail_uid = {mail_user}
mail_gid = {mail_group}
first_valid_uid = 1
first_valid_gid = 1
default_login_user = {login_user}
default_internal_user = {internal_user}
default_internal_group = {internal_group}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  username_filter = {odd_user}
  args = password={odd_password}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
OAUTH = "tokeninfo_url = http://127.0.0.1:{port}/tokeninfo?access_token=\nusername_attribute = email\n"


class Dovecot:
    """A running server; every user exists, with one password. Whose an access token is, it asks at `token_port`."""

    def __init__(self, folder: Path, port: int, tls_port: int) -> None:
        self.folder = folder
        self.port = port
        self.tls_port = tls_port
        self.token_port = _free_port()
        self.certificate = folder / "tls.pem"
        self._numbers = count(1)

    def new_user(self) -> str:
        """Return a user with an empty mailbox."""
        return f"user{next(self._numbers)}@mail.example"

    def maildir(self, user: str) -> Path:
        """Return the folder of a user's mail."""
        return self.folder / "mail" / user


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _users() -> dict[str, str]:
    """Return who runs what: as root the users of Debian's package, else ourselves."""
    if os.geteuid() == 0:
        who = {"mail_user": "nobody", "mail_group": "nogroup"}
        return who | {"login_user": "dovenull", "internal_user": "dovecot", "internal_group": "dovecot"}
    me = getpass.getuser()
    group = str(pwd.getpwnam(me).pw_gid)
    return {"mail_user": me, "mail_group": group, "login_user": me, "internal_user": me, "internal_group": group}


@contextlib.contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """Run a server for as long as the block lasts."""
    program = shutil.which("dovecot", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))
    if program is None:
        pytest.fail(ADVICE, pytrace=False)
    # A short path: the server has Unix sockets in it.
    folder = Path(tempfile.mkdtemp(prefix="mailroom-imap-"))
    folder.chmod(0o755)
    server = Dovecot(folder, _free_port(), _free_port())
    config = folder / "dovecot.conf"
    values: dict[str, object] = {
        "folder": folder,
        "port": server.port,
        "tls_port": server.tls_port,
        "password": PASSWORD,
        "odd_user": ODD_USER,
        "odd_password": ODD_PASSWORD,
    }
    values["certificate"] = server.certificate
    config.write_text(CONFIG.format(**values, **_users()), "utf-8")
    make_certificate(server.certificate)
    (folder / "oauth2.conf").write_text(OAUTH.format(port=server.token_port), "utf-8")
    (folder / "mail").mkdir()
    (folder / "mail").chmod(0o777)
    process = subprocess.Popen([program, "-F", "-c", str(config)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.communicate(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def make_certificate(file: Path) -> Path:
    """Make a certificate for localhost, and its key, in one file; Debian's Dovecot brings openssl along."""
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    made = subprocess.run(
        [*command.split(), *names, "-keyout", "-"], stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    file.write_bytes(made.stdout)
    return file


def _wait_for(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), 5) as client:
                if client.recv(10):
                    return
        except OSError:
            time.sleep(0.05)
    said = process.communicate(timeout=5)[1] if process.poll() is not None else b""
    log = server.folder / "log"
    told = log.read_text("utf-8", "replace")[-2000:] if log.exists() else ""
    pytest.fail(f"Dovecot did not start:\n{said.decode('utf-8', 'replace')}\n{told}", pytrace=False)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A throw-away IMAP server."""
    with running_dovecot() as server:
        yield server


@pytest.fixture
def put_mail(dovecot: Dovecot) -> Callable[..., int]:
    """Return a function that puts mail into a user's folder by IMAP, as other programs do."""
    from imapclient import IMAPClient

    def put(user: str, *mails: bytes, folder: str = "INBOX") -> int:
        with IMAPClient("127.0.0.1", dovecot.port, ssl=False, timeout=20) as client:
            client.login(user, PASSWORD)
            for mail in mails:
                client.append(folder, mail)
            return int(client.select_folder(folder)[b"EXISTS"])

    return put
