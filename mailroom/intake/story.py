"""What the words of a mail tell: whose mail was forwarded, and whether a body is itself the invoice.

The last look of taking apart, at the bodies only and at bounded pieces of them. Pure; it judges no file.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from mailroom.domain.message import MediaType, Part
from mailroom.intake import reasons
from mailroom.intake.bodies import body_text, holder, words_of
from mailroom.intake.body_kind import kind_of
from mailroom.intake.forwarded import original_of
from mailroom.intake.mail_kind import NOT_FOR_THE_BOOKS, confirmation
from mailroom.intake.names import from_bytes
from mailroom.intake.section import Fields
from mailroom.intake.taken import BodyFound, Look, TakenApart

_MOST_BODIES = 6
_LOOKED_AT = 200_000


def with_story(apart: TakenApart, fields: Fields) -> TakenApart:
    """Return the mail with the original sender of a forward, and with the body that may become a document."""
    bodies = _bodies(apart)
    header = apart.header
    own = body_text(apart) if header.original is None else ""
    if own:
        forwarder = next(iter(header.from_addresses), "")
        header = header.model_copy(update={"original": original_of(own, forwarder)})
    return replace(apart, header=header, body=_found(apart, fields, bodies))


def with_page(apart: TakenApart, pdf: bytes, filename: str) -> TakenApart:
    """Return the mail with the PDF that was made of its body as one more part, under the body."""
    body = apart.body
    if body is None:
        raise ValueError("no body of this mail is to be a document")
    made = Part(
        path=f"{body.path}.1",
        filename=filename,
        declared_type=MediaType.PDF.value,
        media_type=MediaType.PDF,
        size=len(pdf),
        sha256=sha256(pdf).hexdigest(),
    )
    place = next(number for number, part in enumerate(apart.parts, 1) if part.path == body.path)
    source = apart.look(body.path).model_copy(update={"container": reasons.BODY_AS_DOCUMENT})
    return replace(
        apart,
        parts=(*apart.parts[:place], made, *apart.parts[place:]),
        contents={**apart.contents, made.path: pdf},
        looks={**apart.looks, body.path: source, made.path: Look(made_of_body=body)},
    )


def _bodies(apart: TakenApart) -> list[tuple[str, Part, str]]:
    """Return (path of the mail that it stands in, its part, its words) of the mail's body and of attached mails."""
    containers = {path for path, look in apart.looks.items() if look.container}
    best: dict[str, tuple[Part, str]] = {}
    for part in apart.parts:
        look = apart.look(part.path)
        if not part.is_body or part.media_type is MediaType.EMPTY or look.returned or look.container:
            continue
        where = holder(part.path, containers)
        if where not in best and len(best) >= _MOST_BODIES:
            continue
        words = words_of(part, apart)
        # HTML is what people see; a plain text beside it often says only that HTML is wanted.
        better = where not in best or (part.media_type, best[where][0].media_type) == (MediaType.HTML, MediaType.TEXT)
        if better and words.strip():
            best[where] = (part, words)
    return [(where, part, words) for where, (part, words) in best.items()]


def _found(apart: TakenApart, fields: Fields, bodies: list[tuple[str, Part, str]]) -> BodyFound | None:
    codes = {problem.code for problem in apart.problems}
    for where, part, words in bodies:
        asked = confirmation(fields, words) if not where else None
        if asked is not None:
            return BodyFound(code=reasons.FORWARDING_CONFIRMATION, path=part.path, facts=asked)
    if codes & (NOT_FOR_THE_BOOKS - {reasons.SPAM_MARKED}):
        return None
    for _, part, words in bodies:
        original = apart.header.original
        subject = f"{apart.header.subject} {original.subject if original else ''}"
        kind = kind_of(subject, words, _markup(part, apart), to_many=reasons.MAILING_LIST in codes)
        if kind.invoice:
            return BodyFound(code=reasons.BODY_INVOICE, path=part.path)
        if kind.host:
            return BodyFound(code=reasons.INVOICE_BEHIND_LINK, path=part.path, facts={"host": kind.host})
    return None


def _markup(part: Part, apart: TakenApart) -> str:
    if part.media_type is not MediaType.HTML:
        return ""
    return from_bytes(apart.contents[part.path][:_LOOKED_AT], apart.look(part.path).charset)
