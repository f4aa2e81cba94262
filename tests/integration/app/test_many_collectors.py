"""Two real nodes with the role sender, PostgreSQL and a real Dovecot: the one that collects is killed in the middle."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from fixtures_daemon import Installation
from fixtures_dovecot import PASSWORD, Dovecot

PROMISED_SECONDS = 20.0
"""From the kill until another node collects. By design 12 seconds at most: a lease of 10, a beat of 2."""
MANY = 12


def mail(name: str) -> bytes:
    return f"From: a@shop.example\r\nMessage-ID: <{name}@shop.example>\r\nSubject: {name}\r\n\r\n{name}\r\n".encode()


class Pair:
    """Nodes that share a database, a folder for bytes and a mailbox."""

    def __init__(self, make: Callable[..., Installation], url: str, dovecot: Dovecot, folder: Path) -> None:
        self._make = make
        self._database = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self.user = dovecot.new_user()
        secret = folder / "imap-password"
        secret.write_text(PASSWORD, "utf-8")
        self._config = (
            f'[store]\ndatabase = "{url}"\nblobs = "{folder / "blobs"}"\n[archive]\nvault = "{folder / "vault"}"\n'
            f'[[imap]]\nhost = "127.0.0.1"\nport = {dovecot.port}\nsecurity = "none"\nuser = "{self.user}"\n'
            f'password_file = "{secret}"\naccount = "One"\n'
        )

    def node(self, name: str) -> Installation:
        """Make a node; it does not run yet."""
        return self._make(f'[engine]\nnode = "{name}"\nworkers = 1\n{self._config}', name)

    def collector(self) -> str:
        """Return the node whose duty the mailbox is at this moment."""
        asked = "SELECT holder FROM leases WHERE name = 'mailboxes' AND expires_at > clock_timestamp()"
        row = self._database.execute(asked).fetchone()
        return str(row[0]).partition("/")[0] if row else ""

    def came(self) -> Counter[str]:
        """Return how often each mail is in the store, by its subject."""
        return Counter(subject for (subject,) in self._database.execute("SELECT subject FROM messages"))

    def close(self) -> None:
        """Ask the database nothing more."""
        self._database.close()


@pytest.fixture
def pair(
    new_installation: Callable[..., Installation], postgres_url: str, dovecot: Dovecot, tmp_path: Path
) -> Iterator[Pair]:
    """No node yet, on an empty database and an empty mailbox."""
    made = Pair(new_installation, postgres_url, dovecot, tmp_path)
    yield made
    made.close()


@pytest.mark.postgres
@pytest.mark.timeout(400)
def test_a_killed_collector_is_taken_over_and_each_mail_comes_once(pair: Pair, put_mail: Callable[..., int]) -> None:
    doomed, heir = pair.node("doomed"), pair.node("heir")
    doomed.command("account", "add", "One", "--owner", "els@example.com")
    doomed.start(roles="worker,sender")
    doomed.wait(lambda: pair.collector() == "doomed")
    put_mail(pair.user, mail("first"))
    doomed.wait(lambda: pair.came()["first"])
    heir.start(roles="worker,sender")
    heir.wait(lambda: any('"started"' in line for line in heir.log))

    many = [f"many {number}" for number in range(MANY)]
    put_mail(pair.user, *map(mail, many))
    while (before := pair.came().total()) <= MANY // 2:
        time.sleep(0.005)
    doomed.kill()
    killed_at = time.monotonic()
    assert before < 1 + MANY, "it was to be killed in the middle"
    put_mail(pair.user, mail("late"))
    heir.wait(lambda: pair.came()["late"])
    collected_after = time.monotonic() - killed_at
    logging.getLogger("pair").info("%d before the kill, the late one %.1f s after it", before, collected_after)
    assert collected_after < PROMISED_SECONDS
    assert pair.collector() == "heir"

    # What the dead node had taken and not yet moved on is in its spool: it comes when the node is started again.
    doomed.start(roles="worker,sender")
    heir.wait(lambda: pair.came().keys() == {"first", "late", *many})
    time.sleep(5.0)  # two beats: neither of the two collects again what came
    assert set(pair.came().values()) == {1}
    assert pair.collector() == "heir"
    assert [node.stop() for node in (doomed, heir)] == [0, 0]
    assert set(pair.came().values()) == {1}
