"""Which pictures only decorate a mail: logos, icons, banners, signature pictures, tracking pixels.

By size, shape and use, never by name alone. A photographed receipt is never clutter: what a camera took, what is large
and what is tall stays a document, also when the mail program put it into the text.
"""

from __future__ import annotations

import re

from mailroom.domain.message import MediaType, Part
from mailroom.intake import reasons
from mailroom.intake.taken import TakenApart

PICTURES = frozenset({MediaType.JPEG, MediaType.PNG, MediaType.GIF, MediaType.WEBP, MediaType.TIFF, MediaType.HEIC})
# A fax or a phone makes these; nobody puts them into a signature.
_NEVER = frozenset({MediaType.TIFF, MediaType.HEIC})
_LARGE_AREA = 1_500_000  # more than any banner that was seen in signatures, less than a phone's smallest picture
_BANNER_AREA = 1_000_000  # 1600 x 600, the picture on top of a newsletter
_PAGE_AREA = 400_000  # 440 x 910: the smallest legible receipt that was seen
_LOGO_AREA = 120_000  # 400 x 300
_ICON_AREA = 40_000  # 200 x 200
_LOGO_BYTES = 6_144  # Outlook sends the logo again as an attachment; below 6 KiB it is never an invoice
_LOGO_NAME = re.compile(
    r"logo|icon|banner|signature|handtekening|unterschrift|semnatura|facebook|twitter|linkedin|instagram|youtube|"
    r"whatsapp|spacer|pixel|divider|^outlook-|^image00\d\.",
    re.IGNORECASE,
)


def is_picture(part: Part) -> bool:
    """Say whether the part is a picture."""
    return part.media_type in PICTURES


def clutter(part: Part, apart: TakenApart, *, beside_document: bool) -> str | None:
    """Return the reason why a picture is no document, or None.

    `beside_document` says that the mail also carries a file that surely is one (PDF, e-invoice).
    """
    width, height = part.width, part.height
    area = width * height
    if part.media_type in _NEVER or apart.look(part.path).camera or area >= _LARGE_AREA:
        return None
    if not area:
        return reasons.DECORATION if 0 < part.size < _LOGO_BYTES else None
    if width <= 4 and height <= 4:
        return reasons.TRACKING_PIXEL
    if _is_page(width, height):
        return None
    shown = is_shown(part, apart)
    return reasons.DECORATION if _is_small(part) or (shown and _is_ornament(part, beside_document)) else None


def may_decorate(part: Part, apart: TakenApart) -> bool:
    """Say whether repetition may make it decoration: never what a camera or a fax made, what is large, or a page."""
    area = part.width * part.height
    if part.media_type in _NEVER or apart.look(part.path).camera:
        return False
    return 0 < area < _LARGE_AREA and not _is_page(part.width, part.height)


def is_shown(part: Part, apart: TakenApart) -> bool:
    """Say whether the HTML body shows the picture."""
    return bool(part.content_id) and part.content_id in apart.references_cid


def _is_page(width: int, height: int) -> bool:
    """Say whether it has the shape of a receipt or a page: upright and large enough to be read."""
    return height >= width * 1.2 and width >= 250 and width * height >= _PAGE_AREA * 0.6


def _is_small(part: Part) -> bool:
    """Say whether no invoice fits into it, shown in the text or not."""
    area, short = part.width * part.height, min(part.width, part.height)
    wide = part.width >= part.height * 3
    return (
        area < _ICON_AREA
        or short < 100
        or (wide and part.height < 300)
        or (area < _PAGE_AREA and part.size < _LOGO_BYTES)
        or (area < _LOGO_AREA * 2 and _LOGO_NAME.search(part.filename) is not None)
    )


def _is_ornament(part: Part, beside_document: bool) -> bool:
    """Judge a picture that the text shows: logos and banners are wide and small, photos are not."""
    area = part.width * part.height
    wide = part.width >= part.height * 2.2
    photo = part.media_type is MediaType.JPEG and area >= _PAGE_AREA
    limit = _BANNER_AREA if beside_document and not photo else _LOGO_AREA * 2
    return area < limit or (wide and area < _LARGE_AREA)
