"""The log: events on stderr, as text for people or JSON lines for machines.

Each line is one event. What comes from outside (addresses, titles, messages of other programs) can neither begin a
line of its own nor steer a terminal, secrets are masked (:mod:`crawler.masked`), and what happens in a crawl
bears the crawl's id, whoever logs it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Literal

from archive.errors import KhcnError
from archive.times import UTC
from crawler.masked import Mask, mask_of, masked, one_line

logger = logging.getLogger(__name__)

_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "spider"}


@dataclass(slots=True)
class Followed:
    """The crawl that is worked on in a context, and in all that it starts."""

    site: str
    crawl: str | None = None
    """Its id; null until it has one."""


_followed: ContextVar[Followed | None] = ContextVar("followed", default=None)


def follow(site: str) -> None:
    """Say that from here on the work is for a crawl of *site*: in this task, and in what it starts."""
    _followed.set(Followed(site))


def name_crawl(crawl: str) -> None:
    """Say which crawl it is. Without :func:`follow` before, nothing is followed."""
    if (found := _followed.get()) is not None:
        found.crawl = crawl


def configure(form: Literal["json", "text"], verbosity: int, secrets: Iterable[str] = ()) -> None:
    """Send the log of this process to stderr, without *secrets*.

    Warnings and errors always; the story of a crawl with ``-v``, everything with ``-vv``.
    """
    handler = logging.StreamHandler(sys.stderr)
    mask = mask_of(secrets)
    handler.setFormatter(JsonFormatter(mask) if form == "json" else TextFormatter(mask))
    handler.addFilter(_expected_errors_in_a_line)
    handler.addFilter(_say_whose)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel([logging.WARNING, logging.INFO, logging.DEBUG][min(verbosity, 2)])
    handler.setLevel(root.level)  # Scrapy sets its own logger to DEBUG, which the root's level does not stop
    for noisy in ("twisted", "filelock", "asyncio", "PIL"):
        logging.getLogger(noisy).setLevel(max(root.level, logging.INFO))
    logging.captureWarnings(True)


def log_unforeseen() -> None:
    """Log what nobody catches, in threads too, in place of a bare traceback on stderr."""

    def main_thread(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logger.critical("unforeseen error", exc_info=(kind, error, trace))

    def other_thread(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and told.exc_type is not SystemExit:
            main_thread(told.exc_type, told.exc_value, told.exc_traceback)

    sys.excepthook = main_thread
    threading.excepthook = other_thread


def plain(text: object) -> str:
    """Return what may be said to a person on stderr: without secrets, and without what a terminal obeys."""
    return "\n".join(map(one_line, _mask()(str(text)).split("\n")))


def _mask() -> Mask:
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, _Formatter):
            return handler.formatter.mask
    return masked


def _expected_errors_in_a_line(record: logging.LogRecord) -> bool:
    """An expected error is a sentence: Scrapy logs it with a traceback and the whole article."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, KhcnError):
        record.msg, record.args, record.exc_info = str(error), (), None
    return True


def _say_whose(record: logging.LogRecord) -> bool:
    """Give a record the site and the id of the crawl in which it was made."""
    found = _followed.get()
    recorder = getattr(getattr(record, "spider", None), "recorder", None)
    if recorder is not None:  # Scrapy says it where no context reaches
        found = Followed(recorder.site.id, recorder.crawl)
    if found is not None:
        fields = vars(record)
        fields.setdefault("site", found.site)
        if found.crawl is not None:
            fields.setdefault("crawl", found.crawl)
    return True


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _OWN_FIELDS}


class _Formatter(logging.Formatter):
    def __init__(self, mask: Mask = masked) -> None:
        super().__init__()
        self.mask = mask

    def _message(self, record: logging.LogRecord) -> str:
        try:
            return record.getMessage()
        except Exception:  # a library's wrong call is no reason to lose its line
            return f"{record.msg} {record.args!r}"


class TextFormatter(_Formatter):
    """``18:03:09 WARNING request failed url=... cause=... crawl=...``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and a traceback when there is one: its lines are indented, as no event is."""
        moment = datetime.fromtimestamp(record.created, UTC).astimezone()
        fields = _extra(record)
        if "crawl" in fields:  # last, for it is long; it begins with the site's id
            crawl = fields.pop("crawl")
            fields.pop("site", None)
            fields["crawl"] = crawl
        extra = "".join(f" {key}={self._said(value)}" for key, value in fields.items())
        line = f"{moment:%H:%M:%S} {record.levelname} {self._said(self._message(record))}{extra}"
        if not record.exc_info:
            return line
        trace = self.mask(self.formatException(record.exc_info))
        return "\n".join([line, *(f"  {one_line(each)}" for each in re.split(r"\r?\n", trace))])

    def _said(self, value: object) -> str:
        return one_line(self.mask(str(value)))


class JsonFormatter(_Formatter):
    """One JSON object a line: ``time, level, logger, event``, then the event's own fields, ``site`` and ``crawl``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self.mask(self._message(record)),
            **{key: self._masked(value) for key, value in _extra(record).items()},
        }
        if record.exc_info:
            entry["traceback"] = self.mask(self.formatException(record.exc_info))
        return _UNPRINTABLE.sub(_escaped, json.dumps(entry, ensure_ascii=False))

    def _masked(self, value: object) -> Any:
        match value:
            case None | bool() | int() | float():
                return value
            case dict():
                # By name too: what a query hides by its name, a mapping does as well.
                return {str(key): self._named(str(key), each) for key, each in value.items()}
            case list() | tuple():
                return [self._masked(each) for each in value]
        return self.mask(str(value))

    def _named(self, key: str, value: object) -> Any:
        told = f"{key}={value}"
        return self._masked(value) if masked(told) == told else self.mask(told).removeprefix(f"{key}=")


# JSON escapes the controls below the space only: these are obeyed by terminals, or read as ends of lines.
_UNPRINTABLE = re.compile(
    r"[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
