"""`mailroom ledger`: where is my invoice? Every part of every mail, with its verdict."""

from __future__ import annotations

from typing import Any

import click

from mailroom.cli.output import Session, as_json, print_json, print_table, reason_text
from mailroom.domain.message import LedgerEntry
from mailroom.languages import Language, text


@click.command()
@click.option("--account", help="Only this account (id, name or VAT id).")
@click.option("--search", default="", help="Only lines with these words: file name, subject, sender, Message-ID.")
@click.option("--limit", type=int, help="At most so many lines.")
@as_json
@click.pass_obj
def ledger(session: Session, account: str | None, search: str, limit: int | None, as_json: bool) -> None:
    """List every part of every mail, newest first, with its verdict and why."""
    account_id = session.account(account).id if account else None
    with session.store.read() as unit:
        entries = unit.parts.ledger(account_id, search, limit)
        if as_json:
            print_json(_json(entry, session.language) for entry in entries)
            return
        rows = [_row(entry, session.language) for entry in entries]
    print_table(
        ["received", "subject", "part", "file", "verdict", "reason", "document"], rows, empty="No mail has arrived yet."
    )


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
