"""What a file is, by its content. The name and the declared type only decide between things that look alike.

Looks at bounded pieces of the content; never raises; opens nothing.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile

from mailroom.domain.message import MediaType
from mailroom.intake.names import ending
from mailroom.intake.outlook import is_saved_mail
from mailroom.intake.xml_look import opening, root_name


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLANK = b" \t\r\n\f\v\0"
_STARTS: tuple[tuple[bytes, MediaType], ...] = (
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"GIF87a", MediaType.GIF),
    (b"GIF89a", MediaType.GIF),
    (b"II*\0", MediaType.TIFF),
    (b"MM\0*", MediaType.TIFF),
    (b"II+\0", MediaType.TIFF),
    (b"MM\0+", MediaType.TIFF),
    (b"\x78\x9f\x3e\x22", MediaType.TNEF),
    (b"\x7fELF", MediaType.EXECUTABLE),
    (b"\xfe\xed\xfa\xce", MediaType.EXECUTABLE),
    (b"\xfe\xed\xfa\xcf", MediaType.EXECUTABLE),
    (b"\xce\xfa\xed\xfe", MediaType.EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", MediaType.EXECUTABLE),
    (b"\xca\xfe\xba\xbe", MediaType.EXECUTABLE),
    (b"\x4c\0\0\0\x01\x14\x02\0", MediaType.EXECUTABLE),  # a Windows shortcut, which starts anything
    (b"{\\rtf", MediaType.OFFICE),
    (b"-----BEGIN PGP SIGNATURE-----", MediaType.SIGNATURE),
    (b"-----BEGIN PKCS7-----", MediaType.SIGNATURE),
    (b"-----BEGIN CERTIFICATE-----", MediaType.SIGNATURE),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# 7-Zip, RAR, gzip, bzip2, xz, cabinet, ARJ, compress; tar and disk images are found by their names.
_OTHER_ARCHIVES = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"MSCF",
    b"\x60\xea",
    b"\x1f\x9d",
)
_OTHER_ARCHIVE_ENDINGS = _words("rar 7z gz tgz tar bz2 xz cab arj iso img vhd vhdx dmg ace lzh")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_MSG = "__properties_version1.0".encode("utf-16-le")
_SIGNED_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"  # 1.2.840.113549.1.7.2
_ENVELOPED_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
_SCRIPTS = _words(
    "ade adp app application bas bat chm cmd com cpl exe gadget hta inf ins isp jar js jse lib lnk mde msc msh msi msp "
    "mst pif ps1 ps1xml ps2 psc1 psm1 py pyc reg scf scr sct sh shb shs sys url vb vbe vbs vxd wsc wsf wsh xll"
)
_HTML_ROOTS = _words("html head body div p table tr td span meta style script title br a b font center h1 h2 h3 img")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table|div|meta|style)[\s>]", re.IGNORECASE)
_HEADER_FIELD = re.compile(rb"[!-9;-~]{1,60}[ \t]*:[^\r\n]*\r?\n")
_MAIL_FIELDS = _words(
    "from to subject date message-id received return-path mime-version delivered-to x-mailer reply-to cc sender "
    "content-type"
)


def detect(content: bytes, filename: str = "", declared: str = "") -> MediaType:
    """Return what the content is.

    `declared` is the Content-Type; it and the name are believed only where the content allows both readings.
    """
    if not content.strip(_BLANK):
        return MediaType.EMPTY
    return (
        _by_first_bytes(content, filename)
        or _pdf(content, believed=_called_mail(filename, declared.lower()))
        or _by_text(content, filename, declared.lower())
        or _by_name(filename, declared.lower())
    )


def _by_name(filename: str, declared: str) -> MediaType:
    """Believe the wrapping about bytes that say nothing."""
    if ending(filename) in _SCRIPTS:
        return MediaType.EXECUTABLE
    return MediaType.SIGNATURE if declared.endswith(("pkcs7-signature", "pgp-signature")) else MediaType.OTHER


def is_foreign_archive(content: bytes, filename: str) -> bool:
    """Say whether it is an archive or disk image that mailroom does not open (RAR, 7-Zip, gzip, ISO, ...)."""
    return content.startswith(_OTHER_ARCHIVES) or ending(filename) in _OTHER_ARCHIVE_ENDINGS


def is_two_kinds(content: bytes, media_type: MediaType) -> bool:
    """Say whether a PDF or picture is also an archive (PDF and ZIP are read from the end) or a picture also a PDF.

    Readers disagree about such files: what a person sees may not be what a program reads.
    """
    if media_type not in (MediaType.PDF, MediaType.JPEG, MediaType.PNG, MediaType.GIF):
        return False
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 66_000))
    whole = end >= 0 and len(content) >= end + 22
    if whole and end + 22 + struct.unpack_from("<H", content, end + 20)[0] == len(content) and zip_names(content):
        return True
    place = content.find(b"%PDF-", 0, 1_029) if media_type is not MediaType.PDF else -1
    return place >= 0 and b" obj" in content[place : place + 65_536]


def is_outlook(content: bytes) -> bool:
    """Say whether it is a mail that Outlook saved (.msg), and not an office file with a mail inside."""
    return content.startswith(_OLE) and _OLE_MSG in content and is_saved_mail(content)


def is_encrypted(content: bytes) -> bool:
    """Say whether it is an encrypted message: S/MIME enveloped data or OpenPGP in armour."""
    return is_enveloped(content) or content.lstrip()[:27] == b"-----BEGIN PGP MESSAGE-----"


def is_enveloped(content: bytes) -> bool:
    """Say whether it is S/MIME enveloped (encrypted) data."""
    head = content[:64]
    return head[:1] == b"\x30" and _ENVELOPED_DATA in head


def _by_first_bytes(content: bytes, filename: str) -> MediaType | None:
    for start, media_type in _STARTS:
        if content.startswith(start):
            return media_type
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return _zip(content, filename)
    if content.startswith(_OLE):
        return _ole(content, filename)
    if content[:2] == b"MZ" and _portable_executable(content):
        return MediaType.EXECUTABLE
    if content[:2] == b"#!" and (b"/" in content[:80] or ending(filename) in _SCRIPTS):
        return MediaType.EXECUTABLE
    if content[:1] == b"\x30" and (_SIGNED_DATA in content[:64] or _ENVELOPED_DATA in content[:64]):
        return MediaType.SIGNATURE
    return _by_inner_mark(content)


def _by_inner_mark(content: bytes) -> MediaType | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return MediaType.WEBP
    return MediaType.HEIC if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS else None


def _portable_executable(content: bytes) -> bool:
    """Tell a program for DOS or Windows from a text that begins with MZ."""
    if len(content) < 64:
        return False
    (offset,) = struct.unpack_from("<I", content, 60)
    return content[offset : offset + 2] in (b"PE", b"NE", b"LE", b"LX") or b"\0" in content[:64]


def _pdf(content: bytes, *, believed: bool) -> MediaType | None:
    """Find `%PDF-` within the first 1024 bytes (ISO 32000-1 annex H, implementation note 13).

    `believed` says that the wrapping calls it a mail; a mail may well begin with a short header and then a PDF.
    """
    place = content.find(b"%PDF-", 0, 1_029)
    if place < 0:
        return None
    # A mail or a text may speak of %PDF-; behind junk the objects of a PDF must follow.
    if place and looks_like_mail(content, strictly=not believed):
        return None
    whole = place == 0 or b" obj" in content[place : place + 65_536] or b"%%EOF" in content[-2_048:]
    return MediaType.PDF if whole else None


def _zip(content: bytes, filename: str) -> MediaType:
    names = zip_names(content)
    if "[Content_Types].xml" in names or "mimetype" in names[:1]:
        return MediaType.OFFICE
    if ending(filename) == "jar" or any(name in names for name in ("META-INF/MANIFEST.MF", "AndroidManifest.xml")):
        return MediaType.EXECUTABLE
    return MediaType.ZIP


def zip_names(content: bytes, limit: int = 2_000) -> list[str]:
    """Return the names in an archive's directory; none when it is damaged or names more than `limit` files."""
    end = content.rfind(b"PK\x05\x06", max(0, len(content) - 66_000))
    if end < 0 or len(content) < end + 12 or struct.unpack_from("<H", content, end + 10)[0] > limit:
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.namelist()[:limit]
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError, UnicodeError):
        return []


