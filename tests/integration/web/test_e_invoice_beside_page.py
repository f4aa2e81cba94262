"""A PDF that carries an e-invoice: the page of the document shows both, and marks what differs."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from lxml import html
from web_browser import Browser
from web_house import House

from mailroom.domain.document import Document, FieldName, FieldSource
from mailroom.domain.message import MediaType
from mailroom.domain.reading import Reading, StructuredValue
from mailroom.languages import Language, text

N = FieldName
XML = {
    N.INVOICE_NUMBER: "2026-77",
    N.IBAN: "DE89370400440532013000",
    N.TOTAL_AMOUNT: "121.00",
    N.SELLER_NAME: "Shop BV",
}
PAGE = {N.INVOICE_NUMBER: "2026 77", N.IBAN: "NL91ABNA0417164300", N.TOTAL_AMOUNT: "121.00", N.SELLER_NAME: "SHOP",
        N.ISSUE_DATE: "2026-11-03"}  # fmt: skip


@pytest.fixture
def els(open_browser: Callable[..., Browser], bakery: SimpleNamespace) -> Browser:
    return open_browser(bakery.owner.email)


def hybrid(house: House, bakery: SimpleNamespace, on_page: dict[FieldName, str]) -> Document:
    structured = {name: StructuredValue(value=value, term="BT", path="/x") for name, value in XML.items()}
    reading = Reading(media_type=MediaType.PDF, engine="x", syntax="cii", structured=structured, on_page=on_page)
    document = house.add(bakery.account, values=XML)
    fields = {
        name: field.model_copy(update={"source": FieldSource.XML}) if name in XML else field
        for name, field in document.fields.items()
    }
    sha256 = house.store.blobs.put(reading.model_dump_json().encode())
    with house.store.unit() as unit:
        return unit.documents.save(document.model_copy(update={"fields": fields, "reading": sha256}))


def rows(els: Browser, document: Document) -> dict[str, list[str]]:
    tree = html.fromstring(els.get(f"/documents/{document.id}").content)
    found = tree.xpath("//table[contains(@class,'sides')]/tbody/tr")
    return {
        " ".join(row.xpath("./th")[0].text_content().split()): [
            *(" ".join(cell.text_content().split()) for cell in row.xpath("./td")),
            row.get("class") or "",
        ]
        for row in found
    }


def test_both_stand_side_by_side_and_what_differs_is_marked(
    house: House, bakery: SimpleNamespace, els: Browser
) -> None:
    shown = rows(els, hybrid(house, bakery, PAGE))
    assert len(shown) == 5
    marked = [values for values in shown.values() if values[2] == "unsure"]
    [[xml, page, _]] = marked
    assert "3704" in xml
    assert "ABNA" in page
    assert any(text(language, "web.sides.differs") in page for language in Language)
    assert all("–" in values for values in shown.values() if not values[0])


def test_a_document_without_both_shows_no_such_table(house: House, bakery: SimpleNamespace, els: Browser) -> None:
    assert rows(els, hybrid(house, bakery, {})) == {}
    assert rows(els, house.add(bakery.account, subject="plain")) == {}
