"""SPF by a table, and the word of front servers: who may say what, and who may not."""

from __future__ import annotations

import pytest
from signing_trust import CLIENT, STRANGER, Table, judged, mail, published, signed

from mailroom.config import TrustSettings
from mailroom.domain.message import Door, SenderVerdict

VERIFIED, UNVERIFIED = SenderVerdict.VERIFIED, SenderVerdict.UNVERIFIED
FAILED, UNKNOWN = SenderVerdict.FAILED, SenderVerdict.UNKNOWN
FRONT = TrustSettings(authserv_id="mx.korenbloem.be", trusted_peers=("10.0.0.0/8", "unix"))


def with_spf(record: str, dmarc: str = "p=reject") -> Table:
    dns = Table().txt("shop.be", "another text", record)
    dns.records[("shop.be", "MX")] = ("10 mx.shop.be",)
    dns.records[("mx.shop.be", "A")] = (CLIENT,)
    dns.txt("_spf.host.net", f"v=spf1 ip4:{CLIENT} -all")
    return dns.txt("_dmarc.shop.be", f"v=DMARC1; {dmarc}") if dmarc else dns


@pytest.mark.parametrize(
    ("record", "result"),
    [
        (f"v=spf1 ip4:{CLIENT} -all", "pass"),
        ("v=spf1 mx -all", "pass"),
        ("v=spf1 include:_spf.host.net ~all", "pass"),
        ("v=spf1 redirect=_spf.host.net", "pass"),
        ("v=spf1 -all", "fail"),
        ("v=spf1 ~all", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 +all", "everybody"),
        ("v=spf1 ip4:0.0.0.0/0 -all", "everybody"),
        ("v=spf1 include:gone.net -all", "permerror"),
        ("v=spf1 nonsense:x -all", "permerror"),
        ("v=spf1 " + " ".join(f"include:i{n}.net" for n in range(12)), "permerror"),
        ("no policy", "none"),
    ],
)
def test_spf_proves_the_sender_when_it_passes_and_the_domain_publishes_dmarc(record: str, result: str) -> None:
    proof = judged(mail(), with_spf(record), peer=CLIENT)
    assert proof.verdict is (VERIFIED if result == "pass" else FAILED)
    assert proof.evidence.endswith(f"spf={result} d=shop.be")
    assert judged(mail(), with_spf(record, dmarc=""), peer=CLIENT).verdict is UNVERIFIED, "SPF alone is not enough"


@pytest.mark.parametrize(
    ("sender", "policy", "verdict"),
    [
        ("bounce@mail.shop.be", "p=none", VERIFIED),
        ("bounce@mail.shop.be", "p=none; aspf=s", FAILED),
        ("bounce@evil.com", "p=none", FAILED),
        ("", "p=none", UNVERIFIED),
    ],
)
def test_the_envelope_s_domain_must_be_the_author_s(sender: str, policy: str, verdict: SenderVerdict) -> None:
    dns = with_spf("v=spf1 mx -all", policy)
    dns.txt("mail.shop.be", f"v=spf1 ip4:{CLIENT} -all").txt("evil.com", f"v=spf1 ip4:{CLIENT} -all")
    assert judged(mail(), dns, peer=CLIENT, sender=sender).verdict is verdict


@pytest.mark.parametrize(
    ("helo", "verdict", "evidence"),
    [
        ("mail.shop.be", VERIFIED, "dmarc=pass; spf=pass d=mail.shop.be helo"),
        ("MAIL.shop.be.", UNVERIFIED, "dmarc=not_asked; spf=skipped"),
        ("shop.be", FAILED, "dmarc=fail; spf=fail d=shop.be helo"),
        ("mail.evil.com", FAILED, "dmarc=fail; spf=unaligned d=mail.evil.com"),
        ("[93.184.215.14]", UNVERIFIED, "dmarc=not_asked; spf=skipped"),
        ("localhost", UNVERIFIED, "dmarc=not_asked; spf=skipped"),
        ("", UNVERIFIED, "dmarc=not_asked; spf=skipped"),
    ],
)
def test_the_null_sender_is_checked_by_the_name_in_helo(helo: str, verdict: SenderVerdict, evidence: str) -> None:
    dns = with_spf("v=spf1 -all").txt("mail.shop.be", f"v=spf1 ip4:{CLIENT} -all")
    proof = judged(mail(), dns, peer=CLIENT, sender="", helo=helo)
    assert (proof.verdict, proof.evidence) == (verdict, evidence)


def test_a_policy_may_name_the_client_by_its_helo() -> None:
    dns = with_spf("v=spf1 exists:%{h}.allowed.net -all")
    dns.records[("mx.shop.be.allowed.net", "A")] = ("127.0.0.2",)
    assert "spf=everybody" in judged(mail(), dns, peer=CLIENT, helo="mx.shop.be").evidence
    assert judged(mail(), dns, peer=CLIENT, helo="other.shop.be").verdict is FAILED


@pytest.mark.parametrize(
    "arrival",
    [
        {"door": Door.LMTP},
        {"door": Door.IMAP},
        {"door": Door.COMMAND},
        {"peer": ""},
        {"peer": "unix"},
        {"peer": "127.0.0.1"},
        {"peer": "192.168.1.7"},
        {"fronts": (f"{CLIENT}/32",)},
    ],
)
def test_spf_is_not_asked_where_the_client_is_not_known(arrival: dict[str, object]) -> None:
    dns = with_spf("v=spf1 -all")
    proof = judged(mail(), dns, **{"peer": CLIENT} | arrival)
    assert (proof.verdict, dns.asked) == (UNVERIFIED, [])


def test_spf_is_not_needed_beside_a_signature_that_holds() -> None:
    dns = published()
    assert judged(signed(mail()), dns, peer=STRANGER).evidence.endswith("spf=untried d=shop.be")
    assert "shop.be" not in dns.asked


def test_silence_while_spf_is_asked_is_unknown() -> None:
    dns = with_spf("v=spf1 include:_spf.host.net -all")
    dns.silent = {"host.net"}
    proof = judged(mail(), dns, peer=CLIENT)
    assert proof.verdict is UNKNOWN
    assert proof.evidence == "dmarc=temperror; spf=temperror d=shop.be"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("mx.korenbloem.be; dmarc=pass (p=none) header.from=shop.be", VERIFIED),
        ("mx.korenbloem.be 1;\r\n dkim=fail header.d=x.be;\r\n dmarc = pass header.from = shop.be", VERIFIED),
        ("mx.korenbloem.be; dkim=pass header.d=shop.be header.s=a", VERIFIED),
        ("mx.korenbloem.be; dmarc=fail header.from=shop.be", FAILED),
        ("mx.korenbloem.be; dmarc=pass header.from=evil.com", UNVERIFIED),
        ("mx.korenbloem.be; dkim=pass header.d=evil.com", UNVERIFIED),
        ("mx.korenbloem.be; none", UNVERIFIED),
        ("mx.korenbloem.be.evil.com; dmarc=pass header.from=shop.be", UNVERIFIED),
        ("MX.korenbloem.be; dmarc=pass header.from=shop.be", UNVERIFIED),
        ("mx.korenbloem.be; (dmarc=pass header.from=shop.be)", UNVERIFIED),
        ('mx.korenbloem.be; dkim=fail reason="; dmarc=pass header.from=shop.be"', UNVERIFIED),
    ],
)
def test_a_front_server_is_believed_when_it_says_exactly_this(said: str, verdict: SenderVerdict) -> None:
    raw = mail(more=f"Authentication-Results: {said}\r\n")
    assert judged(raw, Table(), FRONT, peer="10.1.2.3").verdict is verdict
    assert judged(raw, Table(), FRONT, peer="unix", door=Door.LMTP).verdict is verdict
    assert judged(raw, Table(), FRONT, peer=STRANGER).verdict is UNVERIFIED, "anybody can write that"
    assert judged(raw, Table(), peer="10.1.2.3").verdict is UNVERIFIED, "nobody is configured"


def test_only_the_topmost_word_of_a_front_server_counts() -> None:
    forged = "Authentication-Results: mx.korenbloem.be; dmarc=pass header.from=shop.be\r\n"
    raw = b"Authentication-Results: mx.korenbloem.be; dkim=none\r\n" + mail(more=forged)
    assert judged(raw, Table(), FRONT, peer="10.1.2.3").verdict is UNVERIFIED


def test_spf_said_by_a_front_server_counts_where_the_domain_publishes_dmarc() -> None:
    raw = mail(more="Authentication-Results: mx.korenbloem.be; spf=pass smtp.mailfrom=bounce@shop.be\r\n")
    for dmarc, verdict in (("p=none", VERIFIED), ("", UNVERIFIED)):
        assert judged(raw, with_spf("", dmarc), FRONT, peer="10.1.2.3").verdict is verdict