def _ole(content: bytes, filename: str) -> MediaType:
    if is_outlook(content):
        return MediaType.MESSAGE
    return MediaType.EXECUTABLE if ending(filename) in ("msi", "msp") else MediaType.OFFICE


def _by_text(content: bytes, filename: str, declared: str) -> MediaType | None:
    text = opening(content)
    if _binary(text):
        return None
    trimmed = text.lstrip()
    if trimmed[:15].upper() == "BEGIN:VCALENDAR":
        return MediaType.CALENDAR
    if trimmed[:11].upper() == "BEGIN:VCARD":
        return MediaType.VCARD
    if declared == "application/pgp-encrypted":
        return MediaType.SIGNATURE
    if ending(filename) in _SCRIPTS:
        return MediaType.EXECUTABLE
    if trimmed.startswith("<"):
        return _markup(trimmed, content, declared)
    if looks_like_mail(content, strictly=not _called_mail(filename, declared)):
        return MediaType.MESSAGE
    return MediaType.HTML if _HTML.search(trimmed[:2_000]) and declared != "text/plain" else MediaType.TEXT


def _binary(text: str) -> bool:
    """Say whether an opening holds what no text holds. Control characters up to 1 in 100 are forgiven."""
    sample = text[:4_096]
    control = sum(1 for c in sample if ord(c) < 32 and c not in "\t\r\n\f\v\x1b")
    return "\0" in sample or control * 100 > len(sample)


