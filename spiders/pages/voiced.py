"""Headline, dates and writers of an undeclared page, by the vote of what it says for machines and what it prints.

The evidence reader speaks too, but is asked only where it could decide: it takes longer than
all other voices together, and knows the habits of Vietnamese portals.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from archive.model import Precision
from crawler.language import VIETNAMESE, are_vietnamese
from spiders.pages import published
from spiders.pages.anchors import find_anchors
from spiders.pages.evidence import items_of
from spiders.pages.evident import EvidenceArticle
from spiders.pages.moments import Moment
from spiders.pages.people import Writers, writers_of
from spiders.pages.published import Dated, DateVoice, dates_of
from spiders.pages.structure import Facts, facts_of
from spiders.pages.titles import Headline, headings, headline, site_names, voices_of

logger = logging.getLogger(__name__)

_TAG = re.compile(r"(?P<language>[a-z]{2,3})(?:[-_](?P<region>[a-z]{2}))?(?![a-z])", re.I)
_BY = re.compile(r"^by ", re.I)
_COUNTRY = re.compile(r"\.[a-z]{2}$")
MAX_GUESSED = 1 << 20
"""Letters of markup beyond which no date is guessed."""


class VoicedArticle(EvidenceArticle):
    """Fields by vote; each with how sure it is."""

    @cached_property
    def facts(self) -> Facts:
        """What the page says of itself for machines."""
        return facts_of(self.root, self.url)

    @cached_property
    def tag(self) -> tuple[str, str]:
        """Language and region that the page declares, in lower case; empty when it does not."""
        told = [str(self.root.get("lang") or "") if self.root is not None else ""]
        told += self.facts.meta("og:locale", "content-language", "language")
        found = next((match for text in told if (match := _TAG.match(text.strip()))), None)
        return (found["language"].lower(), (found["region"] or "").lower()) if found else ("", "")

    @cached_property
    def region(self) -> str:
        """The region that the page declares with its language, be it elsewhere; empty when it does not."""
        tags = (_TAG.match(text.strip()) for text in self.facts.meta("og:locale", "content-language", "language"))
        same = (found["region"] or "" for found in tags if found and found["language"].lower() == self.tag[0])
        return self.tag[1] or next((region.lower() for region in same if region), "")

    @property
    def calls_itself_american(self) -> bool:
        """Whether the page says that it is in American English: so are the dates that its software writes."""
        return self.tag[0] == "en" and self.region == "us"

    @cached_property
    def is_vietnamese(self) -> bool:
        """Whether the page is in Vietnamese."""
        # Headings of Vietnamese pages have such letters: without them the lines need no look.
        heads = [text for _, text in headings(self.root)] + self.facts.meta("og:title", "description")
        if self.tag[0] != "vi" and not VIETNAMESE.search(" ".join([self.head_title, *heads])):
            return False
        return are_vietnamese(self.blocks)

    @cached_property
    def own_names(self) -> frozenset[str]:
        """What the site calls itself."""
        return site_names(self.facts, self.url)

    @cached_property
    def voiced_headline(self) -> Headline | None:
        """The headline, and how sure it is."""
        voices = voices_of(self.facts, self.root, self.head_title, self.own_names)
        return headline(voices, self.own_names, self.url, self._line)

    @cached_property
    def dated(self) -> Dated:
        """The dates, and how sure they are."""
        return dates_of(
            self.facts, self.root, self.url, self.captured, self.tag[0], self._printed_dates, self._guessed_date,
            self.calls_itself_american or self._prints_american,
        )  # fmt: skip

    @cached_property
    def writers(self) -> Writers:
        """The writers, and how sure they are."""
        super_authors = super().authors
        return writers_of(
            self.facts, self.root, self.own_names, self.title(), lambda: self.blocks,
            lambda: tuple(_BY.sub("", name) for name in super_authors()) if self.is_vietnamese else (),
        )  # fmt: skip

    def title(self) -> str | None:
        return self.voiced_headline.text if self.voiced_headline is not None else None

    def published(self) -> tuple[datetime | None, Precision | None]:
        return self.dated.published, self.dated.precision

    def modified(self) -> datetime | None:
        if self.dated.modified is None and self.is_vietnamese:
            return super().modified()
        return self.dated.modified

    def authors(self) -> tuple[str, ...]:
        return self.writers.names

    def photographers(self) -> tuple[str, ...]:
        return super().photographers() if self.is_vietnamese else ()

    def source(self) -> str | None:
        return super().source() if self.is_vietnamese else None

    def language(self) -> str | None:
        return "vi" if self.is_vietnamese else self.tag[0] or super().language()

    def confidence(self) -> Mapping[str, float] | None:
        sure = {
            "authors": self.writers.confidence,
            "published": self.dated.confidence,
            "text": self.confidence_of_text(),
            "title": self.voiced_headline.confidence if self.voiced_headline is not None else 0.0,
        }
        return {name: value for name, value in sure.items() if value is not None}

    def confidence_of_text(self) -> float | None:
        """Return how sure the body is; None when nothing tells."""
        return None

    def _line(self) -> str | None:
        """Return the line that has most evidence of being the headline."""
        if self.is_vietnamese:
            # The page is read by its lines anyway.
            return self.reading.title
        items = items_of(self)
        anchors = find_anchors(self, items, "either", None)
        return items[anchors.title].text if anchors is not None else None

    def _printed_dates(self) -> Iterator[DateVoice]:
        if self.is_vietnamese:
            value, precision = super().published()
            if value is not None and precision is not None:
                yield DateVoice(Moment(value, precision), 1.5)
        title, language = self.title(), self.tag[0]
        yield from published.near_lines(self.blocks, title, self.captured, language, self._prints_american)

    @property
    def _prints_american(self) -> bool:
        """Whether people seem to write its dates as Americans do; a country's name says more than a theme's locale."""
        host = urlsplit(self.url).hostname or ""
        return self.tag[0] == "en" and self.region in ("", "us") and not _COUNTRY.search(host)

    def _guessed_date(self) -> str | None:
        if len(self.markup) > MAX_GUESSED:
            return None
        # Loaded only where a page needs it: it brings much along.
        import htmldate

        logging.getLogger("htmldate").setLevel(logging.CRITICAL)
        try:
            # Bytes, for text that begins with an address would be fetched.
            found: str | None = htmldate.find_date(
                self.markup.encode("utf-8", "replace"),
                extensive_search=False,
                original_date=True,
                max_date=self.captured.date().isoformat(),
            )
        except Exception as error:  # whatever an odd page does to it: it is the last of many voices
            logger.warning("htmldate broke on a page", extra={"url": self.url, "error": type(error).__name__})
            return None
        return found
