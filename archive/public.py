"""What of an archive may be shown: the same questions, and no answer to what is taken down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from archive.archive import Archive, HeldCapture
from archive.catalog import Catalog
from archive.catalog.checks import Removed
from archive.catalog.identity import article_id
from archive.history import History
from archive.model import Article
from archive.similar import Same
from archive.takedown import Takedown, takedown
from archive.versions import Diff
from archive.withheld import Withheld, Withholding


class PublicArchive(Archive):
    """An archive without what ``takedown.toml`` names, as it reads at the time of each question.

    What asks :attr:`catalog` itself leaves it out by :attr:`withheld`.
    """

    def __init__(
        self,
        root: Path,
        catalog_url: str | None = None,
        *,
        catalog: Catalog | None = None,
        withholding: Withholding | None = None,
    ) -> None:
        """Open it; *withholding* is given by who has several open, and looks up for all what a list means."""
        super().__init__(root, catalog_url, catalog=catalog)
        self._withholding = withholding or Withholding()

    @property
    def takedown(self) -> Takedown:
        """What must not be shown now. Raises TakedownError when that can not be told."""
        return takedown(self.root)

    @property
    def withheld(self) -> Withheld:
        """What is not shown now, and all that goes with it. Raises TakedownError when that can not be told."""
        return self._withholding.now(self.takedown, self.catalog, self._unhurried)

    def _unhurried(self) -> AbstractContextManager[object]:
        """Return a context in which questions to the catalog may take longer than those of one request."""
        return nullcontext()

    def articles(
        self, site: str | None = None, since: date | datetime | None = None, until: date | datetime | None = None
    ) -> Iterator[Article]:
        """Yield those that may be shown (:meth:`Archive.articles`)."""
        hidden = self.withheld
        for article in super().articles(site, since, until):
            if (shown := _shown(article, hidden)) is not None:
                yield shown

    def article(self, url: str, at: datetime | None = None) -> Article | None:
        """Return the article at *url*, if it may be shown (:meth:`Archive.article`)."""
        found = super().article(url, at)
        return _shown(found, self.withheld) if found is not None else None

    def state(self, url: str) -> Literal["live", "gone"]:
        """Say whether it is still there (:meth:`Archive.state`)."""
        return super().state(url) if self._may_show(url) else "live"

    def versions(self, url: str) -> list[Article]:
        """Return its versions, if it may be shown (:meth:`Archive.versions`)."""
        hidden = self.withheld
        found = (_shown(article, hidden) for article in super().versions(url))
        return [article for article in found if article is not None]

    def history(self, url: str) -> History | None:
        """Return its history, if it may be shown (:meth:`Archive.history`)."""
        found = super().history(url)
        return None if found is None or self.withheld.hides_article(found.id, found.site) else found

    def diff(self, url: str, a: int | date | str | None = None, b: int | date | str | None = None) -> Diff | None:
        """Return what differs between two versions, if it may be shown (:meth:`Archive.diff`)."""
        if not self._may_show(url) or (found := super().diff(url, a, b)) is None:
            return None
        return without(self.withheld, found)

    def removed(self, site: str | None = None) -> Iterator[Removed]:
        """Yield confirmed removals of what may be shown (:meth:`Archive.removed`)."""
        hidden = self.withheld
        for each in super().removed(site):
            if not hidden.hides_site(each.site) and not hidden.hides_url(each.url):
                yield each

    def same_as(self, url: str) -> list[Same]:
        """Return those elsewhere that may be shown (:meth:`Archive.same_as`)."""
        return self.that_may_be_shown(super().same_as(url))

    def that_may_be_shown(self, found: Iterable[Same]) -> list[Same]:
        """Return those of some articles that may be shown."""
        return [each for each in found if self._may_show(each.url)] if self.takedown else list(found)

    def capture(self, url: str, at: datetime | None = None) -> HeldCapture | None:
        """Return the closest capture, if it may be shown (:meth:`Archive.capture`)."""
        return self._open_capture(super().capture(url, at))

    def capture_by_id(self, capture: str) -> HeldCapture | None:
        """Return a capture, if it may be shown (:meth:`Archive.capture_by_id`)."""
        return self._open_capture(super().capture_by_id(capture))

    def captures(self, site: str | None = None, url: str | None = None) -> Iterator[HeldCapture]:
        """Yield those that may be shown (:meth:`Archive.captures`)."""
        hidden = self.withheld
        return (each for each in super().captures(site, url) if not hidden.hides_capture(each))

    def _may_show(self, url: str) -> bool:
        """Say whether nothing forbids to show the article at an address."""
        hidden = self.withheld
        if not hidden:
            return True
        with self.catalog.browsing() as state:
            article = state.at_url(url)
            named = state.address(article) if article is not None else None
        return not hidden.hides_url(url) and (named is None or not hidden.hides_article(article or "", named[0]))

    def _open_capture(self, capture: HeldCapture | None) -> HeldCapture | None:
        return None if capture is None or self.withheld.hides_capture(capture) else capture


def _shown(article: Article, hidden: Withheld) -> Article | None:
    if not hidden:
        return article
    if hidden.hides_url(article.url) or hidden.hides_article(article_id(article), article.site):
        return None
    return hidden.shown(article)


def without(hidden: Withheld, found: Diff) -> Diff:
    """Return a diff without the pictures and documents that are not shown."""
    fields = {name: (_without(hidden, a), _without(hidden, b)) for name, (a, b) in found.fields.items()}
    return replace(found, fields=fields)


def _without(hidden: Withheld, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [each for each in value if not (isinstance(each, dict) and hidden.hides_url(each.get("url")))]
