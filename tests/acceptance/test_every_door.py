"""Every door leads into the same house: what came in by any of them is read and named in the ledger."""

from __future__ import annotations

import shutil
import smtplib
import socket
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import httpx
import pytest
from fixtures_daemon import Installation
from fixtures_dovecot import PASSWORD, Dovecot

from mailroom.app import open_house
from mailroom.config import StoreSettings, load
from mailroom.domain.delivery import OutgoingMail
from mailroom.store import open_store

MailMaker = Callable[[str, str], EmailMessage]
COMPANY = ("account", "add", "Bakkerij De Korenbloem BV", "--owner", "els@example.com", "--language", "nl")


def test_mail_of_the_companys_own_server_comes_in_by_lmtp(
    new_installation: Callable[..., Installation], demo_mail: MailMaker, tmp_path: Path
) -> None:
    installation = new_installation(f'[lmtp]\nlisten = "unix:{tmp_path}/lmtp"\n')
    account = installation.json(*COMPANY)[0]
    installation.start()
    assert installation.lmtp == f"unix:{tmp_path}/lmtp"
    mail = demo_mail("Peppol", account["import_address"]).as_bytes(policy=SMTP)
    with socket.socket(socket.AF_UNIX) as client, client.makefile("rb") as replies:
        client.connect(str(tmp_path / "lmtp"))

        def say(line: str) -> None:
            client.sendall(line.encode() + b"\r\n")

        say("LHLO front.example")
        say("MAIL FROM:<supplier@example.com>")
        say(f"RCPT TO:<{account['import_address']}>")
        say("RCPT TO:<nobody@import.localhost>")
        say("DATA")
        read = iter(replies.readline, b"")
        assert next(line for line in read if line.startswith(b"550 5.1.1"))
        assert next(line for line in read if line.startswith(b"354"))
        client.sendall(mail + b"\r\n.\r\n")
        assert next(read).startswith(b"250 2.0.0")
    [document] = installation.decided()
    assert document["fields"]["total_amount"]["value"] == "72.60"
    [line] = {line["recipient"] for line in installation.json("ledger")}
    assert line == account["import_address"]


def test_a_folder_a_program_and_a_mailbox_lead_to_the_same_desk(
    new_installation: Callable[..., Installation],
    demo_mail: MailMaker,
    dovecot: Dovecot,
    put_mail: Callable[..., int],
    tmp_path: Path,
) -> None:
    scans, user = tmp_path / "scans", dovecot.new_user()
    scans.mkdir()
    (tmp_path / "password").write_text(PASSWORD)
    installation = new_installation(
        f'[[folders]]\npath = "{scans}"\naccount = "Bakkerij De Korenbloem BV"\nstill_seconds = 1\n'
        f'[[imap]]\nhost = "127.0.0.1"\nport = {dovecot.port}\nsecurity = "none"\nuser = "{user}"\n'
        f'password_file = "{tmp_path}/password"\naddress_header = ["Delivered-To"]\n'
    )
    account = installation.json(*COMPANY)[0]
    [key] = installation.json("account", "api-key", "add", account["id"])
    installation.start()

    mail = demo_mail("Peppol", account["import_address"])
    [xml] = [part.get_payload(decode=True) for part in mail.walk() if (part.get_filename() or "").endswith(".xml")]
    (scans / "scan.xml").write_bytes(bytes(xml))
    with httpx.Client(base_url=installation.web, headers={"authorization": f"Bearer {key['key']}"}) as program:
        file = ("again.xml", bytes(xml) + b"\n")
        [handed] = program.post("/api/v1/documents", files={"file": file}).json()["files"]

        def sorted_() -> list[str]:
            shown = program.get(handed["status"]).json()
            return shown["documents"] if shown["state"] == "sorted" else []

        [document] = installation.wait(sorted_)
        assert program.get(f"/api/v1/documents/{document}").json()["filename"] == "again.xml"

    put_mail(user, mail.as_bytes(policy=SMTP))  # no Delivered-To: nobody knows whose it is
    [lost] = installation.wait(lambda: installation.json("unassigned", "list"))
    installation.wait(lambda: [row for row in installation.json("inbox", "--all") if row["account"] == "unassigned"])
    assert "mailroom unassigned list" in installation.command("doctor", check=False).stdout
    installation.decided(3)
    installation.command("unassigned", "assign", lost["id"], account["id"])
    assert installation.json("unassigned", "list") == []
    installation.wait(lambda: "imap" in doors(installation, account["id"]))
    assert {"folder", "api", "imap"} <= doors(installation, account["id"])
    assert sorted(file.name for file in (scans / "done").iterdir()) == ["scan.xml", "scan.xml.txt"]
    rows = installation.json("inbox", "--all")
    assert [row["state"] for row in rows if row["account"] == "unassigned"] == ["refused"]
    shutil.rmtree(scans)


