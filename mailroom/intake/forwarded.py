"""Whose mail an inline forward holds: the original sender, date and subject, as Outlook, Gmail, Apple Mail and
Thunderbird write them in five languages.

Pure, over the words of the body. It proves nothing: anybody can type such a block. The forwarder is the one who is
authenticated and answered; what is found here only helps people and the matching of sellers.
"""

from __future__ import annotations

import re
from datetime import date

from mailroom.domain.message import OriginalMail
from mailroom.intake.names import clean_line

# Labels in lower case without their colon. English stands in mails of every language: Gmail mixes `Van:` and `Date:`.
_LABELS: dict[str, str] = {
    label: field
    for field, labels in {
        "from": "from|van|de|von|de la|expéditeur|expediteur|absender|afzender|expeditor",
        "date": "date|sent|datum|verzonden|verzonden op|envoyé|envoyé le|envoye|gesendet|gesendet am|trimis|data",
        "subject": "subject|onderwerp|objet|sujet|betreff|subiect",
        "to": "to|aan|à|a|pour|an|către|catre|pentru",
        "cc": "cc|kopie|copie",
        "reply": "reply-to|antwoord aan|répondre à|antwort an|răspuns către",
    }.items()
    for label in labels.split("|")
}
_LINE = re.compile(r"([^\W\d_][^\W\d_ -]*(?:[ -][^\W\d_]+){0,2})\s*:\s*(.*)")
_QUOTES = re.compile(r"^[>|\s]+")
_ADDRESS = re.compile(r"[^\s<>\"()\[\],;:]{1,64}@[^\s<>\"()\[\],;:]{1,190}")
_NOISE = re.compile(r"[\[<(]?\s*(?:mailto:)?[^\s<>\[\]()]*@.*$")
_MAX_LINES, _MAX_BLOCK = 4_000, 12

# The first letters that tell a month in Dutch, French, German, English and Romanian.
_MONTHS = (
    ("ja", "ian"),
    ("f",),
    ("mar", "mär", "maer", "mrt", "maa"),
    ("ap", "av"),
    ("mai", "may", "mei"),
    ("juin", "jun", "iun"),
    ("juil", "jul", "iul"),
    ("au", "ao"),
    ("s",),
    ("o",),
    ("n",),
    ("d",),
)
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})(?:\.|er|e|st|nd|rd|th)?\s+(?:de\s+)?([^\W\d_]{3,10})\.?,?\s+(\d{4})")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")


def original_of(text: str, forwarder: str = "") -> OriginalMail | None:
    """Return the mail that was forwarded, or None when the text holds no forward.

    In a chain of forwards inside one company it is the first mail that came from outside: the first whose sender has
    another domain than `forwarder`; else the outermost.
    """
    found = forwards_in(text)
    domain = forwarder.rpartition("@")[2].lower()
    outside = (mail for mail in found if mail.sender_address and not _is_of(mail.sender_address, domain))
    return next(outside, found[0] if found else None) if domain else next(iter(found), None)


def _is_of(address: str, domain: str) -> bool:
    return address.lower().rpartition("@")[2] == domain


def forwards_in(text: str) -> tuple[OriginalMail, ...]:
    """Return the heads of all forwarded mails, outermost first."""
    lines = [_bare(line) for line in text.splitlines()[:_MAX_LINES]]
    found: list[OriginalMail] = []
    number = 0
    while number < len(lines):
        block, behind = _block(lines, number)
        if "from" in block and len(block.keys() & {"date", "subject", "to"}) >= 2:
            found.append(_forwarded(block))
            number = behind
        else:
            number += 1
    return tuple(found)


def _bare(line: str) -> str:
    """Take the signs of quoting and of bold off a line (`> *From:* Jan`)."""
    return _QUOTES.sub("", line[:2_000]).replace("*", "").replace("\xa0", " ").replace("\u202f", " ").strip()


def _block(lines: list[str], start: int) -> tuple[dict[str, str], int]:
    """Read the labelled lines that begin at `start`. A value may begin on the next line or go on there."""
    block: dict[str, str] = {}
    current, number = "", start
    for number in range(start, min(start + _MAX_BLOCK * 2, len(lines))):
        match = _LINE.match(lines[number])
        label = _LABELS.get(match[1].lower()) if match else None
        if label and match:
            if label in block:
                break
            block[label], current = match[2], label
        elif not block or (not lines[number] and len(block) >= 3):
            break
        elif lines[number] and current and not block[current]:
            block[current] = lines[number]
        elif lines[number] and current not in ("to", "cc"):
            break
    return block, max(number, start + 1)


def _forwarded(block: dict[str, str]) -> OriginalMail:
    sender = block["from"]
    address = _ADDRESS.search(sender.replace("mailto:", " "))
    name = _NOISE.sub("", sender) if address else sender
    return OriginalMail(
        sender_name=clean_line(name.strip(" \"'<[(;"), 200),
        sender_address=address[0].rstrip(".").lower() if address else "",
        sent_on=read_date(block.get("date", "")),
        subject=clean_line(block.get("subject", ""), 500),
    )


def read_date(text: str) -> date | None:
    """Return the calendar day that a date line names, in any of the five languages; None when it is not clear.

    Numbers stand as day, month, year, as everywhere but in America.
    """
    lowered = text.lower()
    for pattern, order in (
        (_ISO, (2, 1, 0)),
        (_DAY_FIRST, (0, 1, 2)),
        (_MONTH_FIRST, (1, 0, 2)),
        (_NUMBERS, (0, 1, 2)),
    ):
        for match in pattern.finditer(lowered):
            day, month, year = (match.groups()[place] for place in order)
            found = _date(int(day), _month(month), int(year))
            if found:
                return found
    return None


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next((n for n, starts in enumerate(_MONTHS, 1) if text.startswith(starts)), 0)


def _date(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
