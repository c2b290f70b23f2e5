"""Read pages within bounds: harmless ones here, all others in a process that can be ended.

Crawl and rebuild read with the same :class:`Reader`, so that a page which is too costly for one is so for both.
Whether a page is harmless is seen by its site and its bytes alone, before it is read: its site is declared, and read by
families of pages, which takes some milliseconds; and it is neither long nor full of tags. All others take
the generic reader's forty milliseconds, or are what nobody can foresee.

A page that takes longer than ``READING_SECONDS`` (of CPU, which a busy machine does not change) or more memory than
``READING_MEGABYTES`` is no article: ``error: too costly``. So that this hangs on the machine as little as can be,
the length of a page and the number of its tags are bounded first (:mod:`crawler.clean`).
"""

from __future__ import annotations

import atexit
import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import Pipe
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from archive.model import Capture, NotAnArticle, Payload
from crawler.clean import MAX_PAGE_BYTES
from crawler.leads import Leads
from crawler.reading import Broken, NoReader
from crawler.reading_worker import Answer, Question, dumps, loads, resident_bytes

if TYPE_CHECKING:
    from crawler.reading import Result
    from crawler.sites import Site

logger = logging.getLogger(__name__)

READING_SECONDS = 5.0
"""CPU time a page, as the setting of this name is unless somebody changes it."""
READING_MEGABYTES = 400
"""Memory of the process, likewise."""
HARMLESS_BYTES = 262_144
"""A longer page is read beside. Of the pages that were saved from Departments nine of ten are shorter."""
HARMLESS_TAGS = 6_000
"""So is one with more tags."""
TOO_COSTLY = "error: too costly"
"""How the reasons begin with which a page is rejected that took too long, or too much memory."""
DIED = "error: reader died"
"""Why a page is rejected on which the process died twice, of a fault in a library."""
_LOOK_S = 0.02
_PATIENCE = 12
"""By so much longer than its CPU time a page may take: the machine is busy."""
_START_S = 120.0
_MAX_SITES = 200
_WORN = 0.6
"""A process that holds this share of its memory after a page is ended, and another started for the next."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a page may cost."""

    seconds: float = READING_SECONDS
    megabytes: int = READING_MEGABYTES

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> Limits:
        """Return the limits that settings, or the ``[crawl]`` table of a site, name."""
        seconds = settings.get("READING_SECONDS") or READING_SECONDS
        megabytes = settings.get("READING_MEGABYTES") or READING_MEGABYTES
        return cls(float(str(seconds)), int(str(megabytes)))


@dataclass(frozen=True, slots=True)
class Read:
    """How a page was read."""

    result: Result | Broken
    """What it holds, or how the reading code broke on it."""
    leads: Leads | None = None
    """What it leads to; null when nobody asked, and of a harmless page."""


class _TooCostly(Exception):
    pass


class _Died(Exception):
    pass


def is_harmless(site: Site, payload: Payload) -> bool:
    """Say whether a page can be read at once: some milliseconds, whatever it holds."""
    return is_small(payload) and bool(site.layouts) and all(layout.page != "generic" for layout in site.layouts)


def is_small(payload: Payload) -> bool:
    """Say whether a page can be parsed at once."""
    return len(payload.body) <= HARMLESS_BYTES and payload.body.count(b"<") <= HARMLESS_TAGS


