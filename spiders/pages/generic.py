"""Articles of pages that nobody declared."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from archive.model import Image
from spiders.pages.bodies import Body, read_body
from spiders.pages.evident import EvidenceArticle


class GenericArticle(EvidenceArticle):
    """Any news page, of whatever site."""

    name: ClassVar[str] = "generic"
    version: ClassVar[int] = 2

    @cached_property
    def body(self) -> Body:
        """The paragraphs and pictures that several voices agree on."""
        return read_body(self, lambda: self.reading)

    def text(self) -> str:
        return "\n\n".join(self.body.paragraphs)

    def images(self) -> tuple[Image, ...]:
        return self.body.images
