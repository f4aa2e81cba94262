"""Files of a person, a folder or the command line become mail of our own making in the spool.

The message is made from the file alone: no date, no random boundary, so that the same file handed in twice, also after
a crash between the acceptance and the answer, is the same message. When a function returns, the files survive a power
cut.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from email.header import Header
from pathlib import PurePath
from urllib.parse import quote

from mailroom.clock import Clock
from mailroom.domain.message import HANDED_IN, Door, Envelope
from mailroom.domain.value import new_id
from mailroom.errors import NothingToImport
from mailroom.spool import Spool

_SECONDS = 60.0
"""How long the spool may take; its own limits are shorter."""

_TYPES = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".xml": "application/xml",
}
"""What the part is declared as. Not the system's table, which differs between machines; intake looks for itself."""


def accept_files(  # noqa: PLR0913 each is a fact of its own, and all but the first are named
    spool: Spool,
    *,
    account_id: str,
    recipient: str,
    door: Door,
    files: Sequence[tuple[str, bytes]],
    uploaded_by: str | None,
    clock: Clock,
    sender: str = "",
) -> list[Envelope]:
    """Put each file in the spool as a message of its own and return their envelopes. Blocking.

    Raises:
        NothingToImport: no file, or an empty one; then none is taken.
        SpoolUnavailable: the spool could not keep them all; handing them in again doubles nothing.
    """
    if not files:
        raise NothingToImport("no file")
    for name, content in files:
        if not content:
            raise NothingToImport("the file is empty", filename=name)
    messages = [wrap(name, content, recipient=recipient, sender=sender) for name, content in files]
    envelopes = [
        _envelope(account_id, recipient, door=door, sender=sender, uploaded_by=uploaded_by, clock=clock) for _ in files
    ]
    futures = [spool.accept(envelope, raw) for envelope, raw in zip(envelopes, messages, strict=True)]
    return [
        envelope.model_copy(update={"id": future.result(_SECONDS)})
        for envelope, future in zip(envelopes, futures, strict=True)
    ]


def accept_message(  # noqa: PLR0913 as above
    spool: Spool,
    *,
    account_id: str,
    recipient: str,
    door: Door,
    raw: bytes,
    clock: Clock,
    uploaded_by: str | None = None,
    sender: str = "",
) -> Envelope:
    """Put a message (.eml) in the spool as it is and return its envelope. Blocking.

    Raises:
        NothingToImport: there is not a byte in it.
        SpoolUnavailable: the spool could not keep it.
    """
    if not raw.strip():
        raise NothingToImport("the message is empty")
    envelope = _envelope(account_id, recipient, door=door, sender=sender, uploaded_by=uploaded_by, clock=clock)
    return envelope.model_copy(update={"id": spool.accept(envelope, raw).result(_SECONDS)})


def wrap(filename: str, content: bytes, *, recipient: str, sender: str = "") -> bytes:
    """Make the RFC 5322 message that holds the file: the same arguments give the same bytes on every machine."""
    name = _bare_name(filename)
    identity = hashlib.sha256(content + b"\0" + name.encode()).hexdigest()[:32]
    boundary = f"=_{identity}"
    declared = _TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream")
    lines = [
        f"Message-ID: <{identity}@upload.mailroom.invalid>",
        f"From: <{_one_line(sender) or HANDED_IN}>",
        f"To: <{_one_line(recipient)}>",
        f"Subject: {_subject(name)}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{boundary}"',
        "",
        f"--{boundary}",
        f"Content-Type: {declared}",
        f"Content-Disposition: attachment; {_filename(name)}",
        "Content-Transfer-Encoding: base64",
        "",
    ]
    head = "\r\n".join(lines).encode("utf-8", "replace")
    body = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return b"%b\r\n%b--%b--\r\n" % (head, body, boundary.encode())


def _envelope(
    account_id: str, recipient: str, *, door: Door, sender: str, uploaded_by: str | None, clock: Clock
) -> Envelope:
    return Envelope(
        id=new_id(),
        account_id=account_id,
        door=door,
        sender=sender,
        recipient=recipient,
        received_at=clock(),
        uploaded_by=uploaded_by,
    )


def _bare_name(filename: str) -> str:
    """Return the name without folders and control characters, short enough for one header line, its ending kept."""
    name = _one_line(re.split(r"[/\\]", filename)[-1]) or "file"
    suffix = PurePath(name).suffix
    return _cut(name.removesuffix(suffix), 180) + _cut(suffix, 20)


def _cut(text: str, most: int) -> str:
    """Cut to so many bytes of UTF-8; the name is written with three letters for each."""
    return text.encode()[:most].decode("utf-8", "ignore")


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f<>]", "", text.encode("utf-8", "replace").decode()).strip()


def _subject(name: str) -> str:
    return name if name.isascii() else Header(name, "utf-8").encode(linesep="\r\n")


def _filename(name: str) -> str:
    if re.fullmatch(r"[\w .,()+=@-]+", name, re.ASCII):
        return f'filename="{name}"'
    return f"filename*=UTF-8''{quote(name, safe='')}"  # RFC 2231
