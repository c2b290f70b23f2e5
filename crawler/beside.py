"""Read the captures of one crawl while it goes on: what takes long is done beside the event loop.

While a page is read in the process of :mod:`crawler.reading_process`, or a file of hundreds of megabytes is hashed,
other answers come in and are recorded. In which order the captures are noted does not matter to the crawl's reader.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Any, TypeVar

from archive.model import Capture, Payload
from crawler.derive import derive, page_of
from crawler.found import Found
from crawler.leads import Leads, PageLeads
from crawler.readers import states_of
from crawler.reading import Broken, CrawlReader, Outcome, Result, Step, Steps
from crawler.reading_process import Limits, is_harmless, reader
from crawler.sites import Site

BIG_BYTES = 1_000_000
"""An answer of so many bytes is decoded and hashed beside the loop; a smaller one takes some milliseconds."""
BIG_PICTURE_BYTES = 65_536
"""A picture of so many is decoded beside it; a smaller one can unpack to what takes a third of a second."""
BIG_STEERING_BYTES = 262_144
"""A sitemap or a feed of so many is read beside it: 50 MB of ampersands take ten seconds."""
KEPT = 64
"""Pages at most of which is kept what they lead to: as a rule it is asked for at once."""

_Read = TypeVar("_Read")


class Beside:
    """The reader of one crawl, and what its pages lead to."""

    def __init__(self, site: Site, crawl: str, limits: Limits, found: Found | None = None) -> None:
        """*found* holds what is found."""
        self.reader = CrawlReader(crawl, self._derive, states_of(site), found)
        self.with_listings = False
        """Whether to find out what pages of an undeclared site list."""
        self.unread = 0
        """Captures that were written and are not read yet."""
        self._site = site
        self._limits = limits
        self._leads: dict[str, Leads | PageLeads] = {}

    async def note(
        self, capture: Capture, payload: Callable[..., Payload], measure: Callable[[], Any], size: int
    ) -> Outcome:
        """Read one capture of *size* bytes; as :meth:`crawler.reading.CrawlReader.note`."""
        self.unread += 1
        outcome = await self._done(self.reader.steps(capture, payload, measure), size)
        self.unread -= 1  # not when it was cancelled: then the crawl is one that the next has to mend
        return self.reader.noted(capture, outcome)

    async def look(self, capture: Capture, payload: Payload) -> Outcome:
        """Read a capture that was noted before, without noting it again."""
        return await self._done(self.reader.steps(capture, payload), len(payload.body))

    def leads(self, capture: Capture) -> Leads | PageLeads | None:
        """Hand over, once, what a page leads to; null when that is to be seen in the answer itself."""
        return self._leads.pop(capture.id, None)

    async def _done(self, steps: Steps, size: int) -> Outcome:
        try:
            step = next(steps)
            while True:
                try:
                    came = await self._do(step, size)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(came)
                    del came  # it may be large, and what comes next may wait for long
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome

    async def _do(self, step: Step, size: int) -> Any:
        match step.kind:
            case "page":
                assert step.payload is not None
                is_short, room = is_harmless(self._site, step.payload), _reading()
            case "file":
                is_picture = step.payload is not None and not _is_text(step.payload)
                is_short, room = size < (BIG_PICTURE_BYTES if is_picture else BIG_BYTES), _hashing()
            case "load":
                is_short, room = size < BIG_BYTES, _hashing()
        if is_short:
            return step.do()
        # With its context, by which the log knows whose lines these are.
        return await asyncio.get_running_loop().run_in_executor(room, copy_context().run, step.do)

    def _derive(self, capture: Capture, payload: Payload) -> Result:
        if is_harmless(self._site, payload):
            page = page_of(self._site, capture, payload)
            result = derive(self._site, capture, payload, page)
            if self._site.layouts and page.is_parsed:
                self._keep(capture, PageLeads(page, payload))
            return result
        read = reader().read(self._site, capture, payload, self._limits, leads=True, listing=self.with_listings)
        if read.leads is not None:
            self._keep(capture, read.leads)
        if isinstance(read.result, Broken):
            raise read.result
        return read.result

    def _keep(self, capture: Capture, leads: Leads | PageLeads) -> None:
        if len(self._leads) >= KEPT:
            self._leads.pop(next(iter(self._leads)))  # nobody came for it
        self._leads[capture.id] = leads


async def steered_by(read: Callable[[Payload, str], _Read], payload: Payload, url: str) -> _Read:
    """Return what a sitemap or a feed at *url* is read as: beside the loop when it is big."""
    if len(payload.body) < BIG_STEERING_BYTES:
        return read(payload, url)
    return await asyncio.get_running_loop().run_in_executor(_hashing(), copy_context().run, read, payload, url)


def _is_text(payload: Payload) -> bool:
    return (payload.header("Content-Type") or "").strip().lower().startswith(("text/", "application/javascript"))


@cache
def _reading() -> ThreadPoolExecutor:
    """Return the thread that waits for the process: pages are read one after the other."""
    return ThreadPoolExecutor(1, "reading")


@cache
def _hashing() -> ThreadPoolExecutor:
    """Return the thread that decodes and hashes what is big; one, so that only one such body is in memory."""
    return ThreadPoolExecutor(1, "hashing")
