"""A page of our own. The box's server reads it before it forks: a child then finds the fonts and the codecs loaded."""

from __future__ import annotations

_WORDS = b"BT /F0 10 Tf 50 700 Td (Invoice 1) Tj /F1 10 Tf 0 -20 Td (Total 121.00 EUR) Tj ET"
_FONTS = b"".join(
    b"/F%d << /Type /Font /Subtype /Type1 /BaseFont /%s >>" % (number, name)
    for number, name in enumerate((b"Helvetica", b"Helvetica-Bold"))
)
_OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << %s >> >> >>" % _FONTS,
    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(_WORDS), _WORDS),
)


def specimen() -> bytes:
    """Return a PDF of one page with a text layer in fonts that it does not bring along."""
    pdf = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(_OBJECTS, 1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(pdf))
    return b"%sxref\n0 %d\n0000000000 65535 f \n%s%s" % (pdf, size, table, tail)
