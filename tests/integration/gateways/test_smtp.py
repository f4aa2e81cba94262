"""The SMTP door on a real socket."""

from __future__ import annotations

import smtplib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from structlog.testing import capture_logs
from waiting import until

from mailroom.domain.message import Door
from mailroom.gateways.admission import Recipient

OpenDoor = Callable[..., Any]
MAIL = b"From: sup@plier.example\r\nSubject: invoice\r\n\r\nhello"


def test_a_mail_is_in_the_spool_when_250_is_read(open_door: OpenDoor) -> None:
    house = open_door()
    with smtplib.SMTP(house.host, house.port, "client.example", timeout=20) as client:
        message = EmailMessage()
        message["Subject"] = "invoice"
        message.set_content("hello\n.\n..dots\n")
        message.add_attachment(b"%PDF-" + b"x" * 100_000, maintype="application", subtype="pdf", filename="a.pdf")
        sent = message.as_bytes(policy=SMTP)
        client.sendmail("sup@plier.example", ["ACME@Import.Example"], sent)
        (entry,) = house.spool.pending(10)
    assert house.spool.content(entry.id) == sent
    envelope = entry.envelope
    assert (envelope.door, envelope.sender, envelope.recipient) == (
        Door.SMTP,
        "sup@plier.example",
        "acme@import.example",
    )
    assert (envelope.account_id, envelope.peer, envelope.helo) == ("account-acme", "127.0.0.1", "client.example")
    assert envelope.uploaded_by is None


@pytest.mark.parametrize(
    ("recipient", "reply"),
    [
        ("nobody@import.example", "550 5.1.1"),
        ("acme@other.example", "550 5.1.1"),
        ("postmaster", "550 5.1.1"),
        ("old@import.example", "550 5.1.6"),
        ("late@import.example", "450 4.2.1"),
        ("broken@import.example", "451 4.3.0"),
        ("", "501 5.5.4"),
        ("a b@c", "501 5.1.3"),
        ("acme@import.example", "250 2.1.5"),
    ],
)
def test_each_recipient_gets_its_own_answer_at_rcpt(open_door: OpenDoor, recipient: str, reply: str) -> None:
    client = open_door().dial(hello=True)
    client.say("MAIL FROM:<a@b.example>")
    said = client.say(f"RCPT TO:<{recipient}>")
    assert said.startswith(reply)
    assert "secret" not in said


def test_mail_for_a_suspended_account_can_be_refused_for_good(open_door: OpenDoor) -> None:
    client = open_door(suspended="reject").dial(hello=True)
    client.say("MAIL FROM:<a@b.example>")
    assert client.say("RCPT TO:<late@import.example>").startswith("550 5.2.1")


def test_the_null_sender_is_the_empty_text(open_door: OpenDoor) -> None:
    house = open_door()
    client = house.dial(hello=True)
    client.begin(sender="")
    client.send(MAIL + b"\r\n.\r\n")
    assert client.reply().startswith("250 2.0.0")
    assert house.spool.pending(1)[0].envelope.sender == ""


def test_several_recipients_are_one_entry_each_and_a_double_one_is_one(open_door: OpenDoor) -> None:
    house = open_door()
    client = house.dial(hello=True)
    said = client.mail(MAIL, "acme@import.example", "beta@import.example", "ACME@import.example")
    assert said.startswith("250")
    entries = house.spool.pending(10)
    assert [entry.envelope.recipient for entry in entries] == ["acme@import.example", "beta@import.example"]
    assert house.contents() == [MAIL + b"\r\n"] * 2
    assert client.mail(MAIL, "beta@import.example") == f"250 2.0.0 Ok: kept as {entries[1].id}"
    assert len(house.spool.pending(10)) == 2


def test_a_large_mail_comes_whole(open_door: OpenDoor) -> None:
    house = open_door()
    client = house.dial(hello=True)
    content = b"".join(b".%d %b\r\n" % (number, b"x" * (number % 70)) for number in range(120_000))
    client.begin()
    client.send(content.replace(b"\r\n.", b"\r\n..").replace(b".", b"..", 1) + b".\r\nQUIT\r\n")
    assert client.reply().startswith("250 2.0.0")
    assert client.reply().startswith("221 2.0.0")
    assert house.contents() == [content]


