"""The page of one mail, the unassigned box and what needs attention: who may see and do what."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from lxml import html
from web_browser import Browser, read
from web_house import NOW, House

from mailroom.domain.account import UNASSIGNED, Account, Role
from mailroom.domain.document import DocumentState
from mailroom.domain.message import Door, Envelope, HeaderView, Message, MessageState
from mailroom.domain.value import Reason, new_id
from mailroom.errors import NotFound
from mailroom.spool import SpoolEntry

Open = Callable[..., Browser]
RAW = b"From: a@b.example\r\nSubject: =?utf-8?q?b=C3=A9?=\r\n\r\n<b>text</b>\r\n"


def add_mail(house: House, account_id: str, **more: object) -> Message:
    told: dict[str, object] = {
        "id": new_id(),
        "account_id": account_id,
        "door": Door.IMAP,
        "recipient": "box@import.test",
        "envelope_sender": "a@b.example",
        "received_at": NOW,
        "sha256": house.store.blobs.put(RAW),
        "size": len(RAW),
        "state": MessageState.SORTED,
        "header": HeaderView(subject="Bé / invoice", from_addresses=("a@b.example",)),
    }
    message = Message.model_validate(told | more)
    with house.store.unit() as unit:
        unit.messages.add(message)
    return message


@pytest.fixture
def lost(house: House) -> Message:
    """A mail of the unassigned box."""
    with house.store.unit() as unit:
        unit.accounts.add(Account(id=UNASSIGNED, name="Unassigned mail", created_at=NOW))
    return add_mail(house, UNASSIGNED)


@pytest.fixture
def operator(house: House, open_browser: Open) -> Browser:
    return open_browser(house.user("op@mailroom.example", Role.OPERATOR).email)


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (Role.OWNER, (200, 200)),
        (Role.OPERATOR, (200, 200)),
        (Role.MEMBER, (200, 404)),
        (Role.ACCOUNTANT, (200, 404)),
        (Role.VALIDATOR, (404, 404)),
    ],
)
def test_raw_mail_and_running_again_are_for_owner_and_operator(
    open_browser: Open, house: House, bakery: SimpleNamespace, role: Role, statuses: tuple[int, int]
) -> None:
    page, raw = statuses
    message = add_mail(house, bakery.account.id)
    browser = open_browser(house.user(f"{role}@korenaar.example", role, bakery.account).email)
    at = f"/messages/{message.id}"
    shown = browser.get(at)
    assert shown.status_code == page
    assert browser.get(f"{at}/raw").status_code == raw
    assert ("<b>text</b>" in read(shown)) == (raw == 200)
    token = html.fromstring(browser.get("/me").content).xpath("//input[@name='csrf']/@value")[0]
    browser.ask("POST", f"{at}/replay", data={"csrf": token})
    assert house.office.replayed == ([message.id] if raw == 200 else [])


def test_the_raw_mail_goes_out_as_a_file_that_no_browser_runs(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    message = add_mail(house, bakery.account.id)
    answer = open_browser(bakery.owner.email).get(f"/messages/{message.id}/raw")
    assert answer.content == RAW
    assert answer.headers["content-type"] == "message/rfc822"
    assert answer.headers["content-disposition"].startswith('attachment; filename="B_ _ invoice.eml"')
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_mail_of_another_account_is_not_found(open_browser: Open, house: House, bakery: SimpleNamespace) -> None:
    other = add_mail(house, house.account("Elsewhere").id)
    browser = open_browser(bakery.owner.email)
    assert browser.get(f"/messages/{other.id}").status_code == 404
    assert browser.get(f"/messages/{other.id}/raw").status_code == 404


def test_a_mail_that_was_not_taken_apart_stands_in_the_ledger_with_its_reason(
    open_browser: Open, house: House, bakery: SimpleNamespace
) -> None:
    why = (Reason(code="reader_timed_out"),)
    add_mail(house, bakery.account.id, state=MessageState.NEEDS_ATTENTION, reasons=why)
    page = read(open_browser(bakery.owner.email).get(f"/accounts/{bakery.account.id}/ledger?sender=b.example"))
    assert "could not be taken apart" in page
    assert "Reading took too long" in page


def test_unassigned_mail_is_given_to_a_company_by_any_of_its_names(
    operator: Browser, house: House, lost: Message, bakery: SimpleNamespace
) -> None:
    assert "Bé / invoice" in read(operator.get("/unassigned"))
    at = f"/messages/{lost.id}"
    page = operator.submit(operator.get(at), f"{at}/assign", {"account": "no such company"})
    assert (page.status_code, house.office.assigned) == (422, [])
    assert "is called “no such company”" in read(page)
    house.office.fails = NotFound("no address")
    page = operator.submit(operator.get(at), f"{at}/assign", {"account": bakery.account.name})
    assert "no import address in use" in read(page)
    house.office.fails = None
    page = operator.submit(operator.get(at), f"{at}/assign", {"account": bakery.account.name.upper()})
    assert "The mail goes to its company." in read(page)
    assert house.office.assigned == [(lost.id, bakery.account.id)]
    assert "No mail waits to be assigned." in read(operator.get("/unassigned"))


def test_unassigned_mail_is_put_by_with_a_reason_and_never_lost(operator: Browser, house: House, lost: Message) -> None:
    at = f"/messages/{lost.id}"
    assert operator.submit(operator.get(at), f"{at}/dismiss", {"reason": "  "}).status_code == 422
    page = operator.submit(operator.get(at), f"{at}/dismiss", {"reason": "advertising <all>"})
    assert "No mail waits to be assigned." in read(page)
    put_by = operator.get("/unassigned?view=dismissed")
    assert "advertising <all>" in read(put_by)
    assert f"{at}/assign" in operator.get(at).text  # a second thought is possible


def test_the_box_is_for_operators_only(
    open_browser: Open, house: House, lost: Message, bakery: SimpleNamespace
) -> None:
    browser = open_browser(bakery.owner.email)
    token = html.fromstring(browser.get("/me").content).xpath("//input[@name='csrf']/@value")[0]
    for path in ("/unassigned", "/attention", f"/messages/{lost.id}"):
        assert browser.get(path).status_code == 404
    mine = add_mail(house, bakery.account.id, recipient="mine@import.test")
    for message in (lost, mine):
        for act in ("assign", "dismiss"):
            data = {"csrf": token, "account": bakery.account.name, "reason": "x"}
            assert browser.ask("POST", f"/messages/{message.id}/{act}", data=data).status_code == 404
    assert house.office.assigned == []


def test_the_operator_sees_what_stands_still_with_counts(
    operator: Browser, house: House, lost: Message, bakery: SimpleNamespace
) -> None:
    parked = (Reason(code="reader_crashed"),)
    add_mail(house, bakery.account.id, state=MessageState.NEEDS_ATTENTION, reasons=parked, recipient="x@import.test")
    house.add(bakery.account, DocumentState.NEEDS_ATTENTION, filename="stuck.pdf", pages=0)
    envelope = Envelope(id=new_id(), account_id="a", door=Door.SMTP, recipient="waits@import.test", received_at=NOW)
    house.office.stuck = [
        SpoolEntry(envelope=envelope, sha256="0" * 64, size=1, attempts=3, last_error="database <locked>")
    ]
    page = read(operator.get("/attention"))
    for said in ("1 mail waits in the spool", "1 mail could not be taken apart", "1 document could not be processed"):
        assert said in page
    assert "1 unassigned mail waits" in page
    assert "database <locked>" in page
    assert "3 tries" in page
    assert "The reader ended unexpectedly" in page


def test_the_list_of_accounts_is_searched_and_leafed_through(operator: Browser, house: House, lost: Message) -> None:
    for number in range(70):
        house.account(f"Company {number:02}", vat_id=f"BE0{number:09}")
    first = operator.get("/accounts")
    assert "Company 59" in read(first)
    assert "Company 60" not in read(first)
    assert "Unassigned mail" not in [name.text for name in html.fromstring(first.content).xpath("//li/a/strong")]
    (older,) = html.fromstring(first.content).xpath("//a[@rel='next']/@href")
    assert "Company 69" in read(operator.get(f"/accounts{older}"))
    found = read(operator.get("/accounts?q=company 42"))
    assert "Company 42" in found
    assert "Company 43" not in found
    assert "No account found." in read(operator.get("/accounts?q=nobody"))


@pytest.mark.parametrize("language", ["nl", "fr", "de", "ro"])
def test_the_verdicts_are_explained_in_the_readers_language(
    open_browser: Open, house: House, bakery: SimpleNamespace, language: str
) -> None:
    user = house.user(f"{language}@korenaar.example", Role.OWNER, bakery.account, language=language)
    page = read(open_browser(user.email).get("/verdicts"))
    assert "readable_file" in page
    assert "This file is read as a document." not in page
