"""Take a mail apart: every leaf of its tree, bodies too, becomes a part with an RFC 3501 section path.

Multiparts are structure and no parts; attached mails and archives are parts of their own (containers), and what they
hold is walked too. Beyond the limits nothing is decoded, but it is still named. Pure: bytes in, values out; it keeps
nothing and judges nothing (see grouping.py). It survives any bytes; what it cannot understand becomes text or `other`.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import unquote

from mailroom.domain.message import HeaderView, MediaType, OriginalMail, Part
from mailroom.domain.value import Reason
from mailroom.intake import picture, reasons, xml_look
from mailroom.intake.header import view
from mailroom.intake.inside import Inside, Shut
from mailroom.intake.invoice_files import files_in_invoice
from mailroom.intake.keys import NONE, Keys
from mailroom.intake.likeness import likeness
from mailroom.intake.limits import IntakeLimits
from mailroom.intake.mail_kind import kinds_of
from mailroom.intake.media_type import detect, is_encrypted, is_foreign_archive, is_two_kinds, looks_like_mail
from mailroom.intake.names import clean_filename, clean_line
from mailroom.intake.pdf_files import PdfFiles, look_into, wants_opening
from mailroom.intake.section import Fields, Section, guess_boundary, read_section, split_parts
from mailroom.intake.story import with_story
from mailroom.intake.taken import Look, TakenApart
from mailroom.intake.transfer import decode, encoded_files
from mailroom.intake.unpack import Opener, opener_for

_CID = re.compile(rb"cid:([^\"'\s>)]{1,300})", re.IGNORECASE)
_NOT_IN_THE_MAIL = {"message/partial": reasons.PARTIAL_MESSAGE, "message/external-body": reasons.EXTERNAL_BODY}
# Not every multipart/report is one: some suppliers' systems send their invoices in it.
_REPORTS = frozenset({"delivery-status", "disposition-notification", "feedback-report"})
_NOTHING = Look()


class _Place(NamedTuple):
    """Where in the tree a part stands."""

    path: str
    depth: int = 0
    returned: bool = False

    def child(self, number: int) -> _Place:
        return _Place(f"{self.path}.{number}" if self.path else str(number), self.depth + 1, self.returned)


def take_apart(raw: bytes, limits: IntakeLimits | None = None, keys: Keys = NONE) -> TakenApart:
    """Take a message (RFC 5322) apart. Survives any bytes; without `limits`, the defaults hold.

    `keys` are what locked files are tried with.
    """
    walk = _Walk(limits or IntakeLimits(), keys)
    if len(raw) > walk.limits.max_message_bytes:
        header = view(read_section(raw, 0, min(len(raw), walk.limits.max_header_bytes), walk.limits).fields)
        walk.shut(raw, (0, len(raw)), _Place("1"), reasons.TOO_LARGE)
    else:
        header = walk.message(_with_line_feeds(raw), _Place(""))
        header = header.model_copy(update={"original": walk.forwarded})
    apart = TakenApart(
        header=header,
        parts=tuple(walk.parts),
        contents=walk.contents,
        problems=tuple(Reason(code=code) for code in sorted(walk.problems)),
        references_cid=frozenset(walk.cids),
        looks=walk.looks,
    )
    return with_story(apart, walk.fields)


def _with_line_feeds(raw: bytes) -> bytes:
    """Drop what stands before the header; give messages that know only carriage returns their line feeds."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if raw[:1] in (b"\r", b"\n"):
        raw = raw.lstrip(b"\r\n")
    if b"\r" in raw[:65_536] and b"\n" not in raw[:65_536] and looks_like_mail(raw[:16_384].replace(b"\r", b"\n")):
        return raw.replace(b"\r", b"\n")
    return raw


