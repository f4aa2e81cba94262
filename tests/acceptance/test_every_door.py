"""Every door leads into the same house: what came in by any of them is read and named in the ledger."""

from __future__ import annotations

import socket
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from fixtures_daemon import Installation

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
