"""Whether a page that nobody declared is an article; and if not, what it is.

Each sign is weak on some site: themes call every page ``og:type=article``, lists print dates, articles stand
among fifty other headlines, notices have two sentences. So what a page says of itself for machines is
believed first, then a headline with its date and text, then text that no other headline interrupts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from archive.model import NotAnArticle
from archive.text import fold
from crawler.blocks import Block
from crawler.page import ArticlePage
from spiders.pages import words
from spiders.pages.structure import Facts, types

HEADLINE = 25
"""Letters from which on a line that is a link is another page's headline."""
PARAGRAPH = 60
"""Letters from which on a line that is no link is a paragraph."""
LISTED = 3
"""Headlines of other pages that make a page without text of its own a list."""
RUN = 600
"""Letters of paragraphs that follow one another: a lead in a list has fewer."""
SURE_RUN = 250
"""The same on a page that calls itself an article."""
LONG_RUN = 2_000
"""No list has so many between two headlines."""
MAIN_SHARE = 0.3
"""Share of all paragraphs' letters that stand in the longest such run: in a list each lead is one."""

_ROOT = re.compile(r"/?(?:(?:index|default|home|main|trang-?chu)(?:\.\w{2,5})?)?/?", re.I)
_SEARCH_KEYS = frozenset(("s", "q", "query", "keyword", "keywords", "search", "tukhoa", "tu_khoa", "searchword", "kw"))
_SEARCH_PATH = re.compile(r"tim-?kiem|search|(?:ket-qua-)tim", re.I)
_SEARCH_TITLE = re.compile(r"(?:ket qua )?tim kiem\b|search results?\b")
_STATIC = re.compile(
    r"(?:trang )?(?:(?:bai )?gioi thieu(?: chung| ve so| ve trung tam| co quan| don vi)?|lien he(?: voi chung toi)?"
    r"|(?:vi tri )?chuc nang(?: va)? ?nhiem vu(?: va)?(?: quyen han)?|nhiem vu(?: va)? quyen han"
    r"|co cau(?: to chuc)?(?: bo may)?|so do (?:to chuc|trang|site|website|cong)|bo may to chuc|to chuc bo may"
    r"|lich su(?: hinh thanh)?(?: va)?(?: phat trien)?|ban lanh dao(?: so)?|lanh dao so|danh ba(?: dien thoai)?"
    r"|dang (?:nhap|ky)|hoi dap|gop y|dieu khoan(?: su dung)?|chinh sach (?:bao mat|rieng tu)|huong dan su dung"
    r"|about(?: us)?|contact(?: us)?|imprint|impressum|datenschutz|privacy(?: policy)?|terms(?: of (?:use|service))?"
    r"|site ?map|log ?in|sign ?in|register)"
)
_ITEMPROPS = ("articlebody", "headline", "datepublished")


class Shape(NamedTuple):
    """What the lines of a page are, counted."""

    run: int
    """Letters of the paragraphs in the longest run that no other headline interrupts."""
    text: int
    """Letters of all paragraphs."""
    headlines: int
    """Lines that are links to other pages, and long enough for headlines."""


def shape_of_lines(blocks: Sequence[Block]) -> Shape:
    """Return what the lines of a page are; menus, feet and what names the owner do not count."""
    longest = run = total = headlines = 0
    for block in blocks:
        if block.picture is not None or block.chrome:
            continue
        size = len(block.text)
        if block.linked >= 0.8 and size >= HEADLINE:
            headlines, run = headlines + 1, 0
        elif size >= PARAGRAPH and block.linked < 0.5 and not words.is_footer(block.text):
            run, total = run + size, total + size
            longest = max(longest, run)
    return Shape(longest, total, headlines)


def calls_itself_article(facts: Facts) -> bool:
    """Say whether a page describes one article to machines: JSON-LD, microdata, or a time of publication."""
    if facts.article.get("headline") or facts.article.get("articleBody") or facts.meta("article:published_time"):
        return True
    return sum(name in facts.props for name in _ITEMPROPS) >= 2


def why_not(page: ArticlePage, facts: Facts, by_evidence: Callable[[], NotAnArticle | None]) -> NotAnArticle | None:
    """Return why an undeclared page is no article; None when it is one.

    *by_evidence* is asked, where the page itself does not say it, what a headline with its date and its
    paragraphs tell. Reasons: those, and ``home_page``, ``search_page``, ``static_page``, ``section_list``.
    """
    place = _place(page, facts)
    is_told = calls_itself_article(facts)
    if is_told and place is None:
        return _lacking(page, is_told)
    shape = shape_of_lines(page.blocks)
    if is_told and shape.headlines < LISTED and (place == "home_page" or facts.article):
        return _lacking(page, is_told)
    refused = by_evidence()
    if refused is not None and refused.reason == "empty":
        return refused
    is_bare = shape.headlines < LISTED or (place is None and shape.run < RUN)
    if refused is not None and refused.reason == "soft_404" and is_bare:
        return refused
    if place is not None:
        return NotAnArticle(place, page.head_title)
    if refused is None:
        missing = next((block.text for block in page.blocks if words.says_missing(block.text)), None)
        is_bare = missing is not None and shape.run < SURE_RUN
        return NotAnArticle("soft_404", missing or "") if is_bare else _lacking(page, is_told=True)
    # Scripts show what is hidden at first: the lines do not tell then, the body does.
    is_hidden = shape.text < PARAGRAPH * 2 and shape.headlines < LISTED and len(page.text()) >= RUN
    if is_hidden or _is_mainly_text(shape, facts):
        return _lacking(page, "article" in facts.meta("og:type"))
    return NotAnArticle("section_list", page.head_title) if shape.headlines >= LISTED else refused


def _place(page: ArticlePage, facts: Facts) -> str | None:
    """Say what a page is by its address and its title alone."""
    parts = urlsplit(page.url)
    keys = {key.lower() for key, value in parse_qsl(parts.query) if value}
    path = unquote(parts.path)
    if (keys & _SEARCH_KEYS and (_ROOT.fullmatch(path) or _SEARCH_PATH.search(path))) or _SEARCH_TITLE.match(
        fold(page.head_title)
    ):
        return "search_page"
    if _ROOT.fullmatch(path) and not parts.query:
        return "home_page"
    step = re.sub(r"\.\w{2,5}$", "", path.rstrip("/").rpartition("/")[2])
    named = (step.replace("-", " ").replace("_", " "), re.split(r"\s[-|–—]\s", page.head_title)[0])
    return "static_page" if any(_STATIC.fullmatch(_bare(name)) for name in named) else None


def _bare(text: str) -> str:
    return re.sub(r"[\s,.;:&]+", " ", fold(text)).strip()


def _is_mainly_text(shape: Shape, facts: Facts) -> bool:
    """Say whether a page has a text of its own, and not leads of others."""
    says_so = "article" in facts.meta("og:type") or any(
        kind.endswith("Article") for node in facts.nodes for kind in types(node)
    )
    enough = SURE_RUN if says_so else RUN
    return shape.run >= LONG_RUN or (shape.run >= enough and shape.run >= MAIN_SHARE * shape.text)


def _lacking(page: ArticlePage, is_told: bool) -> NotAnArticle | None:
    """Return what an article's page lacks to be one.

    Portals in Vietnamese print a date with all news; guides in other languages often have none.
    """
    if not page.title():
        return NotAnArticle("no_title", page.head_title)
    if not page.text() and not page.images() and not page.attachments():
        return NotAnArticle("no_text", page.title() or "")
    if not is_told and page.language() == "vi" and page.published()[0] is None:
        return NotAnArticle("no_date", page.title() or "")
    return None
