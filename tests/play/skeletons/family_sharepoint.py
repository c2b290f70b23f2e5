"""Skeleton: SharePoint 2013; the next page of a list stands in a script."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import Pager, body, crumbs, documents, others
from tests.play.truth import PlayedArticle

UPLOADS = "/so/sokhoahoccongnghe/Lists/TinTuc/Attachments/{year}{month:02}/{name}"
HAS_LEAD = HAS_FIELDS = False
PANEL = "ctl00_ctl28_g_6f1b8f5e_3c1d_4f4a_9f0e_1b2c3d4e5f60_ctl02_UpdatePanel1"


def date(published: datetime) -> tuple[str, str]:
    """Return the date line, which goes on after the date."""
    return f"{published:%d/%m/%Y %H:%M:%S}", "second"


def frame(chrome: Chrome, title: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html>
<html dir="ltr" lang="vi-VN"><head><meta name="GENERATOR" content="Microsoft SharePoint"><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>
	{escape(title)}
</title><link rel="stylesheet" type="text/css" href="/css/corev15.css"><script>var _spPageContextInfo = {{webServerRelativeUrl: "\\u002fso\\u002fsokhoahoccongnghe", token: "{marks.TOKEN}"}};</script></head>
<body onload="if (typeof(_spBodyOnLoadWrapper) != 'undefined') _spBodyOnLoadWrapper();">
<form name="aspnetForm" method="post" id="aspnetForm"><input type="hidden" name="__VIEWSTATE" value="/wEPBQVfX1ZTRQ==">
<div class="s4-notdlg"><a href="javascript:;" class="ms-SkiptoMainContent">Skip Ribbon Commands</a></div>
<div class="s4-notdlg"><a href="javascript:;" class="ms-SkiptoMainContent">Skip to main content</a></div>
<div id="s4-workspace"><div class="ngay">{marks.TODAY}</div><div class="menu-top">{parts.menu_items(chrome, '<a href="{href}">{label}</a>')}</div>
<div class="vet">{crumbs(chrome, between=" > ")}</div>
<div id="{PANEL}"><div>
{inside}
</div></div>
<div class="cot-phai"><div>Tin nổi bật</div>{parts.teasers(chrome.popular, '<div><a href="{path}">{title}</a></div>')}<div>Đang trực tuyến: {marks.ONLINE}</div><div>Tổng: {marks.TOTAL}</div></div>
<div class="chan">{parts.footer_lines(chrome, "<div>{}</div>")}</div></div></form></body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "sharepoint")
    links = documents(article, '<div><img src="/_layouts/15/images/icpdf.png" alt=""><a href="{url}">{title}</a></div>')
    inside = f"""<div class="title-detail">{ink.plain(article.title)}</div>
<div class="date-detail">{article.printed_date} <span>Xem cỡ chữ</span> <a href="javascript:;"><img src="/_layouts/images/a-tru.gif" alt=""></a> <a href="http://www.google.com/share"><span>Google</span></a></div>
<div class="content-detail"><div class="ExternalClass{marks.TOKEN.strip("⟦⟧")}">
{body(article, ink)}
</div></div>
{f'<div class="file-detail"><div>File đính kèm:</div>{links}</div>' if links else ""}
<div class="other-title">Các tin đã đưa ngày:</div><ul>{others(chrome, '<li><a href="{path}">{title}</a> ({day})</li>')}</ul>"""
    return frame(chrome, "Chi tiết tin tức", inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    paging = ""
    if pager.number < pager.count:
        target = pager.address(pager.number + 1).replace("/", r"\u002f").replace("&", r"\u0026")
        paging = (
            f"""<td><a href="javascript:" onclick='RefreshPageTo(event, "{target}");javascript:return false;'>"""
            '<img src="/_layouts/15/1033/images/next.gif" alt="Next"></a></td>'
        )
    rows = f'<table class="ms-listviewtable">{items}</table>'
    inside = (
        f'{rows}\n<table class="ms-bottompaging"><tr><td class="ms-paging">{pager.number}</td>{paging}</tr></table>'
    )
    return frame(chrome, chrome.crumbs[-1].label, inside)


ITEM = """<tr><td><img src="{thumb}" alt=""></td><td><a href="{path}">{title}</a><div>{summary}</div></td><td>{day}</td></tr>"""
