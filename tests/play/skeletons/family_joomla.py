"""Skeleton: Joomla 3, an article of com_content, and a category as a blog."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import Pager, body, crumbs, documents, others
from tests.play.truth import PlayedArticle

UPLOADS = "/images/{year}/{month:02}/{name}"
HAS_LEAD = HAS_FIELDS = False


def date(published: datetime) -> tuple[str, str]:
    """Return the date line with the month in words; the exact one, to the second, stands in ``datetime``."""
    return f"Được đăng: {published:%d} Tháng {published.month} {published:%Y %H:%M}", "second"


def frame(chrome: Chrome, title: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html>
<html lang="vi-vn" dir="ltr"><head><meta charset="utf-8"><meta name="generator" content="Joomla! - Open Source Content Management"><title>{escape(title)}</title>
<link href="/css/protostar.css" rel="stylesheet"><script src="/media/jui/js/bootstrap.min.js"></script></head>
<body class="site com_content"><div class="today">{marks.TODAY}</div>
<ul class="nav menu">{parts.menu_items(chrome)}</ul>
<ul class="breadcrumb">{crumbs(chrome, '<li><a href="{href}" class="pathway"><span>{label}</span></a></li>', "")}</ul>
{inside}
<div class="moduletable"><h3>Xem nhiều</h3>{parts.teasers(chrome.popular, '<a href="{path}">{title}</a>')}<p>Trực tuyến: {marks.ONLINE}</p></div>
<footer>{parts.footer_lines(chrome)}</footer></body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "joomla")
    section = chrome.crumbs[-1]
    links = documents(article, '<p><a href="{url}">{title}</a></p>')
    tags = "".join(f'<li><a href="/tag/{number}">{tag}</a></li>' for number, tag in enumerate(article.tags))
    inside = f"""<div class="item-page" itemscope itemtype="https://schema.org/Article">
<div class="page-header"><h2 itemprop="headline">{ink.plain(article.title)}</h2></div>
<div class="icons"><ul class="actions"><li class="print-icon"><a href="#" rel="nofollow"><img src="/media/system/images/printButton.png" alt="In"></a></li></ul></div>
<dl class="article-info muted"><dt>Chi tiết</dt><dd class="createdby">Viết bởi <span itemprop="name">Super User</span></dd>
<dd class="category-name">Danh mục: <a href="{escape(section.href)}" itemprop="genre">{escape(section.label)}</a></dd>
<dd class="published"><time datetime="{article.published.isoformat()}" itemprop="datePublished">{article.printed_date}</time></dd><dd class="hits">Lượt xem: {marks.VIEWS}</dd></dl>
<div itemprop="articleBody">
{body(article, ink)}
{links}</div>
<ul class="tags inline">{tags}</ul>
<div class="items-more"><h3>Bài viết khác...</h3><ol>{others(chrome, '<li><a href="{path}">{title}</a></li>')}</ol></div>
</div>"""
    return frame(chrome, article.title, inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    after = f'<li><a href="{pager.next}">Tiếp theo</a></li>' if pager.next else ""
    numbers = pager.links('<li><a href="{href}">{number}</a></li>', "<li><span>{number}</span></li>")
    inside = f"""<div class="blog">{items}
<div class="pagination"><p class="counter">Trang {pager.number} / {pager.count}</p><ul>{numbers}{after}</ul></div></div>"""
    return frame(chrome, chrome.crumbs[-1].label, inside)


ITEM = """<div class="items-row"><div class="item" itemprop="blogPost"><div class="page-header"><h2 itemprop="name"><a href="{path}" itemprop="url">{title}</a></h2></div>
<dl class="article-info"><dd class="published">Được đăng: {day}</dd></dl><p>{summary}</p></div></div>"""
