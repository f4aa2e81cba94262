"""DKIM (RFC 6376): every signature of the author's organisation, checked one by one.

What makes a signature worthless is found here, before dkimpy sees it: `l=` (text may be added), a From that is not
signed, SHA-1, a past `x=`. The hash of the body is made here too, once and a piece at a time: dkimpy's expression for
blanks at the end of a line takes hours for a line of blanks. dkimpy hashes the header, which is bounded, and checks the
signature with the key that the resolver gave.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from mailroom.log import get_logger
from mailroom.trust.dns import Questions, Trouble
from mailroom.trust.header import Header, domain_name, tags

log = get_logger("trust")

SIGNATURES = 20
SIGNATURE_BYTES = 8 << 10
SIGNED_FIELDS = 200
KEY_BYTES = 4 << 10
RSA_BITS = range(1024, 4097)
"""RFC 8301 section 3.2: no shorter; a longer one only costs time."""
EXPONENT_BITS = 64
CLOCK_SECONDS = 300
PIECE_BYTES = 1 << 20

ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}
BODY = {"simple": False, "relaxed": True}
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
SILENT = logging.Logger("dkimpy", logging.CRITICAL + 1)  # it would log what strangers wrote


class Outcome(NamedTuple):
    """What became of one signature: `pass`, `fail`, `policy` (worthless as it is), `permerror`, `temperror`."""

    result: str
    domain: str = ""
    selector: str = ""
    why: str = ""


@dataclass(frozen=True)
class Signature:
    """A DKIM-Signature field; `number` counts them from the top."""

    number: int
    domain: str
    selector: str
    said: dict[str, str]

    def ended(self, result: str, why: str = "") -> Outcome:
        """Return its outcome."""
        return Outcome(result, self.domain, self.selector, why)


class Checker:
    """Checks the signatures of one mail."""

    def __init__(self, raw: bytes, header: Header, received_at: datetime) -> None:
        self._raw = raw
        self._header = header
        self._received_at = received_at
        self._bodies: dict[bool, bytes | None] = {}

    def signatures(self) -> list[Signature]:
        """Return the signatures that can be read, the topmost first."""
        found = []
        for number, field in enumerate(self._header.all(b"dkim-signature")):
            # Runs of blanks are what makes expressions slow, and no one folds so.
            if len(field.value) > SIGNATURE_BYTES or re.search(rb"\s{100}", field.value) or not field.value.isascii():
                continue
            said = tags(field.value.decode("ascii"))
            domain = domain_name(said.get("d", "")) if said else None
            selector = said.get("s", "").lower() if said else ""
            if said and domain and re.fullmatch(r"[a-z0-9_.-]{1,200}", selector):
                found.append(Signature(number, domain, selector, said))
        return found

    def check(self, signature: Signature, questions: Questions) -> Outcome:
        """Check one signature. A failure of the DNS is the outcome `temperror`."""
        if why := self._worthless(signature.said, signature.domain):
            return signature.ended("policy", why)
        try:
            records = questions.ask(f"{signature.selector}._domainkey.{signature.domain}", "TXT")
        except Trouble:
            return signature.ended("temperror", "dns")
        records = tuple(record for record in records if re.search(r"(^|;)\s*p\s*=", record))
        if len(records) != 1 or len(records[0]) > KEY_BYTES:
            return signature.ended("permerror", "no_key" if not records else "keys")
        if why := unusable(records[0], signature):
            return signature.ended("permerror", why)
        if self.body_hash(signature.said) != decoded(signature.said["bh"]):
            return signature.ended("fail", "body")
        return signature.ended(*self._check_header(signature, records[0]))

    def _worthless(self, said: dict[str, str], domain: str) -> str:
        """Return why a signature proves nothing whatever its key, as a code, or nothing."""
        names = [name.strip().lower() for name in said.get("h", "").split(":")]
        identity = said.get("i", "@").rpartition("@")[2].lower()
        expires = said.get("x", "")
        past = bool(expires) and (
            not re.fullmatch(r"[0-9]{1,12}", expires) or int(expires) < self._received_at.timestamp() - CLOCK_SECONDS
        )
        checks = (
            (said.get("v") != "1" or said.get("q", "dns/txt") != "dns/txt", "version"),
            ("l" in said, "l_tag"),
            (said.get("a") not in ALGORITHMS, "algorithm"),
            ("from" not in names, "from_unsigned"),
            (len(names) > SIGNED_FIELDS, "too_many_fields"),
            (past, "expired"),
            (bool(identity) and identity != domain and not identity.endswith(f".{domain}"), "identity"),
            (body_form(said) is None, "canonicalisation"),
            (any(not _BASE64.fullmatch(re.sub(r"\s", "", said.get(tag, ""))) for tag in ("b", "bh")), "base64"),
        )
        return next((code for is_so, code in checks if is_so), "")

    def body_hash(self, said: dict[str, str]) -> bytes | None:
        """Return the hash of the body in the form that a signature names; None for a body that has none."""
        relaxed = bool(body_form(said))
        if relaxed not in self._bodies:
            self._bodies[relaxed] = body_hash(self._raw, self._header.body_at, relaxed=relaxed)
        return self._bodies[relaxed]

    def _check_header(self, signature: Signature, record: str) -> tuple[str, str]:
        import dkim

        verifier = dkim.DKIM(logger=SILENT, minkey=RSA_BITS.start)
        verifier.headers = [[name, value] for name, value in self._header.fields]
        verifier.body = b""
        try:
            said, names, fields = verifier.verify_headerprep(signature.number)
            said = {name: value for name, value in said.items() if name != b"bh"}  # the body is checked
            answer = record.encode("latin-1")
            passed = verifier.verify_sig(said, names, fields[signature.number], lambda _name, **_: answer)
        except Exception as error:  # of many kinds, for what strangers write: whatever it is, nothing is proved
            log.info("signature_not_readable", domain=signature.domain, error=type(error).__name__)
            return "permerror", "unreadable"
        return ("pass", "") if passed is True else ("fail", "header")


def body_form(said: dict[str, str]) -> bool | None:
    """Tell whether the body's form is relaxed; None for a `c=` that is none (RFC 6376 section 3.5)."""
    head, _, body = said.get("c", "simple/simple").partition("/")
    return BODY.get(body or "simple") if head in BODY else None


def decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except ValueError:
        return None


def unusable(record: str, signature: Signature) -> str:
    """Return what is wrong with a key record (RFC 6376 section 3.6.1), as a code, or nothing."""
    said = tags(record)
    if said is None or said.get("v", "DKIM1") != "DKIM1":
        return "key_malformed"
    kind = said.get("k", "rsa")
    identity = signature.said.get("i", "@").rpartition("@")[2].lower()
    only_same = "s" in re.split(r"\s*:\s*", said.get("t", ""))
    checks = (
        (not said["p"], "key_revoked"),
        (ALGORITHMS[signature.said["a"]] != kind, "key_kind"),
        ("sha256" not in re.split(r"\s*:\s*", said.get("h", "sha256")), "key_hash"),
        (not {"*", "email"} & set(re.split(r"\s*:\s*", said.get("s", "*"))), "key_service"),
        (only_same and identity not in ("", signature.domain), "identity"),
    )
    return next((code for is_so, code in checks if is_so), "") or _key_size(record, kind)


def _key_size(record: str, kind: str) -> str:
    import dkim

    try:
        key, bits, _, _ = dkim.evaluate_pk("key", record.encode("latin-1"))
    except Exception as error:  # dkimpy lets through what base64, ASN.1 and libsodium raise
        log.info("key_not_readable", error=type(error).__name__)
        return "key_malformed"
    if kind == "rsa" and (bits not in RSA_BITS or key["publicExponent"].bit_length() > EXPONENT_BITS):
        return "key_size"
    return ""


def body_hash(raw: bytes, start: int, *, relaxed: bool) -> bytes | None:
    """Return the SHA-256 of the canonical body (RFC 6376 section 3.4.3 and 3.4.4); None for one that ends in a bare CR.

    In pieces of whole lines, so that other threads get their turn and a large mail is not copied.
    """
    digest, waiting, empty = hashlib.sha256(), 0, True
    while start < len(raw):
        cut = raw.rfind(b"\n", start, start + PIECE_BYTES) + 1 or raw.find(b"\n", start + PIECE_BYTES) + 1 or len(raw)
        lines = _canonical(raw[start:cut], relaxed=relaxed)
        start = cut
        text = lines.rstrip(b"\r\n")
        ends, odd = divmod(len(lines) - len(text), 2)
        if odd or lines[len(text) :] != b"\r\n" * ends:
            return None
        if text:
            digest.update(b"\r\n" * waiting)
            digest.update(text)
            waiting, empty = 0, False
        waiting += ends
    if not (empty and relaxed):
        digest.update(b"\r\n")
    return digest.digest()


def _canonical(lines: bytes, *, relaxed: bool) -> bytes:
    ended = lines if lines.endswith(b"\n") else lines + b"\r\n"
    same = re.sub(rb"\r?\n", b"\r\n", ended)
    return re.sub(rb"[\t ]+", b" ", same).replace(b" \r\n", b"\r\n") if relaxed else same
