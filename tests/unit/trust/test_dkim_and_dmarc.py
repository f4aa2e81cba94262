"""Signatures and policies: what proves a sender, and every way in which it must not."""

from __future__ import annotations

import re
from datetime import timedelta

import dkim
import pytest
from signing_trust import NOON, STRANGER, Key, Table, ed25519, judged, mail, published, rsa, signed

from mailroom.domain.message import SenderVerdict
from mailroom.trust.signatures import body_hash

VERIFIED, UNVERIFIED = SenderVerdict.VERIFIED, SenderVerdict.UNVERIFIED
FAILED, UNKNOWN = SenderVerdict.FAILED, SenderVerdict.UNKNOWN


@pytest.mark.parametrize("key", [rsa(1024), rsa(2048), ed25519()], ids=["rsa1024", "rsa2048", "ed25519"])
def test_an_aligned_signature_proves_the_address_in_from(key: Key) -> None:
    proof = judged(signed(mail(), key=key), published(key=key))
    assert (proof.verdict, proof.identity) == (VERIFIED, "billing@shop.be")
    assert proof.evidence == "dmarc=pass; dkim=pass d=shop.be s=sel; spf=skipped"


@pytest.mark.parametrize("form", [(a, b) for a in (b"simple", b"relaxed") for b in (b"simple", b"relaxed")])
@pytest.mark.parametrize("body", ["", "\r\n\r\n", "a  b \t\r\n \r\n\r\n", "no end", "lines\r\n\r\n\r\n"])
def test_every_form_of_a_signature_is_read(form: tuple[bytes, bytes], body: str) -> None:
    assert judged(signed(mail(body=body), canonicalize=form), published()).verdict is VERIFIED


@pytest.mark.parametrize("form", [dkim.canonicalization.Simple, dkim.canonicalization.Relaxed])
@pytest.mark.parametrize("length", [0, 1, (1 << 20) - 1, 1 << 20, (2 << 20) + 3])
def test_the_body_is_hashed_in_pieces_as_it_would_be_in_one(form: type, length: int) -> None:
    import hashlib

    body = (b"x \t y  \r\n\r\n" * (length // 10 + 1))[:length] + b"\r\n"
    wanted = hashlib.sha256(form.canonicalize_body(body)).digest()  # type: ignore[attr-defined]  # one of the two
    assert body_hash(b"head" + body, 4, relaxed=form is dkim.canonicalization.Relaxed) == wanted


def test_a_line_of_blanks_is_hashed_at_once() -> None:
    assert body_hash(b" " * (8 << 20), 0, relaxed=True) == body_hash(b"", 0, relaxed=True)


def test_a_domain_without_dmarc_is_proved_by_its_signature_and_the_evidence_says_so() -> None:
    proof = judged(signed(mail()), published(dmarc=""))
    assert proof.verdict is VERIFIED
    assert proof.evidence.startswith("dmarc=none aligned=dkim; dkim=pass")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"Our invoice", b"Pay here: ", "body"),
        (b"Our invoice.\r\n", b"Our invoice.\r\n-- \r\nThe list's footer\r\n", "body"),
        (b"Invoice 7", b"Invoice 8", "header"),
        (b"billing@", b"ceo@", "header"),
    ],
)
def test_a_changed_mail_fails(old: bytes, new: bytes, why: str) -> None:
    proof = judged(signed(mail()).replace(old, new), published())
    assert proof.verdict is FAILED
    assert f"dkim=fail d=shop.be s=sel {why}" in proof.evidence
    assert judged(signed(mail()).replace(old, new), published(dmarc="")).verdict is UNVERIFIED


def test_a_mailing_list_that_signs_for_itself_proves_nothing_of_the_author() -> None:
    footer = signed(mail()).replace(b"invoice.\r\n", b"invoice.\r\n--\r\nfooter\r\n")
    by_list = signed(footer, "lists.org", selector="l")
    dns = published().txt("l._domainkey.lists.org", rsa().record)
    proof = judged(by_list, dns)
    assert proof.verdict is FAILED
    assert "dkim=unaligned d=lists.org s=l" in proof.evidence
    assert "l._domainkey.lists.org" not in dns.asked, "no trust can come from it"


