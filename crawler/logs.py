"""The log: events on stderr, as text for people or JSON lines for machines."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime
from typing import Literal

from archive.errors import KhcnError
from archive.times import UTC

_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "spider"}


def configure(form: Literal["json", "text"], verbosity: int) -> None:
    """Send the log of this process to stderr.

    Warnings and errors always; the story of a crawl with ``-v``, everything with ``-vv``.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    handler.addFilter(_expected_errors_in_a_line)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel([logging.WARNING, logging.INFO, logging.DEBUG][min(verbosity, 2)])
    handler.setLevel(root.level)  # Scrapy sets its own logger to DEBUG, which the root's level does not stop
    for noisy in ("twisted", "filelock", "asyncio", "PIL"):
        logging.getLogger(noisy).setLevel(max(root.level, logging.INFO))


def _expected_errors_in_a_line(record: logging.LogRecord) -> bool:
    """An expected error is a sentence: Scrapy logs it with a traceback and the whole article."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, KhcnError):
        record.msg, record.args, record.exc_info = str(error), (), None
    return True


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _OWN_FIELDS}


class TextFormatter(logging.Formatter):
    """``18:03:09 WARNING request failed url=... cause=...``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and a traceback when there is one."""
        moment = datetime.fromtimestamp(record.created, UTC).astimezone()
        extra = "".join(f" {key}={_one_line(value)}" for key, value in _extra(record).items())
        line = f"{moment:%H:%M:%S} {record.levelname} {_one_line(record.getMessage())}{extra}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``time, level, logger, event``, then the event's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def _one_line(value: object) -> str:
    """Control characters from outside never reach a terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in str(value))
