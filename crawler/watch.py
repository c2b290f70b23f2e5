"""A look at all sites: their rows, what changed since the last look, and who is told of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from archive.errors import CatalogError, ConfigError, KhcnError
from archive.health.days import days_at, keep_days
from archive.health.expect import Expect
from archive.health.history import crawl_ids, keep_runs, runs_of
from archive.health.ledger import Broken, Ledger
from archive.health.rows import Health, health_rows
from archive.report import Expectation, read_report, report_path, write_report
from crawler.config import Config
from crawler.notify import Address, read_addresses, tell
from crawler.site_files import Registry

logger = logging.getLogger(__name__)

_EXPECTS = re.compile(r"^\s*\[\s*expect\b", re.MULTILINE)
_ACTIVE = re.compile(r'^status\s*=\s*"active"', re.MULTILINE)


@dataclass(frozen=True)
class Expected:
    """What the site files expect."""

    sites: dict[str, Expect | None] = field(default_factory=dict)
    """Of each active site; null where its file is wrong."""
    faults: dict[str, ConfigError] = field(default_factory=dict)
    """What is wrong with the files of others."""


def expected(registry: Registry) -> Expected:
    """Return what is expected of each active site; a file that is wrong takes nothing from the others."""
    found = Expected()
    for site_id in registry.ids():
        try:
            # Most files expect nothing of their own, and a hundred of them are read at each call.
            text = (registry.folder / f"{site_id}.toml").read_text("utf-8")
            if _EXPECTS.search(text) is None and _ACTIVE.search(text) is not None:
                found.sites[site_id] = Expect()
                continue
            if "active" not in text:
                continue
            site = registry.get(site_id)
        except (OSError, UnicodeDecodeError):
            continue
        except ConfigError as error:
            found.faults[site_id] = error
            found.sites[site_id] = None
            continue
        if site.status == "active":
            found.sites[site_id] = site.expect
    return found


def look(config: Config, expects: Expected, now: datetime) -> list[Health]:
    """Return a row a site. Raises CatalogError when the catalog can not be read."""
    try:
        held = days_at(config.data, config.catalog_url)
    except CatalogError:
        if crawl_ids(config.data):
            raise
        held = {}
    return health_rows(config.data, held, expects.sites, now)


@dataclass(frozen=True)
class Standing:
    """A row, and what the ledger knows of it."""

    row: Health
    """What was found now."""
    expectations: tuple[Expectation, ...]
    """Those of the row, and what is broken and could not be looked at now."""
    broken: dict[str, Broken]
    """What was noted as broken, by name."""

    @property
    def alarms(self) -> list[Expectation]:
        """What is broken, and not acknowledged."""
        return [each for each in self.expectations if not each.ok and not self.is_acknowledged(each)]

    def is_acknowledged(self, found: Expectation) -> bool:
        """Say whether somebody wants to hear no more of what is broken."""
        known = self.broken.get(found.name)
        return known is not None and known.acknowledged is not None

    def colour(self, found: Expectation) -> str:
        """Return the colour in which an expectation is shown."""
        return "green" if found.ok else "yellow" if self.is_acknowledged(found) else "red"


def standings(rows: Sequence[Health], broken: Mapping[tuple[str, str], Broken]) -> list[Standing]:
    """Return the rows with what the ledger knows of them."""
    found = []
    for row in rows:
        mine = {name: each for (site, name), each in broken.items() if site == row.site}
        names = {each.name for each in row.expectations}
        unseen = [each.event for name, each in sorted(mine.items()) if name not in names and row.is_watched]
        kept = (
            Expectation(event.name, False, event.value, event.limit or 0, f"{event.told} (not to be seen now)")
            for event in unseen
        )
        found.append(Standing(row, (*row.expectations, *kept), mine))
    return found


def note_and_tell(config: Config, rows: list[Health], addresses: list[Address], now: datetime) -> int:
    """Note what broke and was mended, and tell it; return how many notices wait still.

    Raises DiskError and ArchiveError when the ledger can not be written.
    """
    with Ledger(config.data) as ledger:
        for event in ledger.look(rows, now):
            told = {"site": event.site, "expectation": event.name, "told": event.told, "notice": event.id}
            logger.log(logging.WARNING if event.event == "broke" else logging.INFO, event.event, extra=told)
        return tell(ledger, addresses, now)


def after_crawls(config: Config, registry: Registry, crawls: dict[str, str], now: datetime) -> None:
    """Look at all sites after some were crawled, and tell what changed: one digest for all of them.

    *crawls* are the ids of the crawls that ended, by site. Never raises for what goes wrong here: that is a
    warning in the log, and in the reports of these crawls.
    """
    addresses: list[Address] = []
    try:
        addresses = read_addresses(config.notify)
    except ConfigError as error:
        logger.warning("nobody is told", extra={"cause": str(error)})
    try:
        ids = crawl_ids(config.data)
        keep_runs(config.data, {site: runs_of(config.data, site, ids.get(site, [])) for site in crawls})
        keep_days(config.data, config.catalog_url)
        left = note_and_tell(config, look(config, expected(registry), now), addresses, now)
    except (KhcnError, OSError) as error:
        logger.warning("not looked at what is expected of sites", extra={"cause": str(error)})
        return
    if left and config.notify:
        _note_undelivered(config.data, crawls, left)


def _note_undelivered(root: Path, crawls: dict[str, str], left: int) -> None:
    for crawl in crawls.values():
        try:
            write_report(root, replace(read_report(report_path(root, crawl)), undelivered=left))
        except (KhcnError, OSError) as error:
            logger.warning("report not written", extra={"crawl": crawl, "cause": str(error)})