def test_too_large_is_refused_when_announced_and_when_sent(open_door: OpenDoor) -> None:
    house = open_door(max_message_bytes=100_000)
    client = house.dial(hello=True)
    assert client.say("MAIL FROM:<a@b.example> SIZE=100001").startswith("552 5.3.4")
    assert client.say("MAIL FROM:<a@b.example> SIZE=100000").startswith("250")
    client.say("RSET")
    assert client.mail(b"x\r\n" * 50_000).startswith("552 5.3.4")
    assert client.mail(MAIL).startswith("250")
    assert house.contents() == [MAIL + b"\r\n"]


def test_who_goes_on_sending_after_too_much_is_cut_off(open_door: OpenDoor) -> None:
    house = open_door(max_message_bytes=100_000)
    client = house.dial(hello=True)
    client.begin()
    with pytest.raises(ConnectionError):
        client.send(b"x\r\n" * 50_000_000)
    assert house.dial(hello=True).mail(MAIL).startswith("250")


@pytest.mark.parametrize("bad", [b"a\nb", b"a\rb", b"\n.\r\n", b"\r\n.\n", b"\r.\r"])
def test_bare_newlines_are_refused_and_nothing_behind_them_is_obeyed(open_door: OpenDoor, bad: bytes) -> None:
    house = open_door()
    client = house.dial(hello=True)
    smuggled = b"MAIL FROM:<x@y.example>\r\nRCPT TO:<beta@import.example>\r\nDATA\r\nsmuggled"
    assert client.mail(MAIL + bad + smuggled).startswith("550 5.5.2")
    assert client.reply().startswith("421 4.7.0")
    assert client.reply() == ""
    assert house.contents() == []


def test_commands_behind_an_end_that_is_in_doubt_are_not_obeyed(open_door: OpenDoor) -> None:
    """A server in front for which CR CR LF ends no line would pass all of this on as one mail."""
    house = open_door()
    client = house.dial(hello=True)
    client.begin()
    smuggled = b"MAIL FROM:<x@y.example>\r\nRCPT TO:<beta@import.example>\r\nDATA\r\nsmuggled\r\n.\r\n"
    client.send(MAIL + b"\r\r\n.\r\n" + smuggled)
    assert [client.reply()[:9] for _ in range(3)] == ["550 5.5.2", "421 4.7.0", ""]
    assert house.contents() == []
    assert house.dial(hello=True).mail(MAIL).startswith("250")


def test_who_never_sends_a_real_end_gets_the_refusal_soon(open_door: OpenDoor) -> None:
    client = open_door().dial(hello=True)
    client.begin()
    began = time.monotonic()
    client.send(b"Subject: x\n\nunix line ends\n.\n")
    assert client.reply().startswith("550 5.5.2")
    assert client.reply() == ""
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(("line", "reply"), [(b"x\0y", "550 5.6.0"), (b"y" * 9_999_999, "550 5.5.2")])
def test_nul_and_endless_lines_are_refused(open_door: OpenDoor, line: bytes, reply: str) -> None:
    house = open_door()
    client = house.dial(hello=True)
    assert client.mail(line).startswith(reply)
    assert client.mail(MAIL).startswith("250")
    assert len(house.contents()) == 1


def test_what_is_said_in_one_breath_is_answered_in_order(open_door: OpenDoor) -> None:
    house = open_door()
    client = house.dial()
    client.send(
        b"EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n"
        b"RCPT TO:<acme@import.example>\r\nRCPT TO:<x@import.example>\r\nDATA\r\n"
    )
    replies = [client.reply() for _ in range(6)]
    assert [said[:3] for said in replies] == ["220", "250", "250", "250", "550", "354"]
    assert {"PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 36700160"} <= {
        line[4:].strip() for line in replies[1].splitlines()
    }
    client.send(MAIL + b"\r\n.\r\nMAIL FROM:<>\r\nRSET\r\nNOOP\r\nVRFY acme\r\nQUIT\r\n")
    assert [client.reply()[:3] for _ in range(6)] == ["250", "250", "250", "250", "252", "221"]
    assert client.reply() == ""
    assert house.contents() == [MAIL + b"\r\n"]


