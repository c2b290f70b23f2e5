"""What a page's menus lead to, and what its headlines do: guesses about a site that nobody has looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from archive.text import fold
from crawler.clean import line
from crawler.page import Page
from crawler.sessions import without_junk
from crawler.sites import split_target

MAX_SECTIONS = 12
HEADLINE_WORDS = 5
"""Words from which on the text of a link is a headline; names of sections are shorter."""
ALIKE = 3
"""Headlines whose addresses have one shape, from which on it is that of articles."""

_MENU_TAGS = frozenset(("nav", "menu", "header"))
_MENU_NAMES = re.compile(r"menu|nav(?!iew)", re.I)
# Folded: without accents, in lower case.
_NEWS = re.compile(
    r"\b(?:tin|su kien|hoat dong|thong bao|khoa hoc|cong nghe|nghien cuu|doi moi|sang tao|chuyen doi|so huu"
    r"|tieu chuan|do luong|an toan|chuyen muc|thoi su|news|khcn)\b"
)
_NO_NEWS = re.compile(
    r"\b(?:gioi thieu|lien he|trang chu|home|so do|co cau|to chuc|dang nhap|dang ky|thu dien tu|mail|lich|hoi dap"
    r"|gop y|video|hinh anh|thu vien|van ban|thu tuc|dich vu cong|cong khai|tim kiem|rss|english|login|contact)\b"
)


class Section(NamedTuple):
    """A link of a menu."""

    name: str
    url: str


class _Link(NamedTuple):
    url: str
    text: str
    is_menu: bool


def links(page: Page) -> list[str]:
    """Return the addresses within the site that a page links to, each once, in source order."""
    return list(dict.fromkeys(link.url for link in _links(page)))


def sections(page: Page, is_listing: Callable[[str], bool] | None) -> list[Section]:
    """Return the links of the menus that lead to news, at most ``MAX_SECTIONS``; of all of the page when none does.

    With *is_listing* those it knows; without, those whose words say so.
    """
    found: dict[str, Section] = {}
    elsewhere: dict[str, Section] = {}
    for link in _links(page):
        said = fold(link.text)
        if not 1 < len(link.text) <= 60 or _NO_NEWS.search(said) or link.url.rstrip("/") == page.url.rstrip("/"):
            continue
        is_short = len(link.text.split()) < HEADLINE_WORDS or link.is_menu
        fits = is_listing(link.url) if is_listing is not None else is_short and bool(_NEWS.search(said))
        if fits:
            (found if link.is_menu else elsewhere).setdefault(link.url, Section(link.text, link.url))
    return list((found or elsewhere).values())[:MAX_SECTIONS]


def headlines(page: Page) -> list[str]:
    """Return the addresses behind headlines whose shape is the commonest of the page; empty when few are alike."""
    shaped: dict[str, list[str]] = {}
    for link in _links(page):
        if not link.is_menu and len(link.text.split()) >= HEADLINE_WORDS:
            urls = shaped.setdefault(shape_of(split_target(link.url)[2]), [])
            if link.url not in urls:
                urls.append(link.url)
    commonest = Counter({shape: len(urls) for shape, urls in shaped.items()}).most_common(1)
    return shaped[commonest[0][0]] if commonest and commonest[0][1] >= ALIKE else []


def shape_of(target: str) -> str:
    r"""Return a pattern of the addresses that are made as this one.

    >>> shape_of("/tin-tuc/le-khai-mac-tuan-le-1318.html"), shape_of("/chi-tiet?id=12&page=1")
    ('/tin-tuc/[^/?]+-(?P<id>\\d+)\\.html(?:\\?.*)?', '/chi-tiet\\?id=(?P<id>\\d+)(?:&.*)?')
    """
    path, _, query = target.partition("?")
    *folders, last = path.split("/")
    pattern = "/".join([*(_segment(folder) for folder in folders), _segment(last)])
    pairs = parse_qsl(query, keep_blank_values=True)
    key, value = pairs[0] if pairs else ("", "")
    if value.isdecimal():
        return f"{_named(pattern, False)}\\?{escaped(key)}=(?P<id>\\d+)(?:&.*)?"
    return f"{_named(pattern, True)}(?:\\?.*)?"


def escaped(text: str) -> str:
    """Return a pattern of nothing but *text*, as a person would write it."""
    return re.escape(text).replace(r"\-", "-")


def _segment(text: str) -> str:
    """Return a pattern of one step of a path; ``<id>`` stands for a number."""
    stem, dot, ending = text.rpartition(".")
    if not dot or not re.fullmatch(r"[a-z]{3,5}", ending):
        stem, ending = text, ""
    tail = rf"\.{ending}" if ending else ""
    if stem.isdecimal():
        return f"<id>{tail}"
    numbered = re.fullmatch(r".+?(-(?:n|id|i)?)\d+", stem)
    if numbered:
        return f"[^/?]+{numbered[1]}<id>{tail}"
    is_words = stem.count("-") >= 3 or len(stem) > 30
    return f"[^/?]+{tail}" if is_words else escaped(stem) + tail


def _named(pattern: str, is_id: bool) -> str:
    """Let the last number of a pattern be the article's id, and the others any number."""
    before, number, after = pattern.rpartition("<id>")
    before = before.replace("<id>", r"\d+")
    return before + (r"(?P<id>\d+)" if is_id else r"\d+") + after if number else pattern


def page_key(url: str, next_url: str | None) -> str | None:
    """Return the query key in which the next page of a listing differs by a small number."""
    if next_url is None:
        return None
    before = dict(parse_qsl(urlsplit(url).query))
    return next(
        (key for key, value in parse_qsl(urlsplit(next_url).query) if value in ("1", "2") and before.get(key) != value),
        None,
    )


def pager_key(page: Page) -> str | None:
    """Return the query key in which the numbers of a pager differ from the page: ``2`` leads to ``?trang=2``."""
    for link in _links(page):
        key = page_key(page.url, link.url)
        if (
            key is not None
            and link.text.strip("[] ").isdecimal()
            and without_junk(link.url, (key,)) == without_junk(page.url, (key,))
        ):
            return key
    return None


def _links(page: Page) -> Iterator[_Link]:
    """Yield the links of a page that lead into the site, in source order."""
    if page.root is None:
        return
    for element in page.root.iter("a"):
        href = element.get("href")
        url = page.absolute(str(href)) if href else None
        if url is not None and page.site.allows(url):
            text = line("".join(str(piece) for piece in element.itertext())) or line(str(element.get("title") or ""))
            yield _Link(url, text, is_in_menu(element))


def is_in_menu(element: etree._Element) -> bool:
    """Say whether an element stands in a menu, by the names of what is around it."""
    for around in (element, *element.iterancestors()):
        names = f"{around.get('class') or ''} {around.get('id') or ''}"
        if around.tag in _MENU_TAGS or around.get("role") == "navigation" or _MENU_NAMES.search(names):
            # A class of <body> says what the page is, not where the link stands.
            return around.tag not in ("body", "html", "form")
    return False
