"""A quick, safe look at XML: its root, whether it is whole, and the invoice number for finding its twin.

expat only; entities are never resolved, and a document type declaration ends the look. It reads no amounts and proves
nothing: that is the room einvoice.
"""

from __future__ import annotations

import codecs
import re
from xml.parsers import expat

from mailroom.domain.value import Value
from mailroom.einvoice import recognise

# Local names of roots that people call an electronic invoice, lower case: UBL 2 (Invoice, CreditNote), UN/CEFACT CII
# (D16B and the older ZUGFeRD 1 name), the SBDH that wraps them on Peppol, FatturaPA, ebInterface (Invoice), Facturae,
# KSeF (Faktura) and the Hungarian InvoiceData.
INVOICE_ROOTS = frozenset(
    {
        "invoice",
        "creditnote",
        "crossindustryinvoice",
        "crossindustrydocument",
        "standardbusinessdocument",
        "fatturaelettronica",
        "facturae",
        "faktura",
        "invoicedata",
    }
)
_NUMBER_PLACES = (
    ["ID"],
    ["ExchangedDocument", "ID"],
    ["HeaderExchangedDocument", "ID"],
    ["FatturaElettronicaBody", "DatiGenerali", "DatiGeneraliDocumento", "Numero"],
    ["InvoiceNumber"],  # ebInterface; Facturae has a series beside its number, which a page writes in many ways
)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s>/]")
_SKIPPED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_TEXT_LIMIT = 200
_ELEMENTS = 5_000  # the invoice number stands far before


class XmlLook(Value):
    """What the look found. `root` is the local name of the first element, as written.

    `is_read` says that it is whole and of a syntax that the room einvoice reads; of the others the PDF beside them says
    more.
    """

    root: str = ""
    namespace: str = ""
    invoice_number: str = ""
    has_dtd: bool = False
    well_formed: bool = False
    is_read: bool = False

    @property
    def is_invoice(self) -> bool:
        """Say whether the root is one of the known invoice roots."""
        return self.root.lower() in INVOICE_ROOTS


class _Found(Exception):
    """Ends the look early."""


class _Looker:
    """Collects the root, and the text of the invoice number's element, while expat walks."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._seen = 0
        self.root, self.namespace, self.number, self.has_dtd = "", "", "", False
        self._open: list[str] = []
        self._depth = 0

    def start(self, name: str, _attributes: object) -> None:
        namespace, _, local = name.rpartition(" ")
        if not self.root:
            self.root, self.namespace = local, namespace
        self._depth += 1
        if self._depth <= 8:
            self._open.append(local)
        self._seen += 1
        if self._seen > _ELEMENTS:
            # From here on only expat looks on, for well-formedness: ten million elements would cost 10 s in Python.
            self._parser.StartElementHandler = None
            self._parser.EndElementHandler = None
            self._parser.CharacterDataHandler = None

    def end(self, _name: str) -> None:
        if self._depth <= 8:
            self._open.pop()
        self._depth -= 1

    def text(self, data: str) -> None:
        if self._depth <= 8 and self._at_number() and len(self.number) < _TEXT_LIMIT:
            self.number += data.strip()

    def _at_number(self) -> bool:
        """UBL: /Invoice/ID (BT-1); CII: /CrossIndustryInvoice/ExchangedDocument/ID; both may stand in an SBDH."""
        place = self._open[1:] if self._open[:1] == ["StandardBusinessDocument"] else self._open
        return place[1:] in _NUMBER_PLACES

    def doctype(self, *_: object) -> None:
        self.has_dtd = True
        raise _Found


def look(content: bytes) -> XmlLook:
    """Look at an XML file. Never raises."""
    parser = expat.ParserCreate(namespace_separator=" ")
    looker = _Looker(parser)
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler = looker.start
    parser.EndElementHandler = looker.end
    parser.CharacterDataHandler = looker.text
    parser.StartDoctypeDeclHandler = looker.doctype
    well_formed = False
    try:
        parser.Parse(
            content.lstrip(b" \t\r\n") if not content.startswith((b"\xff\xfe", b"\xfe\xff")) else content, True
        )
        well_formed = True
    except _Found:
        pass
    except (expat.ExpatError, ValueError, LookupError, UnicodeError):
        if not looker.root:
            return _by_text(content)
    return XmlLook(
        root=looker.root[:_TEXT_LIMIT],
        namespace=looker.namespace[:_TEXT_LIMIT],
        invoice_number=looker.number[:_TEXT_LIMIT],
        has_dtd=looker.has_dtd,
        well_formed=well_formed,
        is_read=well_formed and recognise(content) is not None,
    )


def _by_text(content: bytes) -> XmlLook:
    """Find the root of XML that expat does not take: an encoding that it does not know, or damage at the start."""
    text = opening(content)
    return XmlLook(root=root_name(text)[:_TEXT_LIMIT], has_dtd="<!DOCTYPE" in text)


def opening(content: bytes, limit: int = 8_192) -> str:
    """Decode the first bytes of a text by its byte order mark, or by where its zero bytes stand."""
    head = content[: limit * 2]
    for mark, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF8, "utf-8"),
    ):
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")[:limit]
    if head[1:8:2] == b"\0\0\0\0" and head[:1] != b"\0":
        return head.decode("utf-16-le", "replace")[:limit]
    if head[:8:2] == b"\0\0\0\0" and head[1:2] != b"\0":
        return head.decode("utf-16-be", "replace")[:limit]
    return head[:limit].decode("latin-1")


def root_name(text: str) -> str:
    """Return the local name of the first element behind declarations and comments, or an empty string."""
    position = 0
    while (skipped := _SKIPPED.match(text, position)) and skipped.end() > position:
        position = skipped.end()
    has_dtd = text.startswith("<!DOCTYPE", position)
    found = _ROOT.search(text, position + 9) if has_dtd else _ROOT.match(text, position)
    return found[1] if found else ""
