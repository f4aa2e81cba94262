"""Sort: the message is taken apart in the boxed child, and every part gets exactly one verdict.

All rows of one message (its header, its parts, its documents) are written in one transaction. The same bytes twice in
one account give one document; the second part's verdict names it.
"""

from __future__ import annotations

from dataclasses import replace

from mailroom.domain.answer import Question
from mailroom.domain.document import Bond, Document, DocumentState
from mailroom.domain.message import (
    READABLE,
    MediaType,
    Message,
    MessageState,
    Part,
    PartVerdict,
    SenderVerdict,
    Verdict,
)
from mailroom.domain.value import Reason, new_id
from mailroom.errors import ReaderStopped
from mailroom.intake import Memory, TakenApart, apart_from_answer, sort_parts
from mailroom.log import get_logger
from mailroom.reading.frames import JSON
from mailroom.steps.body import with_body
from mailroom.steps.house import House
from mailroom.steps.keys import keys_for
from mailroom.steps.park import park_message
from mailroom.steps.scanner import Scanned, scan
from mailroom.steps.together import turned_out
from mailroom.steps.unlocked import LOCKED, Opened, still_locked
from mailroom.store import Unit
from mailroom.trust import is_one_of

log = get_logger("sort")

UNREAD = frozenset({"password_missing", "certificate_missing", "encrypted_message"})
"""Reasons of a document that no reader can read: it waits for a person at once, who sees what is missing."""

WORTH_KEEPING = UNREAD | {"two_kinds", "damaged_file", "invoice_behind_link", "forwarding_confirmation"}
"""Reasons of a document's verdict that the rules and the person who decides must know."""

SPAM = "spam_marked"

PartRow = tuple[Part, PartVerdict, str | None]


def sort(house: House, message_id: str) -> list[str]:
    """Store the verdicts on all parts and return the ids of the documents that have to be read."""
    with house.store.unit() as unit:
        message = unit.messages.get(message_id)
        if message.state is MessageState.SORTED:  # an earlier run was cut off after its commit
            return _documents_of(unit, message_id)
        attempts = unit.messages.begin_attempt(message_id)
    if attempts > house.settings.engine.max_attempts:
        park_message(house, message_id, "reader_stopped")
        return []
    try:
        scanned = _scanned(house, message)
        apart = _as_it_counts(house, message, _take_apart(house, message, attempts), scanned)
        return _record(house, message, apart, scanned)
    except ReaderStopped as stopped:
        if house.leaving.is_set():
            _end_attempt(house, message_id)
            raise
        if attempts < house.settings.engine.max_attempts:
            raise
        park_message(house, message_id, stopped.reason)
        return []
    except Exception:
        _end_attempt(house, message_id)
        raise


def _take_apart(house: House, message: Message, attempts: int) -> TakenApart:
    """Have the mail taken apart, and where something in it is locked, once more with the account's keys."""
    raw = house.store.blobs.get(message.sha256)
    # A PDF that ended the child twice must not keep the rest of its mail from being sorted.
    last = attempts > 1 and attempts >= house.settings.engine.max_attempts
    limits: dict[str, JSON] = {"look_into_pdfs": False} if last else {}
    apart = apart_from_answer(*house.box.call("take_apart", {"limits": limits}, [raw], prepare=True))
    if all(part.problem not in LOCKED for part in apart.parts):
        return apart
    with house.store.read() as unit:
        account = unit.accounts.get(message.account_id)
    keys = keys_for(house, account, message.id)
    if not keys.passwords and not keys.identities:
        return apart
    found: dict[str, JSON] = {"limits": limits, "keys": keys.model_dump(mode="json")}
    return apart_from_answer(*house.box.call("take_apart", found, [raw]))


def _scanned(house: House, message: Message) -> Scanned:
    """Have the mail looked at by the virus scanner, where one is configured. Raises ScannerUnavailable."""
    if not house.settings.scanner.address:
        return Scanned()
    found = scan(house.settings.scanner, house.store.blobs.get(message.sha256))
    if found.found or not found.whole:
        log.warning("mail_scanned", message=message.id, found=found.found, whole=found.whole)
    return found


