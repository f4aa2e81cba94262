"""`mailroom doctor`: what is missing on this machine and how to get it, and what needs attention."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime

import click

from mailroom.app import open_spool
from mailroom.cli.checks import MARKS, Check
from mailroom.cli.doors import doors
from mailroom.cli.output import Session, as_json, console, print_json, reason_text
from mailroom.config import ReadingSettings
from mailroom.domain.document import DocumentState
from mailroom.domain.message import MessageState
from mailroom.domain.node import Node
from mailroom.errors import MailroomError, StorageUnavailable
from mailroom.gateways.imap_memory import Memory
from mailroom.reading.engines import debian_package, ocr_engine, page_renderers
from mailroom.reports.copy import REMEDY, can_make_pdf
from mailroom.store import GONE_AFTER, SCHEME

LOW_DISK_BYTES = 1_000_000_000


@click.command()
@as_json
@click.pass_obj
def doctor(session: Session, as_json: bool) -> None:
    """Look at the machine, the data folder, the doors, and what waits for the operator. Exit status 1 on an error."""
    checks = [*programs(session.settings.reading), *_data(session), *doors(session)]
    if as_json:
        print_json(
            {"check": check.name, "level": check.level, "words": check.words, "remedy": check.remedy}
            for check in checks
        )
    else:
        out = console()
        for check in checks:
            out.print(f"{MARKS[check.level]} {check.name:<14}", end="")
            out.print(check.words, markup=False)
            if check.remedy:
                out.print(f"  {'':<14}→ {check.remedy}", markup=False)
    if any(check.level == "error" for check in checks):
        sys.exit(1)


def programs(settings: ReadingSettings) -> Iterator[Check]:
    """Look for the programs that pip does not bring."""
    wanted = [*settings.languages.split("+"), "osd"]
    found = shutil.which("tesseract")
    try:
        known = ocr_engine("pytesseract").installed() if found else frozenset()
    except MailroomError as error:
        yield Check("tesseract", "error", str(error))
        known = frozenset()
    missing = [name for name in wanted if name not in known]
    packages = " ".join(debian_package(name) for name in missing)
    if found is None:
        words = "not installed: pictures and scans cannot be read"
        yield Check("tesseract", "error", words, f"apt-get install tesseract-ocr {packages}")
    elif missing:
        yield Check("tesseract", "error", f"lacks the languages {', '.join(missing)}", f"apt-get install {packages}")
    else:
        yield Check("tesseract", "ok", f"{found} with {', '.join(wanted)}")
    yield Check("OCR engine", "ok", engine_in_use(settings))
    poppler = shutil.which("pdftoppm")
    words = poppler or "pdftoppm is not installed: no second way to draw a damaged PDF"
    yield Check("poppler", "ok" if poppler else "warning", words, "" if poppler else "apt-get install poppler-utils")
    yield readable_copies()


def readable_copies() -> Check:
    """Look for what shows e-invoices to people as PDF."""
    works = can_make_pdf()
    words = "e-invoices are shown as PDF" if works else "no PDF copies of e-invoices: WeasyPrint or Pango is missing"
    return Check("copies", "ok" if works else "warning", words, "" if works else REMEDY)


def engine_in_use(settings: ReadingSettings) -> str:
    """Return the names of the engines that reading would take."""
    try:
        ocr = type(ocr_engine(settings.ocr)).__name__
        return f"{ocr}, {', '.join(type(renderer).__name__ for renderer in page_renderers(settings.render))}"
    except MailroomError as error:
        return str(error)


def _data(session: Session) -> Iterator[Check]:
    data = session.settings.data
    try:
        data.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(data).free
        low = free < LOW_DISK_BYTES
        yield Check(
            "disk",
            "warning" if low else "ok",
            f"{free / 1e9:.1f} GB free in {data}",
            "free some space: mail is refused with 451 when the disk is full" if low else "",
        )
        yield from _waiting(session)
        yield from _bucket(session)
        yield from _nodes(session)
    except OSError as error:
        yield Check(
            "data folder", "error", f"{data}: {error.strerror}", "make it writable for this user, or choose --data"
        )
    except MailroomError as error:
        yield Check("database", "error", str(error), "see the message; the spool goes on taking mail meanwhile")


def _left_in_mailboxes(session: Session) -> Iterator[Check]:
    """Look for mail that the collectors will not take."""
    file = session.settings.data / "collectors" / "collectors.sqlite"
    if not file.exists():
        return
    memory = Memory(file)
    try:
        for host, user, folder, reason, count in memory.left():
            words = f"{count} mails stay in {folder} of {user} at {host}: {reason}"
            yield Check("mailbox", "warning", words, "look at them there; import what you want with mailroom import")
    finally:
        memory.close()


def _nodes(session: Session) -> Iterator[Check]:
    """Show who shares the database, and since when nobody heard of them."""
    with session.store.read() as unit:
        now, nodes, duties = unit.nodes.now(), unit.nodes.all(), unit.nodes.duties()
    for node in nodes:
        age = (now - node.last_seen).total_seconds()
        has = ", ".join(duty for duty, holder in duties.items() if holder == node.id)
        words = f"{node.id} on {node.host}, heard {_ago(age)} ago" + (f", has {has}" if has else "")
        if node.left_at is not None and not node.in_spool:
            yield Check("node", "ok", f"{words}; it was ended")
        elif node.left_at is None and age < GONE_AFTER:
            yield Check("node", "ok", words)
        else:
            left = f", {node.in_spool} messages in its spool" if node.in_spool else ""
            yield Check("node", "warning", f"{words}: gone{left}", f"start it again on {node.data or 'its machine'}")
    yield from _roles_that_lack(nodes, now)


def _roles_that_lack(nodes: Iterable[Node], now: datetime) -> Iterator[Check]:
    """Name the roles that no living node has: their work waits."""
    if not (known := list(nodes)):
        return
    alive = [node for node in known if node.left_at is None and (now - node.last_seen).total_seconds() < GONE_AFTER]
    for role, waits in (("worker", "documents are not read"), ("sender", "nothing is handed over and no report sent")):
        if not any(role in node.roles.split("+") for node in alive):
            yield Check("node", "warning", f"no node has the role {role}: {waits}", f"mailroom run --roles {role}")


def _ago(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def _bucket(session: Session) -> Iterator[Check]:
    """Ask the S3 server, where the original bytes are in one."""
    place = session.settings.store.blobs
    if place.startswith(SCHEME):
        try:
            session.store.blobs.has("0" * 64)
        except StorageUnavailable as error:
            yield Check("blobs", "error", f"{place}: {error}", "check the s3_ settings of [store] and the key's rights")
        else:
            yield Check("blobs", "ok", f"{place} answers")


def _waiting(session: Session) -> Iterator[Check]:
    """Look for everything that no step will move on by itself."""
    spool = open_spool(session.settings)
    try:
        waiting, stuck = spool.counts()
        last_error = next((entry.last_error for entry in spool.entries(1000) if entry.attempts), "")
    finally:
        spool.close()
    yield Check(
        "spool",
        "warning" if stuck else "ok",
        f"{waiting} waiting" + (f", {stuck} tried before: {last_error}" if stuck else ""),
        "the daemon tries again by itself; see its log" if stuck else "",
    )
    with session.store.read() as unit:
        counts = unit.documents.counts()
        messages = [unit.messages.get(name) for name in unit.messages.in_state(MessageState.NEEDS_ATTENTION)]
        parked = unit.documents.listed(None, {DocumentState.NEEDS_ATTENTION}, limit=20)
        failed = unit.deliveries.failed()
        unassigned = len(unit.messages.unassigned())
    yield Check(
        "documents", "ok", ", ".join(f"{count} {state.value}" for state, count in counts.items() if count) or "none yet"
    )
    if unassigned:
        yield Check(
            "unassigned",
            "warning",
            f"{unassigned} collected mails of which nobody knows whose they are",
            "mailroom unassigned list",
        )
    yield from _left_in_mailboxes(session)
    for document in parked:
        why = "; ".join(reason_text(reason, session.language) for reason in document.reasons)
        yield Check(
            "needs attention",
            "warning",
            f"document {document.id} {document.filename}: {why}",
            f"mailroom document retry {document.id}",
        )
    for message in messages:
        why = "; ".join(reason_text(reason, session.language) for reason in message.reasons)
        yield Check(
            "needs attention",
            "warning",
            f"message {message.id} {message.header.subject}: {why}",
            f"mailroom document retry {message.id}",
        )
    for delivery in failed:
        yield Check(
            "delivery",
            "warning",
            f"{delivery.channel.value} to {delivery.target}: {delivery.detail}",
            "mend the cause; "
            + (
                "the daemon begins it again at its next start"
                if delivery.document_id
                else "the next digest says it all"
            ),
        )
