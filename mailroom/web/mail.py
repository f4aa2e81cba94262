"""One mail: what came, what became of each of its parts, what happened to it, and its raw bytes.

The raw mail is shown as text and handed out as a file, never rendered: nothing in it is fetched, run or drawn. It can
be run again from these bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import Response

from mailroom.domain.account import UNASSIGNED, Account
from mailroom.domain.ledger import LedgerMail
from mailroom.domain.message import Message
from mailroom.errors import BlobDamaged, BlobMissing, NotFound
from mailroom.web.files import attachment
from mailroom.web.history import names_of
from mailroom.web.ledger import mail_in_words
from mailroom.web.rights import Right, Rights, enter
from mailroom.web.visit import Visit

if TYPE_CHECKING:
    from mailroom.store import Unit

SHOWN_BYTES = 100_000

# Signs that would turn the direction of the text, hide or move what follows; line ends and tabs stay.
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def show_mail(visit: Visit) -> Response:
    """Show a mail."""
    return _page(visit)


def raw_mail(visit: Visit) -> Response:
    """Hand out the bytes as they came."""
    with visit.services.store.read() as unit:
        message, _, _ = open_mail(unit, visit, Right.RAW)
    content = visit.services.store.blobs.get(message.sha256)
    return attachment(content, f"{message.header.subject or message.id}.eml", "message/rfc822")


def replay(visit: Visit) -> Response:
    """Have the mail run again."""
    with visit.services.store.read() as unit:
        message, _, _ = open_mail(unit, visit, Right.RAW)
    visit.services.office.replay(visit.person, message.id)
    return visit.go(f"/messages/{message.id}?done=replayed")


def assign(visit: Visit) -> Response:
    """Give a mail of the unassigned box to a company."""
    message = _of_nobody(visit)
    wanted = visit.typed("account", 200)
    try:
        with visit.services.store.read() as unit:
            account = unit.accounts.find(wanted)
    except NotFound:
        return _page(visit, alert=visit.words.t("web.box.no_account", wanted=wanted), status=422)
    try:
        new = visit.services.office.assign(visit.person, message.id, account.id)
    except NotFound:
        return _page(visit, alert=visit.words.t("web.box.no_address", account=account.name), status=422)
    return visit.go(f"/unassigned?done=assigned&as={new}")


def dismiss(visit: Visit) -> Response:
    """Put a mail of the unassigned box by, with a reason."""
    message = _of_nobody(visit)
    reason = visit.typed("reason")
    if not reason:
        return _page(visit, alert=visit.words.t("web.box.reason_needed"), status=422)
    visit.services.office.dismiss(visit.person, message.id, reason)
    return visit.go("/unassigned?done=dismissed")


def open_mail(unit: Unit, visit: Visit, right: Right) -> tuple[Message, Account, Rights]:
    """Return the mail of the address, its account and the visitor's rights in it. Raises NotFound as `enter` does."""
    message = unit.messages.get(visit.path("message"))
    account, rights = enter(unit, visit.person, message.account_id, right)
    return message, account, rights


def _of_nobody(visit: Visit) -> Message:
    with visit.services.store.read() as unit:
        message, account, _ = open_mail(unit, visit, Right.RAW)
    if not visit.person.is_operator or account.id != UNASSIGNED:
        raise NotFound("no mail of the unassigned box", message_id=message.id)
    return message


def _page(visit: Visit, *, alert: str = "", status: int = 200) -> Response:
    words = visit.words
    with visit.services.store.read() as unit:
        message, account, rights = open_mail(unit, visit, Right.LEDGER)
        words.time_zone = account.time_zone
        parts = tuple(unit.parts.of(message.id))
        events = unit.events.of(message.id)
        who = names_of(unit, [*(event.actor for event in events), message.uploaded_by or ""], words)
        of_nobody = account.id == UNASSIGNED and visit.person.is_operator
        companies = [one.name for one in unit.accounts.all()[:500] if one.id != UNASSIGNED] if of_nobody else []
    return visit.account_page(
        "mail.html",
        account,
        rights,
        message=message,
        mail=mail_in_words(LedgerMail(message=message, parts=parts), words),
        uploaded_by=who[message.uploaded_by] if message.uploaded_by else "",
        proof=message.sender.evidence,
        events=[
            (words.instant(event.at), words.named("web.event", event.name), who[event.actor], event.facts.get("reason"))
            for event in events
        ],
        raw=_as_text(visit, message) if Right.RAW in rights else "",
        cut=message.size > SHOWN_BYTES,
        shown=words.size(SHOWN_BYTES),
        companies=companies,
        of_nobody=of_nobody,
        notice=visit.done,
        alert=alert,
        refresh=3 if message.state == "stored" else 0,
        here="ledger",
        status=status,
    )


def _as_text(visit: Visit, message: Message) -> str:
    """Return the beginning of the raw mail as text that stays where it is put."""
    try:
        content = visit.services.store.blobs.get(message.sha256)
    except (BlobMissing, BlobDamaged) as error:
        return visit.words.t(f"reason.{error.reason}")
    return _UNSHOWABLE.sub("\ufffd", content[:SHOWN_BYTES].decode("utf-8", "replace").replace("\r\n", "\n"))
