"""`mailroom account learned`: what corrections taught, to be looked at, taken along and forgotten."""

from __future__ import annotations

import click

from mailroom.cli.output import Session, as_json, print_json, print_table
from mailroom.domain.account import Seller
from mailroom.domain.learned import Learned
from mailroom.errors import NotFound


@click.group()
def learned() -> None:
    """What people's corrections taught of sellers. It holds no numbers, dates, amounts or account numbers."""


@learned.command("list")
@click.argument("wanted", metavar="ACCOUNT")
@click.option("--seller", "seller_name", metavar="SELLER", help="Of one seller only: its id, name or VAT id.")
@as_json
@click.pass_obj
def list_learned(session: Session, wanted: str, seller_name: str | None, as_json: bool) -> None:
    """List what was learned, a field a line."""
    sellers, lessons = _learned(session, wanted, seller_name)
    if as_json:
        print_json(_plain(lesson, sellers) for lesson in lessons)
        return
    print_table(
        ["id", "seller", "field", "label", "form", "always", "times", "when"],
        [
            [
                lesson.id,
                sellers[lesson.seller_id].name,
                lesson.field.value,
                ", ".join(dict.fromkeys(spot.label or "(place)" for spot in lesson.spots)),
                ", ".join(lesson.shapes),
                lesson.value,
                str(lesson.times),
                f"{lesson.learned_at:%Y-%m-%d}",
            ]
            for lesson in lessons
        ],
        empty="Nothing was learned yet: correct a document, and its seller's next one is read with it.",
    )


@learned.command()
@click.argument("wanted", metavar="ACCOUNT")
@click.option("--seller", "seller_name", metavar="SELLER", help="Of one seller only: its id, name or VAT id.")
@click.pass_obj
def export(session: Session, wanted: str, seller_name: str | None) -> None:
    """Print everything that was learned, as one JSON object a line."""
    sellers, lessons = _learned(session, wanted, seller_name)
    print_json(_plain(lesson, sellers) for lesson in lessons)


@learned.command()
@click.argument("wanted", metavar="ACCOUNT")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--seller", "seller_name", metavar="SELLER", help="Everything of a seller: its id, name or VAT id.")
@click.pass_obj
def forget(session: Session, wanted: str, ids: tuple[str, ...], seller_name: str | None) -> None:
    """Forget lessons by their id, or all of a seller."""
    if bool(ids) == bool(seller_name):
        raise click.UsageError("name lessons by ID (mailroom account learned list), or a --seller")
    row = session.account(wanted)
    with session.store.unit() as unit:
        if seller_name:
            seller = _seller(unit.sellers.of(row.id), seller_name)
            count = unit.learned.forget_seller(seller.id)
            subject = seller.id
        else:
            for lesson_id in ids:
                unit.learned.forget(row.id, lesson_id)
            count, subject = len(ids), row.id
        unit.events.add("learned_forgotten", account_id=row.id, subject=subject, actor="operator", at=session.clock())
    click.echo(f"{row.name}: {count} forgotten.")


def _learned(session: Session, wanted: str, seller_name: str | None) -> tuple[dict[str, Seller], list[Learned]]:
    row = session.account(wanted)
    with session.store.read() as unit:
        sellers = unit.sellers.of(row.id)
        if seller_name:
            only = _seller(sellers, seller_name)
            return {only.id: only}, unit.learned.of(only.id)
        return {seller.id: seller for seller in sellers}, unit.learned.of_account(row.id)


def _seller(sellers: list[Seller], wanted: str) -> Seller:
    key = wanted.casefold().strip()
    plain = key.replace(" ", "").replace(".", "")
    fit = [s for s in sellers if key in (s.id.casefold(), s.name.casefold()) or plain == s.vat_id.casefold()]
    if len(fit) != 1:
        raise NotFound(f"{len(fit) or 'no'} sellers are called {wanted}", seller=wanted)
    return fit[0]


def _plain(lesson: Learned, sellers: dict[str, Seller]) -> dict[str, object]:
    return {**lesson.model_dump(mode="json"), "seller_name": sellers[lesson.seller_id].name}
