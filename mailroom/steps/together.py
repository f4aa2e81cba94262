"""What belongs together: the same invoice again, in another form, as a reminder, through another door, weeks later.

Part of the step `decide`, in its transaction: the account's others wait meanwhile, so that two renditions that are
decided at the same moment find each other. It says what has to be done and does nothing itself; a run that was cut off
left nothing behind. What somebody typed, accepted or refused is never changed: then the newcomer is the one that waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mailroom.domain.answer import Answer, Question
from mailroom.domain.decision import Decision
from mailroom.domain.document import (
    BESIDE,
    OPEN,
    PHOTOS,
    SETTLED,
    Bond,
    Document,
    DocumentState,
    DocumentType,
    FieldName,
    number_key,
)
from mailroom.domain.message import PartVerdict, Verdict
from mailroom.domain.reading import Reading
from mailroom.domain.value import Reason
from mailroom.extraction.role import Role, role
from mailroom.rules.same_invoice import Difference, Likeness, differences, likeness, reminds_of, speaks_for_both
from mailroom.steps.house import House
from mailroom.store import Unit

NOT_READ = frozenset({DocumentState.UNREADABLE, DocumentState.NEEDS_ATTENTION})

SEVERAL, ASKED = "several_invoices", "perhaps_several"
DIVIDING = frozenset({SEVERAL, ASKED})
"""Problems that say how a file is to be divided: surely, or when a person says so."""

PERHAPS = "perhaps_same"
OURS = frozenset({PERHAPS, "other_iban", "other_total", "other_number", "other_date"})
"""Problems that this room sets, and takes away again when their cause is gone."""


Others = list[tuple[Document, Decision | None]]


@dataclass
class Arranged:
    """What has to be done: the document as it is now, a decision on it where it goes along with another, and others
    that change with it, each with its decision (None: the rules decide again).
    """

    document: Document
    decision: Decision | None = None
    others: Others = field(default_factory=list)


def arrange(unit: Unit, house: House, document: Document) -> Arranged:
    """Find what a document belongs to, and what belongs to it."""
    unit.documents.keep_others_waiting(document.account_id)
    document = without_ours(document)
    if document.value(FieldName.DOCUMENT_TYPE) == DocumentType.REMINDER:
        return _reminder(unit, house, document)
    if document.belongs_to and document.bond is Bond.RENDITION:
        leader = unit.documents.get(document.belongs_to)
        if leader.state not in NOT_READ:
            return _attach(unit, house, document, leader)
    named_by = document.belongs_to if document.bond is Bond.APPENDIX else None
    document = document.model_copy(update={"belongs_to": None, "bond": None})
    neighbours = in_mail(unit, document)
    invoice = invoice_beside(unit, house, document, neighbours) if neighbours else None
    if invoice is None and named_by and role_of(house, document) is Role.ALONG:
        invoice = unit.documents.get(named_by)  # its name says so, and nothing on it says otherwise
    if invoice is not None:
        bond = {"belongs_to": invoice.id, "bond": Bond.APPENDIX}
        return Arranged(document.model_copy(update=bond), beside("appendix_of", invoice))
    arranged = _among(unit, house, document)
    if arranged.decision is None and neighbours and role_of(house, document) is Role.INVOICE:
        arranged.others += _appendices(unit, house, arranged.document, neighbours)
    return arranged


def _among(unit: Unit, house: House, document: Document) -> Arranged:
    """Compare a document with those of the same number, or of the same day and sum."""
    same: list[Document] = []
    perhaps: list[Document] = []
    for other in unit.documents.alike(document):
        if other.state is DocumentState.READING or other.bond is Bond.DIVIDED:
            continue  # it will find this one when it is decided on
        found = judge(unit, document, other)
        if found is Likeness.SAME:
            same.append(leader_of(unit, other))
        elif found is Likeness.PERHAPS and other.state not in BESIDE:
            perhaps.append(other)
    leaders = {other.id: other for other in same if other.id != document.id and other.state not in NOT_READ}
    first = _first_of(list(leaders.values()))
    if first is not None and speaks_for_both(first, document):
        return _attach(unit, house, document, first)
    arranged = _lead(unit, house, document, [other for other in leaders.values() if other.state in OPEN])
    if perhaps:
        arranged.document = _with(arranged.document, [_question(other) for other in perhaps[:1]])
    return arranged


def judge(unit: Unit, document: Document, other: Document) -> Likeness:
    """Return what two documents are to each other, by what a person said of them or of their seller first."""
    said = unit.answers.find(document.account_id, Question.SAME_INVOICE, pair(document, other))
    if said:
        return Likeness(said)
    found = likeness(document, other)
    if found is Likeness.PERHAPS:
        learned = unit.answers.find(document.account_id, Question.SAME_INVOICE, seller_subject(document))
        return Likeness(learned) if learned else found
    return found


def pair(one: Document, other: Document) -> str:
    """Return the name of a question about two documents."""
    return " ".join(sorted((one.id, other.id)))


def seller_subject(document: Document) -> str:
    """Return the name of a question about a document's seller."""
    vat_id = document.value(FieldName.SELLER_VAT_ID) or ""
    name = " ".join((document.value(FieldName.SELLER_NAME) or "").casefold().split())
    return f"seller:{vat_id or name}"[:200]


