"""Who may do what: one table from role to rights, and the two questions that every page asks.

What a person may not see is not found (404, never 403), so that nobody learns what exists.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mailroom.domain.account import Account, Role, User
from mailroom.domain.document import Document
from mailroom.errors import NotFound

if TYPE_CHECKING:
    from mailroom.store import Unit


class Right(StrEnum):
    """What a page or an act asks for."""

    SEE = "see"
    DOWNLOAD = "download"
    LEDGER = "ledger"
    FILL_IN = "fill_in"
    DECIDE = "decide"
    UPLOAD = "upload"
    REPORT = "report"
    SETTINGS = "settings"
    RAW = "raw"


Rights = frozenset[Right]

_MEMBER = frozenset(Right) - {Right.SETTINGS, Right.RAW}

RIGHTS: dict[Role, Rights] = {
    Role.OWNER: frozenset(Right),
    Role.OPERATOR: frozenset(Right),
    Role.MEMBER: _MEMBER,
    Role.ACCOUNTANT: frozenset({Right.SEE, Right.DOWNLOAD, Right.LEDGER}),
    Role.VALIDATOR: frozenset({Right.SEE, Right.FILL_IN}),
}


def role_of(unit: Unit, user: User, account_id: str) -> Role | None:
    """Return the user's role in the account; an operator is one everywhere."""
    return Role.OPERATOR if user.is_operator else unit.users.role(user.id, account_id)


def enter(unit: Unit, user: User, account_id: str, right: Right) -> tuple[Account, Rights]:
    """Return the account and the user's rights in it.

    Raises:
        NotFound: there is no such account, or it is not for this user, or not for this purpose.
    """
    role = role_of(unit, user, account_id)
    rights = RIGHTS[role] if role else frozenset()
    if right not in rights:
        raise NotFound("account not for this user", account_id=account_id)
    return unit.accounts.get(account_id), rights


def open_document(unit: Unit, user: User, document_id: str, right: Right) -> tuple[Document, Account, Rights]:
    """Return the document, its account and the user's rights in it. Raises NotFound as `enter` does."""
    document = unit.documents.get(document_id)
    account, rights = enter(unit, user, document.account_id, right)
    return document, account, rights
