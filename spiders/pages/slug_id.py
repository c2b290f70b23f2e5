"""Sites of their own making whose addresses are words and a number: ``/<words>-n7505``, ``/<words>-1318.html``.

Odd: nothing but the address is common to them, so evidence reads the page; the number tells an
article whatever the words and the section before it. A category with a number has an address like
an article's (``/tin-tuc-su-kien-72155``), one step shorter. Between the two copies of a date line a
counter of visits may stand; the date may stand in the breadcrumb. Words of an address are cut at
about 100 letters, may have lost letters, and may hold combining marks in percent signs: they are asked for
as they are. A number that is not known gives the home page or another article, with status 200:
then hardly a word of the address is in the headline.
"""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import unquote

from archive.model import NotAnArticle
from crawler.clean import slug_words
from crawler.page import Page
from crawler.sites import split_target
from spiders.pages.evident import EvidenceArticle

_LAST = re.compile(r"([^/?]+?)(?:-n?\d+)?(?:\.html?)?(?:\?.*)?$")
ENOUGH_WORDS = 5
"""Fewer words in an address say nothing."""
ALIKE = 0.2
"""Share of the address's words in the headline below which the page is another."""


class SlugIdArticle(EvidenceArticle):
    """An article whose address ends with its number."""

    name: ClassVar[str] = "slug_id"
    version: ClassVar[int] = 1
    articles: ClassVar[tuple[str, ...]] = (
        r"/(?:[^/?]+/){0,3}[^/?]+-n(?P<id>\d+)(?:\.html)?",
        r"/(?:[^/?]+/){0,3}[^/?]+-(?P<id>\d{2,})\.html",
        r"/(?:[^/?]+/){1,2}[^/?]+-(?P<id>\d{3,})",
    )
    listings: ClassVar[tuple[str, ...]] = (
        r"/(?![^?]*-n\d+(?:\.html)?(?:\?|$))(?![^?]*-\d{2,}\.html)[^/?.]+(?:-\d+)?(?:\?page=\d+)?",
        r"/(?![^?]*-\d{3,}(?:\?|$))(?![^?]*-n\d+(?:\?|$))[^/?.]+/[^/?.]+(?:\?page=\d+)?",
        r"/(?![^?]*-n?\d+\.html)[^/?.]+(?:/[^/?.]+)?\.html(?:\?page=\d+)?",
    )
    page_param: ClassVar[str | None] = "page"
    surest: ClassVar[float] = 0.2

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        target = split_target(page.url)[2]
        return 0.2 if any(re.fullmatch(pattern, target) for pattern in cls.articles) else 0.0

    def refusal(self) -> NotAnArticle | None:
        refused = super().refusal()
        if refused is None and self._is_another():
            return NotAnArticle("soft_404", self.title() or "")
        return refused

    def _is_another(self) -> bool:
        """Say whether the headline has hardly a word of the address."""
        last = _LAST.search(split_target(self.url)[2])
        address = set(slug_words(unquote(last[1]))) if last else set()
        headline = set(slug_words(self.title() or ""))
        return len(address) >= ENOUGH_WORDS and len(address & headline) < ALIKE * len(address)
