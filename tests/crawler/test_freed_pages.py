"""What a page takes of memory goes with it: nobody has to look for cycles first."""

from __future__ import annotations

import gc

import pytest
from lxml import etree

from crawler.derive import derive
from tests.sites.cases import all_cases

CASES = [next(case for case in all_cases() if case.family == family) for family in ("nukeviet", "joomla", "slug_id")]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_page_that_was_read_is_freed_at_once(case):
    was_enabled = gc.isenabled()
    derive(case.site, case.capture, case.payload)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        derive(case.site, case.capture, case.payload)
        gc.collect()

        assert not [each for each in gc.garbage if isinstance(each, etree._Element)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        if was_enabled:
            gc.enable()
