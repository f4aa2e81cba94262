"""The ledger: every part of every mail with its verdict and the reason. It answers "where is my invoice?"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import Response

from mailroom.domain.message import LedgerEntry, Verdict
from mailroom.web.inbox import page_number
from mailroom.web.rights import Right, enter
from mailroom.web.visit import Visit
from mailroom.web.words import Words

if TYPE_CHECKING:
    from mailroom.store import Unit

PAGE = 100


@dataclass(frozen=True)
class LedgerLine:
    """One part of a mail, in the reader's words."""

    path: str
    filename: str
    media_type: str
    size: str
    verdict: Verdict
    reason: str
    document_id: str | None


@dataclass(frozen=True)
class Mail:
    """A mail with its parts."""

    when: str
    sender: str
    subject: str
    recipient: str
    lines: tuple[LedgerLine, ...]


def line(entry: LedgerEntry, words: Words) -> LedgerLine:
    """Return a line of the ledger in words."""
    return LedgerLine(
        path=entry.path,
        filename=entry.filename,
        media_type=entry.media_type.value,
        size=words.size(entry.size),
        verdict=entry.verdict,
        reason=words.reason(entry.reason),
        document_id=entry.document_id,
    )


def lines_of(unit: Unit, message_id: str, words: Words) -> list[LedgerLine]:
    """Return the lines of one mail."""
    return [line(entry, words) for entry in unit.parts.of(message_id)]


def show_ledger(visit: Visit) -> Response:
    """Show the ledger of an account, newest mail first."""
    search, page = visit.query("q").strip(), page_number(visit)
    with visit.services.store.read() as unit:
        account, rights = enter(unit, visit.person, visit.path("account"), Right.LEDGER)
        visit.words.time_zone = account.time_zone
        # The store has no offset here: deep pages of a ledger are reached by searching, not by leafing.
        entries = unit.parts.ledger(account.id, search, page * PAGE + 1)
        found = list(islice(entries, (page - 1) * PAGE, page * PAGE + 1))
    return visit.account_page(
        "ledger.html",
        account,
        rights,
        mails=list(_mails(found[:PAGE], visit.words)),
        search=search,
        older=_address(search, page + 1) if len(found) > PAGE else "",
        newer=_address(search, page - 1) if page > 1 else "",
        here="ledger",
    )


def _mails(entries: Iterable[LedgerEntry], words: Words) -> Iterable[Mail]:
    for _, group in groupby(entries, key=lambda entry: entry.mail):
        parts = list(group)
        first = parts[0]
        yield Mail(
            when=words.instant(first.received_at),
            sender=first.sender,
            subject=first.subject,
            recipient=first.recipient,
            lines=tuple(line(entry, words) for entry in parts),
        )


def _address(search: str, page: int) -> str:
    return "?" + urlencode({**({"q": search} if search else {}), "page": str(page)})
