"""Open ZIP archives, one level, within bounds that are checked before anything is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from mailroom.intake import reasons
from mailroom.intake.inside import Inside, Shut
from mailroom.intake.keys import NONE, Keys
from mailroom.intake.limits import IntakeLimits
from mailroom.intake.zip_locked import WrongPassword, unlock

_LOOKED_AT = IntakeLimits()


def open_zip(content: bytes, limits: IntakeLimits, keys: Keys = NONE) -> list[Inside]:
    """Unpack a ZIP archive, a locked one with the first password of the account that opens all of it.

    Raises:
        Shut: it is damaged, locked, or would grow beyond the limits. Nothing of it is unpacked then.
    """
    _check_directory(content, limits)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check_members(members, len(content), limits)
            if any(member.flag_bits & 1 for member in members):
                return _unlocked(archive, content, members, keys)
            return [Inside(_unpack(archive, member), _member_name(member)) for member in members]
    except RuntimeError as error:  # zipfile's word for a missing password, and for a method that it does not know
        known = "password" in str(error) or "encrypted" in str(error)
        raise Shut(reasons.PASSWORD_MISSING if known else reasons.BROKEN) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error) as error:
        raise Shut(reasons.BROKEN) from error


def _check_directory(content: bytes, limits: IntakeLimits) -> None:
    """Refuse by the number of entries that the end record announces, before the directory is read into objects."""
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 66_000))
    if end >= 0 and len(content) >= end + 12:
        (entries,) = struct.unpack_from("<H", content, end + 10)
        if entries > limits.max_archive_files * 4:  # folders are entries too
            raise Shut(reasons.ARCHIVE_BOMB)


def _check_members(members: list[zipfile.ZipInfo], packed: int, limits: IntakeLimits) -> None:
    unpacked = sum(member.file_size for member in members)
    # Small files of blanks shrink by more than any ratio; only what would be large can be a bomb.
    grown = unpacked > 10_485_760 and unpacked > packed * limits.max_archive_ratio
    if len(members) > limits.max_archive_files or unpacked > limits.max_archive_bytes or grown:
        raise Shut(reasons.ARCHIVE_BOMB)


def is_locked(content: bytes) -> bool:
    """Say whether any member wants a password; False for what cannot be opened or names very many files."""
    try:
        _check_directory(content, _LOOKED_AT)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(member.flag_bits & 1 for member in archive.infolist())
    except (Shut, zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError):
        return False


def _unlocked(archive: zipfile.ZipFile, content: bytes, members: list[zipfile.ZipInfo], keys: Keys) -> list[Inside]:
    for password in keys.passwords:
        try:
            return [
                Inside(
                    unlock(archive, content, member, password) if member.flag_bits & 1 else _unpack(archive, member),
                    _member_name(member),
                )
                for member in members
            ]
        except WrongPassword:
            continue
    raise Shut(reasons.PASSWORD_MISSING)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as stream:
        return stream.read(member.file_size)  # never more than what was checked


def _member_name(member: zipfile.ZipInfo) -> str:
    """Return the member's name; archives from Windows and old Macs write UTF-8 without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename
