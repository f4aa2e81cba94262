"""The roles as processes of their own on one data folder, and as one process after that."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from email.message import EmailMessage

import pytest
from fixtures_daemon import Installation

MailMaker = Callable[[str, str], EmailMessage]
NO_WAIT = "[archive]\nundo_minutes = 0\n"
NOISE = re.compile(r"Traceback|stays_in_spool|round_failed|tick_failed|item_parked|step_failed|could_not_close")


@pytest.fixture
def beside(installation: Installation) -> Iterator[Callable[[], Installation]]:
    """Make further processes on the data folder of an installation."""
    made: list[Installation] = []

    def make() -> Installation:
        made.append(Installation(installation.data, installation.config))
        return made[-1]

    yield make
    for each in made:
        if each.process is not None:
            each.kill()


def company(installation: Installation) -> tuple[str, str]:
    installation.config.write_text(NO_WAIT, "utf-8")
    row = installation.json("account", "add", "Bakkerij De Korenbloem BV", "--owner", "els@example.com")[0]
    return row["id"], row["import_address"]


def in_spool(installation: Installation) -> int:
    with closing(sqlite3.connect(installation.data / "spool.sqlite")) as spool:
        return int(spool.execute("SELECT count(*) FROM entry").fetchone()[0])


def noise(*processes: Installation) -> list[str]:
    return [line for each in processes for line in each.log if NOISE.search(line)]


def test_a_mail_goes_all_the_way_through_processes_apart_and_then_one_goes_on(
    installation: Installation, beside: Callable[[], Installation], demo_mail: MailMaker
) -> None:
    account, address = company(installation)
    smtp, worker, web = installation, beside(), beside()
    smtp.start(roles="smtp")
    smtp.send(demo_mail("Peppol", address), address)
    smtp.wait(lambda: in_spool(smtp) == 0)
    assert smtp.json("inbox", "--all") == [], "nobody works yet"

    worker.start(roles="worker,sender")
    web.start(roles="web")
    [first] = smtp.decided()
    assert first["state"] == "to_accept"
    smtp.send(demo_mail("logo", address), address)
    rows = smtp.decided(2)
    smtp.command("report", "subscribe", account, "boss@example.com", "--hour", "0")
    smtp.command("document", "accept", first["id"])

    def sent() -> bool:
        return any(row["accounting_status"] == "sent" for row in smtp.json("inbox", "--all"))

    smtp.wait(sent)
    outgoing = smtp.data / "outgoing"
    digest = smtp.wait(lambda: next((f for f in outgoing.glob("*.eml") if b"boss@" in f.read_bytes()), None))
    links = re.findall(r"http:[^\s\"<>]+", digest.read_text("utf-8").replace("=\n", ""))
    assert links
    assert all(re.match(r"http://127\.0\.0\.1:\d+/", link) for link in links), links

    assert [process.stop() for process in (web, worker, smtp)] == [0, 0, 0]
    assert noise(smtp, worker, web) == []

    smtp.start(roles="smtp")
    smtp.send(demo_mail("digital PDF", address), address)
    smtp.wait(lambda: in_spool(smtp) == 0)
    assert smtp.stop() == 0
    installation.start()
    assert len(installation.decided(3)) == 3, "what waited in the queue is read by the one process that does everything"
    assert {row["id"] for row in rows} <= {row["id"] for row in installation.json("inbox", "--all")}
    assert installation.stop() == 0
    assert noise(installation) == []
