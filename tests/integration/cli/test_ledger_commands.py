"""The ledger at the terminal: asked by each field, and a mail run again; and mail of nobody that is put by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from store_values import NOON, message, part, verdict, with_message

from mailroom.domain.account import UNASSIGNED, Account
from mailroom.domain.message import MessageState, Verdict
from mailroom.store import Store

MAIL = (
    b"From: shop@example.com\r\nSubject: invoice\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    b"--b\r\nContent-Type: application/pdf; name=empty.pdf\r\n\r\n\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("asked", "files"),
    [
        (("--sender", "billing@shop"), ["logo.png", "paper.pdf"]),
        (("--subject", "societe"), ["logo.png", "paper.pdf"]),
        (("--file", "PAPER"), ["logo.png", "paper.pdf"]),
        (("--message-id", "order-77@shop.example", "--verdict", "document"), ["paper.pdf"]),
        (("--since", "2026-11-21", "--until", "2026-11-21", "--limit", "1"), ["logo.png"]),
        (("--until", "2026-11-20"), []),
        (("--sender", "somebody else"), []),
    ],
)
def test_the_ledger_is_asked_by_each_field(
    terminal: Any, rows: Store, company: Callable[..., Account], asked: tuple[str, ...], files: list[str]
) -> None:
    stored = with_message(rows, company().id)
    logo, paper = part("1", filename="logo.png"), part("2", filename="paper.pdf")
    with rows.unit() as unit:
        unit.parts.record(stored.id, [(logo, verdict("1", Verdict.IGNORED), None), (paper, verdict("2"), None)])
    assert [line["filename"] for line in terminal.json("ledger", *asked)] == files
    terminal("ledger", "--since", "yesterday", status=2)


def test_a_mail_is_run_again_and_the_outcome_is_compared(
    terminal: Any, rows: Store, company: Callable[..., Account]
) -> None:
    owner = company()
    sha256 = rows.blobs.put(MAIL)
    stored = with_message(rows, owner.id, sha256=sha256, state=MessageState.SORTED)
    [first] = terminal.json("ledger", "replay", stored.id)
    assert (first["same"], first["before"]) == (False, [])
    assert [line["reason"] for line in first["after"] if line["filename"]] == ["empty_file"]
    [second] = terminal.json("ledger", "replay", stored.id)
    assert second["same"]
    assert second["before"] == second["after"] == first["after"]
    assert (second["new_documents"], second["documents_left"]) == ([], [])
    assert "The same as before." in terminal("ledger", "replay", stored.id).stdout
    terminal("ledger", "replay", "nothing", status=2)


def test_mail_of_nobody_is_put_by_with_a_reason(terminal: Any, rows: Store) -> None:
    lost = message(UNASSIGNED, sha256=rows.blobs.put(MAIL), recipient="unassigned@import.localhost")
    with rows.unit() as unit:
        unit.accounts.add(Account(id=UNASSIGNED, name="Unassigned mail", created_at=NOON))
        unit.messages.add(lost)
    terminal("unassigned", "dismiss", lost.id, status=2)
    terminal("unassigned", "dismiss", lost.id, "--reason", " ", status=2)
    terminal("unassigned", "dismiss", lost.id, "--reason", "advertising")
    assert terminal.json("unassigned", "list") == []
    assert [row["id"] for row in terminal.json("unassigned", "list", "--dismissed")] == [lost.id]
    with rows.read() as unit:
        assert unit.events.of(lost.id)[-1].facts == {"reason": "advertising"}
