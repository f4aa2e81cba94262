"""Give every part of a mail its verdict: parts in = verdicts out, always, one each.

The rules stand in a table, in their order; the first that has something to say decides. Then the parts are looked at
together: copies, the same invoice in two forms, terms and conditions, and what goes along with a document. Works on
values only: no foreign byte is touched here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailroom.domain.message import READABLE, MediaType, Part, PartVerdict, Verdict
from mailroom.domain.value import Reason
from mailroom.intake import reasons
from mailroom.intake.clutter import PICTURES, clutter, is_picture, may_decorate
from mailroom.intake.memory import DECORATION, DOCUMENT, NOTHING, OFTEN, Memory
from mailroom.intake.names import ending, stem
from mailroom.intake.taken import TakenApart

_REFUSING = frozenset(
    {
        reasons.TOO_DEEP,
        reasons.TOO_LARGE,
        reasons.TOO_MANY_PARTS,
        reasons.BROKEN,
        reasons.ARCHIVE_BOMB,
        reasons.PARTIAL_MESSAGE,
        reasons.EXTERNAL_BODY,
    }
)
_LOCKED = frozenset({reasons.PASSWORD_MISSING, reasons.CERTIFICATE_MISSING})
_DOCUMENT_TYPES = (READABLE | PICTURES) - {MediaType.XML}
_DOCUMENT_ENDINGS = frozenset({"pdf", "jpg", "jpeg", "png", "tif", "tiff", "heic", "webp", "xml"})
_DOCUMENT_DECLARED = frozenset(
    {"application/pdf", "application/x-pdf", "image/jpeg", "image/jpg", "image/png", "image/tiff"}
)
_SYSTEM_NAMES = re.compile(r"\.ds_store|thumbs\.db|desktop\.ini|\._.*|smime\.p7c|att\d{5}\.bin", re.IGNORECASE)
_SYSTEM_TYPES = frozenset({"application/applefile", "application/x-apple-diskimage-metadata"})
_REPORT_TYPES = (
    "message/delivery-status",
    "message/disposition-notification",
    "text/rfc822-headers",
    "message/feedback-report",
)
# Terms and conditions, in the five languages, as file names; `av` and `agb` only as whole words.
_TERMS = re.compile(
    r"algemene.{0,3}(?:verkoop|leverings|inkoop)?.{0,3}voorwaarden|verkoopsvoorwaarden|(?:^|[^a-z])(?:agb|alv)(?:[^a-z]|$)|"
    r"allgemeine.{0,3}gesch(?:ä|ae|a).{0,30}bedingungen|conditions?.{0,3}g[eé]n[eé]rales|(?:^|[^a-z])(?:cgv|cgu)(?:[^a-z]|$)|"
    r"terms.{0,3}(?:and|&|und|of).{0,3}(?:conditions|service|sale)|(?:^|[^a-z])t&c|termeni.{0,3}(?:si|și|şi).{0,3}condi[tțţ]ii|"
    r"privacy.{0,3}(?:policy|verklaring|statement)|widerruf",
    re.IGNORECASE,
)

Verdicts = dict[str, PartVerdict]
Rule = Callable[[Part, TakenApart], PartVerdict | None]


def sort_parts(apart: TakenApart, memory: Memory = NOTHING) -> tuple[PartVerdict, ...]:
    """Return one verdict for each part, in the order of the parts. `memory`: what the account knows of pictures."""
    found: Verdicts = {part.path: _first(part, apart) for part in apart.parts}
    _set_embedded_aside(apart, found)
    _set_pdf_files_aside(apart, found)
    _ignore_clutter(apart, found, memory)
    _ignore_copies(apart, found)
    _pair_renditions(apart, found)
    _set_terms_aside(apart, found, memory)
    _attach_appendices(apart, found)
    return tuple(found[part.path] for part in apart.parts)


# -- one part at a time ------------------------------------------------------------------------------------------------


def _first(part: Part, apart: TakenApart) -> PartVerdict:
    for rule in _RULES:
        verdict = rule(part, apart)
        if verdict is not None:
            return verdict
    return _beside(part, reasons.OTHER_FILE)


def _verdict(part: Part, verdict: Verdict, code: str, related: str | None = None) -> PartVerdict:
    return PartVerdict(path=part.path, verdict=verdict, reason=Reason(code=code), related_path=related)


def _document(part: Part, code: str = reasons.READABLE_FILE) -> PartVerdict:
    return _verdict(part, Verdict.DOCUMENT, code)


def _ignored(part: Part, code: str) -> PartVerdict:
    return _verdict(part, Verdict.IGNORED, code)


def _refused(part: Part, code: str) -> PartVerdict:
    return _verdict(part, Verdict.REFUSED, code)


def _beside(part: Part, code: str) -> PartVerdict:
    return _verdict(part, Verdict.APPENDIX, code)


def _kept_shut(part: Part, _apart: TakenApart) -> PartVerdict | None:
    return _refused(part, part.problem) if part.problem in _REFUSING else None


def _opened(part: Part, apart: TakenApart) -> PartVerdict | None:
    container = apart.look(part.path).container
    return _verdict(part, Verdict.CONTAINER, container) if container else None


def _made_of_body(part: Part, apart: TakenApart) -> PartVerdict | None:
    made = apart.look(part.path).made_of_body
    if made is None:
        return None
    return PartVerdict(path=part.path, verdict=Verdict.DOCUMENT, reason=Reason(code=made.code, facts=made.facts))


def _report(part: Part, apart: TakenApart) -> PartVerdict | None:
    if part.declared_type in _REPORT_TYPES:
        return _ignored(part, reasons.DELIVERY_REPORT)
    return _ignored(part, reasons.RETURNED_MAIL) if apart.look(part.path).returned else None


def _body(part: Part, _apart: TakenApart) -> PartVerdict | None:
    if not part.is_body:
        return None
    if part.media_type is MediaType.EMPTY:
        return _ignored(part, reasons.EMPTY)
    return _ignored(part, reasons.BODY_HTML if part.media_type is MediaType.HTML else reasons.BODY_TEXT)


def _system(part: Part, _apart: TakenApart) -> PartVerdict | None:
    named = _SYSTEM_NAMES.fullmatch(part.filename) is not None and part.media_type not in _DOCUMENT_TYPES
    return _ignored(part, reasons.SYSTEM_FILE) if named or part.declared_type in _SYSTEM_TYPES else None


def _empty(part: Part, _apart: TakenApart) -> PartVerdict | None:
    if part.media_type is not MediaType.EMPTY:
        return None
    return _refused(part, reasons.EMPTY_FILE) if part.filename else _ignored(part, reasons.EMPTY)


def _executable(part: Part, _apart: TakenApart) -> PartVerdict | None:
    return _refused(part, reasons.EXECUTABLE) if part.media_type is MediaType.EXECUTABLE else None


def _locked(part: Part, apart: TakenApart) -> PartVerdict | None:
    """Lay before a person what only somebody else's password or key opens: it may well be an invoice."""
    if part.problem in _LOCKED:
        why = Reason(code=part.problem, facts={"file": part.filename or part.media_type.value})
        return PartVerdict(path=part.path, verdict=Verdict.DOCUMENT, reason=why)
    return _document(part, reasons.ENCRYPTED_MESSAGE) if apart.look(part.path).encrypted else None


