"""`mailroom ledger`: where is my invoice? Every part of every mail, with its verdict."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import UTC, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from mailroom.cli.output import Session, as_json, print_json, print_table, reason_text
from mailroom.domain.document import Document
from mailroom.domain.ledger import LedgerMail, LedgerQuery, Replay
from mailroom.domain.message import LedgerEntry, Verdict
from mailroom.languages import Language, text

if TYPE_CHECKING:
    from mailroom.store import Unit

acting = click.option("--as", "actor", metavar="EMAIL", help="In whose name; without it, the operator's.")
AT_ONCE = 200


@click.group(invoke_without_command=True)
@click.option("--account", help="Only this account (id, name or VAT id).")
@click.option("--search", default="", help="Only lines with these words: file name, subject, sender, Message-ID.")
@click.option("--sender", default="", help="Only mail of this sender: name or address, or a piece of it.")
@click.option("--subject", default="", help="Only mail with these words in its subject.")
@click.option("--file", "filename", default="", help="Only mail with a file of this name.")
@click.option("--message-id", default="", help="Only the mail with this Message-ID.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only mail of this day (UTC) or later.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Only mail of this day (UTC) or earlier.")
@click.option("--verdict", type=click.Choice([verdict.value for verdict in Verdict]), help="Only parts with it.")
@click.option("--limit", type=int, help="At most so many lines.")
@as_json
@click.pass_obj
def ledger(
    session: Session, /, account: str | None, search: str, limit: int | None, as_json: bool, **asked: Any
) -> None:
    """List every part of every mail, newest first, with its verdict and why."""
    if click.get_current_context().invoked_subcommand:
        return
    account_id = session.account(account).id if account else None
    wanted = _query(search, asked) if any(asked.values()) else None
    # Closed before the store is: whoever reads may stop in the middle (`| head`).
    with session.store.read() as unit, closing(_entries(unit, account_id, search, wanted, limit)) as entries:
        if as_json:
            print_json(_json(entry, session.language) for entry in entries)
            return
        rows = [_row(entry, session.language) for entry in entries]
    print_table(
        ["received", "subject", "part", "file", "verdict", "reason", "document"],
        rows,
        empty=session.nothing("No mail fits." if account or search or wanted else "No mail has arrived yet."),
    )


@ledger.command("take-back")
@click.argument("mail", metavar="MAIL")
@click.argument("part", metavar="PART")
@acting
@click.pass_obj
def take_back(session: Session, mail: str, part: str, actor: str | None) -> None:
    """Make a document of a part that was left out; such a picture is taken for one from now on."""
    from mailroom.steps.desk import Desk

    _say(session, Desk(session.house).take_back(session.actor(actor), mail, part))


@ledger.command("put-aside")
@click.argument("mail", metavar="MAIL")
@click.argument("part", metavar="PART")
@acting
@click.pass_obj
def put_aside(session: Session, mail: str, part: str, actor: str | None) -> None:
    """Say that a picture which was taken for a document is none; such a one is left out from now on."""
    from mailroom.steps.desk import Desk

    _say(session, Desk(session.house).put_aside(session.actor(actor), mail, part))


def _say(session: Session, document: Document) -> None:
    click.echo(f"{document.id}  {text(session.language, f'state.{document.state.value}')}")


@ledger.command("replay")
@click.argument("message_id", metavar="MESSAGE")
@as_json
@click.pass_obj
def replay_mail(session: Session, message_id: str, as_json: bool) -> None:
    """Run a mail again from its raw bytes and show what its parts became.

    Documents that are there stay as they are, with what was typed and decided; only what is new is read, by the daemon.
    """
    from mailroom.steps.replay import replay  # it brings every step along, and a look at the ledger needs none

    result = replay(session.house, message_id, session.actor(None).id)
    if as_json:
        print_json([_replay_json(result, session.language)])
        return
    print_table(
        ["received", "subject", "part", "file", "verdict", "reason", "document"],
        [_row(entry, session.language) for entry in result.after],
        empty="The mail has no parts.",
    )
    click.echo("The same as before." if result.is_same else "Not the same as before.")
    if result.new:
        click.echo(f"New documents, to be read: {', '.join(result.new)}")
    if result.left:
        click.echo(f"Documents that no part names any more; they stay as they are: {', '.join(result.left)}")


def _query(search: str, asked: dict[str, Any]) -> LedgerQuery:
    days = {name: day.replace(tzinfo=UTC) for name in ("since", "until") if (day := asked[name]) is not None}
    if "until" in days:
        days["until"] += timedelta(days=1)
    return LedgerQuery.model_validate({**asked, **days, "words": search})


def _entries(
    unit: Unit, account_id: str | None, search: str, wanted: LedgerQuery | None, limit: int | None
) -> Generator[LedgerEntry]:
    if wanted is None:
        yield from unit.parts.ledger(account_id, search, limit)
        return
    mails = _mails(unit, account_id, wanted)
    yield from islice((line for mail in mails for line in mail.parts if wanted.verdict in {None, line.verdict}), limit)


def _mails(unit: Unit, account_id: str | None, wanted: LedgerQuery) -> Iterator[LedgerMail]:
    before = None
    while mails := unit.ledger.mails(account_id, wanted, limit=AT_ONCE, before=before):
        yield from mails
        before = (mails[-1].message.received_at, mails[-1].message.id)


def _replay_json(result: Replay, language: Language) -> dict[str, Any]:
    return {
        "mail": result.message_id,
        "same": result.is_same,
        "new_documents": list(result.new),
        "documents_left": list(result.left),
        "before": [_json(entry, language) for entry in result.before],
        "after": [_json(entry, language) for entry in result.after],
    }


def _json(entry: LedgerEntry, language: Language) -> dict[str, Any]:
    return {
        "message_id": entry.message_id,
        "path": entry.path,
        "filename": entry.filename,
        "sha256": entry.sha256,
        "verdict": entry.verdict.value,
        "reason": entry.reason.code,
        "reason_text": reason_text(entry.reason, language),
        "document_id": entry.document_id,
        "mail": entry.mail,
        "account": entry.account,
        "recipient": entry.recipient,
        "received_at": entry.received_at.isoformat(),
        "subject": entry.subject,
        "sender": entry.sender,
        "sender_verdict": entry.sender_verdict.value,
        "sender_evidence": entry.sender_evidence,
        "media_type": entry.media_type.value,
        "size": entry.size,
    }


def _row(entry: LedgerEntry, language: Language) -> list[str]:
    return [
        f"{entry.received_at:%Y-%m-%d %H:%M}",
        entry.subject[:40],
        entry.path,
        entry.filename or entry.media_type.value,
        text(language, f"verdict.{entry.verdict.value}"),
        reason_text(entry.reason, language),
        entry.document_id or "",
    ]
