"""The beginning of a crawl: the site's lock, what a killed crawl left, and the id to go on under.

A crawl outlives the process that runs it. When its last run was interrupted (by a signal, a full
disk, ``kill -9``) the same command goes on with it under the same id: its records and the new ones
are one crawl to every reader. After ``RESUME_WITHIN_S`` a new crawl begins, which takes over what
was left to ask for; so does another command, such as one with ``--full``.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.catalog import Catalog
from archive.catalog.engine import SMALL_CACHE_KIB
from archive.dedup import MIN_BYTES
from archive.report import CrawlReport, Run, last_report, write_report
from archive.storage.opening import attach
from archive.times import UTC
from crawler import interrupts
from crawler.exits import Exit
from crawler.frontier import Frontier
from crawler.lock import SiteLock
from crawler.logs import name_crawl
from crawler.provenance import changed_settings, versions
from crawler.reading_process import Limits
from crawler.recorder import Recorder
from crawler.repair import repair_site
from crawler.sites import Site

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A crawl that can begin."""

    recorder: Recorder
    frontier: Frontier
    stops_at_known: bool
    """Whether nothing lies unseen behind what is known, but what the frontier holds."""
    is_resumed: bool
    """Whether it goes on with a crawl that was interrupted."""


def open_crawl(
    root: Path, site: Site, settings: BaseSettings, now: datetime, *, mode: Mapping[str, Any] | None = None
) -> Opened:
    """Take the site's lock, repair what a killed crawl left, and open the archive below *root* for one crawl.

    *mode* is what was asked for (full, limit, seeds ...): a crawl is gone on with only when that is the same.
    Raises SiteLocked, CatalogError, DiskFull, ConfigError when *root* can not be written, or Stopped
    when a signal comes meanwhile.
    """
    if url := settings.get("KHCN_ARCHIVE_URL"):
        attach(root, url)
    databases = settings["KHCN_CATALOG_URL"], settings["KHCN_FRONTIER_URL"]
    lock = SiteLock(root, site.id, now, databases)
    lock.__enter__()
    catalog = frontier = None
    try:
        look = partial(interrupts.check, site.id)
        repair_site(root, site.id, catalog=settings["KHCN_CATALOG_URL"], load_site=lambda _: site, look=look)
        before = last_report(root, site.id)
        catalog = Catalog.open(settings["KHCN_CATALOG_URL"], cache_kib=SMALL_CACHE_KIB)
        catalog.fence = lock.fence
        frontier = Frontier.open(settings["KHCN_FRONTIER_URL"], site.id, run=lock.owner.run)
        asked = dict(mode or {})
        is_covered = before is not None and _covers(frontier, before)
        within = timedelta(seconds=settings.getint("RESUME_WITHIN_S"))
        resumed = before if _goes_on(frontier, before, asked, now - within) else None
        recorder = Recorder(
            root,
            site,
            catalog,
            lock,
            crawl=resumed.crawl if resumed else new_crawl_id(root, site.id, now),
            started=resumed.started if resumed else now,
            info=warcinfo(site, settings),
            max_bytes=settings.getint("WARC_MAX_BYTES"),
            dedup_min_bytes=settings.getint("DEDUP_MIN_BYTES", MIN_BYTES),
            conditional=settings.getbool("CONDITIONAL_REQUESTS", True),
            max_age=timedelta(seconds=settings.getint("WARC_MAX_AGE_S")),
            sync_records=settings.getint("WARC_SYNC_RECORDS"),
            sync_seconds=settings.getfloat("WARC_SYNC_SECONDS"),
            limits=Limits.of(settings),
            barren_pages=settings.getint("BARREN_PAGES"),
            owed=before.owed if before is not None else (),
        )
        name_crawl(recorder.crawl)
        if resumed is not None:
            # As it was decided when the crawl began: this crawl itself is the one before now.
            stops_at_known = bool(_last(frontier).get("stops_at_known"))
            recorder.go_on(resumed, look)
            recorder.failed.add(frontier.failed())
            told = {"crawl": recorder.crawl, "pending": frontier.resume(), "captures": resumed.captures}
            logger.info("crawl goes on", extra=told)
        else:
            stops_at_known = recorder.earlier.follows_complete_crawl() or is_covered
            begun_as = {"crawl": recorder.crawl, "asked": asked, "stops_at_known": stops_at_known}
            frontier.begin(recorder.crawl, json.dumps(begun_as, sort_keys=True))
            logger.info("crawl begins", extra={**asked, "stops_at_known": stops_at_known})
        frontier.commit()
        begun = _begun(recorder, settings, now, resumed)
        recorder.runs = begun.runs
        write_report(root, begun, ended=False)
        return Opened(recorder, frontier, stops_at_known, resumed is not None)
    except BaseException:
        if frontier is not None:
            frontier.close()
        if catalog is not None:
            catalog.close()
        lock.__exit__(None, None, None)
        raise


