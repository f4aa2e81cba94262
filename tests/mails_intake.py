"""Mails and files for the tests of intake, made by code: small, deterministic, nothing copied from anywhere."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from typing import NamedTuple

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
EXE = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0" + b"\0" * 60
ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
VCARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jan\r\nEND:VCARD\r\n"
RTF = rb"{\rtf1\ansi Beste klant, in bijlage onze factuur.}"
HTML = b"<html><body><p>Beste klant</p></body></html>"
HEAD = (
    b"From: Bakkerij Jansen <boekhouding@bakkerij.example>\r\nTo: acme@import.example\r\n"
    b"Subject: Factuur 2026-0042\r\nDate: Fri, 20 Nov 2026 09:30:00 +0100\r\nMessage-ID: <m1@bakkerij.example>\r\n"
)


def pdf(number: int | str = 1) -> bytes:
    """Return a file that begins and ends like a PDF; another number, other bytes."""
    return PDF + f"% {number}\n%%EOF\n".encode()


def png(width: int, height: int, *, noise: int = 0) -> bytes:
    """Return a grey PNG; `noise` bytes make it heavier without changing its size in pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)), 9)
    comment = chunk(b"tEXt", b"Comment\0" + b"x" * noise) if noise else b""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + comment + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int, height: int, *, camera: bool = False, size: int = 40_000) -> bytes:
    """Return the markers of a JPEG of this size in pixels and bytes; with a camera's EXIF when wanted."""
    exif = b""
    if camera:
        make = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + struct.pack("<HHI4s", 0x010F, 2, 4, b"Foo\0") + b"\0" * 4
        exif = b"\xff\xe1" + struct.pack(">H", len(make) + 2) + make
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\1\x22\0\2\x11\1\3\x11\1"
    head = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + exif + frame
    return head + b"\x55" * max(0, size - len(head) - 2) + b"\xff\xd9"


def gif(width: int, height: int) -> bytes:
    """Return the smallest GIF that announces this size."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def ubl(number: str = "2026-0042", root: str = "Invoice", *, files: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """Return the beginning of a UBL invoice, whole as XML, with files inside it (BT-125)."""
    inside = "".join(
        f'<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="{name}">'
        f"{base64.b64encode(content).decode()}</cbc:EmbeddedDocumentBinaryObject>"
        for name, content in files
    )
    space = f"urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
    cbc = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{space}" xmlns:cbc="{cbc}">'
        f"<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID><cbc:ID>{number}</cbc:ID>{inside}</{root}>\n"
    ).encode()


def cii(number: str = "2026-0042") -> bytes:
    """Return the beginning of a CII invoice, whole as XML."""
    space = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
    ram = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
    return (
        f'<rsm:CrossIndustryInvoice xmlns:rsm="{space}" xmlns:ram="{ram}"><rsm:ExchangedDocument>'
        f"<ram:ID>{number}</ram:ID></rsm:ExchangedDocument></rsm:CrossIndustryInvoice>"
    ).encode()


def zipped(*files: tuple[str, bytes]) -> bytes:
    """Return a ZIP archive of the files, the same bytes every time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 9, 30, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def docx() -> bytes:
    """Return what an office file looks like from outside."""
    return zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:document/>"))


def locked_zip() -> bytes:
    """Return an archive whose only member is marked as encrypted."""
    plain = bytearray(zipped(("factuur.pdf", pdf())))
    plain[6] |= 1
    directory = plain.find(b"PK\x01\x02")
    plain[directory + 8] |= 1
    return bytes(plain)


class File(NamedTuple):
    """A part as it stands in a mail; `extra` are further header lines."""

    content: bytes
    type: str = "application/octet-stream"
    name: str = ""
    disposition: str = "attachment"
    extra: bytes = b""
    encoding: str = "base64"


