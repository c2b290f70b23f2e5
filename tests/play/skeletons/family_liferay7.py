"""Skeleton: Liferay 7, asset publisher, with ``null`` before the headline and a ticker above it."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.cast import WEEKDAYS
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import Pager, body, crumbs, documents, others
from tests.play.truth import PlayedArticle

UPLOADS = "/documents/45562/0/{name}"
HAS_LEAD = HAS_FIELDS = False
PORTLET = "com_liferay_asset_publisher_web_portlet_AssetPublisherPortlet_INSTANCE_uNo2VNPYc2UM"


def date(published: datetime) -> tuple[str, str]:
    """Return the date line: ``Thứ ba, 07/06/2022 | 09:30``."""
    return f"{WEEKDAYS[published.weekday()].capitalize()}, {published:%d/%m/%Y | %H:%M}", "minute"


def frame(chrome: Chrome, title: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    ticker = parts.teasers(chrome.newest, '<a href="{path}">{title}</a> |')
    return f"""<!DOCTYPE html>
<html class="ltr" dir="ltr" lang="vi-VN"><head><title>{escape(title)} - {escape(chrome.office)}</title><meta charset="UTF-8">
<link data-senna-track="temporary" href="/css/clay.css" rel="stylesheet"><script data-senna-track="permanent">window.Liferay={{authToken:"{marks.TOKEN}"}};</script></head>
<body class="controls-visible site"><header id="banner"><img src="/img/banner.png" alt=""><span>{marks.TODAY}</span></header>
<nav><ul>{parts.menu_items(chrome)}</ul></nav>
<div class="ticker">{ticker}</div>
<ol class="breadcrumb">{crumbs(chrome, '<li class="breadcrumb-item"><a href="{href}">{label}</a></li>', "")}</ol>
<div class="portlet-boundary portlet-asset-publisher" id="p_p_id_{PORTLET}_"><section class="portlet" id="portlet_{PORTLET}"><div class="portlet-body">
{inside}
</div></section></div>
<div class="portlet-boundary"><h3>Thống kê</h3><p>Đang trực tuyến: {marks.ONLINE}</p><p>Tổng: {marks.TOTAL}</p></div>
<footer>{parts.footer_lines(chrome)}</footer></body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "liferay7")
    links = documents(article, '<li><a href="{url}">{title}</a></li>')
    inside = f"""<div class="asset-full-content clearfix mb-5 show-asset-title">null
<h2>{ink.plain(article.title)}</h2>
<small class="text-muted">{article.printed_date}</small>
<div class="asset-content mb-3"><div class="journal-content-article " data-analytics-asset-id="{marks.TOKEN}">
{body(article, ink)}
</div></div>
{f'<div class="asset-links"><h4>Tài liệu đính kèm</h4><ul>{links}</ul></div>' if links else ""}
</div>
<div class="tin-lien-quan"><h3>Tin liên quan</h3><ul>{others(chrome, '<li><a href="{path}">{title}</a> <small>({day})</small></li>')}</ul></div>"""
    return frame(chrome, "Chi tiết bài viết", inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    after = (
        f'<li><a href="{pager.next}">Tiếp theo</a></li>'
        if pager.next
        else '<li class="disabled"><a href="javascript:;">Tiếp theo</a></li>'
    )
    inside = f"""{items}
<div class="clearfix lfr-pagination"><div class="lfr-pagination-page-selector"><ul>{pager.links('<li><a href="{href}">{number}</a></li>', "<li>{number}</li>")}</ul></div>
<ul class="lfr-pagination-buttons pager"><li class="disabled"><a href="javascript:;">Đầu tiên</a></li>{after}</ul></div>"""
    return frame(chrome, chrome.crumbs[-1].label, inside)


ITEM = """<div class="row mb-1"><div class="col-xs-5"><img src="{thumb}" alt=""></div><div class="col-xs-7"><a class="text-tletin" data-senna-track="permanent" href="{path}">{title}</a><br>
<small class="text-muted">{printed}</small><p>{summary}</p></div></div>"""
