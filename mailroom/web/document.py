"""One document: its page pictures beside its fields, and what a person decides on it.

The version stands in every form, so that two people do not overwrite each other. The acts themselves are the desk's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from mailroom.domain.account import Account
from mailroom.domain.document import WAITING_FOR_PERSON, Document, DocumentHead, DocumentState, FieldName
from mailroom.domain.line import Lines, LineStatus
from mailroom.domain.message import Message
from mailroom.domain.value import Reason
from mailroom.errors import InvalidValue
from mailroom.web.document_view import ACCEPTABLE, EDITABLE, acts, changes, document_types, field_views, is_searchable
from mailroom.web.doubt import shown_otherwise
from mailroom.web.family import Family, family_of
from mailroom.web.history import Line, history
from mailroom.web.ledger import LedgerLine, lines_of
from mailroom.web.line_view import line_views, sum_views
from mailroom.web.queue import next_in_queue
from mailroom.web.rights import Right, Rights, open_document
from mailroom.web.visit import Visit
from mailroom.web.words import FAIRLY_SURE, Words
from mailroom.web.xml_view import side_views

_DIFFER = frozenset({LineStatus.DIFFER, LineStatus.RATES_DIFFER})


@dataclass(frozen=True)
class _Loaded:
    document: Document
    account: Account
    rights: Rights
    message: Message
    history: list[Line]
    ledger: list[LedgerLine]
    next: DocumentHead | None
    lines: Lines
    family: Family


def show_document(visit: Visit) -> Response:
    """Show a document."""
    return _page(visit, {}, "")


def fill_in(visit: Visit) -> Response:
    """Keep what was typed into the fields."""
    document = _for_act(visit, Right.FILL_IN)
    typed = _typed(visit)
    # Who takes one value that was offered has not looked at the others: he confirms nothing.
    asked = () if visit.typed("choose") else visit.services.missing(document.fields)
    wanted = changes(document, asked, typed, visit.words)
    if not wanted:
        return visit.go(f"/documents/{document.id}?done=nothing_changed")
    try:
        saved = _fill_in(visit, document, wanted)
    except InvalidValue as error:
        return _page(visit, typed, str(error.facts.get("field", "")), status=422)
    return visit.go(f"/documents/{document.id}?done={_after_filling(visit, saved)}")


def accept(visit: Visit) -> Response:
    """Accept a document; what was changed in its fields is kept first."""
    document = _for_act(visit, Right.DECIDE)
    typed = _typed(visit)
    wanted = changes(document, visit.services.missing(document.fields), typed, visit.words)
    version = _version(visit)
    if wanted:
        try:
            document = _fill_in(visit, document, wanted)
        except InvalidValue as error:
            return _page(visit, typed, str(error.facts.get("field", "")), status=422)
        version = document.version
    if document.state in EDITABLE - ACCEPTABLE:
        done = _after_filling(visit, document) if wanted else "fill_in_first"
        return visit.go(f"/documents/{document.id}?done={done}")
    visit.services.desk.accept(visit.person, document.id, version)
    visit.services.changed(document.id)
    return visit.go(f"/documents/{document.id}?done=accepted")


def refuse(visit: Visit) -> Response:
    """Refuse a document with a reason in the person's own words."""
    document = _for_act(visit, Right.DECIDE)
    reason = visit.typed("reason", 500)
    if not reason:
        return visit.go(f"/documents/{document.id}?done=reason_needed#refuse")
    visit.services.desk.refuse(visit.person, document.id, _version(visit), reason)
    return visit.go(f"/documents/{document.id}?done=refused")


def undo(visit: Visit) -> Response:
    """Take an acceptance or a refusal back."""
    document = _for_act(visit, Right.DECIDE)
    visit.services.desk.undo(visit.person, document.id, _version(visit))
    return visit.go(f"/documents/{document.id}?done=undone")


def retry(visit: Visit) -> Response:
    """Have a document read again."""
    document = _for_act(visit, Right.FILL_IN)
    visit.services.desk.retry(visit.person, document.id, _version(visit))
    visit.services.changed(document.id)
    return visit.go(f"/documents/{document.id}?done=retried")


