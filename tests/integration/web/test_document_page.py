from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from lxml import html
from web_browser import Browser, read
from web_house import NOW, House

from mailroom.domain.account import Role
from mailroom.domain.document import Alternative, DocumentState, Evidence, FieldName, FieldSource
from mailroom.domain.message import MediaType
from mailroom.domain.value import Reason
from mailroom.languages import Language, text

Open = Callable[..., Browser]
N = FieldName


@pytest.fixture
def els(open_browser: Open, bakery: SimpleNamespace) -> Browser:
    return open_browser(bakery.owner.email)


@pytest.fixture
def gap(house: House, bakery: SimpleNamespace) -> str:
    """Return the id of a document without a total, its date unsure."""
    values = {N.TOTAL_AMOUNT: None, N.SELLER_NAME: "Garage Dupont"}
    return house.add(bakery.account, DocumentState.INCOMPLETE, values=values, confidence={N.ISSUE_DATE: 0.3}).id


def test_missing_fields_stand_first_and_are_marked(els: Browser, gap: str) -> None:
    tree = html.fromstring(els.get(f"/documents/{gap}").content)
    assert tree.xpath("//form[@id='fields']/div[@data-field]/@data-field")[:2] == ["issue_date", "total_amount"]
    assert tree.xpath("//div[contains(@class,'missing')]/@data-field") == ["issue_date", "total_amount"]


