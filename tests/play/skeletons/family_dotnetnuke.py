"""Skeleton: DotNetNuke with a news module; the date stands before the headline, all in one form."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import Pager, body, crumbs, documents, others, unsigned
from tests.play.truth import PlayedArticle

UPLOADS = "/Portals/0/{year}/{month:02}/{name}"
HAS_LEAD = HAS_FIELDS = True
CTR = "dnn_ctr4985_ViewNews"


def date(published: datetime) -> tuple[str, str]:
    """Return the date line: ``09/11/2021 08:33``."""
    return f"{published:%d/%m/%Y %H:%M}", "minute"


def frame(chrome: Chrome, title: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html>
<html lang="vi-VN"><head id="Head"><meta charset="utf-8" /><title>
	{escape(title)}
</title><meta name="GENERATOR" content="DotNetNuke " /><link href="/css/default.css" rel="stylesheet" /></head>
<body id="Body"><form method="post" id="Form" enctype="multipart/form-data"><input type="hidden" name="__VIEWSTATE" value="/wEPDwUJ" />
<div id="dnn_top"><span>{marks.TODAY}</span><ul class="menu">{parts.menu_items(chrome)}</ul></div>
<div class="breadcrumb"><span id="dnn_dnnBREADCRUMB_lblBreadCrumb">{crumbs(chrome, '<a href="{href}" class="SkinObject">{label}</a>', " > ")}</span></div>
<div id="dnn_ContentPane" class="DNNEmptyPane"><div class="DnnModule DnnModule-4985"><div class="DNNModuleContent">
{inside}
</div></div></div>
<div id="dnn_RightPane"><h4>Xem nhiều</h4><ul>{parts.teasers(chrome.popular, '<li><a href="{path}">{title}</a></li>')}</ul><span>Online: {marks.ONLINE}</span></div>
<div id="dnn_BottomPane">{parts.footer_lines(chrome)}</div>
<input name="__dnnVariable" type="hidden" id="__dnnVariable" value="{marks.TOKEN}" /></form></body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "dotnetnuke")
    links = documents(article, '<li><a href="{url}">{title}</a></li>')
    inside = f"""<div class="news-detail"><span id="{CTR}_lblDate">{article.printed_date}</span>
<h1><span id="{CTR}_lblTitle">{ink.plain(article.title)}</span></h1>
<div><span id="{CTR}_lblSummary"><b>{ink.run(article.summary or "")}</b></span></div>
<div id="{CTR}_lblContent">
{body(unsigned(article), ink)}
</div>
<div style="text-align:right"><span id="{CTR}_lblAuthor">{ink.plain(article.byline or "")}</span></div>
<div style="text-align:right"><span id="{CTR}_lblSource">{ink.plain(f"Nguồn: {article.source_line}" if article.source_line else "")}</span></div>
<div id="{CTR}_pnlFiles">{f"<b>Tập tin đính kèm</b><ul>{links}</ul>" if links else ""}</div></div>
<div class="news-other"><h3>Các tin khác</h3><ul>{others(chrome, '<li><a href="{path}">{title}</a> <span>({day})</span></li>')}</ul></div>"""
    return frame(chrome, article.title, inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    after = f'<a id="{CTR}_lnkNext" class="CommandButton" href="{pager.next}">Trang sau</a>' if pager.next else ""
    inside = f'<div class="news-list">{items}</div><div class="paging">{pager.links()} {after}</div>'
    return frame(chrome, chrome.crumbs[-1].label, inside)


ITEM = """<div class="item"><a href="{path}"><img src="{thumb}" alt=""></a><h3><a href="{path}">{title}</a></h3><span>{printed}</span><p>{summary}</p></div>"""
