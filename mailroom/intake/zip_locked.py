"""Open the members of ZIP archives that want a password: the old ZipCrypto by the library, WinZip's AES by ourselves.

AE-1 and AE-2 (https://www.winzip.com/en/support/aes-encryption/): PBKDF2 with 1,000 rounds of HMAC-SHA-1, AES in
counter mode with a little-endian counter from 1, the first ten bytes of an HMAC-SHA-1 behind the data.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zipfile
import zlib
from typing import NamedTuple

_AES = 99
_EXTRA = 0x9901
_ROUNDS, _VERIFIER, _MAC, _BLOCK = 1_000, 2, 10, 16


class WrongPassword(Exception):
    """This password does not open the member."""


class _Locked(NamedTuple):
    key_size: int
    method: int
    salt: bytes
    verifier: bytes
    data: bytes
    mac: bytes


def unlock(archive: zipfile.ZipFile, raw: bytes, member: zipfile.ZipInfo, password: str) -> bytes:
    """Return the content of a locked member, not more than its announced size.

    Raises:
        WrongPassword: it opens with another one.
        zipfile.BadZipFile, zlib.error, ValueError, struct.error: it is damaged.
    """
    if member.compress_type == _AES:
        return _unlock_aes(_aes(raw, member), password, member.file_size)
    try:
        with archive.open(member, pwd=password.encode("utf-8")) as stream:
            return stream.read(member.file_size)
    except RuntimeError as error:
        raise WrongPassword from error
    except (zipfile.BadZipFile, zlib.error) as error:  # one wrong password in 256 passes the first check
        raise WrongPassword from error


def _aes(raw: bytes, member: zipfile.ZipInfo) -> _Locked:
    extra, strength, method = member.extra, 0, 0
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == _EXTRA and size >= 7:
            strength, method = struct.unpack_from("<BH", extra, 8)
        extra = extra[4 + size :]
    if strength not in (1, 2, 3):
        raise zipfile.BadZipFile("no AES parameters")
    name, more = struct.unpack_from("<HH", raw, member.header_offset + 26)
    start = member.header_offset + 30 + name + more
    whole = raw[start : start + member.compress_size]
    salt = 4 + 4 * strength
    if len(whole) < salt + _VERIFIER + _MAC:
        raise zipfile.BadZipFile("cut off")
    verifier = whole[salt : salt + _VERIFIER]
    return _Locked(8 + 8 * strength, method, whole[:salt], verifier, whole[salt + _VERIFIER : -_MAC], whole[-_MAC:])


def _unlock_aes(locked: _Locked, password: str, size: int) -> bytes:
    keys = hashlib.pbkdf2_hmac("sha1", password.encode("utf-8"), locked.salt, _ROUNDS, locked.key_size * 2 + _VERIFIER)
    key, signing, verifier = keys[: locked.key_size], keys[locked.key_size : -_VERIFIER], keys[-_VERIFIER:]
    proof = hmac.new(signing, locked.data, "sha1").digest()[:_MAC] if verifier == locked.verifier else b""
    if not hmac.compare_digest(proof, locked.mac):
        raise WrongPassword
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # loaded on first use: 20 ms

    blocks = (len(locked.data) + _BLOCK - 1) // _BLOCK
    counters = b"".join(struct.pack("<QQ", number, 0) for number in range(1, blocks + 1))
    # The counter is little-endian, which no mode of the library knows: its stream is made block by block.
    stream = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(counters)[: len(locked.data)]  # noqa: S305
    plain = (int.from_bytes(locked.data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(locked.data), "big")
    return zlib.decompressobj(-15).decompress(plain, size) if locked.method == zipfile.ZIP_DEFLATED else plain[:size]
