"""Whether a page that nobody declared is an article; and if not, what it is.

Each sign is weak on some site: themes call every page ``og:type=article``, lists print dates, articles stand
among fifty other headlines, notices have two sentences. So what a page says of itself for machines is
believed first, then a headline with its date and text, then text that no other headline interrupts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote, urlsplit

from archive.model import NotAnArticle
from archive.text import fold
from crawler.clean import key
from crawler.page import ArticlePage
from spiders.pages import words
from spiders.pages.moments import read_moment
from spiders.pages.outline import HEADLINE, LISTED, PARAGRAPH, SURE_RUN, Outline, outline
from spiders.pages.structure import Facts, types
from spiders.pages.told_dates import written

RUN = 600
"""Letters of paragraphs that follow one another: a lead in a list has fewer."""
LEAD = 400
"""Letters of a lead in a list, at most: where no text is longer and each is another's, the page is a list."""
LONG_RUN = 2_000
"""No list has so many between two headlines."""
MAIN_SHARE = 0.3
"""Share of all paragraphs' letters that stand in the longest such run: in a list each lead is one."""

_ROOT = re.compile(r"/?(?:(?:index|default|home|main|trang-?chu)(?:\.\w{2,5})?)?/?", re.I)
_SEARCH_KEYS = frozenset(("s", "q", "query", "keyword", "keywords", "search", "tukhoa", "tu_khoa", "searchword", "kw"))
_SEARCH_PATH = re.compile(r"tim-?kiem|search|(?:ket-qua-)tim", re.I)
_SEARCH_TITLE = re.compile(
    r"ket qua tim kiem\b|search results?\b|(?:tim kiem|search)\s*[:\"'“‘«]"
    r"|(?:tim kiem(?: (?:nang cao|tin tuc|tin bai|bai viet|van ban|thong tin|du lieu))?|(?:advanced )?search)$"
)
_STATIC = re.compile(
    r"(?:trang )?(?:(?:bai )?gioi thieu(?: chung| ve so| ve trung tam| co quan| don vi)?|lien he(?: voi chung toi)?"
    r"|(?:vi tri )?chuc nang(?: va)? ?nhiem vu(?: va)?(?: quyen han)?|nhiem vu(?: va)? quyen han"
    r"|co cau(?: to chuc)?(?: bo may)?|so do (?:to chuc|trang|site|website|cong)|bo may to chuc|to chuc bo may"
    r"|lich su(?: hinh thanh)?(?: va)?(?: phat trien)?|ban lanh dao(?: so)?|lanh dao so|danh ba(?: dien thoai)?"
    r"|dang (?:nhap|ky)|hoi dap|cau hoi thuong gap|faqs?|frequently asked questions|gop y|lich cong tac(?: tuan)?"
    r"|dieu khoan(?: su dung)?|chinh sach (?:bao mat|rieng tu)|huong dan su dung"
    r"|about(?: us)?|contact(?: us)?|imprint|impressum|datenschutz|privacy(?: policy)?|terms(?: of (?:use|service))?"
    r"|site ?map|log ?in|sign ?in|register)"
)
_OTHER_PAGE = re.compile(r"(?:Contact|About|Profile|Checkout|SearchResults|Collection)Page$")
"""Types of JSON-LD that say of a page that it is no article, whatever dates its software gives it."""
_ITEMPROPS = ("articlebody", "headline", "datepublished")


def calls_itself_article(facts: Facts) -> bool:
    """Say whether a page describes one article to machines: JSON-LD, microdata, or a time of publication."""
    if facts.article.get("headline") or facts.article.get("articleBody") or facts.meta("article:published_time"):
        return True
    return sum(name in facts.props for name in _ITEMPROPS) >= 2


def _is_section(page: ArticlePage) -> bool:
    """Say whether a page is called as the menu calls it: a headline is longer than the name of a section."""
    title = page.title() or ""
    if not title or len(title) >= HEADLINE:
        return False
    wanted, here = key(title), page.url.partition("#")[0]
    return any(
        page.absolute(link.href) == here for block in page.blocks for link in block.links if key(link.text) == wanted
    )


def is_dated_article(facts: Facts) -> bool:
    """Say whether a page tells machines when its article was published: a static page does not, whatever its name."""
    if any(_OTHER_PAGE.search(kind) for node in facts.nodes for kind in types(node)):
        return False
    told = [*facts.meta("article:published_time"), *(written(facts.article.get("datePublished")))]
    return any(read_moment(text) is not None for text in told)


def why_not(page: ArticlePage, facts: Facts, by_evidence: Callable[[], NotAnArticle | None]) -> NotAnArticle | None:
    """Return why an undeclared page is no article; None when it is one.

    *by_evidence* is asked, where the page itself does not say it, what a headline with its date and its
    paragraphs tell. Reasons: those, and ``home_page``, ``search_page``, ``static_page``, ``section_list``.
    """
    place = _place(page, facts)
    is_told = calls_itself_article(facts)
    if is_told and place is None:
        return _lacking(page, is_told)
    shape = outline(page.blocks, page.url)
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
        if missing is not None and shape.run < SURE_RUN:
            return NotAnArticle("soft_404", missing)
        is_leads = shape.headlines >= LISTED and shape.run < min(LEAD, MAIN_SHARE * shape.text)
        if is_leads or shape.is_list or (shape.headlines and shape.run < LEAD and _is_section(page)):
            return NotAnArticle("section_list", page.head_title)
        return _lacking(page, is_told=True)
    if shape.is_list:
        return NotAnArticle("section_list", page.head_title)
    # Scripts show what is hidden at first: the lines do not tell then, the body does.
    is_hidden = shape.text < PARAGRAPH * 2 and shape.headlines < LISTED and len(page.text()) >= RUN
    if is_hidden or _is_mainly_text(shape, facts):
        return _lacking(page, "article" in facts.meta("og:type"))
    return NotAnArticle("section_list", page.head_title) if shape.headlines >= LISTED else refused


def _place(page: ArticlePage, facts: Facts) -> str | None:
    """Say what a page is by its address and its title alone; an article that tells its date may have any title."""
    parts = urlsplit(page.url)
    keys = {key.lower() for key, value in parse_qsl(parts.query) if value}
    path = unquote(parts.path)
    if keys & _SEARCH_KEYS and (_ROOT.fullmatch(path) or _SEARCH_PATH.search(path)):
        return "search_page"
    if _ROOT.fullmatch(path) and not parts.query:
        return "home_page"
    if is_dated_article(facts):
        return None
    step = re.sub(r"\.\w{2,5}$", "", path.rstrip("/").rpartition("/")[2])
    title = re.split(r"\s[-|–—]\s", page.head_title)[0]
    if _SEARCH_TITLE.match(fold(title)):
        return "search_page"
    named = (step.replace("-", " ").replace("_", " "), title)
    return "static_page" if any(_STATIC.fullmatch(_bare(name)) for name in named) else None


def _bare(text: str) -> str:
    return re.sub(r"[\s,.;:&]+", " ", fold(text)).strip()


def _is_mainly_text(shape: Outline, facts: Facts) -> bool:
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
