"""The cases of this project; :mod:`crawler.cases` says what a case is.

The pages were written for the tests, with the markup of real ones and with words of their own.
"""

from __future__ import annotations

from pathlib import Path

from crawler.cases import Case, cases_in
from crawler.site_files import Registry

HERE = Path(__file__).parent
REGISTRY = Registry(HERE.parents[1] / "spiders" / "sites")


def all_cases() -> list[Case]:
    """Return every case, sorted."""
    return cases_in(HERE, REGISTRY.get)