def test_a_client_that_closes_its_sending_side_gets_its_answers(open_door: OpenDoor) -> None:
    house = open_door()
    client = house.dial()
    client.send(
        b"HELO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<acme@import.example>\r\nDATA\r\n" + MAIL + b"\r\n.\r\n"
    )
    client.sock.shutdown(socket.SHUT_WR)
    assert [client.reply()[:3] for _ in range(6)] == ["220", "250", "250", "250", "354", "250"]
    assert house.contents() == [MAIL + b"\r\n"]


@pytest.mark.parametrize(
    ("commands", "reply"),
    [
        (["MAIL FROM:<a@b.example>"], "503 5.5.1"),
        (["EHLO"], "501 5.5.4"),
        (["EHLO c", "RCPT TO:<acme@import.example>"], "503 5.5.1"),
        (["EHLO c", "DATA"], "503 5.5.1"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], "503 5.5.1"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "DATA"], "503 5.5.1"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<acme@import.example>", "DATA now"], "501 5.5.4"),
        (["EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<acme@import.example> NOTIFY=NEVER"], "555 5.5.4"),
        (["EHLO c", "MAIL TO:<a@b.example>"], "501 5.5.4"),
        (["EHLO c", "MAIL FROM:<a b>"], "501 5.1.7"),
        (["EHLO c", "MAIL FROM:<a@b.example> SIZE=many"], "501 5.5.4"),
        (["EHLO c", "MAIL FROM:<a@b.example> BODY=BINARYMIME"], "501 5.5.4"),
        (["EHLO c", "MAIL FROM:<a@b.example> BODY=8BITMIME SMTPUTF8 SIZE=5"], "250 2.1.0"),
        (["EHLO c", "MAIL FROM:<a@b.example> RET=FULL"], "555 5.5.4"),
        (["EHLO c", "MAIL FROM:<jörg@b.example>"], "553 5.6.7"),
        (["EHLO c", "MAIL FROM:<jörg@b.example> SMTPUTF8"], "250 2.1.0"),
        (["EHLO c", "STARTTLS"], "502 5.5.1"),
        (["EHLO c", "AUTH PLAIN AAAA"], "502 5.5.1"),
        (["EHLO c", "NONSENSE"], "500 5.5.2"),
        (["EHLO c", ""], "500 5.5.2"),
        (["EHLO c", "NOOP " + "x" * 5_000], "500 5.5.2"),
        (["GET / HTTP/1.1"], "421 4.7.0"),
        (["EHLO c", "mail from:<a@b.example>", "EHLO d", "rcpt to:<acme@import.example>"], "503 5.5.1"),
    ],
)
def test_commands_out_of_order_or_form_are_refused(open_door: OpenDoor, commands: list[str], reply: str) -> None:
    client = open_door().dial()
    client.reply()
    said = [client.say(command) for command in commands]
    assert said[-1].startswith(reply)


def test_too_many_recipients_wait_for_another_mail(open_door: OpenDoor) -> None:
    house = open_door(max_recipients=3)
    client = house.dial(hello=True)
    client.say("MAIL FROM:<a@b.example>")
    said = [client.say(f"RCPT TO:<acme-{number}@import.example>")[:9] for number in range(5)]
    assert said == ["250 2.1.5"] * 3 + ["452 4.5.3"] * 2
    client.say("DATA")
    client.send(MAIL + b"\r\n.\r\n")
    assert client.reply().startswith("250")
    assert len(house.spool.pending(10)) == 3


