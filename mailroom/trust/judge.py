"""The verdict: whether the address in From is proved, by what, and what was found on the way.

`verified`: a signature of the author's organisation holds, or SPF does and the domain publishes DMARC. `failed`: it
publishes DMARC, and what was there to prove with proves nothing. `unknown`: the DNS gave no answer that could have made
the difference. `unverified`: there is nothing to prove with. A forward proves who forwards: only the outer From counts.
Where a forwarder has broken the proof, a chain of seals (ARC) of believed servers tells what the first of them found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailroom.config import TrustSettings
from mailroom.domain.message import Door, SenderProof, SenderVerdict
from mailroom.trust import sender_policy
from mailroom.trust.alignment import Policy, find_policy, is_aligned
from mailroom.trust.arc import Chain, look_at_chain
from mailroom.trust.dns import Questions, Resolver, Trouble
from mailroom.trust.header import Address, author, domain_name, read_header
from mailroom.trust.peers import Result, client_of, is_one_of, results
from mailroom.trust.signatures import SIGNATURES, Checker, Outcome

EVIDENCE_LENGTH = 500
DMARC = {
    SenderVerdict.VERIFIED: "pass",
    SenderVerdict.FAILED: "fail",
    SenderVerdict.UNKNOWN: "temperror",
    SenderVerdict.UNVERIFIED: "none",
}


@dataclass(frozen=True)
class Arrival:
    """How a mail came in. `fronts` are the front servers: what they hand over, they did not send.

    `helo` is what the client called itself.
    """

    door: Door
    received_at: datetime
    sender: str = ""
    peer: str = ""
    helo: str = ""
    fronts: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Case:
    """What is known about one mail. `policy_state`: `not_asked`, `none`, `found` or `temperror`."""

    author: Address
    signatures: tuple[Outcome, ...]
    spf: Outcome
    policy: Policy | None = None
    policy_state: str = "not_asked"

    @property
    def tried(self) -> list[Outcome]:
        """What there was to prove with: signatures of the author's organisation, and SPF where the client is known."""
        mine = [one for one in self.signatures if one.result != "unaligned"]
        return mine if self.spf.result == "skipped" else [*mine, self.spf]

    def counts(self, outcome: Outcome) -> bool:
        """Tell whether an outcome speaks for the author's domain under the policy; unknown, it may be the strictest."""
        is_strict = self.policy_state == "temperror"
        if self.policy:
            is_strict = self.policy.strict_spf if outcome is self.spf else self.policy.strict_dkim
        return outcome.result == "pass" and is_aligned(self.author.domain, outcome.domain, strict=is_strict)

    @property
    def verdict(self) -> SenderVerdict:
        """What follows from it."""
        if any(self.counts(one) for one in self.signatures) or (self.policy and self.counts(self.spf)):
            return SenderVerdict.VERIFIED
        if not self.tried:
            return SenderVerdict.UNVERIFIED
        if self.policy_state == "temperror" or any(one.result == "temperror" for one in self.tried):
            return SenderVerdict.UNKNOWN
        return SenderVerdict.FAILED if self.policy else SenderVerdict.UNVERIFIED

    @property
    def evidence(self) -> str:
        """What was found, in codes."""
        verified = self.verdict is SenderVerdict.VERIFIED
        dmarc = DMARC[self.verdict] if self.policy else self.policy_state
        aligned = " aligned=dkim" if verified and not self.policy else ""
        return "; ".join(
            [f"dmarc={dmarc}{aligned}", *(_words("dkim", one) for one in self.signatures), _words("spf", self.spf)]
        )


def judge(raw: bytes, arrival: Arrival, resolver: Resolver, settings: TrustSettings) -> SenderProof:
    """Return whether the author of a mail is proved. The DNS is waited for no longer than the settings say."""
    header = read_header(raw)
    found = author(header)
    if isinstance(found, str):
        return SenderProof(verdict=SenderVerdict.UNVERIFIED, evidence=found)
    said = results(header, settings.authserv_id) if is_one_of(arrival.peer, settings.trusted_peers) else []
    front = next((one.result for one in said if one.method == "dmarc" and _is_about(one, found)), "")
    if front == "pass":
        return _proof(SenderVerdict.VERIFIED, found, f"dmarc=pass by={settings.authserv_id}")
    questions = Questions(resolver, settings.timeout_seconds)
    checker = Checker(raw, header, arrival.received_at)
    signatures = (*_signed(checker, found, questions), *_signatures_said(said, found))
    case = _with_policy(_Case(found, signatures, _envelope(arrival, settings, found, said)), questions)
    if case.spf.result == "untried" and case.verdict is not SenderVerdict.VERIFIED:
        case = replace(case, spf=_checked(case.spf, arrival, questions))
    verdict, evidence = case.verdict, case.evidence
    if verdict is not SenderVerdict.VERIFIED:
        chain = look_at_chain(header, checker, settings.arc_sealers, questions)
        if _vouches(chain, found):
            return _proof(SenderVerdict.VERIFIED, found, f"{chain}; {evidence}")
        if chain.result == "temperror":
            verdict = SenderVerdict.UNKNOWN
        evidence = f"{evidence}; {chain}" if chain else evidence
    if front == "fail" and verdict is not SenderVerdict.VERIFIED:
        return _proof(SenderVerdict.FAILED, found, f"dmarc=fail by={settings.authserv_id}; {evidence}")
    return _proof(verdict, found, evidence)


