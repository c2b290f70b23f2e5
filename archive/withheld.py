"""What the takedown list means for what an archive holds: which articles, addresses and files are not shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archive.model import Article, Capture
from archive.posts import address_of
from archive.takedown import NOTHING, Takedown
from archive.urls import identity_key

if TYPE_CHECKING:
    from archive.catalog import Catalog

FRESH_S = 10.0
"""Seconds for which nobody looks again what belongs to the same list and the same articles."""
_DEAR = 20
"""And so many times as long as it took to look."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A takedown list, and all that goes with what it names."""

    listed: Takedown
    articles: frozenset[str] = frozenset()
    """Ids of articles that were read at an address that is named; those of whole sites are not among them."""
    pages: frozenset[str] = frozenset()
    """Identity keys of what is named, of all addresses of these articles, and of what only led there."""
    files: frozenset[str] = frozenset()
    """Identity keys of pictures, documents and other files that were found on these pages alone."""
    keys: frozenset[str] = field(init=False)
    """Both."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", self.pages | self.files)

    def __bool__(self) -> bool:
        return bool(self.listed)

    @property
    def digest(self) -> str:
        """Another one for every other list."""
        return self.listed.digest

    def hides_site(self, site: str) -> bool:
        """Say whether nothing of a site is shown."""
        return self.listed.hides_site(site)

    def hides_url(self, url: str | None) -> bool:
        """Say whether nothing is told of an address."""
        return bool(self.keys) and url is not None and identity_key(url) in self.keys

    def hides_article(self, article: str, site: str) -> bool:
        """Say whether an article (id) is not shown."""
        return article in self.articles or self.listed.hides_site(site)

    def hides_capture(self, capture: Capture) -> bool:
        """Say whether a capture is not shown."""
        if self.listed.hides_site(capture.site) or self.hides_url(capture.url):
            return True
        is_posted = capture.method != "GET"
        return is_posted and self.hides_url(address_of(capture.url, capture.method, capture.request_body))

    def shown(self, article: Article) -> Article:
        """Return an article that is shown without the pictures and documents whose own addresses are named."""
        return self.listed.shown(article)


NOTHING_WITHHELD = Withheld(NOTHING)


class Withholding:
    """What a list means, looked up as seldom as may be; used by any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[object, Withheld, float, float] | None = None

    def now(
        self,
        listed: Takedown,
        catalog: Catalog,
        unhurried: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> Withheld:
        """Return what a list means for a catalog as it is now.

        Files, which take long to find, are looked for *unhurried*, and up to some seconds late.
        """
        if not listed:
            return Withheld(listed)
        with self._lock:
            with catalog.following() as state:
                level = (listed, state.generation(), state.last())
            moment = time.monotonic()
            kept = self._kept
            if kept is not None and kept[0] == level and moment < kept[2]:
                return kept[1]
            with catalog.browsing() as state:
                articles = state.at(listed.keys)
                pages = state.addresses(articles, listed.keys)
                found = Withheld(listed, articles, pages)
                is_as_before = kept is not None and (kept[1].listed, kept[1].articles) == (listed, articles)
                if kept is not None and is_as_before and moment < kept[3]:
                    found = replace(found, files=kept[1].files)
                    self._kept = level, found, moment + FRESH_S, kept[3]
                    return found
                with unhurried():
                    found = replace(found, files=state.files(articles, pages))
            took = time.monotonic() - moment
            self._kept = level, found, moment + FRESH_S, moment + max(FRESH_S, _DEAR * took)
            return found


def withheld(listed: Takedown, catalog: Catalog) -> Withheld:
    """Return what a list means for a catalog, once."""
    return Withholding().now(listed, catalog)
