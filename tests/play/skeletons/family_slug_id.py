"""Skeleton: a site of its own making; also the lists of those whose articles are played in a blind skeleton."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import Pager, body, crumbs, documents, others
from tests.play.truth import PlayedArticle

UPLOADS = "/upload/{year}{month:02}/{name}"
HAS_LEAD = HAS_FIELDS = False


def date(published: datetime) -> tuple[str, str]:
    """Return the date line, which is printed twice with a counter between."""
    return f"Ngày đăng: {published:%d/%m/%Y %H:%M}", "minute"


def frame(chrome: Chrome, title: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>{escape(title)} | {escape(chrome.office)}</title><link rel="stylesheet" href="/css/site.css"><script src="/js/site.js" defer></script></head>
<body><div class="top"><a href="/"><img src="/img/logo.png" alt=""></a><span>{marks.TODAY}</span></div>
<ul class="mn">{parts.menu_items(chrome)}</ul>
<div class="bc">{crumbs(chrome, between=" / ")}</div>
<div class="mid">
{inside}
</div>
<div class="right"><h4>Tin xem nhiều</h4><ul>{parts.teasers(chrome.popular, '<li><a href="{path}">{title}</a></li>')}</ul><p>Trực tuyến: {marks.ONLINE} - Tổng: {marks.TOTAL}</p></div>
<div class="ft">{parts.footer_lines(chrome)}</div></body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "slug_id")
    links = documents(article, '<li><a href="{url}">{title}</a></li>')
    inside = f"""<h1 class="tt">{ink.plain(article.title)}</h1>
<div class="tg">{article.printed_date}</div><div class="lx">Lượt xem: {marks.VIEWS}</div>
<div class="nd">
{body(article, ink)}
</div>
{f'<div class="dk"><b>Tài liệu đính kèm</b><ul>{links}</ul></div>' if links else ""}
<div class="tk"><h3>Các tin khác</h3><ul>{others(chrome, '<li><a href="{path}">{title}</a> ({day})</li>')}</ul></div>"""
    return frame(chrome, article.title, inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    after = f'<a href="{pager.next}">Trang sau</a>' if pager.next else ""
    inside = f'<h2>{escape(chrome.crumbs[-1].label)}</h2>\n<div class="ds">{items}</div>\n<div class="pt">{pager.links()} {after}</div>'
    return frame(chrome, chrome.crumbs[-1].label, inside)


ITEM = """<div class="tin"><a href="{path}"><img src="{thumb}" alt="{title}"></a><h3><a href="{path}">{title}</a></h3><span>{day}</span><p>{summary}</p></div>"""
