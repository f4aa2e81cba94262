from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from web_browser import Browser, read
from web_house import NOW, PASSWORD, House

from mailroom.config import Settings, WebSettings
from mailroom.domain.account import Role
from mailroom.web.throttle import FOR_PERSON_AT_ADDRESS, WINDOW

Open = Callable[..., Browser]


def test_the_right_password_leads_to_the_inbox(open_browser: Open, bakery: SimpleNamespace) -> None:
    page = open_browser().log_in("ELS@korenaar.example")
    assert page.status_code == 200
    assert page.url.path == f"/accounts/{bakery.account.id}/inbox"


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(
    open_browser: Open, bakery: SimpleNamespace
) -> None:
    browser = open_browser()
    wrong, unknown = browser.log_in(bakery.owner.email, "not this one"), browser.log_in("who@ever.example")
    assert wrong.status_code == unknown.status_code == 422
    assert read(wrong) == read(unknown)
    assert not [name for name in browser.cookies if name.endswith("session")]


def test_guessing_is_stopped_even_for_the_right_password_and_goes_on_later(
    open_browser: Open, bakery: SimpleNamespace, house: House
) -> None:
    browser = open_browser()
    for _ in range(FOR_PERSON_AT_ADDRESS):
        assert browser.log_in(bakery.owner.email, "guess").status_code == 422
    assert browser.log_in(bakery.owner.email).status_code == 429
    house.now += WINDOW
    assert browser.log_in(bakery.owner.email).status_code == 200


def test_a_person_without_a_password_cannot_log_in_with_an_empty_one(open_browser: Open, house: House) -> None:
    user = house.user("new@korenaar.example")
    with house.store.unit() as unit:
        token = unit.sessions.issue_sign_in(user.id, NOW + timedelta(hours=1))
    assert token
    assert open_browser().log_in("new@korenaar.example", "").status_code == 422


def test_after_the_log_in_one_lands_where_one_wanted_to_go(open_browser: Open, bakery: SimpleNamespace) -> None:
    browser = open_browser()
    wanted = f"/accounts/{bakery.account.id}/ledger?q=factuur"
    page = browser.get(wanted)
    assert page.url.path == "/log-in"
    page = browser.submit(page, "/log-in", {"email": bakery.owner.email, "password": PASSWORD})
    assert page.url.raw_path.decode() == wanted


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:x"]
)
def test_a_log_in_leads_to_no_other_site(open_browser: Open, bakery: SimpleNamespace, elsewhere: str) -> None:
    browser = open_browser()
    page = browser.get("/log-in", params={"next": elsewhere})
    fields = {"email": bakery.owner.email, "password": PASSWORD}
    answer = browser.submit(page, "/log-in", fields, follow=False)
    assert answer.headers["location"] == "/"


def test_a_sign_in_link_is_not_used_up_by_looking_and_works_once(
    open_browser: Open, bakery: SimpleNamespace, house: House
) -> None:
    with house.store.unit() as unit:
        token = unit.sessions.issue_sign_in(bakery.owner.id, NOW + timedelta(hours=1))
    link = f"/sign-in/{token}"
    browser, second = open_browser(), open_browser()
    assert browser.get(link).status_code == browser.get(link).status_code == 200
    shown = second.get(link)
    assert browser.submit(browser.get(link), link).url.path.endswith("/inbox")
    assert second.submit(shown, link).status_code == 404
    assert second.get(link).status_code == 404


def test_a_sign_in_link_that_is_over_opens_nothing(open_browser: Open, bakery: SimpleNamespace, house: House) -> None:
    with house.store.unit() as unit:
        token = unit.sessions.issue_sign_in(bakery.owner.id, NOW + timedelta(hours=1))
    house.now += timedelta(hours=2)
    assert open_browser().get(f"/sign-in/{token}").status_code == 404


def test_a_sign_in_link_can_set_a_new_password(open_browser: Open, bakery: SimpleNamespace, house: House) -> None:
    with house.store.unit() as unit:
        token = unit.sessions.issue_sign_in(bakery.owner.id, NOW + timedelta(hours=1))
    link, browser = f"/sign-in/{token}", open_browser()
    short = browser.submit(browser.get(link), link, {"new_password": "short", "new_password_again": "short"})
    assert short.status_code == 422
    new = {"new_password": "quite new indeed", "new_password_again": "quite new indeed"}
    assert browser.submit(short, link, new).status_code == 200
    assert open_browser().log_in(bakery.owner.email, "quite new indeed").status_code == 200
    assert open_browser().log_in(bakery.owner.email, PASSWORD).status_code == 422


