"""`mailroom document lines`: lines as JSON, corrected from JSON or CSV, and taken again as they were read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from store_values import document, message

from mailroom.domain.account import Account
from mailroom.domain.document import DocumentState
from mailroom.domain.line import LineItem, Lines, LineStatus
from mailroom.store import Store

Company = Callable[..., Account]

ITEM = LineItem(description="Flour", quantity="2.125", unit_price="8.00", net_amount="17.00", vat_rate="21", page=1)


@pytest.fixture
def paper(rows: Store, company: Company) -> str:
    """Return the id of a document that waits and has one line."""
    mail = message(company().id)
    row = document(mail, state=DocumentState.TO_ACCEPT)
    with rows.unit() as unit:
        unit.messages.add(mail)
        unit.documents.add(row)
        unit.lines.save(row.id, Lines(items=(ITEM,), status=LineStatus.DIFFER))
    return row.id


def test_what_is_printed_can_be_put_back(terminal: Any, paper: str) -> None:
    dutch = replace(terminal, env={**terminal.env, "LANG": "nl_NL.UTF-8"})  # there 2.125 are two thousand
    [shown] = terminal.json("document", "lines", paper)
    assert (shown["lines"][0]["net_amount"], shown["lines_status"], shown["lines_by_hand"]) == (
        "17.00",
        "differ",
        False,
    )
    shown["lines"].append({"description": "Freight", "net_amount": 3.5})
    [saved] = dutch.json("document", "lines", paper, "--from", "-", stdin=json.dumps(shown))
    assert [(line["quantity"], line["net_amount"]) for line in saved["lines"]] == [("2.125", "17.00"), (None, "3.50")]
    assert saved["lines_by_hand"]
    [row] = terminal.json("document", "show", paper)
    assert (row["completed_by_hand"], row["lines"]) == (True, saved["lines"])
    assert "Freight" in terminal("document", "lines", paper).stdout


def test_a_table_is_read_in_the_way_of_the_language(terminal: Any, paper: str) -> None:
    dutch = replace(terminal, env={**terminal.env, "LANG": "nl_NL.UTF-8"})
    table = 'description;quantity;unit_price;gross_amount\n"Bloem; wit";2,5;4;10\n;;;\nVracht;;;1.250,00\n'
    [saved] = dutch.json("document", "lines", paper, "--from", "-", stdin=table)
    assert [(line["description"], line["gross_amount"]) for line in saved["lines"]] == [
        ("Bloem; wit", "10.00"),
        ("Vracht", "1250.00"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "no JSON"),
        ("[1]", "no list of lines"),
        ('[{"price": 3}]', "price is no column"),
        ('[{"quantity": [3]}]', "quantity is no text"),
        ("name,amount\nx,1\n", "is no column"),
        ("description,net_amount\nx,abc\n", "line 1: amount"),
        ("description,net_amount\nx,1,2\n", "is no column"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_changed(terminal: Any, paper: str, content: str, said: str) -> None:
    assert said in terminal("document", "lines", paper, "--from", "-", status=2, stdin=content).stderr
    [shown] = terminal.json("document", "lines", paper)
    assert (len(shown["lines"]), shown["lines_by_hand"]) == (1, False)


def test_lines_come_back_as_they_were_read(terminal: Any, paper: str) -> None:
    terminal("document", "lines", paper, "--from", "-", stdin="description,net_amount\nx,1\n")
    [back] = terminal.json("document", "lines", paper, "--as-read")  # of this document nothing was read
    assert (back["lines"], back["lines_by_hand"]) == ([], False)
    assert "No lines were found" in terminal("document", "lines", paper).stdout
    assert "either" in terminal("document", "lines", paper, "--as-read", "--from", "-", status=2, stdin="").stderr