def entity(part: File) -> bytes:
    """Return a part with its header."""
    lines = [f"Content-Type: {part.type}" + (f'; name="{part.name}"' if part.name else "")]
    if part.disposition:
        lines.append(f"Content-Disposition: {part.disposition}" + (f'; filename="{part.name}"' if part.name else ""))
    body = part.content
    if part.encoding == "base64":
        lines.append("Content-Transfer-Encoding: base64")
        body = base64.encodebytes(body).replace(b"\n", b"\r\n")
    elif part.encoding:
        lines.append(f"Content-Transfer-Encoding: {part.encoding}")
    return "\r\n".join(lines).encode() + b"\r\n" + part.extra + b"\r\n" + body


def text(words: str = "Beste klant, in bijlage onze factuur.") -> File:
    """Return a plain body."""
    return File(words.encode(), "text/plain; charset=utf-8", disposition="", encoding="8bit")


def html(markup: str) -> File:
    """Return a formatted body."""
    return File(markup.encode(), "text/html; charset=utf-8", disposition="", encoding="8bit")


def cid(name: str) -> bytes:
    """Return the header line by which an HTML body finds a picture."""
    return f"Content-ID: <{name}>\r\n".encode()


def multipart(*parts: File | bytes, kind: str = "mixed", boundary: str = "") -> bytes:
    """Return a multipart entity; parts are files or whole entities. The boundary follows from them."""
    entities = [part if isinstance(part, bytes) else entity(part) for part in parts]
    boundary = boundary or f"b{zlib.crc32(b''.join(entities)):08x}"
    middle = b"".join(b"--" + boundary.encode() + b"\r\n" + one.rstrip(b"\r\n") + b"\r\n" for one in entities)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + middle + b"--" + boundary.encode() + b"--\r\n"


def mail(*parts: File | bytes, head: bytes = HEAD) -> bytes:
    """Return a mail of these parts; a single entity stands alone, without a multipart."""
    whole = parts[0] if len(parts) == 1 and isinstance(parts[0], bytes) else multipart(*parts)
    return head + b"MIME-Version: 1.0\r\n" + whole


def attached_mail(raw: bytes, *, name: str = "", encoding: str = "") -> File:
    """Return a mail as an attachment."""
    return File(raw, "message/rfc822", name, encoding=encoding)


# -- Outlook's wrappings -----------------------------------------------------------------------------------------------


def tnef(*files: tuple[str, bytes], body: bytes = b"") -> bytes:
    """Return a winmail.dat (MS-OXTNEF) with these files; names are given as MAPI properties in UTF-16."""
    stream = b"\x78\x9f\x3e\x22\x01\x00" + _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    if body:
        stream += _attribute(1, 0x0002800C, body + b"\0")
    for name, content in files:
        long_name = name.encode("utf-16-le") + b"\0\0"
        property_list = struct.pack("<IHHII", 1, 0x001F, 0x3707, 1, len(long_name))
        stream += _attribute(2, 0x00069002, b"\1\0" + b"\xff" * 12)
        stream += _attribute(2, 0x00018010, b"SHORT~1.PDF\0")
        stream += _attribute(2, 0x0006800F, content)
        stream += _attribute(2, 0x00069005, property_list + long_name + b"\0" * (-len(long_name) % 4))
    return stream


def _attribute(level: int, identifier: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, identifier, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def outlook(*files: tuple[str, bytes], body: str = "", subject: str = "Factuur") -> bytes:
    """Return a saved Outlook mail (.msg) with these files."""
    tree: Tree = {"__properties_version1.0": b"\0" * 32, "__substg1.0_0037001F": subject.encode("utf-16-le")}
    if body:
        tree["__substg1.0_1000001F"] = body.encode("utf-16-le")
    for number, (name, content) in enumerate(files):
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__properties_version1.0": b"\0" * 8,
            "__substg1.0_37010102": content,
            "__substg1.0_3707001F": name.encode("utf-16-le"),
        }
    return compound(tree)


Tree = dict[str, "bytes | Tree"]


def compound(tree: Tree) -> bytes:
    """Return a compound file (MS-CFB version 3) that holds a tree of storages and streams."""
    return _Compound().write(tree)


