"""The page on which a person corrects the lines of a document, beside its pictures.

Everything works without JavaScript: each button sends the form, which comes back with a line more or less, or with its
sums. `static/lines.js` does the same at once, by keys. Nothing is kept before the lines are saved.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from mailroom.domain.document import Document
from mailroom.domain.line import Lines, LineStatus
from mailroom.errors import InvalidValue
from mailroom.web.document_view import EDITABLE
from mailroom.web.line_form import FIELDS_OF_A_LINE, TYPED, Row, blank, marked, rows_of, rows_typed, typed_of
from mailroom.web.line_view import sum_views
from mailroom.web.rights import Right, open_document
from mailroom.web.visit import Visit

MOST = 500
"""Lines of a form (`mailroom.extraction.MOST_TYPED`)."""
ROOM = 1024 * 1024
MOST_FIELDS = (MOST + 10) * FIELDS_OF_A_LINE + 20
_BLANKS = 3
"""Lines to type into where none was read."""


def show_lines(visit: Visit) -> Response:
    """Show the lines as they are, to be corrected."""
    lines = _lines(visit)
    rows = rows_of(lines, visit.words)
    for _ in range(0 if rows else _BLANKS):
        rows.append(blank(rows))
    return _page(visit, rows, gross=lines.gross, worked_out=lines)


def save_lines(visit: Visit) -> Response:
    """Keep the lines as they were typed; or add one, leave one out, or work out the sums, and show the form again."""
    rows, gross = rows_typed(visit.form), visit.typed("gross") == "yes"
    act, gone = visit.typed("act", 20), visit.typed("remove", 12)
    if not rows and act != "as_read":  # our form always has one: without any it is not whole, and would empty the lines
        raise InvalidValue("the form has no line", field="line", line=0)
    if gone or act == "add":
        rows = [row for row in rows if row.key != gone]
        if act == "add" or not rows:
            rows.append(blank(rows))
        return _worked_out(visit, rows, gross=gross, lenient=True)
    if act == "check":
        return _worked_out(visit, rows, gross=gross)
    document = _document(visit)
    if act == "as_read":
        visit.services.desk.read_lines(visit.person, document.id, _version(visit))
        return visit.go(f"/documents/{document.id}?done=lines_read#lines-title")
    typed = typed_of(rows, gross=gross)
    try:
        saved = visit.services.desk.correct_lines(
            visit.person, document.id, _version(visit), typed, visit.words.language
        )
    except InvalidValue as error:
        return _page(visit, marked(rows, error, visit.words), gross=gross, wrong=True)
    visit.services.changed(document.id)
    done = "nothing_changed" if saved.version == document.version else _after(visit)
    return visit.go(f"/documents/{document.id}?done={done}#lines-title")


def _after(visit: Visit) -> str:
    status = _lines(visit).status
    if status in (LineStatus.DIFFER, LineStatus.RATES_DIFFER):
        return "lines_differ"
    return "lines_add_up" if status is LineStatus.ADD_UP else "lines_saved"


def _worked_out(visit: Visit, rows: Sequence[Row], *, gross: bool, lenient: bool = False) -> Response:
    """Show the form again with its sums. `lenient`: a number that is not finished is no error yet."""
    document, shown = _document(visit), _lines(visit)
    try:
        found = visit.services.typed_lines(typed_of(rows, gross=gross), shown, document.fields, visit.words.language)
    except InvalidValue as error:
        if lenient:
            return _page(visit, rows, gross=gross)
        return _page(visit, marked(rows, error, visit.words), gross=gross, wrong=True)
    return _page(visit, rows, gross=gross, worked_out=found)


def _page(
    visit: Visit, rows: Sequence[Row], *, gross: bool, worked_out: Lines | None = None, wrong: bool = False
) -> Response:
    with visit.services.store.read() as unit:
        document, account, rights = open_document(unit, visit.person, visit.path("document"), Right.FILL_IN)
        stored = unit.lines.of(document.id)
    if document.is_einvoice or document.state not in EDITABLE:
        return visit.go(f"/documents/{document.id}#lines-title")
    words = visit.words
    return visit.account_page(
        "lines.html",
        account,
        rights,
        document=document,
        # A new version with old typing would be saved over; so a form that comes back keeps the version of its first.
        version=_version(visit) if visit.form else document.version,
        pages=[(number, sha256[:12]) for number, sha256 in enumerate(document.previews, 1)],
        rows=rows,
        blank=blank(rows),
        columns=TYPED,
        discounts=any(row.cells["discount"] for row in rows),
        gross=gross,
        full=len(rows) >= MOST,
        by_hand=stored.by_hand,
        boxes=[(place, item) for place, item in enumerate(stored.items) if item.box is not None],
        sums=sum_views(worked_out, document, words) if worked_out is not None else [],
        sums_status=worked_out.status.value if worked_out is not None else "",
        alert=words.t("web.document.not_saved") if wrong else "",
        here="inbox",
        status=422 if wrong else 200,
    )


def _document(visit: Visit) -> Document:
    with visit.services.store.read() as unit:
        document, _, _ = open_document(unit, visit.person, visit.path("document"), Right.FILL_IN)
    return document


def _lines(visit: Visit) -> Lines:
    with visit.services.store.read() as unit:
        document, _, _ = open_document(unit, visit.person, visit.path("document"), Right.FILL_IN)
        return unit.lines.of(document.id)


def _version(visit: Visit) -> int:
    typed = visit.typed("version", 10)
    return int(typed) if typed.isascii() and typed.isdigit() else 0
