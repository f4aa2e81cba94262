"""The ledger: every part of every mail with its verdict and the reason. It answers "where is my invoice?".

By mail, also one that was not taken apart, or by part; a page begins where the one before ended, so that leafing
through years costs what the first page does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from mailroom.domain.ledger import LedgerMail, LedgerQuery
from mailroom.domain.message import LedgerEntry, Message, MessageState, Verdict, can_put_aside, can_take_back
from mailroom.errors import NotFound
from mailroom.web.rights import Right, enter
from mailroom.web.visit import Visit
from mailroom.web.words import Words

if TYPE_CHECKING:
    from mailroom.store import Unit

PAGE = 50

FIELDS = ("sender", "subject", "file", "message_id", "since", "until", "verdict")
"""What can be asked for besides words, as the address of the page names it."""


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
    mail: str = ""
    act: str = ""


@dataclass(frozen=True)
class Mail:
    """A mail with its parts. `state` and `why` are set where it was not sorted, or something is to be said of it."""

    id: str
    when: str
    sender: str
    subject: str
    recipient: str
    state: str
    why: tuple[str, ...]
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
        mail=entry.mail,
        act="take_back" if can_take_back(entry) else "put_aside" if can_put_aside(entry) else "",
    )


def lines_of(unit: Unit, message_id: str, words: Words) -> list[LedgerLine]:
    """Return the lines of one mail."""
    return [line(entry, words) for entry in unit.parts.of(message_id)]


def show_ledger(visit: Visit) -> Response:
    """Show the ledger of an account, newest mail first."""
    with visit.services.store.read() as unit:
        account, rights = enter(unit, visit.person, visit.path("account"), Right.LEDGER)
        visit.words.time_zone = account.time_zone
        asked = {name: visit.query(name).strip() for name in ("q", *FIELDS)}
        wanted = _wanted(asked, account.time_zone)
        found = unit.ledger.mails(account.id, wanted, limit=PAGE + 1, before=_place(visit.query("after")))
    by_part = visit.query("view") == "part"
    here = {name: value for name, value in asked.items() if value} | ({"view": "part"} if by_part else {})
    page = found[:PAGE]
    return visit.account_page(
        "ledger.html",
        account,
        rights,
        mails=[mail_in_words(mail, visit.words) for mail in page] if not by_part else [],
        parts_found=list(_parts(page, wanted, visit.words)) if by_part else [],
        found=bool(page),
        asked=asked,
        narrowed=any(asked[name] for name in FIELDS),
        searched=any(asked.values()),
        view="part" if by_part else "mail",
        views={
            "mail": "?" + urlencode({name: value for name, value in here.items() if name != "view"}),
            "part": "?" + urlencode(here | {"view": "part"}),
        },
        verdicts=list(Verdict),
        older="?" + urlencode(here | {"after": _place_of(page[-1].message)}) if len(found) > PAGE else "",
        newer="?" + urlencode(here) if visit.query("after") else "",
        here="ledger",
    )


def mail_in_words(mail: LedgerMail, words: Words) -> Mail:
    """Return a mail for a page."""
    message = mail.message
    sorted_ = message.state is MessageState.SORTED
    return Mail(
        id=message.id,
        when=words.instant(message.received_at),
        sender=sender_of(message),
        subject=message.header.subject,
        recipient=message.recipient,
        state="" if sorted_ else message.state.value,
        why=tuple(words.reason(reason) for reason in message.reasons),
        lines=tuple(line(entry, words) for entry in mail.parts),
    )


def judge_part(visit: Visit) -> Response:
    """Make a document of a part that was left out, or say of a picture that it is none."""
    with visit.services.store.read() as unit:
        account, _ = enter(unit, visit.person, visit.path("account"), Right.DECIDE)
        if unit.messages.get(visit.path("mail")).account_id != account.id:
            raise NotFound("no such mail in this account")
    acts = {"take_back": visit.services.desk.take_back, "put_aside": visit.services.desk.put_aside}
    act = visit.path("act")
    if act not in acts:
        raise NotFound("no such act")
    document = acts[act](visit.person, visit.path("mail"), visit.path("part"))
    visit.services.changed(document.id)
    return visit.go(f"/documents/{document.id}?done={'taken_back' if act == 'take_back' else 'put_aside'}")


def sender_of(message: Message) -> str:
    """Return who the mail says that it is from, else whom the envelope names."""
    return next(iter(message.header.from_addresses), message.envelope_sender)


def _parts(mails: Sequence[LedgerMail], wanted: LedgerQuery, words: Words) -> Iterator[tuple[Mail, LedgerLine]]:
    for mail in mails:
        whole = mail_in_words(mail, words)
        for entry, said in zip(mail.parts, whole.lines, strict=True):
            if wanted.verdict in {None, entry.verdict}:
                yield whole, said


def _wanted(asked: dict[str, str], time_zone: str) -> LedgerQuery:
    verdict = asked["verdict"]
    return LedgerQuery(
        words=asked["q"],
        sender=asked["sender"],
        subject=asked["subject"],
        filename=asked["file"],
        message_id=asked["message_id"],
        since=_midnight(asked["since"], time_zone),
        until=_midnight(asked["until"], time_zone, days_later=1),
        verdict=Verdict(verdict) if verdict in set(Verdict) else None,
    )


def _midnight(typed: str, time_zone: str, days_later: int = 0) -> datetime | None:
    """Return where a day begins in the account's time zone; None for what is no date."""
    try:
        day = date.fromisoformat(typed) + timedelta(days=days_later)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), ZoneInfo(time_zone)).astimezone(UTC) if day.year > 1 else None


def _place_of(message: Message) -> str:
    return f"{message.received_at.isoformat()}~{message.id}"


def _place(written: str) -> tuple[datetime, str] | None:
    instant, _, message_id = written.partition("~")
    try:
        at = datetime.fromisoformat(instant)
    except ValueError:
        return None
    return (at, message_id) if at.tzinfo else None
