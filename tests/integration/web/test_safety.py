"""What holds for every page: no GET changes anything, no form without its token, nothing foreign is run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from lxml import html
from structlog.testing import capture_logs
from web_browser import Browser, read
from web_house import NOW, House

from mailroom.domain.account import Role
from mailroom.domain.document import DocumentState, FieldName
from mailroom.domain.value import Reason
from mailroom.errors import StorageUnavailable

Open = Callable[..., Browser]
HOSTILE = "\"><script>alert(1)</script>'{{7*7}}<img src=x onerror=alert(2)>"


def pages(account_id: str, *document_ids: str) -> list[str]:
    """Return the address of every page that a GET shows."""
    at = f"/accounts/{account_id}"
    tabs = ("needs_you", "accepted", "archived", "refused", "underway", "all", "nonsense")
    return [
        *("/", "/me", "/accounts", "/attention", "/to-complete", "/log-in", "/healthz", "/nowhere", "/sign-in/none"),
        *(f"{at}/inbox?tab={tab}" for tab in tabs),
        *(f"{at}/{name}" for name in ("inbox?q=x&page=2", "ledger", "ledger?q=logo", "settings", "upload")),
        *(f"{at}/{name}" for name in ("upload?mails=none&done=uploaded&empty=1", "report", "report/mail")),
        *(
            f"/documents/{one}{part}"
            for one in document_ids
            for part in ("", "/pages/1", "/pages/9", "/original", "/ubl", "/searchable")
        ),
    ]


@pytest.fixture
def full(house: House, bakery: SimpleNamespace) -> SimpleNamespace:
    """Return an account with a document in every state."""
    more = {
        DocumentState.ACCEPTED: {"archive_at": NOW + timedelta(minutes=9)},
        DocumentState.ARCHIVED: {"ubl": "0" * 64},
    }
    documents = [
        house.add(
            bakery.account, state, filename=f"{state}.pdf", reasons=(Reason(code="damaged"),), **more.get(state, {})
        )
        for state in DocumentState
    ]
    house.mail = SimpleNamespace(subject="Wat te doen is", text="Dag,", html="<p style='color:red'>Dag</p>")
    operator = house.user("op@mailroom.example", Role.OPERATOR)
    ids = [bakery.document.id, *(d.id for d in documents)]
    return SimpleNamespace(account=bakery.account, operator=operator, owner=bakery.owner, ids=ids)


def test_no_get_changes_anything(open_browser: Open, house: House, full: SimpleNamespace) -> None:
    with house.store.unit() as unit:
        token = unit.sessions.issue_sign_in(full.owner.id, NOW + timedelta(hours=1))
    browser = open_browser(full.operator.email)
    before = house.dump()
    acts = [f"/documents/{full.ids[0]}/{act}" for act in ("fields", "accept", "refuse", "undo", "retry")]
    for address in [*pages(full.account.id, *full.ids), f"/sign-in/{token}", "/log-out", "/me/password", *acts]:
        for method in ("GET", "HEAD"):
            status = browser.ask(method, address).status_code
            assert status in (200, 404, 405), (address, status)
    assert house.dump() == before
    assert house.changed == house.uploads == []


def test_every_page_carries_the_safe_headers_and_no_inline_code(
    open_browser: Open, house: House, full: SimpleNamespace
) -> None:
    browser = open_browser(full.operator.email)
    for address in pages(full.account.id, *full.ids):
        page = browser.get(address)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy, address
        assert "frame-ancestors 'none'" in policy, address
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in page.headers
        assert page.headers["date"]
        if page.headers["content-type"].startswith("text/html") and not address.endswith("report/mail"):
            assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
            assert "unsafe" not in policy
            assert page.headers["cache-control"] == "no-store"
            assert not html.fromstring(page.content).xpath("//@style|//@onclick|//style|//script[not(@src)]"), address


def test_a_mail_shown_as_html_is_locked_in(open_browser: Open, full: SimpleNamespace) -> None:
    page = open_browser(full.owner.email).get(f"/accounts/{full.account.id}/report/mail")
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")


def forms(account_id: str, document_id: str) -> list[str]:
    return [
        *("/log-out", "/me", "/me/password", f"/accounts/{account_id}/upload"),
        *(f"/accounts/{account_id}/settings/{act}" for act in ("save", "new-address", "retire-address", "subscribe")),
        *(f"/documents/{document_id}/{act}" for act in ("fields", "accept", "refuse", "undo", "retry")),
    ]


def test_no_form_is_taken_without_its_token_or_from_another_site(
    open_browser: Open, house: House, full: SimpleNamespace
) -> None:
    browser, other = open_browser(full.owner.email), open_browser(full.operator.email)
    token = html.fromstring(browser.get("/me").content).xpath("//input[@name='csrf']/@value")[0]
    stolen = html.fromstring(other.get("/me").content).xpath("//input[@name='csrf']/@value")[0]
    before = house.dump()
    for address in forms(full.account.id, full.ids[0]):
        for data, headers in (
            ({}, {}),
            ({"csrf": stolen}, {}),
            ({"csrf": token}, {"origin": "https://evil.example"}),
            ({"csrf": token}, {"sec-fetch-site": "cross-site"}),
        ):
            page = browser.ask("POST", address, data={**data, "version": "1", "reason": "x"}, headers=headers)
            assert page.status_code == 403, (address, data, headers)
    assert house.dump() == before


def test_a_form_of_somebody_who_is_logged_out_meanwhile_changes_nothing(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    browser = open_browser(bakery.owner.email)
    address = f"/documents/{bakery.document.id}"
    page = browser.get(address)
    browser.submit(browser.get("/me"), "/log-out")
    assert browser.submit(page, f"{address}/accept").status_code == 403
    assert house.document(bakery.document.id).state is DocumentState.TO_ACCEPT


def test_the_log_in_form_needs_its_token_too(open_browser: Open, bakery: SimpleNamespace) -> None:
    data = {"email": bakery.owner.email, "password": "correct horse battery"}
    assert open_browser().ask("POST", "/log-in", data=data).status_code == 403


def test_a_hostile_name_or_value_is_shown_as_what_it_is(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    values = dict.fromkeys(FieldName, HOSTILE)
    document = house.add(
        bakery.account,
        values=values,
        filename=HOSTILE,
        subject=HOSTILE,
        reasons=(Reason(code="sender_not_listed", facts={"sender": HOSTILE}), Reason(code=HOSTILE)),
    )
    nameless = house.add(bakery.account, values=dict.fromkeys(FieldName), filename=HOSTILE)
    browser = open_browser(bakery.owner.email)
    at = f"/accounts/{bakery.account.id}"
    for address in (
        f"/documents/{document.id}",
        f"/documents/{nameless.id}",
        f"{at}/inbox",
        f"{at}/ledger",
        f"{at}/inbox?q={HOSTILE}&tab={HOSTILE}",
        f"{at}/ledger?q={HOSTILE}",
        f"/documents/{document.id}?done={HOSTILE}",
        f"/log-in?next={HOSTILE}",
    ):
        page = browser.get(address)
        tree = html.fromstring(page.content)
        assert "<script>alert" not in page.text, address
        assert all(source.startswith("/static/") for source in tree.xpath("//script/@src")), address
        assert not tree.xpath("//*[@onerror]"), address
    assert HOSTILE in read(browser.get(f"/documents/{document.id}"))


def test_a_word_of_a_redirect_that_is_unknown_is_not_shown(open_browser: Open, bakery: SimpleNamespace) -> None:
    page = open_browser(bakery.owner.email).get(f"/documents/{bakery.document.id}?done=call_this_number_now")
    assert "call" not in read(page)


def test_what_belongs_to_others_is_not_found_rather_than_forbidden(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    stranger = house.user("piet@elsewhere.example", Role.OWNER, house.account("Elsewhere"))
    browser = open_browser(stranger.email)
    mine = browser.get("/me")
    before = house.dump()
    for address in pages(bakery.account.id, bakery.document.id)[8:]:
        assert browser.get(address).status_code == 404, address
    token = html.fromstring(mine.content).xpath("//input[@name='csrf']/@value")[0]
    for address in forms(bakery.account.id, bakery.document.id)[3:]:
        data = {"csrf": token, "version": "1", "reason": "x", "time_zone": "Europe/Brussels"}
        assert browser.ask("POST", address, data=data).status_code == 404, address
    assert browser.get("/attention").status_code == 404
    assert house.dump() == before


def test_an_unknown_error_shows_its_number_and_nothing_of_the_inside(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    house.desk.fails = RuntimeError("secret /inner/path")
    browser = open_browser(bakery.owner.email)
    address = f"/documents/{bakery.document.id}"
    with capture_logs() as logs:
        page = browser.submit(browser.get(address), f"{address}/accept")
    assert page.status_code == 500
    incident = html.fromstring(page.content).xpath("//code/text()")[0]
    assert [line["incident"] for line in logs if line["event"] == "page_failed"] == [incident]
    assert "secret" not in page.text
    assert "Traceback" not in page.text


def test_a_store_that_does_not_answer_says_that_nothing_is_lost(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    house.desk.fails = StorageUnavailable("disk full at /inner/path")
    browser = open_browser(bakery.owner.email)
    address = f"/documents/{bakery.document.id}"
    page = browser.submit(browser.get(address), f"{address}/accept")
    assert page.status_code == 503
    assert "/inner" not in page.text


def test_the_token_of_a_sign_in_link_never_stands_in_the_log(open_browser: Open, house: House) -> None:
    browser = open_browser()
    page = browser.get("/sign-in/s3cret")
    with capture_logs() as logs:
        browser.ask("POST", "/sign-in/s3cret", data={"csrf": "x"})
    assert page.status_code == 404
    assert logs
    assert "s3cret" not in str(logs)


@pytest.mark.parametrize("address", ["/static/000000000000/style.css", "/static/x/../../app.py", "/static/x/app.py"])
def test_only_the_static_files_are_served(open_browser: Open, address: str) -> None:
    assert open_browser().get(address).status_code == 404


def test_static_files_may_be_kept_because_their_address_changes(open_browser: Open) -> None:
    browser = open_browser()
    tree = html.fromstring(browser.get("/log-in").content)
    for address in tree.xpath("//link/@href|//script/@src"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_the_health_page_names_no_secret(open_browser: Open) -> None:
    assert open_browser().get("/healthz").text == "ok\n"