def _covers(frontier: Frontier, before: CrawlReport) -> bool:
    """Say whether the frontier holds all that the crawl before found and did not see."""
    last = _last(frontier)
    asked = last.get("asked", {})
    return last.get("crawl") == before.crawl and not any(asked.get(cut) for cut in ("limit", "since", "seeds"))


def _last(frontier: Frontier) -> dict[str, Any]:
    """Return how the crawl before was begun, as far as the frontier knows it."""
    found = json.loads(frontier.mode() or "{}")
    return found if isinstance(found, dict) else {}


def _goes_on(frontier: Frontier, before: CrawlReport | None, asked: Mapping[str, Any], oldest: datetime) -> bool:
    """Say whether the crawl before was interrupted and is to be gone on with."""
    if before is None or frontier.crawl() != before.crawl:
        return False
    last = _last(frontier)
    return last.get("asked") == asked and (before.started >= oldest or bool(asked.get("full")))


def _begun(recorder: Recorder, settings: BaseSettings, now: datetime, before: CrawlReport | None) -> CrawlReport:
    """Return what is to be reported of a crawl whose run is killed before it writes anything more."""
    base = before or CrawlReport(recorder.crawl, recorder.site.id, recorder.started, now, Exit.INTERRUPTED)
    return replace(
        base,
        ended=now,
        exit=int(Exit.INTERRUPTED),
        complete=False,
        owed=recorder.owed,
        settings=changed_settings(settings),
        versions=versions(),
        runs=(*base.runs, Run(now, now, int(Exit.INTERRUPTED), 0)),
    )


def warcinfo(site: Site, settings: BaseSettings) -> dict[str, str]:
    """Return what the warcinfo record says of a crawl of *site* under *settings*."""
    obeys = settings.getbool("ROBOTSTXT_OBEY")
    info = {
        "robots": "obey" if obeys else "ignore",
        "http-header-user-agent": settings["USER_AGENT"],
        "description": f"News of {site.name_en} ({site.name})",
        "settings-sha256": settings_digest(settings),
    }
    if settings["KHCN_CONTACT"]:
        info["operator"] = settings["KHCN_CONTACT"]
    return info


def new_crawl_id(root: Path, site: str, started: datetime) -> str:
    """Return an id that no crawl of this data root has: ``<site>-<time to the millisecond>``.

    The caller holds the site's lock, so two crawls never ask at once.
    """
    moment = started.astimezone(UTC)
    stamp = int(moment.strftime("%Y%m%d%H%M%S") + f"{moment.microsecond // 1000:03d}")
    taken = {path.name.split(".")[0] for path in (root / "crawls").glob(f"{site}-*")}
    while f"{site}-{stamp}" in taken:
        stamp += 1
    return f"{site}-{stamp}"


def settings_digest(settings: BaseSettings) -> str:
    """Return the SHA-256 of the settings that steer a crawl: equal settings, equal digest.

    Where the archive lies and whom the log goes to steer nothing.
    """
    values = {key: settings[key] for key in settings if key.isupper() and not key.startswith("LOG_")}
    for key in ("KHCN_DATA", "KHCN_CATALOG_URL", "KHCN_FRONTIER_URL", "KHCN_RESOLVE", "KHCN_MIN_FREE"):
        values.pop(key, None)
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    """Return a setting's value without the place in memory where it lies, which is another in every process."""
    if isinstance(value, Mapping):
        return {str(_plain(key)): value[key] for key in value}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, type) or callable(value):
        return f"{value.__module__}.{getattr(value, '__qualname__', type(value).__qualname__)}"
    return str(value)
