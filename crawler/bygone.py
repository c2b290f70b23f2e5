"""Pages of a declared site from a time of which no layout tells how it looked then.

Other web archives go back further than the layouts of a site file. Such a page is read as one of a site that no file
declares: by the family whose marks it bears, else by the generic reader, which says how sure it is.
"""

from __future__ import annotations

from archive.model import Capture
from archive.times import VN
from crawler.language import are_vietnamese
from crawler.page import Page
from crawler.registry import page_class
from crawler.sites import Site


def may_be_bygone(site: Site, capture: Capture) -> bool:
    """Say whether a page captured there and then may look as no layout of the site tells, by its date and origin.

    That is one from before the first day of the first layout. Where a layout has no first day, one that was
    recovered from another web archive: nothing else is as old.
    """
    if not site.layouts:
        return False
    starts = [layout.since for layout in site.layouts]
    day = capture.date.astimezone(VN).date()
    if None not in starts:
        return all(start is not None and day < start for start in starts)
    return capture.origin == "recover"


def is_bygone(site: Site, page: Page, capture: Capture) -> bool:
    """Say whether a page looks as no layout of the site tells: it bears none of their marks, and is Vietnamese.

    A layout without a first day whose class knows no marks is taken for the look of all the time.
    """
    if not may_be_bygone(site, capture):
        return False
    for layout in site.layouts:
        reader = page_class(layout.page)
        if reader.fingerprint(page) > 0 if reader.has_fingerprint() else layout.since is None:
            return False
    return are_vietnamese(page.blocks)
