"""Locked and filled containers for the tests of intake, made by code: ZIP (old and AES), PDF, S/MIME."""

from __future__ import annotations

import hashlib
import hmac
import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import pkcs7
from papers_reading import pdf_of

_TABLE = zlib.crc32


def zip_with_password(password: str, *files: tuple[str, bytes]) -> bytes:
    """Return an archive under the old encryption of PKZIP (ZipCrypto), as Windows Explorer opens it."""
    whole, directory = b"", b""
    for name, content in files:
        packed = zlib.compressobj(9, zlib.DEFLATED, -15)
        data = packed.compress(content) + packed.flush()
        crc = zlib.crc32(content)
        locked = _zip_crypto(password.encode(), b"elevenbytes" + struct.pack("<I", crc)[3:] + data)
        facts = struct.pack("<HHHHHIII", 20, 1, 8, 0, 0x21, crc, len(locked), len(content))
        names = struct.pack("<HH", len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + facts + names + bytes(10)
        directory += struct.pack("<I", len(whole)) + name.encode()
        whole += b"PK\x03\x04" + facts + names + name.encode() + locked
    return whole + _with_end(directory, len(files), len(whole))


def _with_end(directory: bytes, count: int, start: int) -> bytes:
    return directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), start, 0)


def _zip_crypto(password: bytes, plain: bytes) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]

    def step(byte: int) -> None:
        keys[0] = _crc_step(byte, keys[0])
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = _crc_step(keys[1] >> 24, keys[2])

    for byte in password:
        step(byte)
    out = bytearray()
    for byte in plain:
        mixed = keys[2] | 2
        out.append(byte ^ ((mixed * (mixed ^ 1)) >> 8 & 0xFF))
        step(byte)
    return bytes(out)


def _crc_step(byte: int, crc: int) -> int:
    return ~_TABLE(bytes([byte]), ~crc & 0xFFFFFFFF) & 0xFFFFFFFF


def zip_with_aes(password: str, *files: tuple[str, bytes], store: bool = False) -> bytes:
    """Return an archive under WinZip's AES-256 (AE-2), as 7-Zip makes it."""
    whole, directory = b"", b""
    for name, content in files:
        packed = zlib.compressobj(9, zlib.DEFLATED, -15)
        data = content if store else packed.compress(content) + packed.flush()
        salt = hashlib.sha256(name.encode()).digest()[:16]
        keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
        counters = b"".join(struct.pack("<QQ", n, 0) for n in range(1, len(data) // 16 + 2))
        stream = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor().update(counters)
        hidden = bytes(a ^ b for a, b in zip(data, stream, strict=False))
        locked = salt + keys[64:66] + hidden + hmac.new(keys[32:64], hidden, "sha1").digest()[:10]
        extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0 if store else 8)
        facts = struct.pack("<HHHHHIII", 51, 1, 99, 0, 0x21, 0, len(locked), len(content))
        names = struct.pack("<HH", len(name), len(extra))
        directory += b"PK\x01\x02" + struct.pack("<H", 51) + facts + names + bytes(10)
        directory += struct.pack("<I", len(whole)) + name.encode() + extra
        whole += b"PK\x03\x04" + facts + names + name.encode() + extra + locked
    return whole + _with_end(directory, len(files), len(whole))


def pdf_with_files(
    *files: tuple[str, bytes], words: str = "Factuur 2026-0042", portfolio: bool = False, typed: bool = True
) -> bytes:
    """Return a PDF with attached files (ISO 32000-1, 7.11.4); `portfolio`: a collection with a cover sheet."""
    extra: list[bytes] = []
    names = ""
    for place, (name, content) in enumerate(files):
        stream, spec = 4 + 2 * place, 5 + 2 * place
        kind = b"/Type /EmbeddedFile " if typed else b""
        extra += [
            b"<< %s/Length %d >>\nstream\n%s\nendstream" % (kind, len(content), content),
            f"<< /Type /Filespec /F ({name}) /UF ({name}) /EF << /F {stream} 0 R >> >>".encode(),
        ]
        names += f"({name}) {spec} 0 R "
    page = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode()
    made = pdf_of([page], extra=extra)
    more = f"/Names << /EmbeddedFiles << /Names [{names}] >> >>" + (" /Collection << /View /D >>" if portfolio else "")
    return _in_catalog(made, more)


def _in_catalog(made: bytes, more: str) -> bytes:
    """Put entries into the catalog. The table of places is then wrong by so much; readers rebuild it."""
    return made.replace(b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Catalog /Pages 2 0 R {more} >>".encode(), 1)


@cache
def identity() -> str:
    """Return a certificate with its key, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "boekhouding@example.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    certificate = made.not_valid_after(datetime(2036, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (certificate.public_bytes(serialization.Encoding.PEM) + plain).decode()


def enveloped_for(pem: str, content: bytes) -> bytes:
    """Return the content as S/MIME enveloped data for the certificate."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(certificate)
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def members(raw: bytes, password: str) -> Sequence[bytes]:
    """Return what the library finds in an archive, to hold our makers against it."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return [archive.read(name, pwd=password.encode()) for name in archive.namelist()]
