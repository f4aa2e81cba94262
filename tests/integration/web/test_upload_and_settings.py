from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace

import pytest
from lxml import html
from web_browser import Browser, read
from web_house import NOW, House

from mailroom.domain.account import Role
from mailroom.domain.report import Frequency
from mailroom.languages import Language

Open = Callable[..., Browser]


@pytest.fixture
def els(open_browser: Open, bakery: SimpleNamespace) -> Browser:
    return open_browser(bakery.owner.email)


def send(browser: Browser, account_id: str, *files: tuple[str, bytes]) -> object:
    address = f"/accounts/{account_id}/upload"
    token = html.fromstring(browser.get(address).content).xpath("//input[@name='csrf']/@value")[0]
    return browser.ask("POST", address, data={"csrf": token}, files=[("files", file) for file in files])


def test_several_files_are_taken_at_once_with_their_names(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    files = [("bon één.jpg", b"\xff\xd8\xff1"), ("factuur.pdf", b"%PDF-1.7")]
    page = send(els, bakery.account.id, *files)
    assert "Your files are safely in." in read(page)
    assert house.uploads == [(bakery.account.id, bakery.owner.id, files)]
    assert 'http-equiv="refresh"' in page.text  # they are looked at; the page renews itself


def test_the_page_tells_what_became_of_an_upload(els: Browser, bakery: SimpleNamespace) -> None:
    page = els.get(f"/accounts/{bakery.account.id}/upload?mails={bakery.document.message_id}")
    assert "This file is read as a document." in read(page)
    assert 'http-equiv="refresh"' not in page.text


def test_a_mail_of_another_account_is_not_told_about(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    other = house.add(house.account("Elsewhere"), filename="secret.pdf")
    assert els.get(f"/accounts/{bakery.account.id}/upload?mails={other.message_id}").status_code == 404


@pytest.mark.parametrize(
    ("files", "said"), [((), "Choose at least one file"), ((("leeg.pdf", b""),), "This file is empty: leeg.pdf")]
)
def test_nothing_and_empty_files_get_a_clear_word(
    els: Browser, house: House, bakery: SimpleNamespace, files: tuple[tuple[str, bytes], ...], said: str
) -> None:
    page = send(els, bakery.account.id, *files)
    assert said in read(page)
    assert page.status_code == (422 if files else page.status_code)
    assert house.uploads == []


def test_an_empty_file_among_others_is_left_out_and_named(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    page = send(els, bakery.account.id, ("a.pdf", b"%PDF"), ("b.pdf", b""))
    assert "1 empty file was left out." in read(page)
    assert [name for name, _ in house.uploads[0][2]] == ["a.pdf"]


def test_too_large_an_upload_is_refused_with_the_limit(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    limit = house.settings.web.max_upload_bytes
    assert send(els, bakery.account.id, ("a.pdf", b"x" * limit)).status_code == 200
    page = send(els, bakery.account.id, ("a.pdf", b"x" * (limit + 70_000)))
    assert page.status_code == 413
    assert "200 kB" in read(page)
    assert len(house.uploads) == 1


def test_a_body_without_a_length_is_bounded_too(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield b"x" * 10_000

    address = f"/accounts/{bakery.account.id}/upload"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert els.ask("POST", address, content=endless(), headers=headers).status_code in (403, 413)
    small = els.ask("POST", "/me", content=endless(), headers={"content-type": "application/x-www-form-urlencoded"})
    assert small.status_code in (403, 413)
    assert house.uploads == []


def test_an_account_without_an_address_takes_nothing_and_says_why(
    els: Browser, house: House, bakery: SimpleNamespace
) -> None:
    with house.store.unit() as unit:
        unit.addresses.retire(bakery.address.id, NOW)
    page = send(els, bakery.account.id, ("a.pdf", b"%PDF"))
    assert page.status_code == 422
    assert "no import address in use" in read(page)
    assert house.uploads == []


def settings(browser: Browser, account_id: str, act: str, **typed: str) -> object:
    address = f"/accounts/{account_id}/settings"
    return browser.submit(browser.get(address), f"{address}/{act}", typed)


def test_an_owner_sets_language_zone_trust_and_accountant(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    page = settings(
        els,
        bakery.account.id,
        "save",
        language="fr",
        time_zone="Europe/Bucharest",
        auto_accept="yes",
        trusted_senders="Facturen@Leverancier.example\n\n a@b.example \na@b.example",
        names="Korenaar bv\nDe Korenaar",
        accountant_email="boek@houder.example",
    )
    assert "Saved." in read(page)
    with house.store.read() as unit:
        account = unit.accounts.get(bakery.account.id)
        events = unit.events.of(account.id)
    assert account.language is Language.FR
    assert account.time_zone == "Europe/Bucharest"
    assert account.auto_accept
    assert account.trusted_senders == ("facturen@leverancier.example", "a@b.example")
    assert account.names == ("Korenaar bv", "De Korenaar")
    assert account.accountant_email == "boek@houder.example"
    assert events[-1].actor == bakery.owner.id
    assert "auto_accept" in events[-1].facts["changed"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is not a time zone"),
        ({"trusted_senders": "good@x.example\nnot an address"}, "“not an address” is not an e-mail address"),
        ({"accountant_email": "a@b@c"}, "“a@b@c” is not an e-mail address"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_whole_and_shown_again(
    els: Browser, house: House, bakery: SimpleNamespace, typed: dict[str, str], said: str
) -> None:
    before = house.dump()
    page = settings(els, bakery.account.id, "save", **typed)
    assert page.status_code == 422
    assert said in read(page)
    assert next(iter(typed.values())).split("\n")[0] in page.text
    assert house.dump() == before


def test_the_digest_is_ordered_and_ended(els: Browser, house: House, bakery: SimpleNamespace) -> None:
    typed = {"recipient": "els@korenaar.example", "frequency": "weekly", "weekday": "4", "hour": "18", "language": "nl"}
    page = settings(els, bakery.account.id, "subscribe", **typed)
    assert "every week on Friday, at 18:00 · Nederlands" in read(page)
    with house.store.read() as unit:
        (subscription,) = unit.reports.subscriptions(bakery.account.id)
    assert (subscription.frequency, subscription.weekday, subscription.hour) == (Frequency.WEEKLY, 4, 18)
    settings(els, bakery.account.id, "unsubscribe")
    with house.store.read() as unit:
        assert unit.reports.subscriptions(bakery.account.id) == []


def test_an_owner_takes_a_persons_access_away_and_not_his_own(
    els: Browser, open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    gone = house.user("gone@korenaar.example", Role.MEMBER, bakery.account)
    theirs = open_browser(gone.email)
    assert theirs.get(f"/accounts/{bakery.account.id}/inbox").status_code == 200
    for recipient in (gone.email, bakery.owner.email):
        settings(els, bakery.account.id, "subscribe", recipient=recipient)

    page = settings(els, bakery.account.id, "remove-person", person=gone.id)
    assert "Saved." in read(page)
    assert theirs.get(f"/accounts/{bakery.account.id}/inbox").status_code == 404
    with house.store.read() as unit:
        assert [user.email for user, _ in unit.users.members(bakery.account.id)] == [bakery.owner.email]
        assert [one.recipient for one in unit.reports.subscriptions(bakery.account.id)] == [bakery.owner.email]
        assert unit.events.of(bakery.account.id)[-1].facts == {"user": gone.id}

    assert "remove-person" not in page.text  # nobody takes his own access away
    token = html.fromstring(page.content).xpath("//input[@name='csrf']/@value")[0]
    own = {"csrf": token, "person": bakery.owner.id}
    assert els.ask("POST", f"/accounts/{bakery.account.id}/settings/remove-person", data=own).status_code == 404


def test_the_only_owner_stays_whoever_asks(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    operator = open_browser(house.user("op@house.example", Role.OPERATOR).email)
    page = settings(operator, bakery.account.id, "remove-person", person=bakery.owner.id)
    assert page.status_code == 422
    assert "only owner" in read(page)


def test_a_member_finds_no_settings(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    member = house.user("m@korenaar.example", Role.MEMBER, bakery.account)
    browser = open_browser(member.email)
    token = html.fromstring(browser.get("/me").content).xpath("//input[@name='csrf']/@value")[0]
    data = {"csrf": token, "time_zone": "Europe/Paris", "auto_accept": "yes"}
    assert browser.ask("POST", f"/accounts/{bakery.account.id}/settings/save", data=data).status_code == 404
    with house.store.read() as unit:
        assert not unit.accounts.get(bakery.account.id).auto_accept
