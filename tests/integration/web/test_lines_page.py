"""The page on which lines are corrected, in a browser without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from lxml import html
from web_browser import Browser, read
from web_house import House

from mailroom.domain.account import Role
from mailroom.domain.document import DocumentState
from mailroom.domain.line import LineItem, Lines, LineStatus
from mailroom.languages import Language

Open = Callable[..., Browser]

READ = Lines(
    items=(
        LineItem(description="Bloem T65", quantity="2.5", unit="kg", unit_price="400", vat_rate="6",
                 net_amount="1000.00", confidence=0.99, page=1, box=(0.1, 0.2, 0.8, 0.25)),
        LineItem(description="Levering", vat_rate="6", net_amount="20.50", confidence=0.3),
    ),
    status=LineStatus.DIFFER,
)  # fmt: skip


@pytest.fixture
def page_of(house: House, bakery: SimpleNamespace) -> str:
    with house.store.unit() as unit:
        unit.lines.save(bakery.document.id, READ)
    return f"/documents/{bakery.document.id}/lines"


@pytest.fixture
def els(open_browser: Open, house: House, bakery: SimpleNamespace) -> Browser:
    return open_browser(house.user("jan@korenaar.example", Role.OWNER, bakery.account, language=Language.NL).email)


def lines_of(house: House, document_id: str) -> Lines:
    with house.store.read() as unit:
        return unit.lines.of(document_id)


def test_the_lines_stand_there_in_the_readers_number_style(els: Browser, page_of: str) -> None:
    tree = html.fromstring(els.get(page_of).content)
    assert tree.xpath("//ol//input[@data-column='quantity']/@value") == ["2,5", ""]
    assert tree.xpath("//ol//input[@data-column='amount']/@value") == ["1000,00", "20,50"]
    assert tree.xpath("//rect/@data-field") == ["line-0"]
    assert "te veel" in read(els.get(page_of))  # 1020,50 beside the net amount of the document


def test_a_correction_is_kept_and_said_to_be_by_hand(
    els: Browser, house: House, bakery: SimpleNamespace, page_of: str
) -> None:
    page = els.submit(els.get(page_of), page_of, {"act": "save", "line.1.amount": "1.020,50", "line.0.amount": "-5"})
    lines = lines_of(house, bakery.document.id)
    assert [item.net_amount for item in lines.items] == ["-5.00", "1020.50"]
    assert lines.items[0].box == READ.items[0].box
    assert lines.by_hand
    assert house.document(bakery.document.id).completed_by_hand
    assert house.changed == [bakery.document.id]
    assert "Met de hand verbeterd" in read(page)


def test_a_line_is_added_and_another_removed_before_anything_is_kept(
    els: Browser, house: House, bakery: SimpleNamespace, page_of: str
) -> None:
    page = els.submit(els.get(page_of), page_of, {"act": "add", "line.1.description": "Vracht"})
    page = els.submit(page, page_of, {"remove": "0"})
    tree = html.fromstring(page.content)
    assert tree.xpath("//ol//input[@name='row']/@value") == ["1", "b0"]
    assert tree.xpath("//ol//input[@data-column='description']/@value") == ["Vracht", ""]
    assert lines_of(house, bakery.document.id) == READ
    els.submit(page, page_of, {"act": "save", "line.b0.description": "Brood", "line.b0.amount": "3"})
    items = lines_of(house, bakery.document.id).items
    assert [(item.description, item.net_amount) for item in items] == [("Vracht", "20.50"), ("Brood", "3.00")]


def test_sums_are_worked_out_without_keeping_anything(
    els: Browser, house: House, bakery: SimpleNamespace, page_of: str
) -> None:
    said = read(els.submit(els.get(page_of), page_of, {"act": "check", "line.0.amount": "979,50"}))
    assert "€ 1.000,00" in said
    assert lines_of(house, bakery.document.id) == READ


@pytest.mark.parametrize("act", ["save", "check"])
def test_what_is_no_number_is_marked_and_nothing_is_lost(
    els: Browser, house: House, bakery: SimpleNamespace, page_of: str, act: str
) -> None:
    typed = {"act": act, "line.0.quantity": "twee", "line.1.description": "Levering thuis"}
    page = els.submit(els.get(page_of), page_of, typed)
    assert page.status_code == 422
    tree = html.fromstring(page.content)
    assert tree.xpath("//*[@aria-invalid]/@name") == ["line.0.quantity"]
    assert tree.xpath("//ol//input[@data-column='description']/@value") == ["Bloem T65", "Levering thuis"]
    assert "1234,50" in read(page)
    assert lines_of(house, bakery.document.id) == READ


def test_nobody_overwrites_what_he_did_not_see(
    els: Browser, house: House, bakery: SimpleNamespace, page_of: str
) -> None:
    page = els.get(page_of)
    with house.store.unit() as unit:
        unit.documents.save(house.document(bakery.document.id))
    assert els.submit(page, page_of, {"act": "save", "line.0.amount": "1"}).status_code == 409
    assert lines_of(house, bakery.document.id) == READ


def test_amounts_with_vat_are_typed_as_they_are_printed(
    els: Browser, house: House, bakery: SimpleNamespace, page_of: str
) -> None:
    els.submit(els.get(page_of), page_of, {"act": "save", "gross": "yes"})
    assert [item.gross_amount for item in lines_of(house, bakery.document.id).items] == ["1000.00", "20.50"]
    assert html.fromstring(els.get(page_of).content).xpath("//input[@name='gross']/@checked")


def test_the_lines_are_taken_again_as_they_were_read(
    els: Browser, house: House, bakery: SimpleNamespace, page_of: str
) -> None:
    assert "as_read" not in els.get(page_of).text  # nothing was corrected yet
    els.submit(els.get(page_of), page_of, {"act": "save", "line.0.amount": "1"})
    with house.store.unit() as unit:
        unit.documents.save(house.document(bakery.document.id).model_copy(update={"reading": "0" * 64}))
    house.desk.as_read = READ
    tree = html.fromstring(els.get(page_of).content)
    form = next(f for f in tree.forms if f.xpath(".//button[@value='as_read']"))
    els.ask("POST", page_of, data={**dict(form.form_values()), "act": "as_read"})
    assert lines_of(house, bakery.document.id) == READ


def test_an_e_invoice_says_why_its_lines_are_not_changed_here(
    els: Browser, house: House, bakery: SimpleNamespace, page_of: str
) -> None:
    with house.store.unit() as unit:
        unit.documents.save(house.document(bakery.document.id).model_copy(update={"engine": "xml"}))
    page = els.get(page_of)
    assert page.url.path == f"/documents/{bakery.document.id}"
    assert "haar XML telt" in read(page)
    assert page_of not in page.text


def test_where_no_line_was_read_they_can_be_typed(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    address = f"/documents/{bakery.document.id}"
    assert f"{address}/lines" in els.get(address).text
    page = els.get(f"{address}/lines")
    typed = {"act": "save", "line.b1.description": "Brood", "line.b1.quantity": "2", "line.b1.unit_price": "1,50"}
    els.submit(page, f"{address}/lines", typed)
    assert [item.net_amount for item in lines_of(house, bakery.document.id).items] == ["3.00"]


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VALIDATOR, 200), (Role.MEMBER, 200), (Role.ACCOUNTANT, 404), (None, 404)]
)
def test_who_fills_in_fields_corrects_lines(
    open_browser: Open, house: House, bakery: SimpleNamespace, role: Role | None, status: int
) -> None:
    other = house.user("x@korenaar.example", role, bakery.account)
    assert open_browser(other.email).get(f"/documents/{bakery.document.id}/lines").status_code == status


def test_what_is_archived_is_not_corrected(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    done = house.add(bakery.account, DocumentState.ARCHIVED, filename="done.pdf")
    page = els.get(f"/documents/{done.id}/lines")
    assert page.url.path == f"/documents/{done.id}"


def test_five_hundred_lines_fit_into_one_form(
    els: Browser, house: House, bakery: SimpleNamespace, page_of: str
) -> None:
    item = LineItem(description="é" * 150, quantity="1", unit="kg", unit_price="1.00", vat_rate="6", net_amount="1.00")
    with house.store.unit() as unit:
        unit.lines.save(bakery.document.id, Lines(items=(item,) * 500, status=LineStatus.DIFFER))
    assert els.submit(els.get(page_of), page_of, {"act": "save", "line.499.amount": "2"}).status_code == 200
    assert lines_of(house, bakery.document.id).items[-1].net_amount == "2.00"


def test_a_form_that_came_without_its_lines_empties_nothing(
    els: Browser, house: House, bakery: SimpleNamespace, page_of: str
) -> None:
    values = dict(html.fromstring(els.get(page_of).content).forms[-2].form_values())
    cut = {name: values[name] for name in ("csrf", "version")}
    assert els.ask("POST", page_of, data={**cut, "act": "save"}).status_code == 422
    assert lines_of(house, bakery.document.id) == READ
