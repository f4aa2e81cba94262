"""What an operator says about doors: keys, lists of senders, mailboxes, and mail of nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store_values import NOON, message

from mailroom.domain.account import UNASSIGNED, Account
from mailroom.domain.ledger import RefusedMail
from mailroom.domain.message import Door
from mailroom.spool import Spool
from mailroom.store import Store

MAIL = b"From: shop@example.com\nSubject: invoice\n\nhello %d\n"


@pytest.fixture
def bakery(terminal: Any) -> dict[str, Any]:
    """Return a company."""
    [account] = terminal.json("account", "add", "Bakker", "--owner", "els@example.com")
    return dict(account)


def spooled(terminal: Any) -> list[bytes]:
    spool = Spool(terminal.data / "spool.sqlite")
    try:
        return [spool.content(entry.id) for entry in spool.pending(100)]
    finally:
        spool.close()


def test_an_api_key_is_shown_once_listed_without_it_and_revoked(terminal: Any, bakery: dict[str, Any]) -> None:
    [made] = terminal.json("account", "api-key", "add", "Bakker", "--name", "till")
    assert made["key"].startswith("mailroom_")
    [listed] = terminal.json("account", "api-key", "list", "Bakker")
    assert (listed["id"], listed["name"], "key" in listed) == (made["id"], "till", False)
    terminal("account", "api-key", "revoke", "Bakker", made["id"])
    assert terminal.json("account", "api-key", "list", "Bakker")[0]["revoked_at"]
    terminal("account", "api-key", "revoke", "Bakker", "nothing", status=2)


def test_senders_are_blocked_and_an_address_is_restricted(terminal: Any, bakery: dict[str, Any]) -> None:
    terminal("account", "set", "Bakker", "--block", "@spam.example", "--block", "x@y.example")
    terminal("account", "set", "Bakker", "--unblock", "X@Y.example", "--messages-per-day", "50")
    [account] = terminal.json("account", "list")
    assert (account["blocked_senders"], account["messages_per_day"]) == (["@spam.example"], 50)
    terminal("address", "restrict", bakery["import_address"], "--sender", "@shop.example")
    assert terminal.json("address", "list")[0]["senders"] == ["@shop.example"]
    terminal("address", "restrict", bakery["import_address"], status=2)
    terminal("address", "restrict", bakery["import_address"], "--anybody")
    assert terminal.json("address", "list")[0]["senders"] == []


@pytest.mark.parametrize("typed", ["spam.example", "a@b@c", "Bob <bob@spam.example>", ""])
def test_a_sender_that_could_never_match_is_refused(terminal: Any, bakery: dict[str, Any], typed: str) -> None:
    said = terminal("account", "set", "Bakker", "--block", typed, status=2)
    assert "neither an e-mail address nor a domain such as @" in said.stderr
    terminal("address", "restrict", bakery["import_address"], "--sender", typed, status=2)
    terminal("account", "set", "Bakker", "--trust", typed, status=2)
    [account] = terminal.json("account", "list")
    assert (account["blocked_senders"], account["trusted_senders"]) == ([], [])
    assert terminal.json("address", "list")[0]["senders"] == []


def test_a_retired_address_is_taken_into_use_again(terminal: Any, bakery: dict[str, Any]) -> None:
    address = bakery["import_address"]
    assert "reinstate" in terminal("address", "retire", address).stdout
    assert terminal.json("address", "list")[0]["retired_at"]
    terminal("address", "reinstate", address)
    assert terminal.json("address", "list")[0]["retired_at"] is None
    terminal("address", "reinstate", "nobody@import.localhost", status=2)


def test_what_an_address_refused_is_listed_with_its_reason(terminal: Any, bakery: dict[str, Any], rows: Store) -> None:
    with rows.unit() as unit:
        for sender, reason in (("a@spam.example", "sender_blocked"), ("", "quota_reached")):
            unit.refusals.note(
                RefusedMail(
                    account_id=bakery["id"],
                    address=bakery["import_address"],
                    reason=reason,
                    sender=sender,
                    door=Door.SMTP,
                    first_at=NOON,
                    last_at=NOON,
                )
            )
    assert {row["reason"] for row in terminal.json("address", "refused")} == {"sender_blocked", "quota_reached"}
    [row] = terminal.json("address", "refused", "Bakker", "--search", "spam")
    assert (row["sender"], row["address"]) == ("a@spam.example", bakery["import_address"])
    assert row["reason_text"]
    assert row["reason_text"][:20] in " ".join(terminal("address", "refused").stdout.split())


def mbox(folder: Path) -> Path:
    file = folder / "archive"
    file.write_bytes(b"".join(b"From shop Sat Nov 21 12:00:00 2026\n" + MAIL % number + b"\n" for number in (1, 2, 3)))
    return file


def maildir(folder: Path) -> Path:
    for inner, number in (("cur", 1), ("new", 2), ("tmp", 9), (".Sub/cur", 3)):
        (folder / "Mail" / inner).mkdir(parents=True)
        (folder / "Mail" / inner / f"1700.{number}.host:2,S").write_bytes(MAIL % number)
    (folder / "Mail" / ".Sub" / "new").mkdir()
    (folder / "Mail" / "dovecot-uidlist").write_text("3 V1")
    return folder / "Mail"


def test_what_is_imported_may_be_sales(terminal: Any, bakery: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "sold.pdf").write_bytes(b"%PDF-1.7 sold")
    asked = ("import", "--account", "Bakker", "--purpose", "sales", str(tmp_path / "sold.pdf"))
    [row] = terminal.json(*asked, status=1)
    assert "no import address for sales" in row["problem"]
    [made] = terminal.json("address", "new", "Bakker", "--purpose", "sales")
    assert terminal.json(*asked)[0]["message"]
    assert f"To: <{made['address']}>".encode() in spooled(terminal)[0]


def test_a_link_that_leads_back_ends_no_import_and_doubles_nothing(
    terminal: Any, bakery: dict[str, Any], tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    (archive / "2025").mkdir(parents=True)
    (archive / "2025" / "one.pdf").write_bytes(b"%PDF-1.7 one")
    (archive / "2025" / "all").symlink_to(archive)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "two.pdf").write_bytes(b"%PDF-1.7 two")
    (archive / "more").symlink_to(tmp_path / "elsewhere")
    rows = terminal.json("import", "--account", "Bakker", str(archive))
    assert [Path(row["file"]).name for row in rows] == ["one.pdf", "two.pdf"]


@pytest.mark.parametrize("make", [mbox, maildir])
def test_a_mailbox_is_imported_mail_by_mail_and_again_without_doubling(
    terminal: Any, bakery: dict[str, Any], tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    first = terminal.json("import", str(path), "--account", "Bakker")
    assert len({row["message"] for row in first}) == 3
    assert sorted(content.split()[-1] for content in spooled(terminal)) == [b"1", b"2", b"3"]
    again = terminal.json("import", str(path), "--account", "Bakker")
    assert [row["message"] for row in again] == [row["message"] for row in first]
    assert len(spooled(terminal)) == 3


def test_nothing_is_imported_for_an_account_that_is_suspended(
    terminal: Any, bakery: dict[str, Any], tmp_path: Path
) -> None:
    terminal("account", "set", "Bakker", "--suspend")
    rows = terminal.json("import", str(mbox(tmp_path)), "--account", "Bakker", status=1)
    assert all(row["problem"] for row in rows)
    assert spooled(terminal) == []


def test_mail_of_nobody_is_listed_until_it_is_given_to_a_company(
    terminal: Any, bakery: dict[str, Any], rows: Store
) -> None:
    sha256 = rows.blobs.put(MAIL % 7)
    lost = message(UNASSIGNED, sha256=sha256, recipient="unassigned@import.localhost")
    with rows.unit() as unit:
        unit.accounts.add(Account(id=UNASSIGNED, name="Unassigned mail", created_at=NOON))
        unit.messages.add(lost)
    assert [row["id"] for row in terminal.json("unassigned", "list")] == [lost.id]
    assert lost.id in terminal("unassigned", "list").stdout
    terminal("unassigned", "assign", "nothing", "Bakker", status=2)
    terminal("unassigned", "assign", lost.id, UNASSIGNED, status=2)
    terminal("unassigned", "assign", lost.id, "Bakker")
    assert spooled(terminal) == [MAIL % 7]
    assert terminal.json("unassigned", "list") == []
