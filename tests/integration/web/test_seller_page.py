"""The page of a seller: what was learned of it in words, and how it is taken along and forgotten."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from web_browser import Browser, read
from web_house import NOW, House

from mailroom.domain.account import Role, Seller
from mailroom.domain.document import FieldName
from mailroom.domain.learned import Lesson, Side, Spot
from mailroom.domain.line import LineItem, Lines, LineStatus
from mailroom.extraction import merged

Open = Callable[..., Browser]
LESSONS = (
    Lesson(
        field=FieldName.INVOICE_NUMBER,
        spots=(Spot(label="Dossier", side=Side.LEFT, page=1, x0=0.5, x1=0.6, y=0.1),),
        shapes=("HK-9999",),
    ),
    Lesson(field=FieldName.DUE_DATE, value="30"),
    Lesson(field=FieldName.TOTAL_AMOUNT, spots=(Spot(label="Saldo", side=Side.ABOVE, page=-1),)),
)


@pytest.fixture
def seller(house: House, bakery: SimpleNamespace) -> Seller:
    """A seller of whom something was learned, and whose document waits."""
    with house.services.store.unit() as unit:
        made = unit.sellers.save(
            Seller(id="s1", account_id=bakery.account.id, name="Smederij Vuurvast", ibans=("BE68539007547034",))
        )
        owner, document = bakery.owner, bakery.document
        unit.learned.teach(made, LESSONS, document_id=document.id, actor=owner.id, at=NOW, merge=merged)
        unit.documents.save(document.model_copy(update={"seller_id": made.id}))
    return made


def address(seller: Seller) -> str:
    return f"/accounts/{seller.account_id}/sellers/{seller.id}"


def test_what_was_learned_is_said_in_words(open_browser: Open, bakery: SimpleNamespace, seller: Seller) -> None:
    words = read(open_browser(bakery.owner.email).get(address(seller)))
    assert "right of “Dossier”, page 1" in words
    assert "form HK-9999" in words
    assert "30 days after the invoice date" in words
    assert "under “Saldo”, last page" in words
    assert "BE68 5390 0754 7034" in words


def test_a_document_leads_to_its_seller_and_the_list_names_all(
    open_browser: Open, bakery: SimpleNamespace, seller: Seller
) -> None:
    els = open_browser(bakery.owner.email)
    assert f'href="{address(seller)}"' in els.get(f"/documents/{bakery.document.id}").text
    assert f'href="{address(seller)}"' in els.get(f"/accounts/{seller.account_id}/sellers").text


def test_one_lesson_is_forgotten_then_all(
    open_browser: Open, bakery: SimpleNamespace, seller: Seller, house: House
) -> None:
    els = open_browser(bakery.owner.email)
    page = els.get(address(seller))
    after = els.submit(page, f"{address(seller)}/forget")
    with house.services.store.read() as unit:
        assert len(unit.learned.of(seller.id)) == 2
        assert any(event.name == "learned_forgotten" for event in unit.events.of(seller.id))
    assert "Forgotten." in read(after)
    els.submit(after, f"{address(seller)}/forget", {"lesson": ""})
    with house.services.store.read() as unit:
        assert unit.learned.of(seller.id) == []


def test_the_export_holds_every_lesson(open_browser: Open, bakery: SimpleNamespace, seller: Seller) -> None:
    answer = open_browser(bakery.owner.email).get(f"{address(seller)}/learned.json")
    assert {lesson["field"] for lesson in answer.json()["learned"]} == {"invoice_number", "due_date", "total_amount"}
    assert answer.headers["content-disposition"].startswith("attachment")


def test_nobody_else_finds_it(open_browser: Open, bakery: SimpleNamespace, seller: Seller, house: House) -> None:
    other = house.account("Garage Peeters")
    stranger = house.user("stranger@example.com", Role.OWNER, other)
    reader = house.user("accountant@example.com", Role.ACCOUNTANT, bakery.account)
    for user in (stranger, reader):
        assert open_browser(user.email).get(address(seller)).status_code == 404
    elsewhere = f"/accounts/{other.id}/sellers/{seller.id}"
    assert open_browser(stranger.email).get(elsewhere).status_code == 404


def test_the_lines_of_a_document_are_shown_with_what_came_of_them(
    open_browser: Open, bakery: SimpleNamespace, house: House
) -> None:
    items = (
        LineItem(description="Bloem T65", quantity="2.5", unit="kg", unit_price="400", vat_rate="6", net_amount="1000"),
        LineItem(description="Levering", net_amount="20.50", confidence=0.3),
    )
    with house.services.store.unit() as unit:
        unit.lines.save(bakery.document.id, Lines(items=items, status=LineStatus.DIFFER))
    words = read(open_browser(bakery.owner.email).get(f"/documents/{bakery.document.id}"))
    assert "2.5 kg × 400.00" in words
    assert "6 %" in words
    assert "€1,000.00" in words
    assert "The lines do not add up to the totals" in words
    assert "Not sure" in words