def _by_kind(part: Part, _apart: TakenApart) -> PartVerdict | None:
    code = _IGNORED_KINDS.get(part.media_type)
    return _ignored(part, code) if code else None


_IGNORED_KINDS = {
    MediaType.SIGNATURE: reasons.SIGNATURE,
    MediaType.CALENDAR: reasons.CALENDAR,
    MediaType.VCARD: reasons.VCARD,
}


def _archive(part: Part, apart: TakenApart) -> PartVerdict | None:
    return _refused(part, reasons.ARCHIVE_UNKNOWN) if apart.look(part.path).foreign_archive else None


def _xml(part: Part, apart: TakenApart) -> PartVerdict | None:
    """Keep e-invoices. XML with a DTD or with a hidden root goes to a person, who reads why it is not taken."""
    if part.media_type is not MediaType.XML:
        return None
    look = apart.look(part.path).xml
    if look is None or look.has_dtd or not look.root or look.is_invoice:
        return _document(part)
    return _ignored(part, reasons.DECORATION if look.root == "svg" else reasons.XML_NOT_INVOICE)


def _readable(part: Part, apart: TakenApart) -> PartVerdict | None:
    if part.media_type not in _DOCUMENT_TYPES:
        return None
    return _document(part, reasons.TWO_KINDS if apart.look(part.path).two_kinds else reasons.READABLE_FILE)