def unlock(visit: Visit) -> Response:
    """Try a locked file with the password that was typed."""
    document = _for_act(visit, Right.FILL_IN)
    password = visit.typed("password", 200)
    if not password:
        return visit.go(f"/documents/{document.id}?done=password_needed")
    keep = visit.typed("keep") == "yes"
    visit.services.desk.unlock(visit.person, document.id, _version(visit), password, keep=keep)
    visit.services.changed(document.id)
    return visit.go(f"/documents/{document.id}?done=unlocking")


def separate(visit: Visit) -> Response:
    """Let a document stand by itself that was put beside another."""
    document = _for_act(visit, Right.DECIDE)
    visit.services.desk.separate(visit.person, document.id, _version(visit))
    return visit.go(f"/documents/{document.id}?done=separated")


def same(visit: Visit) -> Response:
    """Say that it is the same invoice as the one that was asked about."""
    document = _for_act(visit, Right.DECIDE)
    visit.services.desk.unite(visit.person, document.id, _version(visit), visit.typed("other", 40))
    return visit.go(f"/documents/{document.id}?done=united")


def other(visit: Visit) -> Response:
    """Say that it is another invoice than the one that was asked about."""
    document = _for_act(visit, Right.DECIDE)
    visit.services.desk.keep_apart(visit.person, document.id, _version(visit), visit.typed("other", 40))
    return visit.go(f"/documents/{document.id}?done=kept_apart")


def divide(visit: Visit) -> Response:
    """Say that the file is several invoices."""
    document = _for_act(visit, Right.DECIDE)
    visit.services.desk.divide(visit.person, document.id, _version(visit))
    visit.services.changed(document.id)
    return visit.go(f"/documents/{document.id}?done=divided")


def whole(visit: Visit) -> Response:
    """Say that the file is one invoice."""
    document = _for_act(visit, Right.DECIDE)
    visit.services.desk.keep_whole(visit.person, document.id, _version(visit))
    return visit.go(f"/documents/{document.id}?done=whole")


def join(visit: Visit) -> Response:
    """Say that photos are the pages of one invoice."""
    document = _for_act(visit, Right.DECIDE)
    pages = visit.ticked("page")
    if document.id not in pages or len(pages) < 2:
        return visit.go(f"/documents/{document.id}?done=nothing_changed")
    visit.services.desk.join(visit.person, document.id, _version(visit), pages)
    visit.services.changed(document.id)
    return visit.go(f"/documents/{document.id}?done=joining")


def part(visit: Visit) -> Response:
    """Say that the photos are several invoices."""
    document = _for_act(visit, Right.DECIDE)
    visit.services.desk.part(visit.person, document.id, _version(visit))
    return visit.go(f"/documents/{document.id}?done=separated")


ACTS: dict[str, Callable[[Visit], Response]] = {
    "fields": fill_in,
    "accept": accept,
    "refuse": refuse,
    "undo": undo,
    "retry": retry,
    "unlock": unlock,
    "separate": separate,
    "same": same,
    "other": other,
    "divide": divide,
    "whole": whole,
    "join": join,
    "part": part,
}


def _for_act(visit: Visit, right: Right) -> Document:
    with visit.services.store.read() as unit:
        document, _, _ = open_document(unit, visit.person, visit.path("document"), right)
    return document


def _version(visit: Visit) -> int:
    typed = visit.typed("version", 10)
    return int(typed) if typed.isascii() and typed.isdigit() else 0


def _typed(visit: Visit) -> dict[FieldName, str]:
    typed = {name: visit.typed(f"field.{name.value}") for name in FieldName if f"field.{name.value}" in visit.form}
    name, _, value = visit.typed("choose").partition("=")  # the press on a value that was offered
    if name in frozenset(FieldName):
        typed[FieldName(name)] = value
    return typed


def _fill_in(visit: Visit, document: Document, wanted: Mapping[FieldName, str]) -> Document:
    saved = visit.services.desk.fill_in(visit.person, document.id, _version(visit), wanted, visit.words.language)
    visit.services.changed(document.id)
    return saved


