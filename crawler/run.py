"""Run crawls of several sites in one process, and return what each gave."""

from __future__ import annotations

from asyncio import Task
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from archive.errors import KhcnError
from archive.report import CrawlReport
from crawler.config import Config, check_settings, scrapy_settings
from crawler.extensions.report import ReportExtension
from crawler.loader import SiteSpiderLoader
from crawler.sites import Seed, Site

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


def run_crawls(
    jobs: Sequence[Job],
    settings: Settings,
    *,
    full: bool = False,
    limit: int | None = None,
    tick: Tick | None = None,
) -> list[Ended]:
    """Crawl every site of *jobs* side by side until all are done, or a signal stops them.

    *tick* is called a few times a second with the running crawlers.
    Errors of one site never stop another: they are in its :class:`Ended`.
    """
    process = AsyncCrawlerProcess(settings)
    loader = SiteSpiderLoader.from_settings(settings)
    started: list[tuple[Job, Crawler, Task[None]]] = []
    for job in jobs:
        check_settings(job.site.crawl, _plain(settings), f"{job.site.id}.toml: crawl")
    for job in jobs:
        crawler = process.create_crawler(loader.spider_for(job.site))
        started.append((job, crawler, process.crawl(crawler, full=full, limit=limit, seeds=job.seeds)))
    if tick is not None:
        _every(0.2, lambda: tick([crawler for _, crawler, _ in started]))
    process.start()
    return [_ended(job, crawler, task) for job, crawler, task in started]


def _ended(job: Job, crawler: Crawler, task: Task[None]) -> Ended:
    error = task.exception() if task.done() and not task.cancelled() else None
    if error is not None:
        return Ended(job.site.id, None, error)
    extension = crawler.get_extension(ReportExtension)
    if extension is None or extension.report is None:
        return Ended(job.site.id, None, KhcnError(f"{job.site.id}: the crawl ended without a report; see the log"))
    return Ended(job.site.id, extension.report)


def _every(seconds: float, call: Callable[[], None]) -> None:
    from twisted.internet import task

    task.LoopingCall(call).start(seconds)
