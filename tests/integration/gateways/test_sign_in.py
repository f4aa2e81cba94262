"""Signing in to a mailbox from the command line: a token server that checks, and a Dovecot that asks it."""

from __future__ import annotations

import re
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixtures_daemon import Installation
from fixtures_dovecot import Dovecot
from token_server import TokenServer

from mailroom.config import OAuthSettings
from mailroom.gateways.oauth import TokenRefused, Tokens, endpoints
from mailroom.gateways.oauth_sign_in import BrowserSignIn, SignInFailed, sign_in_elsewhere

SECRETS = ("refresh-", "access-", "device-secret", "code-1")


def settings(server: TokenServer, **more: Any) -> OAuthSettings:
    values = {"token_url": f"{server.url}/token", "device_url": f"{server.url}/device"}
    return OAuthSettings(client_id="mailroom", authorize_url=f"{server.url}/authorize", **values | more)


@pytest.fixture
def mailbox(
    dovecot: Dovecot, token_server: TokenServer, new_installation: Callable[..., Installation], tmp_path: Path
) -> Installation:
    """An installation whose one mailbox nobody has signed in to."""
    token_server.user = dovecot.new_user()
    return new_installation(
        f'[[imap]]\nhost = "127.0.0.1"\nport = {dovecot.port}\nsecurity = "none"\nuser = "{token_server.user}"\n'
        f'account = "One"\noauth2 = {{ client_id = "mailroom", token_url = "{token_server.url}/token", '
        f'device_url = "{token_server.url}/device", authorize_url = "{token_server.url}/authorize", '
        f'scope = "imap", mechanism = "oauthbearer" }}\n'
    )


def test_a_code_on_another_device_opens_the_mailbox_and_the_daemon_collects(
    mailbox: Installation, token_server: TokenServer, put_mail: Callable[..., int]
) -> None:
    user = token_server.user
    put_mail(user, b"From: a@shop.example\r\nSubject: invoice\r\n\r\nhello\r\n")
    assert mailbox.json("account", "mailbox", "list")[0]["log_in"] == "oauth2, not signed in yet"
    token_server.waiting = ["authorization_pending", "authorization_pending"]
    done = mailbox.command("account", "mailbox", "sign-in", user)
    assert f"Open {token_server.url}/devicelogin on any device and type the code WDJB-MJHT" in done.stdout
    assert "127.0.0.1 opens INBOX." in done.stdout
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr]
    [kept] = (mailbox.data / "collectors").glob("*.token")
    assert (kept.stat().st_mode & 0o777, kept.read_text()) == (0o600, token_server.refresh_token)
    assert kept.parent.stat().st_mode & 0o077 == 0
    assert mailbox.json("account", "mailbox", "list")[0]["log_in"] == "oauth2"

    mailbox.json("account", "add", "One", "--owner", "els@example.com")
    mailbox.start()
    mailbox.wait(lambda: mailbox.json("ledger"))
    mailbox.stop()
    assert kept.read_text() == token_server.refresh_token, "the daemon keeps each token that the server renews"
    assert token_server.asked[-1]["grant_type"] == "refresh_token"
    assert not [line for line in mailbox.log for secret in SECRETS if secret in line]


def test_a_browser_comes_back_to_the_loopback(mailbox: Installation, token_server: TokenServer) -> None:
    command = [*mailbox._mailroom(), "account", "mailbox", "sign-in", token_server.user, "--browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout is not None
        page = next(line.strip() for line in running.stdout if line.startswith("http"))
        with urllib.request.urlopen(page, timeout=20) as shown:
            assert b"this page can be closed" in shown.read()
        said = running.stdout.read()
        assert running.wait(40) == 0, said
    assert "opens INBOX." in said
    assert not [secret for secret in SECRETS if secret in said]
    assert token_server.challenge["scope"] == "imap"
    assert token_server.challenge["code_challenge_method"] == "S256"
    assert [fields["grant_type"] for fields in token_server.asked] == ["authorization_code", "refresh_token"]


def test_a_mailbox_that_does_not_open_is_told_and_another_user_is_none(
    mailbox: Installation, token_server: TokenServer
) -> None:
    user, token_server.user = token_server.user, "somebody@else.example"
    done = mailbox.command("account", "mailbox", "sign-in", user, check=False)
    assert done.returncode == 1
    assert "does not open" in done.stderr
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr]
    done = mailbox.command("account", "mailbox", "sign-in", "nobody@x.example", check=False)
    assert done.returncode == 2
    assert "mailroom account mailbox list" in done.stderr


