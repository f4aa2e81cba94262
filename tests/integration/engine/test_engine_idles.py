"""What an idle engine costs is decided by how often DBOS looks; a new version may name its intervals otherwise."""

from __future__ import annotations

from dbos import _workflow_commands
from dbos._dbos import _get_or_create_dbos_registry
from dbos._queue import Queue

from mailroom import engine


def test_dbos_still_has_the_intervals_that_we_set() -> None:
    # Both exist in DBOS itself: setting them is not adding names that nobody reads.
    assert "_BACKGROUND_JOBS_INTERVAL_SEC" in _workflow_commands.background_jobs_thread.__code__.co_names
    queue = _get_or_create_dbos_registry().get_internal_queue()
    assert isinstance(queue, Queue)
    assert hasattr(queue, "_polling_interval_sec")


def test_the_intervals_are_set() -> None:
    engine._look_rarely()
    assert engine.RARELY_SECONDS == _workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC
    assert _get_or_create_dbos_registry().get_internal_queue()._polling_interval_sec == engine.QUIET_SECONDS
