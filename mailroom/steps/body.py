"""The body as a document: an invoice that stands only in the text of a mail becomes a PDF, drawn in the boxed child.

Part of sorting. The body stays what it is, now the container of its PDF, and the PDF is sorted and read like any other:
its text layer is the text of the mail, so that no recognition is needed. A mail in which a file is a document keeps its
text as a text.
"""

from __future__ import annotations

from mailroom.domain.account import Account
from mailroom.domain.message import MediaType, Message, Verdict
from mailroom.errors import ReaderCrashed
from mailroom.intake import BodyFound, TakenApart, sort_parts, with_page
from mailroom.languages import format_date, text
from mailroom.log import get_logger
from mailroom.reading.frames import JSON
from mailroom.steps.house import House

log = get_logger("body")

ALWAYS = frozenset({"forwarding_confirmation"})
"""Made whatever the account's switch says: the owner waits for it."""
_LARGEST = 30 << 20
_MOST_PICTURES = 40
_SHOWN = frozenset({MediaType.JPEG, MediaType.PNG, MediaType.GIF, MediaType.WEBP})


def with_body(house: House, message: Message, account: Account, apart: TakenApart) -> TakenApart:
    """Return the mail with a PDF of its body as one more part, where that is to be a document; else as it was."""
    body = apart.body
    if body is None or not (account.body_documents or body.code in ALWAYS):
        return apart
    if any(reason.code == "spam_marked" for reason in apart.problems) and body.code not in ALWAYS:
        return apart
    if any(verdict.verdict is Verdict.DOCUMENT for verdict in sort_parts(apart)):
        return apart
    pdf = _pdf(house, account, apart, body)
    log.info("body_drawn", message=message.id, kind=body.code, size=len(pdf))
    return with_page(apart, pdf, _filename(apart))


def _pdf(house: House, account: Account, apart: TakenApart, body: BodyFound) -> bytes:
    part = next(one for one in apart.parts if one.path == body.path)
    shown = [
        one
        for one in apart.parts
        if one.media_type in _SHOWN and one.content_id in apart.references_cid and apart.contents[one.path]
    ][:_MOST_PICTURES]
    arguments: dict[str, JSON] = {
        "media_type": part.media_type.value,
        "charset": apart.look(body.path).charset,
        "pictures": [one.content_id for one in shown],
        "head": _head(account, apart),
    }
    blobs = [apart.contents[body.path], *(apart.contents[one.path] for one in shown)]
    _, answer = house.box.call("render_mail", arguments, blobs, prepare=True)
    if len(answer) != 1 or not answer[0].startswith(b"%PDF") or len(answer[0]) > _LARGEST:
        raise ReaderCrashed("the answer of render_mail is not in the agreed form")
    return answer[0]


def _head(account: Account, apart: TakenApart) -> list[JSON]:
    """Return the lines above the body: whose mail it was, when, and about what; those of a forward's original."""
    header, language = apart.header, account.language
    original = header.original
    name = original.sender_name if original else header.from_name
    address = original.sender_address if original else next(iter(header.from_addresses), "")
    day = original.sent_on if original else header.date.date() if header.date else None
    said = {
        "from": f"{name} <{address}>" if name and address else name or address,
        "date": format_date(day, language) if day else "",
        "subject": (original.subject if original else "") or header.subject,
    }
    return [[text(language, f"mail_page.{key}"), value] for key, value in said.items()]


def _filename(apart: TakenApart) -> str:
    original = apart.header.original
    subject = (original.subject if original else "") or apart.header.subject
    bare = " ".join("".join(c if c.isalnum() or c in " .,-_()" else " " for c in subject).split())
    return f"{bare[:80].strip(' .') or 'mail'}.pdf"
