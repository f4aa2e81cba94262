"""The API: a program with a key hands files in and asks what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from web_house import NOW, House

from mailroom.domain.account import Purpose
from mailroom.domain.line import LineItem, Lines
from mailroom.errors import AccountSuspended, QuotaReached, SpoolUnavailable
from mailroom.web import create_app

PDF = ("factuur.pdf", b"%PDF-1.7 one")
XML = ("faktúr.xml", b"<Invoice/>")


class Program:
    """Speaks HTTP with a key, without cookies."""

    def __init__(self, house: House, key: str) -> None:
        self._runner = asyncio.Runner()
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=create_app(house.services)),
            base_url="http://mailroom.test",
            headers=headers,
        )

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, **more))

    def hand_in(self, *files: tuple[str, bytes], under: str = "", **headers: str) -> httpx.Response:
        if under:
            headers["idempotency-key"] = under
        return self.ask("POST", "/api/v1/documents", files=[("files", file) for file in files], headers=headers)

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


@pytest.fixture
def program(house: House, bakery: SimpleNamespace) -> Iterator[Callable[..., Program]]:
    """Return a function that makes a program with a new key of the bakery, or with the key that is given."""
    made: list[Program] = []

    def make(key: str | None = None) -> Program:
        if key is None:
            with house.store.unit() as unit:
                key = unit.api_keys.issue(bakery.account.id, "till", NOW)[1]
        made.append(Program(house, key))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_files_are_handed_in_and_each_has_its_message(
    house: House, bakery: SimpleNamespace, program: Callable[..., Program]
) -> None:
    answer = program().hand_in(PDF, XML)
    assert answer.status_code == 202
    files = answer.json()["files"]
    assert [file["filename"] for file in files] == ["factuur.pdf", "faktúr.xml"]
    assert len({file["message_id"] for file in files}) == 2
    [(account_id, _, taken)] = house.uploads
    assert (account_id, taken) == (bakery.account.id, [PDF, XML])
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("key", ["", "wrong", "mailroom_x"])
@pytest.mark.parametrize(("method", "path"), [("POST", "documents"), ("GET", "documents/x"), ("GET", "nothing")])
def test_without_a_key_nothing_is_said(program: Callable[..., Program], key: str, method: str, path: str) -> None:
    answer = program(key).ask(method, f"/api/v1/{path}", headers={"accept-language": "nl"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() == {"error": "unauthorized", "message": "Er is een geldige API-sleutel nodig."}


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/v2/documents"), ("DELETE", "/api/v1/documents/x"), ("GET", "/api/v1/documents")]
)
def test_what_is_not_there_is_told_as_json(program: Callable[..., Program], method: str, path: str) -> None:
    answer = program().ask(method, path)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_a_log_in_is_no_key_and_a_revoked_key_is_none(
    house: House, bakery: SimpleNamespace, program: Callable[..., Program]
) -> None:
    with house.store.unit() as unit:
        token = unit.sessions.open(bakery.owner.id, NOW.replace(year=2027))
        key, secret = unit.api_keys.issue(bakery.account.id, "old", NOW)
        unit.api_keys.revoke(key.id, NOW)
    cookie = {"cookie": f"mailroom_session={token}"}
    assert program("").ask("POST", "/api/v1/documents", headers=cookie).status_code == 401
    assert program(secret).hand_in(PDF).status_code == 401
    assert house.uploads == []


def test_the_same_idempotency_key_has_the_same_answer_and_no_second_message(
    house: House, program: Callable[..., Program]
) -> None:
    client = program()
    first = client.hand_in(PDF, under="order-7")
    again = client.hand_in(PDF, under="order-7")
    assert (again.status_code, again.json()) == (202, first.json())
    assert len(house.uploads) == 1
    other = client.hand_in(XML, under="order-7")
    assert (other.status_code, other.json()["error"]) == (422, "key_reused")
    assert client.hand_in(PDF, under="order-8").json() != first.json()
    assert client.hand_in(PDF, under="x" * 201).status_code == 422


def test_a_request_may_say_what_its_documents_are(house: House, program: Callable[..., Program]) -> None:
    def hand_in(purpose: str, under: str = "") -> httpx.Response:
        headers = {"idempotency-key": under} if under else {}
        return mine.ask("POST", "/api/v1/documents", files=[("file", PDF)], data={"purpose": purpose}, headers=headers)

    mine = program()
    assert [hand_in(purpose).status_code for purpose in ("sales", "other", "")] == [202] * 3
    assert house.purposes == [Purpose.SALES, Purpose.OTHER, None]
    refused = hand_in("sale")
    assert (refused.status_code, refused.json()["error"]) == (422, "invalid_request")
    assert hand_in("sales", "order-9").status_code == 202
    assert hand_in("purchases", "order-9").json()["error"] == "key_reused"


@pytest.mark.parametrize(
    ("request_", "status", "error"),
    [
        ({"files": [("files", ("a.pdf", b""))]}, 422, "nothing_to_import"),
        ({"files": [("files", PDF), ("files", ("a.pdf", b""))]}, 422, "nothing_to_import"),
        ({"data": {"text": "no file"}}, 422, "invalid_request"),
        ({"content": b"%PDF-", "headers": {"content-type": "application/pdf"}}, 422, "invalid_request"),
        ({"content": b"--x\r\nbroken", "headers": {"content-type": "multipart/form-data"}}, 422, "invalid_request"),
        ({"files": [("files", ("big.pdf", b"x" * 300_000))]}, 413, "too_large"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_code(
    house: House, program: Callable[..., Program], request_: dict[str, Any], status: int, error: str
) -> None:
    answer = program().ask("POST", "/api/v1/documents", **request_)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert house.uploads == []


@pytest.mark.parametrize(
    ("error", "status"),
    [(AccountSuspended(), 409), (QuotaReached(), 429), (SpoolUnavailable(), 503), (KeyError(), 500)],
)
def test_a_failure_of_ours_has_a_status_and_names_no_internals(
    house: House, program: Callable[..., Program], error: Exception, status: int
) -> None:
    def fail(*_: object) -> list[str]:
        raise error

    object.__setattr__(house.services, "take_in", fail)
    answer = program().hand_in(PDF, under="k")
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    object.__setattr__(house.services, "take_in", house._take_in)
    assert program().hand_in(PDF, under="k").status_code == 202


def test_a_program_sees_how_far_its_message_and_document_are(
    house: House, bakery: SimpleNamespace, program: Callable[..., Program]
) -> None:
    client = program()
    waiting = client.hand_in(PDF).json()["files"][0]
    assert client.ask("GET", waiting["status"]).json()["state"] == "waiting"
    message = client.ask("GET", f"/api/v1/messages/{bakery.document.message_id}").json()
    assert message["state"] == "sorted"
    assert message["documents"] == [bakery.document.id]
    assert [part["verdict"] for part in message["parts"]] == ["document", "ignored"]
    with house.store.unit() as unit:
        unit.lines.save(bakery.document.id, Lines(items=(LineItem(description="Flour", net_amount="7.00"),)))
    document = client.ask("GET", f"/api/v1/documents/{bakery.document.id}").json()
    assert document["state"] == "to_accept"
    assert [(line["description"], line["net_amount"]) for line in document["lines"]] == [("Flour", "7.00")]
    assert (document["lines_status"], document["lines_by_hand"]) == ("none", False)
    assert document["fields"]["total_amount"]["value"]
    assert document["reasons"][0]["text"] == "Waits for your acceptance."


def test_what_is_another_accounts_is_not_found(house: House, program: Callable[..., Program]) -> None:
    other = house.add(house.account("Another"))
    client = program()
    house.waiting.append((other.account_id, "waits"))
    for path in (f"documents/{other.id}", f"messages/{other.message_id}", "messages/waits", "documents/x", "nothing"):
        assert client.ask("GET", f"/api/v1/{path}").status_code == 404