def _claims(part: Part, _apart: TakenApart) -> PartVerdict | None:
    """Judge what calls itself a document and is none: damaged bytes go to a person, a text in disguise is refused."""
    if ending(part.filename) not in _DOCUMENT_ENDINGS and part.declared_type not in _DOCUMENT_DECLARED:
        return None
    return (
        _document(part, reasons.DAMAGED_FILE)
        if part.media_type is MediaType.OTHER
        else _refused(part, reasons.NOT_WHAT_IT_CLAIMS)
    )


def _office(part: Part, _apart: TakenApart) -> PartVerdict | None:
    return _beside(part, reasons.OFFICE_FILE) if part.media_type is MediaType.OFFICE else None


def _text(part: Part, _apart: TakenApart) -> PartVerdict | None:
    return _beside(part, reasons.TEXT_FILE) if part.media_type in (MediaType.TEXT, MediaType.HTML) else None


_RULES: tuple[Rule, ...] = (
    _made_of_body,
    _kept_shut,
    _opened,
    _report,
    _body,
    _system,
    _empty,
    _executable,
    _locked,
    _xml,
    _readable,
    _claims,
    _by_kind,
    _archive,
    _office,
    _text,
)


# -- parts together ----------------------------------------------------------------------------------------------------


def _documents(apart: TakenApart, found: Verdicts) -> list[Part]:
    return [part for part in apart.parts if found[part.path].verdict is Verdict.DOCUMENT]


def _set_embedded_aside(apart: TakenApart, found: Verdicts) -> None:
    """What an e-invoice carries inside goes along with it; its own picture as a PDF is its rendition."""
    invoices = {part.path: part for part in _documents(apart, found) if part.media_type is MediaType.XML}
    for part in apart.parts:
        invoice = invoices.get(part.path.rpartition(".")[0])
        if invoice is None or found[part.path].verdict not in (Verdict.DOCUMENT, Verdict.APPENDIX):
            continue
        twin = part.media_type is MediaType.PDF and _same_invoice(invoice, part, apart)
        verdict, code = (Verdict.RENDITION, reasons.SAME_INVOICE) if twin else (Verdict.APPENDIX, reasons.EMBEDDED_FILE)
        found[part.path] = _verdict(part, verdict, code, invoice.path)


def _set_pdf_files_aside(apart: TakenApart, found: Verdicts) -> None:
    """The invoice as XML goes with the PDF that carries it (Factur-X); other documents in it stand for themselves."""
    carriers = {part.path: part for part in _documents(apart, found) if part.media_type is MediaType.PDF}
    taken: dict[str, str] = {}
    for part in apart.parts:
        carrier = carriers.get(part.path.rpartition(".")[0])
        if carrier is None:
            continue
        look = apart.look(part.path).xml
        if found[part.path].verdict is Verdict.DOCUMENT and look is not None and look.is_invoice:
            if taken.setdefault(carrier.path, look.invoice_number) == look.invoice_number:
                found[part.path] = _verdict(part, Verdict.RENDITION, reasons.SAME_INVOICE, carrier.path)
        elif found[part.path].verdict is Verdict.APPENDIX or part.media_type is MediaType.XML:
            found[part.path] = _verdict(part, Verdict.APPENDIX, reasons.EMBEDDED_FILE, carrier.path)


def _ignore_clutter(apart: TakenApart, found: Verdicts, memory: Memory) -> None:
    """What a person said of a picture comes first; then its size, shape and use; then in how many mails it came."""
    documents = _documents(apart, found)
    beside = any(not is_picture(part) for part in documents)
    for part in documents:
        said = memory.verdict(part)
        if said == DOCUMENT:
            found[part.path] = _document(part, reasons.SAID_DOCUMENT)
        elif said == DECORATION:
            found[part.path] = _ignored(part, reasons.SAID_DECORATION)
        elif is_picture(part):
            code = clutter(part, apart, beside_document=beside)
            if code:
                found[part.path] = _ignored(part, code)
            elif memory.times(part) >= OFTEN and may_decorate(part, apart):
                found[part.path] = _often(part, memory.times(part))