def _proof(verdict: SenderVerdict, found: Address, evidence: str) -> SenderProof:
    return SenderProof(verdict=verdict, identity=str(found), evidence=evidence[:EVIDENCE_LENGTH])


def _words(method: str, outcome: Outcome) -> str:
    facts = [
        f"d={outcome.domain}" if outcome.domain else "",
        f"s={outcome.selector}" if outcome.selector else "",
        outcome.why,
    ]
    return " ".join([f"{method}={outcome.result}", *filter(None, facts)])


def _signed(checker: Checker, found: Address, questions: Questions) -> list[Outcome]:
    """Check every signature of the author's organisation; others are named only: no trust can come from them."""
    everyone = checker.signatures()
    mine = [one for one in everyone if is_aligned(found.domain, one.domain)][:SIGNATURES]
    others = [one for one in everyone if not is_aligned(found.domain, one.domain)][: SIGNATURES - len(mine)]
    return [checker.check(one, questions) for one in mine] + [one.ended("unaligned") for one in others]


def _with_policy(case: _Case, questions: Questions) -> _Case:
    """Ask what the author's domain publishes, unless nothing could be proved by it."""
    if not case.tried:
        return case
    try:
        policy = find_policy(questions, case.author.domain)
    except Trouble:
        return replace(case, policy_state="temperror")
    return replace(case, policy=policy, policy_state="none" if policy is None else "found")


def _envelope(arrival: Arrival, settings: TrustSettings, found: Address, said: Sequence[Result]) -> Outcome:
    """Return what SPF can be asked: nothing behind a front server or another door, whose clients are not known."""
    for one in said:
        if one.method == "spf" and (domain := _domain_said(one, "smtp.mailfrom")):
            return Outcome(one.result, domain, why="said")
    client, domain = client_of(arrival.peer), domain_name(_envelope_domain(arrival))
    is_front = is_one_of(arrival.peer, (*settings.trusted_peers, *arrival.fronts))
    if arrival.door is not Door.SMTP or client is None or not client.is_global or is_front or domain is None:
        return Outcome("skipped")
    return Outcome("untried" if is_aligned(found.domain, domain) else "unaligned", domain)


def _checked(spf: Outcome, arrival: Arrival, questions: Questions) -> Outcome:
    client = client_of(arrival.peer)
    if client is None:
        return spf
    sender = f"{arrival.sender.rpartition('@')[0] or 'postmaster'}@{spf.domain}"
    found = sender_policy.check(questions, client, sender, domain_name(arrival.helo) or "unknown")
    return spf._replace(result=found, why="" if arrival.sender else "helo")


def _envelope_domain(arrival: Arrival) -> str:
    """Return the domain that SPF asks about: that of HELO for the null sender (RFC 7208 section 2.4)."""
    return arrival.sender.rpartition("@")[2] if arrival.sender else arrival.helo


def _vouches(chain: Chain, found: Address) -> bool:
    """Tell whether the first server of a chain that holds has seen the author proved."""
    dmarc = next((one.result for one in chain.found if one.method == "dmarc" and _is_about(one, found)), "")
    return dmarc == "pass" or bool(not dmarc and _signatures_said(chain.found, found))


def _signatures_said(said: Sequence[Result], found: Address) -> list[Outcome]:
    passed = [_domain_said(one, "header.d") for one in said if one.method == "dkim" and one.result == "pass"]
    return [Outcome("pass", domain, why="said") for domain in passed if domain and is_aligned(found.domain, domain)]


def _is_about(result: Result, found: Address) -> bool:
    return _domain_said(result, "header.from") == found.domain


def _domain_said(result: Result, name: str) -> str | None:
    return domain_name(result.said.get(name, "").rpartition("@")[2])
