"""Read foreign XML into a small tree, with every limit kept while it is parsed.

The parser is expat, not lxml: it knows no network and no files, hands out a document type declaration as an event (so
that the first one ends the parsing), and builds nothing that is not asked for, so a bomb is cut off at its limit
instead of after it was unpacked. lxml with `resolve_entities=False` silently accepts XXE documents and UTF-7.

Namespaces become the short prefixes of the standards; a tag is looked up by its local name. A name of a namespace
that no invoice format uses is kept as `{uri}name` and so never matches by accident.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from xml.parsers import expat

from mailroom.errors import Damaged, ForbiddenXml

MAX_BYTES = 40 * 1024 * 1024  # a file of 20 MB in base64 has 27 MB
MAX_DEPTH = 100
MAX_NODES = 200_000  # elements and attributes; an invoice of 5,000 lines has about 150,000
MAX_TOKEN = 1024 * 1024  # a tag or comment; expat scans an unfinished one again with every chunk
_CHUNK = 64 * 1024

_PREFIXES = {
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2": "ext",
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2": "ubl",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2": "ubl",
    "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader": "sbd",
    "urn:ferd:CrossIndustryDocument:invoice:1p0": "rsm",
    "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100": "rsm",
    "urn:xoev-de:kosit:extension:xrechnung_1": "xr",
    "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2": "fpa",
    "http://www.fatturapa.gov.it/sdi/fatturapa/v1.1": "fpa",
}
_FAMILIES = (
    # UBL 2.0 as it is sent: other versions in the name, a blank after it. UBL 1 has names of its own.
    ("urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2", "cbc"),
    ("urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2", "cac"),
    ("urn:oasis:names:specification:ubl:schema:xsd:Invoice-2", "ubl"),
    ("urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2", "ubl"),
    ("urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:", "ram"),
    ("urn:un:unece:uncefact:data:standard:UnqualifiedDataType:", "udt"),
    ("urn:un:unece:uncefact:data:standard:QualifiedDataType:", "qdt"),
    ("http://www.ebinterface.at/schema/", "eb"),
    ("http://www.facturae.", "fe"),
)


class Node:
    """One element. `used` says that a reader took its text; `taken` names the attributes that were taken."""

    __slots__ = ("attributes", "children", "name", "parent", "prefix", "taken", "text", "used")

    def __init__(self, name: str, prefix: str = "", parent: Node | None = None) -> None:
        self.name = name
        self.prefix = prefix
        self.parent = parent
        self.text = ""
        self.attributes: dict[str, str] = {}
        self.children: list[Node] = []
        self.used = False
        self.taken: set[str] | None = None

    def all(self, name: str) -> list[Node]:
        """Return the children of that name."""
        return [child for child in self.children if child.name == name]

    def walk(self) -> Iterator[Node]:
        """Give this element and all below it, in the order of the document."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def walk_paths(self) -> Iterator[tuple[Node, str]]:
        """Give this element and all below it with their places, such as `/Invoice/cac:InvoiceLine[2]/cbc:ID`.

        Twins are counted once for each parent: a path of its own for each of 100,000 siblings would take minutes.
        """
        waiting = [(self, f"/{self.name}")]
        while waiting:
            node, path = waiting.pop()
            yield node, path
            twins = Counter(child.name for child in node.children)
            seen: Counter[str] = Counter()
            below = []
            for child in node.children:
                name = f"{child.prefix}:{child.name}" if child.prefix else child.name
                if twins[child.name] > 1:
                    seen[child.name] += 1
                    name = f"{name}[{seen[child.name]}]"
                below.append((child, f"{path}/{name}"))
            waiting.extend(reversed(below))


_DISCOUNT = re.compile(r"(?:^|\n)[ \t]*#SKONTO#[^\n]*#[ \t]*\r?\n\s*$")
"""The last row of a cash discount in BT-20 of XRechnung: its line break is part of the form (DE-R-018, BR-DE-18)."""


class Root(Node):
    """The first element. `repairs` say what had to be taken out or replaced before the document could be read."""

    __slots__ = ("repairs",)

    def __init__(self, name: str, prefix: str = "") -> None:
        super().__init__(name, prefix)
        self.repairs: tuple[str, ...] = ()


class _Stop(Exception):
    """Not an error: the caller has seen enough."""


