"""Articles of pages that nobody declared."""

from __future__ import annotations

from typing import ClassVar

from spiders.pages.evident import EvidenceArticle


class GenericArticle(EvidenceArticle):
    """Any news page, of whatever site."""

    name: ClassVar[str] = "generic"
    version: ClassVar[int] = 1
