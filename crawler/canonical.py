"""Under which address an article of an undeclared site is kept: the one that its page calls its own. Pure.

``rel=canonical`` joins the many addresses of one article (of its sections, for small screens, with marks of
lists). Templates also fill it in wrongly: with the home page, with the list, with one article's address on
all pages, without the query that holds the id. So it is believed only where it names the same article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, unquote, urlsplit

from archive.text import fold
from archive.urls import identity_key
from crawler.page import Page
from crawler.sessions import without_junk
from crawler.sites import split_target
from crawler.url_traps import numbered

MAX_LINKS = 500
"""Links of a page that are looked at."""
TITLE_WORDS = 4
"""Words of the headline that an address must hold to be that of the article."""
TITLE_SHARE = 0.6
"""Share of its last step's words that they must be."""
_HOME = re.compile(r"/?(?:[a-z]{2}/)?(?:(?:index|default|home|main|trang-?chu)(?:\.\w{2,5})?)?/?", re.I)
_YEAR = re.compile(r"(?:19|20)\d\d")


def own_address(page: Page, url: str, title: str) -> str:
    """Return the canonical address that *page*, read at *url*, gives of its article *title*; *url* where it gives none.

    It is on the same host, no home page, no page of a list and not where the article was found. It has the
    words of the headline in its last step; or it has all numbers and values of *url*, and its last step or its id.
    """
    told = set(islice(_told(page), 2))
    target = told.pop() if len(told) == 1 else None
    if target is None or identity_key(target) == identity_key(url) or not page.site.allows(target):
        return url
    scheme, host, where = split_target(target)
    if host != split_target(url)[1] or scheme not in ("http", "https") or _HOME.fullmatch(where):
        return url
    if page.via is not None and identity_key(page.via) == identity_key(target):
        return url
    if any((number := numbered(each, page.site)) is not None and number.number > 1 for each in (url, target)):
        return url
    return target if _same_article(without_junk(url), target, title) else url


def _told(page: Page) -> Iterator[str]:
    links = () if page.root is None else islice(page.root.iter("link"), MAX_LINKS)
    for link in links:
        if "canonical" not in str(link.get("rel") or "").lower().split():
            continue
        href = link.get("href")
        target = page.absolute(str(href)) if href else None
        if target is not None:
            yield target.partition("#")[0]


def _same_article(url: str, target: str, title: str) -> bool:
    """Say whether two addresses are those of one article.

    >>> _same_article("http://a.vn/tin/khai-mac-12", "http://a.vn/su-kien/khai-mac-12", "")
    True
    >>> _same_article("http://a.vn/chi-tiet?id=12", "http://a.vn/chi-tiet", "")
    False
    """
    ours, theirs = _last_step(url), _last_step(target)
    numbers, others = _numbers(url), _numbers(target)
    if _names(theirs, title):
        ends = (re.search(r"\d+$", step) for step in (ours, theirs))
        one, other = (end[0] if end is not None else None for end in ends)
        return one is None or other is None or one == other
    decoded = unquote(target)
    values = (value for _, value in parse_qsl(urlsplit(url).query))
    if not numbers <= others or not all(value in decoded for value in values):
        return False
    return ours == theirs or any(len(number) >= 3 and not _YEAR.fullmatch(number) for number in numbers)


def _names(step: str, title: str) -> bool:
    words = re.findall(r"[a-z0-9]+", fold(unquote(step)))
    common = set(words) & set(re.findall(r"[a-z0-9]+", fold(title)))
    return len(common) >= TITLE_WORDS and len(common) >= TITLE_SHARE * len(set(words))


def _last_step(url: str) -> str:
    return re.sub(r"\.\w{2,5}$", "", urlsplit(url).path.rstrip("/").rpartition("/")[2]).lower()


def _numbers(url: str) -> set[str]:
    return set(re.findall(r"\d+", split_target(url)[2]))