def test_every_signature_is_looked_at_not_only_the_first() -> None:
    raw = signed(signed(mail()), "shop.be", selector="gone")
    proof = judged(raw, published())
    assert proof.verdict is VERIFIED
    assert "dkim=permerror d=shop.be s=gone no_key; dkim=pass d=shop.be s=sel" in proof.evidence


def test_a_forged_from_with_a_stranger_s_valid_signature_is_not_proved() -> None:
    raw = signed(mail(), "evil.com")
    dns = published("evil.com", dmarc="").txt("_dmarc.shop.be", "v=DMARC1; p=none")
    assert judged(raw, dns).verdict is UNVERIFIED, "by this door SPF could not be asked: nothing to prove with"
    assert judged(raw, dns, peer=STRANGER, sender="x@evil.com").verdict is FAILED


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"length": True}, "l_tag"),
        ({"identity": b"x@mail.shop.be"}, ""),
    ],
)
def test_a_signature_with_a_length_is_refused(more: dict[str, object], why: str) -> None:
    proof = judged(signed(mail(), **more), published())
    assert (proof.verdict is VERIFIED) is (not why)
    assert why in proof.evidence


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (rb"t=\d+;", rb"x=1000;", "expired"),
        (rb"h=[^;]*;", rb"h=to : subject;", "from_unsigned"),
        (rb"a=rsa-sha256", rb"a=rsa-sha1", "algorithm"),
        (rb"v=1;", rb"v=2;", "version"),
        (rb"c=[a-z/]*;", rb"c=nowsp;", "canonicalisation"),
        (rb"i=@shop.be", rb"i=@shop.be.evil.com", "identity"),
        (rb"bh=[^;]*;", rb"bh=%%;", "base64"),
    ],
)
def test_a_worthless_signature_is_named_and_no_key_is_asked_for(old: bytes, new: bytes, why: str) -> None:
    raw, count = re.subn(old, new, signed(mail()), count=1)
    dns = published()
    proof = judged(raw, dns)
    assert count == 1
    assert proof.verdict is FAILED
    assert f"dkim=policy d=shop.be s=sel {why}" in proof.evidence
    assert "sel._domainkey.shop.be" not in dns.asked


def test_an_expiry_is_measured_by_the_time_of_arrival() -> None:
    later = int((NOON + timedelta(hours=2)).timestamp())
    raw = re.sub(rb"t=\d+;", b"x=%d;" % later, signed(mail()), count=1)
    assert "header" in judged(raw, published()).evidence, "changed after signing, but not expired"
    assert "expired" in judged(raw, published(), received_at=NOON + timedelta(hours=3)).evidence


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ((rsa(512).record,), "key_size"),
        ((rsa(1024).record.partition("p=")[0] + "p=",), "key_revoked"),
        ((rsa(1024).record + "; s=tlsrpt",), "key_service"),
        ((rsa(1024).record + "; h=sha1",), "key_hash"),
        (("v=DKIM1; k=rsa; p=AAAA",), "key_malformed"),
        (("v=DKIM1; k=rsa; p=%%%%",), "key_malformed"),
        ((ed25519().record,), "key_kind"),
        ((rsa(1024).record, rsa(2048).record), "keys"),
        ((), "no_key"),
        (("google-site-verification=x",), "no_key"),
        ((rsa(1024).record + ";" + "n=" + "x" * 5000,), "keys"),
    ],
)
def test_an_unusable_key_proves_nothing(records: tuple[str, ...], why: str) -> None:
    proof = judged(signed(mail()), published().txt("sel._domainkey.shop.be", *records))
    assert proof.verdict is FAILED
    assert why in proof.evidence


def test_a_key_for_the_same_domain_only_takes_no_subdomain_in_the_identity() -> None:
    raw = signed(mail(), identity=b"x@mail.shop.be")
    dns = published().txt("sel._domainkey.shop.be", rsa().record + "; t=s")
    assert "permerror d=shop.be s=sel identity" in judged(raw, dns).evidence


