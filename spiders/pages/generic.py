"""Articles of pages that nobody declared."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from archive.model import Image, NotAnArticle
from crawler.page import ListingPage
from spiders.pages.article_or_not import why_not
from spiders.pages.bodies import Body, read_body
from spiders.pages.evident import EvidenceArticle
from spiders.pages.generic_listing import GenericListing
from spiders.pages.reading import Reading
from spiders.pages.voiced import VoicedArticle


class GenericArticle(VoicedArticle):
    """Any news page, of whatever site."""

    name: ClassVar[str] = "generic"
    version: ClassVar[int] = 3
    listing_page: ClassVar[type[ListingPage]] = GenericListing

    @cached_property
    def evidence(self) -> EvidenceArticle:
        """The same page, as the evidence of its lines alone tells it."""
        return self.read_as(EvidenceArticle)

    @cached_property
    def reading(self) -> Reading:
        return self.evidence.reading

    @cached_property
    def body(self) -> Body:
        """The paragraphs and pictures that several voices agree on."""
        return read_body(self, self.facts, lambda: self.reading)

    def text(self) -> str:
        return "\n\n".join(self.body.paragraphs)

    def confidence_of_text(self) -> float:
        return round(self.body.sure, 2)

    def images(self) -> tuple[Image, ...]:
        return self.body.images

    def refusal(self) -> NotAnArticle | None:
        if self.site.is_article(self.url):
            return super().refusal()
        return why_not(self, self.facts, lambda: self.evidence.refusal())
