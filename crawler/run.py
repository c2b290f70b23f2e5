"""Run crawls of several sites in one process, and return what each gave."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from twisted.internet.error import ReactorNotRunning

from archive.errors import KhcnError, known
from archive.report import CrawlReport
from crawler import interrupts
from crawler.config import Config, check_settings, scrapy_settings
from crawler.disk import Floor
from crawler.exits import Stopped
from crawler.extensions.report import ReportExtension
from crawler.loader import SiteSpiderLoader
from crawler.logs import follow
from crawler.sending import sending
from crawler.sites import Seed, Site

logger = logging.getLogger(__name__)

Tick = Callable[[Sequence[Crawler]], None]


@dataclass(frozen=True)
class Job:
    """One site to crawl."""

    site: Site
    seeds: tuple[Seed, ...] = ()
    """Addresses to start from; empty means the site's own."""


@dataclass(frozen=True)
class Ended:
    """How the crawl of one site ended: by a report, or before it began by an error."""

    site: str
    report: CrawlReport | None
    error: BaseException | None = None


def crawl_settings(config: Config, overrides: Mapping[str, str] | None = None) -> Settings:
    """Return Scrapy's settings: the project's, then the environment's, then *overrides*."""
    settings = Settings()
    settings.setmodule("settings", priority="project")
    # The command line has configured the log already.
    settings.setdict({**scrapy_settings(config), "LOG_INSTALL_ROOT_HANDLER": False}, priority="project")
    check_settings(overrides or {}, _plain(settings), "-s")
    settings.setdict(dict(overrides or {}), priority="cmdline")
    return settings


def _plain(settings: Settings) -> dict[str, object]:
    return {name: settings[name] for name in settings}


class SiteProcess(AsyncCrawlerProcess):
    """Scrapy's process of many crawlers, which knows that it is being stopped."""

    is_stopping = False
    """Whether a signal has asked it to end: no further site is begun."""
    _is_told = False

    def _signal_shutdown(self, signum: int, frame: Any) -> None:
        interrupts.tell()  # now: while a site is repaired the loop does not run
        self._is_told = True
        super()._signal_shutdown(signum, frame)

    async def stop(self) -> None:
        """Stop all crawls under way."""
        if self._is_told and not self.is_stopping:  # the reactor's own end stops them too
            logger.warning("stopping: what is under way is ended first; a second signal stops at once")
        self.is_stopping = True
        await super().stop()


def run_crawls(
    jobs: Sequence[Job],
    settings: Settings,
    *,
    full: bool = False,
    limit: int | None = None,
    since: date | None = None,
    at_once: int | None = None,
    tick: Tick | None = None,
    more: Mapping[str, object] | None = None,
) -> list[Ended]:
    """Crawl the sites of *jobs*, *at_once* of them side by side, until all are done, or a signal stops them.

    *at_once* is ``CONCURRENT_SITES`` unless it is given. *tick* is called a few times a second with
    the running crawlers. *more* are arguments of a spider class that takes others.
    Errors of one site never stop another: they are in its :class:`Ended`.
    A site that a signal kept from beginning, or from ending in order, ends as :class:`~crawler.exits.Stopped`.
    """
    if not jobs:
        return []
    sending.is_left_to_the_command = True
    process = SiteProcess(settings)
    # Loading this looks up the source of each call on the stack: below other imports that is a tenth of the start.
    importlib.import_module("scrapy.core.downloader.contextfactory")
    queue = _Queue(process, jobs, {"full": full, "limit": limit, "since": since, **(more or {})})
    if tick is not None:
        _every(0.2, lambda: tick(list(queue.running.values())))
    # What was loaded stays, and most objects of a crawl go without it: by default it takes 6 % of the time.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    queue.start(at_once or settings.getint("CONCURRENT_SITES"))
    process.start(stop_after_crawl=False)
    return queue.ended()


class _Queue:
    """Jobs that wait for one of a few lanes; a lane crawls one site after the other."""

    def __init__(self, process: SiteProcess, jobs: Sequence[Job], options: Mapping[str, object]) -> None:
        self.running: dict[int, Crawler] = {}
        """The crawls under way, by the place of their job."""
        self._process = process
        self._jobs = jobs
        self._options = options
        self._loader = SiteSpiderLoader.from_settings(process.settings)
        self._waiting = deque(range(len(jobs)))
        self._ended: dict[int, Ended] = {}

    def start(self, lanes: int) -> None:
        """Let the lanes begin as soon as the process runs; when all are done, it ends."""
        self._lanes = asyncio.get_event_loop().create_task(self._run(min(lanes, len(self._jobs))))
        self._lanes.add_done_callback(lambda _: _stop_reactor())

    def ended(self) -> list[Ended]:
        """Return how each job ended, in their order."""
        if self._lanes.done():
            self._lanes.result()
        return [self._ended.get(number) or self._stopped(number) for number in range(len(self._jobs))]

    def _stopped(self, number: int) -> Ended:
        site = self._jobs[number].site.id
        if number not in self.running:
            return Ended(site, None, Stopped(f"{site}: not begun, for the run was stopped"))
        # A second signal left it where it was: as after a kill, its next run mends it.
        return Ended(site, None, Stopped(f"{site}: stopped at once; the same command goes on from there"))

    async def _run(self, lanes: int) -> None:
        await asyncio.gather(*(self._lane() for _ in range(lanes)))

    async def _lane(self) -> None:
        while self._waiting and not self._process.is_stopping:
            number = self._waiting.popleft()
            # In a task of its own: what is followed there is that site and no other.
            self._ended[number] = await asyncio.create_task(self._crawl(number))

    async def _crawl(self, number: int) -> Ended:
        job = self._jobs[number]
        follow(job.site.id)
        try:
            check_settings(job.site.crawl, _plain(self._process.settings), f"{job.site.id}.toml: crawl")
            Floor.of(self._process.settings).check()
            crawler = self._process.create_crawler(self._loader.spider_for(job.site))
            self.running[number] = crawler
            await self._process.crawl(crawler, seeds=job.seeds, **self._options)
        except Exception as error:
            self.running.pop(number, None)
            return Ended(job.site.id, None, known(error))
        return _ended(job, self.running.pop(number))


def _ended(job: Job, crawler: Crawler) -> Ended:
    try:
        extension = crawler.get_extension(ReportExtension)
    except RuntimeError:  # stopped before its extensions were made
        extension = None
    if extension is None or extension.report is None:
        return Ended(job.site.id, None, KhcnError(f"{job.site.id}: the crawl ended without a report; see the log"))
    return Ended(job.site.id, extension.report)


def _stop_reactor() -> None:
    from twisted.internet import reactor

    with suppress(ReactorNotRunning):  # a signal was faster
        reactor.stop()  # type: ignore[misc]


def _every(seconds: float, call: Callable[[], None]) -> None:
    from twisted.internet import task

    task.LoopingCall(call).start(seconds)
