"""Skeleton: a portal of one ASP.NET page, its fields told by the last part of their ids."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import PLAIN, Pager, body, crumbs, documents, others, unsigned
from tests.play.truth import PlayedArticle

UPLOADS = "/DesktopModules/News/Images/{year}/{name}"
HAS_LEAD = HAS_FIELDS = True


def date(published: datetime) -> tuple[str, str]:
    """Return the date line: ``18/05/2017 09:40``."""
    return f"{published:%d/%m/%Y %H:%M}", "minute"


def frame(chrome: Chrome, title: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" /><title>
	{escape(title)}
</title><link href="/css/style.css" rel="stylesheet" /></head>
<body><form name="form1" method="post" action="default.aspx" id="form1"><input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="/wEPDwUKLTk2" />
<div id="banner"><img src="/img/banner.jpg" alt="" width="980" height="120" /> {marks.TODAY}</div>
<div id="menu">{parts.menu_items(chrome, '<a href="{href}">{label}</a> |')}</div>
<div id="main"><div class="crumb">{crumbs(chrome)}</div>
{inside}
</div>
<div id="footer">{parts.footer_lines(chrome, "<div>{}</div>")}<div>Số lượt truy cập: {marks.TOTAL}</div></div></form></body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "aspx")
    links = documents(article, '<a href="{url}">{title}</a><br />')
    printed = f'<span id="ctl00_ctl01_lblCreatedDate">{article.printed_date}</span>' if article.printed_date else ""
    inside = f"""<div id="ctl00_ctl01_pnlDetail"><h2><span id="ctl00_ctl01_lblTitle">{ink.plain(article.title)}</span></h2>
{printed}
<div id="ctl00_ctl01_lblDescription"><strong>{ink.run(article.summary or "")}</strong></div>
<div id="ctl00_ctl01_lblContent">
{body(unsigned(article), ink, PLAIN)}
</div>
<div style="text-align: right"><span id="ctl00_ctl01_lblAuthor">{ink.plain(article.byline or "")}</span></div>
<div style="text-align: right"><span id="ctl00_ctl01_lblSource">{ink.plain(f"Nguồn: {article.source_line}" if article.source_line else "")}</span></div>
{f'<div id="ctl00_ctl01_divFiles"><b>Tập tin đính kèm:</b> {links}</div>' if links else ""}
<div class="others"><b>Tin cùng chuyên mục</b><ul>{others(chrome, '<li><a href="{path}">{title}</a> ({day})</li>')}</ul></div></div>"""
    return frame(chrome, article.title, inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    inside = f'<div class="list">{items}</div><div class="pager">{pager.links()}</div>'
    return frame(chrome, chrome.crumbs[-1].label, inside)


ITEM = """<div class="news"><a href="{path}">{title}</a> <span>({day})</span><p>{summary}</p></div>"""
