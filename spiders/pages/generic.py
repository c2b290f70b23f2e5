"""Articles of pages that nobody declared."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from archive.model import Image
from spiders.pages.bodies import Body, read_body
from spiders.pages.voiced import VoicedArticle


class GenericArticle(VoicedArticle):
    """Any news page, of whatever site."""

    name: ClassVar[str] = "generic"
    version: ClassVar[int] = 2

    @cached_property
    def body(self) -> Body:
        """The paragraphs and pictures that several voices agree on."""
        return read_body(self, lambda: self.reading)

    def text(self) -> str:
        return "\n\n".join(self.body.paragraphs)

    def confidence_of_text(self) -> float:
        return round(self.body.sure, 2)

    def images(self) -> tuple[Image, ...]:
        return self.body.images