class _Walk:
    """The state of one walk: what was found, and how much may still be opened."""

    def __init__(self, limits: IntakeLimits, keys: Keys) -> None:
        self.limits = limits
        self.keys = keys
        self.parts: list[Part] = []
        self.contents: dict[str, bytes] = {}
        self.looks: dict[str, Look] = {}
        self.problems: set[str] = set()
        self.cids: set[str] = set()
        self.fields: Fields = {}
        self.forwarded: OriginalMail | None = None
        self._opened = 0

    # -- structure ---------------------------------------------------------------------------------------------------

    def message(self, raw: bytes, place: _Place, start: int = 0, end: int | None = None) -> HeaderView:
        """Walk a whole message; its parts are numbered under `place`. Returns the view of its header."""
        section = self._read(raw, start, len(raw) if end is None else end)
        self._section(raw, section, place, leaf=_Place(place.child(1).path, place.depth, place.returned))
        if not place.path:
            self.fields = section.fields
            self.problems.update(kinds_of(section.fields))
            return view(section.fields)
        if self.forwarded is None and not place.returned:
            self.forwarded = _as_original(view(section.fields))
        return HeaderView()

    def _read(self, raw: bytes, start: int, end: int) -> Section:
        section = read_section(raw, start, end, self.limits)
        if section.cut:
            self.problems.add(reasons.HEADER_CUT)
        return section

    def _section(self, raw: bytes, section: Section, place: _Place, leaf: _Place) -> None:
        spans = self._spans(raw, section)
        if not spans:
            self._leaf(raw, section, leaf)
            return
        if place.depth >= self.limits.max_depth:
            self.shut(raw, (section.start, section.end), leaf, reasons.TOO_DEEP)
            return
        report = section.parameters("content-type").get("report-type", "").lower()
        is_report = section.content_type == "multipart/report" and report in _REPORTS
        if is_report and report == "delivery-status":
            self.problems.add(reasons.BOUNCE)
        for number, span in enumerate(spans, 1):
            child = place.child(number)
            if len(self.parts) >= self.limits.max_named_parts:
                self.shut(raw, (span[0], section.end), child, reasons.TOO_MANY_PARTS)
                break
            self._child(raw, span, child._replace(returned=child.returned or (is_report and number > 1)))

    def _child(self, raw: bytes, span: tuple[int, int], place: _Place) -> None:
        if self._is_full():
            self.shut(raw, span, place, reasons.TOO_MANY_PARTS)
            return
        self._section(raw, self._read(raw, *span), place, leaf=place)

    def _is_full(self) -> bool:
        return len(self.parts) >= self.limits.max_parts

    def _spans(self, raw: bytes, section: Section) -> list[tuple[int, int]]:
        """Return the places of the parts; none for a leaf. A boundary that is missing or wrong is guessed."""
        is_multipart = section.content_type.startswith("multipart/")
        if not is_multipart and section.field("content-type"):
            return []
        boundary = section.parameters("content-type").get("boundary", "") if is_multipart else ""
        spans = split_parts(raw, section, boundary) if boundary else []
        if not spans:
            guessed = guess_boundary(raw, section)
            spans = split_parts(raw, section, guessed) if guessed else []
            if is_multipart and raw[section.start : section.end].strip():
                self.problems.add(reasons.BOUNDARY_MISSING)
        return spans

    # -- leaves ------------------------------------------------------------------------------------------------------

    def _leaf(self, raw: bytes, section: Section, place: _Place) -> None:
        declared = section.content_type
        if self._is_attached_mail(raw, section, declared):
            self._attached_mail(raw, section, place, declared)
            return
        if not self._reserve(section.end - section.start):
            self.shut(raw, (section.start, section.end), place, reasons.TOO_LARGE)
            return
        decoded = decode(raw[section.start : section.end], section.field("content-transfer-encoding"))
        if decoded.problem:
            self.problems.add(decoded.problem)
        disposition = section.disposition
        is_text = not declared or declared.startswith(("text/", "multipart/"))
        found = Inside(
            content=decoded.content,
            filename=section.filename,
            declared_type=declared,
            content_id=clean_line(section.field("content-id").strip(" <>"), 300),
            inline=disposition == "inline",
            text=is_text and not disposition.startswith("attachment") and not section.filename,
            charset=section.parameters("content-type").get("charset", "")[:60],
            problem=_NOT_IN_THE_MAIL.get(declared, decoded.problem),
        )
        self._file(found, place)

    def _is_attached_mail(self, raw: bytes, section: Section, declared: str) -> bool:
        """Say whether it is an attached mail that stands as it is in the raw bytes, so that nothing is copied."""
        encoding = section.field("content-transfer-encoding").strip().lower()
        return (
            declared in ("message/rfc822", "message/global")
            and encoding not in ("base64", "quoted-printable")
            and looks_like_mail(raw[section.start : min(section.end, section.start + 16_384)], strictly=False)
        )

    def _attached_mail(self, raw: bytes, section: Section, place: _Place, declared: str) -> None:
        span = (section.start, section.end)
        if place.depth >= self.limits.max_depth:
            self.shut(raw, span, place, reasons.TOO_DEEP)
            return
        if not self._reserve(0):
            self.shut(raw, span, place, reasons.TOO_LARGE)
            return
        part = _part(raw, span, place.path, filename=section.filename, declared_type=declared)
        self._add(
            part.model_copy(update={"media_type": MediaType.MESSAGE}), b"", place, Look(container=reasons.ATTACHED_MAIL)
        )
        self.message(raw, place._replace(depth=place.depth + 1), *span)

    def _reserve(self, size: int) -> bool:
        """Take `size` bytes from what may still be opened; False when there is not enough left."""
        if self._opened + size > self.limits.max_opened_bytes:
            return False
        self._opened += size
        return True

    def shut(self, raw: bytes, span: tuple[int, int], place: _Place, problem: str) -> None:
        """Name a part without opening it."""
        self._add(_part(raw, span, place.path, problem=problem), b"", place, _NOTHING)

    # -- files -------------------------------------------------------------------------------------------------------

    def _file(self, found: Inside, place: _Place) -> None:
        """Record one file and go into it when it is a container."""
        filename = clean_filename(found.filename)
        media_type = detect(found.content, filename, found.declared_type)
        if found.text:
            media_type = _as_body(media_type, found)
        size = picture.look(found.content, media_type)
        part = Part(
            path=place.path,
            filename=filename,
            declared_type=found.declared_type,
            media_type=media_type,
            size=len(found.content),
            sha256=sha256(found.content).hexdigest(),
            content_id=found.content_id,
            inline=found.inline,
            is_body=found.text and media_type in (MediaType.TEXT, MediaType.HTML, MediaType.EMPTY),
            width=size.width,
            height=size.height,
            problem=found.problem,
            likeness=likeness(found.content, media_type, size.width, size.height) if not size.camera else "",
        )
        look = _look(found, part, camera=size.camera)
        if found.holds is not None:
            self._add(part, b"", place, look.model_copy(update={"container": reasons.ATTACHED_MAIL}))
            self._children(found.holds, place)
        elif opener := opener_for(found.content, media_type, self.keys):
            self._container(part, found.content, place, look, opener)
        elif media_type is MediaType.MESSAGE:
            self._encoded_mail(part, found.content, place, look)
        elif media_type is MediaType.PDF and self.limits.look_into_pdfs and wants_opening(found.content):
            self._pdf(part, found.content, place, look)
        else:
            self._plain(part, found.content, place, look)

    def _plain(self, part: Part, content: bytes, place: _Place, look: Look) -> None:
        files = encoded_files(content) if part.media_type is MediaType.TEXT and b"\nend" in content else []
        if files:
            look = look.model_copy(update={"container": reasons.ENCODED_IN_TEXT})
        self._add(part, content, place, look)
        self._children(tuple(Inside(file.content, file.filename.decode("latin-1")) for file in files), place)
        if look.xml is not None and look.xml.is_read:
            self._children(files_in_invoice(content, self.limits), place)
        if part.media_type is MediaType.HTML:
            self.cids.update(_content_ids(content))

    def _pdf(self, part: Part, content: bytes, place: _Place, look: Look) -> None:
        """Name the PDF, and the files that it carries under it. Its own bytes are kept, whatever comes out of it."""
        held, shut_by = PdfFiles(), ""
        try:
            held = look_into(content, self.limits, self.keys)
        except Shut as shut:
            shut_by = shut.reason
        if shut_by == reasons.PASSWORD_MISSING:
            part = part.model_copy(update={"problem": shut_by})
        elif shut_by or not self._may_open(held.files, place):
            self.problems.add(reasons.LEFT_INSIDE)
            held = PdfFiles()
        files = held.files
        if held.reason == reasons.UNLOCKED:
            files = tuple(file._replace(filename=part.filename) for file in files)
        self._add(part, content, place, look.model_copy(update={"container": held.reason}))
        self._children(files, place)

    def _may_open(self, files: tuple[Inside, ...], place: _Place) -> bool:
        deep = bool(files) and place.depth >= self.limits.max_depth
        return not deep and self._reserve(sum(len(file.content) for file in files))

    def _encoded_mail(self, part: Part, content: bytes, place: _Place, look: Look) -> None:
        if place.depth >= self.limits.max_depth:
            self._add(part.model_copy(update={"problem": reasons.TOO_DEEP}), b"", place, look)
            return
        self._add(part, b"", place, look.model_copy(update={"container": reasons.ATTACHED_MAIL}))
        self.message(content, place._replace(depth=place.depth + 1))

    def _container(self, part: Part, content: bytes, place: _Place, look: Look, opener: Opener) -> None:
        problem, files = "", []
        if place.depth >= self.limits.max_depth:
            problem = reasons.TOO_DEEP
        else:
            try:
                files = opener.open(content, self.limits)
            except Shut as shut:
                problem = shut.reason
        if not problem and not self._reserve(sum(len(file.content) for file in files)):
            problem, files = reasons.TOO_LARGE, []
        if problem:
            self._add(part.model_copy(update={"problem": problem}), content, place, look)
            return
        # What was locked is kept as it came: nobody can make its bytes again out of what it held.
        kept = content if opener.reason == reasons.UNLOCKED else b""
        self._add(part, kept, place, look.model_copy(update={"container": opener.reason}))
        if part.filename.lower().endswith(".p7m") and "." in part.filename[:-4]:  # invoice.xml.p7m holds invoice.xml
            files = [file._replace(filename=file.filename or part.filename[:-4]) for file in files]
        self._children(tuple(files), place)

    def _children(self, files: tuple[Inside, ...], place: _Place) -> None:
        for number, file in enumerate(files, 1):
            child = place.child(number)
            if self._is_full():
                self.shut(file.content, (0, len(file.content)), child, reasons.TOO_MANY_PARTS)
            else:
                self._file(file, child)

    def _add(self, part: Part, content: bytes, place: _Place, look: Look) -> None:
        self.parts.append(part)
        self.contents[part.path] = content
        if place.returned:
            look = look.model_copy(update={"returned": True})
        if look != _NOTHING:
            self.looks[part.path] = look


