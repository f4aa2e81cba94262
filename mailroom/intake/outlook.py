"""Open mails that Outlook saved (.msg): MS-OXMSG, a compound file with a storage for each attachment.

olefile (BSD) reads the compound file; extract-msg is GPL and is not used. Attached mails are opened with the mail
around them, because they are storages of the same file.
"""

from __future__ import annotations

import io
from typing import NamedTuple

import olefile

from mailroom.intake import reasons
from mailroom.intake.inside import Inside, Shut
from mailroom.intake.limits import IntakeLimits
from mailroom.intake.rtf import rich_body

# Property tags of MS-OXPROPS; a stream is named after tag and type: 001F text (UTF-16), 001E text (8 bit), 0102 binary.
_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_DATA, _LONG_NAME, _SHORT_NAME, _MIME_TYPE, _CONTENT_ID = "3701", "3707", "3704", "370E", "3712"
_ATTACHMENT = "__attach_version1.0_"
_EMBEDDED = "__substg1.0_3701000D"
_PROPERTIES = "__properties_version1.0"
_MAX_NESTED = 8


def open_msg(content: bytes, limits: IntakeLimits) -> list[Inside]:
    """Return the texts and attachments of a saved Outlook mail.

    Raises:
        Shut: it is damaged or holds more than the limits allow.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            entries = [tuple(entry) for entry in file.listdir(streams=True, storages=True)]
            return _mail(_Store(file, entries, limits), (), 0)
    except Shut:
        raise
    except Exception as error:  # olefile raises OSError, struct.error, IndexError, ... for damaged files
        raise Shut(reasons.BROKEN) from error


def is_saved_mail(content: bytes) -> bool:
    """Say whether a compound file has the properties of a mail at its root; a damaged one is given the benefit."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            return bool(file.exists(_PROPERTIES))
    except Exception:  # as above
        return True


class _Store(NamedTuple):
    file: olefile.OleFileIO
    entries: list[tuple[str, ...]]
    limits: IntakeLimits

    def stream(self, place: tuple[str, ...], tag: str, kind: str) -> bytes:
        path = (*place, f"__substg1.0_{tag}{kind}")
        if path not in self.entries:
            return b""
        if self.file.get_size(list(path)) > self.limits.max_archive_bytes:
            raise Shut(reasons.TOO_LARGE)
        return bytes(self.file.openstream(list(path)).read())

    def text(self, place: tuple[str, ...], tag: str) -> str:
        wide = self.stream(place, tag, "001F")
        if wide:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return self.stream(place, tag, "001E").decode("cp1252", "replace").rstrip("\0")


def _mail(store: _Store, place: tuple[str, ...], depth: int) -> list[Inside]:
    depth_of = len(place)
    attachments = sorted(
        entry
        for entry in store.entries
        if len(entry) == depth_of + 1 and entry[:depth_of] == place and entry[-1].startswith(_ATTACHMENT)
    )
    if len(attachments) > store.limits.max_archive_files:
        raise Shut(reasons.TOO_MANY_PARTS)
    return [*_texts(store, place), *(_attachment(store, entry, depth) for entry in attachments)]


def _texts(store: _Store, place: tuple[str, ...]) -> list[Inside]:
    text = store.text(place, _BODY)
    html = store.stream(place, _HTML, "0102") or store.text(place, _HTML).encode("utf-8")
    found = [Inside(text.encode("utf-8"), declared_type="text/plain", text=True, charset="utf-8")] if text else []
    if html:
        return [*found, Inside(html, declared_type="text/html", text=True)]
    return found or rich_body(store.stream(place, _RTF, "0102"))


def _attachment(store: _Store, place: tuple[str, ...], depth: int) -> Inside:
    embedded = (*place, _EMBEDDED)
    name = store.text(place, _LONG_NAME) or store.text(place, _SHORT_NAME)
    if embedded in store.entries:
        if depth >= _MAX_NESTED:
            return Inside(b"", name, problem=reasons.TOO_DEEP)
        name = name or f"{store.text(embedded, _SUBJECT)}.msg"
        return Inside(b"", name, "application/vnd.ms-outlook", holds=tuple(_mail(store, embedded, depth + 1)))
    return Inside(
        store.stream(place, _DATA, "0102"),
        name,
        store.text(place, _MIME_TYPE).lower(),
        store.text(place, _CONTENT_ID).strip("<> "),
    )