def test_a_server_with_five_hundred_recipients_gets_as_far_as_its_data(open_door: OpenDoor) -> None:
    house = open_door()
    client = house.dial(hello=True)
    recipients = b"".join(b"RCPT TO:<acme-%d@import.example>\r\n" % number for number in range(500))
    client.send(b"MAIL FROM:<a@b.example>\r\n" + recipients + b"DATA\r\n")
    said = [client.reply()[:3] for _ in range(502)]
    assert said == ["250"] * 101 + ["452"] * 400 + ["354"]
    client.send(MAIL + b"\r\n.\r\n")
    assert client.reply().startswith("250")
    assert len(house.spool.pending(1_000)) == 100


def test_too_many_connections_are_told_to_come_later(open_door: OpenDoor) -> None:
    house = open_door(max_connections=2)
    first, second = house.dial(hello=True), house.dial(hello=True)
    third = house.dial()
    assert third.reply().startswith("421 4.7.0")
    assert third.reply() == ""
    second.say("QUIT")
    assert second.reply() == ""
    until(lambda: house.dial().reply().startswith("220"))
    assert first.say("NOOP").startswith("250")


def test_one_stranger_cannot_take_all_connections(open_door: OpenDoor) -> None:
    house = open_door(max_connections_per_peer=1)
    house.dial(hello=True, source="127.0.0.2")
    assert house.dial(source="127.0.0.2").reply().startswith("421 4.7.0")
    assert house.dial(source="127.0.0.3").reply().startswith("220")
    house.dial(hello=True)
    house.dial(hello=True)


def test_too_many_errors_and_too_many_idle_commands_end_the_connection(open_door: OpenDoor) -> None:
    house = open_door(max_errors=3, max_idle_commands=5)
    client = house.dial(hello=True)
    assert [client.say("NONSENSE")[:3] for _ in range(3)] == ["500"] * 3
    client.send(b"NONSENSE\r\n")
    assert [client.reply()[:3] for _ in range(3)] == ["500", "421", ""]
    client = house.dial(hello=True)
    assert [client.say("NOOP")[:3] for _ in range(5)] == ["250"] * 4 + ["421"]
    assert client.reply() == ""


def test_a_stranger_who_guesses_addresses_is_slowed_and_shut_out(open_door: OpenDoor, monkeypatch: Any) -> None:
    house = open_door(max_unknown_recipients=1, max_errors=100, trusted_peers=["127.0.0.1"])
    client = house.dial(hello=True, source="127.0.0.9")
    client.say("MAIL FROM:<a@b.example>")
    began = time.monotonic()
    said = [client.say(f"RCPT TO:<guess{number}@import.example>")[:9] for number in range(3)]
    assert said == ["550 5.1.1"] * 3
    assert time.monotonic() - began >= 3  # one second, then two
    assert house.dial(hello=True, source="127.0.0.10").say("NOOP").startswith("250")
    client.say("RCPT TO:<guess3@import.example>")
    assert client.say("RCPT TO:<guess4@import.example>").startswith("421 4.7.0")
    assert house.dial(source="127.0.0.9").reply().startswith("421 4.7.0")
    front = house.dial(hello=True)
    front.say("MAIL FROM:<a@b.example>")
    assert [front.say(f"RCPT TO:<g{number}@import.example>")[:3] for number in range(9)] == ["550"] * 9


def test_guessing_over_many_connections_helps_nobody(open_door: OpenDoor) -> None:
    house = open_door(max_unknown_recipients=2, trusted_peers=[])
    for number in range(5):
        client = house.dial(hello=True, source="127.0.0.9")
        client.say("MAIL FROM:<a@b.example>")
        assert client.say(f"RCPT TO:<guess{number}@import.example>").startswith("550 5.1.1")
        assert client.say("QUIT").startswith("221")
    client = house.dial(hello=True, source="127.0.0.9")
    client.say("MAIL FROM:<a@b.example>")
    assert client.say("RCPT TO:<guess5@import.example>").startswith("421 4.7.0")
    assert house.dial(source="127.0.0.9").reply().startswith("421 4.7.0")
    assert house.dial(source="127.0.0.10").reply().startswith("220")


