"""No address is asked for that robots.txt forbids, and none while nobody can say what it forbids."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urljoin, urlsplit

from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from archive.errors import KhcnError
from archive.times import now
from crawler.causes import cause
from crawler.downloader import Downloader, delay_of
from crawler.files import is_own_host
from crawler.refusals import HostClosed, NotAsked, RobotsUnknown
from crawler.robots import MAX_REDIRECTS, Rules, is_unavailable, read_rules

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

    from crawler.spider import SiteSpider

logger = logging.getLogger(__name__)


@dataclass
class _Asked:
    """What one robots.txt said, or will."""

    since: datetime
    """When it was asked for: by an earlier crawl, perhaps."""
    answer: asyncio.Task[Rules | RobotsUnknown | NotAsked]


class RobotsMiddleware:
    """Obey the robots.txt of every service (scheme, host and port), asked for once in ``ROBOTS_CACHE_S``.

    Its rules hold when it comes with 2xx. Where it does not exist (4xx, or more than five redirects)
    nothing is forbidden. Where it can not be had (5xx, 429, no answer after all retries) everything
    is: each request fails with the reason. Source: RFC 9309, section 2.3.1.

    A ``Crawl-delay`` that is longer than ``DOWNLOAD_DELAY`` takes its place for the host.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        assert crawler.stats is not None
        self._crawler = crawler
        self._stats: StatsCollector = crawler.stats
        self._token: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["BOT_NAME"]
        self._cache_s = timedelta(seconds=crawler.settings.getint("ROBOTS_CACHE_S"))
        self._asked: dict[str, _Asked] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware. Raises NotConfigured when robots.txt is not to be obeyed."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise IgnoreRequest for what is forbidden, RobotsUnknown where that can not be known."""
        parts = urlsplit(request.url)
        if request.meta.get("dont_obey_robotstxt") or parts.scheme not in ("http", "https"):
            return
        service = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        rules = await self._rules(service, parts.hostname or "")
        if isinstance(rules, RobotsUnknown):
            self._stats.inc_value("robotstxt/unknown")
            if is_own_host(self._spider, request.url):
                self._spider.recorder.failed.stand_in(request.url, f"{service}/robots.txt")
            raise rules.again()
        if isinstance(rules, NotAsked):
            raise NotAsked(str(rules))
        # For whoever reads the answer: the sitemaps of its host.
        request.meta["sitemaps"] = tuple(urljoin(f"{service}/", url) for url in rules.sitemaps)
        if not rules.allows(request.url):
            self._stats.inc_value("robotstxt/forbidden")
            raise IgnoreRequest("forbidden by robots.txt")

    async def _rules(self, service: str, host: str) -> Rules | RobotsUnknown | NotAsked:
        """Return what a service's robots.txt says, asked for when that is unknown or too long ago."""
        asked = self._asked.get(service)
        # What never came (the task is done, and not with rules) is not asked for again in this crawl.
        is_old = asked is not None and self._cache_s and now() - asked.since > self._cache_s
        if asked is None or (is_old and isinstance(_done(asked), Rules)):
            asked = self._asked[service] = self._begin(f"{service}/robots.txt", is_first=asked is None)
        outside = self._downloader.outside
        outside[host] += 1
        try:
            # Shielded: one request that is given up must not take the rules from the others.
            return await asyncio.shield(asked.answer)
        finally:
            outside[host] -= 1

    def _begin(self, url: str, *, is_first: bool) -> _Asked:
        held = None
        if is_first and self._cache_s:
            held = self._spider.recorder.earlier.robots.rules(url, self._token, now() - self._cache_s)
        if held is None:
            return _Asked(now(), asyncio.create_task(self._ask(url)))
        rules, since = held
        self._stats.inc_value("robotstxt/cached")
        return _Asked(since, asyncio.create_task(self._use(rules, url)))

    async def _use(self, rules: Rules, url: str) -> Rules:
        if is_own_host(self._spider, url):
            self._spider.recorder.robots[url.removesuffix("/robots.txt")] = rules.digest
        if rules.delay_s:
            self._slow_down(url, rules.delay_s)
        return rules

    async def _ask(self, url: str) -> Rules | RobotsUnknown | NotAsked:
        """Return the rules at *url*. Raises DiskFull or ArchiveError when they could not be kept."""
        meta = {"dont_obey_robotstxt": True, "purpose": "robots", "redirect_ttl": MAX_REDIRECTS}
        assert self._crawler.engine is not None
        self._stats.inc_value("robotstxt/request_count")
        try:
            response = await self._crawler.engine.download_async(Request(url, callback=NO_CALLBACK, meta=meta))
        except KhcnError:
            raise
        except HostClosed as closed:
            return RobotsUnknown(str(closed), until=closed.until)
        except NotAsked as error:
            return error
        except IgnoreRequest as error:
            logger.info("robots.txt redirects too often", extra={"url": url, "cause": str(error)})
            return Rules(self._token)
        except Exception as error:
            # Whatever kept the rules from us, they may be there.
            logger.warning("robots.txt failed", extra={"url": url, "cause": cause(error)})
            unknown = RobotsUnknown(cause(error), silence=cause(error))
            self._downloader.hosts.close(url.removesuffix("/robots.txt"), str(unknown))
            return unknown
        rules = self._read(response, url)
        return await self._use(rules, url) if isinstance(rules, Rules) else rules

    def _read(self, response: Response, url: str) -> Rules | RobotsUnknown:
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if is_unavailable(response.status):
            logger.warning("robots.txt failed", extra={"url": url, "cause": f"status: {response.status}"})
            return RobotsUnknown(f"status: {response.status}")
        if not 200 <= response.status < 300:
            return Rules(self._token)
        rules = read_rules(response.body, self._token)
        if rules.is_html:
            self._stats.inc_value("robotstxt/html")
            logger.info("robots.txt is a web page", extra={"url": url})
        if rules.is_cut:
            self._stats.inc_value("robotstxt/cut")
            logger.warning("robots.txt cut", extra={"url": url})
        return rules

    def _slow_down(self, url: str, asked_s: float) -> None:
        """Leave at least so many seconds between requests to a host, up to ``CRAWL_DELAY_MAX_S``."""
        settings = self._crawler.settings
        delay = min(asked_s, settings.getfloat("CRAWL_DELAY_MAX_S"))
        if delay < asked_s:
            self._stats.inc_value("robotstxt/crawl_delay_cut")
            logger.warning("crawl-delay cut", extra={"url": url, "asked_s": asked_s, "delay_s": delay})
        downloader = self._downloader
        host = urlsplit(url).hostname or ""
        own = downloader.per_slot_settings.get(host, {})
        usual, jitter = delay_of(downloader, host)
        if delay <= usual * (1 - jitter):
            return
        # No jitter: it would go below what was asked for. For this slot, and for the next one of the
        # host: Scrapy forgets slots that were idle for a minute.
        delay = max(delay, usual)
        downloader.per_slot_settings[host] = {**own, "delay": delay, "jitter": 0.0}
        if host in downloader.slots:
            downloader.slots[host].delay, downloader.slots[host].jitter = delay, 0.0
        self._stats.inc_value("robotstxt/crawl_delay")
        logger.info("crawl-delay", extra={"url": url, "delay_s": delay})

    @property
    def _downloader(self) -> Downloader:
        assert self._crawler.engine is not None
        return cast("Downloader", self._crawler.engine.downloader)

    @property
    def _spider(self) -> SiteSpider:
        return cast("SiteSpider", self._crawler.spider)


def _done(asked: _Asked) -> Rules | RobotsUnknown | NotAsked | None:
    """Return what an answer was read as, null while it is waited for."""
    return asked.answer.result() if asked.answer.done() and asked.answer.exception() is None else None
