"""Names of files and folders: as an accountant likes to sort them, and harmless on every file system.

Pure. What comes from a document or a mail may hold anything; what leaves here is one path component.
"""

from __future__ import annotations

import re
import unicodedata

from mailroom.domain.document import Document, FieldName
from mailroom.domain.message import ENDINGS

LONGEST = 120  # bytes; with the folders above it this stays under the 260 characters that Windows allows for a path
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)  # names that Windows keeps for itself


def safe_name(wanted: str, *, otherwise: str = "unnamed", longest: int = LONGEST) -> str:
    """Return one harmless path component: no folders, no control or direction signs, not hidden, not too long."""
    composed = unicodedata.normalize("NFC", wanted)
    # Cf holds the signs that turn the writing direction: `invoice_fdp.exe` shown as `invoice_exe.pdf`.
    kept = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} else sign for sign in composed
    )
    plain = re.sub(r'[<>:"/\\|?*]+', "-", kept)
    plain = re.sub(r"\s+", " ", plain).strip(" .-")
    if DEVICES.match(plain):
        plain = f"_{plain}"
    return _shorten(plain, longest) or otherwise


def _shorten(name: str, longest: int) -> str:
    """Cut a name to a number of bytes, between characters, keeping a short extension."""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 8 or " " in extension:
        stem, dot, extension = name, "", ""
    room = longest - len((dot + extension).encode())
    cut = stem.encode()[: max(room, 1)].decode("utf-8", "ignore").rstrip(" .-")
    return f"{cut}{dot}{extension}"


def file_name(document: Document) -> str:
    """Return the name of a document's file: date, seller, number, as in `2026-11-03_De-Wit_118.pdf`."""
    issued = document.value(FieldName.ISSUE_DATE) or document.created_at.date().isoformat()
    seller = document.value(FieldName.SELLER_NAME) or document.value(FieldName.SELLER_VAT_ID) or "unknown"
    number = document.value(FieldName.INVOICE_NUMBER) or document.sha256[:8]
    stem = "_".join((_word(issued, 10), _word(seller, 48), _word(number, 40)))
    return safe_name(stem + ENDINGS.get(document.media_type, ".bin"))


def _word(value: str, longest: int) -> str:
    """Return a value as one word: hyphens inside, so that the underscores part the words."""
    return re.sub(r"[\s_.]+", "-", safe_name(value, otherwise="x", longest=longest)).strip("-") or "x"


def with_mark(name: str, mark: str) -> str:
    """Put a mark between the stem and the extension of a name."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem}_{mark}.{extension}" if dot and stem else f"{name}_{mark}"
