"""Passwords: kept as scrypt hashes with their own parameters, compared in constant time.

A stored hash is `scrypt$n$r$p$salt$key` (base64 without padding), so that the cost can rise without a migration. An
unknown user costs as much time as a wrong password.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass

SHORTEST = 10
LONGEST = 256  # characters; scrypt would take more, but a form need not

# 16 MiB and some 150 ms each: more than this many at a time would let log-ins starve the pages.
_turns = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Cost:
    """Parameters of scrypt (RFC 7914). The default follows OWASP's cheat sheet: N=2^14, r=8, p=5."""

    n: int = 2**14
    r: int = 8
    p: int = 5


DEFAULT = Cost()


def hash_password(password: str, cost: Cost = DEFAULT) -> str:
    """Return what to store for a password."""
    salt = secrets.token_bytes(16)
    key = _derive(password, salt, cost)
    return f"scrypt${cost.n}${cost.r}${cost.p}${_encode(salt)}${_encode(key)}"


def verify(password: str, stored: str | None, cost: Cost = DEFAULT) -> bool:
    """Say whether the password is the stored one. Without a stored hash, work as long and say no."""
    known, salt, key = _parse(stored, cost)
    derived = _derive(password[: LONGEST + 1], salt, known)
    return hmac.compare_digest(derived, key) and stored is not None


def outdated(stored: str, cost: Cost = DEFAULT) -> bool:
    """Say whether the stored hash has other parameters than are wanted today."""
    return _parse(stored, cost)[0] != cost


def _parse(stored: str | None, cost: Cost) -> tuple[Cost, bytes, bytes]:
    if stored is None:
        return cost, bytes(16), bytes(32)
    name, n, r, p, salt, key = stored.split("$")
    if name != "scrypt":
        raise ValueError(f"unknown password hash {name!r}")
    return Cost(int(n), int(r), int(p)), _decode(salt), _decode(key)


def _derive(password: str, salt: bytes, cost: Cost) -> bytes:
    needed = 128 * cost.r * (cost.n + cost.p + 2)
    with _turns:
        return hashlib.scrypt(
            password.encode("utf-8", "surrogatepass"),
            salt=salt,
            n=cost.n,
            r=cost.r,
            p=cost.p,
            maxmem=needed + 1024 * 1024,
            dklen=32,
        )


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(written: str) -> bytes:
    return base64.b64decode(written + "=" * (-len(written) % 4))
