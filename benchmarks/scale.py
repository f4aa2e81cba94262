"""A million documents: what the pages and the doors ask of the store, at the 50th and 95th percentile.

    python benchmarks/scale.py [--rows 1000000] [--accounts 10000] [--times 100] [--database both] [--keep FOLDER]

Fills a throw-away store in bulk (SQLite in a folder; a PostgreSQL server of its own) and asks each question many times,
for other documents and words each time: of the largest account, which has a tenth of all documents, of accounts of
usual size, and of all at once. The aim is 50 ms at the 95th percentile. The column "CPU ms" is the mean of the CPU time
of both sides, this process and the database server: on a busy machine the wall clock measures the others. RCPT is asked
with 10 and with all accounts: its cost must not grow. `make bench` does it with 100,000 documents; a million takes some
minutes to fill. With `--keep` a filled store is kept and asked again.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from _daemon import ROOT, against, cpu_of, table, tree
from _million import DOMAIN, NEWEST, SELLERS, Filling, fill, invoice_number, mail_name, number_id, seller_name
from _postgres import running

import sys  # isort: skip

sys.path.insert(0, str(ROOT))

from mailroom.app.admitting import find_recipient
from mailroom.config import StoreSettings
from mailroom.domain.document import WAITING_FOR_PERSON, DocumentState
from mailroom.domain.ledger import LedgerQuery
from mailroom.domain.message import Verdict
from mailroom.store import Store, Unit, open_store
from mailroom.web.inbox import COUNTED

AIM_MS = 50.0
WARM_UP = 3
ARCHIVED = (DocumentState.ARCHIVED,)

Question = Callable[[Unit, random.Random], object]


def questions(rows: int, accounts: int) -> dict[str, Question]:
    """Return what is asked, by name."""
    largest = number_id("a", 0)

    def some(chance: random.Random) -> str:
        return number_id("a", chance.randrange(1, accounts))

    def paper(chance: random.Random) -> int:
        return chance.randrange(rows)

    def inbox(unit: Unit, account: str, tab: object = WAITING_FOR_PERSON, search: str = "") -> None:
        unit.accounts.get(account)
        unit.documents.counts_up_to(account, COUNTED + 1)
        unit.documents.listed(account, tab, search, limit=51)  # type: ignore[arg-type]
        unit.addresses.of(account)

    def seller(chance: random.Random) -> str:
        return seller_name(chance.randrange(SELLERS)).split(maxsplit=1)[0]

    def day(chance: random.Random) -> LedgerQuery:
        since = NEWEST - timedelta(days=chance.randrange(900))
        return LedgerQuery(since=since, until=since + timedelta(days=3))

    return {
        "inbox page, usual account": lambda unit, chance: inbox(unit, some(chance)),
        "inbox page, largest account": lambda unit, _: inbox(unit, largest),
        "archived tab, largest account": lambda unit, _: inbox(unit, largest, ARCHIVED),
        "inbox search: number, usual account": lambda unit, chance: inbox(
            unit, some(chance), None, invoice_number(paper(chance))
        ),
        "inbox search: number, largest account": lambda unit, chance: inbox(
            unit, largest, None, invoice_number(paper(chance))
        ),
        "inbox search: seller, largest account": lambda unit, chance: inbox(unit, largest, None, seller(chance)),
        "documents of all: number": lambda unit, chance: unit.documents.list(
            search=invoice_number(paper(chance)), limit=51
        ),
        "ledger page, largest account": lambda unit, _: unit.ledger.mails(largest, LedgerQuery(), limit=51),
        "ledger, deep page, largest account": lambda unit, chance: unit.ledger.mails(
            largest, LedgerQuery(), limit=51, before=(NEWEST - timedelta(days=chance.randrange(1, 990)), "z")
        ),
        "ledger: Message-ID, usual account": lambda unit, chance: unit.ledger.mails(
            some(chance), LedgerQuery(message_id=mail_name(paper(chance)))
        ),
        "ledger: Message-ID, largest account": lambda unit, chance: unit.ledger.mails(
            largest, LedgerQuery(message_id=mail_name(paper(chance)))
        ),
        "ledger: file name, largest account": lambda unit, chance: unit.ledger.mails(
            largest, LedgerQuery(filename=invoice_number(paper(chance)))
        ),
        "ledger: sender, largest account": lambda unit, chance: unit.ledger.mails(
            largest, LedgerQuery(sender=seller(chance))
        ),
        "ledger: three days, largest account": lambda unit, chance: unit.ledger.mails(largest, day(chance)),
        "ledger: verdict, largest account": lambda unit, _: unit.ledger.mails(
            largest, LedgerQuery(verdict=Verdict.DOCUMENT)
        ),
        "ledger: word that nobody wrote": lambda unit, chance: unit.ledger.mails(
            largest, LedgerQuery(words=f"zzq{chance.randrange(10**6)}")
        ),
        "ledger of all: Message-ID": lambda unit, chance: unit.ledger.mails(
            None, LedgerQuery(message_id=mail_name(paper(chance)))
        ),
        "ledger of all: newest": lambda unit, _: unit.ledger.mails(None, LedgerQuery()),
        "one mail with its parts": lambda unit, chance: unit.parts.of(number_id("m", paper(chance))),
        "accounts page, operator": lambda unit, _: unit.documents.waiting(
            [account.id for account in unit.accounts.page(limit=61)]
        ),
        "senders in doubt (clock)": lambda unit, _: unit.messages.in_doubt(NEWEST - timedelta(days=2)),
    }


class Figures(NamedTuple):
    """Milliseconds: median and 95th percentile of the wall clock, mean CPU time."""

    half: float
    most: float
    cpu: float


def measure(store: Store, asked: dict[str, Question], times: int) -> list[tuple[str, Figures]]:
    """Ask each question so often."""

    def ask(question: Question, chance: random.Random) -> None:
        with store.read() as unit:
            question(unit, chance)

    return [
        (name, _time(store, times, lambda chance, question=question: ask(question, chance)))  # type: ignore[misc]
        for name, question in asked.items()
    ]


def rcpt(store: Store, accounts: int, times: int) -> Figures:
    """Look addresses up as RCPT does, the limit of the day included."""
    find = find_recipient(store, 1_000_000, lambda: NEWEST)

    def ask(chance: random.Random) -> None:
        if find(f"company-{chance.randrange(accounts)}", DOMAIN) is None:
            raise SystemExit("an address was not found")

    return _time(store, times, ask)


def _time(store: Store, times: int, ask: Callable[[random.Random], None]) -> Figures:
    for number in range(WARM_UP):  # the first ones find nothing in any cache
        ask(random.Random(-number - 1))
    taken = []
    cpu = _cpu(store)
    for number in range(times):
        chance = random.Random(number)
        began = time.perf_counter()
        ask(chance)
        taken.append((time.perf_counter() - began) * 1000)
    used = (_cpu(store) - cpu) * 1000 / times
    taken.sort()
    return Figures(taken[len(taken) // 2], taken[min(len(taken) - 1, int(len(taken) * 0.95))], used)


def _cpu(store: Store) -> float:
    """Return the CPU seconds of this process and of the server's, where there is one."""
    mine = time.process_time()
    if store.engine.dialect.name == "sqlite":
        return mine
    with store.engine.connect() as connection:
        folder = str(connection.exec_driver_sql("SHOW data_directory").scalar())
    server = int((Path(folder) / "postmaster.pid").read_text("ascii").split()[0])
    return mine + sum(cpu_of(process) for process in tree(server))