def remember_pair(unit: Unit, one: Document, other: Document, answer: str, *, actor: str, at: datetime) -> None:
    """Remember what a person said of two documents; the next doubt about the same seller is answered likewise."""
    for subject in (pair(one, other), seller_subject(one)):
        told = Answer(
            account_id=one.account_id,
            question=Question.SAME_INVOICE,
            subject=subject,
            answer=answer,
            actor=actor,
            at=at,
        )
        unit.answers.give(told)


def files_subject(sender: str) -> str:
    """Return the name of the question whether files of a sender hold several invoices."""
    return f"files:{sender.casefold()}"[:200]


def pages_subject(document: Document) -> str:
    """Return the name of the question which photos are one invoice with this one."""
    return f"pages:{document.id}"


def photos_subject(sender: str) -> str:
    """Return the name of the question whether photos of a sender are pages of one invoice."""
    return f"photos:{sender.casefold()}"[:200]


def leader_of(unit: Unit, document: Document) -> Document:
    """Return the document that speaks for this one: itself, unless it goes along with another."""
    if document.belongs_to and document.state in BESIDE:
        return unit.documents.get(document.belongs_to)
    return document


def _first_of(leaders: list[Document]) -> Document | None:
    best: Document | None = None
    for leader in leaders:
        if best is None or speaks_for_both(leader, best):
            best = leader
    return best


# -- one goes along with the other -------------------------------------------------------------------------------------


def _attach(unit: Unit, house: House, document: Document, leader: Document) -> Arranged:
    """Put a rendition beside its leader; what differs is told where a person still decides."""
    found = compare(house, leader, document) if leader.state is not DocumentState.READING else ()
    bond = {"belongs_to": leader.id, "bond": Bond.RENDITION}
    if found and leader.state in SETTLED and not _can_be_stopped(house, leader):
        newcomer = _with(document, [_told(Difference(d.field, d.there, d.here), leader) for d in found])
        return Arranged(newcomer.model_copy(update=bond | {"bond": Bond.DIFFERS}))
    arranged = Arranged(document.model_copy(update=bond), beside("same_invoice_as", leader, DocumentState.DUPLICATE))
    _hand_on(unit, document, leader)
    if found:
        warned = _with(leader, [_told(difference, document) for difference in found])
        if warned.problems != leader.problems:
            arranged.others.append((warned, None))
    return arranged


def _can_be_stopped(house: House, leader: Document) -> bool:
    """Say whether only a rule accepted it, and nothing has gone out yet: a warning still stops that."""
    by_rule = leader.state is DocumentState.ACCEPTED and leader.decided_by is None
    return by_rule and leader.archive_at is not None and house.clock() < leader.archive_at


