"""PDFs that are more than pages: locked ones, portfolios, and those with files attached to them.

Most PDFs are neither, and a look for two words in their bytes says so; only the others are opened, by pdfium, in the
same boxed child. Nothing is judged here: what comes out is sorted like any other part.
"""

from __future__ import annotations

import ctypes
import io
import re
from typing import TYPE_CHECKING, NamedTuple

from mailroom.intake import reasons
from mailroom.intake.inside import Inside, Shut
from mailroom.intake.keys import Keys
from mailroom.intake.limits import IntakeLimits

if TYPE_CHECKING:
    import pypdfium2 as pdfium

_PASSWORD = 4
"""FPDF_ERR_PASSWORD."""
_REMOVE_SECURITY = 3
"""FPDF_REMOVE_SECURITY."""
_COVER = re.compile(r"portfolio|portofoli", re.IGNORECASE)
_MOST_COVER_LETTERS = 1_500


class PdfFiles(NamedTuple):
    """What a PDF holds beside its pages. `reason` is that of a container, or empty where it stays a document."""

    reason: str = ""
    files: tuple[Inside, ...] = ()


def wants_opening(content: bytes) -> bool:
    """Say whether a PDF may be locked or carry files. A file's stream is never hidden in a compressed object."""
    return b"/Encrypt" in content or b"/EmbeddedFile" in content


def look_into(content: bytes, limits: IntakeLimits, keys: Keys) -> PdfFiles:
    """Return the files that a PDF carries; of a locked one that a key opens, the unlocked PDF.

    Raises:
        Shut: it is locked and no key fits, or it carries more than the limits allow.
    """
    import pypdfium2 as pdfium  # loaded on first use: 30 ms

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) != _PASSWORD:
            return PdfFiles()  # too damaged for this; the reader says so
        return PdfFiles(reasons.UNLOCKED, (Inside(_unlocked(content, keys), declared_type="application/pdf"),))
    try:
        files = tuple(_attached(document, limits))
        portfolio = bool(files) and (b"/Collection" in content or _is_cover(document))
        return PdfFiles(reasons.PDF_PORTFOLIO if portfolio else "", files)
    finally:
        document.close()


def _unlocked(content: bytes, keys: Keys) -> bytes:
    import pypdfium2 as pdfium

    for password in keys.passwords:
        try:
            document = pdfium.PdfDocument(content, password=password)
        except (pdfium.PdfiumError, ValueError):  # ValueError: a NUL in it
            continue
        try:
            stream = io.BytesIO()
            document.save(stream, flags=_REMOVE_SECURITY)
            return stream.getvalue()
        finally:
            document.close()
    raise Shut(reasons.PASSWORD_MISSING)


def _attached(document: pdfium.PdfDocument, limits: IntakeLimits) -> list[Inside]:
    import pypdfium2 as pdfium

    count = document.count_attachments()
    if count > limits.max_archive_files:
        raise Shut(reasons.TOO_MANY_PARTS)
    found: list[Inside] = []
    size = 0
    for number in range(count):
        try:
            attachment = document.get_attachment(number)
            name = attachment.get_name()
            size += _size(attachment)
            if size > limits.max_archive_bytes:
                raise Shut(reasons.TOO_LARGE)
            data = bytes(attachment.get_data())
        except pdfium.PdfiumError:
            found.append(Inside(b"", f"{number + 1}", problem=reasons.BROKEN))
            continue
        found.append(Inside(data, name))
    return found


def _size(attachment: pdfium.PdfAttachment) -> int:
    """Return how many bytes a file has once it is unpacked, before they are copied out of pdfium."""
    from pypdfium2 import raw

    size = ctypes.c_ulong()
    raw.FPDFAttachment_GetFile(attachment, None, 0, size)
    return size.value


def _is_cover(document: pdfium.PdfDocument) -> bool:
    """Say whether the only page is the sheet that tells a reader without portfolios to get another one."""
    import pypdfium2 as pdfium

    try:
        words = document[0].get_textpage().get_text_bounded() if len(document) == 1 else ""
    except pdfium.PdfiumError:
        return False
    return len(words) < _MOST_COVER_LETTERS and _COVER.search(words) is not None
