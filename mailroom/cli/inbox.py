"""`mailroom inbox`: the documents that wait for somebody, or all of them."""

from __future__ import annotations

import click

from mailroom.cli.output import Session, as_json, document_json, print_json, print_table, reason_text
from mailroom.domain.document import WAITING_FOR_PERSON, DocumentHead, DocumentState, FieldName
from mailroom.languages import Language, text

WAITING = WAITING_FOR_PERSON | {DocumentState.NEEDS_ATTENTION, DocumentState.READING}


@click.command()
@click.option("--account", help="Only this account (id, name or VAT id).")
@click.option("--all", "everything", is_flag=True, help="All accounts and all states.")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in DocumentState]),
    help="Only these states; may be given several times.",
)
@click.option(
    "--search",
    default="",
    help="Only documents with these words in a field, the file name or, within an account, on a page.",
)
@click.option("--limit", type=int, help="At most so many.")
@as_json
@click.pass_obj
def inbox(
    session: Session,
    account: str | None,
    everything: bool,
    states: tuple[str, ...],
    search: str,
    limit: int | None,
    as_json: bool,
) -> None:
    """List documents, newest first: those that wait for somebody, or with --all every one."""
    account_id = session.account(account).id if account else None
    wanted = {DocumentState(state) for state in states} or (frozenset(DocumentState) if everything else WAITING)
    with session.store.read() as unit:
        names = {row.id: row.name for row in unit.accounts.all()}
        if as_json:
            whole = unit.documents.list(account_id, wanted, search, limit=limit)
        else:
            lines = unit.documents.listed(account_id, wanted, search, limit=limit)
    if as_json:
        print_json(document_json(row, names.get(row.account_id, ""), session.language) for row in whole)
        return
    print_table(
        ["document", "account", "seller", "number", "date", "total", "state", "why"],
        [inbox_row(row, names.get(row.account_id, ""), session.language) for row in lines],
        empty=session.nothing(_empty(everything=everything, narrowed=bool(account or states or search))),
    )


def _empty(*, everything: bool, narrowed: bool) -> str:
    if narrowed:
        return "No document fits."
    return "No document has arrived yet." if everything else "Nothing waits."


def inbox_row(document: DocumentHead, account: str, language: Language) -> list[str]:
    """Return one line of the table."""
    total = document.value(FieldName.TOTAL_AMOUNT)
    return [
        document.id,
        account,
        document.value(FieldName.SELLER_NAME) or document.filename or "?",
        document.value(FieldName.INVOICE_NUMBER) or "",
        document.value(FieldName.ISSUE_DATE) or "",
        f"{total} {document.value(FieldName.CURRENCY) or ''}".strip() if total else "",
        text(language, f"state.{document.state.value}"),
        "; ".join(reason_text(reason, language) for reason in document.reasons),
    ]