def _lead(unit: Unit, house: House, document: Document, followers: list[Document]) -> Arranged:
    """Let a document speak for those that are the same, and take in the reminders that waited for it."""
    arranged = Arranged(document.model_copy(update={"belongs_to": None, "bond": None}))
    told: list[Reason] = []
    for follower in followers:
        told += [_told(difference, follower) for difference in compare(house, document, follower)]
        bond = {"belongs_to": document.id, "bond": Bond.RENDITION}
        copy = beside("same_invoice_as", document, DocumentState.DUPLICATE)
        arranged.others.append((without_ours(follower).model_copy(update=bond), copy))
        _hand_on(unit, follower, document)
    for rendition in unit.documents.belonging_to(document.id):  # also those that were found with it in the mail
        if rendition.fields and rendition.bond is Bond.RENDITION:
            told += [_told(difference, rendition) for difference in compare(house, document, rendition)]
    for other in unit.documents.alike(document):
        if _is_waiting_reminder(other) and reminds_of(other, document):
            bond = {"belongs_to": document.id, "bond": Bond.REMINDER}
            arranged.others.append((other.model_copy(update=bond), beside("reminder_of", document)))
    arranged.document = _with(arranged.document, told)
    return arranged


def _hand_on(unit: Unit, follower: Document, leader: Document) -> None:
    """Give what belonged to a document to the one that now speaks for it. The decisions on it stay as they are."""
    for member in unit.documents.belonging_to(follower.id):
        if member.id != leader.id:
            unit.documents.save(member.model_copy(update={"belongs_to": leader.id}))


def _reminder(unit: Unit, house: House, document: Document) -> Arranged:
    """Put a reminder beside its invoice. One of an unknown invoice waits for a person, or for the invoice."""
    for other in unit.documents.alike(document):
        invoice = leader_of(unit, other)
        kind = invoice.value(FieldName.DOCUMENT_TYPE)
        if invoice.state is DocumentState.READING or kind == DocumentType.REMINDER or invoice.id == document.id:
            continue
        if _parted(unit, document, invoice) or not reminds_of(document, invoice):
            continue
        bond = {"belongs_to": invoice.id, "bond": Bond.REMINDER}
        money = [d for d in compare(house, invoice, document) if d.field is FieldName.IBAN]
        if money:  # the usual fraud: a reminder with another account
            warned = _with(document, [_told(Difference(d.field, d.there, d.here), invoice) for d in money])
            return Arranged(warned.model_copy(update=bond))
        return Arranged(document.model_copy(update=bond), beside("reminder_of", invoice))
    return Arranged(document)


def _is_waiting_reminder(other: Document) -> bool:
    reminder = other.value(FieldName.DOCUMENT_TYPE) == DocumentType.REMINDER
    return reminder and other.state in OPEN and not other.completed_by_hand and other.decided_by is None


def _parted(unit: Unit, one: Document, other: Document) -> bool:
    said = unit.answers.find(one.account_id, Question.SAME_INVOICE, pair(one, other))
    return said == Likeness.OTHER


# -- what goes along with an invoice of its mail -----------------------------------------------------------------------


_IN_LEDGER = {Bond.RENDITION: Verdict.RENDITION, Bond.APPENDIX: Verdict.APPENDIX}


def turned_out(document: Document) -> PartVerdict | None:
    """Return what the line of the document's part says since it was read: that it goes along with another."""
    verdict = _IN_LEDGER.get(document.bond) if document.bond and document.made_from is None else None
    if verdict is None or document.state not in BESIDE or not document.reasons:
        return None
    return PartVerdict(path=document.part_path, verdict=verdict, reason=document.reasons[0])


def in_mail(unit: Unit, document: Document) -> list[Document]:
    """Return the other documents of the same mail; none for a piece of a file."""
    if document.made_from is not None:
        return []
    return [one for one in unit.documents.of_message(document.message_id) if one.id != document.id]


def invoice_beside(unit: Unit, house: House, document: Document, neighbours: list[Document]) -> Document | None:
    """Return the invoice of the mail that a document goes along with, by what stands on both; or nothing."""
    if _said_document(unit, document) or role_of(house, document) is not Role.ALONG:
        return None
    invoices = [
        leader_of(unit, one)
        for one in neighbours
        if one.state not in NOT_READ | {DocumentState.READING}
        and (one.state not in BESIDE or one.bond is Bond.RENDITION)
        and role_of(house, one) is Role.INVOICE
    ]
    return _closest(house, document, invoices)


