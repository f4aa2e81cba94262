"""STARTTLS, a certificate that is renewed, and load balancers in front."""

from __future__ import annotations

import smtplib
import ssl
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixtures_dovecot import make_certificate

from mailroom.errors import BadConfiguration

OpenDoor = Callable[..., Any]
MAIL = b"From: sup@plier.example\r\nSubject: invoice\r\n\r\nhello"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path / "tls.pem")


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def certificate_of(house: Any) -> bytes | None:
    with smtplib.SMTP(house.host, house.port, timeout=20) as client:
        client.starttls(context=trusting())
        assert isinstance(client.sock, ssl.SSLSocket)
        return client.sock.getpeercert(binary_form=True)


def der(content: bytes) -> bytes:
    text = content.decode()
    return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERTIFICATE") :])


def test_mail_comes_through_tls_small_and_large(open_door: OpenDoor, certificate: Path) -> None:
    house = open_door(tls_certificate=certificate)
    with smtplib.SMTP(house.host, house.port, timeout=20) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        client.starttls(context=trusting())
        client.ehlo_resp = client.helo_resp = b"said before TLS, which does not count"
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("a@b.example", ["acme@import.example"], MAIL)
        client.ehlo()
        assert not client.has_extn("starttls")
        for content in (MAIL + b"\r\n", b"x" * 76 + b"\r\n", (b"x" * 76 + b"\r\n") * 40_000):
            assert not client.sendmail("a@b.example", ["acme@import.example"], content)
    assert [len(content) for content in house.contents()] == [len(MAIL) + 2, 78, 78 * 40_000]


def test_a_renewed_certificate_is_taken_up_and_a_broken_one_is_not(open_door: OpenDoor, certificate: Path) -> None:
    house = open_door(tls_certificate=certificate)
    one, two = certificate.read_bytes(), make_certificate(certificate.with_name("two.pem")).read_bytes()
    assert certificate_of(house) == der(one)
    replace(certificate, two)
    assert certificate_of(house) == der(two)
    replace(certificate, b"rubbish")
    assert certificate_of(house) == der(two)
    certificate.unlink()
    assert certificate_of(house) == der(two)
    replace(certificate, one)
    assert certificate_of(house) == der(one)


def replace(file: Path, content: bytes) -> None:
    new = file.with_suffix(".new")
    new.write_bytes(content)
    new.replace(file)


def test_a_certificate_that_cannot_be_used_is_told_at_the_start(open_door: OpenDoor, tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="tls_certificate"):
        open_door(tls_certificate=tmp_path / "nothing.pem")
    (tmp_path / "rubbish.pem").write_text("rubbish")
    with pytest.raises(BadConfiguration, match="rubbish"):
        open_door(tls_certificate=tmp_path / "rubbish.pem")


def test_commands_slipped_in_before_tls_are_dropped(open_door: OpenDoor, certificate: Path) -> None:
    house = open_door(tls_certificate=certificate)
    client = house.dial(hello=True)
    client.send(b"STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@x.example>\r\n")
    assert client.reply().startswith("220")
    inside = trusting().wrap_socket(client.sock)
    inside.sendall(b"NOOP\r\n")
    assert inside.recv(100).startswith(b"250")
    inside.sendall(b"RCPT TO:<acme@import.example>\r\n")
    assert inside.recv(100).startswith(b"503 5.5.1")
    inside.close()


def test_rubbish_instead_of_a_handshake_and_old_versions_end_the_connection_only(
    open_door: OpenDoor, certificate: Path
) -> None:
    house = open_door(tls_certificate=certificate)
    client = house.dial(hello=True)
    assert client.say("STARTTLS").startswith("220")
    client.send(b"this is no client hello\r\n" * 10)
    assert client.file.read(100)[:1] in {b"", b"\x15"}
    leaving = house.dial(hello=True)
    leaving.say("STARTTLS")
    leaving.close()
    old = trusting()
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with smtplib.SMTP(house.host, house.port, timeout=20) as speaking, pytest.raises((ssl.SSLError, ConnectionError)):
        speaking.starttls(context=old)
    assert house.dial(hello=True).mail(MAIL).startswith("250")
    assert house.run(connections(house.door)) <= 2


async def connections(door: Any) -> int:
    return int(door._listener._reception.connections)


V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack("!H4s4sHH", 12, b"\xcb\0\x71\x05", b"\x7f\0\0\x01", 4321, 25)


@pytest.mark.parametrize(
    ("header", "peer"),
    [
        (b"PROXY TCP4 203.0.113.5 127.0.0.1 4321 25\r\n", "203.0.113.5"),
        (b"PROXY TCP6 2001:db8::5 ::1 4321 25\r\n", "2001:db8::5"),
        (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
        (V2, "203.0.113.5"),
    ],
)
def test_a_load_balancer_says_whom_it_stands_for(open_door: OpenDoor, header: bytes, peer: str) -> None:
    house = open_door(proxy_from=["127.0.0.1"])
    client = house.dial()
    client.send(header)
    assert client.reply().startswith("220")
    client.say("EHLO c.example")
    assert client.mail(MAIL).startswith("250")
    assert house.spool.pending(1)[0].envelope.peer == peer


def test_nobody_else_may_say_so_and_a_balancer_must(open_door: OpenDoor) -> None:
    house = open_door(proxy_from=["127.0.0.1"])
    stranger = house.dial(source="127.0.0.7")
    assert stranger.reply().startswith("220")
    assert stranger.say("PROXY TCP4 203.0.113.5 127.0.0.1 4321 25").startswith("500")
    silent = house.dial()
    silent.send(b"EHLO c.example\r\n")
    assert silent.reply() == ""


def test_two_doors_share_a_port_when_they_may(open_door: OpenDoor, tmp_path: Path) -> None:
    from mailroom.listening import bind

    first = bind("127.0.0.1:0", reuse_port=True)
    second = bind(f"127.0.0.1:{first.getsockname()[1]}", reuse_port=True)
    assert first.getsockname() == second.getsockname()
    first.close()
    second.close()


def test_settings_that_are_no_networks_are_named(open_door: OpenDoor) -> None:
    with pytest.raises(BadConfiguration, match="proxy_from"):
        open_door(proxy_from=["somewhere"])
