"""The view of a message's header for people: decoded, bounded, never trusted.

mail-parser reads it, fed with the few fields that are shown and never with a body. Its decoding costs superlinear
time (85 KB of encoded words: 0.1 s; 4 MB: hours), so the fields are bounded before. Where it raises or finds nothing,
or where the fields are large, the standard library and our own decoder do the work.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, NamedTuple

import mailparser

from mailroom.domain.message import HeaderView
from mailroom.intake.names import clean_line, decode_words
from mailroom.intake.section import Fields

# It logs the subjects that it cannot decode; contents of mails do not belong into a log.
logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)

_SLOW = 4_096  # characters of all shown fields together; beyond, mail-parser is not asked
_SUBJECT, _NAME, _ADDRESS, _ADDRESSES = 500, 200, 254, 50
_SHOWN = ("message-id", "subject", "from", "to", "date")
_BARE_ADDRESS = re.compile(r"[^\s<>\"(),:;@]{1,64}@[^\s<>\"(),:;@]{1,190}")


class _Seen(NamedTuple):
    """What one of the two readers saw."""

    subject: str = ""
    senders: tuple[tuple[str, str], ...] = ()
    recipients: tuple[tuple[str, str], ...] = ()
    date: datetime | None = None


def view(header: Fields) -> HeaderView:
    """Return what people want to see of a header. Never raises."""
    fields: Fields = {name: header.get(name, []) for name in _SHOWN}
    size = sum(len(value) for values in fields.values() for value in values)
    first = _by_mail_parser(fields) if size <= _SLOW else _Seen()
    second = _by_library(fields)
    senders = _clean(first.senders) or _clean(second.senders)
    return HeaderView(
        message_id=clean_line("".join(fields["message-id"][:1]), _NAME),
        subject=clean_line(decode_words(first.subject) or second.subject, _SUBJECT),
        from_addresses=tuple(address for _, address in senders if address),
        from_name=next((name for name, _ in senders if name), ""),
        to_addresses=tuple(address for _, address in _clean(first.recipients) or _clean(second.recipients) if address),
        date=first.date or second.date,
    )


def _by_mail_parser(fields: Fields) -> _Seen:
    if len(fields["from"]) > 1:
        return _Seen()  # it would give the first only; who claims to be two people has to be seen as such
    # Given two subjects, it returns the text of a Python list.
    lines = [f"{name}: {value}\r\n" for name, values in fields.items() for value in values[:1]]
    try:
        parsed: Any = mailparser.parse_from_bytes("".join(lines).encode("utf-8", "replace") + b"\r\n")
        return _Seen(str(parsed.subject or ""), tuple(parsed.from_ or ()), tuple(parsed.to or ()), _utc(parsed.date))
    except Exception:  # it raises whatever its helpers raise (AttributeError, KeyError, ...)
        return _Seen()


def _by_library(fields: Fields) -> _Seen:
    return _Seen(
        decode_words("".join(fields["subject"][:1])),
        _addresses(fields["from"]),
        _addresses(fields["to"]),
        _date("".join(fields["date"][:1])),
    )


def _addresses(values: list[str]) -> tuple[tuple[str, str], ...]:
    bounded = [value[: _SLOW * 2] for value in values[:5]]
    # Comments inside each other make the library go down a level for each.
    nested = any(value.count("(") > 100 for value in bounded)
    found = [pair for pair in getaddresses(bounded) if "@" in pair[1]] if not nested else []
    # Patched versions of the library return nothing at all for a list with one odd address in it.
    return tuple(found) or tuple(("", address) for address in _BARE_ADDRESS.findall(" ".join(bounded)))


def _clean(pairs: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Decode names once more (mail programs show quoted encoded words decoded too), and drop what has no address."""
    found = ((clean_line(decode_words(str(name)), _NAME), clean_line(str(at), _ADDRESS)) for name, at in pairs)
    return [(name, address) for name, address in found if address.find("@") > 0][:_ADDRESSES]


def _date(value: str) -> datetime | None:
    try:
        return _utc(parsedate_to_datetime(value[:200]))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _utc(moment: Any) -> datetime | None:
    if not isinstance(moment, datetime):
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day of the calendar
        return None
