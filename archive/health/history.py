"""The crawls of a site in figures, the last ones: kept at hand, so that a year of reports is not read again.

``status/runs/<site>.json`` can be deleted: it is made again from ``crawls/``.
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from archive.atomic import write_whole
from archive.errors import ArchiveError
from archive.health.facts import RunFacts
from archive.report import FOLDER, read_report

logger = logging.getLogger(__name__)

STATUS = "status"
KEPT = 120
"""Crawls of a site."""


def crawl_ids(root: Path) -> dict[str, list[str]]:
    """Return the ids of the crawls that have ended, in the order of time, by site."""
    found: dict[str, list[str]] = defaultdict(list)
    try:
        names = os.listdir(root / FOLDER)
    except OSError:
        return {}
    for name in names:
        site, dash, digits = name.removesuffix(".json").rpartition("-")
        if dash and digits.isdigit() and name.endswith(".json"):
            found[site].append(f"{site}-{digits}")
    return {site: sorted(crawls) for site, crawls in found.items()}


def recent_runs(root: Path, site: str) -> list[RunFacts]:
    """Return the last crawls of a site that have ended, in the order of time."""
    return runs_of(root, site, crawl_ids(root).get(site, []))


def runs_of(root: Path, site: str, crawls: Sequence[str]) -> list[RunFacts]:
    """Return the last crawls of a site, of those named, in the order of time.

    What is at hand of them is taken from there; the reports of the others are read. One that can not
    be read is left out, with a warning.
    """
    wanted = crawls[-KEPT:]
    held = {facts.crawl: facts for facts in _held(root, site)} if len(wanted) > 1 else {}
    found = []
    for crawl in wanted:
        facts = held.get(crawl)
        if facts is None:
            try:
                facts = RunFacts.of(read_report(root / FOLDER / f"{crawl}.json"))
            except ArchiveError as error:
                logger.warning("crawl report not readable", extra={"crawl": crawl, "cause": str(error)})
                continue
        found.append(facts)
    return found


def keep_runs(root: Path, runs: Mapping[str, Sequence[RunFacts]]) -> None:
    """Keep the last crawls of sites at hand. Raises DiskError; what else goes wrong costs time, no more."""
    for site, facts in runs.items():
        with suppress(ArchiveError), write_whole(_path(root, site)) as file:
            file.write(msgspec.json.encode(list(facts[-KEPT:])))


def _held(root: Path, site: str) -> list[RunFacts]:
    try:
        return msgspec.json.decode(_path(root, site).read_bytes(), type=list[RunFacts])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return []


def _path(root: Path, site: str) -> Path:
    return root / STATUS / "runs" / f"{site}.json"
