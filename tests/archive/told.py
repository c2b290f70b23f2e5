"""What a text of metrics says, read by prometheus-client's own parser; crawl reports for it to be about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from archive.catalog import Catalog
from archive.fixity.ledger import Entry, opened
from archive.health.expect import Expect
from archive.health.ledger import Ledger
from archive.health.rows import health_rows
from archive.report import ArticleCounts, CrawlReport, Failure, Run, write_report

ENDED = datetime(2025, 3, 9, 20, 30, tzinfo=UTC)


def samples(text: str) -> dict[str, float]:
    """Return each sample by its name and its labels, in the order of the alphabet."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = " ".join([sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))])
            assert key not in found, "told twice"
            found[key] = sample.value
    return found


def declared(text: str) -> set[tuple[str, str, frozenset[str]]]:
    """Return name, kind and labels of each metric; each has a sample."""
    found = set()
    for family in text_string_to_metric_families(text):
        labels = {frozenset(sample.labels) - {"le"} for sample in family.samples}
        assert len(labels) == 1, family.name
        assert family.documentation.endswith(".")
        name = family.name + ("_total" if family.type == "counter" else "")
        found.add((name, family.type, labels.pop()))
    return found


def with_reports(root: Path) -> None:
    """Give each site of the example a crawl that ended: one well, one with a failure."""
    for site, exit, failures in (
        ("ha_tinh", 0, ()),
        ("nghe_an", 5, (Failure("https://skhcn.nghean.gov.vn/tin/1", "timeout: nothing for 60 s", 3),)),
    ):
        started = ENDED - timedelta(minutes=5)
        report = CrawlReport(
            f"{site}-20250309202500000",
            site,
            started,
            ENDED,
            exit,
            requests=40,
            bytes=123_456,
            captures=38,
            articles=ArticleCounts(new=3, changed=2, gone=1, rejected=4),
            failures=failures,
            runs=(Run(started, ENDED - timedelta(minutes=1), exit, 40),),
        )
        write_report(root, report)


def watched(root: Path, now: datetime) -> None:
    """Let files of the example have been checked, and somebody know that a site is silent."""
    with opened(root) as ledger:
        ledger.add(
            Entry("2025-02-01T00:00:00Z", "sound", "warcs/ha_tinh/2025/a.warc.gz"),
            Entry("2025-03-08T00:00:00Z", "faulty", "warcs/ha_tinh/2025/b.warc.gz"),
        )
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog, Ledger(root) as noted:
        noted.look(health_rows(root, catalog.published_days(), {"ha_tinh": Expect(new_within_days=3)}, now), now)
        noted.acknowledge("ha_tinh", "new_within_days", now)
