"""The ways in: at which addresses an account receives, from whom, with which keys programs come, and what was refused.

Whatever could hurt is said before it is done and can be undone where that is possible: an address goes back into use, a
list is typed over; a key that was revoked is gone, and says so before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from mailroom.domain.account import MAIL_DOMAIN, Account, ImportAddress, Purpose
from mailroom.domain.ledger import RefusedMail
from mailroom.domain.value import Reason
from mailroom.errors import NotFound
from mailroom.web.account_settings import NotUnderstood, email_of, lines_of
from mailroom.web.rights import Right, enter
from mailroom.web.visit import Visit

if TYPE_CHECKING:
    from mailroom.store import Unit

REFUSED_SHOWN = 5
REFUSED_PAGE = 50
COUNTED = 10_000
LONGEST_NAME = 60


Facts = dict[str, str]
Act = Callable[[Visit, "Unit", Account], tuple[str, Facts]]


def show_ways(visit: Visit) -> Response:
    """Show the ways in."""
    return _page(visit)


def change_ways(visit: Visit) -> Response:
    """Do what one of the page's forms asks for."""
    name = visit.path("act")
    if name == "new-key":
        return _new_key(visit)
    if name not in ACTS:
        raise NotFound("no such act")
    try:
        with visit.services.store.unit() as unit:
            account, _ = enter(unit, visit.person, visit.path("account"), Right.SETTINGS)
            event, facts = ACTS[name](visit, unit, account)
            _note(visit, unit, account, event, facts)
    except NotUnderstood as problem:
        return _page(visit, alert=visit.words.t(problem.key, value=problem.value), status=422)
    done = {"new-address": "address_made", "revoke-key": "key_revoked"}.get(name, "saved")
    return visit.go(f"/accounts/{visit.path('account')}/ways?done={done}")


def show_refused(visit: Visit) -> Response:
    """Show what the account's addresses did not take, and from whom."""
    search, before = visit.query("q").strip(), _instant(visit.query("before"))
    with visit.services.store.read() as unit:
        account, rights = enter(unit, visit.person, visit.path("account"), Right.SETTINGS)
        found = unit.refusals.of(account.id, search, before=before, limit=REFUSED_PAGE + 1)
    visit.words.time_zone = account.time_zone
    page = found[:REFUSED_PAGE]
    asked = {"q": search} if search else {}
    return visit.account_page(
        "refused.html",
        account,
        rights,
        rows=_rows(visit, page),
        search=search,
        older=f"?{urlencode(asked | {'before': page[-1].last_at.isoformat()})}" if len(found) > REFUSED_PAGE else "",
        newer=f"?{urlencode(asked)}" if before else "",
        here="ways",
    )


def _new_key(visit: Visit) -> Response:
    """Make a key and show it, this once: only its hash is kept."""
    with visit.services.store.unit() as unit:
        account, _ = enter(unit, visit.person, visit.path("account"), Right.SETTINGS)
        key, secret = unit.api_keys.issue(account.id, visit.typed("name", LONGEST_NAME), visit.now)
        _note(visit, unit, account, "api_key_added", {"key": key.id})
    return _page(visit, secret=secret)


def _note(visit: Visit, unit: Unit, account: Account, event: str, facts: Facts) -> None:
    unit.events.add(event, account_id=account.id, subject=account.id, actor=visit.person.id, at=visit.now, facts=facts)


def _new_address(visit: Visit, unit: Unit, account: Account) -> tuple[str, Facts]:
    asked = visit.typed("purpose")
    purpose = Purpose(asked) if asked in set(Purpose) else Purpose.PURCHASES
    made = unit.addresses.issue(account.id, visit.services.settings.smtp.import_domain, purpose, visit.now)
    return "address_issued", {"address": made.id}


def _retire_address(visit: Visit, unit: Unit, account: Account) -> tuple[str, Facts]:
    address = _address(visit, unit, account, in_use=True)
    unit.addresses.retire(address.id, visit.now)
    return "address_retired", {"address": address.id}


def _reinstate_address(visit: Visit, unit: Unit, account: Account) -> tuple[str, Facts]:
    address = _address(visit, unit, account, in_use=False)
    unit.addresses.reinstate(address.id)
    return "address_reinstated", {"address": address.id}


def _replace_address(visit: Visit, unit: Unit, account: Account) -> tuple[str, Facts]:
    address = _address(visit, unit, account, in_use=True)
    made = unit.addresses.replace(address.id, visit.now)
    return "address_replaced", {"address": address.id, "by": made.id}