class _Builder:
    def __init__(self, stop_after: int = 0) -> None:
        self.root: Root | None = None
        self.stop_after = stop_after
        self._open: list[Node] = []
        self._text: list[str] = []
        self._count = 0
        self._names: dict[str, tuple[str, str]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1 + len(attributes)
        if len(self._open) >= MAX_DEPTH:
            raise ForbiddenXml(f"more than {MAX_DEPTH} levels of elements")
        if self._count > MAX_NODES:
            raise ForbiddenXml(f"more than {MAX_NODES} elements and attributes")
        name, prefix = self._names.get(tag) or self._names.setdefault(tag, _short(tag))
        parent = self._open[-1] if self._open else None
        if parent is None:
            self.root = Root(name, prefix)
            node: Node = self.root
        else:
            node = Node(name, prefix, parent)
            parent.children.append(node)
        if attributes:
            node.attributes = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        self._open.append(node)
        self._text.clear()
        if self.stop_after and self._count >= self.stop_after:
            raise _Stop

    def end(self, _tag: str) -> None:
        node = self._open.pop()
        if not node.children:
            text = "".join(self._text)
            self._text.clear()
            node.text = text.strip()
            if node.text.endswith("#") and _DISCOUNT.search(text):
                node.text += "\n"
        self._text.clear()

    def data(self, text: str) -> None:
        self._text.append(text)


_BARE = frozenset({"Invoice", "CreditNote"})
"""Roots of UBL from which a sender took all namespaces."""


def _short(tag: str) -> tuple[str, str]:
    uri, _, name = tag.rpartition("}")
    if not uri:
        return name, "bare" if name in _BARE else ""
    prefix = _PREFIXES.get(uri) or next((short for start, short in _FAMILIES if uri.startswith(start)), "")
    return (name, prefix) if prefix else (f"{{{uri}}}{name}", "")


def parse(content: bytes) -> Root:
    """Return the root of an XML document; what can be mended without guessing is, and stands in its `repairs`.

    Raises:
        ForbiddenXml: a document type declaration, another encoding than UTF-8, UTF-16 or Latin-1, or over a limit.
        Damaged: not well-formed.
    """
    plain = _as_utf8(content)
    builder = _Builder()
    repairs: tuple[str, ...] = ()
    try:
        _feed(builder, plain)
    except Damaged:
        mended, repairs = _mended(plain)
        if not repairs:
            raise
        builder = _Builder()
        _feed(builder, mended)
    if builder.root is None:
        raise Damaged("no element")
    builder.root.repairs = repairs
    return builder.root


_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OPENING = re.compile(r"<([A-Za-z_][\w:.-]*)")


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - it is registered for decoding only
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("mailroom_as_windows", _as_windows)


def _mended(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the document without what makes it no XML, and what that was.

    Seen in the wild: Latin-1 bytes under a declaration that says UTF-8, control characters out of an ERP's texts, and
    zeros or a mail's footer behind the last tag.
    """
    repairs = []
    text = content.decode("utf-8", "mailroom_as_windows")
    if text.encode("utf-8") != content:
        repairs.append("UTF-8")
    root = _OPENING.search(text)
    last = text.rfind(f"</{root[1]}") if root else -1
    end = text.find(">", last) + 1 if last >= 0 else 0
    if end and text[end:].strip():
        repairs.append(_CONTROLS.sub("", text[end:]).strip()[:60] or "U+0000")
        text = text[:end]
    controls = _CONTROLS.search(text)
    if controls:
        repairs.append(f"U+{ord(controls[0]):04X}")
        text = _CONTROLS.sub("", text)
    return text.encode("utf-8"), tuple(repairs)


def first_elements(content: bytes, count: int) -> Node | None:
    """Return the root with no more than the first elements below it, or None when this is no XML that may be read."""
    builder = _Builder(stop_after=count)
    try:
        _feed(builder, _as_utf8(content))
    except (ForbiddenXml, Damaged):
        # What follows the first elements is the reader's business; what is broken before them is no invoice.
        return builder.root
    return builder.root


def _feed(builder: _Builder, content: bytes) -> None:
    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for offset in range(0, len(content), _CHUNK):
            parser.Parse(content[offset : offset + _CHUNK], False)
            if offset - parser.CurrentByteIndex > MAX_TOKEN:
                raise ForbiddenXml(f"a tag or comment of more than {MAX_TOKEN} bytes")
        parser.Parse(b"", True)
    except _Stop:
        pass
    except expat.ExpatError as error:
        raise Damaged(f"not well-formed: {expat.ErrorString(error.code)}", line=error.lineno) from error


def _refuse_doctype(*_: object) -> None:
    raise ForbiddenXml("document type declaration")


_DECLARATION = re.compile(r"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["'][^>]{0,100}\?>""")
_PROLOGUE = re.compile(r"(?:\s++|<\?[^>]*+>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL | re.IGNORECASE)
_UTF8 = {"utf-8", "utf8", "us-ascii", "ascii"}
_UTF16 = {"utf-16", "utf16", "utf-16le", "utf-16be"}
_LATIN = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1"), "latin-1"),
    **dict.fromkeys(("windows-1252", "cp1252"), "cp1252"),
    "iso-8859-15": "iso8859-15",
}


def _as_utf8(content: bytes) -> bytes:
    """Return the document in UTF-8; refuse what is too large, of a forbidden encoding, or opens with a DOCTYPE."""
    if len(content) > MAX_BYTES:
        raise ForbiddenXml(f"more than {MAX_BYTES} bytes")
    encoding, skipped = _byte_order(content)
    head = content[skipped : skipped + 4096].decode(encoding or "latin-1", "replace")
    if _PROLOGUE.match(head):
        raise ForbiddenXml("document type declaration")
    declared = _DECLARATION.match(head)
    name = declared[1].lower() if declared else ""
    if encoding is None:
        encoding = _single_byte(name)
    elif name and name not in _UTF8 | _UTF16:
        raise ForbiddenXml(f"encoding {name}")
    body = content[skipped:]
    try:
        text_bytes = body if encoding == "utf-8" else body.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        raise Damaged(f"not in its encoding {encoding}") from error
    return text_bytes.lstrip()  # some senders put an empty line before the declaration


def _byte_order(content: bytes) -> tuple[str | None, int]:
    """Return the encoding that the first bytes prove, and the length of the byte order mark."""
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"\x00\x00\x00<", b"<\x00\x00\x00")):
        raise ForbiddenXml("encoding UTF-32")
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return encoding, len(mark)
    if content.startswith(b"<\x00"):
        return "utf-16-le", 0
    if content.startswith(b"\x00<"):
        return "utf-16-be", 0
    return None, 0


def _single_byte(name: str) -> str:
    # A document in bytes that says UTF-16 was converted by a mail program that left the declaration as it was.
    if not name or name in _UTF8 | _UTF16:
        return "utf-8"
    if name in _LATIN:
        return _LATIN[name]
    raise ForbiddenXml(f"encoding {name}")
