"""The process beside a crawl that reads costly pages: what runs in it, and what goes through its pipe.

Started and asked by :mod:`crawler.reading_process`. It reads one page after the other until its pipe is closed,
which happens whenever the crawl ends, also by ``kill -9``. The kernel ends it when a page costs more seconds of CPU
than it may: nothing that is busy in a C library could be stopped otherwise.

What goes through the pipe is pickled: both ends are this program, at the same version. Other forms lose what the
catalog would show: msgpack the time zones of dates, JSON the lone surrogates that broken pages hold. The answer
is read by :func:`loads`, which makes nothing but the classes of our own model, for hostile bytes were read by its
writer.
"""

from __future__ import annotations

import importlib
import io
import logging
import pickle
import resource
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lxml import etree

from archive.model import Capture, Payload
from crawler.registry import page_classes

if TYPE_CHECKING:
    from crawler.leads import Leads
    from crawler.reading import Result
    from crawler.sites import Site

SPARE_BYTES = 256_000_000
"""Above what a page may take: there an allocation fails, if nobody has ended the process by then."""
MAX_EVENTS = 50
"""So many events of the log a page."""
OURS = frozenset({"archive.model", "crawler.leads", "crawler.feeds", "crawler.reading_worker"})
PLAIN = frozenset({
    ("builtins", "str"),
    ("builtins", "frozenset"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("zoneinfo", "ZoneInfo"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A page to be read."""

    number: int
    """Which site it is of."""
    site: Site | None
    """That site, when it was not told before."""
    capture: Capture
    payload: Payload
    seconds: float
    """CPU time that reading may take; so much once more for its leads."""
    megabytes: int
    """Memory that the process may hold."""
    leads: bool = False
    """Whether to answer a second time, with what the page leads to."""
    listing: bool = False
    """Whether that is to say what the page lists."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it."""

    result: Result | None = None
    leads: Leads | None = None
    broken: str | None = None
    """Name of the exception with which the reading code broke."""
    trace: str = ""
    """Its traceback."""
    events: tuple[dict[str, Any], ...] = field(default=())
    """What was logged meanwhile: fields of log records."""
    resident_bytes: int = 0
    """Memory that the process holds now."""


def serve(descriptor: int) -> None:
    """Answer questions until the pipe with that file descriptor is closed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # whoever sends them to a group means the crawl
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    events = _Events()
    logging.getLogger().handlers[:] = [events]
    pipe = Connection(descriptor)
    for name in ("derive", "leads"):  # before the first page, whose time they would take
        importlib.import_module(f"crawler.{name}")
    page_classes()
    sites: dict[int, Site] = {}
    pipe.send_bytes(b"ready")
    while True:
        try:
            question: Question = pickle.loads(pipe.recv_bytes())  # noqa: S301 (the crawl's own)
            if question.site is not None:
                sites[question.number] = question.site
            most = question.megabytes * 1_000_000 + SPARE_BYTES
            resource.setrlimit(resource.RLIMIT_DATA, (most, resource.RLIM_INFINITY))
            for told in _answers(question, sites[question.number], events):
                pipe.send_bytes(told)
        except (EOFError, OSError):
            return  # nobody asks any more, or waits


def _answers(question: Question, site: Site, events: _Events) -> Iterator[bytes]:
    """Yield how a page was read, and when that was asked for, what it leads to."""
    from crawler.derive import derive
    from crawler.leads import leads_of
    from crawler.page import Page

    capture, payload = question.capture, question.payload
    yield _answer("result", partial(derive, site, capture, payload), question.seconds, events)
    if question.leads:
        page = Page(site, capture.url, capture.date, payload, capture.via)
        find = partial(leads_of, page, payload, with_listing=question.listing)
        yield _answer("leads", find, question.seconds, events)


def _answer(what: str, find: Callable[[], Any], seconds: float, events: _Events) -> bytes:
    """Return what *find* gives, or how it breaks; the kernel ends the process when it takes too long."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        told = dumps(Answer(**{what: find()}, events=events.take(), resident_bytes=resident_bytes()))
        loads(told)  # what the other end would refuse breaks here
    except MemoryError:
        told = dumps(Answer(broken="MemoryError", resident_bytes=resident_bytes()))
    except Exception as error:
        trace = traceback.format_exc()
        name = type(error).__name__
        told = dumps(Answer(broken=name, trace=trace, events=events.take(), resident_bytes=resident_bytes()))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return told


def resident_bytes(process: int | str = "self") -> int:
    """Return how much memory a process holds; 0 where the system does not tell, and of one that is gone."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


class _Events(logging.Handler):
    """What is logged while a page is read, for the log of the crawl."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self._held) >= MAX_EVENTS:
            return
        told = {key: _plain(value) for key, value in vars(record).items() if key not in ("args", "exc_info", "msg")}
        text = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        said = record.getMessage()
        self._held.append({**told, "msg": f"{said}\n{text}" if text else said, "args": (), "exc_info": None})

    def take(self) -> tuple[dict[str, Any], ...]:
        """Hand over what was logged, once."""
        held, self._held = tuple(self._held), []
        return held


def _plain(value: object) -> object:
    return value if value is None or type(value) in (bool, int, float, str) else str(value)


class _Pickler(pickle.Pickler):
    """Makes plain text of the text that lxml gives, which would hold on to its tree; names zones by their key."""

    dispatch_table = {  # noqa: RUF012 (pickle's own name for it)
        etree._ElementUnicodeResult: lambda text: (str, ("".join(text),)),
        ZoneInfo: lambda zone: (ZoneInfo, (zone.key,)),
    }


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module in OURS or (module, name) in PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of what is read in a page")


def dumps(value: object) -> bytes:
    """Return *value* as it goes through the pipe."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=5).dump(value)
    return buffer.getvalue()


def loads(told: bytes) -> Answer:
    """Return the answer that *told* holds. Raises UnpicklingError for what is none."""
    answer = _Unpickler(io.BytesIO(told)).load()
    if not isinstance(answer, Answer):
        raise pickle.UnpicklingError("no answer")
    return answer
