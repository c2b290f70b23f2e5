"""What speaks against an article that was read: its page broke off, it says hardly a word, another one says the same.

Pure. The first two go into ``Article.confidence``, for they are seen on the page itself; the last one is counted, and
found in the catalog when it is asked for (:mod:`archive.catalog.similar`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from archive.catalog.identity import article_key
from archive.model import Article
from archive.similar import SHORT_WORDS, words_of
from archive.times import VN
from crawler.clean import MAX_TAGS
from crawler.known import KnownSet
from crawler.page import Page

TORN = frozenset({"torn-encoding", "cut-chunk", "bad-chunk", "short-body", "cut-at-limit"})
"""Notes (:mod:`archive.http`) by which a body may have lost its end."""
FEW_WORDS = 8
"""Fewer tell nothing: "Nội dung đang được cập nhật" has six."""
WHOLE = "whole"
"""Its name in ``confidence``."""

_BEGINS = re.compile(r"<body\b", re.I)
_ENDS = re.compile(r"</(?:body|html)\b", re.I)


def doubted(article: Article, page: Page) -> Article:
    """Return an article with what speaks against it in its ``confidence``; most articles as they are.

    ``whole`` is 0 when the page broke off, ``text`` is 0 when the article has hardly a text, and neither picture nor
    document, which is all that some news are.
    """
    doubts = {WHOLE: 0.0} if is_broken_off(page) else {}
    if says_nothing(article):
        doubts["text"] = 0.0
    if not doubts:
        return article
    return replace(article, confidence=dict(sorted({**(article.confidence or {}), **doubts}.items())))


def is_broken_off(page: Page) -> bool:
    """Say whether a part of the page is missing: not sent, not unpacked, or not parsed.

    A page of which nothing else is known has broken off when it ends amid a line or a tag. Of 444 saved pages one
    leaves out the ends of its body, and its last sign is that of a tag.
    """
    markup = page.markup
    if markup.count("<") > MAX_TAGS:
        return True
    if _ends(markup):
        return False
    if not TORN.isdisjoint(page.payload.notes):
        return True
    return not markup.rstrip().endswith(">") and _BEGINS.search(markup) is not None


def _ends(markup: str) -> bool:
    """Say whether the source of a page ends its body, somewhere: mostly it does so at its own end."""
    at = max(markup.rfind("</body"), markup.rfind("</html"))
    return (at >= 0 and _ENDS.match(markup, at) is not None) or _ENDS.search(markup) is not None


def says_nothing(article: Article) -> bool:
    """Say whether an article is hardly more than its headline."""
    if article.images or article.attachments or len(article.text) > 20 * FEW_WORDS + len(article.title):
        return False
    said = words_of(f"{article.summary or ''}\n{article.text}")
    return len(said) < FEW_WORDS or said == words_of(article.title)


class Sayings:
    """Counts the articles that say what one at another address of their site says."""

    def __init__(self) -> None:
        self._texts = KnownSet()
        self._pairs = KnownSet()

    def note(self, article: Article) -> None:
        """Note an article; the count is the same whatever the order, and however often one is noted."""
        said = f"{article.summary or ''}\n{article.text}".strip()
        if not said:
            return
        if said.count(" ") < SHORT_WORDS:
            # Short notices ("Xem tệp đính kèm") say the same of many things: headline and day must be equal, too.
            day = article.published.astimezone(VN).date() if article.published is not None else None
            said = f"{article.title}\n{day}\n{said}"
        text = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        self._texts.add(text)
        self._pairs.add(f"{text} {article_key(article)}")

    @property
    def duplicates(self) -> int:
        """Articles beside the first one of each text."""
        return len(self._pairs) - len(self._texts)
