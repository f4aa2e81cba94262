"""Decide: the facts are gathered, the rules speak, and both are stored with the state that follows."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from mailroom.domain.account import Account
from mailroom.domain.decision import Decision, DecisionRecord, Facts
from mailroom.domain.document import PHOTOS, Bond, Document, DocumentState
from mailroom.domain.message import PartVerdict, Verdict
from mailroom.domain.value import Reason
from mailroom.extraction import missing
from mailroom.log import get_logger
from mailroom.rules import decide as decide_by_rules
from mailroom.steps.house import House
from mailroom.steps.purpose import purpose_of
from mailroom.steps.together import arrange, beside, in_mail, invoice_beside, turned_out
from mailroom.store import Unit

log = get_logger("decide")

RULES = "rules"


def decide(house: House, document_id: str) -> str:
    """Store the decision on a document and return the state that follows from it."""
    with house.store.unit() as unit:
        document = unit.documents.get(document_id)
        if document.state is not DocumentState.READING:
            return document.state.value
        unit.documents.keep_others_waiting(document.account_id)
        document = unit.documents.get(document_id)
        decided = decide_in(unit, house, document, actor=RULES)
    log.info(
        "document_decided",
        document=document_id,
        state=decided.state.value,
        reasons=[reason.code for reason in decided.reasons],
    )
    return decided.state.value


def decide_in(unit: Unit, house: House, document: Document, *, actor: str) -> Document:
    """Decide within a transaction that is under way; return the document as it is stored.

    First it is put beside what it belongs to (steps/together.py); the rules speak on what stands by itself.
    """
    named_along = document.bond is Bond.APPENDIX
    arranged = arrange(unit, house, document)
    if named_along and arranged.decision is None:  # its name misled: it is an invoice by what stands on it
        read = PartVerdict(path=document.part_path, verdict=Verdict.DOCUMENT, reason=Reason(code="readable_file"))
        unit.parts.judge(document.message_id, read, document.id)
    for other, decision in arranged.others:
        by_rules_or(unit, house, other, decision)
    return by_rules_or(unit, house, arranged.document, arranged.decision, actor=actor)


def by_rules_or(
    unit: Unit, house: House, document: Document, decision: Decision | None, *, actor: str = RULES
) -> Document:
    """Apply a decision, or where there is none that of the rules."""
    if decision is not None:
        aside = apply_decision(unit, house, document, decision, actor=actor)
        told = turned_out(aside)
        if told is not None:
            unit.parts.judge(aside.message_id, told, aside.id)
        return aside
    facts = gather_facts(unit, house, document)
    decided = decide_by_rules(facts, missing(document.fields))
    return apply_decision(unit, house, document, decided, actor=actor, facts=facts)


def release_renditions(unit: Unit, house: House, document_id: str) -> None:
    """Let what was put beside a document stand by itself: that one cannot be read.

    A picture without words beside an invoice is a photo of what was sold: it goes along with the invoice.
    """
    unread = unit.documents.get(document_id)
    if any(reason.code == "blank" for reason in unread.reasons) and unread.media_type in PHOTOS:
        invoice = invoice_beside(unit, house, unread, in_mail(unit, unread))
        if invoice is not None:
            bond = {"belongs_to": invoice.id, "bond": Bond.APPENDIX}
            by_rules_or(unit, house, unread.model_copy(update=bond), beside("appendix_of", invoice))
    for rendition in unit.documents.belonging_to(document_id):
        if rendition.state is DocumentState.DUPLICATE:
            alone = rendition.model_copy(update={"belongs_to": None, "bond": None})
            decide_in(unit, house, alone, actor=RULES)


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
        purpose=purpose_of(unit, message),
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
