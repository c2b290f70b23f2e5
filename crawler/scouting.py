"""A look at a site before it is crawled: a few pages, asked for as a crawl asks, of which nothing is kept.

The same engine with the same manners (robots.txt, delays, scope, ``KHCN_RESOLVE``, User-Agent) writes to
an archive in a temporary folder. That is thrown away; what was seen is handed over in memory.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError

from archive.errors import KhcnError
from archive.times import now
from crawler.causes import cause
from crawler.derive import derive
from crawler.exits import Exit, Stopped
from crawler.files import payload_of
from crawler.middlewares.scope import OffScope
from crawler.page import Page
from crawler.reading import Result
from crawler.refusals import HostClosed
from crawler.run import Job, crawl_settings, run_crawls
from crawler.spider import SiteSpider

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from archive.model import Capture
    from crawler.config import Config
    from crawler.sites import Site

Role = Literal["seed", "listing", "article"]

SCOUTING = {
    "SPIDER_CLASS": "crawler.scouting.ScoutSpider",
    "REQUISITES_ENABLED": "0",
    # Somebody waits for the answer: a host that asks for more than a minute is told of, not waited for.
    "RETRY_AFTER_MAX_S": "60",
    "DOWNLOAD_TIMEOUT": "30",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One address that was asked for, and what came of it."""

    role: Role
    seed: str
    """The seed that led there, or itself."""
    asked: str
    """Address that was asked for."""
    page: Page | None = None
    """What came, at the address to which redirects led; null when nothing did."""
    result: Result | None = None
    """What it was read as."""
    failure: str | None = None
    """Why there is no page."""
    broken: str | None = None
    """How the reading code broke on the page, and where."""


Plan = Callable[[Visit], tuple[Role, str] | None]
"""Says after each visit which address to ask for next, if any."""


class ScoutSpider(SiteSpider):
    """Ask for the seeds, and after each page for what the plan says."""

    def __init__(self, *, plan: Plan, visits: list[Visit], **options: Any) -> None:
        super().__init__(**options)
        self._plan, self._visits = plan, visits

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the seeds."""
        for seed in self.seeds:
            yield self.request(seed.url, self.look, seed=seed.url, role="seed")

    def look(self, response: Response, seed: str, role: Role) -> Iterator[Request]:
        """Note a page, and ask for the next."""
        assert response.request is not None
        page = Page(self.site, response.url, now(), payload_of(response), response.meta.get("via"))
        result = self.read(response)
        broken = _broken(page, response.meta.get("capture")) if result is None else None
        visit = Visit(role, seed, _asked(response.request), page, result, broken=broken)
        self._visits.append(visit)
        following = self._plan(visit)
        if following is not None:
            yield self.request(following[1], self.look, via=response.url, seed=seed, role=following[0])

    def fail(self, failure: Failure) -> None:
        """Note a request that got no page."""
        super().fail(failure)
        request: Request = failure.request  # type: ignore[attr-defined]
        how = request.cb_kwargs
        self._visits.append(Visit(how["role"], how["seed"], _asked(request), failure=_why(failure)))


def scout(site: Site, config: Config, overrides: Mapping[str, str], plan: Plan) -> list[Visit]:
    """Ask for the seeds of *site*, and after each page for what *plan* says; return what came, in order.

    A seed that was not asked for at all has a visit that says why. Raises what kept the run from
    beginning, Stopped when a signal ended it, DiskError.
    """
    visits: list[Visit] = []
    with TemporaryDirectory(prefix="khcn-") as folder:
        root = Path(folder)
        urls = {name: f"sqlite:///{root / name}.sqlite3" for name in ("catalog", "frontier")}
        elsewhere = replace(config, data=root, catalog_url=urls["catalog"], frontier_url=urls["frontier"])
        settings = crawl_settings(elsewhere, {**SCOUTING, **overrides})
        logging.getLogger("crawler").debug("scouting", extra={"site": site.id, "folder": folder})
        ended = run_crawls([Job(site)], settings, more={"plan": plan, "visits": visits})[0]
    if ended.report is None:
        raise ended.error or KhcnError(f"{site.id}: the run ended without a word; see the log")
    if ended.report.exit == Exit.INTERRUPTED:
        raise Stopped(f"{site.id}: stopped; nothing was kept")
    if ended.report.exit in (Exit.ERROR, Exit.DISK):
        raise KhcnError(f"{site.id}: the run broke off; see the log (khcn -v)")
    seen = {visit.seed for visit in visits}
    why = f"not asked: {ended.report.bound or 'the run ended before its turn came'}"
    return visits + [Visit("seed", seed.url, seed.url, failure=why) for seed in site.seeds if seed.url not in seen]


def _asked(request: Request) -> str:
    return str(request.meta.get("redirect_urls", [request.url])[0])


def _broken(page: Page, capture: Capture | None) -> str | None:
    """Say how the reading code breaks on a page: as it did when the page came, which the log tells."""
    if capture is None:
        return None
    try:
        derive(page.site, capture, page.payload)
    except Exception as error:
        at = traceback.extract_tb(error.__traceback__)
        own = next((frame for frame in reversed(at) if "/spiders/" in frame.filename), at[-1])
        return f"{type(error).__name__}: {error}, at {Path(own.filename).name}:{own.lineno}"
    return None


def _why(failure: Failure) -> str:
    """Return why a request got no page, as the report of a crawl says it."""
    error = failure.value
    match error:
        case OffScope():
            return f"scope: redirects to {error}, which the site's hosts do not declare"
        case HttpError():
            return f"status: {error.response.status}"
        case HostClosed():
            return str(error)
        case IgnoreRequest():
            return f"robots: {error}" if "robots.txt" in str(error) else str(error) or "not asked"
    return cause(failure)
