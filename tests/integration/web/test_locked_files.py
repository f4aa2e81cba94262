"""Locked files and tasks on the pages: a password typed on the document's page, and those that the account keeps."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from web_browser import Browser, read
from web_house import House

from mailroom.domain.account import Role
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.value import Reason
from mailroom.languages import Language, text

Open = Callable[..., Browser]


@pytest.fixture
def els(open_browser: Open, bakery: SimpleNamespace) -> Browser:
    return open_browser(bakery.owner.email)


def locked(house: House, bakery: SimpleNamespace, code: str = "password_missing", **facts: str) -> Document:
    reasons = (Reason(code=code, facts={"file": "rechnung.zip", **facts}),)
    return house.add(
        bakery.account, DocumentState.UNREADABLE, filename="rechnung.zip", pages=0, reasons=reasons, problems=reasons
    )


def test_the_page_names_the_file_and_takes_its_password(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    document = locked(house, bakery)
    address = f"/documents/{document.id}"
    page = els.get(address)
    assert "The password of rechnung.zip is missing." in read(page)
    assert f'action="{address}/retry"' not in page.text, "reading it again would tell nothing new"
    page = els.submit(page, f"{address}/unlock", {"password": "geheim", "keep": "yes"})
    assert house.desk.typed == [("geheim", True)]
    assert house.changed == [document.id]
    assert "The file is being opened with this password." in read(page)
    assert "geheim" not in page.text


def test_no_password_is_asked_for_again(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    document = locked(house, bakery, "password_wrong")
    address = f"/documents/{document.id}"
    page = els.submit(els.get(address), f"{address}/unlock", {"password": ""})
    assert "Type the password first." in read(page)
    assert house.desk.typed == []


def test_nothing_is_opened_without_the_form_of_this_person(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    document = locked(house, bakery)
    answer = els.ask("POST", f"/documents/{document.id}/unlock", data={"password": "x", "version": "1"})
    assert answer.status_code in (400, 403)
    assert house.desk.typed == []


def test_the_accountant_sees_no_form(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    document = locked(house, bakery)
    house.user("boek@example.com", Role.ACCOUNTANT, bakery.account)
    page = open_browser("boek@example.com").get(f"/documents/{document.id}")
    assert "/unlock" not in page.text


def test_a_task_tells_what_to_do_and_offers_no_reading(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    document = locked(house, bakery, "invoice_behind_link", host="pay.example.com")
    page = els.get(f"/documents/{document.id}")
    assert "only a link to one at pay.example.com" in read(page)
    assert "refuse this document with a word on why" in read(page)
    assert f'action="/documents/{document.id}/retry"' not in page.text


def test_the_owner_keeps_and_removes_passwords(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    settings = f"/accounts/{bakery.account.id}/settings"
    page = els.submit(els.get(settings), f"{settings}/keep-password", {"label": "Energie", "password": "klant 4711"})
    assert "Energie" in read(page)
    assert "4711" not in page.text
    with house.store.read() as unit:
        [kept] = unit.passwords.of(bakery.account.id)
        [(_, sealed)] = unit.passwords.sealed(bakery.account.id, "")
    assert house.store.sealer.open(sealed) == "klant 4711"
    page = els.submit(page, f"{settings}/remove-password", {"password_id": kept.id})
    assert "None is kept." in read(page)


def test_the_switch_for_invoices_in_the_text_is_kept(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    settings = f"/accounts/{bakery.account.id}/settings"
    page = els.get(settings)
    assert 'name="body_documents" value="yes" checked' in page.text
    page = els.submit(page, f"{settings}/save", {"body_documents": ""})
    assert 'name="body_documents" value="yes" checked' not in page.text
    with house.store.read() as unit:
        assert unit.accounts.get(bakery.account.id).body_documents is False


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_the_words_of_the_form(language: Language) -> None:
    keys = ("web.document.unlock_text", "web.document.password", "web.document.unlock", "web.settings.passwords")
    assert [key for key in keys if text(language, key) == key] == []
