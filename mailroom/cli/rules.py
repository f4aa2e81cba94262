"""`mailroom rules`: what is accepted by itself, and why a document was or was not."""

from __future__ import annotations

import click

from mailroom.cli.output import Session, as_json, print_json, print_table, reason_text, reasons_json
from mailroom.domain.decision import DecisionRecord, Facts
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.message import SenderVerdict
from mailroom.extraction import missing
from mailroom.languages import text
from mailroom.rules import decide
from mailroom.steps.decide import gather_facts


@click.group()
def rules() -> None:
    """What is accepted by itself, and why a document was or was not."""


@rules.command("list")
@as_json
@click.pass_obj
def list_rules(session: Session, as_json: bool) -> None:
    """List each company's switch and its list of trusted senders."""
    with session.store.read() as unit:
        rows = unit.accounts.all()
    if as_json:
        print_json(
            {
                "account": row.id,
                "name": row.name,
                "auto_accept": row.auto_accept,
                "trusted_senders": row.trusted_senders,
            }
            for row in rows
        )
        return
    print_table(
        ["account", "name", "auto-accept", "trusted senders (only with proof)"],
        [[row.id, row.name, "on" if row.auto_accept else "off", ", ".join(row.trusted_senders)] for row in rows],
        empty="No account yet.",
    )


@rules.command()
@click.argument("document_id", metavar="DOCUMENT")
@as_json
@click.pass_obj
def explain(session: Session, document_id: str, as_json: bool) -> None:
    """Say how a document was decided each time: the rule, the reasons, and the facts they saw."""
    with session.store.read() as unit:
        unit.documents.get(document_id)
        records = unit.decisions.of(document_id)
    if as_json:
        print_json(
            {**record.model_dump(mode="json"), "reasons": reasons_json(record.decision.reasons, session.language)}
            for record in records
        )
        return
    for record in records:
        click.secho(
            f"{record.at:%Y-%m-%d %H:%M:%S}  {record.actor}  "
            f"{text(session.language, f'state.{record.decision.state.value}')}  ({record.decision.rule})",
            bold=True,
        )
        for reason in record.decision.reasons:
            click.echo(f"  - {reason_text(reason, session.language)}")
        for line in _fact_lines(record):
            click.echo(f"    {line}")


@rules.command("try")
@click.argument("wanted", metavar="ACCOUNT")
@click.option("--trust", multiple=True, metavar="EMAIL", help="As if this sender were on the list.")
@click.option("--limit", type=int, default=200, show_default=True, help="How many of the newest documents.")
@as_json
@click.pass_obj
def try_rules(session: Session, wanted: str, trust: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Say what auto-accept would have done with the documents of the past. Nothing is changed."""
    account = session.account(wanted)
    listed = {sender.casefold() for sender in (*account.trusted_senders, *trust)}
    rows = []
    with session.store.read() as unit:
        for document in unit.documents.list(account.id, limit=limit):
            if document.state in {DocumentState.READING, DocumentState.UNREADABLE, DocumentState.NEEDS_ATTENTION}:
                continue
            facts = _as_if(gather_facts(unit, session.house, document), listed)
            rows.append((document, decide(facts, missing(document.fields))))
    if as_json:
        print_json(
            {
                "id": document.id,
                "state": document.state.value,
                "would_be": decision.state.value,
                "rule": decision.rule,
                "reasons": reasons_json(decision.reasons, session.language),
            }
            for document, decision in rows
        )
        return
    print_table(
        ["document", "seller", "is", "would be", "why"],
        [
            [
                document.id,
                _seller(document),
                text(session.language, f"state.{document.state.value}"),
                text(session.language, f"state.{decision.state.value}"),
                "; ".join(reason_text(reason, session.language) for reason in decision.reasons),
            ]
            for document, decision in rows
        ],
        empty="This account has no document that could be decided on.",
    )
    if rows:
        passed = sum(decision.state is DocumentState.ACCEPTED for _, decision in rows)
        click.echo(f"{passed} of {len(rows)} would be accepted without a person.")


def _as_if(facts: Facts, listed: set[str]) -> Facts:
    proved = facts.sender.verdict is not SenderVerdict.UNKNOWN
    return facts.model_copy(
        update={"auto_accept": True, "sender_listed": proved and facts.sender.identity.casefold() in listed}
    )


def _seller(document: Document) -> str:
    from mailroom.domain.document import FieldName

    return document.value(FieldName.SELLER_NAME) or document.filename


def _fact_lines(record: DecisionRecord) -> list[str]:
    facts = record.facts
    if facts is None:
        return []
    switch = "on" if facts.auto_accept else "off"
    hand = "yes" if facts.completed_by_hand else "no"
    proof = f"{facts.sender.identity or '?'}: {facts.sender.verdict.value} ({facts.sender.evidence})"
    listed = "on the list" if facts.sender_listed else "not on the list"
    known = "known" if facts.seller_known else "not known"
    ibans = ", ".join(facts.known_ibans) or "none"
    return [
        f"auto-accept {switch}; completed by hand {hand}",
        f"sender {proof}; {listed}",
        f"seller {known}; IBANs accepted before: {ibans}",
    ]
