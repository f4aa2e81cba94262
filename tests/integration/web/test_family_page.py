"""What belongs together, on the document's page: the questions with their buttons, the family with its way back."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from web_browser import Browser
from web_house import House

from mailroom.domain.document import Bond, DocumentState
from mailroom.domain.value import Reason

Open = Callable[..., Browser]


def test_a_question_has_two_answers_on_the_page(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    first = house.add(bakery.account, filename="first.pdf")
    facts = {"filename": "slip.pdf", "document": first.id}
    asked = house.add(bakery.account, DocumentState.HELD, problems=(Reason(code="perhaps_same", facts=facts),))
    page = open_browser(bakery.owner.email).get(f"/documents/{asked.id}").text
    assert f'action="/documents/{asked.id}/same"' in page
    assert f'formaction="/documents/{asked.id}/other"' in page
    assert f'name="other" value="{first.id}"' in page


def test_a_file_that_may_hold_several_asks_so(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    several = (Reason(code="perhaps_several", facts={"pages": "1-2, 3"}),)
    asked = house.add(bakery.account, DocumentState.HELD, problems=several)
    page = open_browser(bakery.owner.email).get(f"/documents/{asked.id}").text
    assert f'action="/documents/{asked.id}/divide"' in page
    assert f'formaction="/documents/{asked.id}/whole"' in page
    assert "1-2, 3" in page


def test_what_goes_along_names_its_leader_and_the_leader_names_it(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    leader = house.add(bakery.account, filename="leader.pdf")
    copy = house.add(bakery.account, DocumentState.DUPLICATE, filename="copy.pdf")
    with house.store.unit() as unit:
        bond = {"belongs_to": leader.id, "bond": Bond.RENDITION}
        unit.documents.save(unit.documents.get(copy.id).model_copy(update=bond))
    browser = open_browser(bakery.owner.email)
    beside = browser.get(f"/documents/{copy.id}").text
    assert f'href="/documents/{leader.id}"' in beside
    assert f'action="/documents/{copy.id}/separate"' in beside
    assert f'href="/documents/{copy.id}"' in browser.get(f"/documents/{leader.id}").text