@pytest.mark.parametrize(
    ("author", "signer", "policy", "verdict"),
    [
        ("billing@shop.be", "mail.shop.be", "p=none", VERIFIED),
        ("billing@mail.shop.be", "shop.be", "p=none; adkim=r", VERIFIED),
        ("billing@a.shop.be", "b.shop.be", "p=none", VERIFIED),
        ("billing@shop.be", "mail.shop.be", "p=none; adkim=s", FAILED),
        ("billing@shop.be", "shop.be", "p=none; adkim=s", VERIFIED),
        ("billing@SHOP.be", "shop.BE", "p=none; adkim=s", VERIFIED),
        ("billing@shop.be", "xshop.be", "p=none", UNVERIFIED),
        ("billing@shop.be", "be", "p=none", UNVERIFIED),
        ("jo@shop.co.uk", "evil.co.uk", "p=none", UNVERIFIED),  # a public suffix is nobody's organisation
        ("jo@shop.co.uk", "co.uk", "p=none", UNVERIFIED),
        ("jo@co.uk", "evil.co.uk", "p=none", UNVERIFIED),
        ("jo@me.github.io", "you.github.io", "p=none", UNVERIFIED),  # customers of one hoster
    ],
)
def test_alignment(author: str, signer: str, policy: str, verdict: SenderVerdict) -> None:
    dns = published(signer.lower(), dmarc="")
    for name in ("shop.be", "shop.co.uk", "co.uk", "me.github.io"):
        dns.txt(f"_dmarc.{name}", f"v=DMARC1; {policy}")
    assert judged(signed(mail(author), signer), dns).verdict is verdict


def test_the_policy_of_a_subdomain_comes_before_its_organisation_s() -> None:
    dns = published("shop.be", dmarc="p=none; adkim=r").txt("_dmarc.mail.shop.be", "v=DMARC1; p=none; adkim=s")
    assert judged(signed(mail("a@mail.shop.be")), dns).verdict is FAILED


@pytest.mark.parametrize(
    "records",
    [("v=DMARC1; p=reject", "v=DMARC1; p=none"), ("v=DMARC1",), ("v=DMARC1; p=maybe",), ("v=DMARC2; p=none",), ("",)],
)
def test_a_broken_or_doubled_policy_is_none(records: tuple[str, ...]) -> None:
    dns = published().txt("_dmarc.shop.be", *records)
    assert judged(signed(mail()).replace(b"Our", b"My"), dns).verdict is UNVERIFIED


@pytest.mark.parametrize(
    ("sender", "code"),
    [
        ("a@shop.be, b@shop.be", "from_several"),
        ("A <a@shop.be>, B <b@evil.com>", "from_several"),
        ("<a@shop.be> <b@shop.be>", "from_several"),
        ("Us: a@shop.be;", "from_several"),
        ("a@shop.be <b@evil.com>", "from_malformed"),
        ("nobody", "from_malformed"),
        ('"a@shop.be', "from_malformed"),
        ("(a@shop.be", "from_malformed"),
        ("<>", "from_malformed"),
        ("a@[127.0.0.1]", "from_malformed"),
        ("a@shop", "from_malformed"),
        ("A <a@shop.be> x", "from_malformed"),
        ("x" * 2500 + " <a@shop.be>", "from_malformed"),
    ],
)
def test_a_from_that_is_not_one_address_proves_nothing(sender: str, code: str) -> None:
    proof = judged(signed(mail(sender)), published())
    assert (proof.verdict, proof.identity, proof.evidence) == (UNVERIFIED, "", code)


@pytest.mark.parametrize(
    "sender",
    [
        "billing@shop.be",
        "<billing@shop.be>",
        '"Shop, the (best) <ceo@evil.com>" <billing@shop.be>',
        "billing@shop.be (Shop, a@b.c)",
        "=?utf-8?Q?D=C3=A9p=C3=B4t,_SA?= <billing@shop.be>",
        "billing@shop.be <billing@shop.be>",
        "Dépôt\r\n <billing@shop.be>",
        '"a \\"b <c" <billing@shop.be>',
    ],
)
def test_the_one_address_is_found_whatever_is_written_round_it(sender: str) -> None:
    proof = judged(signed(mail(sender)), published())
    assert (proof.verdict, proof.identity) == (VERIFIED, "billing@shop.be")