class Reader:
    """Reads pages, one at a time; its process is started by the first that is not harmless."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._worker: _Worker | None = None
        self._sites: dict[int, tuple[int, Site]] = {}
        self.starts = 0
        """Processes started."""

    def derive(self, site: Site, capture: Capture, payload: Payload) -> Result:
        """Return what a page holds: :func:`crawler.derive.derive` within the bounds of the site. For a rebuild.

        What is too costly is NotAnArticle. Raises what the reading code raises: Broken, when it did so beside.
        """
        result = self.read(site, capture, payload, Limits.of(site.crawl)).result
        if isinstance(result, Broken):
            raise result
        return result

    def read(
        self,
        site: Site,
        capture: Capture,
        payload: Payload,
        limits: Limits = Limits(),
        *,
        leads: bool = False,
        listing: bool = False,
    ) -> Read:
        """Return what a page holds, and with *leads* what it leads to (with *listing* its list too).

        What is too costly is NotAnArticle. Raises NoReader when no process can be started, and of a
        harmless page what the reading code raises. May be called by any thread.
        """
        if is_harmless(site, payload):
            from crawler.derive import derive

            return Read(derive(site, capture, payload))
        if capture.purpose != "listing" and len(payload.body) > MAX_PAGE_BYTES:
            payload = replace(payload, body=payload.body[:MAX_PAGE_BYTES])  # no more of it is parsed
        with self._lock:
            return self._read(
                site, Question(0, None, capture, payload, limits.seconds, limits.megabytes, leads, listing)
            )

    def close(self) -> None:
        """End the process; the next page would start another."""
        with self._lock:
            self._drop()

    @property
    def pid(self) -> int | None:
        """Number of the process, null when there is none."""
        worker = self._worker
        return worker.pid if worker is not None else None

    def _read(self, site: Site, question: Question) -> Read:
        for is_last in (False, True):
            result: Result | Broken | None = None
            try:
                worker = self._worker or self._start()
                worker.ask(self._naming(site, question))
                result = _result(worker.answer(question))
                if not question.leads:
                    return Read(result)
                return Read(result, _leads(worker.answer(question)))
            except _TooCostly as error:
                self._drop()
                reason = f"{TOO_COSTLY} ({error})"
                told = {"url": question.capture.url, "capture": question.capture.id, "cause": reason}
                logger.warning("page not read", extra=told)
                return _given_up(result, reason, question)
            except _Died as error:
                self._drop()
                logger.warning(
                    "reader died", extra={"url": question.capture.url, "detail": str(error), "again": not is_last}
                )
                if is_last:
                    return _given_up(result, DIED, question)
            finally:
                if self._worker is not None and self._worker.is_worn(question.megabytes):
                    self._drop()
        raise AssertionError  # the loop returns

    def _start(self) -> _Worker:
        self._sites.clear()
        self._worker = _Worker()
        self.starts += 1
        return self._worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def _naming(self, site: Site, question: Question) -> Question:
        """Return the question with its site, told once to each process."""
        if id(site) in self._sites:
            return replace(question, number=self._sites[id(site)][0])
        if len(self._sites) >= _MAX_SITES:
            self._sites.clear()
        number = len(self._sites)
        self._sites[id(site)] = (number, site)  # held, so that no other is given its id
        return replace(question, number=number, site=site)


class _Worker:
    """One process and the pipe to it."""

    def __init__(self) -> None:
        ours, theirs = Pipe()
        begin = f"from crawler.reading_worker import serve; serve({theirs.fileno()})"
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {begin}"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the crawl
            )
        except OSError as error:
            raise NoReader(f"no process for reading pages can be started ({error}); free some memory") from error
        finally:
            theirs.close()
        self._pipe = ours
        self._resident_bytes = 0
        self._expect_start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, question: Question) -> None:
        try:
            self._pipe.send_bytes(dumps(question))
        except OSError:
            self._raise_died()

    def answer(self, question: Question) -> Answer:
        """Return the next answer. Raises _TooCostly or _Died."""
        deadline = monotonic() + question.seconds * _PATIENCE
        try:
            while not self._pipe.poll(_LOOK_S):
                if resident_bytes(self.pid) > question.megabytes * 1_000_000:
                    raise _TooCostly("memory")
                if monotonic() > deadline:
                    raise _TooCostly("time")
            answer = loads(self._pipe.recv_bytes())
        except (EOFError, OSError):
            self._raise_died()
        except pickle.UnpicklingError as error:
            raise _Died(str(error)) from None
        self._resident_bytes = answer.resident_bytes
        for event in answer.events:
            record = logging.makeLogRecord(event)
            target = logging.getLogger(record.name)
            if target.isEnabledFor(record.levelno):
                target.handle(record)
        return answer

    def is_worn(self, megabytes: int) -> bool:
        return self._resident_bytes > megabytes * 1_000_000 * _WORN

    def kill(self) -> None:
        self._pipe.close()
        with suppress(OSError):
            self._process.kill()
        self._process.wait()

    def _expect_start(self) -> None:
        try:
            if self._pipe.poll(_START_S) and self._pipe.recv_bytes() == b"ready":
                return
        except (EOFError, OSError):
            if (code := self._process.wait()) < 0:
                raise _Died(f"by signal {-code} while it started") from None
        self.kill()
        raise NoReader(
            f"the process for reading pages did not start (exit code {self._process.returncode}); "
            "what it wrote to stderr says why"
        )

    def _raise_died(self) -> None:
        code = self._process.wait()
        if code == -signal.SIGPROF:
            raise _TooCostly("time")
        raise _Died(f"by signal {-code}" if code < 0 else f"exit code {code}")


def _result(answer: Answer) -> Result | Broken:
    if answer.broken == "MemoryError":
        raise _TooCostly("memory")
    if answer.broken is not None or answer.result is None:
        return Broken(answer.broken or "NoAnswer", answer.trace)
    return answer.result


def _leads(answer: Answer) -> Leads:
    if answer.broken == "MemoryError":
        raise _TooCostly("memory")
    if answer.broken is not None:
        logger.error("links not readable\n%s", answer.trace)
        return Leads(failure=f"error: {answer.broken}")
    return answer.leads or Leads()


def _given_up(result: Result | Broken | None, reason: str, question: Question) -> Read:
    """Return how a page was read that could not be read to its end: its links are not its article's fault."""
    leads = Leads(failure=reason) if question.leads else None
    return Read(result if result is not None else NotAnArticle(reason, question.capture.url), leads)


@cache
def reader() -> Reader:
    """Return the reader of this process: one for all crawls in it."""
    made = Reader()
    atexit.register(made.close)
    return made


os.register_at_fork(after_in_child=reader.cache_clear)  # a process is asked by one only