def _as_it_counts(house: House, message: Message, apart: TakenApart, scanned: Scanned) -> TakenApart:
    """Drop a mark of spam that nobody we know has set, add the scanner's word, and draw the body where it counts."""
    if scanned.reason:
        apart = replace(apart, problems=(*apart.problems, scanned.reason))
    if not is_one_of(message.peer, house.settings.trust.trusted_peers):
        apart = replace(apart, problems=tuple(one for one in apart.problems if one.code != SPAM))
    if apart.body is None or scanned.found:
        return apart
    with house.store.read() as unit:
        account = unit.accounts.get(message.account_id)
    return with_body(house, message, account, apart)


def _documents_of(unit: Unit, message_id: str) -> list[str]:
    entries = [entry for entry in unit.parts.of(message_id) if entry.verdict is Verdict.DOCUMENT]
    renditions = [document.id for document in unit.documents.of_message(message_id) if document.belongs_to]
    found = dict.fromkeys((*(entry.document_id for entry in entries), *renditions))
    return [document_id for document_id in found if document_id]


def _end_attempt(house: House, message_id: str) -> None:
    """Take back the count of a run that ended by itself: a full disk is not the mail's fault."""
    with house.store.unit() as unit:
        message = unit.messages.get(message_id)
        unit.messages.update(message.model_copy(update={"attempts": max(message.attempts - 1, 0)}))


def _record(house: House, message: Message, apart: TakenApart, scanned: Scanned) -> list[str]:
    for content in filter(None, apart.contents.values()):  # containers, and what a limit kept shut, have none
        house.store.blobs.put(content)
    verdicts = {verdict.path: verdict for verdict in sort_parts(apart, memory_of(house, message, apart))}
    if scanned.found and scanned.reason:
        refused = [part.path for part in apart.parts if not part.is_body]
        verdicts |= {path: PartVerdict(path=path, verdict=Verdict.REFUSED, reason=scanned.reason) for path in refused}
    told = tuple(problem for problem in apart.problems if problem.code in (SPAM, "not_scanned"))
    unlocked = [path for path, look in apart.looks.items() if look.container == "unlocked"]
    with house.store.unit() as unit:
        opened = Opened(unit, house, message, unlocked, told)
        rows = _with_relatives([_row(opened, part, verdicts[part.path]) for part in apart.parts])
        opened.close(rows)
        unit.parts.record(message.id, rows)
        renditions = _renditions(unit, house, message, rows)
        current = unit.messages.get(message.id)
        sender = current.sender
        if sender.verdict is not SenderVerdict.VERIFIED and len(apart.header.from_addresses) == 1:
            sender = sender.model_copy(update={"identity": apart.header.from_addresses[0]})
        unit.messages.update(
            current.model_copy(
                update={
                    "header": apart.header,
                    "sender": sender,
                    "state": MessageState.SORTED,
                    "reasons": apart.problems,
                }
            )
        )
        waiting = [row[2] for row in rows if row[2] and row[1].verdict is Verdict.DOCUMENT]
        counts = {verdict.value: sum(row[1].verdict is verdict for row in rows) for verdict in Verdict}
        unit.events.add(
            "message_sorted",
            account_id=message.account_id,
            subject=message.id,
            actor="sort",
            facts={name: str(count) for name, count in counts.items() if count},
            at=house.clock(),
        )
    log.info(
        "message_sorted",
        message=message.id,
        parts=len(rows),
        documents=len(waiting),
        **{name: count for name, count in counts.items() if count},
    )
    return [document_id for document_id in dict.fromkeys((*waiting, *renditions)) if document_id]


