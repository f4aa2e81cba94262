"""Chains of seals: whose word counts, and what breaks one. Sealed by dkimpy's own means, checked by ours."""

from __future__ import annotations

import re

import pytest
from signing_trust import Table, judged, mail, published, rsa, sealed, signed

from mailroom.config import TrustSettings
from mailroom.domain.message import Door, SenderVerdict

VERIFIED, UNVERIFIED = SenderVerdict.VERIFIED, SenderVerdict.UNVERIFIED
FAILED, UNKNOWN = SenderVerdict.FAILED, SenderVerdict.UNKNOWN
BELIEVING = TrustSettings(arc_sealers=("microsoft.com", "google.com"))
PROVED = (
    "mx.microsoft.com 1; spf=pass smtp.mailfrom=shop.be; dkim=pass header.d=shop.be; dmarc=pass header.from=shop.be"
)


def dns() -> Table:
    table = published()
    for domain in ("microsoft.com", "eu.google.com", "evil.com"):
        table.txt(f"arc._domainkey.{domain}", rsa().record)
    return table


def broken() -> bytes:
    """Return a signed mail to which a forwarder has added a footer."""
    return signed(mail()) + b"-- \r\nForwarded by Microsoft\r\n"


def once(found: str = PROVED, domain: str = "microsoft.com") -> bytes:
    return sealed(broken(), domain, found)


def twice() -> bytes:
    return sealed(
        once() + b"Another footer\r\n", "eu.google.com", "mx.google.com; arc=pass; dmarc=fail header.from=shop.be"
    )


def test_the_first_server_of_a_chain_that_holds_vouches_for_what_a_forwarder_broke() -> None:
    for raw, sealers in ((once(), "microsoft.com"), (twice(), "microsoft.com,eu.google.com")):
        for door in (Door.SMTP, Door.LMTP, Door.IMAP):
            proof = judged(raw, dns(), BELIEVING, door=door)
            assert proof.verdict is VERIFIED
            assert proof.identity == "billing@shop.be"
            assert proof.evidence.startswith(f"arc=pass d={sealers}; dmarc=fail; dkim=fail d=shop.be s=sel body")


def test_nobody_is_believed_who_is_not_configured() -> None:
    for raw, settings in (
        (once(), TrustSettings()),
        (once(domain="evil.com"), BELIEVING),
        (sealed(once(domain="evil.com"), "microsoft.com", PROVED), BELIEVING),
        (twice(), TrustSettings(arc_sealers=("google.com",))),
        (once(), TrustSettings(arc_sealers=("soft.com", "mail.microsoft.com"))),
    ):
        asked = dns()
        assert judged(raw, asked, settings).verdict is FAILED
        assert not [name for name in asked.asked if name.startswith("arc.")], "no question for no trust"
    assert "arc=untrusted d=evil.com" in judged(once(domain="evil.com"), dns(), BELIEVING).evidence
    assert "; arc=" not in judged(once(), dns()).evidence


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ("mx.microsoft.com 1; dkim=pass header.d=shop.be", VERIFIED),
        ("mx.microsoft.com 1; dkim=pass header.d=shop.be; dmarc=fail header.from=shop.be", FAILED),
        ("mx.microsoft.com 1; dkim=pass header.d=evil.com; dmarc=pass header.from=evil.com", FAILED),
        ("mx.microsoft.com 1; spf=pass smtp.mailfrom=shop.be", FAILED),
        ("mx.microsoft.com 1; (dmarc=pass header.from=shop.be)", FAILED),
        ("mx.microsoft.com 1; none", FAILED),
    ],
)
def test_a_chain_vouches_for_no_more_than_it_says(found: str, verdict: SenderVerdict) -> None:
    assert judged(once(found), dns(), BELIEVING).verdict is verdict


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"Forwarded by", b"Changed by", "body"),
        (b"Subject: Invoice 7", b"Subject: Invoice 8", "message"),
        (b"dmarc=pass", b"dmarc=PASS", "seal i=1"),
        (b"cv=none", b"cv=pass", "cv"),
        (b"ARC-Message-Signature: i=1", b"ARC-Message-Signature: i=2", "broken"),
        (b"ARC-Seal: i=1", b"X-Seal: i=1", ""),
        (b"ARC-Authentication-Results: i=1", b"ARC-Authentication-Results: i=9", "broken"),
        (b"ARC-Authentication-Results:", b"X-Results:", "broken"),
        (b"h=from:", b"h=", "message"),
        (b"a=rsa-sha256", b"a=rsa-sha1", "seal i=1"),
    ],
)
def test_a_changed_chain_vouches_for_nothing(old: bytes, new: bytes, why: str) -> None:
    raw = once()
    head, blank, body = raw.partition(b"\r\n\r\n")
    head = re.sub(rb"\r\n[ \t]+(?=[a-z]+=)", b" ", head)  # the folds that dkimpy makes
    assert old in head + blank + body
    proof = judged((head + blank + body).replace(old, new, 1), dns(), BELIEVING)
    assert proof.verdict is FAILED
    if why == "broken":
        assert proof.evidence.endswith("arc=fail broken")
    elif why:
        assert proof.evidence.endswith(f"arc=fail d=microsoft.com {why}")
    else:
        assert "; arc=" not in proof.evidence


def test_an_older_set_that_was_changed_breaks_the_chain_and_an_older_footer_does_not() -> None:
    assert judged(twice(), dns(), BELIEVING).verdict is VERIFIED
    proof = judged(twice().replace(b"dmarc=pass header.from", b"dmarc=pass  x header.from", 1), dns(), BELIEVING)
    assert (proof.verdict, proof.evidence.rpartition("; ")[2]) == (
        FAILED,
        "arc=fail d=microsoft.com,eu.google.com seal i=2",
    )


def test_two_sets_of_one_number_and_too_many_are_no_chain() -> None:
    raw = once()
    doubled = raw[: raw.index(b"DKIM-Signature")] + raw
    assert judged(doubled, dns(), BELIEVING).evidence.endswith("arc=fail broken")
    many = mail()
    for _ in range(11):
        many = sealed(many, "microsoft.com", PROVED)
    assert judged(many, dns(), BELIEVING).verdict is UNVERIFIED


def test_silence_of_the_dns_is_unknown_and_not_failed() -> None:
    table = dns()
    table.silent = {"microsoft.com"}
    proof = judged(once(), table, BELIEVING)
    assert proof.verdict is UNKNOWN
    assert proof.evidence.endswith("arc=temperror d=microsoft.com dns")


def test_a_chain_is_not_looked_at_where_the_sender_is_proved_already() -> None:
    table = dns()
    proof = judged(sealed(signed(mail()), "microsoft.com", "mx.microsoft.com; dmarc=fail"), table, BELIEVING)
    assert proof.verdict is VERIFIED
    assert "; arc=" not in proof.evidence
    assert "arc._domainkey.microsoft.com" not in table.asked


def test_a_key_that_is_gone_and_a_failed_chain_prove_nothing() -> None:
    assert judged(once(), published(), BELIEVING).evidence.endswith("arc=fail d=microsoft.com message")
    failed = sealed(once(), "microsoft.com", PROVED, cv="fail")
    assert judged(failed, dns(), BELIEVING).evidence.endswith("cv")
