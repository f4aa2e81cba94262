"""ARC (RFC 8617): what a forwarder that is believed has found out about the sender before it passed the mail on.

Each server that seals adds a set of three fields: what it found, a signature over the mail as it passed it on, and a
seal over all sets so far. A chain proves only who sealed; whether what they say counts is for the configuration. Every
one of them must be believed, because each could have changed everything. dkimpy hashes the header and checks the
signatures with the keys that the resolver gave; its own walk would take any order of fields and hash the body itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from mailroom.log import get_logger
from mailroom.trust.dns import Questions, Trouble
from mailroom.trust.header import Field, Header, domain_name, tags
from mailroom.trust.peers import Result, read_results
from mailroom.trust.signatures import (
    RSA_BITS,
    SIGNATURE_BYTES,
    SILENT,
    Checker,
    Signature,
    body_form,
    decoded,
    unusable,
)

log = get_logger("trust")

MOST_SETS = 10
"""RFC 8617 allows 50; a mail that is forwarded more often than this is no invoice's way."""

RESULTS_NAME, MESSAGE_NAME, SEAL_NAME = (
    b"arc-authentication-results",
    b"arc-message-signature",
    b"arc-seal",
)
_FIRST = re.compile(rb"\A\s*i\s*=\s*([1-9][0-9]?)\s*;")
_ANYWHERE = re.compile(rb"(?:\A|;)\s*i\s*=\s*([1-9][0-9]?)\s*(?:;|\Z)")


class ArcSet(NamedTuple):
    """The three fields of one server, with what the two signatures say."""

    results: Field
    message: Field
    seal: Field
    said: dict[str, str]
    sealed: dict[str, str]


@dataclass(frozen=True)
class Chain:
    """What became of it: `none`, `untrusted` (not checked), `pass`, `fail`, `temperror`; and who sealed.

    `found` is what the first server said, where all are believed and the chain holds.
    """

    result: str = "none"
    sealers: tuple[str, ...] = ()
    why: str = ""
    found: tuple[Result, ...] = ()

    def __bool__(self) -> bool:
        return self.result != "none"

    def __str__(self) -> str:
        who = f"d={','.join(self.sealers)}" if self.sealers else ""
        return " ".join(filter(None, [f"arc={self.result}", who, self.why]))


def look_at_chain(header: Header, checker: Checker, believed: Sequence[str], questions: Questions) -> Chain:
    """Check the chain of a mail when all who sealed it are believed: domains, each with all below it."""
    if not believed or not header.all(SEAL_NAME):
        return Chain()
    sets = _sets(header)
    if sets is None:
        return Chain("fail", why="broken")
    sealers = tuple(domain_name(each.sealed.get("d", "")) or "" for each in sets)
    chain = Chain("untrusted", tuple(dict.fromkeys(sealers)))
    if not all(_is_believed(sealer, believed) for sealer in sealers):
        return chain
    try:
        why = _problem(header, checker, sets, questions)
    except Trouble:
        return replace(chain, result="temperror", why="dns")
    if why:
        return replace(chain, result="fail", why=why)
    _, _, said = sets[0].results.value.decode("ascii", "replace").partition(";")
    return replace(chain, result="pass", found=tuple(read_results(said)[1]))


def _is_believed(sealer: str, believed: Sequence[str]) -> bool:
    return any(sealer == each.lower() or sealer.endswith(f".{each.lower()}") for each in believed)


def _sets(header: Header) -> list[ArcSet] | None:
    """Return the sets, the oldest first; None where one of them is not whole, doubled, or too many."""
    gathered: dict[int, dict[bytes, Field]] = {}
    for field in header.fields:
        name = field.name.lower()
        if name not in {RESULTS_NAME, MESSAGE_NAME, SEAL_NAME}:
            continue
        number = (_FIRST if name == RESULTS_NAME else _ANYWHERE).search(field.value)
        # Runs of blanks are what makes expressions slow, and no one folds so.
        unreadable = len(field.value) > SIGNATURE_BYTES or re.search(rb"\s{100}", field.value) is not None
        if unreadable or number is None or name in gathered.setdefault(int(number[1]), {}):
            return None
        gathered[int(number[1])][name] = field
    if len(gathered) > MOST_SETS or sorted(gathered) != list(range(1, len(gathered) + 1)):
        return None
    sets = [_set(gathered[number]) for number in sorted(gathered)]
    return [each for each in sets if each is not None] if None not in sets else None


def _set(fields: dict[bytes, Field]) -> ArcSet | None:
    if len(fields) != 3:
        return None
    message, seal = fields[MESSAGE_NAME], fields[SEAL_NAME]
    said, sealed = (tags(field.value.decode("ascii", "replace")) for field in (message, seal))
    return ArcSet(fields[RESULTS_NAME], message, seal, said, sealed) if said and sealed else None


def _problem(header: Header, checker: Checker, sets: list[ArcSet], questions: Questions) -> str:
    """Return why the chain does not hold, as a code, or nothing (RFC 8617 section 5.2). Raises Trouble."""
    newest = sets[-1]
    for number, each in enumerate(sets):
        if each.sealed.get("cv", "").lower() != ("pass" if number else "none"):
            return "cv"
        if "h" in each.sealed:
            return "seal"
    names = [name.strip().lower() for name in newest.said.get("h", "").split(":")]
    if "from" not in names or SEAL_NAME.decode() in names or "l" in newest.said:
        return "message"
    if body_form(newest.said) is None or checker.body_hash(newest.said) != decoded(newest.said.get("bh", "")):
        return "body"
    signed = [name.encode("ascii", "replace") for name in names]
    if not _holds(header.fields, signed, newest.message, newest.said, questions):
        return "message"
    # Names are looked for from the bottom: there the oldest set stands.
    order = (RESULTS_NAME, MESSAGE_NAME, SEAL_NAME)
    for number in range(len(sets), 0, -1):
        fields = [field for each in reversed(sets[:number]) for field in each[:3]]
        sealed = {**sets[number - 1].sealed, "c": "relaxed/relaxed"}
        if not _holds(fields, [*order * (number - 1), *order[:2]], sets[number - 1].seal, sealed, questions):
            return f"seal i={number}"
    return ""


def _holds(fields: Sequence[Field], names: list[bytes], own: Field, said: dict[str, str], questions: Questions) -> bool:
    """Tell whether a signature over these fields holds. Raises Trouble."""
    domain, selector = domain_name(said.get("d", "")), said.get("s", "").lower()
    if domain is None or not re.fullmatch(r"[a-z0-9_.-]{1,200}", selector) or said.get("a") != "rsa-sha256":
        return False
    records = questions.ask(f"{selector}._domainkey.{domain}", "TXT")
    records = tuple(record for record in records if re.search(r"(^|;)\s*p\s*=", record))
    plain = {name: value for name, value in said.items() if name not in {"bh", "i", "h"}}
    if len(records) != 1 or unusable(records[0], Signature(0, domain, selector, plain)):
        return False
    import dkim

    verifier = dkim.ARC(logger=SILENT, minkey=RSA_BITS.start)
    verifier.headers = [[field.name, field.value] for field in fields]
    verifier.body = b""  # checked before
    answer = records[0].encode("latin-1")
    told = {name.encode(): value.encode() for name, value in plain.items()}
    told.setdefault(b"c", b"relaxed/relaxed")
    try:
        return verifier.verify_sig(told, list(names), (own.name, own.value), lambda _name, **_: answer) is True
    except Exception as error:  # of many kinds, for what strangers write: whatever it is, nothing is proved
        log.info("seal_not_readable", domain=domain, error=type(error).__name__)
        return False