def _after_filling(visit: Visit, document: Document) -> str:
    return "still_missing" if visit.services.missing(document.fields) else "filled_in"


def _page(visit: Visit, typed: Mapping[FieldName, str], wrong: str, status: int = 200) -> Response:
    loaded = _load(visit)
    document, words = loaded.document, visit.words
    words.time_zone = loaded.account.time_zone
    can = acts(document, loaded.rights, words)
    missing = visit.services.missing(document.fields) if can.fill_in else ()
    others = visit.services.alternatives(document) if can.fill_in and _doubtful(document, missing) else {}
    views = field_views(document, missing, words, typed, wrong=wrong, alternatives=others)
    return visit.account_page(
        "document.html",
        loaded.account,
        loaded.rights,
        document=document,
        can=can,
        fields=views,
        # A new version with old typing would be saved over; so a corrected form keeps the version it was shown with.
        version=_version(visit) if typed else document.version,
        types=document_types(words),
        pages=[(n, sha256[:12]) for n, sha256 in enumerate(document.previews, 1)],
        reasons=[words.reason(reason) for reason in document.reasons],
        problems=[words.reason(one) for one in document.problems if one not in document.reasons and not _checked(one)],
        findings=[words.reason(one) for one in document.problems if _checked(one)],
        message=loaded.message,
        original=_original(loaded.message, words),
        history=loaded.history,
        ledger=loaded.ledger,
        next=loaded.next,
        searchable=is_searchable(document),
        lines=line_views(loaded.lines, document, words),
        sides=side_views(document, visit.services.store.blobs, words),
        lines_status=loaded.lines.status.value,
        lines_by_hand=loaded.lines.by_hand,
        sums=sum_views(loaded.lines, document, words) if loaded.lines.status in _DIFFER else [],
        family=loaded.family,
        notice=visit.done,
        alert=words.t("web.document.not_saved") if wrong or typed else "",
        refresh=3 if document.state is DocumentState.READING else 0,
        here="inbox",
        status=status,
    )


def _original(message: Message, words: Words) -> str:
    """Return whose mail was forwarded, in words; empty where none was. It proves nothing and is shown as what it is."""
    original = message.header.original
    if original is None:
        return ""
    sender = original.sender_address or original.sender_name
    if original.sender_name and original.sender_address:
        sender = f"{original.sender_name} <{original.sender_address}>"
    if original.sent_on is None:
        return words.t("web.document.original_mail_undated", sender=sender, subject=original.subject)
    day = words.date(original.sent_on.isoformat())
    return words.t("web.document.original_mail", sender=sender, date=day, subject=original.subject)


def _doubtful(document: Document, missing: tuple[FieldName, ...]) -> bool:
    """Tell whether a person is shown a field that is missing or unsure."""
    return bool(missing or shown_otherwise(document)) or any(
        field.value is not None and field.confidence < FAIRLY_SURE for field in document.fields.values()
    )


def _checked(problem: Reason) -> bool:
    """Tell whether the checks of an e-invoice said it: those have a place of their own on the page."""
    return problem.code in {"einvoice_finding", "einvoice_note"}


def _load(visit: Visit) -> _Loaded:
    following: DocumentHead | None
    with visit.services.store.read() as unit:
        document, account, rights = open_document(unit, visit.person, visit.path("document"), Right.SEE)
        visit.words.time_zone = account.time_zone
        if Right.DECIDE in rights:
            waiting = unit.documents.listed(account.id, WAITING_FOR_PERSON, limit=2)
            following = next((other for other in waiting if other.id != document.id), None)
        else:  # who only completes goes on with what is to complete, of whatever account
            following = next_in_queue(unit, visit.person, document)
        return _Loaded(
            document=document,
            account=account,
            rights=rights,
            message=unit.messages.get(document.message_id),
            history=history(unit, document, visit.words),
            ledger=lines_of(unit, document.message_id, visit.words) if Right.LEDGER in rights else [],
            next=following,
            lines=unit.lines.of(document.id),
            family=family_of(unit, document, visit.words),
        )
