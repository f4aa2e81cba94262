"""`mailroom document`: one document, by its id. The acts are those of the page, with the same rights and checks."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TextIO

import click

from mailroom.cli.inbox import inbox_row
from mailroom.cli.line_file import LINE_COLUMNS, read_lines_file
from mailroom.cli.output import Session, as_json, document_json, lines_json, print_json, print_table, reason_text
from mailroom.cli.password import typed_password
from mailroom.domain.document import Document, FieldName
from mailroom.domain.event import Event
from mailroom.domain.value import Reason
from mailroom.errors import InvalidValue, NotFound
from mailroom.languages import Language, text
from mailroom.steps.desk import Desk

acting = click.option("--as", "actor", metavar="EMAIL", help="In whose name; without it, the operator's.")


@click.group()
def document() -> None:
    """One document: show, fill in, correct its lines, accept, refuse, undo, download."""


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@as_json
@click.pass_obj
def show(session: Session, document_id: str, as_json: bool) -> None:
    """Show a document with its fields, their evidence and its history."""
    with session.store.read() as unit:
        row = unit.documents.get(document_id)
        name = unit.accounts.get(row.account_id).name
        history = unit.events.of(document_id)
        lines = unit.lines.of(document_id)
    if as_json:
        print_json(
            [
                {
                    **document_json(row, name, session.language),
                    **lines_json(lines),
                    "history": [event.model_dump(mode="json") for event in history],
                }
            ]
        )
        return
    language = session.language
    print_table(
        ["document", "account", "seller", "number", "date", "total", "state", "why"], [inbox_row(row, name, language)]
    )
    click.echo()
    print_table(["field", "value", "sure", "from", "evidence"], _field_rows(row, language), empty="No field was read.")
    click.echo()
    print_table(
        ["when", "what", "who", "facts"],
        [
            [
                f"{event.at:%Y-%m-%d %H:%M:%S}",
                event.name,
                event.actor,
                _facts_of(event, language),
            ]
            for event in history
        ],
    )


def _facts_of(event: Event, language: Language) -> str:
    if event.name == "ubl_made" and "terms" in event.facts:
        return reason_text(Reason(code="ubl_lacks", facts=event.facts), language)
    return ", ".join(f"{name} {fact}" for name, fact in event.facts.items())


def _field_rows(row: Document, language: Language) -> list[list[str]]:
    rows = []
    for name in FieldName:
        field = row.fields.get(name)
        if field is None:
            continue
        evidence = field.evidence[0] if field.evidence else None
        place = f"p. {evidence.page}" if evidence and evidence.page else (evidence.path if evidence else "")
        words = " ".join(part for part in ((evidence.label, evidence.proof, place) if evidence else ()) if part)
        rows.append(
            [
                text(language, f"field.{name.value}"),
                field.value or "–",
                f"{field.confidence:.0%}",
                text(language, f"source.{field.source.value}"),
                words,
            ]
        )
    return rows


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@click.argument("typed", nargs=-1, required=True, metavar="FIELD=VALUE...")
@acting
@click.pass_obj
def fill(session: Session, document_id: str, typed: tuple[str, ...], actor: str | None) -> None:
    """Fill in fields: invoice_number=2026-17 total_amount=121,00. Then the document must be accepted by hand."""
    values: dict[FieldName, str] = {}
    for pair in typed:
        name, equals, value = pair.partition("=")
        if not equals or name not in set(FieldName):
            names = ", ".join(FieldName)
            raise click.BadParameter(f"{pair!r} is not FIELD=VALUE with a field of: {names}")
        values[FieldName(name)] = value
    row = _get(session, document_id)
    try:
        _say(session, _desk(session).fill_in(session.actor(actor), document_id, row.version, values, session.language))
    except InvalidValue as error:
        raise click.BadParameter(f"{error.facts.get('field', '')}: {error}") from error


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@click.option(
    "--from",
    "source",
    type=click.File("r", encoding="utf-8-sig"),
    metavar="FILE",
    help="Put these in their place: JSON as --json prints them, or CSV with its columns named; - is standard input.",
)
@click.option("--gross", is_flag=True, help="Prices and amounts of a CSV file include VAT.")
@click.option("--as-read", is_flag=True, help="Take them again as they were read.")
@acting
@as_json
@click.pass_obj
def lines(
    session: Session,
    document_id: str,
    source: TextIO | None,
    gross: bool,
    as_read: bool,
    actor: str | None,
    as_json: bool,
) -> None:
    """Show the lines of a document, or correct them; then the document must be accepted by hand.

    Numbers in JSON have a point before the decimals; those of a CSV file are written as your language does. The columns
    are description, quantity, unit, unit_price, discount, vat_rate and net_amount or gross_amount.
    """
    row = _get(session, document_id)
    if source is not None and as_read:
        raise click.UsageError("either --from or --as-read")
    if as_read:
        _desk(session).read_lines(session.actor(actor), document_id, row.version)
    if source is not None:
        typed, language = read_lines_file(source, session.language, gross=gross)
        try:
            _desk(session).correct_lines(session.actor(actor), document_id, row.version, typed, language)
        except InvalidValue as error:
            raise click.BadParameter(f"line {error.facts.get('line')}: {error.facts.get('field')}: {error}") from error
    with session.store.read() as unit:
        found, row = unit.lines.of(document_id), unit.documents.get(document_id)
    if as_json:
        print_json([{"id": row.id, "state": row.state.value, **lines_json(found)}])
        return
    rows = [[getattr(item, name) or "" for name in LINE_COLUMNS] for item in found.items]
    print_table(LINE_COLUMNS, rows, empty=text(session.language, "web.lines.status.none"))
    if found.items:
        click.echo(text(session.language, f"web.lines.status.{found.status.value}"))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@acting
@click.pass_obj
def accept(session: Session, document_id: str, actor: str | None) -> None:
    """Accept a document; until its undo window is over it can be taken back."""
    row = _get(session, document_id)
    _say(session, _desk(session).accept(session.actor(actor), document_id, row.version))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@click.option("--reason", default="", help="Why, in your own words.")
@acting
@click.pass_obj
def refuse(session: Session, document_id: str, reason: str, actor: str | None) -> None:
    """Refuse a document. It is kept and can be taken back."""
    row = _get(session, document_id)
    _say(session, _desk(session).refuse(session.actor(actor), document_id, row.version, reason))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@acting
@click.pass_obj
def undo(session: Session, document_id: str, actor: str | None) -> None:
    """Take an acceptance back within its window, or a refusal."""
    row = _get(session, document_id)
    _say(session, _desk(session).undo(session.actor(actor), document_id, row.version))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@acting
@click.pass_obj
def separate(session: Session, document_id: str, actor: str | None) -> None:
    """Let a document stand by itself that was put beside another one. Undoes `same`."""
    row = _get(session, document_id)
    _say(session, _desk(session).separate(session.actor(actor), document_id, row.version))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@click.argument("other_id", metavar="OTHER")
@click.option("--not", "apart", is_flag=True, help="Say that they are two invoices.")
@acting
@click.pass_obj
def same(session: Session, document_id: str, other_id: str, actor: str | None, *, apart: bool) -> None:
    """Say that a document is the same invoice as another one, or with --not that it is not."""
    row, desk = _get(session, document_id), _desk(session)
    answer = desk.keep_apart if apart else desk.unite
    _say(session, answer(session.actor(actor), document_id, row.version, other_id))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@acting
@click.pass_obj
def divide(session: Session, document_id: str, actor: str | None) -> None:
    """Say that a file holds several invoices, as was asked; the running daemon divides it. Undone by `whole`."""
    row = _get(session, document_id)
    _say(session, _desk(session).divide(session.actor(actor), document_id, row.version))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@acting
@click.pass_obj
def whole(session: Session, document_id: str, actor: str | None) -> None:
    """Say that a file is one invoice: when it was asked, or after it was divided."""
    row = _get(session, document_id)
    _say(session, _desk(session).keep_whole(session.actor(actor), document_id, row.version))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@acting
@click.pass_obj
def part(session: Session, document_id: str, actor: str | None) -> None:
    """Say that photos which were put together are several invoices. Undoes `join`."""
    row = _get(session, document_id)
    _say(session, _desk(session).part(session.actor(actor), document_id, row.version))


@document.command()
@click.argument("document_ids", metavar="PHOTO PHOTO...", nargs=-1, required=True)
@acting
@click.pass_obj
def join(session: Session, document_ids: tuple[str, ...], actor: str | None) -> None:
    """Say that photos are the pages of one invoice, in this order; the running daemon does it. Undone by `part`."""
    row = _get(session, document_ids[0])
    _say(session, _desk(session).join(session.actor(actor), row.id, row.version, document_ids))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@acting
@click.pass_obj
def retry(session: Session, document_id: str, actor: str | None) -> None:
    """Read an unreadable or parked document again, or take a parked mail apart again; the running daemon does it."""
    try:
        row = _get(session, document_id)
    except NotFound:
        again = _desk(session).retry_message(session.actor(actor), document_id)
        click.echo(f"{again.id}  will be taken apart again")
        return
    _say(session, _desk(session).retry(session.actor(actor), document_id, row.version))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@click.option("--keep", is_flag=True, help="The account keeps the password for files to come.")
@acting
@click.pass_obj
def unlock(session: Session, document_id: str, keep: bool, actor: str | None) -> None:
    """Open a locked file with its password, typed at the prompt or piped in; the running daemon does it."""
    row = _get(session, document_id)
    _say(session, _desk(session).unlock(session.actor(actor), document_id, row.version, typed_password(), keep=keep))


@document.command()
@click.argument("document_id", metavar="DOCUMENT")
@click.option(
    "--what",
    type=click.Choice(["original", "ubl", "text", "searchable"]),
    default="original",
    show_default=True,
    help="The original bytes, the UBL, the text that was read, or a PDF with that text under its pictures.",
)
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="File to write; - or none: standard output."
)
@click.pass_obj
def download(session: Session, document_id: str, what: str, target: Path | None) -> None:
    """Write out a document's original, its UBL, its text, or a PDF that can be searched."""
    content = _searchable(session, document_id) if what == "searchable" else _stored(session, document_id, what)
    if content is None:
        raise NotFound(f"document {document_id} has no {what} (yet)")
    if target is None or str(target) == "-":
        sys.stdout.buffer.write(content)
    else:
        target.write_bytes(content)


def _stored(session: Session, document_id: str, what: str) -> bytes | None:
    row = _get(session, document_id)
    name = {"original": row.sha256, "ubl": row.ubl, "text": row.reading}[what]
    content = session.store.blobs.get(name) if name else None
    return _text(content) if content is not None and what == "text" else content


def _searchable(session: Session, document_id: str) -> bytes | None:
    from mailroom.steps.searchable import searchable_copy

    return searchable_copy(session.house, document_id)


def _text(reading: bytes) -> bytes:
    from mailroom.domain.reading import Reading

    return "\f".join(page.text() for page in Reading.model_validate(json.loads(reading)).pages).encode()


def _get(session: Session, document_id: str) -> Document:
    with session.store.read() as unit:
        return unit.documents.get(document_id)


def _desk(session: Session) -> Desk:
    return Desk(session.house)


def _say(session: Session, row: Document) -> None:
    reasons = "; ".join(reason_text(reason, session.language) for reason in row.reasons)
    click.echo(f"{row.id}  {text(session.language, f'state.{row.state.value}')}" + (f"  {reasons}" if reasons else ""))
