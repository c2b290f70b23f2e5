"""Which sites a command line means: named ones, all active ones, those that are due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import ConfigError
from crawler.due import past_crawls, site_due
from crawler.exits import UnknownSite
from crawler.registry import readers_of
from crawler.site_files import Registry
from crawler.sites import Site

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def chosen(known: Registry, sites: Iterable[str], *, every: bool) -> tuple[list[Site], dict[str, ConfigError]]:
    """Return the sites named, or *every* active one; and what is wrong with the files of the others.

    Raises UnknownSite for a name that no file has.
    """
    found: list[Site] = []
    wrong: dict[str, ConfigError] = {}
    for site_id in known.ids() if every else dict.fromkeys(sites):
        try:
            site = known.get(site_id)
            readers_of(site)
        except UnknownSite:
            raise
        except ConfigError as error:
            wrong[site_id] = error
            continue
        if site.status == "active" or not every:
            found.append(site)
    return found, wrong


def only_due(sites: Iterable[Site], root: Path, settings: BaseSettings, now: datetime) -> list[Site]:
    """Return those of *sites* that are due at *now* by what their crawls found, the longest due first."""
    moments = [(_due(site, root, settings, now), site) for site in sites]
    return [site for moment, site in sorted(moments, key=lambda each: each[0]) if moment <= now]


def next_due(sites: Sequence[Site], root: Path, settings: BaseSettings, now: datetime) -> datetime | None:
    """Return when the next of *sites* is due; null when there is none."""
    return min((_due(site, root, settings, now) for site in sites), default=None)


def _due(site: Site, root: Path, settings: BaseSettings, now: datetime) -> datetime:
    merged = settings.copy()
    merged.setdict(site.crawl, priority="spider")
    least, most = (timedelta(seconds=merged.getint(f"SITE_INTERVAL_{end}_S")) for end in ("MIN", "MAX"))
    return site_due(past_crawls(root, site.id), site.id, now, least=least, most=max(least, most))
