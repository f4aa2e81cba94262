"""The daemon is killed after every single step; nothing is lost and nothing is there twice."""

from __future__ import annotations

import signal
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from fixtures_daemon import Installation

MailMaker = Callable[[str, str], EmailMessage]
NO_WAIT = "[archive]\nundo_minutes = 0\n"

BEFORE_A_PERSON = ["authenticate", "sort", "read", "extract", "decide"]
AFTER_A_PERSON = ["convert", "plan_deliveries", "deliver"]


@pytest.mark.parametrize("step", BEFORE_A_PERSON)
def test_a_mail_survives_a_kill_after_each_step_of_its_way(
    new_installation: Callable[..., Installation], demo_mail: MailMaker, step: str
) -> None:
    installation = new_installation(NO_WAIT)
    account = installation.json("account", "add", "Bakkerij De Korenbloem BV", "--owner", "els@example.com")[0]
    address = account["import_address"]
    mail = demo_mail("a PDF and a signature logo", address)
    installation.start(script="killed_after_step.py", env={"KILL_AFTER": step})
    installation.send(mail, address)
    assert installation.wait_for_death() == -signal.SIGKILL
    installation.start()
    [document] = installation.decided()
    assert document["fields"]["invoice_number"]["value"] == "PF-20931"
    ledger = installation.json("ledger")
    assert sorted(line["verdict"] for line in ledger) == ["document", "ignored", "ignored", "ignored"]
    installation.send(mail, address)
    assert installation.stop() == 0
    installation.start()
    assert [row["id"] for row in installation.decided()] == [document["id"]]
    assert len(installation.json("ledger")) == len(ledger)


@pytest.mark.parametrize("step", AFTER_A_PERSON)
def test_an_accepted_document_survives_a_kill_on_its_way_to_the_accountant(
    new_installation: Callable[..., Installation], demo_mail: MailMaker, step: str
) -> None:
    installation = new_installation(NO_WAIT)
    account = installation.json(
        "account", "add", "Bakkerij De Korenbloem BV", "--vat-id", "BE0662918487", "--owner", "els@example.com"
    )[0]
    address = account["import_address"]
    installation.start(script="killed_after_step.py", env={"KILL_AFTER": step})
    installation.send(demo_mail("a Peppol UBL", address), address)
    [document] = installation.decided()
    assert document["state"] == "to_accept"
    installation.command("document", "accept", document["id"])
    assert installation.wait_for_death() == -signal.SIGKILL
    installation.start()

    def sent() -> bool:
        [row] = installation.json("inbox", "--all")
        return bool(row["state"] == "archived" and row["accounting_status"] == "sent")

    installation.wait(sent)
    vault = [file for file in (installation.data / "vault").rglob("*") if file.is_file()]
    originals = [file for file in vault if not file.name.endswith(".copy.pdf")]
    assert len(originals) == 1, "the UBL invoice is its own UBL: one file, once"
    assert len(vault) <= 2, "at most a readable copy beside it"
    history = [event["name"] for event in installation.json("document", "show", document["id"])[0]["history"]]
    assert history.count("document_archived") == 1
    assert history.count("delivered") == 1
