"""The arguments of MAIL and RCPT."""

from __future__ import annotations

import pytest

from mailroom.gateways.paths import parse


@pytest.mark.parametrize(
    ("argument", "address", "parameters"),
    [
        ("FROM:<>", "", {}),
        ("FROM:<a@b.example>", "a@b.example", {}),
        ("from: <a@b.example>", "a@b.example", {}),
        ("FROM:a@b.example", "a@b.example", {}),
        ("FROM:<a@b.example> SIZE=10 BODY=8BITMIME", "a@b.example", {"SIZE": "10", "BODY": "8BITMIME"}),
        ("FROM:<> smtputf8", "", {"SMTPUTF8": ""}),
        ("FROM:<@relay.example,@other.example:a@b.example>", "a@b.example", {}),
        ('FROM:<"a b@c\\""@d.example>', '"a b@c\\""@d.example', {}),
        ("FROM:<postmaster>", "postmaster", {}),
        ("FROM:<jörg@müller.example> SMTPUTF8", "jörg@müller.example", {"SMTPUTF8": ""}),
        ("FROM:<a@[192.0.2.1]>", "a@[192.0.2.1]", {}),
    ],
)
def test_a_path_is_read(argument: str, address: str, parameters: dict[str, str]) -> None:
    assert parse(argument, "FROM:") == (address, parameters)


@pytest.mark.parametrize("argument", ["", "<a@b>", "TO:<a@b>", "FRO"])
def test_another_keyword_is_no_path_at_all(argument: str) -> None:
    assert parse(argument, "FROM:") is None


@pytest.mark.parametrize(
    "argument",
    ["FROM:", "FROM:<", "FROM:<a@b", "FROM:a", "FROM:<a@b>x", "FROM:<a b@c>", "FROM:<a@b@c>", "FROM:<a@b\x01>",
     "FROM:<a\udcff@b>", "FROM:<" + "a" * 400 + "@b>", "FROM:<<a@b>>"],
)  # fmt: skip
def test_what_cannot_be_an_address_is_an_error(argument: str) -> None:
    with pytest.raises(ValueError, match="no "):
        parse(argument, "FROM:")


def test_a_hostile_path_is_refused_quickly() -> None:
    for sign in '"\\,:@< ':
        with pytest.raises(ValueError, match="no "):
            parse("FROM:<" + sign * 2_000, "FROM:")
