"""SPF (RFC 7208): may this client send for the domain of the envelope's sender?

pyspf decides, with every look-up going through the questions of the mail. A domain that lets everybody pass proves
nothing by it.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from mailroom.log import get_logger
from mailroom.trust.dns import Questions, Trouble

log = get_logger("trust")

NOBODY = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses of documentation (RFC 5737, RFC 3849): a policy that lets them pass lets everybody pass."""
KINDS = frozenset({"TXT", "A", "AAAA", "MX", "PTR"})
RECORD_BYTES = 4 << 10
"""A policy is shorter; a longer text is none."""


def check(questions: Questions, client: IPv4Address | IPv6Address, sender: str, helo: str) -> str:
    """Return SPF's result for the client and the reverse-path; `everybody` for a policy that names no one.

    For the null sender the caller asks for `postmaster` at the name in HELO (RFC 7208 section 2.4).
    """
    result = _result(questions, str(client), sender, helo)
    if result == "pass" and _result(questions, NOBODY[client.version], sender, helo) == "pass":
        return "everybody"
    return result


def _result(questions: Questions, client: str, sender: str, helo: str) -> str:
    try:
        answer: tuple[str, int, str] = _query_class()(questions, i=client, s=sender, h=helo).check()
    except Exception as error:  # pyspf lets through what odd records raise in it
        log.info("policy_not_readable", error=type(error).__name__)
        return "permerror"
    return answer[0]


@lru_cache(maxsize=1)
def _query_class() -> type[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyspf 2.0.14 has "\\d" in a plain string: a warning when it is compiled
        import spf

    class Query(spf.query):  # type: ignore[misc]  # pyspf has no types
        """pyspf's query, asking where we ask."""

        def __init__(self, questions: Questions, **told: str) -> None:
            super().__init__(**told)
            self._questions = questions

        def dns(self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:  # noqa: ARG002
            if qtype not in KINDS or not name:
                return []
            try:
                found = self._questions.ask(name, qtype)  # type: ignore[arg-type]  # one of KINDS
            except Trouble as trouble:
                raise spf.TempError(str(trouble)) from trouble
            if not found and not ignore_void:
                self.void_lookups += 1
                if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                    raise spf.PermError("void look-ups")
            return [_as_pyspf(record, qtype) for record in found if len(record) <= RECORD_BYTES]

    return Query


def _as_pyspf(record: str, kind: str) -> Any:
    if kind == "TXT":
        return (record.encode("latin-1"),)
    if kind == "MX":
        preference, _, host = record.partition(" ")
        return (int(preference), host)
    return record
