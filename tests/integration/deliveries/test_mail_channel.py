"""The mail channel against a real relay on loopback: taken once, refused for good, or tried again."""

from __future__ import annotations

import smtplib
from pathlib import Path

import pytest
from faults.loopback_relay import LoopbackRelay, client_tls, loopback_relay, text_file

from mailroom.config import MailSettings
from mailroom.deliveries import MailChannel, Parcel
from mailroom.domain.delivery import OutgoingMail
from mailroom.errors import BadConfiguration, DeliveryFailed, DeliveryRejected, StorageUnavailable

MAIL = OutgoingMail(
    message_id="<report.01jd@post.example>",
    recipient="jo@bakker.example",
    subject="Drie documenten",
    text="Hallo\n.\n..punt\n" + "x" * 2000 + "\n",
    html="<p>Hallo</p>",
)


def channel(relay: LoopbackRelay | None, folder: Path, **changed: object) -> MailChannel:
    settings = {"relay": relay.address if relay else "", "relay_security": "none", "sender": "mailroom@post.example"}
    return MailChannel(MailSettings(**{**settings, **changed}), folder / "outgoing", tls=client_tls())  # type: ignore[arg-type]


def test_the_relay_gets_the_mail_and_its_answer_is_kept(tmp_path: Path) -> None:
    with loopback_relay() as relay:
        answer = channel(relay, tmp_path).deliver(Parcel(mail=MAIL))
    assert answer == "250 2.0.0 Ok: queued as 4F2A"
    assert relay.recipients == [["jo@bakker.example"]]
    (message,) = relay.messages
    assert message["Message-ID"] == MAIL.message_id
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == MAIL.text  # lone points and long lines survive
    assert relay.greeted == ["post.example"]
    assert not (tmp_path / "outgoing").exists()


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_4xx_answer_asks_for_another_try(command: str, tmp_path: Path) -> None:
    with loopback_relay() as relay:
        relay.replies[command] = ["451 4.3.0 try later"]
        door = channel(relay, tmp_path)
        with pytest.raises(DeliveryFailed, match=r"451 4\.3\.0 try later"):
            door.send(MAIL)
        assert relay.taken == []
        door.send(MAIL)
        assert len(relay.taken) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_5xx_answer_is_final(command: str, tmp_path: Path) -> None:
    with loopback_relay() as relay:
        relay.replies[command] = ["550 5.1.1 no such user"]
        with pytest.raises(DeliveryRejected, match=r"550 5\.1\.1 no such user") as refused:
            channel(relay, tmp_path).send(MAIL)
    assert refused.value.facts["code"] == 550
    assert relay.taken == []


def test_a_relay_that_drops_after_data_gets_the_same_mail_again(tmp_path: Path) -> None:
    with loopback_relay() as relay:
        relay.drop_after_data = 1
        door = channel(relay, tmp_path)
        with pytest.raises(DeliveryFailed):
            door.send(MAIL)
        door.send(MAIL)
    assert [message["Message-ID"] for message in relay.messages] == [MAIL.message_id] * 2  # known as one mail


def test_a_relay_that_hangs_up_at_the_goodbye_has_the_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rude(_relay: smtplib.SMTP) -> tuple[int, bytes]:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    monkeypatch.setattr(smtplib.SMTP, "quit", rude)
    with loopback_relay() as relay:
        assert channel(relay, tmp_path).send(MAIL).startswith("250")
    assert len(relay.taken) == 1


def test_a_relay_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    with loopback_relay() as relay:
        pass
    with pytest.raises(DeliveryFailed, match="localhost"):
        channel(relay, tmp_path).send(MAIL)


def test_a_mail_larger_than_the_relay_takes_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with loopback_relay(data_size_limit=1000) as relay, pytest.raises(DeliveryRejected, match="552"):
        channel(relay, tmp_path).send(MAIL)


