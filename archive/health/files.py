"""Whether the files of a site are as they were: what ``khcn verify --due`` noted, as an expectation of the site."""

from __future__ import annotations

from pathlib import Path

from archive.errors import KhcnError
from archive.fixity.sums import Sum, sums_at
from archive.report import Expectation

NAME = "files"


def expected_files(root: Path) -> dict[str, Expectation]:
    """Return of each site whose files were seen whether they are sound, from the ledger of checks.

    Empty where there is none, or it can not be read: ``khcn verify --due`` says why.
    """
    try:
        sums = sums_at(root)
    except KhcnError:
        return {}
    return {site: _expectation(found) for site, found in sums.items()}


def _expectation(found: Sum) -> Expectation:
    if not found.wrong:
        return Expectation(NAME, True, 0, 0, f"{found.files} files, each sound at its last check")
    first = f"{found.first} is {found.state}"
    more = f", and {found.wrong - 1} more" if found.wrong > 1 else ""
    return Expectation(NAME, False, found.wrong, 0, f"{first}{more}; `khcn verify --due` says what to do")
