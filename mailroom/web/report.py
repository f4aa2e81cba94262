"""The "action required" mail as it would go out now, so that nobody is surprised by what arrives."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from mailroom.domain.account import Account
from mailroom.errors import NotFound
from mailroom.web.rights import Right, Rights, enter
from mailroom.web.services import Rendered
from mailroom.web.visit import Visit

# The mail brings its own style inside; it gets no script, no form, no address of its own (sandbox).
_MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


def show_report(visit: Visit) -> Response:
    """Show subject and text of the mail."""
    account, rights, mail = _preview(visit)
    return visit.account_page("report.html", account, rights, mail=mail, here="report")


def show_report_mail(visit: Visit) -> Response:
    """Show the mail as HTML, by itself."""
    _, _, mail = _preview(visit)
    if mail is None:
        raise NotFound("nothing to say")
    return HTMLResponse(mail.html, headers={"content-security-policy": _MAIL_POLICY})


def _preview(visit: Visit) -> tuple[Account, Rights, Rendered | None]:
    with visit.services.store.read() as unit:
        account, rights = enter(unit, visit.person, visit.path("account"), Right.REPORT)
    return account, rights, visit.services.preview(account, visit.words.language)
