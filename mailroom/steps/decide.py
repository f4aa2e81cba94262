"""Decide: the facts are gathered, the rules speak, and both are stored with the state that follows."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from mailroom.domain.account import Account
from mailroom.domain.decision import Decision, DecisionRecord, Facts
from mailroom.domain.document import Document, DocumentState
from mailroom.extraction import missing
from mailroom.log import get_logger
from mailroom.rules import decide as decide_by_rules
from mailroom.steps.house import House
from mailroom.store import Unit

log = get_logger("decide")

RULES = "rules"


def decide(house: House, document_id: str) -> str:
    """Store the decision on a document and return the state that follows from it."""
    with house.store.unit() as unit:
        document = unit.documents.get(document_id)
        if document.state is not DocumentState.READING:
            return document.state.value
        decided = decide_in(unit, house, document, actor=RULES)
    log.info(
        "document_decided",
        document=document_id,
        state=decided.state.value,
        reasons=[reason.code for reason in decided.reasons],
    )
    return decided.state.value


def decide_in(unit: Unit, house: House, document: Document, *, actor: str) -> Document:
    """Decide within a transaction that is under way; return the document as it is stored."""
    facts = gather_facts(unit, house, document)
    decision = decide_by_rules(facts, missing(document.fields))
    return apply_decision(unit, house, document, decision, actor=actor, facts=facts)


def decide_again(house: House, document_id: str) -> str:
    """Decide anew on a document that waits by the rules alone, and return its state. What a person touched stays."""
    with house.store.unit() as unit:
        document = unit.documents.get(document_id)
        if document.state is not DocumentState.TO_ACCEPT or document.completed_by_hand:
            return document.state.value
        if any(record.actor != RULES for record in unit.decisions.of(document_id)):
            return document.state.value
        facts = gather_facts(unit, house, document)
        decision = decide_by_rules(facts, missing(document.fields))
        if (decision.state, decision.reasons) == (document.state, document.reasons):
            return document.state.value
        decided = apply_decision(unit, house, document, decision, actor=RULES, facts=facts)
    log.info("document_decided_again", document=document_id, state=decided.state.value, rule=decision.rule)
    return decided.state.value


def gather_facts(unit: Unit, house: House, document: Document) -> Facts:
    """Return everything that the rules may look at, as it is now."""
    account = unit.accounts.get(document.account_id)
    message = unit.messages.get(document.message_id)
    seller = unit.sellers.get(document.seller_id) if document.seller_id else None
    proof = message.sender
    # Of the proved address, or of the claimed one, so that a person reads why a listed sender waits.
    listed = proof.identity.casefold() in {sender.casefold() for sender in account.trusted_senders}
    return Facts(
        fields=document.fields,
        auto_accept=account.auto_accept,
        sender=proof,
        sender_listed=bool(proof.identity) and listed,
        completed_by_hand=document.completed_by_hand,
        own_vat_id=account.vat_id,
        seller_known=seller is not None and seller.documents > 0,  # a proposed one is not known yet
        known_ibans=seller.ibans if seller else (),
        problems=document.problems,
        today=_today(account, house),
    )


def apply_decision(
    unit: Unit, house: House, document: Document, decision: Decision, *, actor: str, facts: Facts | None = None
) -> Document:
    """Store a decision and the state that follows; an acceptance starts the undo window."""
    now = house.clock()
    window = timedelta(minutes=house.settings.archive.undo_minutes)
    saved = unit.documents.save(
        document.model_copy(
            update={
                "state": decision.state,
                "reasons": decision.reasons,
                "decided_by": None if actor == RULES else actor,
                "archive_at": now + window if decision.state is DocumentState.ACCEPTED else None,
            }
        )
    )
    unit.decisions.add(DecisionRecord(document_id=document.id, at=now, actor=actor, decision=decision, facts=facts))
    unit.events.add(
        f"document_{decision.state.value}",
        account_id=document.account_id,
        subject=document.id,
        actor=actor,
        facts={"rule": decision.rule},
        at=now,
    )
    return saved


def _today(account: Account, house: House) -> date:
    return house.clock().astimezone(ZoneInfo(account.time_zone)).date()
