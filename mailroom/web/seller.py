"""One seller: what the account knows of it and what was learned, to be looked at, taken along and forgotten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from mailroom.domain.account import Account, Seller
from mailroom.domain.document import FieldName
from mailroom.domain.learned import Learned, Side, Spot
from mailroom.errors import NotFound
from mailroom.languages import grouped
from mailroom.web.rights import Right, Rights, enter
from mailroom.web.visit import Visit
from mailroom.web.words import Words

if TYPE_CHECKING:
    from mailroom.store import Unit


@dataclass(frozen=True)
class LessonView:
    """One lesson in words."""

    id: str
    field: str
    said: tuple[str, ...]
    when: str
    who: str


def show_sellers(visit: Visit) -> Response:
    """Show the sellers of an account."""
    with visit.services.store.read() as unit:
        account, rights = enter(unit, visit.person, visit.path("account"), Right.FILL_IN)
        sellers = unit.sellers.of(account.id)
        taught = {lesson.seller_id for lesson in unit.learned.of_account(account.id)}
    return visit.account_page("sellers.html", account, rights, sellers=sellers, taught=taught, here="settings")


def show_seller(visit: Visit) -> Response:
    """Show a seller with what was learned of it."""
    with visit.services.store.read() as unit:
        seller, account, rights = _open(visit, unit)
        visit.words.time_zone = account.time_zone
        domains = unit.sellers.domains(seller.id)
        lessons = [_view(unit, lesson, visit.words) for lesson in unit.learned.of(seller.id)]
    return visit.account_page(
        "seller.html",
        account,
        rights,
        seller=seller,
        ibans=[grouped(iban) for iban in seller.ibans],
        domains=domains,
        lessons=lessons,
        notice=visit.done,
        here="settings",
    )


def export(visit: Visit) -> Response:
    """Hand out what was learned of a seller as a JSON file."""
    with visit.services.store.read() as unit:
        seller, _, _ = _open(visit, unit)
        lessons = [lesson.model_dump(mode="json") for lesson in unit.learned.of(seller.id)]
    content = json.dumps({"seller": seller.model_dump(mode="json"), "learned": lessons}, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="learned.json"', "Content-Security-Policy": "sandbox"}
    return Response(content + "\n", media_type="application/json", headers=headers)


def forget(visit: Visit) -> Response:
    """Forget one lesson of a seller, or all."""
    with visit.services.store.unit() as unit:
        seller, account, _ = _open(visit, unit)
        lesson_id = visit.typed("lesson", 40)
        if lesson_id:
            if lesson_id not in {lesson.id for lesson in unit.learned.of(seller.id)}:
                raise NotFound("no such lesson")
            unit.learned.forget(account.id, lesson_id)
        else:
            unit.learned.forget_seller(seller.id)
        unit.events.add(
            "learned_forgotten",
            account_id=account.id,
            subject=seller.id,
            actor=visit.person.id,
            facts={"lesson": lesson_id} if lesson_id else {},
            at=visit.now,
        )
    return visit.go(f"/accounts/{account.id}/sellers/{seller.id}?done=forgotten")


def _open(visit: Visit, unit: Unit) -> tuple[Seller, Account, Rights]:
    account, rights = enter(unit, visit.person, visit.path("account"), Right.FILL_IN)
    seller = unit.sellers.get(visit.path("seller"))
    if seller.account_id != account.id:
        raise NotFound("seller of another account")
    return seller, account, rights


def _view(unit: Unit, lesson: Learned, words: Words) -> LessonView:
    said = [_where(spot, words) for spot in lesson.spots]
    if lesson.value and lesson.field is FieldName.DUE_DATE:
        said.append(words.t("web.seller.due_days", days=lesson.value))
    elif lesson.value:
        said.append(words.t("web.seller.always", value=words.value(lesson.field, lesson.value)))
    if lesson.field is not FieldName.DOCUMENT_TYPE:
        said += [_form(shape, words) for shape in lesson.shapes]
    return LessonView(
        id=lesson.id,
        field=words.named("field", lesson.field.value),
        said=tuple(said),
        when=words.instant(lesson.learned_at),
        who=_who(unit, lesson.actor),
    )


def _form(shape: str, words: Words) -> str:
    orders = {"dmy": "web.seller.dmy", "mdy": "web.seller.mdy"}
    return words.t(orders[shape]) if shape in orders else words.t("web.seller.form", form=shape)


def _where(spot: Spot, words: Words) -> str:
    place = words.t("web.seller.last_page") if spot.page == -1 else words.t("web.field.on_page", page=spot.page)
    if spot.side is Side.NONE:
        return words.t("web.seller.at", place=place)
    key = "web.seller.left" if spot.side is Side.LEFT else "web.seller.above"
    return words.t(key, label=spot.label, place=place)


def _who(unit: Unit, actor: str) -> str:
    try:
        user = unit.users.get(actor)
    except NotFound:
        return ""
    return user.name or user.email