def _often(part: Part, times: int) -> PartVerdict:
    why = Reason(code=reasons.SEEN_OFTEN, facts={"count": str(times)})
    return PartVerdict(path=part.path, verdict=Verdict.IGNORED, reason=why)


def _ignore_copies(apart: TakenApart, found: Verdicts) -> None:
    first: dict[str, str] = {}
    for part in apart.parts:
        if found[part.path].verdict not in (Verdict.DOCUMENT, Verdict.APPENDIX, Verdict.RENDITION):
            continue
        earlier = first.setdefault(part.sha256, part.path)
        if earlier != part.path:
            found[part.path] = _verdict(part, Verdict.IGNORED, reasons.SAME_BYTES, earlier)


def _pair_renditions(apart: TakenApart, found: Verdicts) -> None:
    """Find the PDF of an e-invoice, where that is sure: one to one, by the invoice number or by the name's stem."""
    documents = _documents(apart, found)
    pdfs = [part for part in documents if part.media_type is MediaType.PDF]
    for xml in (part for part in documents if part.media_type is MediaType.XML):
        twins = [pdf for pdf in pdfs if _same_invoice(xml, pdf, apart)]
        if len(twins) != 1 or found[twins[0].path].verdict is not Verdict.DOCUMENT:
            continue
        look = apart.look(xml.path).xml
        main, other = (xml, twins[0]) if look is not None and look.is_read else (twins[0], xml)
        found[other.path] = _verdict(other, Verdict.RENDITION, reasons.SAME_INVOICE, main.path)


def _same_invoice(xml: Part, pdf: Part, apart: TakenApart) -> bool:
    look = apart.look(xml.path).xml
    if look is None or look.has_dtd or not look.is_invoice:
        return False
    same_stem = bool(stem(xml.filename)) and stem(xml.filename) == stem(pdf.filename)
    return same_stem or _names_number(stem(pdf.filename), look.invoice_number)


def _names_number(name: str, number: str) -> bool:
    """Say whether a file name holds the invoice number as a whole word, whatever its separators are.

    `F-2026/0123` stands in `Factuur_F-2026_0123.pdf`; the number `12` does not stand in `2012.pdf`, and a number under
    four digits and letters is too short to prove anything.
    """
    signs = re.findall(r"[a-z0-9]+", number.lower())
    if len("".join(signs)) < 4:
        return False
    pattern = r"[^a-z0-9]{0,3}".join(signs)
    return re.search(rf"(?<![a-z0-9]){pattern}(?![a-z0-9])", name) is not None


def _set_terms_aside(apart: TakenApart, found: Verdicts, memory: Memory) -> None:
    """Terms and conditions go along with the invoice; alone in a mail they stay a document for a person to refuse."""
    documents = _documents(apart, found)
    named = [part for part in documents if part.media_type is MediaType.PDF and _TERMS.search(part.filename)]
    terms = [part for part in named if memory.verdict(part) != DOCUMENT]
    if len(terms) < len(documents):
        for part in terms:
            found[part.path] = _beside(part, reasons.TERMS)


def _attach_appendices(apart: TakenApart, found: Verdicts) -> None:
    """Say to which document an appendix belongs; without any document there is nothing to go along with."""
    documents = _documents(apart, found)
    for part in apart.parts:
        verdict = found[part.path]
        if verdict.verdict is not Verdict.APPENDIX or verdict.related_path:
            continue
        if not documents:
            found[part.path] = _ignored(part, _ALONE[verdict.reason.code])
        else:
            found[part.path] = verdict.model_copy(update={"related_path": _nearest(part, documents)})


_ALONE = {
    reasons.OFFICE_FILE: reasons.OFFICE_FILE_ALONE,
    reasons.TEXT_FILE: reasons.TEXT_FILE_ALONE,
    reasons.OTHER_FILE: reasons.UNKNOWN_FILE,
}


def _nearest(part: Part, documents: list[Part]) -> str | None:
    """Return the document of the same name, else the only one in the same container; None when it is not clear."""
    named = [
        document for document in documents if stem(document.filename) and stem(document.filename) == stem(part.filename)
    ]
    home = part.path.rpartition(".")[0]
    near = [document for document in documents if document.path.rpartition(".")[0] == home]
    for candidates in (named, near, documents):
        if len(candidates) == 1:
            return candidates[0].path
    return None