def memory_of(house: House, message: Message, apart: TakenApart) -> Memory:
    """Return what the account remembers of pictures; without any in the mail, only what was said of files."""
    with house.store.read() as unit:
        answers = unit.answers.of(message.account_id, Question.PICTURE)
        pictures = [part for part in apart.parts if part.width or part.likeness]
        marks = {mark for part in pictures for mark in (part.sha256, part.likeness) if mark}
        seen = unit.parts.seen_elsewhere(message.account_id, message.id, marks) if marks else {}
    said = {answer.subject: answer.answer for answer in answers if not answer.subject.startswith("~")}
    looks = tuple((answer.subject[1:], answer.answer) for answer in answers if answer.subject.startswith("~"))
    return Memory(said=said, looks=looks, seen=seen)


def _renditions(unit: Unit, house: House, message: Message, rows: list[PartRow]) -> list[str]:
    """Make a document of every other form of an invoice, so that it is read and compared with the one that leads, and
    of what only its name sets aside, so that what stands on it has the last word.
    """
    made = []
    for part, verdict, leader in rows:
        inside = part.media_type is MediaType.XML and part.path.startswith(f"{verdict.related_path}.")
        bond = _BONDS.get((verdict.verdict, verdict.reason.code))
        if inside or bond is None or part.media_type not in READABLE or not leader:  # the XML of a PDF is read with it
            continue
        document = _new_document(house, message, part).model_copy(update={"belongs_to": leader, "bond": bond})
        stored, created = unit.documents.add(document)
        ours = _is_ours(stored, message, part)
        if created or ours:
            made.append(stored.id)
        if ours and not created and stored.belongs_to is None:  # it turned out to be an invoice, or was taken out
            told = PartVerdict(path=part.path, verdict=Verdict.DOCUMENT, reason=Reason(code="readable_file"))
            unit.parts.judge(message.id, told, stored.id)
    return made


_BONDS = {
    (Verdict.RENDITION, "same_invoice"): Bond.RENDITION,
    (Verdict.APPENDIX, "terms"): Bond.APPENDIX,
}


def _is_ours(stored: Document, message: Message, part: Part) -> bool:
    return stored.message_id == message.id and stored.part_path == part.path


def _row(opened: Opened, part: Part, verdict: PartVerdict) -> PartRow:
    """Make the part's document where it is one, and return the ledger's row."""
    if verdict.verdict is not Verdict.DOCUMENT:
        return part, verdict, None
    problems = (*((verdict.reason,) if verdict.reason.code in WORTH_KEEPING else ()), *opened.told)
    unit, house, message = opened.unit, opened.house, opened.message
    taken = opened.take(part, problems)
    if taken is not None:
        return part, verdict, taken.id
    stored, created = unit.documents.add(_new_document(house, message, part, problems))
    ours = _is_ours(stored, message, part)
    if verdict.reason.code in LOCKED and ours and not created:
        stored = still_locked(unit, house, stored, verdict.reason)
    if created or ours:  # ours: an earlier run of this step was cut off after its commit
        return part, verdict if created else turned_out(stored) or verdict, stored.id
    unit.events.add(
        "document_came_again",
        account_id=message.account_id,
        subject=stored.id,
        actor="sort",
        facts={"message": message.id, "file": part.filename},
        at=house.clock(),
    )
    copy = PartVerdict(path=part.path, verdict=Verdict.IGNORED, reason=Reason(code="same_bytes_as_document"))
    return part, copy, stored.id


def _new_document(house: House, message: Message, part: Part, problems: tuple[Reason, ...] = ()) -> Document:
    now = house.clock()
    unread = tuple(problem for problem in problems if problem.code in UNREAD)
    return Document(
        id=new_id(),
        account_id=message.account_id,
        message_id=message.id,
        part_path=part.path,
        sha256=part.sha256,
        media_type=part.media_type,
        filename=part.filename,
        size=part.size,
        state=DocumentState.UNREADABLE if unread else DocumentState.READING,
        reasons=unread,
        problems=problems,
        created_at=now,
        updated_at=now,
    )


def _with_relatives(rows: list[PartRow]) -> list[PartRow]:
    """Give appendices and renditions the document of the part that they belong to."""
    documents = {part.path: document_id for part, _, document_id in rows if document_id}
    return [
        (part, verdict, document_id or documents.get(verdict.related_path or "")) for part, verdict, document_id in rows
    ]
