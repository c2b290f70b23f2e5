"""Figures for Prometheus: what they are called, and how they come from an archive.

``khcn status --prometheus`` writes them into a file, ``khcn serve`` answers ``/metrics`` with them. Each name is
declared here once, and explained in ``docs/metrics.md``.
Source: https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from archive.archive import CATALOG
from archive.catalog import Catalog
from archive.errors import CatalogError, KhcnError
from archive.fixity import ledger as fixity
from archive.health.facts import RunFacts
from archive.health.ledger import read_broken
from archive.health.rows import Health, health_rows
from archive.search import lag
from archive.sizes import sizes

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Metric:
    """A name that is told, and what it means."""

    name: str
    """As it is told: a counter ends in ``_total``."""
    kind: Literal["gauge", "counter", "histogram"]
    labels: tuple[str, ...]
    help: str


SITE = (
    Metric("khcn_site_last_run_timestamp_seconds", "gauge", ("site",), "When the last crawl of a site ended."),
    Metric("khcn_site_last_run_exit_code", "gauge", ("site",), "Exit code of the last crawl of a site."),
    Metric("khcn_site_last_run_duration_seconds", "gauge", ("site",), "How long the last crawl of a site worked."),
    Metric("khcn_site_last_run_requests", "gauge", ("site",), "Requests of the last crawl, retries included."),
    Metric("khcn_site_last_run_received_bytes", "gauge", ("site",), "Bytes that the last crawl received."),
    Metric("khcn_site_last_run_captures", "gauge", ("site",), "Answers that the last crawl archived."),
    Metric("khcn_site_last_run_failures", "gauge", ("site",), "URLs that failed in the last crawl after all retries."),
    Metric("khcn_site_last_run_articles", "gauge", ("site", "state"), "What became of articles in the last crawl."),
    Metric("khcn_site_articles", "gauge", ("site",), "Articles that the archive holds of a site."),
    Metric("khcn_site_silence_seconds", "gauge", ("site",), "Whole days since a site's newest article, as seconds."),
    Metric("khcn_site_expectation_ok", "gauge", ("site", "expectation"), "Whether a site does as is expected of it."),
    Metric("khcn_site_expectation_acknowledged", "gauge", ("site", "expectation"), "What is broken, and known to be."),
)
ARCHIVE = (
    Metric("khcn_archive_up", "gauge", (), "Whether the catalog can be read."),
    Metric("khcn_archive_last_change", "gauge", (), "Number of the latest change of the catalog."),
    Metric("khcn_archive_part_bytes", "gauge", ("part",), "Size of the files of a part of the data root."),
    Metric("khcn_archive_part_files", "gauge", ("part",), "Files of a part of the data root."),
    Metric("khcn_search_lag_changes", "gauge", (), "Changes of the catalog that the search does not know yet."),
    Metric("khcn_fixity_files", "gauge", ("state",), "Closed files by what the ledger of their checks says."),
    Metric(
        "khcn_fixity_oldest_check_timestamp_seconds", "gauge", (), "When the file was read that was read longest ago."
    ),
    Metric("khcn_disk_free_bytes", "gauge", (), "Bytes that are free on the disk of the data root."),
    Metric("khcn_disk_size_bytes", "gauge", (), "Size of the disk of the data root."),
    Metric("khcn_build_info", "gauge", ("version",), "Version of the program that tells."),
)
HTTP = (
    Metric("khcn_http_requests_total", "counter", ("method", "route", "status"), "Answers that were given."),
    Metric("khcn_http_request_seconds", "histogram", ("route",), "Time from a request to the end of its answer."),
    Metric("khcn_http_requests_in_flight", "gauge", (), "Requests that are being answered."),
)
"""Of ``khcn serve`` only; :mod:`archive.web.metrics` counts them."""
METRICS = {each.name: each for each in (*SITE, *ARCHIVE, *HTTP)}

Sample = tuple[tuple[str, ...], float]
"""Values of the labels, in their order, and the value."""


def gauge(name: str, samples: Iterable[Sample]) -> Family:
    """Return a gauge that is declared here, with its samples."""
    metric = METRICS[name]
    made = GaugeMetricFamily(name, metric.help, labels=metric.labels)
    for labels, value in samples:
        made.add_metric(labels, value)
    return made


def counter(name: str, samples: Iterable[Sample]) -> Family:
    """Return a counter that is declared here."""
    metric = METRICS[name]
    made = CounterMetricFamily(name, metric.help, labels=metric.labels)
    for labels, value in samples:
        made.add_metric(labels, value)
    return made


def histogram(name: str, samples: Iterable[tuple[tuple[str, ...], list[tuple[str, float]], float]]) -> Family:
    """Return a histogram that is declared here: labels, (bound, number up to it) for each bound, and the sum."""
    metric = METRICS[name]
    made = HistogramMetricFamily(name, metric.help, labels=metric.labels)
    for labels, buckets, total in samples:
        made.add_metric(labels, buckets, total)
    return made


def text(families: Iterable[Family]) -> bytes:
    """Return metrics in Prometheus' text form, version 0.0.4."""
    registry = CollectorRegistry()
    registry.register(_Asked(families))
    told: bytes = generate_latest(registry)
    return told


