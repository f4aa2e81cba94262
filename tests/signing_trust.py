"""Mails that are really signed, and a DNS that is a table."""

from __future__ import annotations

import base64
import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import dkim
import nacl.signing

from mailroom.config import TrustSettings
from mailroom.domain.message import Door, SenderProof
from mailroom.trust import Arrival, Resolver, Trouble, judge
from mailroom.trust.dns import Kind

NOON = datetime.now(UTC).replace(microsecond=0)
"""dkimpy looks at the wall's clock."""

CLIENT = "93.184.215.14"
STRANGER = "8.8.4.4"


@dataclass
class Table:
    """A resolver: what stands in it is there, all else is not. `silent` names give trouble."""

    records: dict[tuple[str, Kind], tuple[str, ...]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def look_up(self, name: str, kind: Kind, seconds: float) -> tuple[str, ...]:
        self.asked.append(name)
        if any(name.endswith(one) for one in self.silent):
            raise Trouble("silent")
        return self.records.get((name, kind), ())

    def txt(self, name: str, *texts: str) -> Table:
        """Publish; returns itself."""
        self.records[(name, "TXT")] = texts
        return self


@dataclass(frozen=True)
class Key:
    """A key pair: what the signer has, and what the DNS says."""

    private: bytes
    record: str
    algorithm: bytes


@lru_cache(maxsize=8)
def rsa(bits: int = 1024, exponent: int = 65537) -> Key:
    """Make an RSA key by hand: the tests need no other library for it."""
    chance = random.Random(bits)
    while True:
        p, q = _prime(bits // 2, chance), _prime(bits - bits // 2, chance)
        phi = (p - 1) * (q - 1)
        if p != q and (p * q).bit_length() == bits and phi % exponent:
            break
    d = pow(exponent, -1, phi)
    numbers = [0, p * q, exponent, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)]
    private = _der(numbers)
    public = _der([p * q, exponent])
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + base64.encodebytes(private) + b"-----END RSA PRIVATE KEY-----\n"
    return Key(pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}", b"rsa-sha256")


def _der(numbers: list[int]) -> bytes:
    inside = b"".join(_told(2, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in numbers)
    return _told(0x30, inside)


def _told(kind: int, content: bytes) -> bytes:
    length = len(content)
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([kind]) + (bytes([length]) if length < 128 else bytes([0x80 | len(size)]) + size) + content


def ed25519() -> Key:
    """Make an Ed25519 key."""
    made = nacl.signing.SigningKey(bytes(range(32)))
    public = base64.b64encode(bytes(made.verify_key)).decode()
    return Key(base64.b64encode(bytes(made)), f"v=DKIM1; k=ed25519; p={public}", b"ed25519-sha256")


def _prime(bits: int, chance: random.Random) -> int:
    while True:
        number = chance.getrandbits(bits) | (3 << (bits - 2)) | 1
        if all(number % small for small in (3, 5, 7, 11, 13, 17, 19, 23)) and all(
            _witness(number, chance.randrange(2, number - 1)) for _ in range(12)
        ):
            return number


def _witness(number: int, base: int) -> bool:
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    power = pow(base, odd, number)
    return power in (1, number - 1) or any(pow(power, 2**n, number) == number - 1 for n in range(1, twos))


def mail(sender: str = "Billing <billing@shop.be>", *, more: str = "", body: str = "Our invoice.\r\n") -> bytes:
    """Return a mail as it goes over the wire."""
    head = (
        f"From: {sender}\r\nTo: somebody@import.example\r\nSubject: Invoice 7\r\nDate: {NOON:%a, %d %b %Y %T} +0000\r\n"
    )
    return (head + more + "\r\n" + body).encode()


def signed(raw: bytes, domain: str = "shop.be", *, key: Key | None = None, selector: str = "sel", **more: Any) -> bytes:
    """Put a DKIM signature before a mail."""
    key = key or rsa()
    made: bytes = dkim.DKIM(raw).sign(
        selector.encode(), domain.encode(), key.private, signature_algorithm=key.algorithm, **more
    )
    return made + raw


def published(
    domain: str = "shop.be", *, key: Key | None = None, selector: str = "sel", dmarc: str = "p=reject"
) -> Table:
    """Return a DNS with a key and, unless empty, a DMARC record."""
    table = Table().txt(f"{selector}._domainkey.{domain}", (key or rsa()).record)
    return table.txt(f"_dmarc.{domain}", f"v=DMARC1; {dmarc}") if dmarc else table


def judged(raw: bytes, dns: Resolver, settings: TrustSettings | None = None, **arrival: Any) -> SenderProof:
    """Return the verdict on a mail that came by SMTP from this machine, unless said otherwise."""
    told: dict[str, Any] = {"door": Door.SMTP, "received_at": NOON, "peer": "127.0.0.1", "sender": "bounce@shop.be"}
    return judge(raw, Arrival(**told | arrival), dns, settings or TrustSettings())


def sealed(
    raw: bytes, domain: str, found: str, *, key: Key | None = None, cv: str = "", selector: str = "arc"
) -> bytes:
    """Put an ARC set before a mail, as a server that passes it on does (RFC 8617 section 5.1)."""
    key = key or rsa()
    private = dkim.crypto.parse_pem_private_key(key.private)
    relaxed = dkim.canonicalization.CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
    signer = dkim.ARC(raw)
    signer.hasher = hashlib.sha256
    number = 1 + sum(name.lower() == b"arc-seal" for name, _ in signer.headers)
    common = [(b"i", b"%d" % number), (b"a", b"rsa-sha256"), (b"d", domain.encode()), (b"s", selector.encode())]
    results = (b"ARC-Authentication-Results", f" i={number}; {found}\r\n".encode())

    names = [b"from", b"subject", b"date"]
    body = base64.b64encode(hashlib.sha256(relaxed.canonicalize_body(signer.body)).digest())
    fields = [*common, (b"c", b"relaxed/relaxed"), (b"h", b":".join(names)), (b"bh", body), (b"b", b"0" * 60)]
    message = (
        b"ARC-Message-Signature",
        b" " + signer.gen_header(fields, names, relaxed, b"ARC-Message-Signature", private),
    )

    before = [field for field in signer.headers if field[0].lower().startswith(b"arc-")]
    signer.headers = [results, message, *before]
    order = [b"arc-authentication-results", b"arc-message-signature", b"arc-seal"]
    fields = [*common, (b"cv", (cv or ("pass" if number > 1 else "none")).encode()), (b"b", b"0" * 60)]
    names = (order * number)[:-1]
    seal = (b"ARC-Seal", b" " + signer.gen_header(fields, names, relaxed, b"ARC-Seal", private))
    return b"".join(b"%b:%b\r\n" % (name, value.rstrip()) for name, value in (seal, message, results)) + raw
