"""The report "action required": which documents wait for a person, why, and where to deal with each.

Pure. Nothing is said when nothing waits. Every link opens a page; none changes anything by being opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from mailroom.domain.account import Account
from mailroom.domain.document import WAITING_FOR_PERSON, DocumentHead, DocumentState, FieldName
from mailroom.languages import Language, reason_text

GROUPS = (DocumentState.HELD, DocumentState.INCOMPLETE, DocumentState.TO_ACCEPT, DocumentState.UNREADABLE)
"""What may cost money comes first."""

MOST_OF_A_GROUP = 12  # Gmail cuts a mail off at 102 KB; the inbox shows the rest
MOST_REASONS = 2

UNSAID = frozenset({"waits_for_acceptance"})
"""The title of its group says it already."""


def action_required(
    account: Account, documents: Sequence[DocumentHead], *, language: Language, public_url: str, now: datetime
) -> dict[str, object] | None:
    """Return the values for the templates, or None when nothing waits for a person.

    Args:
        documents: those of the account; the ones that wait for nobody are left out here.
        public_url: where people reach the pages.
    """
    waiting = [document for document in documents if document.state in WAITING_FOR_PERSON]
    if not waiting:
        return None
    base = public_url.rstrip("/")
    zone = ZoneInfo(account.time_zone)
    today = now.astimezone(zone).date()
    groups = []
    for state in GROUPS:
        members = sorted((one for one in waiting if one.state is state), key=_urgency)
        if members:
            shown = [_item(one, language, base, today, zone) for one in members[:MOST_OF_A_GROUP]]
            groups.append(
                {"name": state.value, "count": len(members), "items": shown, "more": len(members) - len(shown)}
            )
    return {
        "account": account.name,
        "count": len(waiting),
        "groups": groups,
        "today": today,
        "inbox_link": f"{base}/accounts/{account.id}/inbox",
        "settings_link": f"{base}/accounts/{account.id}/settings",
    }


def _urgency(document: DocumentHead) -> tuple[date, datetime]:
    return _day(document, FieldName.DUE_DATE) or date.max, document.created_at


def _item(document: DocumentHead, language: Language, base: str, today: date, zone: ZoneInfo) -> dict[str, object]:
    due = _day(document, FieldName.DUE_DATE)
    reasons = [reason for reason in document.reasons if reason.code not in UNSAID]
    return {
        "seller": document.value(FieldName.SELLER_NAME) or "",
        "number": document.value(FieldName.INVOICE_NUMBER) or "",
        "filename": document.filename,
        "issue_date": _day(document, FieldName.ISSUE_DATE),
        "received": document.created_at.astimezone(zone).date(),
        "due_date": due,
        "due": "" if due is None else "overdue" if due < today else "due_today" if due == today else "due",
        "amount": _amount(document),
        "currency": document.value(FieldName.CURRENCY) or "",
        "reasons": [reason_text(language, reason.code, reason.facts) for reason in reasons[:MOST_REASONS]],
        "link": f"{base}/documents/{document.id}",
    }


def _day(document: DocumentHead, name: FieldName) -> date | None:
    try:
        return date.fromisoformat(document.value(name) or "")
    except ValueError:
        return None


def _amount(document: DocumentHead) -> Decimal | None:
    """Return what has to be paid, or else the total."""
    for name in (FieldName.PAYABLE_AMOUNT, FieldName.TOTAL_AMOUNT):
        try:
            amount = Decimal(document.value(name) or "")
        except InvalidOperation:
            continue
        if amount.is_finite():
            return amount
    return None
