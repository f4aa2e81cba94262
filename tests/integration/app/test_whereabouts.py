"""Links that a command prints lead to the pages of the daemon that runs, wherever it listens."""

from __future__ import annotations

from fixtures_daemon import Installation


def test_a_sign_in_link_leads_to_the_port_that_the_daemon_has(installation: Installation) -> None:
    add = ("account", "add", "One", "--owner", "els@example.com")
    assert installation.json(*add)[0]["sign_in"].startswith("http://127.0.0.1:8080/sign-in/")
    for _ in range(2):  # a new port each time, and the last one is not remembered
        installation.start()
        assert installation.json(*add)[0]["sign_in"].startswith(f"{installation.web}/sign-in/")
        assert installation.stop() == 0
        assert installation.json(*add)[0]["sign_in"].startswith("http://127.0.0.1:8080/sign-in/")