class _Compound:
    """Writes sectors of 512 bytes; streams under 4096 bytes go into the mini stream, as MS-CFB wants it."""

    def __init__(self) -> None:
        self.sectors: list[bytes] = []
        self.chain: list[int] = []
        self.mini = b""
        self.mini_chain: list[int] = []
        self.entries: list[list[object]] = []

    def write(self, tree: Tree) -> bytes:
        self.entries.append(["Root Entry", 5, -1, -1, -1, 0, 0])
        self._storage(0, tree)
        root = self.entries[0]
        root[5], root[6] = self._stream(self.mini), len(self.mini)
        directory = b"".join(self._entry(entry) for entry in self.entries)
        first_directory = self._stream(directory)
        mini_fat = b"".join(struct.pack("<i", link) for link in self.mini_chain)
        first_mini_fat = self._stream(mini_fat) if mini_fat else -2
        count = 1
        while count * 128 < len(self.chain) + count:
            count += 1
        fat_start = len(self.sectors)
        links = [*self.chain, *([-3] * count)]
        table = b"".join(struct.pack("<i", link) for link in links).ljust(count * 512, b"\xff")
        header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
        header += struct.pack(
            "<HHHHH6xIIiIIiIiI",
            0x3E,
            3,
            0xFFFE,
            9,
            6,
            0,
            count,
            first_directory,
            0,
            4096,
            first_mini_fat,
            (len(mini_fat) + 511) // 512,
            -2,
            0,
        )
        header += b"".join(struct.pack("<i", fat_start + i if i < count else -1) for i in range(109))
        return header + b"".join(self.sectors) + table

    def _storage(self, parent: int, tree: Tree) -> None:
        numbers: list[int] = []
        for name, content in sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper())):
            numbers.append(len(self.entries))
            if isinstance(content, bytes):
                small = len(content) < 4096
                start = self._mini_stream(content) if small else self._stream(content)
                self.entries.append([name, 2, -1, -1, -1, start, len(content)])
            else:
                self.entries.append([name, 1, -1, -1, -1, 0, 0])
                self._storage(len(self.entries) - 1, content)
        # A list of right siblings is a valid, if lopsided, search tree.
        for number, following in zip(numbers, [*numbers[1:], -1], strict=True):
            self.entries[number][3] = following
        self.entries[parent][4] = numbers[0] if numbers else -1

    def _stream(self, content: bytes) -> int:
        return self._allot(content, 512, self.sectors, self.chain)

    def _mini_stream(self, content: bytes) -> int:
        pieces: list[bytes] = []
        start = self._allot(content, 64, pieces, self.mini_chain)
        self.mini += b"".join(pieces)
        return start

    @staticmethod
    def _allot(content: bytes, size: int, into: list[bytes], chain: list[int]) -> int:
        if not content:
            return -2
        first = len(chain)
        pieces = [content[i : i + size].ljust(size, b"\0") for i in range(0, len(content), size)]
        into += pieces
        chain += [*range(first + 1, first + len(pieces)), -2]
        return first

    @staticmethod
    def _entry(entry: list[object]) -> bytes:
        name, kind, left, right, child, start, size = entry
        wide = str(name).encode("utf-16-le") + b"\0\0"
        return wide.ljust(64, b"\0") + struct.pack(
            "<HBBiii16xI8x8xiQ", len(wide), kind, 1, left, right, child, 0, start, size
        )


# -- signed wrappings --------------------------------------------------------------------------------------------------


def der(tag: int, *contents: bytes) -> bytes:
    """Return one DER element."""
    body = b"".join(contents)
    length = bytes([len(body)]) if len(body) < 128 else b"\x82" + struct.pack(">H", len(body))
    return bytes([tag]) + length + body


def signed(content: bytes | None) -> bytes:
    """Return CMS signed data around the content, without a signer; None: a signature that stands beside it."""
    data = der(0x06, bytes.fromhex("2a864886f70d010701"))
    holder = der(0xA0, der(0x04, content)) if content is not None else b""
    inner = der(0x30, der(0x02, b"\1"), der(0x31), der(0x30, data, holder), der(0x31))
    return der(0x30, der(0x06, bytes.fromhex("2a864886f70d010702")), der(0xA0, inner))


def enveloped() -> bytes:
    """Return the beginning of CMS enveloped (encrypted) data."""
    return der(0x30, der(0x06, bytes.fromhex("2a864886f70d010703")), der(0xA0, b"\0" * 40))