def _closest(house: House, document: Document, invoices: list[Document]) -> Document | None:
    """Return the invoice whose number stands on the document, else the one that came before it in the mail."""
    words = _words_of(house, document)
    for invoice in invoices:
        number = number_key(invoice.value(FieldName.INVOICE_NUMBER))
        if len(number) > 3 and number in number_key(words):
            return invoice
    before = [invoice for invoice in invoices if invoice.part_path <= document.part_path]
    return (before or invoices)[-1 if before else 0] if invoices else None


def _appendices(unit: Unit, house: House, invoice: Document, neighbours: list[Document]) -> Others:
    """Return what was read before its invoice and waits as if it were one."""
    found: Others = []
    for one in neighbours:
        blank = one.state is DocumentState.UNREADABLE and any(reason.code == "blank" for reason in one.reasons)
        if not (one.state in OPEN or (blank and one.media_type in PHOTOS)):
            continue
        free = not one.completed_by_hand and one.decided_by is None and one.belongs_to is None
        if free and not _said_document(unit, one) and role_of(house, one) is Role.ALONG:
            bond = {"belongs_to": invoice.id, "bond": Bond.APPENDIX}
            found.append((one.model_copy(update=bond), beside("appendix_of", invoice)))
    return found


def role_of(house: House, document: Document) -> Role:
    """Return what a document is in its mail. One that a person filled in is his to decide on."""
    if document.completed_by_hand:
        return Role.INVOICE
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading)) if document.reading else None
    return role(reading, document.fields)


def _said_document(unit: Unit, document: Document) -> bool:
    """Say whether a person took it back, or said of two documents of this mail that they are two."""
    if any(_parted(unit, document, one) for one in in_mail(unit, document)):
        return True
    return unit.answers.find(document.account_id, Question.PICTURE, document.sha256) == "document"


# -- words -------------------------------------------------------------------------------------------------------------


def compare(house: House, leader: Document, rendition: Document) -> tuple[Difference, ...]:
    """Name what a rendition says differently from its leader."""
    found = differences(leader.fields, rendition.fields)
    if any(difference.field is FieldName.IBAN for difference in found):  # only then are the pages worth loading
        mine, theirs = (_words_of(house, document) for document in (leader, rendition))
        found = differences(leader.fields, rendition.fields, words=mine, other_words=theirs)
    return found


def _words_of(house: House, document: Document) -> str:
    if not document.reading:
        return ""
    reading = Reading.model_validate_json(house.store.blobs.get(document.reading))
    words = "".join(word.text for page in reading.pages for word in page.words)
    return "".join(sign for sign in words.upper() if sign.isalnum())


def _told(difference: Difference, other: Document) -> Reason:
    """Return a difference as a reason; `other` is the one that says it differently."""
    named = {"filename": label(other), "document": other.id}
    here, there = difference.here, difference.there
    if difference.field is FieldName.IBAN:
        return Reason(code="other_iban", facts={"iban": there, "known_ibans": here, **named})
    if difference.field is FieldName.TOTAL_AMOUNT:
        return Reason(code="other_total", facts={"first": here, "second": there, **named})
    if difference.field is FieldName.ISSUE_DATE:
        return Reason(code="other_date", facts={"issue_date": here, "other_date": there, **named})
    return Reason(code="other_number", facts={"here": here, "there": there, **named})


def _question(other: Document) -> Reason:
    return Reason(code=PERHAPS, facts={"filename": label(other), "document": other.id})


def beside(code: str, leader: Document, state: DocumentState = DocumentState.SET_ASIDE) -> Decision:
    why = Reason(code=code, facts={"filename": label(leader), "document": leader.id})
    return Decision(state=state, rule=code, reasons=(why,))


def label(document: Document) -> str:
    """Return what people call a document: its number, else its file name."""
    return document.value(FieldName.INVOICE_NUMBER) or document.filename or document.id


def without_ours(document: Document) -> Document:
    """Return a document without the problems that this page sets."""
    kept = tuple(problem for problem in document.problems if problem.code not in OURS)
    return document.model_copy(update={"problems": kept}) if kept != document.problems else document


def _with(document: Document, problems: list[Reason]) -> Document:
    added = [problem for problem in problems if problem not in document.problems]
    return document.model_copy(update={"problems": (*document.problems, *added)}) if added else document
