"""What a person can complete, over all accounts that he may fill in for: the work of a validator, oldest first."""

from __future__ import annotations

from collections.abc import Collection

from starlette.responses import Response

from mailroom.domain.account import Account, User
from mailroom.domain.document import Document, DocumentHead, DocumentState
from mailroom.errors import NotFound
from mailroom.store import Unit
from mailroom.web.inbox import row
from mailroom.web.rights import RIGHTS, Right
from mailroom.web.visit import Visit

LONGEST = 200
STATES = (DocumentState.INCOMPLETE,)


def show_queue(visit: Visit) -> Response:
    """Show what waits to be completed."""
    with visit.services.store.read() as unit:
        accounts = accounts_to_complete(unit, visit.person)
        if not accounts:
            raise NotFound("nothing to fill in for")
        names = {account.id: account.name for account in accounts}
        waiting = unit.documents.oldest(names, STATES, limit=LONGEST)
    rows = [row(document, visit.words, names[document.account_id]) for document in waiting]
    return visit.page("queue.html", rows=rows, here="queue", notice=visit.done)


def next_in_queue(unit: Unit, person: User, after: Document) -> DocumentHead | None:
    """Return what this person would complete next."""
    accounts = [account.id for account in accounts_to_complete(unit, person)]
    waiting = unit.documents.oldest(accounts, STATES, limit=2)
    return next((document for document in waiting if document.id != after.id), None)


def accounts_to_complete(unit: Unit, person: User) -> Collection[Account]:
    """Return the accounts that this person may fill in for. An operator has the page of each account."""
    return [account for account, role in unit.users.accounts_of(person.id) if Right.FILL_IN in RIGHTS[role]]
