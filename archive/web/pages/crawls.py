"""What the crawls did and lost, and how the sites are: from the reports below ``crawls/``."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from archive.errors import ArchiveError
from archive.report import FOLDER, CrawlReport, read_report
from archive.text import fold
from archive.web.deps import Reading, served
from archive.web.pages import shown
from archive.web.problems import Problem
from archive.web.render import page
from archive.web.reports import public
from archive.web.sites import SiteFacts

router = APIRouter(include_in_schema=False)

LATEST = 60
"""Crawls that the list shows."""
FAILURES = 500
"""Failures that a report's page shows."""
_NAME = re.compile(r"(?P<crawl>(?P<site>.+)-(?P<moment>\d{14,}))\.json(\.open)?")


@dataclass(frozen=True, slots=True)
class Health:
    """How a site is, by its latest crawl."""

    site: SiteFacts
    report: CrawlReport


@router.api_route("/crawls", methods=["GET", "HEAD"])
def crawls(request: Request, archive: Reading) -> Response:
    """List the latest crawls, and each site's state after its last one."""
    told = served(request)
    named = [each for each in _named(archive.root) if shown.is_site(archive, each[1])]
    last: dict[str, Path] = {}
    for path, site, _ in named:
        last.setdefault(site, path)
    read = {path: _read(path) for path in {*last.values(), *(path for path, _, _ in named[:LATEST])}}
    latest = [report for path, _, _ in named[:LATEST] if (report := read[path]) is not None]
    health = [Health(told.sites.get(site), report) for site, path in last.items() if (report := read[path]) is not None]
    unreadable = sum(report is None for report in read.values())
    health.sort(key=lambda each: (each.report.exit == 0, fold(each.site.province or each.site.id)))
    values = {"reports": latest, "health": health, "all": len(named), "unreadable": unreadable, "sites": told.sites}
    return page(request, "crawls.html", values)


@router.api_route("/crawls/{crawl}", methods=["GET", "HEAD"])
def crawl(request: Request, archive: Reading, crawl: str) -> Response:
    """Show one report."""
    path = archive.root / FOLDER / f"{crawl}.json"
    known = _NAME.fullmatch(f"{crawl}.json")
    if known is None or "/" in crawl or not shown.is_site(archive, known["site"]):
        raise Problem(404, f"no crawl {crawl} is known", vi=f"không có lần thu thập {crawl}")
    is_open = not path.is_file()
    path = path.with_name(path.name + ".open") if is_open else path
    report = _read(path) if path.is_file() else None
    if report is None:
        raise Problem(
            404,
            f"no report of crawl {crawl} is held, or it can not be read",
            vi=f"không có báo cáo của lần thu thập {crawl}, hoặc báo cáo không đọc được",
        )
    report = public(report, archive.withheld)
    told = served(request)
    causes = Counter(failure.cause for failure in report.failures)
    values = {
        "report": report,
        "site": told.sites.get(report.site),
        "causes": causes.most_common(),
        "failures": report.failures[:FAILURES],
        "is_open": is_open,
    }
    return page(request, "crawl.html", values)


def _named(root: Path) -> list[tuple[Path, str, str]]:
    """Return the reports by their names, the latest first: file, site, moment."""
    found = []
    with suppress(FileNotFoundError):
        for path in (root / FOLDER).iterdir():
            if (known := _NAME.fullmatch(path.name)) is not None:
                found.append((path, known["site"], known["moment"]))
    return sorted(found, key=lambda each: (each[2], each[1]), reverse=True)


def _read(path: Path) -> CrawlReport | None:
    try:
        return read_report(path)
    except ArchiveError:
        return None