def test_after_log_out_the_old_cookie_opens_nothing(open_browser: Open, bakery: SimpleNamespace) -> None:
    browser = open_browser(bakery.owner.email)
    token = browser.cookies["mailroom_session"]
    answer = browser.submit(browser.get("/me"), "/log-out", follow=False)
    assert answer.headers["clear-site-data"] == '"cache"'
    assert "mailroom_session" not in browser.cookies
    page = open_browser().get("/me", headers={"cookie": f"mailroom_session={token}"}, follow=False)
    assert page.headers["location"] == "/log-in?next=/me"


def test_a_session_ends_after_its_days(open_browser: Open, bakery: SimpleNamespace, house: House) -> None:
    browser = open_browser(bakery.owner.email)
    house.now += timedelta(days=house.settings.web.session_days, seconds=1)
    assert browser.get("/me").url.path == "/log-in"


def test_a_new_password_ends_every_other_session(open_browser: Open, bakery: SimpleNamespace) -> None:
    here, there = open_browser(bakery.owner.email), open_browser(bakery.owner.email)
    new = {"old_password": PASSWORD, "new_password": "another good one", "new_password_again": "another good one"}
    page = here.submit(here.get("/me"), "/me/password", new)
    assert (page.url.path, page.status_code) == ("/me", 200)
    assert there.get("/me").url.path == "/log-in"
    assert open_browser().log_in(bakery.owner.email, "another good one").status_code == 200


@pytest.mark.parametrize(
    "typed",
    [
        {"old_password": "wrong", "new_password": "another good one", "new_password_again": "another good one"},
        {"old_password": PASSWORD, "new_password": "another good one", "new_password_again": "another bad one"},
        {"old_password": PASSWORD, "new_password": "short", "new_password_again": "short"},
        {"old_password": PASSWORD, "new_password": "x" * 300, "new_password_again": "x" * 300},
    ],
)
def test_a_password_is_changed_only_by_who_knows_the_old_one_and_types_the_new_one_twice(
    open_browser: Open, bakery: SimpleNamespace, typed: dict[str, str]
) -> None:
    browser = open_browser(bakery.owner.email)
    assert browser.submit(browser.get("/me"), "/me/password", typed).status_code == 422
    assert open_browser().log_in(bakery.owner.email).status_code == 200


def test_name_and_language_are_the_persons_own(open_browser: Open, bakery: SimpleNamespace) -> None:
    browser = open_browser(bakery.owner.email)
    page = browser.submit(browser.get("/me"), "/me", {"name": "Els P.", "language": "ro"})
    assert "Salvat." in read(page)
    assert "Els P." in read(page)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(open_browser: Open, bakery: SimpleNamespace) -> None:
    browser = open_browser()
    page = browser.get("/log-in")
    fields = {"email": bakery.owner.email, "password": PASSWORD}
    cookie = browser.submit(page, "/log-in", fields, follow=False).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(house: House, bakery: SimpleNamespace) -> None:
    settings = Settings(data=house.settings.data, web=WebSettings(public_url="https://post.example.org"))
    browser = Browser(House(house.store, settings), base="https://post.example.org")
    page = browser.get("/log-in")
    fields = {"email": bakery.owner.email, "password": PASSWORD}
    answer = browser.submit(page, "/log-in", fields, follow=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-mailroom_session=")
    assert "Secure" in cookie
    assert "domain" not in cookie.lower()
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    browser.close()


def test_somebody_with_several_accounts_chooses_and_an_operator_sees_all(
    open_browser: Open, bakery: SimpleNamespace, house: House
) -> None:
    garage = house.account("Garage Peeters")
    operator = house.user("op@mailroom.example", Role.OPERATOR)
    page = open_browser().log_in(operator.email)
    assert page.url.path == "/accounts"
    assert garage.name in read(page)
    assert bakery.account.name in read(page)