def _called_mail(filename: str, declared: str) -> bool:
    return declared in ("message/rfc822", "message/global") or ending(filename) == "eml"


def _markup(trimmed: str, content: bytes, declared: str) -> MediaType:
    root = root_name(trimmed)
    declared_xml = trimmed.startswith("<?xml")
    if (
        root.lower() == "html"
        or (root.lower() in _HTML_ROOTS and not declared_xml)
        or trimmed[:14].lower() == "<!doctype html"
    ):
        return MediaType.HTML
    if declared_xml or (root and _is_xml(trimmed, content, root, declared)):
        return MediaType.XML
    return MediaType.HTML if _HTML.search(trimmed[:2_000]) or declared == "text/html" else MediaType.TEXT


def _is_xml(trimmed: str, content: bytes, root: str, declared: str) -> bool:
    """Tell XML without a declaration from `<john@example.com> wrote` and from pieces of HTML."""
    closed = f"{root}>" in opening(content[-400:]) or f"{root}>".encode() in content[-400:]
    return "xmlns" in trimmed[:4_096] or trimmed.startswith("<!DOCTYPE") or closed or "xml" in declared


def looks_like_mail(content: bytes, *, strictly: bool = True) -> bool:
    """Say whether the content begins like a message (RFC 5322): several header fields, known ones among them."""
    head = content[:16_384].lstrip(b"\r\n\xef\xbb\xbf")
    if head.startswith(b"From "):
        head = head.partition(b"\n")[2]
    position, known = 0, set[str]()
    for _ in range(60):
        field = _HEADER_FIELD.match(head, position)
        if field is None:
            break
        known |= {field[0].partition(b":")[0].strip().lower().decode("ascii")} & _MAIL_FIELDS
        position = field.end()
        while head[position : position + 1] in (b" ", b"\t") and position < len(head):
            position = (head.find(b"\n", position) + 1) or len(head)
    return len(known) >= (3 if strictly else 1)
