"""What commands list: one JSON object a line with the keys that scripts rely on, and a sentence when there is none."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from store_values import document, message, part, verdict

from mailroom.domain.account import Account
from mailroom.domain.document import DocumentState
from mailroom.domain.message import Verdict
from mailroom.domain.value import Reason
from mailroom.store import Store

Company = Callable[..., Account]

LISTS = [
    ("inbox",),
    ("inbox", "--all"),
    ("ledger",),
    ("account", "list"),
    ("address", "list"),
    ("rules", "list"),
    ("report", "list"),
]


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_nothing_is_no_line_for_scripts_and_a_sentence_for_people(terminal, command: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    assert terminal(*command, "--json").stdout == ""
    said = terminal(*command).stdout
    assert said.strip().endswith((".", "EMAIL"))
    assert len(said.splitlines()) == 1


def test_adding_a_company_prints_its_id_and_where_its_mail_goes(terminal) -> None:  # type: ignore[no-untyped-def]
    command = ("account", "add", "Zoë & Co", "--vat-id", "be 0662.918.487", "--owner", "els@example.com")
    [row] = terminal.json(*command, "--language", "nl")
    assert {"id", "import_address"} <= row.keys()
    assert row["vat_id"] == "BE0662918487"
    local, _, domain = row["import_address"].partition("@")
    assert domain == "import.localhost"
    assert len(local.rpartition("-")[2]) == 16, "nobody guesses it"
    [listed] = terminal.json("account", "list")
    assert (listed["id"], listed["import_addresses"]) == (row["id"], [row["import_address"]])
    [digest] = terminal.json("report", "list")
    assert (digest["recipient"], digest["frequency"], digest["language"]) == ("els@example.com", "daily", "nl")
    assert row["id"] in terminal("account", "list").stdout


def test_the_ledger_has_a_line_for_each_part_with_the_keys_of_the_contract(  # type: ignore[no-untyped-def]
    terminal, rows: Store, company: Company
) -> None:
    mail = message(company().id)
    paper = document(mail)
    with rows.unit() as unit:
        unit.messages.add(mail)
        unit.documents.add(paper)
        reason = Reason(code="by_content")
        lines = [
            (part("1", filename=""), verdict("1", Verdict.IGNORED, reason=Reason(code="body_text")), None),
            (part("2"), verdict("2", reason=reason), paper.id),
        ]
        unit.parts.record(mail.id, lines)
    body, pdf = terminal.json("ledger")
    assert {"message_id", "path", "filename", "sha256", "verdict", "reason", "document_id"} <= body.keys()
    assert (pdf["message_id"], pdf["path"], pdf["verdict"], pdf["document_id"]) == (
        "<order-77@shop.example>",
        "2",
        "document",
        paper.id,
    )
    assert body["document_id"] is None
    assert terminal.json("ledger", "--search", "no-such-word") == []
    assert terminal.json("ledger", "--search", "order-77", "--limit", "1") == [body]
    assert "file 2.pdf" in terminal("ledger").stdout


def test_the_inbox_lists_what_waits_and_with_all_everything(terminal, rows: Store, company: Company) -> None:  # type: ignore[no-untyped-def]
    one, two = company("One"), company("Two")
    made = {}
    with rows.unit() as unit:
        for owner, state in [(one, "to_accept"), (one, "archived"), (two, "needs_attention"), (two, "reading")]:
            mail = message(owner.id)
            unit.messages.add(mail)
            made[state] = unit.documents.add(document(mail, state=DocumentState(state)))[0].id
    waiting = {row["id"] for row in terminal.json("inbox")}
    assert waiting == {made["to_accept"], made["needs_attention"], made["reading"]}
    assert {row["id"] for row in terminal.json("inbox", "--all")} == set(made.values())
    assert {row["id"] for row in terminal.json("inbox", "--all", "--account", "One")} == {
        made["to_accept"],
        made["archived"],
    }
    [row] = terminal.json("inbox", "--state", "archived")
    keys = {"id", "account", "state", "reasons", "fields", "filename", "sha256", "accounting_status", "version"}
    assert keys <= row.keys()
    field = row["fields"]["invoice_number"]
    assert {"value", "confidence", "source", "evidence"} <= field.keys()
    assert field["value"] == "2026/0077"
    assert "Café Größe" in terminal("inbox", "--all").stdout


def test_an_unknown_company_is_told_with_those_that_there_are(terminal, company: Company) -> None:  # type: ignore[no-untyped-def]
    company("One")
    failed = terminal("inbox", "--account", "Nobody", status=2)
    assert "no account 'Nobody'; there are: One" in failed.stderr


def test_two_companies_of_one_name_are_told_apart_by_id(terminal, company: Company) -> None:  # type: ignore[no-untyped-def]
    company("Twin")
    second = company("Twin")
    assert "use the id" in terminal("inbox", "--account", "Twin", status=2).stderr
    assert terminal.json("inbox", "--account", second.id) == []


def test_what_a_mail_says_about_itself_draws_nothing_on_the_terminal(terminal, rows: Store, company: Company) -> None:  # type: ignore[no-untyped-def]
    mail = message(company().id)
    evil = mail.header.model_copy(update={"subject": "[red]pay[/red] \x1b[2J\x1b]0;owned\x07 now"})
    mail = mail.model_copy(update={"header": evil})
    with rows.unit() as unit:
        unit.messages.add(mail)
        unit.parts.record(mail.id, [(part("1", filename="\x1b[31mx.pdf"), verdict("1"), None)])
    shown = terminal("ledger").stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[red]pay[/red]" in shown


def test_whoever_stops_reading_the_ledger_in_the_middle_gets_no_complaint(  # type: ignore[no-untyped-def]
    terminal, rows: Store, company: Company
) -> None:
    owner = company().id
    with rows.unit() as unit:
        for _ in range(400):  # more than a pipe holds
            mail = message(owner)
            unit.messages.add(mail)
            unit.parts.record(mail.id, [(part("1"), verdict("1"), None)])
    command = [sys.executable, "-m", "mailroom", "--data", str(terminal.data), "ledger", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith('{"message_id"')
        running.stdout.close()
        assert running.stderr.read() == ""


def test_an_empty_list_says_why_it_is_empty(terminal) -> None:  # type: ignore[no-untyped-def]
    """Whoever forgot --data looks into a new folder: it must not look as if all were done."""
    for command, words in (("inbox", "Nothing waits."), ("ledger", "No mail has arrived yet.")):
        said = terminal(command).stdout
        assert said.startswith(words)
        assert f"There is no company in {terminal.data}" in said
    terminal("account", "add", "One", "--owner", "a@b.example")
    assert terminal("inbox").stdout == "Nothing waits.\n"
    assert terminal("inbox", "--search", "nothing like it").stdout == "No document fits.\n"
    assert terminal("ledger").stdout == "No mail has arrived yet.\n"
    assert terminal("ledger", "--search", "nothing like it").stdout == "No mail fits.\n"


def test_a_second_company_with_a_vat_id_is_meant_and_then_told_apart_by_its_id(terminal) -> None:  # type: ignore[no-untyped-def]
    add = ("account", "add", "One", "--vat-id", "BE0662918487", "--owner", "a@b.example")
    [first] = terminal.json(*add)
    failed = " ".join(terminal(*add, status=2).stderr.split())
    assert f"BE0662918487 is already One ({first['id']})" in failed
    assert len(terminal.json("account", "list")) == 1
    [second] = terminal.json(*add, "--same-vat-id")
    failed = terminal("inbox", "--account", "One", status=2).stderr
    assert "several accounts are called 'One'; use the id: " in failed
    assert {first["id"], second["id"]} == set(failed.strip().partition("id: ")[2].split(", "))


def test_of_many_companies_ten_are_named_and_the_rest_counted(terminal, company: Company) -> None:  # type: ignore[no-untyped-def]
    for number in range(12):
        company(f"Company {number:02}")
    failed = terminal("inbox", "--account", "Nobody", status=2).stderr
    assert "Company 09 and 2 more: mailroom account list" in failed


def test_an_id_is_never_broken_over_lines(terminal, rows: Store, company: Company) -> None:  # type: ignore[no-untyped-def]
    long_name = "A company with a name that is longer than any column can be made in a table " * 2
    mail = message(company(long_name).id)
    paper = document(mail, state=DocumentState.TO_ACCEPT)
    with rows.unit() as unit:
        unit.messages.add(mail)
        unit.documents.add(paper)
    assert re.search(rf"^{paper.id} ", terminal("inbox").stdout, re.MULTILINE)
    assert f"no document {paper.id[:-1]}" in terminal("document", "show", paper.id[:-1], status=2).stderr
