from __future__ import annotations

import pytest
from starlette.datastructures import FormData
from starlette.requests import Request

from mailroom.domain.account import Role
from mailroom.web.files import content_disposition
from mailroom.web.forms import FormExpired, check_site, check_token, token_for
from mailroom.web.rights import RIGHTS, Right


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ("factuur.pdf", "attachment; filename=\"factuur.pdf\"; filename*=UTF-8''factuur.pdf"),
        ("Rechnung März.pdf", "attachment; filename=\"Rechnung M_rz.pdf\"; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf"),
        ('a"; x="b.pdf', "attachment; filename=\"a_; x=_b.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%22b.pdf"),
        (
            "a\r\nSet-Cookie: x.pdf",
            "attachment; filename=\"a__Set-Cookie_ x.pdf\"; filename*=UTF-8''a__Set-Cookie%3A%20x.pdf",
        ),
        ("../../etc/passwd", "attachment; filename=\"_.._etc_passwd\"; filename*=UTF-8''_.._etc_passwd"),
        ("", "attachment; filename=\"document\"; filename*=UTF-8''document"),
        ("...", "attachment; filename=\"document\"; filename*=UTF-8''document"),
    ],
)
def test_a_download_is_named_after_its_file_and_nothing_else(filename: str, header: str) -> None:
    assert content_disposition(filename) == header


@pytest.mark.parametrize("filename", ["x" * 5000 + ".pdf", "\ud800.pdf", "💶" * 400 + ".pdf"])
def test_odd_names_still_give_a_header_that_can_be_sent(filename: str) -> None:
    header = content_disposition(filename)
    assert header.encode("latin-1")
    assert header.endswith(".pdf")
    assert len(header) < 2500


def test_a_form_is_believed_with_the_token_of_its_session_only() -> None:
    check_token(FormData({"csrf": token_for("mine")}), "mine")
    for form, secret in (
        (FormData({"csrf": token_for("other")}), "mine"),
        (FormData({}), "mine"),
        (FormData({"csrf": ""}), ""),
        (FormData({"csrf": token_for("")}), ""),
        (FormData({"csrf": "é"}), "mine"),
    ):
        with pytest.raises(FormExpired):
            check_token(form, secret)


def asked(**headers: str) -> Request:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": sent})


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "mailroom.test"},  # an old browser that says nothing
        {"host": "mailroom.test", "origin": "http://mailroom.test"},
        {"host": "10.0.0.5:8080", "origin": "https://post.example.org"},  # behind a proxy, under the public address
        {"host": "mailroom.test", "sec_fetch_site": "same-origin"},
    ],
)
def test_forms_from_our_own_pages_are_taken(headers: dict[str, str]) -> None:
    check_site(asked(**headers), "https://post.example.org")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "mailroom.test", "origin": "https://evil.example"},
        {"host": "mailroom.test", "origin": "null"},
        {"host": "mailroom.test", "sec_fetch_site": "cross-site"},
        {"host": "mailroom.test", "sec_fetch_site": "same-site"},  # a neighbour below the same domain is not us
        {"host": "mailroom.test", "origin": "http://mailroom.test.evil.example"},
    ],
)
def test_forms_from_elsewhere_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(FormExpired):
        check_site(asked(**headers), "https://post.example.org")


def test_every_role_has_its_rights() -> None:
    assert set(RIGHTS) == set(Role)
    assert RIGHTS[Role.OWNER] == set(Right)
    assert RIGHTS[Role.OWNER] - RIGHTS[Role.MEMBER] == {Right.SETTINGS, Right.RAW}
    assert Right.DECIDE not in RIGHTS[Role.ACCOUNTANT] | RIGHTS[Role.VALIDATOR]
    assert RIGHTS[Role.VALIDATOR] == {Right.SEE, Right.FILL_IN}