def _as_original(header: HeaderView) -> OriginalMail | None:
    """Return an attached mail as the one that was forwarded; None when it does not say whose it is."""
    if not header.from_addresses:
        return None
    return OriginalMail(
        sender_name=header.from_name,
        sender_address=header.from_addresses[0].lower(),
        sent_on=header.date.date() if header.date else None,
        subject=header.subject,
    )


def _part(raw: bytes, span: tuple[int, int], path: str, **known: str) -> Part:
    """Describe raw bytes without copying or opening them."""
    start, end = span
    digest = sha256(memoryview(raw)[start:end]).hexdigest()
    return Part(path=path, media_type=MediaType.OTHER, size=end - start, sha256=digest, **known)


def _as_body(media_type: MediaType, found: Inside) -> MediaType:
    """Return what a text is that stands where a mail has its text.

    A body may begin like a mail (an inline forward), like a script, like XML or with odd characters; it is a text all
    the same. Only an e-invoice that was written into the body is more than that.
    """
    declared = found.declared_type
    mistaken = media_type in (MediaType.MESSAGE, MediaType.EXECUTABLE, MediaType.OTHER)
    if mistaken and not declared.startswith("multipart/"):
        return MediaType.TEXT
    if media_type is MediaType.XML and not xml_look.look(found.content).is_invoice:
        return MediaType.TEXT
    if media_type is MediaType.TEXT and "html" in declared:
        return MediaType.HTML
    return media_type


def _look(found: Inside, part: Part, *, camera: bool) -> Look:
    is_xml = part.media_type is MediaType.XML
    return Look(
        xml=xml_look.look(found.content) if is_xml else None,
        camera=camera,
        charset=found.charset,
        foreign_archive=part.media_type is MediaType.OTHER and is_foreign_archive(found.content, part.filename),
        encrypted=is_encrypted(found.content),
        two_kinds=is_two_kinds(found.content, part.media_type),
    )


def _content_ids(html: bytes) -> set[str]:
    found = [match[1] for match, _ in zip(_CID.finditer(html), range(10_000), strict=False)]
    return {clean_line(unquote(name.decode("latin-1")), 300) for name in found}