def test_who_types_no_code_says_no_or_is_asked_to_slow_down(token_server: TokenServer) -> None:
    waits: list[float] = []
    token_server.waiting = ["authorization_pending", "slow_down", "slow_down"]
    assert sign_in_elsewhere(settings(token_server), lambda *_: None, waits.append) == "refresh-4"
    assert waits == [0.1, 0.1, 5.1, 10.1]
    for refusal in ("access_denied", "expired_token", "no_such_thing"):
        token_server.waiting = [refusal]
        with pytest.raises(SignInFailed, match=refusal) as failure:
            sign_in_elsewhere(settings(token_server), lambda *_: None, waits.append)
        assert "secret details" not in str(failure.value)
    token_server.waiting = ["authorization_pending"] * 1_000
    with pytest.raises(SignInFailed, match="in time"):
        sign_in_elsewhere(settings(token_server), lambda *_: None, waits.append)
    assert len(token_server.waiting) >= 1_000 - 601


def test_a_server_that_is_away_for_a_moment_does_not_end_a_sign_in(token_server: TokenServer) -> None:
    gone = settings(token_server, token_url="http://127.0.0.1:1/token")
    waits: list[float] = []
    with pytest.raises(SignInFailed, match="in time"):
        sign_in_elsewhere(gone, lambda *_: None, waits.append)
    assert waits[:4] == [0.1, 0.2, 0.4, 0.8]


def test_only_the_answer_to_our_question_counts(token_server: TokenServer) -> None:
    signing_in = BrowserSignIn(settings(token_server))
    found: list[str] = []
    waiting = threading.Thread(target=lambda: found.append(signing_in.wait(20)))
    waiting.start()
    for path in ("/favicon.ico", "/?code=stolen&state=guessed", "/?code=stolen"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{signing_in.port}{path}", timeout=20)
    urllib.request.urlopen(signing_in.page, timeout=20).close()
    waiting.join(20)
    signing_in.close()
    assert found == [token_server.refresh_token]


def test_an_address_is_pasted_from_a_browser_elsewhere_and_no_is_no(token_server: TokenServer) -> None:
    for denies in (False, True):
        token_server.denies = denies
        signing_in = BrowserSignIn(settings(token_server))
        signing_in.close()
        fields = dict(re.findall(r"(\w+)=([^&]+)", signing_in.page.partition("?")[2]))
        address = token_server.authorize({name: urllib.request.unquote(value) for name, value in fields.items()})
        if denies:
            with pytest.raises(SignInFailed, match="access_denied"):
                signing_in.pasted(f" {address}\n")
        else:
            assert signing_in.pasted(f" {address}\n") == token_server.refresh_token
    signing_in = BrowserSignIn(settings(token_server))
    signing_in.close()
    with pytest.raises(SignInFailed, match="no answer to this sign-in"):
        signing_in.pasted("http://127.0.0.1/?code=x&state=y")


def test_providers_are_known_by_name(tmp_path: Path) -> None:
    there = endpoints(OAuthSettings(provider="microsoft", tenant="korenbloem.be", client_id="m"))
    assert there.token == "https://login.microsoftonline.com/korenbloem.be/oauth2/v2.0/token"
    assert there.device.endswith("/devicecode")
    assert "offline_access" in there.scope
    google = OAuthSettings(provider="google", client_id="m")
    with pytest.raises(SignInFailed, match="--browser"):
        sign_in_elsewhere(google, lambda *_: None)
    signing_in = BrowserSignIn(google)
    signing_in.close()
    assert "access_type=offline" in signing_in.page
    assert f"redirect_uri=http%3A%2F%2F127.0.0.1%3A{signing_in.port}%2F" in signing_in.page
    at_microsoft = BrowserSignIn(OAuthSettings(provider="microsoft", client_id="m"))
    at_microsoft.close()
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A" in at_microsoft.page
    with pytest.raises(TokenRefused, match="sign-in jo@x"):
        Tokens(google, tmp_path, user="jo@x").access_token()
    with pytest.raises(ValueError, match="provider or token_url"):
        OAuthSettings(client_id="m")


def test_two_mailboxes_of_one_application_keep_their_tokens_apart(tmp_path: Path) -> None:
    google = OAuthSettings(provider="google", client_id="m")
    one, two = (Tokens(google, tmp_path, user=user) for user in ("a@x", "b@x"))
    one.keep("first")
    assert (one.is_signed_in, two.is_signed_in) == (True, False)
