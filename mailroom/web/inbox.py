"""The list of accounts and the inbox of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from mailroom.domain.account import Account, Role
from mailroom.domain.document import BESIDE, WAITING_FOR_PERSON, DocumentHead, DocumentState, FieldName
from mailroom.web.rights import Right, enter
from mailroom.web.visit import Visit
from mailroom.web.words import Words

PAGE = 50
ACCOUNTS = 60
SEARCHED = 12
"""With more accounts than these, a person gets a search above them."""
COUNTED = 9999
"""Up to here a tab says how many documents it has; from there on that there are more."""

TABS: dict[str, Collection[DocumentState]] = {
    "needs_you": WAITING_FOR_PERSON,
    "accepted": (DocumentState.ACCEPTED,),
    "archived": (DocumentState.ARCHIVED,),
    "refused": (DocumentState.REFUSED,),
    "underway": (DocumentState.READING, DocumentState.NEEDS_ATTENTION),
    "all": tuple(frozenset(DocumentState) - BESIDE),
}


@dataclass(frozen=True)
class Row:
    """One document as a line of a list, in the reader's words."""

    id: str
    seller: str
    filename: str
    number: str
    date: str
    amount: str
    state: DocumentState
    reasons: tuple[str, ...]
    age: str
    since: str
    account: str = ""


def row(document: DocumentHead, words: Words, account: str = "") -> Row:
    """Return a document as a line."""
    amount = document.value(FieldName.PAYABLE_AMOUNT) or document.value(FieldName.TOTAL_AMOUNT)
    return Row(
        id=document.id,
        seller=document.value(FieldName.SELLER_NAME) or "",
        filename=document.filename,
        number=document.value(FieldName.INVOICE_NUMBER) or "",
        date=words.date(document.value(FieldName.ISSUE_DATE)),
        amount=words.amount(amount, document.value(FieldName.CURRENCY)),
        state=document.state,
        reasons=tuple(words.reason(reason) for reason in document.reasons),
        age=words.age(document.created_at),
        since=words.instant(document.created_at),
        account=account,
    )


def show_home(visit: Visit) -> Response:
    """Go to the only account of a person, or show the list of his accounts."""
    with visit.services.store.read() as unit:
        accounts = unit.users.accounts_of(visit.person.id)
    if accounts and not visit.person.is_operator and {role for _, role in accounts} == {Role.VALIDATOR}:
        return visit.go("/to-complete")
    if len(accounts) == 1 and not visit.person.is_operator:
        return visit.go(f"/accounts/{accounts[0][0].id}/inbox")
    return visit.go("/accounts")


def show_accounts(visit: Visit) -> Response:
    """Show the accounts that a person may enter; an operator sees all, and searches them."""
    search, page = visit.query("q").strip(), page_number(visit)
    with visit.services.store.read() as unit:
        if visit.person.is_operator:
            found = unit.accounts.page(search, limit=ACCOUNTS + 1, offset=(page - 1) * ACCOUNTS)
        else:
            own = [account for account, _ in unit.users.accounts_of(visit.person.id)]
            found = [account for account in own if _is_called(account, search)]
        more = visit.person.is_operator and len(found) > ACCOUNTS
        shown = found[:ACCOUNTS] if visit.person.is_operator else found
        waiting = unit.documents.waiting([account.id for account in shown])
        if not visit.person.is_operator:  # his work first; a stable sort keeps the names in their order
            shown = sorted(shown, key=lambda account: not waiting.get(account.id))
        parked = unit.documents.counts_of(DocumentState.NEEDS_ATTENTION) if visit.person.is_operator else 0
    asked = {"q": search} if search else {}
    return visit.page(
        "accounts.html",
        accounts=shown,
        waiting=waiting,
        parked=parked,
        search=search,
        searchable=bool(search or more or page > 1 or len(found) > SEARCHED),
        older="?" + urlencode(asked | {"page": str(page + 1)}) if more else "",
        newer="?" + urlencode(asked | {"page": str(page - 1)}) if page > 1 else "",
        here="accounts",
    )


def _is_called(account: Account, search: str) -> bool:
    said = f"{account.name} {account.vat_id}".casefold()
    return all(word in said for word in search.casefold().split())


def show_inbox(visit: Visit) -> Response:
    """Show one tab of an account's inbox."""
    tab = visit.query("tab", "needs_you")
    tab = tab if tab in TABS else "needs_you"
    search, page = visit.query("q").strip(), page_number(visit)
    with visit.services.store.read() as unit:
        account, rights = enter(unit, visit.person, visit.path("account"), Right.SEE)
        visit.words.time_zone = account.time_zone
        counts = unit.documents.counts_up_to(account.id, COUNTED + 1)
        states = None if tab == "all" else TABS[tab]
        found = unit.documents.listed(account.id, states, search, limit=PAGE + 1, offset=(page - 1) * PAGE)
        addresses = [a.address for a in unit.addresses.of(account.id) if a.retired_at is None]
    if page > 1 and not found:  # the last document of this page was just decided on
        return visit.go(f"/accounts/{account.id}/inbox{_address(tab, search, 1)}")
    totals = {name: sum(counts.get(state, 0) for state in of) for name, of in TABS.items()}
    return visit.account_page(
        "inbox.html",
        account,
        rights,
        tab=tab,
        tabs=[name for name in TABS if name != "underway" or totals[name] or tab == name],
        totals=totals,
        counted=COUNTED,
        rows=[row(document, visit.words) for document in found[:PAGE]],
        search=search,
        addresses=addresses,
        older=_address(tab, search, page + 1) if len(found) > PAGE else "",
        newer=_address(tab, search, page - 1) if page > 1 else "",
        notice=visit.done,
        refresh=20 if tab == "underway" and counts.get(DocumentState.READING) else 0,
        here="inbox",
    )


def page_number(visit: Visit) -> int:
    """Return the page that the query asks for, 1 when it asks for none."""
    asked = visit.query("page", "1")
    return max(1, min(int(asked), 100_000)) if asked.isascii() and asked.isdigit() else 1


def _address(tab: str, search: str, page: int) -> str:
    asked = {"tab": tab, **({"q": search} if search else {}), **({"page": str(page)} if page > 1 else {})}
    return "?" + urlencode(asked)
