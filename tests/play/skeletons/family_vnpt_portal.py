"""Skeleton: VNPT Portal; nothing of its markup is known, but the order of its text."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import Pager, body, crumbs, documents, others
from tests.play.truth import PlayedArticle

UPLOADS = "/documents/1402156/0/{name}"
HAS_LEAD = HAS_FIELDS = False


def date(published: datetime) -> tuple[str, str]:
    """Return the date line: ``Ngày đăng: 05-05-2021``."""
    return f"Ngày đăng: {published:%d-%m-%Y}", "day"


def frame(chrome: Chrome, title: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html>
<html lang="vi"><head><meta charset="UTF-8"><title>{escape(title)} - {escape(chrome.office)}</title><link rel="stylesheet" href="/css/vp.css"><script>var Liferay={{}};</script></head>
<body><div class="vp-tren"><img src="/img/banner.jpg" alt=""><span>{marks.TODAY}</span></div>
<ul class="vp-menu">{parts.menu_items(chrome)}</ul>
<div class="vp-vet">{crumbs(chrome, between=" / ")}</div>
{inside}
<div class="vp-phai"><h4>Tin mới</h4>{parts.teasers(chrome.newest, '<div><a href="{path}">{title}</a></div>')}
<p>Online: {marks.ONLINE}</p><p>Thống kê: {marks.TOTAL}</p></div>
<div class="vp-cuoi">{parts.footer_lines(chrome)}</div></body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "vnpt_portal")
    links = documents(article, '<p><a href="{url}">{title}</a></p>')
    inside = f"""<div class="vp-ct"><div class="vp-tieude">{ink.plain(article.title)}</div>
<div class="vp-ngay">{article.printed_date}</div>
<div class="vp-noidung">
{body(article, ink)}</div>
{f'<div class="vp-tep"><p>File đính kèm:</p>{links}</div>' if links else ""}
<div class="vp-khac"><h4>Các tin khác</h4><ul>{others(chrome, '<li><a href="{path}">{title} ({day})</a></li>')}</ul></div></div>"""
    return frame(chrome, "Chi tiết tin", inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    after = f'<a href="{pager.next}">Tiếp theo</a>' if pager.next else ""
    inside = f'<div class="vp-ds">{items}</div>\n<div class="lfr-pagination">{pager.links()} {after}</div>'
    return frame(chrome, chrome.crumbs[-1].label, inside)


ITEM = """<div class="vp-tin"><img src="{thumb}" alt=""><a href="{path}">{title}</a><i>{printed}</i><p>{summary}</p></div>"""
