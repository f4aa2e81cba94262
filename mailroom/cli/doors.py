"""What `mailroom doctor` says of the doors: the certificate, the ports, the mailboxes and the watched folders.

It only looks. A daemon that runs is asked for its greeting; a port that should be free is bound and let go.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from mailroom.app import is_running
from mailroom.cli.checks import Check
from mailroom.cli.output import Session
from mailroom.config import FolderSettings, ImapSettings, SmtpSettings
from mailroom.errors import BadConfiguration, MailroomError, NotFound
from mailroom.gateways.oauth import Tokens
from mailroom.gateways.tls import Certificate
from mailroom.listening import bind

RENEWED_BEFORE = timedelta(days=14)
"""Those who renew by themselves do it a month before the end; two weeks mean that it does not work."""

_ANSWER_SECONDS = 5.0
_LOOPBACK = ("127.", "localhost:", "[::1]:")


def doors(session: Session) -> Iterator[Check]:
    """Look at everything through which mail and files come in."""
    settings = session.settings
    yield from certificate(settings.smtp, session.clock())
    for key, role, listen in (
        ("smtp.listen", "smtp", settings.smtp.listen),
        ("lmtp.listen", "smtp", settings.lmtp.listen),
        ("web.listen", "web", settings.web.listen),
    ):
        if listen and not listen.startswith("unix:") and not listen.endswith(":0"):
            yield _port(key, listen, runs=is_running(settings.data, role))
    for mailbox in settings.imap:
        yield _mailbox(session, mailbox)
    for folder in settings.folders:
        yield _folder(session, folder)


def certificate(settings: SmtpSettings, now: datetime) -> Iterator[Check]:
    """Look whether the certificate can be used, is for this name, and for how long."""
    file, key = settings.tls_certificate, settings.tls_key
    if file is None:
        if not settings.listen.startswith(_LOOPBACK):
            words = "none: mail from the Internet comes in unencrypted"
            yield Check("certificate", "warning", words, "set smtp.tls_certificate and smtp.tls_key")
        return
    try:
        Certificate(file, key)
        leaf = x509.load_pem_x509_certificates(file.read_bytes())[0]
    except (BadConfiguration, OSError, ValueError) as error:
        yield Check("certificate", "error", str(error), "the daemon does not start with it: see smtp.tls_certificate")
        return
    end, names = leaf.not_valid_after_utc, _names(leaf)
    words = f"{file} for {', '.join(names) or 'no name'}, until {end:%Y-%m-%d}"
    if end <= now:
        yield Check("certificate", "error", f"{words}: it has run out", "renew it; it is read again without a restart")
    elif end - now < RENEWED_BEFORE:
        yield Check("certificate", "warning", f"{words}: it runs out soon", "renew it; no restart is needed")
    elif not any(_is_for(name, settings.hostname) for name in names):
        hint = "set smtp.hostname to a name in it, or get one for that name; strict senders (MTA-STS) refuse it"
        yield Check("certificate", "warning", f"{words}, not for smtp.hostname {settings.hostname}", hint)
    else:
        yield Check("certificate", "ok", words)
    secret = key or file
    if secret.stat().st_mode & stat.S_IROTH:
        yield Check("certificate", "warning", f"everybody on this machine can read the key in {secret}", "chmod o-r")


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return found.value.get_values_for_type(x509.DNSName)


def _is_for(name: str, hostname: str) -> bool:
    """Whether a name of a certificate covers the host; a star stands for one label (RFC 9525 section 6.3)."""
    name, hostname = name.lower(), hostname.lower()
    return name == hostname or (name.startswith("*.") and hostname.partition(".")[2] == name[2:])


def _port(key: str, listen: str, *, runs: bool) -> Check:
    if runs:
        return _answer(key, listen)
    try:
        bind(listen, section=key.partition(".")[0]).close()
    except BadConfiguration as error:
        code = error.__cause__.errno if isinstance(error.__cause__, OSError) else None
        if code == errno.EACCES:
            return Check("port", "ok", f"{key} {listen} was not tried: this user may not open it, systemd may")
        if code == errno.EADDRINUSE:
            words = f"{key} {listen} is in use, and not by the daemon of this data folder"
            remedy = "ss -ltnp shows which program has it; a socket unit of systemd may hold it for mailroom"
            return Check("port", "error", words, remedy)
        return Check("port", "error", str(error), f"set {key} to HOST:PORT, with an address of this machine")
    return Check("port", "ok", f"{key} {listen} is free for the daemon, which does not run")


def _answer(key: str, listen: str) -> Check:
    """Ask the running daemon; for mail its greeting, for pages the connection alone."""
    host, _, port = listen.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104 this is what it stands for
    try:
        with socket.create_connection((host, int(port)), _ANSWER_SECONDS) as client:
            said = b"" if key == "web.listen" else client.recv(512)
    except TimeoutError:
        return Check("port", "warning", f"{key} {listen} does not answer", "see the daemon's log")
    except OSError:
        words = f"the daemon runs, but not at {key} {listen}: systemd or --smtp, --web gave it another address"
        return Check("port", "ok", words)
    greeting = said.decode("ascii", "replace").strip()
    if key != "web.listen" and not greeting.startswith("220 "):
        return Check("port", "warning", f"{key} {listen} says {greeting or 'nothing'}", "see the daemon's log")
    return Check("port", "ok", f"{key} {listen} answers {greeting}".strip())


def _mailbox(session: Session, settings: ImapSettings) -> Check:
    name = f"{settings.folder} of {settings.user} at {settings.host}"
    if settings.oauth2 is not None:
        if not Tokens(settings.oauth2, session.settings.data / "collectors", user=settings.user).is_signed_in:
            remedy = f"mailroom account mailbox sign-in {settings.user}"
            return Check("mailbox", "error", f"{name}: nobody has signed in to it", remedy)
    elif problem := _unreadable(settings.password_file):
        return Check("mailbox", "error", f"{name}: {problem}", "see password_file of its [[imap]] table")
    if settings.account and not _is_account(session, settings.account):
        return Check("mailbox", "error", f"{name}: there is no account {settings.account}", "mailroom account list")
    return Check("mailbox", "ok", name)


def _unreadable(file: Path | None) -> str:
    try:
        return "" if file is None or file.read_text("utf-8").strip() else f"{file} is empty"
    except (OSError, ValueError) as error:
        return f"{file} cannot be read ({error})"


def _folder(session: Session, settings: FolderSettings) -> Check:
    path = settings.path
    if not path.is_dir():
        return Check("folder", "error", f"{path} is no folder", f"mkdir {path}, for the daemon's user")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        remedy = "let the daemon's user write there; with systemd also ReadWritePaths"
        return Check("folder", "error", f"{path}: files cannot be moved to done and failed", remedy)
    if settings.account and not _is_account(session, settings.account):
        return Check("folder", "error", f"{path}: there is no account {settings.account}", "mailroom account list")
    return Check("folder", "ok", f"{path} for {settings.account or 'the account of each subfolder'}")


def _is_account(session: Session, wanted: str) -> bool:
    """Whether there is such an account; a database that does not answer has a check of its own."""
    try:
        with session.store.read() as unit:
            unit.accounts.find(wanted)
    except NotFound:
        return False
    except MailroomError:
        return True
    return True