class _Asked(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        return self._families


def told_of(
    root: Path,
    catalog: Catalog | None,
    rows: Sequence[Health],
    *,
    hides: Callable[[str], bool] = lambda site: False,
) -> list[Family]:
    """Return the metrics of the archive below *root*; what can not be read is left out.

    *catalog* is null when there is none that can be read; *rows* are how the sites fare. Those that *hides* says of
    are left out.
    """
    rows = [row for row in rows if not hides(row.site)]
    try:
        of_catalog = [] if catalog is None else list(_catalog(root, catalog, rows))
    except CatalogError:
        of_catalog = []
    up = gauge("khcn_archive_up", [((), float(bool(of_catalog)))])
    return [up, *of_catalog, *_sites(root, rows), *_fixity(root), *_rooms(root), _build()]


def whole(root: Path, catalog_url: str | None, rows: Sequence[Health] | None, now: datetime) -> bytes:
    """Return the text of all metrics of an archive that is opened for it. Never raises for what it finds there.

    Without *rows* they are asked for, as far as they can be had without a catalog.
    """
    try:
        catalog = Catalog.open(catalog_url or root / CATALOG, create=False, read_only=True)
    except CatalogError:
        return text(told_of(root, None, rows or health_rows(root, {}, {}, now)))
    with catalog:
        return text(told_of(root, catalog, health_rows(root, {}, {}, now) if rows is None else rows))


def _catalog(root: Path, catalog: Catalog, rows: Sequence[Health]) -> Iterator[Family]:
    with catalog.following() as state:
        yield gauge("khcn_archive_last_change", [((), state.last())])
    yield gauge("khcn_search_lag_changes", [((), lag(root, catalog))])
    yield gauge("khcn_site_articles", [((row.site,), row.articles) for row in rows])


def _sites(root: Path, rows: Sequence[Health]) -> Iterator[Family]:
    ran = [(row.site, row.run) for row in rows if row.run is not None]
    figures: dict[str, Callable[[RunFacts], float]] = {
        "timestamp_seconds": lambda run: run.ended.timestamp(),
        "exit_code": lambda run: run.exit,
        "duration_seconds": lambda run: run.seconds,
        "requests": lambda run: run.requests,
        "received_bytes": lambda run: run.bytes,
        "captures": lambda run: run.captures,
        "failures": lambda run: run.failed,
    }
    for name, figure in figures.items():
        yield gauge(f"khcn_site_last_run_{name}", [((site,), figure(run)) for site, run in ran])
    states = ("new", "changed", "gone", "rejected")
    became = [((site, state), getattr(run, state)) for site, run in ran for state in states]
    yield gauge("khcn_site_last_run_articles", became)
    silent = [((row.site,), row.silent_days * DAY_S) for row in rows if row.silent_days is not None]
    yield gauge("khcn_site_silence_seconds", silent)
    judged = [((row.site, each.name), each.ok) for row in rows for each in row.expectations]
    yield gauge("khcn_site_expectation_ok", [(labels, float(ok)) for labels, ok in judged])
    known = {key for key, each in read_broken(root).items() if each.acknowledged is not None}
    taken = [(labels, 1.0) for labels, ok in judged if not ok and labels in known]
    yield gauge("khcn_site_expectation_acknowledged", taken)


def _fixity(root: Path) -> Iterator[Family]:
    try:
        standings = fixity.read(root).standings.values()
    except KhcnError:
        return  # `khcn verify --due` says what is wrong with it
    if not standings:
        return
    yield gauge("khcn_fixity_files", [((state,), number) for state, number in _states(standings).items()])
    times = [each.at.timestamp() for each in standings if each.at is not None and each.state != "gone"]
    yield gauge("khcn_fixity_oldest_check_timestamp_seconds", [((), min(times))] if times else [])


def _states(standings: Iterable[fixity.Standing]) -> dict[str, int]:
    found = dict.fromkeys(("seen", "sound", "faulty", "gone"), 0)
    for each in standings:
        found[each.state] = found.get(each.state, 0) + 1
    return found


def _rooms(root: Path) -> Iterator[Family]:
    parts = sizes(root)
    yield gauge("khcn_archive_part_bytes", [((part,), each.size_bytes) for part, each in parts.items()])
    yield gauge("khcn_archive_part_files", [((part,), each.files) for part, each in parts.items()])
    try:
        disk = os.statvfs(root)
    except OSError:
        return
    yield gauge("khcn_disk_free_bytes", [((), disk.f_bavail * disk.f_frsize)])
    yield gauge("khcn_disk_size_bytes", [((), disk.f_blocks * disk.f_frsize)])


def _build() -> Family:
    try:
        told = version("khcn")
    except PackageNotFoundError:
        told = "unknown"
    return gauge("khcn_build_info", [((told,), 1)])
