"""DMARC: what a domain publishes (RFC 7489), and when two domains belong together.

An organisational domain is one label below a public suffix; a suffix belongs together with nobody but itself. The
package `dmarc` takes `co.uk` and `shop.co.uk` for aligned, so this is done here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mailroom.trust.dns import Questions
from mailroom.trust.header import tags

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

POLICIES = frozenset({"none", "quarantine", "reject"})


class Policy(NamedTuple):
    """What matters here of a DMARC record: whether the domains must be the same (strict) or only belong together."""

    strict_dkim: bool = False
    strict_spf: bool = False


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()  # with the private part: two customers of one hoster are strangers


@lru_cache(maxsize=2000)
def organisation(domain: str) -> str | None:
    """Return the organisational domain, or None for a public suffix."""
    found: str | None = _suffixes().privatesuffix(domain)
    return found


def is_aligned(domain: str, other: str, *, strict: bool = False) -> bool:
    """Tell whether two domains are the same, or (relaxed) of one organisation."""
    if domain == other:
        return True
    mine = organisation(domain)
    return not strict and mine is not None and mine == organisation(other)


def find_policy(questions: Questions, domain: str) -> Policy | None:
    """Return what the domain, else its organisation, publishes. Raises Trouble."""
    for name in dict.fromkeys((domain, organisation(domain))):
        if name is None:
            continue
        records = [text for text in questions.ask(f"_dmarc.{name}", "TXT") if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]
        if records:
            return _read(records[0]) if len(records) == 1 else None
    return None


def _read(record: str) -> Policy | None:
    """Read a record; a broken one is none (RFC 7489 section 6.6.3)."""
    said = tags(record[:2000])
    if said is None or (said.get("p", "").lower() not in POLICIES and not said.get("rua")):
        return None
    return Policy(said.get("adkim", "r").lower() == "s", said.get("aspf", "r").lower() == "s")
