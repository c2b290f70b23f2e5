"""VNPT Portal: a portal derived from Liferay, known by its addresses and by the text of its pages.

Odd:

- ``<title>`` is one and the same on every page ("Chi tiết tin tức - Sở ...").
- ``/-/view-article/1/<category>/<article>`` holds milliseconds since 1970. They are the time of the import, months
  or years after ``Ngày đăng: 05-05-2021``; they name the article, and date nothing.
- ``/-/tin-tuc/<slug><id>``: the id is glued to the slug, even behind a year (``nam-202277347``), so that it can
  not be told from it; the slug has lost every letter đ.
- The markup is not known: headline, date line and body are found by evidence.
"""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import urlsplit

from crawler.page import ListingPage, Page
from spiders.pages.anchors import DatePlace
from spiders.pages.evident import EvidenceArticle
from spiders.pages.liferay import LISTINGS, LiferayListing

_ADDRESS = re.compile(r"/-/(?:view-article/\d+/\d{13}/\d{13}|tin-tuc/[^/]+\d)/?$")


class VnptArticle(EvidenceArticle):
    """Headline, ``Ngày đăng: 05-05-2021`` or ``Ngày 18-05-2022``, body."""

    name: ClassVar[str] = "vnpt_portal"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"/(?:(?!-/)[\w-]+/)*-/view-article/\d+/\d+/(?P<id>\d+)(?:\?.*)?",
        r"/(?:(?!-/)[\w-]+/)*-/tin-tuc/(?P<slug>[^/?]+)(?:\?.*)?",
    )
    listings: ClassVar[tuple[str, ...]] = LISTINGS
    junk: ClassVar[tuple[str, ...]] = ("p_p_auth", "t")
    listing_page: ClassVar[type[ListingPage]] = LiferayListing
    date_place: ClassVar[DatePlace] = "after"
    date_shape: ClassVar[re.Pattern[str] | None] = re.compile(r"Ngày\s+(?:đăng\s*:\s*)?\d{1,2}-\d{1,2}-\d{4}", re.I)

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        if _ADDRESS.search(urlsplit(page.url).path):
            return 0.95
        return 0.6 if "/-/view-article/" in page.markup else 0.0