def test_a_refusal_is_told_with_sender_and_recipient(open_door: OpenDoor) -> None:
    """ "My mail came back": the operator finds the line by either address."""
    client = open_door().dial(hello=True)
    client.say("MAIL FROM:<sup@plier.example>")
    with capture_logs() as told:
        client.say("RCPT TO:<acmee@import.example>")
    refused = next(line for line in told if line["event"] == "recipient_refused")
    assert (refused["sender"], refused["recipient"]) == ("sup@plier.example", "acmee@import.example")


def test_an_inherited_socket_is_used(open_door: OpenDoor) -> None:
    inherited = socket.create_server(("127.0.0.1", 0))
    house = open_door(sock=inherited)
    assert (house.host, house.port) == inherited.getsockname()
    assert house.dial(hello=True).mail(MAIL).startswith("250")


def test_a_port_that_is_taken_or_nonsense_is_named(open_door: OpenDoor) -> None:
    from mailroom.errors import BadConfiguration
    from mailroom.listening import bind

    house = open_door()
    with pytest.raises(BadConfiguration, match=rf"smtp.listen: 127.0.0.1:{house.port}: .*another program has it"):
        bind(f"127.0.0.1:{house.port}")
    with pytest.raises(BadConfiguration, match=r"lmtp.listen: 192.0.2.1:2525: .*no address of this machine"):
        bind("192.0.2.1:2525", section="lmtp")
    for listen in ("", "localhost", "localhost:port", "127.0.0.1:99999", "127.0.0.1:²"):
        with pytest.raises(BadConfiguration, match="expected HOST:PORT"):
            bind(listen)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_one_address_takes_mail_by_ipv4_and_ipv6(open_door: OpenDoor) -> None:
    from mailroom.listening import bind

    house = open_door(sock=bind("[::]:0"))
    for host, peer in (("127.0.0.1", "127.0.0.1"), ("::1", "::1")):
        client = replace(house, host=host).dial(hello=True)
        assert client.mail(MAIL + host.encode()).startswith("250")
        assert house.spool.pending(9)[-1].envelope.peer == peer


def test_a_closing_door_says_good_bye_and_finishes_the_mail_that_is_on_its_way(open_door: OpenDoor) -> None:
    house = open_door()
    idle, busy = house.dial(hello=True), house.dial(hello=True)
    busy.begin()
    busy.send(b"Subject: half")
    stopping = threading.Thread(target=lambda: house.run(house.door.stop()))
    stopping.start()
    assert idle.reply().startswith("421 4.3.2")
    busy.send(b"\r\n.\r\n")
    assert busy.reply().startswith("250")
    assert busy.say("MAIL FROM:<a@b.example>")[:3] in {"421", ""}
    stopping.join(20)
    assert house.contents() == [b"Subject: half\r\n"]


def test_a_hundred_sessions_at_once_each_get_their_mail_kept(open_door: OpenDoor) -> None:
    house = open_door()
    failed: list[str] = []

    def send(number: int) -> None:
        with smtplib.SMTP(house.host, house.port, timeout=30) as client:
            for mail in range(3):
                refused = client.sendmail(
                    "a@b.example", ["acme@import.example"], b"Subject: %d-%d\r\n" % (number, mail)
                )
                failed.extend(refused)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    wanted = {b"Subject: %d-%d\r\n" % (number, mail) for number in range(100) for mail in range(3)}
    assert set(house.contents()) == wanted


@pytest.mark.parametrize(
    ("more", "reply"),
    [
        ({"blocked": ("@plier.example",)}, "550 5.7.1"),
        ({"senders": ("boss@acme.example",)}, "550 5.7.1"),
        ({"quota_reached": True}, "452 4.2.2"),
    ],
)
def test_admission_looks_at_the_sender_and_at_the_day(open_door: OpenDoor, more: dict[str, Any], reply: str) -> None:
    house = open_door(find=lambda local, domain: Recipient(f"{local}@{domain}", "a", False, False, **more))
    client = house.dial(hello=True)
    client.say("MAIL FROM:<sup@plier.example>")
    assert client.say("RCPT TO:<acme@import.example>").startswith(reply)
