"""Skeleton: Liferay 6.2, asset publisher (portlet 101)."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import Pager, body, crumbs, documents, others
from tests.play.truth import PlayedArticle

UPLOADS = "/documents/22549/69518/{name}"
HAS_LEAD = HAS_FIELDS = False


def date(published: datetime) -> tuple[str, str]:
    """Return the date line, on a clock of twelve hours: ``12:00 AM`` is no time."""
    printed = f"Ngày đăng {published:%d/%m/%Y} | {published:%I:%M} {'AM' if published.hour < 12 else 'PM'}"
    return printed, "day" if (published.hour, published.minute) == (0, 0) else "minute"


def frame(chrome: Chrome, title: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html> <html class="ltr" dir="ltr" lang="vi-VN"> <head> <title>{escape(title)} - {escape(chrome.office)}</title> <meta content="text/html; charset=UTF-8" http-equiv="content-type" />
<link href="/css/aui.css" rel="stylesheet" /> <script type="text/javascript">var Liferay={{Browser:{{}},authToken:"{marks.TOKEN}"}};</script> </head>
<body class=" yui3-skin-sam controls-visible signed-out public-page site">
<div id="banner"><img src="/img/banner.jpg" alt="" /></div> <div class="egov_date">{marks.TODAY}</div>
<nav id="navigation"><ul>{parts.menu_items(chrome, '<li><a href="{href}"><span>{label}</span></a></li>')}</ul></nav>
<div class="dd_chuyenmuc">{crumbs(chrome, '<span class="tintuc"><a href="{href}">{label}</a></span>', " ")}</div>
<div class="columns-2"><div class="portlet-column aui-w70">
<div class="portlet-boundary portlet-boundary_101_ portlet-static portlet-asset-publisher" id="p_p_id_101_"> <span id="p_101"></span> <section class="portlet" id="portlet_101"> <div class="portlet-body">
{inside}
</div> </section> </div></div>
<div class="portlet-column aui-w30">
{parts.teasers(chrome.popular, '<div class="title_news"> <a href="{path}">{title} <span class="date_content_asset"> ({day}) </span></a><div class="bigImageTemp" style="display:none" data-summary="{summary}"></div> </div>')}
<p>Đang online: {marks.ONLINE}</p> <p>Tổng truy cập: {marks.TOTAL}</p></div></div>
<footer>{parts.footer_lines(chrome)}</footer> </body> </html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "liferay6")
    links = documents(article, '<li><a href="{url}">{title}</a></li>')
    inside = f"""<div class="taglib-header "> <span class="header-back-to"> <a href="{escape(chrome.crumbs[-1].href)}">&laquo; Quay lại</a> </span> <h1 class="header-title"> <span> {ink.plain(article.title)} </span> </h1> </div>
<div class="assetPublishDate"> {article.printed_date} &nbsp;|&nbsp; View count: {marks.VIEWS} </div>
<div class="asset-full-content"> <div class="user-tool"> <a href="javascript:;">A-</a> <a href="javascript:;">A+</a> <a href="javascript:;">In trang</a> </div>
<div class="asset-content"> <div class="journal-content-article">
{body(article, ink)}
</div> </div>
{f'<div class="file-attachments"> <h4>Tài liệu đính kèm</h4> <ul> {links} </ul> </div>' if links else ""}
<div class="taglib-social-bookmarks"> <a href="javascript:;">Chia sẻ</a> </div> </div>
<div class="asset-other"> <h3>Các tin khác</h3> <ul> {others(chrome, '<li><a href="{path}">{title} ({day})</a></li>')} </ul> </div>"""
    return frame(chrome, article.title, inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    after = (
        f'<li><a href="{pager.next}">next</a></li>'
        if pager.next
        else '<li class="disabled"><a href="javascript:;">next</a></li>'
    )
    inside = f"""{items}
<div class="taglib-page-iterator" id="_101_ocerSearchContainerPageIterator"> <div class="clearfix lfr-pagination">
<ul class="dropdown-menu lfr-menu-list">{pager.links('<li role="presentation"> <a href="{href}">{number}</a></li>', "<li>{number}</li>")}</ul>
<small class="search-results">Hiển thị trang {pager.number} of {pager.count} kết quả.</small>
<ul class="pager lfr-pagination-buttons"> <li class="disabled"> <a href="javascript:;">Đầu tiên</a> </li> {after} </ul> </div> </div>"""
    return frame(chrome, chrome.crumbs[-1].label, inside)


ITEM = """<div class="asset-bounddary"> <div class="asset-abstract "> <div class="asset-content normal-news"> <div class="asset-image"> <a href="{path}"><img src="{thumb}" alt=""/></a> </div>
<div class="asset-content-custom" > <h3 class="asset-title"> <a href="{path}">{title}</a> </h3> <div class="assetPublishDate block_timer"> {printed} &nbsp;|&nbsp;View count: 21 </div>
<div class="asset-summary"> {summary} </div> </div> </div> </div> </div>"""
