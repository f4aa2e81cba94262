"""What DBOS says of a step that it tries again is one line of JSON, as everything else in the log of a service."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from mailroom import engine, log


def test_a_traceback_of_dbos_is_one_line_of_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    root, dbos = logging.getLogger(), logging.getLogger("dbos")
    before = root.handlers[:], dbos.handlers[:], dbos.propagate, root.level
    try:
        log.set_up("info", "json")
        engine._log_as_we_do()
        try:
            (tmp_path / "nothing\nhere").read_bytes()
        except OSError as error:
            dbos.warning("Step being automatically retried (attempt %d of 8)", 2, exc_info=error)
    finally:
        root.handlers[:], dbos.handlers[:], dbos.propagate = before[:3]
        root.setLevel(before[3])
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["logger"] == "dbos"
    assert told["event"] == "Step being automatically retried (attempt 2 of 8)"
    assert "Traceback" in told["exception"]
    assert "FileNotFoundError" in told["exception"]


def test_dbos_adds_no_handler_where_it_finds_one() -> None:
    from dbos._logger import init_logger

    engine._log_as_we_do()
    init_logger()
    assert [type(handler) for handler in logging.getLogger("dbos").handlers] == [logging.NullHandler]
    assert logging.getLogger("dbos").propagate