def _restrict_address(visit: Visit, unit: Unit, account: Account) -> tuple[str, Facts]:
    address = _address(visit, unit, account, in_use=True)
    senders = tuple(_sender(line) for line in lines_of(visit, "senders"))
    unit.addresses.restrict(address.id, senders)
    return "address_restricted", {"address": address.id, "senders": ", ".join(senders)}


def _block(visit: Visit, unit: Unit, account: Account) -> tuple[str, Facts]:
    senders = tuple(_sender(line) for line in lines_of(visit, "blocked_senders"))
    for member, _ in unit.users.members(account.id):
        ours = {member.email.casefold(), "@" + member.email.casefold().rpartition("@")[2]}
        hit = next((sender for sender in senders if sender in ours), None)
        if hit:  # people forward invoices from their own addresses: that would shut the door on themselves
            raise NotUnderstood("web.ways.blocks_own_people", hit)
    trusted = next((sender for sender in senders if sender in account.trusted_senders), None)
    if trusted:
        raise NotUnderstood("web.ways.blocks_trusted", trusted)
    unit.accounts.update(account.model_copy(update={"blocked_senders": senders}))
    return "senders_blocked", {"senders": ", ".join(senders)[:2000]}


def _revoke_key(visit: Visit, unit: Unit, account: Account) -> tuple[str, Facts]:
    wanted = visit.typed("key", 40)
    if wanted not in {key.id for key in unit.api_keys.of(account.id) if key.revoked_at is None}:
        raise NotFound("no such key in use")
    unit.api_keys.revoke(wanted, visit.now)
    return "api_key_revoked", {"key": wanted}


ACTS: dict[str, Act] = {
    "new-address": _new_address,
    "retire-address": _retire_address,
    "reinstate-address": _reinstate_address,
    "replace-address": _replace_address,
    "restrict-address": _restrict_address,
    "block": _block,
    "revoke-key": _revoke_key,
}


def _address(visit: Visit, unit: Unit, account: Account, *, in_use: bool) -> ImportAddress:
    address = unit.addresses.get(visit.typed("address", 40))
    if address.account_id != account.id or (address.retired_at is None) is not in_use:
        raise NotFound("no such address in that state")
    return address


def _sender(typed: str) -> str:
    """Return an address, or a domain such as `@example.com`."""
    return typed.lower() if MAIL_DOMAIN.fullmatch(typed) else email_of(typed)


def _page(visit: Visit, *, alert: str = "", secret: str = "", status: int = 200) -> Response:
    with visit.services.store.read() as unit:
        account, rights = enter(unit, visit.person, visit.path("account"), Right.SETTINGS)
        addresses = unit.addresses.of(account.id)
        keys = unit.api_keys.of(account.id)
        refused = unit.refusals.of(account.id, limit=REFUSED_SHOWN)
        here = visit.now.astimezone(ZoneInfo(account.time_zone))
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        today = unit.messages.count_since(account.id, midnight, COUNTED)
    visit.words.time_zone = account.time_zone
    again = visit.request.path_params.get("act")
    return visit.account_page(
        "ways.html",
        account,
        rights,
        in_use=[address for address in addresses if address.retired_at is None],
        retired=[address for address in addresses if address.retired_at is not None],
        purposes=list(Purpose),
        blocked=visit.typed("blocked_senders", 20_000) if again == "block" else "\n".join(account.blocked_senders),
        keys=[key for key in keys if key.revoked_at is None],
        revoked=[key for key in keys if key.revoked_at is not None],
        secret=secret,
        today=today,
        limit=account.messages_per_day or visit.services.settings.smtp.messages_per_day,
        refused=_rows(visit, refused),
        api=(visit.services.settings.web.public_url or str(visit.request.base_url)).rstrip("/") + "/api/v1/documents",
        notice=visit.done,
        alert=alert,
        status=status,
        here="ways",
    )


def _rows(visit: Visit, refused: Sequence[RefusedMail]) -> list[dict[str, str]]:
    words = visit.words
    return [
        {
            "sender": row.sender or words.t("web.refused.nobody" if row.times == 1 else "web.refused.several"),
            "address": row.address,
            "why": words.reason(Reason(code=row.reason)),
            "last": words.instant(row.last_at),
            "times": words.t("web.refused.times", n=row.times),
            "where": " · ".join(said for said in (words.named("web.door", row.door), row.peer) if said),
        }
        for row in refused
    ]


def _instant(written: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        return None
    return instant if instant.tzinfo else None
