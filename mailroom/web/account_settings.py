"""What an owner sets for his account: language, trust, the accountant and reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from starlette.responses import Response

from mailroom.domain.account import EMAIL, Account, KeptPassword
from mailroom.domain.report import Frequency, ReportKind, Subscription
from mailroom.domain.value import new_id
from mailroom.errors import LastOwner, NotFound
from mailroom.languages import Language
from mailroom.web.rights import Right, Rights, enter
from mailroom.web.visit import Visit

if TYPE_CHECKING:
    from mailroom.store import Unit


class NotUnderstood(Exception):
    """A value of the form cannot be kept; `key` says why in the reader's language."""

    def __init__(self, key: str, value: str) -> None:
        super().__init__(key)
        self.key = key
        self.value = value


def show_settings(visit: Visit) -> Response:
    """Show the settings of an account."""
    return _page(visit)


def change_settings(visit: Visit) -> Response:
    """Do what one of the page's forms asks for."""
    act = ACTS.get(visit.path("act"))
    if act is None:
        raise NotFound("no such act")
    try:
        with visit.services.store.unit() as unit:
            account, _ = enter(unit, visit.person, visit.path("account"), Right.SETTINGS)
            event, facts = act(visit, unit, account)
            unit.events.add(
                event, account_id=account.id, subject=account.id, actor=visit.person.id, at=visit.now, facts=facts
            )
    except NotUnderstood as problem:
        return _page(visit, alert=visit.words.t(problem.key, value=problem.value), status=422)
    return visit.go(f"/accounts/{visit.path('account')}/settings?done=saved")


def _save(visit: Visit, unit: Unit, account: Account) -> tuple[str, dict[str, str]]:
    zone, language = visit.typed("time_zone", 60), visit.typed("language")
    if zone not in available_timezones():
        raise NotUnderstood("web.settings.wrong_time_zone", zone)
    changed = account.model_copy(
        update={
            "language": Language(language) if language in set(Language) else account.language,
            "time_zone": zone,
            "auto_accept": visit.typed("auto_accept") == "yes",
            "body_documents": visit.typed("body_documents") == "yes",
            "names": tuple(lines_of(visit, "names")),
            "trusted_senders": tuple(email_of(line) for line in lines_of(visit, "trusted_senders")),
            "accountant_email": email_of(visit.typed("accountant_email", 254), may_be_empty=True),
        }
    )
    unit.accounts.update(changed)
    before, after = account.model_dump(mode="json"), changed.model_dump(mode="json")
    return "account_changed", {"changed": ",".join(key for key in after if after[key] != before[key])}


def _subscribe(visit: Visit, unit: Unit, account: Account) -> tuple[str, dict[str, str]]:
    frequency, language = visit.typed("frequency"), visit.typed("language")
    subscription = Subscription(
        id=new_id(),
        account_id=account.id,
        kind=ReportKind.ACTION_REQUIRED,
        frequency=Frequency(frequency) if frequency in set(Frequency) else Frequency.DAILY,
        recipient=email_of(visit.typed("recipient", 254)),
        language=Language(language) if language in set(Language) else account.language,
        hour=_number(visit.typed("hour"), 0, 23, 7),
        weekday=_number(visit.typed("weekday"), 0, 6, 0),
    )
    unit.reports.subscribe(subscription)
    return "report_subscribed", {"subscription": subscription.id}


def _unsubscribe(visit: Visit, unit: Unit, account: Account) -> tuple[str, dict[str, str]]:
    subscription = unit.reports.subscription(visit.typed("subscription", 40))
    if subscription.account_id != account.id:
        raise NotFound("subscription of another account")
    unit.reports.unsubscribe(subscription.id)
    return "report_unsubscribed", {"subscription": subscription.id}


def _keep_password(visit: Visit, unit: Unit, account: Account) -> tuple[str, dict[str, str]]:
    secret = visit.typed("password", 200)
    if not secret:
        raise NotUnderstood("web.done.password_needed", "")
    kept = KeptPassword(id=new_id(), account_id=account.id, label=visit.typed("label", 100), created_at=visit.now)
    unit.passwords.add(kept, visit.services.store.sealer.seal(secret))
    return "password_kept", {"password": kept.id}


def _remove_password(visit: Visit, unit: Unit, account: Account) -> tuple[str, dict[str, str]]:
    password_id = visit.typed("password_id", 40)
    unit.passwords.remove(account.id, password_id)
    return "password_removed", {"password": password_id}


def _remove_person(visit: Visit, unit: Unit, account: Account) -> tuple[str, dict[str, str]]:
    user_id = visit.typed("person", 40)
    if user_id == visit.person.id:
        raise NotFound("nobody takes himself out")
    try:
        unit.users.take_out(user_id, account.id)
    except LastOwner as problem:
        raise NotUnderstood(problem.user_message, "") from problem
    return "person_removed", {"user": user_id}


Act = Callable[[Visit, "Unit", Account], tuple[str, dict[str, str]]]
ACTS: dict[str, Act] = {
    "save": _save,
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "keep-password": _keep_password,
    "remove-password": _remove_password,
    "remove-person": _remove_person,
}


def lines_of(visit: Visit, name: str) -> list[str]:
    """Return the lines that were typed into a field, each once."""
    lines = (line.strip()[:200] for line in visit.typed(name, 20_000).splitlines())
    return list(dict.fromkeys(line for line in lines if line))[:200]


def email_of(typed: str, *, may_be_empty: bool = False) -> str:
    """Return an e-mail address in lower case. Raises NotUnderstood."""
    if not typed and may_be_empty:
        return ""
    if not EMAIL.fullmatch(typed):
        raise NotUnderstood("web.settings.wrong_email", typed)
    return typed.lower()


def _number(typed: str, lowest: int, highest: int, otherwise: int) -> int:
    if not (typed.isascii() and typed.isdigit()):
        return otherwise
    return min(max(int(typed), lowest), highest)


def _page(visit: Visit, *, alert: str = "", status: int = 200) -> Response:
    with visit.services.store.read() as unit:
        account, rights = enter(unit, visit.person, visit.path("account"), Right.SETTINGS)
        subscriptions = unit.reports.subscriptions(account.id)
        members = unit.users.members(account.id)
        passwords = unit.passwords.of(account.id)
    return _render(
        visit,
        account,
        rights,
        alert=alert,
        status=status,
        subscriptions=subscriptions,
        members=members,
        passwords=passwords,
    )


def _render(visit: Visit, account: Account, rights: Rights, **values: object) -> Response:
    zones = sorted(zone for zone in available_timezones() if zone.startswith("Europe/"))
    again = visit.request.path_params.get("act") == "save"
    return visit.account_page(
        "settings.html",
        account,
        rights,
        form={
            "time_zone": visit.typed("time_zone") if again else account.time_zone,
            "names": visit.typed("names", 20_000) if again else "\n".join(account.names),
            "trusted_senders": visit.typed("trusted_senders", 20_000) if again else "\n".join(account.trusted_senders),
            "accountant_email": visit.typed("accountant_email") if again else account.accountant_email,
            "auto_accept": visit.typed("auto_accept") == "yes" if again else account.auto_accept,
            "body_documents": visit.typed("body_documents") == "yes" if again else account.body_documents,
            "language": visit.typed("language") if again else account.language.value,
        },
        zones=zones,
        languages=list(Language),
        frequencies=list(Frequency),
        notice=visit.done,
        here="settings",
        **values,
    )
