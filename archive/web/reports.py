"""Reports of crawls as everybody may read them."""

from __future__ import annotations

import re
from dataclasses import replace

from archive.report import CrawlReport
from archive.withheld import Withheld

SECRET = re.compile("PASS|SECRET|TOKEN|KEY|AUTH|COOKIE|PROXY|CONTACT|NOTIFY|URL|PATH|DIR|FILE", re.IGNORECASE)
"""Names of settings whose values are nobody's business."""


def public(report: CrawlReport, hidden: Withheld) -> CrawlReport:
    """Return a report without values of secret settings (they are null), and without addresses that are not shown."""
    return replace(
        report,
        settings={name: None if SECRET.search(name) else value for name, value in report.settings.items()},
        failures=tuple(each for each in report.failures if not hidden.hides_url(each.url)),
        requisite_failures=tuple(each for each in report.requisite_failures if not hidden.hides_url(each.url)),
        owed=tuple(each for each in report.owed if not hidden.hides_url(each)),
        trap_examples={kind: url for kind, url in report.trap_examples.items() if not hidden.hides_url(url)},
        held_back=tuple(each for each in report.held_back if not hidden.hides_url(each.example)),
    )
