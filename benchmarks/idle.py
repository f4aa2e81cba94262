"""How the daemon starts, what it costs while nothing happens, and whether memory comes back after work.

`python benchmarks/idle.py [--seconds 60] [--accounts 10000]`: a first start on an empty folder (the database is made),
a second start, idle time, then the five mails of the demo and idle again after the box has ended; with `--accounts`
last idle time with so many companies, each with two subscriptions whose reports up to now have been sent. CPU and
memory are those of the daemon and all its children.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from _daemon import ROOT, Daemon, against, new_account, table

sys.path.insert(0, str(ROOT))

from mailroom.cli.demo_mails import demo_mails
from mailroom.clock import utc_now
from mailroom.config import StoreSettings
from mailroom.domain.account import Account
from mailroom.domain.report import Frequency, ReportKind, ReportRun, RunState, Subscription
from mailroom.languages import Language
from mailroom.scheduler import period_of
from mailroom.store import open_store

START_AIM, SECOND_START_AIM, IDLE_AIM, MEMORY_AIM = 2.0, 3.0, 1.0, 180.0
BOX_IDLE_SECONDS = 5
CONFIG = f"[box]\nidle_seconds = {BOX_IDLE_SECONDS}\n"


def start(data: Path, what: str, aim: float) -> list[list[str]]:
    """Start and end the daemon once."""
    with Daemon(data, CONFIG) as daemon:
        cpu = daemon.cpu()
        return [
            [f"{what}: banner", f"{daemon.banner:.2f} s", against(daemon.banner, aim, " s")],
            [f"{what}: page answers", f"{daemon.page:.2f} s", against(daemon.page, aim, " s")],
            [f"{what}: CPU", f"{cpu:.2f} s", ""],
        ]


def idle(daemon: Daemon, seconds: float, what: str) -> list[list[str]]:
    """Watch the daemon do nothing."""
    before, began = daemon.cpu(), time.perf_counter()
    time.sleep(seconds)
    share = (daemon.cpu() - before) / (time.perf_counter() - began) * 100
    rss, pss, processes = daemon.memory()
    return [
        [f"{what}: CPU of a core", f"{share:.2f} %", against(share, IDLE_AIM, " %")],
        [f"{what}: RSS of {processes}", f"{rss:.0f} MB", against(rss, MEMORY_AIM, " MB")],
        [f"{what}: PSS of {processes}", f"{pss:.0f} MB", against(pss, MEMORY_AIM, " MB")],
    ]


def work(daemon: Daemon, address: str) -> list[list[str]]:
    """Send the five mails and wait until the log has told of five documents; return the memory right then."""
    mails = list(demo_mails(address))
    for _, raw in mails:
        daemon.send(raw, address)
    end = time.monotonic() + 180
    while sum('"document_decided"' in line for line in daemon.log) < len(mails) and time.monotonic() < end:
        time.sleep(0.1)
    rss, pss, processes = daemon.memory()
    return [[f"after five mails, box warm: RSS / PSS of {processes}", f"{rss:.0f} / {pss:.0f} MB", ""]]


def wishes(account: Account) -> Iterator[Subscription]:
    """Yield a daily and a weekly report for one company, at hours and on days that differ."""
    number = int(account.id)
    for frequency in Frequency:
        yield Subscription(
            id=f"{frequency}{number}",
            account_id=account.id,
            kind=ReportKind.ACTION_REQUIRED,
            frequency=frequency,
            recipient=f"owner{number}@example.com",
            language=Language.NL,
            hour=6 + number % 4,
            weekday=number % 5,
        )


def fill(data: Path, count: int) -> None:
    """Put companies into the store, with their subscribers and the reports that these have had."""
    store, now = open_store(StoreSettings(), data), utc_now()
    with store.unit() as unit:
        for number in range(count):
            zone = ("Europe/Brussels", "Europe/Bucharest", "Europe/Paris")[number % 3]
            account = Account(id=f"{number:026d}", name=f"Company {number}", time_zone=zone, created_at=now)
            unit.accounts.add(account)
            for wish in wishes(account):
                unit.reports.subscribe(wish)
        for timetable in unit.reports.timetables():
            period = period_of(timetable, now)
            for wish in unit.reports.due(period, [timetable], limit=2 * count) if period else ():
                told = {"subscription_id": wish.id, "account_id": wish.account_id, "kind": wish.kind}
                sent = {"id": f"run {wish.id}", "period": period, "state": RunState.SENT, "created_at": now}
                unit.reports.add_run(ReportRun.model_validate(told | sent))
    store.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--accounts", type=int, default=0)
    arguments = parser.parse_args()
    seconds = arguments.seconds
    with tempfile.TemporaryDirectory(prefix="mailroom-bench-") as folder:
        data = Path(folder) / "data"
        rows = start(data, "first start", START_AIM)
        address = new_account(data)
        rows += start(data, "second start", SECOND_START_AIM)
        with Daemon(data, CONFIG) as daemon:
            time.sleep(2)
            rows += idle(daemon, seconds, f"idle {seconds:.0f} s")
            rows += work(daemon, address)
            time.sleep(BOX_IDLE_SECONDS + 3)
            rows += idle(daemon, min(seconds, 15), "after work, box ended")
        if arguments.accounts:
            fill(data, arguments.accounts)
            with Daemon(data, CONFIG) as daemon:
                time.sleep(5)
                rows += idle(daemon, seconds, f"with {arguments.accounts} companies")
    table("Start and idle", ["", "measured", "aim"], rows)


if __name__ == "__main__":
    main()
