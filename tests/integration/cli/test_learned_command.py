"""`mailroom account learned`: look at what corrections taught, take it along, forget it."""

from __future__ import annotations

import json

import pytest
from store_values import NOON

from mailroom.domain.account import Account, Seller
from mailroom.domain.document import FieldName
from mailroom.domain.learned import Lesson, Side, Spot
from mailroom.domain.value import new_id
from mailroom.extraction import merged
from mailroom.store import Store


@pytest.fixture
def taught(rows: Store) -> Account:
    """A company that was taught two things of one seller and one of another."""
    account = Account(id=new_id(), name="Bakkerij", created_at=NOON)
    number = Lesson(field=FieldName.INVOICE_NUMBER, spots=(Spot(label="Dossier", side=Side.LEFT),), shapes=("A-99",))
    with rows.unit() as unit:
        unit.accounts.add(account)
        for name, lessons in (("Smid", (number, Lesson(field=FieldName.DUE_DATE, value="30"))), ("Molen", (number,))):
            seller = unit.sellers.save(Seller(id=new_id(), account_id=account.id, name=name))
            unit.learned.teach(seller, lessons, document_id="d", actor="op", at=NOON, merge=merged)
    return account


def test_lessons_are_listed_and_exported(terminal, taught: Account) -> None:  # type: ignore[no-untyped-def]
    listed = terminal("account", "learned", "list", "Bakkerij").stdout
    assert "Dossier" in listed
    assert "A-99" in listed
    smid = terminal.json("account", "learned", "list", "Bakkerij", "--seller", "smid")
    assert {row["field"] for row in smid} == {"invoice_number", "due_date"}
    exported = terminal("account", "learned", "export", taught.id).stdout.splitlines()
    assert [json.loads(line)["seller_name"] for line in exported].count("Smid") == 2
    assert len(exported) == 3


def test_lessons_are_forgotten_one_by_one_or_by_seller(terminal, taught: Account, rows: Store) -> None:  # type: ignore[no-untyped-def]
    [molen] = terminal.json("account", "learned", "list", "Bakkerij", "--seller", "Molen")
    terminal("account", "learned", "forget", "Bakkerij", molen["id"])
    assert "2 forgotten" in terminal("account", "learned", "forget", "Bakkerij", "--seller", "Smid").stdout
    with rows.read() as unit:
        assert unit.learned.of_account(taught.id) == []
        assert [event.name for event in unit.events.of(taught.id)] == ["learned_forgotten"]


@pytest.mark.parametrize("wrong", [(), ("nothing",), ("--seller", "Nobody")])
def test_what_is_not_there_is_not_forgotten(terminal, taught: Account, rows: Store, wrong: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    terminal("account", "learned", "forget", "Bakkerij", *wrong, status=2)
    with rows.read() as unit:
        assert len(unit.learned.of_account(taught.id)) == 3