def test_two_from_fields_prove_nothing_even_when_one_of_them_is_signed() -> None:
    raw = signed(mail())
    for forged in (b"From: ceo@evil.com\r\n" + raw, raw.replace(b"To:", b"From: ceo@evil.com\r\nTo:")):
        assert judged(forged, published()).evidence == "from_repeated"
    assert judged(b"To: x\r\n\r\nFrom: billing@shop.be\r\n", published()).evidence == "from_missing"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"Subject:", b"Subject: x\rFrom: ceo@evil.com\rX:", "header_malformed"),
        (b"Subject:", b"From : ceo@evil.com\r\nSubject:", "header_malformed"),
        (b"Subject:", b"no field\r\nSubject:", "header_malformed"),
        (b"Subject: ", b"Subject: \0", "header_malformed"),
        (b"From:", b" folded\r\nFrom:", "header_malformed"),
        (b"Subject:", b"X: y\r\n" * 1001 + b"Subject:", "header_too_long"),
        (b"Subject:", b"X: " + b"y" * 300_000 + b"\r\nSubject:", "header_too_long"),
    ],
)
def test_a_header_that_two_readers_could_read_differently_proves_nothing(old: bytes, new: bytes, code: str) -> None:
    assert judged(mail().replace(old, new, 1), published()).evidence == code


def test_the_number_of_signatures_that_are_checked_is_bounded() -> None:
    field = b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.be; s=s%d; h=from; bh=AAAA; b=AAAA\r\n"
    dns = Table().txt("_dmarc.shop.be", "v=DMARC1; p=none")
    proof = judged(b"".join(field % n for n in range(300)) + mail(), dns)
    assert proof.verdict is FAILED
    assert len(dns.asked) == 21
    assert len(proof.evidence) <= 500


def test_a_signature_that_would_slow_an_expression_down_is_not_read() -> None:
    field = b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.be; s=sel; h=from; bh=AAAA; b" + b" " * 5000 + b"=AA\r\n"
    assert "dkim" not in judged(field + mail(), published()).evidence


def test_silence_of_the_dns_is_unknown_and_an_answer_later_verifies() -> None:
    dns = published()
    dns.silent = {"shop.be"}
    proof = judged(signed(mail()), dns)
    assert (proof.verdict, proof.identity) == (UNKNOWN, "billing@shop.be")
    assert proof.evidence == "dmarc=temperror; dkim=temperror d=shop.be s=sel dns; spf=skipped"
    dns.silent = set()
    assert judged(signed(mail()), dns).verdict is VERIFIED


def test_without_the_policy_only_the_very_domain_is_proved_because_it_may_be_strict() -> None:
    for signer, verdict in (("shop.be", VERIFIED), ("mail.shop.be", UNKNOWN)):
        dns = published(signer)
        dns.silent = {"_dmarc.shop.be"}
        assert judged(signed(mail(), signer), dns).verdict is verdict


def test_a_mail_with_nothing_to_prove_asks_nothing_of_the_dns() -> None:
    dns = published()
    proof = judged(mail(), dns)
    assert (proof.verdict, proof.evidence, dns.asked) == (UNVERIFIED, "dmarc=not_asked; spf=skipped", [])


def test_a_forward_proves_who_forwards() -> None:
    inner = signed(mail()).decode()
    raw = mail("Els <els@korenbloem.be>", body=f"---- Forwarded ----\r\n{inner}")
    dns = published("korenbloem.be").txt("sel._domainkey.shop.be", rsa().record)
    assert judged(signed(raw, "korenbloem.be"), dns).identity == "els@korenbloem.be"
    assert judged(raw, dns).verdict is UNVERIFIED