@pytest.mark.parametrize(("security", "server"), [("starttls", {"starttls": True}), ("tls", {"tls": True})])
def test_mail_goes_over_tls_with_a_log_in(security: str, server: dict[str, bool], tmp_path: Path) -> None:
    with loopback_relay(**server) as relay:
        relay.users["mailroom"] = "geheim"
        channel(
            relay,
            tmp_path,
            relay_security=security,
            relay_user="mailroom",
            relay_password_file=text_file(tmp_path, "geheim\n"),
        ).send(MAIL)
    assert relay.logged_in == ["mailroom"]
    assert len(relay.taken) == 1


def test_a_relay_with_a_certificate_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    with loopback_relay(starttls=True) as relay:
        settings = MailSettings(relay=relay.address, relay_security="starttls", sender="mailroom@post.example")
        with pytest.raises(DeliveryFailed, match="certificate verify failed"):
            MailChannel(settings, tmp_path).send(MAIL)
    assert relay.taken == []


def test_a_relay_without_starttls_gets_nothing_when_it_was_asked_for(tmp_path: Path) -> None:
    with loopback_relay() as relay, pytest.raises(DeliveryFailed, match="STARTTLS"):
        channel(relay, tmp_path, relay_security="starttls").send(MAIL)
    assert relay.taken == []


def test_a_wrong_password_loses_no_mail(tmp_path: Path) -> None:
    with loopback_relay() as relay:
        relay.users["mailroom"] = "geheim"
        door = channel(relay, tmp_path, relay_user="mailroom", relay_password_file=text_file(tmp_path, "an old one"))
        with pytest.raises(DeliveryFailed, match="535"):
            door.send(MAIL)
        text_file(tmp_path, "geheim")  # the operator mends it; nothing is restarted
        door.send(MAIL)
    assert len(relay.taken) == 1


def test_a_password_file_that_is_gone_loses_no_mail(tmp_path: Path) -> None:
    with loopback_relay() as relay, pytest.raises(DeliveryFailed, match="secret"):
        channel(relay, tmp_path, relay_user="mailroom", relay_password_file=tmp_path / "secret").send(MAIL)


@pytest.mark.parametrize("address", ["relay.example", "relay.example:smtp", ":25"])
def test_a_relay_that_is_no_host_and_port_is_a_mistake_in_the_configuration(address: str, tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"mail\.relay"):
        MailChannel(MailSettings(relay=address), tmp_path).send(MAIL)


def test_a_user_without_a_password_file_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    with loopback_relay() as relay, pytest.raises(BadConfiguration, match="relay_password_file"):
        channel(relay, tmp_path, relay_user="mailroom").send(MAIL)


def test_an_address_outside_ascii_needs_a_relay_that_takes_it(tmp_path: Path) -> None:
    mail = MAIL.model_copy(update={"recipient": "ștefan@bakker.example"})
    with loopback_relay(enable_SMTPUTF8=False) as relay, pytest.raises(DeliveryRejected, match="ASCII"):
        channel(relay, tmp_path).send(mail)
    with loopback_relay(enable_SMTPUTF8=True) as relay:
        channel(relay, tmp_path).send(mail)
        assert relay.recipients == [["ștefan@bakker.example"]]


def test_without_a_relay_the_mail_is_a_file_and_a_second_try_writes_it_over(tmp_path: Path) -> None:
    door = channel(None, tmp_path)
    name = door.send(MAIL)
    assert door.send(MAIL.model_copy(update={"text": "anders"})) == name
    assert [file.name for file in (tmp_path / "outgoing").iterdir()] == [name]
    assert name.startswith("report.01jd_post.example.")
    assert b"anders" in (tmp_path / "outgoing" / name).read_bytes()


def test_two_mails_with_ids_that_read_alike_are_two_files(tmp_path: Path) -> None:
    door = channel(None, tmp_path)
    names = {
        door.send(MAIL.model_copy(update={"message_id": identity})) for identity in ("<a/b@c>", "<a_b@c>", "<../a_b@c>")
    }
    assert len(names) == 3
    assert {file.name for file in (tmp_path / "outgoing").iterdir()} == names


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "outgoing").write_text("a file where the folder should be")
    with pytest.raises(StorageUnavailable):
        channel(None, tmp_path).send(MAIL)


def test_a_parcel_without_a_mail_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryRejected):
        channel(None, tmp_path).deliver(Parcel())