def test_what_the_checks_of_an_e_invoice_found_stands_in_the_readers_words(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    facts = {"rule": "BR-CO-10", "sentence": "sum_differs", "term": "BT-106", "said": "90.00", "due": "100.00"}
    document = house.add(bakery.account, filename="e.xml", problems=(Reason(code="einvoice_finding", facts=facts),))
    with house.store.unit() as unit:
        unit.events.add("ubl_made", subject=document.id, actor="archive", facts={"terms": "BT-10,BT-49"}, at=NOW)
    jan = house.user("jan@korenaar.example", Role.OWNER, bakery.account, language=Language.NL)
    page = open_browser(jan.email).get(f"/documents/{document.id}")
    said = read(page)
    assert "Controle van de e-factuur" in said
    assert "(BR-CO-10)" in said
    assert text(Language.NL, "einvoice.term.BT-106") in said
    assert text(Language.NL, "einvoice.term.BT-49") in said


def test_the_evidence_is_drawn_where_it_stands_on_the_page(els: Browser, bakery: SimpleNamespace) -> None:
    tree = html.fromstring(els.get(f"/documents/{bakery.document.id}").content)
    box = tree.xpath("//rect[@data-field='iban']")[0]
    assert (float(box.get("x")), float(box.get("y"))) == (196, 827)  # 0.20, 0.83, a little wider
    assert (float(box.get("width")), float(box.get("height"))) == (308, 26)
    assert tree.xpath("//a[@data-field='iban']/@href") == ["#evidence-iban-1-1"]
    assert "check digits are right" in read(els.get(f"/documents/{bakery.document.id}"))


def test_what_is_typed_is_kept_and_the_engine_is_told(els: Browser, house: House, gap: str) -> None:
    address = f"/documents/{gap}"
    page = els.submit(els.get(address), f"{address}/fields", {"field.total_amount": "89.90"})
    assert "Nothing is missing any more" in read(page)
    document = house.document(gap)
    assert document.value(N.TOTAL_AMOUNT) == "89.90"
    assert document.fields[N.TOTAL_AMOUNT].source is FieldSource.PERSON
    assert document.fields[N.SELLER_NAME].source is FieldSource.TEXT_LAYER  # what was not touched keeps its evidence
    assert house.changed == [gap]


def test_an_unsure_field_that_is_left_as_it_is_counts_as_confirmed(els: Browser, house: House, gap: str) -> None:
    address = f"/documents/{gap}"
    els.submit(els.get(address), f"{address}/fields", {"field.total_amount": "89.90"})
    assert house.document(gap).fields[N.ISSUE_DATE].source is FieldSource.PERSON
    assert house.document(gap).state is DocumentState.TO_ACCEPT


OFFERED = (
    Alternative(
        value="1089.90", evidence=Evidence(text="1.089,90", page=1, region=(0.7, 0.8, 0.8, 0.82)), proportion=1.5
    ),
    Alternative(value="89.90", evidence=Evidence(text="89,90", page=1, region=(0.7, 0.5, 0.8, 0.52))),
)


def test_beside_what_is_missing_stand_the_piece_of_the_page_and_what_it_may_be(
    els: Browser, house: House, gap: str
) -> None:
    house.others = {N.TOTAL_AMOUNT: OFFERED, N.INVOICE_NUMBER: OFFERED}
    tree = html.fromstring(els.get(f"/documents/{gap}").content)
    [crop] = tree.xpath("//*[@class='crop']")
    left, top, width, height = map(int, crop.get("viewbox").split())
    assert left <= 700
    assert 800 <= left + width <= 1000
    assert top <= 1200
    assert 1230 <= top + height <= 1500
    assert [button.text for button in tree.xpath("//button[@name='choose']")] == ["€1,089.90", "€89.90"]
    assert tree.xpath("//form[@id='fields']//button")[0].get("name") is None, "Enter takes nothing that was offered"


def test_a_value_that_was_offered_is_taken_with_one_press_and_confirms_no_other(
    els: Browser, house: House, gap: str
) -> None:
    house.others = {N.TOTAL_AMOUNT: OFFERED}
    address = f"/documents/{gap}"
    els.submit(els.get(address), f"{address}/fields", {"choose": "total_amount=1089.90"})
    document = house.document(gap)
    assert document.value(N.TOTAL_AMOUNT) == "1089.90"
    assert document.fields[N.TOTAL_AMOUNT].source is FieldSource.PERSON
    assert document.fields[N.ISSUE_DATE].source is not FieldSource.PERSON
    assert document.completed_by_hand


@pytest.fixture
def forged(house: House, bakery: SimpleNamespace) -> str:
    """Return the id of a document whose text says another total than its picture."""
    facts = {"field": "total_amount", "said": "89,90", "page": "1", "shown": "1.089,90", "value": "1089.90"}
    reason = Reason(code="text_differs_from_picture", facts=facts)
    values = {N.TOTAL_AMOUNT: "89.90"}
    house.others = {N.TOTAL_AMOUNT: OFFERED[1:]}
    return house.add(bakery.account, DocumentState.HELD, values=values, problems=(reason,), reasons=(reason,)).id


def test_where_text_and_picture_differ_the_piece_of_the_page_and_what_it_shows_are_offered(
    els: Browser, house: House, forged: str
) -> None:
    page = els.get(f"/documents/{forged}")
    assert "the text inside the PDF says “89,90”, but page 1 shows “1.089,90”" in read(page)
    tree = html.fromstring(page.content)
    [marked] = tree.xpath("//div[@data-field='total_amount']")
    assert "unsure" in marked.get("class")
    assert [button.text for button in marked.xpath(".//button[@name='choose']")] == ["€1,089.90"]
    [crop] = marked.xpath(".//*[@class='crop']")
    _, top, _, height = map(int, crop.get("viewbox").split())
    assert top <= 700, "0.5 of a page of A4"
    assert top + height >= 728, "0.52 of it"
    els.submit(page, f"/documents/{forged}/fields", {"choose": "total_amount=1089.90"})
    assert house.document(forged).value(N.TOTAL_AMOUNT) == "1089.90"
    again = html.fromstring(els.get(f"/documents/{forged}").content)
    assert not again.xpath("//div[@data-field='total_amount']//button[@name='choose']"), "it is settled"


@pytest.mark.parametrize("choice", ["nonsense=1", "=", "total_amount", "state=accepted"])
def test_what_was_not_offered_changes_nothing(els: Browser, house: House, gap: str, choice: str) -> None:
    address = f"/documents/{gap}"
    house.others = {N.TOTAL_AMOUNT: OFFERED}
    els.submit(els.get(address), f"{address}/fields", {"choose": choice})
    assert house.document(gap).version == 1


def test_filling_in_and_accepting_is_one_press(els: Browser, house: House, gap: str) -> None:
    address = f"/documents/{gap}"
    page = els.submit(els.get(address), f"{address}/accept", {"field.total_amount": "89.90"})
    assert "Accepted." in read(page)
    assert house.document(gap).state is DocumentState.ACCEPTED
    assert house.changed == [gap, gap]


def test_accepting_what_is_still_incomplete_says_so(els: Browser, house: House, gap: str) -> None:
    address = f"/documents/{gap}"
    page = els.submit(els.get(address), f"{address}/accept", {"field.issue_date": "2026-11-01"})
    assert "Some fields are still missing" in read(page)
    assert house.document(gap).state is DocumentState.INCOMPLETE


def test_a_value_of_the_wrong_form_is_shown_again_beside_its_explanation(els: Browser, house: House, gap: str) -> None:
    address = f"/documents/{gap}"
    typed = {"field.total_amount": "about ninety", "field.invoice_number": "A-1"}
    page = els.submit(els.get(address), f"{address}/fields", typed)
    assert page.status_code == 422
    tree = html.fromstring(page.content)
    assert tree.xpath("//input[@name='field.total_amount']/@value") == ["about ninety"]
    assert tree.xpath("//input[@name='field.invoice_number']/@value") == ["A-1"]
    assert tree.xpath("//input[@aria-invalid]/@name") == ["field.total_amount"]
    assert house.document(gap).version == 1


def test_nothing_typed_is_nothing_changed(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    address = f"/documents/{bakery.document.id}"
    before = house.dump()
    assert "Nothing was changed" in read(els.submit(els.get(address), f"{address}/fields"))
    assert house.dump() == before


def test_amounts_are_typed_in_the_readers_style(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    with house.store.unit() as unit:
        unit.users.update(bakery.owner.model_copy(update={"language": Language.NL}))
    browser = open_browser(bakery.owner.email)
    address = f"/documents/{bakery.document.id}"
    page = browser.get(address)
    assert html.fromstring(page.content).xpath("//input[@name='field.net_amount']/@value") == ["1020,50"]
    browser.submit(page, f"{address}/fields", {"field.net_amount": "1020,60"})
    assert house.document(bakery.document.id).value(N.NET_AMOUNT) == "1020.60"


def test_the_second_of_two_people_does_not_overwrite_the_first(
    els: Browser, open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    other, address = open_browser(bakery.owner.email), f"/documents/{bakery.document.id}"
    seen_by_both = els.get(address)
    other.submit(other.get(address), f"{address}/fields", {"field.invoice_number": "RIGHT"})
    page = els.submit(seen_by_both, f"{address}/fields", {"field.invoice_number": "WRONG"})
    assert page.status_code == 409
    assert html.fromstring(page.content).xpath(f"//a[@href='{address}']")
    assert els.submit(seen_by_both, f"{address}/accept").status_code == 409
    assert house.document(bakery.document.id).value(N.INVOICE_NUMBER) == "RIGHT"
    assert house.document(bakery.document.id).state is DocumentState.TO_ACCEPT


def test_accepting_can_be_undone_while_the_window_runs(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    address = f"/documents/{bakery.document.id}"
    accepted = els.submit(els.get(address), f"{address}/accept")
    assert "take the acceptance back until" in read(accepted)
    assert house.changed == [bakery.document.id]
    els.submit(accepted, f"{address}/undo")
    assert house.document(bakery.document.id).state is DocumentState.TO_ACCEPT


def test_after_the_window_there_is_no_undo(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    address = f"/documents/{bakery.document.id}"
    els.submit(els.get(address), f"{address}/accept")
    house.now += timedelta(minutes=15)
    assert not html.fromstring(els.get(address).content).xpath(f"//form[@action='{address}/undo']")


def test_refusing_needs_a_reason_and_can_be_undone(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    address = f"/documents/{bakery.document.id}"
    assert "Say why" in read(els.submit(els.get(address), f"{address}/refuse", {"reason": "  "}))
    page = els.submit(els.get(address), f"{address}/refuse", {"reason": "Niet door ons besteld"})
    assert "Niet door ons besteld" in read(page)
    els.submit(page, f"{address}/undo")
    assert house.document(bakery.document.id).state is DocumentState.TO_ACCEPT


@pytest.mark.parametrize("state", [DocumentState.UNREADABLE, DocumentState.NEEDS_ATTENTION])
def test_what_could_not_be_read_can_be_read_again(
    els: Browser, house: House, bakery: SimpleNamespace, state: DocumentState
) -> None:
    parked = house.add(bakery.account, state, filename="b.pdf", pages=0)
    address = f"/documents/{parked.id}"
    page = els.submit(els.get(address), f"{address}/retry")
    assert 'http-equiv="refresh"' in page.text
    assert house.document(parked.id).state is DocumentState.READING
    assert house.changed == [parked.id]


def test_the_page_tells_the_history_and_what_came_in_the_same_mail(els: Browser, bakery: SimpleNamespace) -> None:
    said = read(els.get(f"/documents/{bakery.document.id}"))
    assert "Decision: To accept · rules of the account" in said
    assert "Came in by mail · facturen@leverancier.example · “Uw factuur”" in said
    assert "logo.png" in said


def test_the_next_document_that_waits_is_one_press_away(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    other = house.add(bakery.account, DocumentState.HELD, values={N.SELLER_NAME: "Proximus"}, filename="p.pdf")
    tree = html.fromstring(els.get(f"/documents/{bakery.document.id}").content)
    assert tree.xpath("//a[@data-key='n']/@href") == [f"/documents/{other.id}"]


def test_the_original_goes_out_as_an_attachment_that_nobody_runs(
    els: Browser, house: House, bakery: SimpleNamespace
) -> None:
    answer = els.get(f"/documents/{bakery.document.id}/original")
    assert answer.content == house.store.blobs.get(bakery.document.sha256)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="factuur.pdf"')
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_the_ubl_is_offered_only_when_there_is_one(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    ready = house.add(bakery.account, DocumentState.ARCHIVED, ubl="0" * 64, filename="u.pdf")
    assert els.get(f"/documents/{bakery.document.id}/ubl").status_code == 404
    assert f"/documents/{bakery.document.id}/ubl" not in els.get(f"/documents/{bakery.document.id}").text
    assert els.get(f"/documents/{ready.id}/ubl").text == "<Invoice/>"
    assert f"/documents/{ready.id}/ubl" in els.get(f"/documents/{ready.id}").text


def test_a_searchable_pdf_is_offered_of_what_was_read_from_pictures(
    els: Browser, house: House, bakery: SimpleNamespace
) -> None:
    read = {"reading": "0" * 64}
    scan = house.add(bakery.account, DocumentState.TO_ACCEPT, filename="s.pdf", engine="pypdfium2+tesserocr", **read)
    digital = house.add(bakery.account, DocumentState.TO_ACCEPT, filename="d.pdf", engine="xml+pypdfium2", **read)
    unread = house.add(bakery.account, DocumentState.READING, filename="r.pdf", reading=None)
    assert f"/documents/{scan.id}/searchable" in els.get(f"/documents/{scan.id}").text
    assert f"/documents/{digital.id}/searchable" not in els.get(f"/documents/{digital.id}").text
    answer = els.get(f"/documents/{scan.id}/searchable")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert els.get(f"/documents/{unread.id}/searchable").status_code == 404


def test_page_pictures_are_private_and_not_sent_twice(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    tree = html.fromstring(els.get(f"/documents/{bakery.document.id}").content)
    address = tree.xpath("//figure/img/@src")[0]
    first = els.get(address)
    assert first.headers["content-type"] == "image/png"
    assert first.headers["cache-control"].startswith("private")
    again = els.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert els.get(f"/documents/{bakery.document.id}/pages/2").status_code == 404
    assert els.get(f"/documents/{bakery.document.id}/pages/0").status_code == 404


def test_a_preview_that_is_no_picture_is_not_sent(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    bad = house.store.blobs.put(b"<html><script>alert(1)</script>")
    with house.store.unit() as unit:
        unit.documents.save(bakery.document.model_copy(update={"previews": (bad,)}))
    assert els.get(f"/documents/{bakery.document.id}/pages/1").status_code == 404


def test_an_e_invoice_without_picture_says_so(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    invoice = house.add(bakery.account, filename="e.xml", pages=0)
    with house.store.unit() as unit:
        unit.documents.save(invoice.model_copy(update={"media_type": MediaType.XML}))
    assert "An e-invoice has no picture" in read(els.get(f"/documents/{invoice.id}"))


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 40, "٣"])
def test_a_form_without_a_sensible_version_is_refused(
    els: Browser, house: House, bakery: SimpleNamespace, version: str
) -> None:
    address = f"/documents/{bakery.document.id}"
    page = els.submit(els.get(address), f"{address}/accept", {"version": version})
    assert page.status_code == 409
    assert house.document(bakery.document.id).state is DocumentState.TO_ACCEPT


def test_the_clock_of_the_account_is_shown(els: Browser, bakery: SimpleNamespace) -> None:
    assert NOW.hour == 9
    assert "7:30" in read(els.get(f"/documents/{bakery.document.id}"))  # three hours ago, in Brussels
