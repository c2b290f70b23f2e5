"""The articles of a crawl until it is settled, and its files."""

from __future__ import annotations

from collections.abc import Iterator

from archive.model import Article
from crawler.assets import AssetBook


class Found:
    """Hold the articles in memory: for what is read in short stretches. :class:`crawler.spool.Spool` has them on disk.

    Each by the capture of its page; of one that is read twice the later one counts.
    """

    def __init__(self, crawl: str) -> None:
        self.book = AssetBook(crawl)
        """What is known of its files."""
        self._articles: dict[str, Article] = {}
        self._marks: dict[str, int] = {}
        self._answers: dict[int, str] = {}

    def add(self, article: Article) -> None:
        """Take an article, as it was read. Raises ValueError for one that has no JSON."""
        self._articles[article.capture or ""] = article
        self._marks.pop(article.capture or "", None)

    def article(self, capture: str) -> Article:
        """Return the article read from a capture. Raises KeyError without one."""
        return self._articles[capture]

    def keep(self, capture: str, mark: int) -> None:
        """Note that the catalog holds an article, by its capture, with such :func:`~crawler.reading.files_mark`."""
        self._marks[capture] = mark

    def mark_of(self, capture: str) -> int | None:
        """Return the mark with which an article was kept; null when it was not, or was read again since."""
        return self._marks.get(capture)

    def hold(self, address: int, capture: str) -> None:
        """Note which capture is the last answer at an address, by its :func:`~archive.digests.address_hash`."""
        self._answers[address] = capture

    def release(self, address: int) -> str | None:
        """Return that capture, once; null when there is none."""
        return self._answers.pop(address, None)

    def addresses(self) -> Iterator[str]:
        """Yield the addresses of the articles."""
        return (article.url for article in self._articles.values())

    def in_order(self) -> Iterator[Article]:
        """Yield the articles in the order of (captured, capture id)."""
        yield from sorted(self._articles.values(), key=lambda article: (article.captured, article.capture or ""))
