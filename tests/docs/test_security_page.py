"""Every promise of the security page names a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| threat")]


@pytest.mark.parametrize("row", ROWS, ids=[row.split("|")[1].strip()[:40] for row in ROWS])
def test_a_promise_names_a_test_that_is_there(row):
    found = re.search(r"`(tests/[\w/]+\.py)::(test_\w+)`", row)

    assert found, "name the test that shows it"
    assert f"def {found[2]}(" in (ROOT / found[1]).read_text("utf-8")


def test_there_are_promises():
    assert len(ROWS) > 10
