"""The mail with which a document goes to the accountant: a few plain lines, and the files.

Pure. Plain text on purpose: many accountants' addresses are read by programs that take the attachments out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from mailroom.domain.account import Account
from mailroom.domain.delivery import Attachment, OutgoingMail
from mailroom.domain.document import Document, FieldName
from mailroom.languages import Language, format_amount, format_date, format_number, text, word


def document_mail(
    account: Account,
    document: Document,
    files: Sequence[Attachment],
    *,
    recipient: str,
    message_id: str,
    public_url: str,
) -> OutgoingMail:
    """Write the mail for one document in the account's language."""
    language = account.language
    values = {
        "client": account.name,
        "seller": document.value(FieldName.SELLER_NAME) or "–",
        "number": document.value(FieldName.INVOICE_NUMBER) or "–",
        "document_type": word(language, "document_type", document.value(FieldName.DOCUMENT_TYPE) or "other"),
        "issue_date": _date(document, FieldName.ISSUE_DATE, language),
        "due_date": _date(document, FieldName.DUE_DATE, language),
        "amount": _amount(document, language),
        "link": f"{public_url}/documents/{document.id}",
    }
    return OutgoingMail(
        message_id=message_id,
        recipient=recipient,
        subject=text(language, "delivery.document.subject", **values),
        text=text(language, "delivery.document.text", **values),
        language=language.value,
        attachments=tuple(files),
    )


def _date(document: Document, name: FieldName, language: Language) -> str:
    try:
        return format_date(date.fromisoformat(document.value(name) or ""), language)
    except ValueError:
        return document.value(name) or "–"


def _amount(document: Document, language: Language) -> str:
    written = document.value(FieldName.TOTAL_AMOUNT) or document.value(FieldName.PAYABLE_AMOUNT)
    currency = document.value(FieldName.CURRENCY)
    try:
        amount = Decimal(written or "")
    except InvalidOperation:
        return written or "–"
    return format_amount(amount, currency, language) if currency else format_number(amount, language)
