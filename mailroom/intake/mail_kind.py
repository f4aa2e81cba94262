"""Which mails are not for the books: bounces, automatic answers, lists, confirmations of a forwarding, marked spam.

By the header (RFC 3834, RFC 2919, RFC 3464) and, where a header says nothing, by the subject in five languages. What it
says is told of the mail and keeps its text from becoming a document; files in it are sorted all the same, because many
invoices are sent by machines. Anybody can write such a header: nothing is trusted more for it.
"""

from __future__ import annotations

import re

from mailroom.intake import reasons
from mailroom.intake.section import Fields

_AWAY = re.compile(
    r"out of (?:the )?office|afwezig(?:heid)?|absence|absent du bureau|abwesen(?:d|heit)|nicht im (?:büro|haus)|"
    r"absen[țt][ăa]|nu sunt (?:la|în) birou|niet aanwezig|on (?:holiday|leave|vacation)|en vacances|im urlaub|"
    r"met verlof|în concediu",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|autoreply|automatisch antwoord|réponse automatique|"
    r"automatische antwort|r[ăa]spuns automat)\b",
    re.IGNORECASE,
)
_RETURNED = re.compile(
    r"undeliver(?:ed|able)|delivery (?:status notification|failure|has failed)|returned mail|failure notice|"
    r"mail delivery (?:failed|subsystem)|onbestelbaar|unzustellbar|non remis|échec de la remise|nelivrat",
    re.IGNORECASE,
)
_MAILER = re.compile(r"(?:mailer-daemon|postmaster)@", re.IGNORECASE)
_SPAM = {
    "x-spam-flag": re.compile(r"^\s*yes", re.IGNORECASE),
    "x-spam-status": re.compile(r"^\s*yes", re.IGNORECASE),
    "x-spam": re.compile(r"^\s*(?:yes|true)", re.IGNORECASE),
    "x-rspamd-action": re.compile(r"^\s*(?:add header|rewrite subject|reject|quarantine)", re.IGNORECASE),
}
_GOOGLE = re.compile(r"forwarding-noreply@google\.com", re.IGNORECASE)
_CODE = re.compile(r"\(#(\d{6,12})\)|(?<!\d)(\d{9})(?!\d)")
_LINK = re.compile(r"https?://([a-z0-9.-]{3,100}\.google\.com)/mail/vf-", re.IGNORECASE)

NOT_FOR_THE_BOOKS = frozenset({reasons.BOUNCE, reasons.AUTO_REPLY, reasons.OUT_OF_OFFICE, reasons.SPAM_MARKED})
"""Mails whose text never becomes a document."""


def kinds_of(fields: Fields) -> frozenset[str]:
    """Return the reason codes of what a mail is besides being a mail."""
    found: set[str] = set()
    subject, sender = _first(fields, "subject"), _first(fields, "from")
    if _MAILER.search(sender) and _RETURNED.search(subject):
        found.add(reasons.BOUNCE)
    if _is_automatic(fields, subject):
        found.add(reasons.OUT_OF_OFFICE if _AWAY.search(subject) else reasons.AUTO_REPLY)
    if _first(fields, "list-id") or _first(fields, "precedence").strip().lower() == "list":
        found.add(reasons.MAILING_LIST)
    if any(pattern.search(value) for name, pattern in _SPAM.items() for value in fields.get(name, ())):
        found.add(reasons.SPAM_MARKED)
    return frozenset(found)


def _is_automatic(fields: Fields, subject: str) -> bool:
    """Say whether it answers by itself. `auto-generated` does not: suppliers' systems send their invoices so."""
    submitted = _first(fields, "auto-submitted").strip().lower().startswith("auto-replied")
    named = bool(_first(fields, "x-autoreply") or _first(fields, "x-autorespond"))
    precedence = _first(fields, "precedence").strip().lower() in ("auto_reply", "auto-reply")
    return submitted or named or precedence or _ANSWER.search(subject) is not None


def confirmation(fields: Fields, words: str) -> dict[str, str] | None:
    """Return code and host of the mail with which Gmail asks whether it may forward to us; None for other mails."""
    if not _GOOGLE.search(_first(fields, "from")):
        return None
    code = _CODE.search(_first(fields, "subject")) or _CODE.search(words[:10_000])
    link = _LINK.search(words)
    if code is None:
        return None
    return {"code": code[1] or code[2], "host": link[1].lower() if link else "google.com"}


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
