"""`mailroom account password`: kept sealed, listed without the secret, forgotten at a word."""

from __future__ import annotations

from pathlib import Path

from locked_intake import identity

from mailroom.domain.account import Opens


def test_a_password_is_kept_listed_without_its_secret_and_forgotten(terminal) -> None:  # type: ignore[no-untyped-def]
    terminal("account", "add", "Korenbloem", "--owner", "els@example.com")
    [row] = terminal.json("account", "password", "add", "Korenbloem", "--label", "Energie", stdin="klant 4711\n")
    assert row["label"] == "Energie"
    assert "4711" not in str(row)
    [listed] = terminal.json("account", "password", "list", "Korenbloem")
    assert listed == row
    said = terminal("account", "password", "list", "Korenbloem").stdout
    assert "Energie" in said
    assert "4711" not in said
    terminal("account", "password", "remove", "Korenbloem", row["id"])
    assert terminal.json("account", "password", "list", "Korenbloem") == []
    terminal("account", "password", "remove", "Korenbloem", row["id"], status=2)


def test_what_is_kept_is_what_was_piped_in(terminal, rows) -> None:  # type: ignore[no-untyped-def]
    terminal("account", "add", "Korenbloem", "--owner", "els@example.com")
    [row] = terminal.json("account", "password", "add", "Korenbloem", stdin=" with spaces \r\n")
    with rows.read() as unit:
        assert unit.passwords.sealed(row["account_id"], "")[0][0] is Opens.PASSWORD
        assert rows.sealer.open(unit.passwords.sealed(row["account_id"], "")[0][1]) == " with spaces "


def test_an_empty_password_is_refused(terminal) -> None:  # type: ignore[no-untyped-def]
    terminal("account", "add", "Korenbloem", "--owner", "els@example.com")
    assert "no password" in terminal("account", "password", "add", "Korenbloem", stdin="\n", status=2).stderr


def test_a_certificate_needs_its_key_and_no_passphrase(terminal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    terminal("account", "add", "Korenbloem", "--owner", "els@example.com")
    good, bare, locked = tmp_path / "good.pem", tmp_path / "bare.pem", tmp_path / "locked.pem"
    good.write_text(identity())
    bare.write_text(identity().partition("-----BEGIN PRIVATE")[0])
    locked.write_text(identity().replace("BEGIN PRIVATE KEY", "BEGIN ENCRYPTED PRIVATE KEY"))
    add = ("account", "password", "add", "Korenbloem", "--certificate")
    [row] = terminal.json(*add, str(good))
    assert (row["kind"], row["label"]) == ("certificate", "good.pem")
    assert "private key" in terminal(*add, str(bare), status=2).stderr
    assert "passphrase" in terminal(*add, str(locked), status=2).stderr


def test_the_switch_for_invoices_in_the_text_of_mails(terminal) -> None:  # type: ignore[no-untyped-def]
    terminal("account", "add", "Korenbloem", "--owner", "els@example.com")
    assert terminal.json("account", "list")[0]["body_documents"] is True
    terminal("account", "set", "Korenbloem", "--no-body-documents")
    assert terminal.json("account", "list")[0]["body_documents"] is False