def test_a_mail_that_we_sent_ourselves_is_stopped_at_every_door(
    new_installation: Callable[..., Installation], dovecot: Dovecot, put_mail: Callable[..., int], tmp_path: Path
) -> None:
    scans, user = tmp_path / "scans", dovecot.new_user()
    scans.mkdir()
    (tmp_path / "password").write_text(PASSWORD)
    installation = new_installation(
        f'[smtp]\nimport_domain = "import.bakkerij.example"\n[lmtp]\nlisten = "127.0.0.1:0"\n'
        f'[[folders]]\npath = "{scans}"\naccount = "Bakkerij De Korenbloem BV"\nstill_seconds = 0.5\n'
        f'[[imap]]\nhost = "127.0.0.1"\nport = {dovecot.port}\nsecurity = "none"\nuser = "{user}"\n'
        f'password_file = "{tmp_path}/password"\naccount = "Bakkerij De Korenbloem BV"\n'
    )
    account = installation.json(*COMPANY)[0]
    house = open_house(load(installation.config, data=installation.data))
    sent = house.mail.send(
        OutgoingMail(message_id="<digest@x>", recipient=account["import_address"], subject="Digest", text="Nothing.")
    )
    house.store.close()
    house.box.close()
    file = installation.data / "outgoing" / sent
    mine = file.read_bytes()
    assert b"X-Mailroom-Loop: import.bakkerij.example\r\n" in mine
    put_mail(user, mine)
    installation.start()

    with pytest.raises(smtplib.SMTPDataError) as refused:
        installation.send(mine, account["import_address"])
    assert (refused.value.smtp_code, refused.value.smtp_error) == (554, b"5.4.6 Routing loop detected")
    host, _, port = installation.lmtp.rpartition(":")
    with smtplib.LMTP(host, int(port)) as front, pytest.raises(smtplib.SMTPDataError, match=r"5\.4\.6"):
        front.sendmail("a@b.example", [account["import_address"]], mine)
    shutil.copy(file, scans / "digest.eml")
    installation.wait((scans / "failed" / "digest.eml").exists)
    assert "postkamer zelf" in (scans / "failed" / "digest.eml.txt").read_text("utf-8")
    [row] = installation.json("import", "--account", account["id"], str(file), check=False)
    assert row["problem"]
    installation.wait(
        lambda: [line for line in installation.log if "mail_left_in_mailbox" in line and "routing_loop" in line]
    )
    assert installation.json("ledger") == []
    other = mine.replace(b"import.bakkerij.example", b"import.another.example")
    installation.send(other, account["import_address"])
    installation.wait(lambda: installation.json("ledger"))


def doors(installation: Installation, account_id: str) -> set[str]:
    """Return by which doors mail of an account came in."""
    store = open_store(StoreSettings(), installation.data)
    try:
        with store.read() as unit:
            return {unit.messages.get(line.mail).door.value for line in unit.parts.ledger(account_id)}
    finally:
        store.close()
