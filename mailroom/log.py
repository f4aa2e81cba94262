"""Logs: event names are constants, facts are keywords, identifiers and never contents.

To a terminal in colours, else one JSON object a line on standard error (journald, Loki and people read both). structlog
is loaded with the first word that is logged: it brings rich and pygments along, a fifth of all that `mailroom inbox`
would import, and most commands have nothing to log.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from structlog.stdlib import ProcessorFormatter
    from structlog.typing import FilteringBoundLogger, Processor

LogFormat = Literal["auto", "console", "json"]


def set_up(level: str = "info", log_format: LogFormat = "auto") -> None:
    """Say once per process how structlog and the standard library's logging shall write."""
    number = logging.getLevelNamesMapping()[level.upper()]
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    output.wish(number, console=console)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_FromLibraries())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))


def get_logger(room: str) -> FilteringBoundLogger:
    """Return the logger of one room; `room` is its folder's name."""
    return cast("FilteringBoundLogger", _Logger(room))


class _Output:
    """How logs are written: wished for at the start, done when there is something to write."""

    def __init__(self) -> None:
        self._wish: tuple[int, bool] | None = None

    def wish(self, level: int, *, console: bool) -> None:
        self._wish = (level, console)
        if "structlog" in sys.modules:
            self.prepare(again=True)

    def prepare(self, *, again: bool = False) -> None:
        """Configure structlog as it was wished; a configuration that stands is left alone unless `again`."""
        import structlog

        if self._wish is None or (structlog.is_configured() and not again):
            return
        level, console = self._wish
        structlog.configure(
            processors=[*_shared(), *([] if console else [structlog.processors.format_exc_info]), _renderer(console)],
            wrapper_class=structlog.make_filtering_bound_logger(level),
            logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            cache_logger_on_first_use=False,
        )

    def formatter(self) -> ProcessorFormatter:
        from structlog.processors import format_exc_info
        from structlog.stdlib import ProcessorFormatter, add_logger_name

        console = bool(self._wish and self._wish[1])
        return ProcessorFormatter(
            foreign_pre_chain=[*_shared(), add_logger_name, *([] if console else [format_exc_info])],
            processors=[ProcessorFormatter.remove_processors_meta, _renderer(console)],
        )


output = _Output()


class _Logger:
    """Stands for a structlog logger until it is used."""

    def __init__(self, room: str) -> None:
        self._room = room

    def __getattr__(self, name: str) -> Any:
        import structlog

        output.prepare()
        return getattr(structlog.get_logger(room=self._room), name)


class _FromLibraries(logging.Formatter):
    """Writes what libraries log in the same form."""

    def format(self, record: logging.LogRecord) -> str:
        return output.formatter().format(record)


def _shared() -> list[Processor]:
    import structlog

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderer(console: bool) -> Processor:
    import structlog

    return structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
