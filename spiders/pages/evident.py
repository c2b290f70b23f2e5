"""Articles read by the evidence of their lines: what the families rest on where their marks say nothing."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from archive.model import Attachment, Image, NotAnArticle, Precision
from crawler.dates import not_after
from crawler.language import VIETNAMESE, is_vietnamese
from crawler.page import ArticlePage
from spiders.pages.anchors import DatePlace
from spiders.pages.reading import Reading, missing_in, read

_ERROR_TITLE = re.compile(r"(?:404|403|500|502|503|not found|không tìm thấy|lỗi|error|bảo trì)", re.I)

FOREIGN = 200
"""Letters from which on a text tells its language."""
TEASERS = 3
"""A page that is no article and lists so many is a list."""


class EvidenceArticle(ArticlePage):
    """Any news page: a headline, a date line beside it, paragraphs after it.

    Rests on no class name and no id. Subclasses narrow what a site is known to do.
    """

    date_place: ClassVar[DatePlace] = "either"
    """On which side of the headline the date line stands."""
    date_shape: ClassVar[re.Pattern[str] | None] = None
    """How the date line looks; others are taken only when there is none like it."""

    @cached_property
    def reading(self) -> Reading:
        """All fields, read at once."""
        return read(self, self.date_place, self.date_shape)

    @property
    def missing(self) -> str | None:
        """The line that says that there is no such page."""
        return missing_in(self.reading.lines())

    def refusal(self) -> NotAnArticle | None:
        found = self.reading
        short = len(self.text()) < 300
        if short and not self.blocks:
            return NotAnArticle("empty", f"{len(self.payload.body)} bytes")
        if short and (missing := self.missing) is not None and (found.date is None or missing == found.title):
            return NotAnArticle("soft_404", missing)
        if short and found.date is None and _ERROR_TITLE.search(self.head_title):
            return NotAnArticle("soft_404", self.head_title)
        refused = super().refusal()
        if refused is not None and (missing := self.missing) is not None:
            return NotAnArticle("soft_404", missing)
        if refused is not None and found.listed >= TEASERS:
            return NotAnArticle("section_list", self.head_title)
        if refused is None and found.date is None and (not self.site.is_article(self.url) or self._is_foreign()):
            return NotAnArticle("no_date", found.title or "")
        return refused

    def _is_foreign(self) -> bool:
        """Say whether a page of a Department bears a text that is not Vietnamese.

        Whoever takes a site over puts pages at addresses like its articles': in other languages, and without a date.
        """
        text = self.text()
        return bool(self.site.layouts) and len(text) >= FOREIGN and not is_vietnamese(f"{self.title()} {text}")

    def title(self) -> str | None:
        return self.reading.title

    def summary(self) -> str | None:
        return self.reading.lead

    def text(self) -> str:
        return "\n\n".join(self.reading.paragraphs)

    def published(self) -> tuple[datetime | None, Precision | None]:
        found = not_after(self.reading.date, self.captured) if self.reading.date is not None else None
        return (found.value, found.precision) if found is not None else (None, None)

    def modified(self) -> datetime | None:
        changed = self.reading.changed
        return changed.value if changed is not None else None

    def authors(self) -> tuple[str, ...]:
        return self.reading.byline.authors

    def photographers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.reading.byline.photographers, *self.reading.photographers)))

    def source(self) -> str | None:
        return self.reading.byline.source

    def printed_section(self) -> str | None:
        return self.reading.section

    def tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.reading.tags))

    def language(self) -> str | None:
        return "vi" if VIETNAMESE.search(f"{self.title()} {self.text()[:2000]}") else None

    def images(self) -> tuple[Image, ...]:
        return tuple(self.reading.images)

    def attachments(self) -> tuple[Attachment, ...]:
        return tuple(self.reading.attachments)