@contextlib.contextmanager
def filled(kind: str, rows: int, accounts: int, keep: Path | None) -> Iterator[Store]:
    """Yield a store with so many documents, filled now unless it was kept."""
    with contextlib.ExitStack() as stack:
        folder = keep / kind if keep else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailroom-")))
        folder.chmod(0o755)  # the server's user has to pass, where root runs this
        url = stack.enter_context(running(folder / "server")) if kind == "postgresql" else ""
        store = open_store(StoreSettings(database=url), folder)
        stack.callback(store.close)
        store.migrate()
        with store.read() as unit:
            empty = not unit.accounts.page(limit=1)
        if empty:
            began = time.perf_counter()
            fill(store, Filling(rows, accounts))
            print(f"{kind}: {rows:,} documents put in within {time.perf_counter() - began:.0f} s", flush=True)
        yield store


def main() -> None:
    """Fill, ask, print a table for each database."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    for kind in kinds:
        with filled(kind, options.rows, options.accounts, options.keep) as store:
            found = measure(store, questions(options.rows, options.accounts), options.times)
            lookups = rcpt(store, options.accounts, options.times)
            found.append((f"RCPT, {options.accounts:,} accounts", lookups))
        with filled(kind, 1000, 10, None) as small:
            few = rcpt(small, 10, options.times)
        found.append(("RCPT, 10 accounts", few))
        title = (
            f"{kind}: {options.rows:,} documents, {options.accounts:,} accounts, each question {options.times} times"
        )
        rows = [
            [name, f"{took.half:.1f}", f"{took.most:.1f}", against(took.most, AIM_MS, " ms"), f"{took.cpu:.1f}"]
            for name, took in found
        ]
        table(title, ["question", "p50 ms", "p95 ms", "95th against the aim", "CPU ms"], rows)


if __name__ == "__main__":
    main()
