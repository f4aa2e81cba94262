"""What runs in the boxed child on behalf of a step or a command: foreign XML is never parsed in the daemon itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mailroom.domain.message import MediaType
from mailroom.einvoice import (
    Invoice,
    Syntax,
    check,
    embedded_invoice,
    explain,
    gaps,
    read_invoice,
    recognise,
    show_rows,
    with_original,
    write_cii,
    write_ubl,
)
from mailroom.einvoice import to_ubl as write_peppol
from mailroom.errors import UnknownXml
from mailroom.languages import Language

Answer = tuple[Any, list[bytes]]

TASKS = {
    name: f"mailroom.steps.boxed:{name}"
    for name in (
        "to_ubl",
        "show_invoice",
        "check_invoice",
        "convert_invoice",
        "invoice_xml",
        "readable_copy",
        "render_mail",
    )
}
"""The tasks that a `Box` needs for the steps and for `mailroom einvoice`."""

WRITERS: dict[str, Callable[[Invoice], bytes]] = {"peppol": write_peppol, "ubl": write_ubl, "cii": write_cii}


def to_ubl(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Read the e-invoice, or the one inside a PDF, and write it as Peppol BIS Billing 3; `lacks` are the terms that
    Peppol demands and the invoice does not say. The last blob is put into it: the PDF itself, or the readable copy
    behind an XML.
    """
    invoice = read_invoice(_xml(arguments, blobs))
    lacks = list(gaps(invoice))
    if arguments["media_type"] == MediaType.PDF or len(blobs) > 1:
        name = str(arguments.get("filename", ""))
        invoice = with_original(invoice, blobs[-1], media_type=MediaType.PDF.value, filename=name)
    return {"lacks": lacks}, [write_peppol(invoice)]


def show_invoice(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Return the terms of an e-invoice as rows (number, name, value), and the leaves that no term took."""
    xml = _xml(arguments, blobs)
    invoice = read_invoice(xml)
    rows = [list(row) for row in show_rows(invoice, Language(arguments["language"]))]
    unmapped = [[leaf.path, leaf.value] for leaf in (invoice.source.unmapped if invoice.source else ())]
    return {"syntax": _syntax(xml), "rows": rows, "unmapped": unmapped}, []


def check_invoice(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Return what our own rules find in an e-invoice, each with a sentence."""
    xml = _xml(arguments, blobs)
    language = Language(arguments["language"])
    findings = [
        {"rule": finding.rule, "severity": finding.severity.value, "place": finding.place,
         "text": explain(finding, language)}
        for finding in check(read_invoice(xml))
    ]  # fmt: skip
    return {"syntax": _syntax(xml), "findings": findings}, []


def convert_invoice(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Write the e-invoice in another syntax (`peppol`, `ubl`, `cii`), or as a PDF that holds it (`facturx`)."""
    if arguments["to"] == "facturx":
        from mailroom.reports.hybrid import facturx_pdf

        invoice = read_invoice(_xml(arguments, blobs))
        pages = blobs[0] if arguments["media_type"] == MediaType.PDF else None
        return None, [facturx_pdf(invoice, Language(arguments["language"]), pages=pages)]
    return None, [WRITERS[arguments["to"]](read_invoice(_xml(arguments, blobs)))]


def invoice_xml(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Return the XML of an e-invoice as it came, out of the PDF where it is inside one; refuse what may not be read."""
    xml = _xml(arguments, blobs)
    read_invoice(xml)
    return {"syntax": _syntax(xml)}, [xml]


def prepare_readable_copy(language: Any) -> None:
    """Draw a copy of an invoice of our own in the server: what comes to stay with that costs more than a whole copy."""
    from mailroom.einvoice.specimen import specimen

    readable_copy({"media_type": MediaType.XML.value, "language": language, "pdf": True}, [specimen()])


def readable_copy(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Return the e-invoice for people in a language: as HTML, and where `pdf` says so as PDF after it."""
    from mailroom.reports.copy import copy_html, copy_pdf

    xml = _xml(arguments, blobs)
    html = copy_html(read_invoice(xml), Language(arguments["language"]), xml=xml)
    return None, [html.encode(), *([copy_pdf(html)] if arguments["pdf"] else [])]


def prepare_render_mail(_wanted: Any) -> None:
    """Draw a body of our own in the server."""
    render_mail({"charset": "utf-8", "media_type": MediaType.TEXT.value, "pictures": [], "head": []}, [b"1"])


def render_mail(arguments: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Return a body (`blobs[0]`) as a PDF; `pictures` name the Content-IDs of the blobs behind it."""
    from mailroom.intake.bodies import text_of_html
    from mailroom.intake.names import from_bytes
    from mailroom.reports.mail_page import MailPage, mail_pdf

    text = from_bytes(blobs[0], arguments["charset"])
    is_html = arguments["media_type"] == MediaType.HTML
    pictures = dict(zip(arguments["pictures"], blobs[1:], strict=True))
    words = text_of_html(text) if is_html else text
    head = [(label, said) for label, said in arguments["head"]]
    return None, [mail_pdf(MailPage(text if is_html else "", words, head, pictures))]


def _xml(arguments: dict[str, Any], blobs: list[bytes]) -> bytes:
    content: bytes | None = blobs[0]
    if arguments["media_type"] == MediaType.PDF:
        content = embedded_invoice(blobs[0])
    if content is None:
        raise UnknownXml("the PDF holds no e-invoice")
    return content


def _syntax(xml: bytes) -> str:
    known: Syntax | None = recognise(xml)
    return str(known) if known else ""
