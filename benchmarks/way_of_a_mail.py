"""From SMTP's 250 to "in the inbox", for each of the demo's five mails.

`python benchmarks/way_of_a_mail.py [--times 5]` starts the real daemon in a temporary folder, with its box warm, and
sends each mail so many times, one after the other, each time to another account: in one account the same invoice is one
document, and pairing would be measured. A few bytes differ, because the same bytes would be recognised. Wall time ends
when the document is no longer `reading`; what the daemon spends after that, until no story is under way (its records,
the readable copy of an XML invoice), stands in a column of its own. Waiting is wall time less the step `read` (the
boxed child's work, previews and their storage included), as the engine recorded it. With `--database postgresql` the
daemon is one node among none on a throw-away server, so that every story goes through a queue; the server's CPU time is
not counted.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from _daemon import ROOT, Daemon, against, median, new_account, table
from _postgres import running

sys.path.insert(0, str(ROOT))

from sqlalchemy import text

from mailroom.cli.demo_mails import demo_mails
from mailroom.config import StoreSettings
from mailroom.domain.document import Document, DocumentState
from mailroom.store import Store, open_store

CPU_AIMS = {"Dutch": 0.15, "photo": 3.0, "scanned": 1.6, "Peppol": 0.15, "logo": 0.15}
WAITING_AIM = 1.0
PATIENCE_SECONDS = 180.0
SETTLE_SECONDS = 0.2
"""After the last story has ended, for what its thread still does."""


def changed(raw: bytes, number: int) -> tuple[str, bytes]:
    """Return another mail with the same content: its Message-ID, and its bytes."""
    message = message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    name = f"<bench.{number}.{message['Message-ID'][1:]}"
    del message["Message-ID"]
    message["Message-ID"] = name
    for part in message.walk():
        add = {"application/pdf": b"\n%% %d\n", "image/jpeg": b"%d", "application/xml": b"\n<!-- %d -->\n"}.get(
            part.get_content_type()
        )
        content = part.get_payload(decode=True)
        if add and isinstance(content, bytes):
            main, _, sub = part.get_content_type().partition("/")
            name_of_file = part.get_filename() or ""
            part.set_content(content + add % number, main, sub, filename=name_of_file, disposition="attachment")
    return name, message.as_bytes()


def wait(store: Store, message_id: str) -> Document:
    """Wait until the mail's document has been decided on, and return it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with store.read() as unit:
            found = [entry.document_id for entry in unit.parts.ledger(None, message_id) if entry.document_id]
            documents = [unit.documents.get(document_id) for document_id in found]
        if documents and all(document.state is not DocumentState.READING for document in documents):
            return documents[0]
        time.sleep(0.01)
    raise SystemExit(f"{message_id} was not dealt with in {PATIENCE_SECONDS:.0f} s")


def settle(store: Store) -> None:
    """Wait until nothing is under way: else what one mail costs after its decision is counted as the next one's."""
    question = text(f"SELECT count(*) FROM {schema(store)}workflow_status WHERE status IN ('PENDING', 'ENQUEUED')")
    end = time.monotonic() + PATIENCE_SECONDS
    with store.engine.connect() as connection:
        while connection.execute(question).scalar():
            if time.monotonic() > end:
                raise SystemExit(f"stories were still under way after {PATIENCE_SECONDS:.0f} s")
            connection.rollback()
            time.sleep(0.01)
    time.sleep(SETTLE_SECONDS)


def schema(store: Store) -> str:
    """Return where the engine's tables stand."""
    return "" if store.engine.dialect.name == "sqlite" else "dbos."


def seconds_of_reading(store: Store, document_id: str) -> float:
    """Return how long the step `read` took, from the engine's own record."""
    question = text(
        f"SELECT sum(completed_at_epoch_ms - started_at_epoch_ms) FROM {schema(store)}operation_outputs "
        "WHERE workflow_uuid = :story AND function_name = 'read'"
    )
    with store.engine.connect() as connection:
        return float(connection.execute(question, {"story": f"document:{document_id}"}).scalar() or 0) / 1000


def measure(folder: Path, times: int, database: str) -> list[list[str]]:
    """Send the mails and return the rows of the table."""
    data = folder / "data"
    rows = []
    config = f'[store]\ndatabase = "{database}"\n' if database else ""
    with Daemon(data, config) as daemon:
        addresses = [new_account(data, daemon.settings) for _ in range(times + 1)]
        store = open_store(StoreSettings(database=database), data)
        mails = list(demo_mails(addresses[0]))
        for number, (_, raw) in enumerate(mails):  # the first of a kind starts the box and loads what it needs
            name, warming = changed(raw, 1000 + number)
            daemon.send(warming, addresses[-1])
            wait(store, name)
        settle(store)
        for what, raw in mails:
            walls, readings, costs, afters = [], [], [], []
            for number in range(times):
                name, mail = changed(raw, number)
                before = daemon.cpu()
                accepted = daemon.send(mail, addresses[number])
                document = wait(store, name)
                walls.append(time.perf_counter() - accepted)
                in_inbox = daemon.cpu()
                settle(store)
                costs.append(in_inbox - before)
                afters.append(daemon.cpu() - in_inbox)
                readings.append(seconds_of_reading(store, document.id))
            cpu = sum(costs) / times
            waiting = median([wall - reading for wall, reading in zip(walls, readings, strict=True)])
            aim = next(aim for word, aim in CPU_AIMS.items() if word in what)
            times_shown = [f"{median(walls):.2f}", f"{median(readings):.2f}", f"{waiting:.2f}"]
            rows.append(
                [
                    what,
                    f"{cpu:.3f}",
                    against(cpu, aim, " s"),
                    f"{sum(afters) / times:.3f}",
                    *times_shown,
                    against(waiting, WAITING_AIM, " s"),
                ]
            )
        store.close()
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    times = options.times
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailroom-bench-")))
        database = stack.enter_context(running()) if options.database == "postgresql" else ""
        rows = measure(folder, times, database)
    columns = ["from 250 to the inbox", "CPU s", "aim", "CPU after", "wall s", "reading", "waiting", "aim"]
    table(
        f"The way of a mail on {options.database}",
        columns,
        rows,
        f"Each mail {times} times; CPU: mean of daemon and children; wall: median.",
    )


if __name__ == "__main__":
    main()
